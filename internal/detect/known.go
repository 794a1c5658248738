package detect

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// Kinds of the hashes that find people again in the name of a host. No kind of identifier has such a number.
const (
	knownWord uint8 = 0xfc + iota // a word of a name
	knownPair                     // two words of the same name, sorted, or an initial and a word
	knownCode                     // a record number and the like
)

const (
	maxKnown   = 1 << 13 // hashes for an object; of more people (some 700) only the first are known
	minGlued   = 6       // letters of two words of a name in the midst of others: shorter ones are chance
	shortTLD   = 3       // letters of a last label that is no word of a name: de, com
	minCode    = 3
	maxCode    = 24
	maxNameLen = 40 // bytes of a word of a name, as the rules have it
)

// known collects the hashes of an object.
type known struct {
	list []uint64
	full bool
	buf  []byte
}

func (k *known) reset() {
	k.full = false
	k.list = k.list[:0]
	if cap(k.list) > maxKnown/16 {
		k.list = nil
	}
}

func (k *known) add(h uint64) {
	if k.full {
		return
	}
	if len(k.list) == maxKnown {
		k.tidy()
		if k.full = len(k.list) > maxKnown/2; k.full {
			return
		}
	}
	k.list = append(k.list, h)
}

func (k *known) tidy() {
	slices.Sort(k.list)
	k.list = slices.Compact(k.list)
}

// words hands out what was collected.
func (k *known) words() finding.Words {
	k.tidy()
	return append(finding.Words(nil), k.list...)
}

// value notes a canonical value.
func (k *known) value(e *Engine, kind uint8, v []byte) {
	if k.full {
		return
	}
	switch kind {
	case rule.KName:
		k.name(e, v)
	case rule.KEmail: // given.name@ says as much as a name
		local := v
		for i, c := range v {
			if c == '@' {
				local = v[:i]
				break
			}
		}
		k.name(e, rule.AppendName(nil, local))
	case rule.KMRN, rule.KMemberID, rule.KMedicaid, rule.KAccount, rule.KLicense:
		if len(v) >= minCode && len(v) <= maxCode {
			k.add(e.hash(knownCode, v))
		}
	}
}

// maxKnownWords is how many words of a name are looked at.
const maxKnownWords = 6

// name notes the words of a canonical name and its pairs. Words that labels keep are sorted out where a host is looked at, for
// that happens once and this for every person.
func (k *known) name(e *Engine, v []byte) {
	var words [maxKnownWords][]byte
	n := 0
	for n < len(words) && len(v) > 0 {
		i := bytes.IndexByte(v, ' ')
		if i < 0 {
			i = len(v)
		}
		if i > 0 {
			words[n] = v[:i]
			n++
		}
		v = v[min(i+1, len(v)):]
	}
	if n < 2 {
		return
	}
	for i, a := range words[:n] {
		if len(a) > 1 {
			k.add(e.hash(knownWord, a))
		}
		for _, b := range words[i+1 : n] {
			k.pair(e, a, b)
			k.pair(e, initial(a), b)
			k.pair(e, a, initial(b))
		}
	}
}

func initial(w []byte) []byte {
	_, n := utf8.DecodeRune(w)
	return w[:n]
}

func (k *known) pair(e *Engine, a, b []byte) {
	if len(a) > 1 || len(b) > 1 {
		k.buf = appendPair(k.buf[:0], a, b)
		k.add(e.hash(knownPair, k.buf))
	}
}

func appendPair[T []byte | string](dst []byte, a, b T) []byte {
	if string(b) < string(a) {
		a, b = b, a
	}
	return append(append(append(dst, a...), ' '), b...)
}

// stretch is a piece of a text.
type stretch struct{ from, to int }

// seeker looks for people in the name of a host.
type seeker struct {
	e     *Engine
	known finding.Words
	text  string
	buf   []byte
	out   []stretch
}

// named returns the stretches of a host name that make up a name or a record number, in order and apart.
func (e *Engine) named(text string, known finding.Words) []stretch {
	if len(known) == 0 || text == "" {
		return nil
	}
	s := seeker{e: e, known: known, text: text}
	words := s.words()
	s.apart(words)
	for _, w := range words {
		s.glued(w)
	}
	if len(s.out) > 0 { // where a name begins, the rest of it may follow
		for _, w := range words {
			if !s.tld(w) && s.word(w.from, w.to) {
				s.out = append(s.out, w)
			}
		}
	}
	s.codes()
	return merged(s.out)
}

func merged(in []stretch) []stretch {
	slices.SortFunc(in, func(a, b stretch) int { return a.from - b.from })
	out := in[:0]
	for _, v := range in {
		if n := len(out); n > 0 && v.from < out[n-1].to {
			out[n-1].to = max(out[n-1].to, v.to)
			continue
		}
		out = append(out, v)
	}
	return out
}

// words returns the runs of letters.
func (s *seeker) words() (out []stretch) {
	from := -1
	for i, r := range s.text + "." {
		switch letter := unicode.IsLetter(r); {
		case letter && from < 0:
			from = i
		case !letter && from >= 0:
			out = append(out, stretch{from, i})
			from = -1
		}
	}
	return out
}

func (s *seeker) has(kind uint8, v []byte) bool {
	_, ok := slices.BinarySearch(s.known, s.e.hash(kind, v))
	return ok
}

func (s *seeker) word(from, to int) bool {
	if to-from < 2 || to-from > maxNameLen {
		return false
	}
	s.buf = append(s.buf[:0], strings.ToUpper(s.text[from:to])...)
	return s.has(knownWord, s.buf) && !s.harmless(from, to)
}

func (s *seeker) pair(a, b stretch) bool {
	s.buf = appendPair(s.buf[:0], strings.ToUpper(s.text[a.from:a.to]), strings.ToUpper(s.text[b.from:b.to]))
	return s.has(knownPair, s.buf) && !s.harmless(a.from, a.to) && !s.harmless(b.from, b.to)
}

// harmless tells whether a word of the text says what a thing is and not who.
func (s *seeker) harmless(from, to int) bool {
	return to-from > 1 && harmless(strings.ToLower(s.text[from:to]))
}

// letter tells a word of one letter.
func (s *seeker) letter(w stretch) bool { return utf8.RuneCountInString(s.text[w.from:w.to]) == 1 }

// tld tells whether a word is a last label like those of countries, which is also a word of many names (de, la).
func (s *seeker) tld(w stretch) bool {
	return w.to == len(strings.TrimSuffix(s.text, ".")) && w.to-w.from <= shortTLD && w.from > 0 && s.text[w.from-1] == '.'
}

// apart finds two words of a name wherever they stand; an initial must stand beside its word.
func (s *seeker) apart(words []stretch) {
	for i, a := range words {
		if s.tld(a) || !s.letter(a) && !s.word(a.from, a.to) {
			continue
		}
		for j, b := range words[i+1:] {
			if (s.letter(a) || s.letter(b)) && (j > 0 || b.from > a.to+1) || s.tld(b) {
				continue
			}
			if s.pair(a, b) {
				s.out = append(s.out, a, b)
			}
		}
	}
}

// glued finds two words of a name written as one, and an initial with its word.
func (s *seeker) glued(w stretch) {
	var at []int // where letters begin
	for i := range s.text[w.from:w.to] {
		at = append(at, w.from+i)
	}
	at = append(at, w.to)
	n := len(at) - 1
	if n > 63 { // no host has a longer one
		n = 63
	}
	if n >= 4 && (s.pair(stretch{at[0], at[1]}, stretch{at[1], at[n]}) || s.pair(stretch{at[0], at[n-1]}, stretch{at[n-1], at[n]})) {
		s.out = append(s.out, stretch{at[0], at[n]})
		return
	}
	for i := 0; i < n; i++ {
		for j := i + 2; j < n-1; j++ {
			if !s.word(at[i], at[j]) {
				continue
			}
			for k := j + 2; k <= n; k++ {
				if (k-i >= minGlued || k-i == n) && s.word(at[j], at[k]) && s.pair(stretch{at[i], at[j]}, stretch{at[j], at[k]}) {
					s.out = append(s.out, stretch{at[i], at[k]})
				}
			}
		}
	}
}

// codes finds record numbers: whole groups of letters or digits, with dashes between them.
func (s *seeker) codes() {
	for i := range len(s.text) {
		if !rule.IsAlnum(s.text[i]) || i > 0 && same(s.text[i-1], s.text[i]) {
			continue
		}
		s.buf = s.buf[:0]
		digits := false
		for j := i; j < len(s.text) && len(s.buf) < maxCode; j++ {
			c := s.text[j]
			if c == '-' || c == '_' {
				continue
			}
			if !rule.IsAlnum(c) {
				break
			}
			digits = digits || rule.IsDigit(c)
			if rule.IsLetter(c) {
				c &^= 0x20
			}
			s.buf = append(s.buf, c)
			if digits && len(s.buf) >= minCode && (j+1 == len(s.text) || !same(s.text[j], s.text[j+1])) && s.has(knownCode, s.buf) {
				s.out = append(s.out, stretch{i, j + 1})
			}
		}
	}
}

// same tells two letters or two digits.
func same(a, b byte) bool {
	return rule.IsDigit(a) && rule.IsDigit(b) || rule.IsLetter(a) && rule.IsLetter(b)
}

// named writes what stands for the stretch that begins at raw[i] or holds it, and returns how much of it that was.
func (l *labeler) named(raw string, i int, spans []stretch) int {
	for _, v := range spans {
		if i < v.from || i >= v.to {
			continue
		}
		l.stand(raw[i:v.to])
		return v.to - i
	}
	return 0
}

func (l *labeler) stand(w string) {
	n := 0
	digits := false
	for _, r := range w {
		if r != '-' && r != '_' {
			n++
		}
		digits = digits || unicode.IsDigit(r)
	}
	if digits {
		l.count(n, 'c')
		return
	}
	l.pseudonym(strings.ToLower(w))
}

// Hide hides the people of an object in the domains of the mail addresses of a label, as HostLabelOf does in a host name.
func (e *Engine) Hide(label finding.Label, known finding.Words) finding.Label {
	text := label.String()
	if len(known) == 0 || strings.IndexByte(text, '@') < 0 {
		return label
	}
	l := labeler{e: e}
	for {
		i := strings.IndexByte(text, '@') + 1
		if i == 0 {
			break
		}
		j := i
		for j < len(text) && (rule.IsAlnum(text[j]) || text[j] >= utf8.RuneSelf || strings.IndexByte(".-_[]?:*", text[j]) >= 0) {
			j++
		}
		l.out = append(l.out, text[:i]...)
		domain := text[i:j]
		spans := e.named(domain, known)
		for k := 0; k < len(domain); {
			if n := l.named(domain, k, spans); n > 0 {
				k += n
				continue
			}
			l.out = append(l.out, domain[k])
			k++
		}
		text = text[j:]
	}
	l.out = append(l.out, text...)
	return l.label()
}

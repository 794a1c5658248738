package rule

import (
	"bytes"
	"encoding/binary"
)

// Words walks over a text from word start to word start and stops at each phrase of the lexicon, the longest first. Each
// byte is read once but for phrases that begin and do not end.
type Words struct {
	x      *Lexicon
	starts *[wordSlots]uint8
	b      []byte
	pos    int
	end    int
}

// Hit is a phrase found by [Words], or a label found by [Lexicon.Before].
type Hit struct {
	Sense
	Start, End int
	Marked     bool // a colon, an equals sign, a quote or a bracket stands behind the label
	Words      int
}

// Walk begins at b[from:to]; phrases that begin before to are found whole.
func (x *Lexicon) Walk(b []byte, from, to int) Words {
	if from > 0 {
		for from < to && IsLetter(b[from-1]) && IsLetter(b[from]) && !camel(b, from) {
			from++
		}
	}
	return Words{x: x, starts: &x.starts, b: b, pos: from, end: to}
}

// Tell is [Lexicon.Walk] for those who ask what a text is about: it passes over single words that are labels and nothing else.
func (x *Lexicon) Tell(b []byte, from, to int) Words {
	w := x.Walk(b, from, to)
	w.starts = &x.tells
	return w
}

// camel tells whether a word begins at b[i] inside a run of letters: patientDob, MRNNumber.
func camel(b []byte, i int) bool {
	if classes[b[i]]&ClassUpper == 0 || i == 0 {
		return false
	}
	p := classes[b[i-1]]
	if p&ClassLetter != 0 && p&ClassUpper == 0 {
		return true
	}
	return p&ClassUpper != 0 && i+1 < len(b) && classes[b[i+1]]&(ClassLetter|ClassUpper) == ClassLetter
}

// Next finds the next phrase.
func (w *Words) Next(h *Hit) bool {
	b, x := w.b, w.x
	i := w.pos
	for i < w.end {
		if !IsLetter(b[i]) {
			i++
			continue
		}
		start := i
		var hash uint32
		hash, i = wordAt(b, i)
		n := w.starts[hash%wordSlots]
		if n == 0 {
			continue
		}
		if x.longest(b, start, i, int(n), hash, h) {
			w.pos = h.End
			return true
		}
	}
	w.pos = i
	return false
}

// longest finds the longest phrase, of most words at most, whose first word is b[start:i] and has that hash.
func (x *Lexicon) longest(b []byte, start, i, most int, hash uint32, h *Hit) bool {
	var buf [maxPhrase]byte
	n, found := 0, false
	first := hash
	for k, from := 0, start; k < most; k++ {
		if n+i-from > maxPhrase {
			break
		}
		if k == 1 && !x.paired(first, hash) {
			return found
		}
		for _, c := range b[from:i] {
			buf[n] = c | 0x20
			n++
		}
		if x.ends[hash%wordSlots] > uint8(k) { //nolint:gosec // small
			if s, ok := x.phrase(buf[:n]); ok {
				h.Sense, h.Start, h.End, h.Words, found = s, start, i, k+1, true
			}
		}
		from = wordAfter(b, i)
		if from < 0 {
			if end := signAfter(b, i); end > 0 && n+len(numberSign) <= maxPhrase {
				if s, ok := x.phrase(append(buf[:n], numberSign...)); ok && s.Kinds != 0 {
					h.Sense, h.Start, h.End, h.Words, found = s, start, end, k+2, true
				}
			}
			break
		}
		hash, i = wordAt(b, from)
	}
	return found
}

// phrase looks up letters in lower case.
func (x *Lexicon) phrase(w []byte) (Sense, bool) {
	if h := phraseHash(w); x.known[h/64]>>(h%64)&1 == 0 {
		return Sense{}, false
	}
	s, ok := x.phrases[string(w)]
	return s, ok
}

// wordAfter returns where the next word of a phrase may begin after i, -1 if none does.
func wordAfter(b []byte, i int) int {
	for j := i; j < len(b) && j-i <= 2; j++ {
		switch c := b[j]; {
		case IsLetter(c):
			return j
		case c == ' ' || c == '_' || c == '-' || c == '.' || c == '/' || c == '\'' || c == '\t' || c == '\n' || c == '\r' || c == '@':
		default:
			return -1
		}
	}
	return -1
}

// wordBack returns the hash and the start of the word that ends at end.
func wordBack(b []byte, end int) (hash uint32, from int) {
	from = end - 1
	for from > 0 && end-from < maxPhrase && IsLetter(b[from-1]) && !camel(b, from) {
		from--
	}
	if n := end - from; n <= 8 && end >= 8 {
		x := (binary.LittleEndian.Uint64(b[end-8:end]) | caseBits) >> (64 - 8*n)
		return uint32(wordStep(0, x)), from //nolint:gosec // the lower half is meant
	}
	return wordHash(b[from:end]), from
}

// withSign, for most, has [Lexicon.ending] look for phrases that have a number sign behind the word.
const withSign = -1

// ending finds the longest phrase, of most words at most, that ends with the word b[from:end] of the given hash. (One argument more
// would not fit the registers.)
func (x *Lexicon) ending(b []byte, from, end, most int, hash uint32, h *Hit) bool {
	signed := most == withSign
	if signed {
		most = maxPhraseWords - 1
	}
	var start, stop [maxPhraseWords]int
	n, total := 0, 0
	for f, e := from, end; n < most; {
		if total += e - f; total > maxPhrase {
			break
		}
		start[n], stop[n] = f, e
		n++
		j := f
		for j > 0 && f-j < 2 && phraseGap(b[j-1]) {
			j--
		}
		if j > 0 && IsDigit(b[j-1]) { // ICD-9 diagnosis, icd_10_cm
			if k := beforeNumeral(b, j); k < j {
				j = k
			} else if j > 3 && b[j-3] == '_' && IsDigit(b[j-2]) {
				j -= 3
			} else if j > 2 && b[j-2] == '_' {
				j -= 2
			}
		}
		if n == most || j == 0 || !IsLetter(b[j-1]) || j == f && !camel(b, f) {
			break
		}
		e = j
		var prev uint32
		if prev, f = wordBack(b, e); n == 1 && !signed && !x.paired(prev, hash) {
			break
		}
	}
	var buf [maxPhrase]byte
	for k := n; k > 0; k-- {
		m := 0
		for i := k - 1; i >= 0; i-- {
			for _, c := range b[start[i]:stop[i]] {
				buf[m] = lower(c)
				m++
			}
		}
		if signed {
			m += copy(buf[m:], numberSign)
		}
		if s, ok := x.phrase(buf[:m]); ok {
			h.Sense, h.Start, h.End, h.Words = s, start[k-1], end, k
			if s.Kinds&icdKinds == icdKinds {
				h.edition(b[h.Start:min(len(b), end+len("-10"))])
			}
			return true
		}
	}
	return false
}

func phraseGap(c byte) bool {
	switch c {
	case ' ', '_', '-', '.', '/', '\'', '\t', '@':
		return true
	}
	return false
}

// Classify says what the label of a field means. A label may be a path (order.patient.ssn): its last phrase that labels
// anything decides, words that need a mark (name:) only when there is no other. A rival or a provider counts unless it
// stands in the path before the deciding phrase (a rival), or a patient follows it (a provider).
func (x *Lexicon) Classify(label []byte) Sense {
	var main Sense
	var flags uint16
	var health uint8
	heightened, thing := false, false
	var part Part // of main's kind, named behind it
	parts := 0
	var h Hit
	for w := x.Walk(label, 0, len(label)); w.Next(&h); {
		if (h.Kinds != 0 || h.Part != Whole) && (main.Kinds == 0 || h.Flags&Weak == 0 || main.Flags&Weak != 0) &&
			(h.Kinds != 0 || main.Kinds == 0) {
			main = h.Sense
			parts = 0
			if flags &^= Rival; h.Kinds != 0 {
				h.Flags &^= Rival // to others
			}
		} else if h.Kinds&main.Kinds != 0 && h.Part != Whole {
			part = h.Part
			parts++
		}
		if h.Flags&Numbered == 0 || NumberBehind(label, h.End) {
			flags |= h.Flags & (Rival | Provider | Employment | Payroll)
		}
		if h.Health != 0 && (health == 0 || int(health-1) == CategoryIndex("demographics") || health == 1 && ofThing(h.Health)) {
			health = h.Health
		}
		if h.Health == 1 { // patient
			flags &^= Provider
		}
		heightened = heightened || h.Heightened
		thing = thing || ofThing(h.Health)
	}
	if main.Kinds == 1<<KName && main.Flags&Weak != 0 && main.Part == Whole && thing {
		main = Sense{} // the name of a drug, a test, a plan
	}
	if parts == 1 && main.Part == Whole && main.Kinds&(1<<KName|1<<KAddress) != 0 { // patient.name.first; not name (last, first)
		main.Part = part
	}
	if main.Kinds&patientsOnly != 0 {
		flags &^= Provider // it says where, not whose: clinic_mrn
	}
	main.Flags = main.Flags&(Weak|Qualifier|Vague) | flags
	main.Health, main.Heightened = health, heightened
	if main.Kinds&icdKinds != 0 {
		main.edition(label)
	}
	return main
}

// ofThing tells whether a label that speaks of health, by 1 + category, speaks of things and not of a person.
func ofThing(health uint8) bool {
	switch int(health) - 1 {
	case CategoryIndex("diagnosis"), CategoryIndex("medication"), CategoryIndex("procedure"), CategoryIndex("laboratory"):
		return true
	}
	return false
}

// patientsOnly are the kinds of which a provider has none.
const patientsOnly = 1<<KMRN | 1<<KHICN | 1<<KMBI

// maxToTerm is how far before a value a term of health may end that says what the value is.
const maxToTerm = 40

// TermBefore tells whether a term of health stands before b[at:] in the same sentence, with letters, digits and blanks between.
func (x *Lexicon) TermBefore(b []byte, at int) bool {
	from := at
	for from > 0 && at-from < maxToTerm+maxPhrase {
		if c := b[from-1]; !IsAlnum(c) && c < 0x80 && c != ' ' && c != '-' && c != '\'' && c != '/' && c != ',' {
			break
		}
		from--
	}
	var h Hit
	for w := x.Walk(b, from, at); w.Next(&h); {
		if at-h.End <= maxToTerm && h.Health != 0 && h.End <= at && int(h.Health)-1 != CategoryIndex("demographics") && int(h.Health)-1 != CategoryIndex("identifier") {
			return true
		}
	}
	return false
}

// NumberBehind tells whether a digit stands behind the word that ends at b[end], with one mark or space between at most.
func NumberBehind(b []byte, end int) bool {
	if end < len(b) && (b[end] == '-' || b[end] == ' ' || b[end] == '_') {
		end++
	}
	return end < len(b) && IsDigit(b[end])
}

// signAfter returns where the number sign ends that stands behind b[:i], 0 if there is none.
func signAfter(b []byte, i int) int {
	if i+1 < len(b) && (b[i] == ' ' || b[i] == '_' || b[i] == '.') {
		i++
	}
	if i < len(b) && b[i] == '#' {
		return i + 1
	}
	return 0
}

// MayLabel tells whether [Lexicon.Exact] is worth asking: most cells of a table end here.
func (x *Lexicon) MayLabel(b []byte) bool {
	h := cellHash(b)
	return x.labels[h/64]>>(h%64)&1 != 0
}

// Exact looks up a text that is the label of a kind and nothing else but marks: a cell that labels its neighbour.
func (x *Lexicon) Exact(b []byte) (Sense, bool) {
	if len(b) < 2 || len(b) > maxPhrase {
		return Sense{}, false
	}
	if !x.MayLabel(b) {
		return Sense{}, false
	}
	if bytes.IndexByte(b, '#') >= 0 {
		if s, ok := x.whole(b, numberSign); ok {
			return s, true
		}
	}
	return x.whole(b, "")
}

// whole looks up a text as a phrase, with sign for the number sign.
func (x *Lexicon) whole(b []byte, sign string) (Sense, bool) {
	var buf [maxPhrase]byte
	n := 0
	signs := 0
	for _, c := range b {
		switch {
		case n+len(sign) >= len(buf):
			return Sense{}, false
		case IsLetter(c):
			buf[n] = c | 0x20
			n++
		case c == '#':
			n += copy(buf[n:], sign)
			signs++
		case phraseGap(c) || c == ':' || c == '?' || c == '*':
		default:
			return Sense{}, false
		}
	}
	if sign != "" && signs != 1 {
		return Sense{}, false
	}
	return x.phrase(buf[:n])
}

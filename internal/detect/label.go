package detect

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/rule"
)

var _ finding.Labeler = (*Engine)(nil)

const (
	maxLabelRunes = 120
	maxLabelRead  = 2048
	maxDigits     = 4 // the longest number that stays in a label
)

// Label makes a label of a file name, path, subject or user name. Nobody can tell a surname from another word, so only
// words of a fixed vocabulary of harmless ones stay (report, patients, export, csv ...), single letters, and numbers of up to
// four digits. Another word becomes "w:" and four hex digits of its keyed hash, the same for the same word; a longer
// number, also one that is broken by single separators, becomes [Nd], and a word of letters and digits [Nc]. Of a mail
// address only the domain stays, of a URI nothing behind '?' or '#'. Percent-encoding is undone first. Control, format
// and other unusual characters become '?'. At most 120 characters are kept.
func (e *Engine) Label(raw string) finding.Label {
	if raw == "" {
		return finding.Safe("")
	}
	l := labeler{e: e}
	l.name(cutRunes(unescapeAll(raw), maxLabelRead))
	return l.label()
}

// MediaLabel makes a label of a media type, by the same rules.
func (e *Engine) MediaLabel(raw string) finding.Label {
	if i := strings.IndexByte(raw, ';'); i >= 0 {
		raw = raw[:i]
	}
	return e.Label(strings.ToLower(strings.TrimSpace(raw)))
}

// HostLabel makes a label of a host or domain name. It names the receiver, so its words stay; numbers of five digits or
// more, also when dots or dashes break them, and what has the form of an identifier do not. An IP address stays.
func (e *Engine) HostLabel(raw string) finding.Label { return e.HostLabelOf(raw, nil) }

// HostLabelOf is HostLabel where an object named people: words of the name that make up one of theirs, in any order,
// apart or in one, become "w:" and four hex digits as in Label, and its record numbers become [Nc].
func (e *Engine) HostLabelOf(raw string, known finding.Words) finding.Label {
	raw = strings.ToLower(cutRunes(unescapeAll(raw), 255))
	if a, err := netip.ParseAddr(strings.Trim(raw, "[]")); err == nil && a.Zone() == "" {
		return finding.Safe(raw)
	}
	l := labeler{e: e}
	spans := e.named(raw, known)
	for i := 0; i < len(raw); {
		j := i
		for j < len(raw) && raw[j] != '.' && raw[j] != '@' {
			j++
		}
		if n := identifierLike(raw[i:j]); n > 0 {
			l.count(n, 'c')
			i = j
			continue
		}
		for i < j {
			if n := l.named(raw, i, spans); n > 0 {
				i += n
				continue
			}
			if n := medicareAt(raw, i, j); n > 0 {
				l.count(11, 'c')
				i += n
				continue
			}
			i += l.hostByte(raw, i)
		}
		if i < len(raw) && i == j { // a number may have gone on behind the dot
			l.out = append(l.out, raw[i])
			i++
		}
	}
	return l.label()
}

// hostByte writes what stands at raw[i] and returns how many bytes that were.
func (l *labeler) hostByte(raw string, i int) int {
	c := raw[i]
	if rule.IsDigit(c) {
		end, n := spread(raw, i, ".-_")
		for k := i + 1; k < end; k++ { // what follows the dot may be more than its first digits
			if raw[k] == '.' && medicareAt(raw, k+1, labelEnd(raw, k+1)) > 0 {
				end, n = spread(raw[:k], i, ".-_")
			}
		}
		if n > maxDigits {
			l.count(n, 'd')
		} else {
			l.out = append(l.out, raw[i:end]...)
		}
		return end - i
	}
	if rule.IsLetter(c) || c == '-' || c == '_' || c == ':' || c == '[' || c == ']' || c == '@' || c == '*' {
		l.out = append(l.out, c)
	} else if c < utf8.RuneSelf {
		l.out = append(l.out, '?')
	} else {
		r, n := utf8.DecodeRuneInString(raw[i:])
		if unicode.IsLetter(r) {
			l.out = utf8.AppendRune(l.out, r)
		} else {
			l.out = append(l.out, '?')
		}
		return n
	}
	return 1
}

func labelEnd(raw string, i int) int {
	if n := strings.IndexAny(raw[i:], ".@"); n >= 0 {
		return i + n
	}
	return len(raw)
}

// medicareAt returns the length of what has the form of a Medicare number at raw[i:end], dashes anywhere, else 0.
func medicareAt(raw string, i, end int) int {
	const form = "dannannaadd" // d digit, a letter, n either, wider than the rule
	if i > 0 && rule.IsAlnum(raw[i-1]) {
		return 0
	}
	k, j := 0, i
	for ; j < end && k < len(form); j++ {
		c := raw[j]
		if c == '-' || c == '_' {
			continue
		}
		if !rule.IsAlnum(c) || form[k] == 'd' && !rule.IsDigit(c) || form[k] == 'a' && !rule.IsLetter(c) {
			return 0
		}
		k++
	}
	if k < len(form) || j < end && rule.IsAlnum(raw[j]) {
		return 0
	}
	return j - i
}

// identifierLike returns the length of a host label that has the form of a long code, else 0.
func identifierLike(v string) int {
	n, nd, turns := 0, 0, 0
	var b [64]byte
	for i := 0; i < len(v) && n < len(b); i++ {
		if !rule.IsAlnum(v[i]) {
			continue
		}
		b[n] = v[i] &^ 0x20
		if rule.IsDigit(v[i]) {
			b[n] = v[i]
			nd++
		}
		if n > 0 && rule.IsDigit(b[n]) != rule.IsDigit(b[n-1]) {
			turns++
		}
		n++
	}
	if n >= 16 && nd >= 6 && turns >= 4 {
		return n
	}
	return 0
}

// labeler writes one label.
type labeler struct {
	e   *Engine
	out []byte
}

func (l *labeler) label() finding.Label { return finding.Safe(cutRunes(string(l.out), maxLabelRunes)) }

func (l *labeler) count(n int, what byte) {
	l.out = append(l.out, '[')
	l.out = strconv.AppendInt(l.out, int64(n), 10)
	l.out = append(l.out, what, ']')
}

// name writes a name by the strict rules.
func (l *labeler) name(raw string) {
	for i := 0; i < len(raw); {
		c := raw[i]
		switch {
		case c == '?' || c == '#':
			if len(raw) > i+1 && (strings.HasPrefix(raw, "/") || strings.Contains(raw[:i], "://")) {
				l.out = append(l.out, c)
				l.out = append(l.out, "[query]"...)
				return
			}
			l.out = append(l.out, c)
			i++
		case rule.IsAlnum(c) || c >= utf8.RuneSelf:
			i += l.token(raw, i)
		case c == '@' && len(l.out) > 0:
			l.local()
			n := i + 1
			for n < len(raw) && (rule.IsAlnum(raw[n]) || raw[n] == '.' || raw[n] == '-') {
				n++
			}
			l.out = append(l.out, '@')
			l.out = append(l.out, l.e.HostLabel(raw[i+1:n]).String()...)
			i = n
		case c < ' ' || c == 0x7f:
			l.out = append(l.out, '?')
			i++
		default:
			l.out = append(l.out, c)
			i++
		}
	}
}

// local replaces the local part of a mail address that was just written.
func (l *labeler) local() {
	i := len(l.out)
	for i > 0 && l.out[i-1] != ' ' && l.out[i-1] != '<' && l.out[i-1] != '/' && l.out[i-1] != ',' && l.out[i-1] != '"' && l.out[i-1] != '(' {
		i--
	}
	l.out = append(l.out[:i], "[user]"...)
}

// token writes the word or number at raw[i:] and returns its length.
func (l *labeler) token(raw string, i int) int {
	end, letters, nd, wide := i, 0, 0, false
	for end < len(raw) {
		c := raw[end]
		if rule.IsDigit(c) {
			nd++
			end++
			continue
		}
		if rule.IsLetter(c) {
			letters++
			end++
			continue
		}
		if c < utf8.RuneSelf {
			break
		}
		r, n := utf8.DecodeRuneInString(raw[end:])
		switch {
		case unicode.IsLetter(r) || unicode.IsMark(r):
			letters++
		case unicode.IsDigit(r) || unicode.IsNumber(r):
			nd++
		default:
			if end > i {
				return l.word(raw[i:end], letters, nd, wide)
			}
			l.out = append(l.out, '?')
			return n
		}
		wide = true
		end += n
	}
	if letters == 0 && !wide {
		if to, n := spread(raw, i, "-._ /,+:%"); n > maxDigits {
			l.count(n, 'd')
			return to - i
		}
	}
	return l.word(raw[i:end], letters, nd, wide)
}

func (l *labeler) word(w string, letters, nd int, wide bool) int {
	n := len(w)
	low := strings.ToLower(w)
	switch {
	case letters == 0 && !wide && nd <= maxDigits, !wide && harmless(low), !wide && letters == 1 && nd <= 2:
		l.out = append(l.out, w...)
	case letters > 0 && nd == 0 && !wide && l.camel(w):
	case letters > 0 && nd > 0:
		l.count(letters+nd, 'c')
	case nd > 0:
		l.count(nd, 'd')
	default:
		l.pseudonym(low)
	}
	return n
}

// camel writes a word of several in camel case, if that is what it is.
func (l *labeler) camel(w string) bool {
	start, parts := 0, 0
	mark := len(l.out)
	for i := 1; i <= len(w); i++ {
		if i < len(w) && (w[i] >= 'a' || w[i-1] < 'a') {
			continue
		}
		p := strings.ToLower(w[start:i])
		if len(p) == 1 || harmless(p) {
			l.out = append(l.out, w[start:i]...)
		} else {
			l.pseudonym(p)
		}
		start = i
		parts++
	}
	if parts < 2 {
		l.out = l.out[:mark]
		return false
	}
	return true
}

// pseudonym writes the stand-in of a word.
func (l *labeler) pseudonym(w string) {
	h := l.e.hash(0xff, []byte(w))
	b := [2]byte{byte(h >> 8), byte(h)}
	l.out = append(l.out, 'w', ':')
	l.out = hex.AppendEncode(l.out, b[:])
}

// spread measures a number that single separators may break: the index behind it and the count of its digits.
func spread(raw string, i int, seps string) (end, n int) {
	for end = i; end < len(raw); {
		c := raw[end]
		if rule.IsDigit(c) {
			n++
			end++
			continue
		}
		if strings.IndexByte(seps, c) < 0 || end+1 >= len(raw) || !rule.IsDigit(raw[end+1]) {
			break
		}
		end++
	}
	return end, n
}

// unescapeAll undoes percent-encoding of everything, twice at most.
func unescapeAll(s string) string {
	for range 2 {
		if strings.IndexByte(s, '%') < 0 {
			return s
		}
		b := make([]byte, 0, len(s))
		for i := 0; i < len(s); i++ {
			if s[i] == '%' && i+2 < len(s) {
				if hi, lo := nibble(s[i+1]), nibble(s[i+2]); hi|lo < 16 {
					b = append(b, hi<<4|lo)
					i += 2
					continue
				}
			}
			b = append(b, s[i])
		}
		s = string(b)
	}
	return s
}

// cutRunes cuts s to n characters; invalid UTF-8 becomes '?'.
func cutRunes(s string, n int) string {
	s = strings.ToValidUTF8(s, "?")
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

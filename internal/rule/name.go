package rule

import (
	"unicode"
	"unicode/utf8"
)

const (
	maxName      = 96
	maxNameWords = 6
)

// NameAt reads a person's name at the beginning of b and returns its length, 0 if there is none. It ends at the end of
// the line, at two spaces, at a tab, at a bracket or quote, and before the next label; a comma continues it only after a
// single word (Last, First M). Where two spaces stand behind its first word, they do not end it. A line end does not end what is no
// name yet: a single word, with an initial or a comma. strict wants capital initials: without it a name stands behind an attached label.
func (x *Lexicon) NameAt(b []byte, strict bool) int {
	words, end, comma, full, gap := 0, 0, false, 0, 1
	for i := 0; i < len(b) && i < maxName && words < maxNameWords; {
		w, cap := nameWord(b[i:])
		if w == 0 || strict && !cap && words == 0 || x.stops(b[i:i+w], b[i+w:]) {
			break
		}
		if words > 0 && !cap && !particle(b[i:i+w]) && !allLower(b[:end]) {
			break
		}
		words++
		if w > 1 {
			full++
		}
		i += w
		end = i
		if i < len(b) && b[i] == '.' {
			i++ // an initial
		}
		j := i
		for j < len(b) && (b[j] == ' ' || b[j] == '^') && j-i < 3 {
			j++
		}
		if words == 1 && j-i == 2 {
			gap = 2
		}
		if j-i > gap && b[i] == ' ' {
			break
		}
		if j < len(b) && b[j] == ',' {
			if comma || words > 2 || words == 2 && !particle(b[:i-w]) && !suffix(b, j) {
				break
			}
			comma = true
			j++
			for j < len(b) && b[j] == ' ' && j-i < 4 {
				j++
			}
		}
		if full == 1 {
			j = overLine(b, j)
		}
		if j == i {
			break
		}
		i = j
	}
	if words < 2 {
		return 0
	}
	return end
}

// overLine returns where the next line begins if the one of b[j] ends there and the next goes on with a word in capitals
// that is no label, else j.
func overLine(b []byte, j int) int {
	k := j
	if k < len(b) && b[k] == '\r' {
		k++
	}
	if k >= len(b) || b[k] != '\n' {
		return j
	}
	k++
	w, cap := nameWord(b[k:])
	if w < 2 || !cap || k+w < len(b) && (b[k+w] == ':' || b[k+w] == '=' || b[k+w] == '\t') {
		return j
	}
	return k
}

// suffix tells whether a comma at i is followed by Jr, Sr, II, III.
func suffix(b []byte, i int) bool {
	for i++; i < len(b) && b[i] == ' '; i++ {
	}
	w, _ := nameWord(b[i:])
	switch string(lowerCut(b[i : i+w])) {
	case "jr", "sr", "ii", "iii", "iv":
		return true
	}
	return false
}

func lowerCut(b []byte) []byte {
	var buf [8]byte
	n := copy(buf[:], b)
	for i := range buf[:n] {
		buf[i] = lower(buf[i])
	}
	return append([]byte(nil), buf[:n]...)
}

// nameWord measures a word of letters, with inner apostrophes and hyphens. cap: it begins with a capital.
func nameWord(b []byte) (n int, cap bool) {
	for n < len(b) && n < 40 {
		c := b[n]
		switch {
		case IsLetter(c):
			if n == 0 {
				cap = c < 'a'
			}
			n++
			continue
		case c >= utf8.RuneSelf:
			r, w := utf8.DecodeRune(b[n:])
			if r == 0x2019 && n > 0 && n+w < len(b) && IsLetter(b[n+w]) {
				n += w
				continue
			}
			if !unicode.IsLetter(r) {
				return n, cap
			}
			if n == 0 {
				cap = !unicode.IsLower(r)
			}
			n += w
			continue
		case (c == '\'' || c == '-') && n > 0 && n+1 < len(b) && (IsLetter(b[n+1]) || b[n+1] >= utf8.RuneSelf):
			n++
			continue
		}
		return n, cap
	}
	return n, cap
}

func allLower(b []byte) bool {
	for _, c := range b {
		if classes[c]&ClassUpper != 0 {
			return false
		}
	}
	return true
}

func particle(w []byte) bool {
	switch string(w) {
	case "de", "da", "do", "dos", "di", "del", "la", "van", "von", "der", "den", "ten", "bin", "al", "el", "y", "e", "le", "du", "st":
		return true
	}
	return false
}

// stops tells whether a word is no part of a name: the next label, or a word of the vocabulary followed by a mark that
// labels have.
func (x *Lexicon) stops(w, rest []byte) bool {
	if len(w) == 1 && len(rest) > 0 && rest[0] == '.' {
		return false // an initial, whatever else the letter stands for
	}
	s, ok := x.Word(w)
	if !ok {
		return false
	}
	if s.Kinds&^(1<<KName) != 0 || s.Flags&(Filler|Rival|Provider|Employment) != 0 || s.Health != 0 {
		return true
	}
	return len(rest) > 0 && (rest[0] == ':' || rest[0] == '=')
}

// FullName tells whether a whole field reads like a person's name: two to six words of letters and nothing else.
func (x *Lexicon) FullName(b []byte) bool {
	words, i := 0, 0
	for i < len(b) {
		w, _ := nameWord(b[i:])
		if w == 0 {
			return false
		}
		if words++; words > maxNameWords {
			return false
		}
		i += w
		for j := 0; i < len(b) && (b[i] == ' ' || b[i] == ',' || b[i] == '.' || b[i] == '^' || b[i] == '\''); j++ {
			if i++; j > 3 {
				return false
			}
		}
	}
	return words >= 2 && len(b) <= maxName
}

// OneName tells whether a whole field reads like a part of a name: one to three words of letters.
func OneName(b []byte) bool {
	words, i := 0, 0
	for i < len(b) {
		w, _ := nameWord(b[i:])
		if w == 0 {
			return false
		}
		if words++; words > 3 {
			return false
		}
		i += w
		for i < len(b) && (b[i] == ' ' || b[i] == '.') {
			i++
		}
	}
	return words >= 1 && len(b) <= maxName/2
}

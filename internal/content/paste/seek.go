package paste

import "bytes"

// Seeker finds the lines of a text that may be headers. It spares the others all but a search for delimiters.
type Seeker struct {
	b    []byte
	next [len(delims)]int // the next of each delimiter, len(b): none
}

var delims = [...]byte{',', '\t', '|', ';'}

// maxMarks is how many marks of quoted mails may stand before a header, with a blank each.
const maxMarks = 3

// Seek returns a seeker in b, which must not change.
func Seek(b []byte) Seeker {
	s := Seeker{b: b}
	for i := range s.next {
		s.next[i] = -1
	}
	return s
}

// Line returns where the first line at or after at, the beginning of a line, begins that may be a header, len(b): none. at must not
// be less than before.
func (s *Seeker) Line(at int) int {
	for {
		k := s.delim(at)
		if k == len(s.b) {
			return k
		}
		if !alone(s.b[k:]) {
			if from := back(s.b, at, k); from >= 0 {
				return from
			}
		}
		n := bytes.IndexByte(s.b[k:], '\n')
		if n < 0 {
			return len(s.b)
		}
		at = k + n + 1
	}
}

// alone tells whether b begins with a comma of a sentence: a blank follows it, and no comma soon.
func alone(b []byte) bool {
	return b[0] == ',' && len(b) > 1 && b[1] == ' ' && bytes.IndexByte(b[1:min(len(b), maxLabel)], ',') < 0
}

// back returns where the line of b[to] begins, at or after at, -1 if more words stand between than a label and marks have.
func back(b []byte, at, to int) int {
	for i, words := to, 0; ; i-- {
		switch {
		case i == at || b[i-1] == '\n':
			return i
		case b[i-1] == ' ' && b[i] > ' ':
			if words++; words > maxWords+maxMarks {
				return -1
			}
		case to-i > maxLabel+2*maxMarks:
			return -1
		}
	}
}

// delim returns the index of the first delimiter at or after at, len(b): none.
func (s *Seeker) delim(at int) int {
	k := len(s.b)
	for i, n := range s.next {
		if n < at {
			if n = bytes.IndexByte(s.b[at:], delims[i]); n < 0 {
				n = len(s.b)
			} else {
				n += at
			}
			s.next[i] = n
		}
		k = min(k, n)
	}
	return k
}

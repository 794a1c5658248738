package mime

import (
	"bytes"

	"github.com/emmansun/base64"

	"github.com/phiwatch/phiwatch/internal/content/chunk"
)

const (
	packedLen = 64 << 10
	plainLen  = packedLen / 4 * 3
)

// base64Source decodes base64 as leniently as mail programs do. Lines are packed together and decoded in large blocks; a
// block with anything unexpected in it (junk, padding in the middle, the URL alphabet) is decoded byte by byte.
type base64Source struct {
	from   chunk.Source
	in     []byte // unread part of the present piece
	last   bool   // no piece follows
	packed []byte
	out    []byte
	q      quartet

	padded bool   // the line before ended in padding
	behind []byte // what follows it
	rest   []byte // what comes in the present piece after that, while in is behind
	over   bool   // that is no base64: it is left to who reads the mail

	// Where bytes of a mail are missing, two line ends stand closer than they should, and the groups of four are out of
	// step. These find the step again.
	length  int  // of the line, so far
	regular int  // length of the lines before, 0: they differ or cannot tell
	alike   int  // how many lines before had that length
	short   bool // the line before was shorter than those before it
	begin   int  // where the line begins in packed, -1: it is gone
}

func (s *base64Source) reset(from chunk.Source) {
	if s.packed == nil {
		s.packed = make([]byte, 0, packedLen)
		s.out = make([]byte, plainLen+8)
	}
	s.from, s.in, s.last, s.packed, s.q = from, nil, false, s.packed[:0], quartet{}
	s.padded, s.behind, s.rest, s.over = false, s.behind[:0], nil, false
	s.length, s.regular, s.alike, s.short, s.begin = 0, 0, 0, false, 0
}

// Next implements chunk.Source.
func (s *base64Source) Next() ([]byte, bool) {
	s.pack()
	done := s.over || s.last && len(s.in)+len(s.rest) == 0
	n := len(s.packed)
	if !done {
		n &^= 3
	}
	out := s.block(s.packed[:n])
	s.packed = s.packed[:copy(s.packed, s.packed[n:])]
	if s.begin -= n; s.begin < 0 {
		s.begin = -1
	}
	if done {
		out = s.q.end(out)
	}
	return out, done
}

// pack fills the block with the characters of lines.
func (s *base64Source) pack() {
	for len(s.packed) < packedLen {
		if s.padded && s.length == 0 {
			if s.padded, s.over = false, !s.goesOn(); s.over {
				return
			}
		}
		if len(s.in) == 0 {
			if s.last && len(s.rest) == 0 {
				return
			}
			s.fill()
			continue
		}
		i := bytes.IndexByte(s.in, '\n')
		line, n := s.in, len(s.in)
		if i >= 0 {
			line, n = s.in[:i], i+1
		}
		if k := packedLen - len(s.packed); len(line) > k {
			line, n = line[:k], k
		}
		if m := len(line); m > 0 && line[m-1] == '\r' {
			line = line[:m-1]
		}
		if s.length == 0 && len(line) > 0 {
			s.beginLine()
		}
		s.packed = append(s.packed, line...)
		if s.length += len(line); len(line) > 0 {
			s.padded = line[len(line)-1] == '='
		}
		if n > len(line) && s.in[n-1] == '\n' {
			s.endLine()
		}
		s.in = s.in[n:]
	}
}

// fill gets the next piece.
func (s *base64Source) fill() {
	if s.in, s.rest = s.rest, nil; len(s.in) == 0 && !s.last {
		s.in, s.last = s.from.Next()
	}
}

// behindLen is how much of what follows padding is looked at.
const behindLen = 256

// goesOn tells whether there is base64 behind padding, or nothing: not a footer that a list has put there in the clear.
func (s *base64Source) goesOn() bool {
	s.behind = s.behind[:0]
	for len(s.behind) < behindLen && (len(s.in)+len(s.rest) > 0 || !s.last) {
		if len(s.in) == 0 {
			s.fill()
		}
		n := min(behindLen-len(s.behind), len(s.in))
		s.behind = append(s.behind, s.in[:n]...)
		s.in = s.in[n:]
	}
	if good, bad := signs(s.behind); bad*12 > good { // words have a blank every six letters
		return false
	}
	s.in, s.rest = s.behind, s.in
	return true
}

// minLine is the shortest line that tells how long lines are.
const minLine = 40

// minAlike is how many lines must be alike for another one to look cut.
const minAlike = 2

// beginLine drops what a short line before has left of a group: its other bytes are missing.
func (s *base64Source) beginLine() {
	if s.short {
		if n := len(s.packed) & 3; s.q.n == 0 && n > 0 {
			s.packed = s.packed[:len(s.packed)-n]
		}
	}
	s.begin = len(s.packed)
}

// endLine keeps the length of lines in mind. A line behind a short one is the end of a line: its end is in step.
func (s *base64Source) endLine() {
	n := s.length
	s.length = 0
	switch {
	case n == 0:
	case s.regular == 0:
		if n >= minLine && n&3 == 0 {
			s.regular, s.alike = n, 1
		}
	case n == s.regular:
		s.short = false
		s.alike++
	case n > s.regular || s.alike < minAlike: // lines of any length, and nothing is missing
		s.regular, s.short = 0, false
	case s.short:
		if k := n & 3; k > 0 && s.begin >= 0 {
			s.packed = append(s.packed[:s.begin], s.packed[s.begin+k:]...)
		}
		s.short = false
	default:
		s.short = true
	}
}

// block decodes a block.
func (s *base64Source) block(b []byte) []byte {
	if s.q.n == 0 && len(b)&3 == 0 && len(b) > 0 {
		want := len(b) / 4 * 3
		if b[len(b)-1] == '=' {
			want--
			if b[len(b)-2] == '=' {
				want--
			}
		}
		if n, err := base64.StdEncoding.Decode(s.out, b); err == nil && n == want {
			return s.out[:n]
		}
	}
	out := s.out[:0]
	for _, c := range b {
		out = s.q.add(out, c)
	}
	return out
}

// quartet decodes base64 byte by byte. Padding ends a group wherever it stands, and junk is passed over.
type quartet struct {
	bits uint32
	n    uint8
}

func (q *quartet) add(out []byte, c byte) []byte {
	v := value64[c]
	if v >= 64 {
		if c == '=' {
			return q.end(out)
		}
		return out
	}
	q.bits = q.bits<<6 | uint32(v)
	if q.n++; q.n == 4 {
		out = append(out, byte(q.bits>>16), byte(q.bits>>8), byte(q.bits))
		*q = quartet{}
	}
	return out
}

// end gives the bytes of a group that is not full.
func (q *quartet) end(out []byte) []byte {
	switch q.n {
	case 2:
		out = append(out, byte(q.bits>>4))
	case 3:
		out = append(out, byte(q.bits>>10), byte(q.bits>>2))
	}
	*q = quartet{}
	return out
}

// value64 maps the characters of both alphabets to their values, all others to 0xFF.
var value64 = func() (t [256]byte) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range t {
		t[i] = 0xFF
	}
	for i := range len(alphabet) {
		t[alphabet[i]] = byte(i)
	}
	t['-'], t['_'] = 62, 63
	return t
}()

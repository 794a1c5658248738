package mime

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/chunk"
)

const (
	quotedLen = 32 << 10
	maxBlanks = 1000 // behind a soft line break
)

// quotedSource decodes quoted-printable. Soft line breaks may have blanks behind them; an escape that is none stays as
// it is.
type quotedSource struct {
	r   chunk.Reader
	out []byte
}

func (s *quotedSource) reset(from chunk.Source) {
	if s.out == nil {
		s.out = make([]byte, quotedLen)
	}
	s.r.Reset(from)
}

// Next implements chunk.Source.
func (s *quotedSource) Next() ([]byte, bool) {
	n := 0
	for n < len(s.out) {
		in := s.r.Fill()
		if len(in) == 0 {
			return s.out[:n], true
		}
		used, k := unquote(s.out[n:], in)
		s.r.Discard(used)
		n += k
		if used < len(in) && n < len(s.out) {
			n = s.edge(n) // an escape that crosses the edge of the piece, or a strange one
		}
	}
	return s.out[:n], false
}

// unquote decodes as long as escapes are whole and usual.
func unquote(out, in []byte) (used, n int) {
	i := 0
	for i < len(in) && n < len(out) {
		b := in[i:]
		if len(b) > len(out)-n {
			b = b[:len(out)-n]
		}
		j := bytes.IndexByte(b, '=')
		if j < 0 {
			return i + len(b), n + copy(out[n:], b)
		}
		n += copy(out[n:], b[:j])
		i += j
		if len(in)-i < 3 {
			return i, n
		}
		switch c, d := in[i+1], in[i+2]; {
		case c == '\r' && d == '\n':
			i += 3
		case c == '\n':
			i += 2
		case nibble[c]|nibble[d] < 16:
			out[n] = nibble[c]<<4 | nibble[d]
			n++
			i += 3
		default:
			return i, n
		}
	}
	return i, n
}

// edge decodes one escape the slow way.
func (s *quotedSource) edge(n int) int {
	b := s.r.Peek(3)
	if len(b) == 3 && nibble[b[1]]|nibble[b[2]] < 16 {
		s.out[n] = nibble[b[1]]<<4 | nibble[b[2]]
		s.r.Discard(3)
		return n + 1
	}
	if len(b) > 1 && !isBreak(b[1]) && b[1] != ' ' && b[1] != '\t' {
		s.out[n] = '='
		s.r.Discard(1)
		return n + 1
	}
	b = s.r.Peek(maxBlanks)
	i := 1
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	switch {
	case i == len(b) && i < maxBlanks: // the end of the data
	case i < len(b) && b[i] == '\n':
		i++
	case i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n':
		i += 2
	case i < len(b) && b[i] == '\r':
		i++
	default:
		s.out[n] = '='
		n++
		i = 1
	}
	s.r.Discard(i)
	return n
}

// nibble maps hexadecimal digits to their values, all others to 0xFF.
var nibble = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xFF
		if c := byte(i); isHex(c) {
			t[i] = unhex(c)
		}
	}
	return t
}()

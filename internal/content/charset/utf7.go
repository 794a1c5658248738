package charset

import "unicode/utf8"

// utf7state is the state of a UTF-7 decoder (RFC 2152).
type utf7state struct {
	shifted bool
	fresh   bool // nothing came since '+'
	bits    uint32
	n       uint
}

func (s *source) utf7(in []byte) []byte {
	out, i := s.out[:0], 0
	for i < len(in) && len(out) < outLen-8 {
		c := in[i]
		i++
		switch {
		case !s.seven.shifted && c == '+':
			s.seven = utf7state{shifted: true, fresh: true}
		case !s.seven.shifted:
			out = append(out, c)
		default:
			out = s.shifted(out, c)
		}
	}
	s.r.Discard(i)
	return out
}

// shifted takes a byte between '+' and its end.
func (s *source) shifted(out []byte, c byte) []byte {
	st := &s.seven
	v, ok := base64Value(c)
	if !ok {
		if st.fresh && c == '-' {
			out = append(out, '+')
		} else if c != '-' {
			out = append(out, c)
		}
		*st = utf7state{}
		return out
	}
	st.fresh = false
	st.bits, st.n = st.bits<<6|uint32(v), st.n+6
	if st.n < 16 {
		return out
	}
	st.n -= 16
	u := rune(st.bits >> st.n & 0xFFFF)
	if u < utf8.RuneSelf && s.pending == 0 {
		return append(out, byte(u))
	}
	return s.surrogate(out, u)
}

func base64Value(c byte) (byte, bool) {
	switch {
	case c >= 'A' && c <= 'Z':
		return c - 'A', true
	case c >= 'a' && c <= 'z':
		return c - 'a' + 26, true
	case c >= '0' && c <= '9':
		return c - '0' + 52, true
	case c == '+':
		return 62, true
	case c == '/':
		return 63, true
	}
	return 0, false
}

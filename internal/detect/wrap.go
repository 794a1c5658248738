package detect

import "github.com/phiwatch/phiwatch/internal/rule"

// wrapped tells whether the digit bitmap w can be that of a number of nine digits with dashes whose line was wrapped behind
// one of them: 123-45-, a line end, 6789, or 123-, a line end, 45-6789. The line end is LF or CR LF.
func wrapped(w int) bool {
	switch w {
	case 0b0_1111_00_11_0_111, 0b1111_000_11_0_111,
		0b0_1111_0_11_00_111, 0b1111_0_11_000_111:
		return true
	}
	return false
}

// unwrap tries the rule of delimited numbers at the digit run b[at:], whose layout is a wrapped one.
func (s *Scan) unwrap(b []byte, at int) {
	r := s.e.dashed
	if r == nil {
		return
	}
	var v [11]byte
	n, end := 0, at
	for end < len(b) && n < len(v) {
		c := b[end]
		switch {
		case n == 3 || n == 6:
			if c != '-' {
				return
			}
		case !rule.IsDigit(c):
			return
		}
		v[n] = c
		n++
		if end++; c == '-' {
			if end < len(b) && b[end] == '\r' {
				end++
			}
			if end < len(b) && b[end] == '\n' {
				end++
			}
		}
	}
	before, after := rule.Free(b, at, end)
	if n < len(v) || !before || !after {
		return
	}
	from := len(s.arena)
	s.arena = rule.Canon(s.arena, r.KindIndex(), v[:])
	ok, test := r.Valid(s.arena[from:])
	if !ok {
		s.arena = s.arena[:from]
		return
	}
	lp := s.points(b, at, r)
	if test {
		lp.flags |= isTest
	}
	s.put(r, at, from, lp)
}

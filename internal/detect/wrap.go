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

// wrappedPhone is wrapped for a telephone number: 904-, a line end, 497-3163, or 904-497-, a line end, 3163, or (904) 497-, a line end, 3163.
func wrappedPhone(w int) bool {
	switch w {
	case 0b1111_00_111_0_111, 0b111_000_111_0_111,
		0b1111_0_111_00_111, 0b111_0_111_000_111,
		0b111_00_111_00_111, 0b11_000_111_00_111:
		return true
	}
	return false
}

// unwrapPhone tries the rules of telephone and fax numbers at the digit run b[at:], whose layout is a wrapped one.
func (s *Scan) unwrapPhone(b []byte, at int) {
	var v [16]byte
	n, end, start := 0, at, at
	for end < len(b) && n < len("ddd) ddd-dddd") {
		c := b[end]
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
		if n == len("ddd-ddd-dddd") && v[3] == '-' {
			break
		}
	}
	const dashed, bracketed = "ddd-ddd-dddd", "ddd) ddd-dddd"
	switch {
	case formed(v[:n], dashed):
	case formed(v[:n], bracketed) && at > 0 && b[at-1] == '(':
		start--
	default:
		return
	}
	if before, after := rule.Free(b, start, end); !before || !after {
		return
	}
	r := s.e.phone
	if h := s.label(b, start); h != nil && s.e.fax != nil && s.e.fax.Labelled(h) {
		r = s.e.fax
	}
	if r == nil {
		return
	}
	from := len(s.arena)
	s.arena = rule.Canon(s.arena, r.KindIndex(), v[:n])
	if ok, _ := r.Valid(s.arena[from:]); !ok {
		s.arena = s.arena[:from]
		return
	}
	s.put(r, start, from, s.points(b, start, r))
}

// formed tells whether v has a form: d stands for a digit, anything else for itself.
func formed(v []byte, form string) bool {
	if len(v) != len(form) {
		return false
	}
	for i, c := range v {
		if form[i] == 'd' && !rule.IsDigit(c) || form[i] != 'd' && c != form[i] {
			return false
		}
	}
	return true
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

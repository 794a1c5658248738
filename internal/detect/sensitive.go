package detect

import "github.com/phiwatch/phiwatch/internal/rule"

// Categories under heightened protection.
const (
	catMental       = 9
	catSubstance    = 10
	catHIV          = 11
	catReproductive = 12
	catGenetic      = 13
)

// sensitive notes minors (younger than 18 on the day of the packet), and diagnoses under heightened protection.
func (r *results) sensitive(s *Scan, c *cand, value []byte) {
	switch c.kind {
	case rule.KDOB:
		if c.flags&isAttached == 0 || len(value) != 10 {
			return
		}
		adult := s.today
		adult.Year -= 18
		var buf [10]byte
		if string(value) > string(adult.Append(buf[:0])) {
			r.minors = true
		}
	case rule.KICD10:
		if cat := heightened(value); cat > 0 {
			r.heightened = true
			r.cats |= 1 << cat
		}
	}
}

// heightened returns the category of an ICD-10-CM code that federal or most states' law protects more than others, 0 if there
// is none: substance use disorders (42 CFR 2.11, which leaves tobacco out), mental disorders other than organic ones, HIV, abortion,
// genetic susceptibility and carriers. The code is canonical: capitals, no dot.
func heightened(code []byte) int {
	if len(code) < 3 || !rule.IsDigit(code[1]) || !rule.IsDigit(code[2]) {
		return 0
	}
	switch n := int(code[1]-'0')*10 + int(code[2]-'0'); code[0] {
	case 'F':
		switch {
		case n == 17 || n < 10:
			return 0
		case n < 20:
			return catSubstance
		}
		return catMental
	case 'B':
		if n == 20 {
			return catHIV
		}
	case 'R':
		if n == 75 {
			return catHIV
		}
	case 'O':
		switch {
		case n == 4:
			return catReproductive
		case n == 98 && len(code) > 3 && code[3] == '7':
			return catHIV
		}
	case 'Z':
		return heightenedFactor(n, code[3:])
	}
	return 0
}

// heightenedFactor is heightened for codes of chapter 21, by category and what follows it.
func heightenedFactor(n int, rest []byte) int {
	first := byte(0)
	if len(rest) > 0 {
		first = rest[0]
	}
	switch {
	case n == 21:
		return catHIV
	case n == 14 || n == 15 || n == 13 && first == '7' || n == 31 && first == '5':
		return catGenetic
	case n == 33 && first == '2':
		return catReproductive
	}
	return 0
}

package detect

import "github.com/phiwatch/phiwatch/internal/rule"

// note takes the mark that the innermost unit is test data, see object.RoleTest.
func (s *Scan) note() {
	s.top().test = true
	s.tests = true
}

// mark makes samples of the candidates of a unit that its sender calls a test, or that is inside of one.
func (s *Scan) mark(cs []cand) {
	if !s.tests {
		return
	}
	for i := range s.units {
		if !s.units[i].test {
			continue
		}
		for k := range cs {
			cs[k].flags |= isTest | isMarked
		}
		return
	}
}

// sample tells whether a candidate is a value that stands for a person of a test: it says so of the numbers beside it that
// only a label makes. A filler (999-99-9999: unknown, by NAACCR item 2320) says nothing of them, and neither does a mark of
// another unit.
func (s *Scan) sample(c *cand) bool {
	if c.flags&isMarked != 0 || c.flags&isTest == 0 {
		return false
	}
	if c.kind != rule.KSSN {
		return true
	}
	v := s.arena[c.canon : c.canon+c.size]
	for i := range v {
		if v[i] != v[0] {
			return true
		}
	}
	return false
}

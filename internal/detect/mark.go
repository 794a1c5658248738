package detect

import (
	"encoding/hex"
	"strings"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/rule"
)

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

// sampleFamilies are the surnames that HL7 gives the people of its examples, in specifications and in sample documents of its guides.
const sampleFamilies = " EVERYMAN EVERYWOMAN EVERYPERSON EVERYCHILD "

// sampleName tells whether the schema's name of a person is one that stands for nobody: a family of HL7's examples, or what staff call
// the patients they test a system with, so that they are last in every list (ZZTEST).
func (s *Scan) sampleName(c *cand) bool {
	if c.kind != rule.KName || c.flags&isRole == 0 || c.flags&isMarked != 0 {
		return false
	}
	for _, w := range strings.Fields(string(s.arena[c.canon : c.canon+c.size])) {
		if strings.Contains(sampleFamilies, " "+w+" ") || strings.HasPrefix(w, "ZZ") && strings.HasPrefix(strings.TrimLeft(w, "Z"), "TEST") {
			return true
		}
	}
	return false
}

// testPatients are the site's own test patients.
type testPatients struct {
	values map[uint64]struct{} // by Engine.hash
	tokens map[finding.Token]struct{}
	kinds  uint64 // bit set of kinds in either
}

func (e *Engine) testPatients(list []rule.Tests) *testPatients {
	if len(list) == 0 {
		return nil
	}
	t := &testPatients{values: map[uint64]struct{}{}, tokens: map[finding.Token]struct{}{}}
	for i := range list {
		k := rule.KindIndex(list[i].Kind)
		t.kinds |= 1 << k
		for _, v := range list[i].Values {
			t.values[e.hash(uint8(k), rule.Canon(nil, k, []byte(v)))] = struct{}{} //nolint:gosec // an index of kinds
		}
		for _, v := range list[i].Tokens {
			b, _ := hex.DecodeString(v) // checked when it was loaded
			t.tokens[finding.Token(b)] = struct{}{}
		}
	}
	return t
}

// has tells whether a candidate names a test patient.
func (t *testPatients) has(s *Scan, c *cand) bool {
	if t.kinds>>c.kind&1 == 0 {
		return false
	}
	v := s.arena[c.canon : c.canon+c.size]
	if _, ok := t.values[s.e.hash(c.kind, v)]; ok {
		return true
	}
	if len(t.tokens) == 0 {
		return false
	}
	_, ok := t.tokens[s.token16(c.r.Kind, v)]
	return ok
}

// mark makes samples of the candidates of a unit about a test patient: of all of them, unless an identifier of the same kind
// names somebody else there.
func (t *testPatients) mark(s *Scan, cs []cand) {
	var test, other uint64
	for i := range cs {
		switch c := &cs[i]; {
		case t.has(s, c):
			c.flags |= isTest | isMarked | isSite
			test |= 1 << c.kind
		default:
			other |= 1 << c.kind
		}
	}
	if test == 0 || test&other != 0 {
		return
	}
	for i := range cs {
		cs[i].flags |= isTest | isMarked | isSite
	}
}

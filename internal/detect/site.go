package detect

import (
	"fmt"

	"github.com/phiwatch/phiwatch/internal/rule"
)

// composite is a rule made of others.
type composite struct {
	r       *rule.Rule
	members []int // rule.Rule.Num
}

// join resolves the members of composite rules. One that is left out makes the rule a dead one, which nobody means.
func (e *Engine) join() error {
	for i := range e.composites {
		c := &e.composites[i]
		for _, id := range c.r.AllOf {
			m := e.set.Rule(id)
			if m == nil {
				return fmt.Errorf("rule %s: all_of: no rule %q, or it is left out", c.r.ID, id)
			}
			c.members = append(c.members, m.Num)
		}
	}
	return nil
}

// keyword makes a candidate of a word of a list.
func (s *Scan) keyword(b []byte, h *rule.Hit) {
	if r := s.e.keywords[h.Word]; r != nil {
		s.add(r, b, h.Start, h.End, labelPoints{flags: isPlain})
	}
}

// maxComposed bounds the matches of one composite rule in one unit.
const maxComposed = 64

// compose returns the candidates of a unit with those that composite rules make of them. What it returns is valid until the
// next call.
func (s *Scan) compose(cs []cand) []cand {
	var have [rule.MaxRules / 64]uint64
	for i := range cs {
		n := cs[i].r.Num
		have[n/64] |= 1 << (n % 64)
	}
	out := cs
	for i := range s.e.composites {
		c := &s.e.composites[i]
		if !c.among(&have) {
			continue
		}
		if len(out) == len(cs) {
			s.joined = append(s.joined[:0], cs...)
			out = s.joined
		}
		n := 0
		for k := range cs {
			if a := &cs[k]; a.r.Num == c.members[0] && a.flags&isRival == 0 && n < maxComposed && c.near(cs, a) {
				n++
				j := *a
				j.r, j.kind, j.label, j.flags = c.r, uint8(c.r.KindIndex()), 0, a.flags&(isTest|isMarked|isSite|inField)|isPlain //nolint:gosec // below MaxKinds
				out = append(out, j)
			}
		}
		s.joined = out
	}
	return out
}

// among tells whether all members are there.
func (c *composite) among(have *[rule.MaxRules / 64]uint64) bool {
	for _, n := range c.members {
		if have[n/64]>>(n%64)&1 == 0 {
			return false
		}
	}
	return true
}

// near tells whether every other member is within reach of a candidate of the first.
func (c *composite) near(cs []cand, a *cand) bool {
	for _, n := range c.members[1:] {
		ok := false
		for i := range cs {
			b := &cs[i]
			if b.r.Num == n && b.flags&isRival == 0 && (c.r.Within == 0 || distance(a, b) <= int64(c.r.Within)) {
				ok = true
				break
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

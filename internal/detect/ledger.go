package detect

import (
	"math/bits"

	"github.com/phiwatch/phiwatch/internal/finding"
)

// ledger explains the score of a candidate.
func (c *cand) ledger(classes uint32, v *verdict) []finding.Point {
	p := []finding.Point{{Why: "rule " + c.r.ID, Points: c.r.Base}}
	add := func(why string, n int) {
		if n != 0 {
			p = append(p, finding.Point{Why: why, Points: n})
		}
	}
	switch {
	case c.flags&isTest == 0:
		add("validation that random values fail", c.r.Validity)
	case c.flags&isSite != 0:
		p = append(p, finding.Point{Why: "a test patient of the site"})
	case c.flags&isMarked != 0:
		p = append(p, finding.Point{Why: "its message is marked as a test"})
	default:
		p = append(p, finding.Point{Why: "a known sample or synthetic value"})
	}
	if c.flags&isAttached != 0 {
		add("label, column or tag attached", int(c.label))
	} else {
		add("label near", int(c.label))
	}
	if c.flags&isRole != 0 {
		add("field of a schema", roleScore)
	}
	if c.flags&isRival != 0 {
		add("another label claims it", rivalScore)
	}
	if c.flags&isColumn != 0 {
		add("one of twenty valid values or more", columnScore)
	}
	add("other identifiers beside it", classScore*min(maxClasses, bits.OnesCount32(classes&^classOf(c.kind))))
	if v.health > 0 {
		for _, r := range v.reasons[:v.nreason] {
			add(r.why, r.points)
		}
	}
	return p
}

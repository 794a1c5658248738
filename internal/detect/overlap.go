package detect

import (
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// oneKind leaves a number behind a label of several kinds (HIC number) to the first of them, as a field does: the more is known of a
// kind, the earlier it is. What the label does not name is behind what it names. A site's own kinds may have it too.
func (s *Scan) oneKind(cs []cand) {
	for i := range cs {
		c := &cs[i]
		if c.flags&inField != 0 {
			continue // a field has one kind
		}
		for j := max(0, i-4); j < i && (isToken(c.kind) || c.isCode()); j++ {
			d := &cs[j]
			if d.pos != c.pos || d.kind == c.kind || d.flags&inField != 0 || !s.sameNumber(d, c) {
				continue
			}
			loser := d
			if c.label < d.label || c.label == d.label && c.kind > d.kind {
				loser = c
			}
			loser.flags |= isRival
		}
	}
}

// sameNumber tells whether two candidates in the same place are one number, or codes one of which alone has a label.
func (s *Scan) sameNumber(d, c *cand) bool {
	if d.isCode() && c.isCode() {
		return (c.flags^d.flags)&isAttached != 0
	}
	return isToken(c.kind) && isToken(d.kind) && d.size == c.size && string(s.arena[d.canon:d.canon+d.size]) == string(s.arena[c.canon:c.canon+c.size])
}

func (c *cand) isCode() bool { return int(c.kind) < rule.NumKinds && codes>>c.kind&1 != 0 }

// codingSystem tells the name of ICD-10 in HL7 v2 (table 0396), which has the form of a code: the decoder gives codes their role.
func (s *Scan) codingSystem(u *unit, c *cand) bool {
	return c.kind == rule.KICD10 && c.flags&(inField|isRole) == inField && s.parts[u.part].format == object.StructHL7 &&
		string(s.arena[c.canon:c.canon+c.size]) == "I10"
}

// isToken tells kinds of numbers, strong ones first.
func isToken(kind uint8) bool { return kind <= rule.KCard }

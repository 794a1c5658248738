package detect

import (
	"math/bits"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// Classes of identifiers for co-occurrence: kinds that say the same count once.
const (
	classSSN uint32 = 1 << iota
	classMBI
	classMRN
	classMember
	classAccount
	classDOB
	className
	classEmail
	classPhone
	classAddress
)

func classOf(kind uint8) uint32 {
	switch kind {
	case rule.KSSN, rule.KITIN:
		return classSSN
	case rule.KMBI, rule.KHICN:
		return classMBI
	case rule.KMRN:
		return classMRN
	case rule.KMemberID, rule.KMedicaid:
		return classMember
	case rule.KAccount, rule.KLicense, rule.KCard:
		return classAccount
	case rule.KDOB:
		return classDOB
	case rule.KName:
		return className
	case rule.KEmail:
		return classEmail
	case rule.KPhone, rule.KFax:
		return classPhone
	case rule.KAddress:
		return classAddress
	}
	return 0
}

// isStrong tells kinds that name a person by themselves.
func isStrong(kind uint8) bool { return kind <= rule.KITIN }

// Points, by section 6.2 of the model.
const (
	minIdentity  = 40 // of the best identifier, before health
	minHealth    = 15
	maxHealth    = 25
	roleScore    = 40
	rivalScore   = -30
	columnScore  = 15
	columnRows   = 20
	classScore   = 10
	maxClasses   = 2
	nearPerson   = 400 // bytes between a name and a date of birth that belong together in running text
	enrolScore   = 15
	memberScore  = 10
	peopleScore  = 15
	formatScore  = 25
	codeScore    = 15
	titleScore   = 15
	termsScore   = 15
	termScore    = 5
	providerPts  = 10
	maxScore     = 100
	testEvidence = rule.KMedicaid // kinds up to here are checked well enough for a sample to mean a test
)

// judge scores the candidates of a unit and gives it its verdict.
func (s *Scan) judge(u *unit, cs []cand, ev *evidence) {
	if len(cs) == 0 {
		return
	}
	var v verdict
	v.weigh(s, u, cs)
	if v.best < minIdentity {
		v.best = 0
	}
	if v.best == 0 && v.bestTest == 0 {
		v.people(s, cs)
	}
	if v.best == 0 && v.bestTest == 0 {
		s.res.below += v.strong
		s.res.codes(s, u, cs)
		if ev.code || ev.format {
			s.res.health()
		}
		return
	}
	v.decide(ev)
	if _, ok := finding.LevelOf(v.score()); !ok {
		s.res.below += v.strong
		return
	}
	s.res.unit(s, &v, u, cs, ev)
}

// verdict is the verdict on a unit in the making.
type verdict struct {
	classes  uint32
	strong   int  // candidates that name a person
	best     int  // identity: the best real one
	bestTest int  // the best sample
	sample   bool // one of them says it of others
	checked  bool
	enrols   bool
	member   bool
	ssn      bool
	test     bool
	verdict  finding.Verdict
	health   int
	why      string // of the health points
}

// weigh gives every candidate its points of identity.
func (v *verdict) weigh(s *Scan, u *unit, cs []cand) {
	for i := range cs {
		if c := &cs[i]; c.flags&isRival == 0 && (c.flags&isPlain == 0 || isStrong(c.kind) || c.flags&inField != 0 || c.kind == rule.KPhone ||
			c.kind == rule.KAddress || c.kind == rule.KEmail) {
			v.classes |= classOf(c.kind)
		}
	}
	p := &s.parts[u.part]
	column := p.rows >= columnRows && p.bad == 0 || inText(cs) >= columnRows && p.bad == 0
	for i := range cs {
		c := &cs[i]
		if column && c.kind == rule.KSSN && c.flags&isAttached == 0 {
			c.flags |= isColumn
		}
		c.score = int16(c.identity(v.classes)) //nolint:gosec // within 200
		if !isStrong(c.kind) {
			continue
		}
		v.strong++
		if int(c.score) < minIdentity {
			continue
		}
		if c.flags&isTest != 0 {
			v.bestTest = max(v.bestTest, int(c.score))
			v.sample = v.sample || s.sample(c)
			continue
		}
		v.best = max(v.best, int(c.score))
		v.enrols = v.enrols || c.r.Enrols
		v.member = v.member || c.kind == rule.KMemberID
		v.ssn = v.ssn || c.kind == rule.KSSN || c.kind == rule.KITIN
		v.checked = v.checked || c.kind <= testEvidence && c.kind != rule.KMedicaid || c.kind == rule.KITIN
	}
}

// inText counts delimited SSNs without a label in running text.
func inText(cs []cand) int {
	n := 0
	for i := range cs {
		if cs[i].kind == rule.KSSN && cs[i].flags&(inField|isAttached|isTest) == 0 {
			n++
		}
	}
	return n
}

// identity is the points of a candidate without health.
func (c *cand) identity(classes uint32) int {
	n := c.r.Base + int(c.label)
	if c.flags&isTest == 0 {
		n += c.r.Validity
	}
	if c.flags&isRole != 0 {
		n += roleScore
	}
	if c.flags&isRival != 0 {
		n += rivalScore
	}
	if c.flags&isColumn != 0 {
		n += columnScore
	}
	return n + classScore*min(maxClasses, bits.OnesCount32(classes&^classOf(c.kind)))
}

// people looks for a person among candidates none of which is strong: a labelled date of birth with a name beside it, or
// a name that is labelled as a patient's with two other things.
func (v *verdict) people(s *Scan, cs []cand) {
	for i := range cs {
		c := &cs[i]
		switch {
		case c.kind == rule.KDOB && c.flags&isAttached != 0:
			for j := range cs {
				if n := &cs[j]; n.kind == rule.KName && n.flags&isRival == 0 && distance(c, n) <= nearPerson {
					v.known(c)
				}
			}
		case c.kind == rule.KName && c.flags&isPatient != 0 && bits.OnesCount32(v.classes) >= 3:
			v.known(c)
		}
	}
}

// known takes a candidate that names a person together with others.
func (v *verdict) known(c *cand) {
	n := int(c.score)
	switch {
	case n < minIdentity:
	case c.flags&isMarked != 0:
		v.bestTest = max(v.bestTest, n)
	default:
		v.best = max(v.best, n)
	}
}

func distance(a, b *cand) int64 {
	if d := a.pos - b.pos; d >= 0 {
		return d
	}
	return b.pos - a.pos
}

// decide adds the evidence of health and says what the unit is.
func (v *verdict) decide(ev *evidence) {
	switch {
	case v.best == 0:
		v.test = true
	case v.sample && !v.checked: // a sample beside numbers that only a label makes
		v.test = true
	}
	v.health, v.why = ev.points()
	if v.enrols && v.health < enrolScore {
		v.health, v.why = enrolScore, "health: an identifier that only patients and members have"
	}
	if v.member {
		v.health = min(maxHealth, v.health+memberScore)
		if v.why == "" {
			v.why = "health: a member number"
		}
	}
	if v.ssn && v.health < minHealth && v.classes&classDOB != 0 && v.classes&className != 0 && !ev.employment() {
		v.health, v.why = peopleScore, "health: demographics of a person, nothing says employment"
		ev.cats |= 1 << catDemographics
	}
	switch {
	case v.test:
		v.verdict = finding.Test
	case v.health >= minHealth:
		v.verdict = finding.PHI
	default:
		v.verdict = finding.PIIOnly
		v.health = 0
	}
}

// points sums the evidence of health.
func (e *evidence) points() (n int, why string) {
	add := func(p int, w string) {
		n = min(maxHealth, n+p)
		if why == "" {
			why = w
		}
	}
	if e.format {
		add(formatScore, "health: a patient-level healthcare format")
	}
	if e.code {
		add(codeScore, "health: a labelled code")
	}
	if e.title {
		add(titleScore, "health: a label or title")
	}
	switch {
	case e.n >= 2:
		add(termsScore, "health: two terms or more")
	case e.n == 1:
		add(termScore, "health: one term")
	}
	if e.provider {
		add(providerPts, "health: a provider's number")
	}
	return n, why
}

func (v *verdict) score() int {
	return min(maxScore, max(v.best, v.bestTest)+v.health)
}

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
		add(v.why, v.health)
	}
	return p
}

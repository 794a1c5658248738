package detect

import (
	"math/bits"
	"slices"

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
	classVehicle
	classDevice
	classCustom
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
	case rule.KVIN:
		return classVehicle
	case rule.KUDI:
		return classDevice
	}
	if kind >= rule.FirstStrong {
		return classCustom
	}
	return 0
}

// isStrong tells kinds that name a person by themselves.
func isStrong(kind uint8) bool { return kind <= rule.KITIN || kind >= rule.FirstStrong }

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
	if len(s.e.composites) > 0 {
		cs = s.compose(cs)
	}
	if s.e.tests != nil {
		s.e.tests.mark(s, cs)
	}
	var v verdict
	told := s.weigh(&v, u, cs, ev)
	if s.trace != nil {
		s.trace.judged(s, u, &v, cs, told)
	}
}

// weigh is judge; it returns the reason where somebody asks for it.
func (s *Scan) weigh(v *verdict, u *unit, cs []cand, ev *evidence) (told string) {
	v.weigh(s, u, cs)
	v.most = max(v.most, v.best)
	if v.best == 0 && v.bestTest == 0 {
		v.people(cs)
	}
	if v.best == 0 && v.bestTest == 0 {
		s.res.below += v.strong
		s.res.codes(s, u, cs)
		if ev.code || ev.format {
			s.res.health()
		}
	} else {
		v.decide(ev)
		if _, ok := finding.LevelOf(v.score()); ok {
			s.res.unit(s, v, u, cs, ev)
		} else {
			s.res.below += v.strong
		}
	}
	if s.trace != nil {
		told = v.because()
	}
	return told
}

// verdict is the verdict on a unit in the making.
type verdict struct {
	classes  uint32
	strong   int  // candidates that name a person
	best     int  // identity: the best real one
	most     int  // of the best, also where it is too little
	bestTest int  // the best sample
	sample   bool // one of them says it of others
	checked  bool
	enrols   bool
	member   bool
	ssn      bool
	test     bool
	coded    bool // there is a code of a diagnosis with its dot
	verdict  finding.Verdict
	health   int
	found    int       // health, also where it is too little
	reasons  [8]reason // of the health points
	nreason  int
}

// weigh gives every candidate its points of identity.
func (v *verdict) weigh(s *Scan, u *unit, cs []cand) {
	s.oneKind(cs)
	for i := range cs {
		if c := &cs[i]; c.flags&isRival == 0 && !c.dummy() && (c.flags&isPlain == 0 || isStrong(c.kind) || c.flags&inField != 0 || c.kind == rule.KPhone ||
			c.kind == rule.KAddress || c.kind == rule.KEmail) {
			v.classes |= classOf(c.kind)
		}
	}
	p := &s.parts[u.part]
	column := p.rows >= columnRows && p.bad == 0 || inText(cs) >= columnRows && p.bad == 0
	for i := range cs {
		c := &cs[i]
		if s.codingSystem(u, c) {
			c.flags |= isRival
		}
		v.coded = v.coded || c.kind == rule.KICD10 && c.flags&isRival == 0
		if column && c.kind == rule.KSSN && c.flags&isAttached == 0 {
			c.flags |= isColumn
		}
		c.score = int16(c.identity(v.classes)) //nolint:gosec // within 200
		if c.kind == rule.KITIN && c.flags&(isTest|isMarked) == isTest && c.label >= 25 {
			c.flags &^= isTest // its label says that it is a taxpayer's number, not the Social Security number of a made-up patient
		}
		if !isStrong(c.kind) {
			v.sample = v.sample || s.sampleName(c)
			continue
		}
		v.strong++
		if int(c.score) < minIdentity {
			v.most = max(v.most, int(c.score))
			continue
		}
		if c.flags&isTest != 0 {
			v.bestTest = max(v.bestTest, int(c.score))
			v.sample = v.sample || s.sample(c)
			continue
		}
		v.best = max(v.best, int(c.score))
		v.enrols = v.enrols || c.r.Enrols && c.flags&isVague == 0
		v.member = v.member || c.kind == rule.KMemberID && c.flags&isVague == 0
		v.ssn = v.ssn || c.kind == rule.KSSN || c.kind == rule.KITIN
		v.checked = v.checked || c.kind <= testEvidence && c.kind != rule.KMedicaid || c.kind == rule.KITIN
	}
}

// dummy tells the numbers of cards and vehicles that everybody uses for tests: nobody is known by them.
func (c *cand) dummy() bool {
	return c.flags&isTest != 0 && c.flags&isMarked == 0 && (c.kind == rule.KCard || c.kind == rule.KVIN)
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
// a name that is labelled as a patient's with two other things. What would not raise the score is not looked at: a text may be
// nothing but dates of birth.
func (v *verdict) people(cs []cand) {
	names := slices.ContainsFunc(cs, nameOfOne)
	for i := range cs {
		c := &cs[i]
		switch {
		case !v.raises(c):
		case c.kind == rule.KDOB && c.flags&isAttached != 0:
			if names && besideName(cs, c) {
				v.known(c)
			}
		case c.kind == rule.KName && c.flags&isPatient != 0 && bits.OnesCount32(v.classes) >= 3 && near(cs, c, 3):
			v.known(c)
		}
	}
}

// nameOfOne tells a name that may be a patient's.
func nameOfOne(c cand) bool { return c.kind == rule.KName && c.flags&isRival == 0 }

// besideName tells whether a name stands near a candidate.
func besideName(cs []cand, c *cand) bool {
	for i := range cs {
		if n := &cs[i]; n.kind == rule.KName && n.flags&isRival == 0 && distance(c, n) <= nearPerson {
			return true
		}
	}
	return false
}

// near tells whether so many classes stand near a candidate that may be the same person's, its own included. A phone, an address of
// any kind need no label for that.
func near(cs []cand, c *cand, enough int) bool {
	classes := uint32(0)
	for i := range cs {
		if n := &cs[i]; n.flags&isRival == 0 && distance(c, n) <= nearPerson {
			if classes |= classOf(n.kind); bits.OnesCount32(classes) >= enough {
				return true
			}
		}
	}
	return false
}

// raises tells whether known would make a difference.
func (v *verdict) raises(c *cand) bool {
	n := int(c.score)
	if c.flags&isMarked != 0 {
		return n >= minIdentity && n > v.bestTest
	}
	return n >= minIdentity && n > v.best
}

// known takes a candidate that names a person together with others.
func (v *verdict) known(c *cand) {
	switch {
	case !v.raises(c):
	case c.flags&isMarked != 0:
		v.bestTest = int(c.score)
	default:
		v.best = int(c.score)
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
	v.points(ev)
	if v.enrols && v.health < enrolScore {
		v.add(enrolScore-v.health, "health: an identifier that only patients and members have")
	}
	if v.member && v.health >= minHealth {
		v.add(memberScore, "health: a member number")
	}
	if v.ssn && v.health < minHealth && v.classes&classDOB != 0 && v.classes&className != 0 && !ev.employment() {
		v.add(peopleScore-v.health, "health: demographics of a person, nothing says employment")
		ev.cats |= 1 << catDemographics
	}
	v.found = v.health
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

// points sums the evidence of health. A code of a diagnosis without a label counts as a term, and is little without
// a word beside it: codes of three characters and a dot are also those of parts and paragraphs. One clinical term beside a date of
// birth is enough, where nothing speaks of employment.
func (v *verdict) points(e *evidence) {
	title, terms := e.title || e.plan && v.insured(e), e.n
	if e.payroll() {
		title, terms = e.clinical, e.nclin
	}
	if e.format {
		v.add(formatScore, "health: a patient-level healthcare format")
	}
	if e.code {
		v.add(codeScore, "health: a labelled code")
	}
	if title {
		v.add(titleScore, "health: a label or title")
	}
	switch {
	case terms >= 2:
		v.add(termsScore, "health: two terms or more")
	case terms == 1 && v.coded:
		v.add(codeScore, "health: a term and a code of a diagnosis")
	case e.nclin == 1 && v.classes&classDOB != 0 && !e.employment():
		v.add(termsScore, "health: a clinical term beside a date of birth")
	case terms == 1:
		v.add(termScore, "health: one term")
	case v.coded:
		v.add(termScore, "health: a code of a diagnosis")
	}
	if e.provider {
		v.add(providerPts, "health: a provider's number")
	}
}

// insured tells whether a member number is one of a health plan, and not of a club, a union, an airline or an insurance of cars: something
// else speaks of health, or the person is known as patients are.
func (v *verdict) insured(e *evidence) bool {
	return e.format || e.code || e.provider || e.n >= 2 || e.cats&^(1<<catCoverage|1<<catIdentifier|1<<catDemographics) != 0 ||
		v.classes&(classSSN|classMBI|classMRN|classDOB) != 0
}

// reason is a line of the health points.
type reason struct {
	why    string
	points int
}

// add adds points of health, as far as there is room for them.
func (v *verdict) add(n int, why string) {
	if n = min(n, maxHealth-v.health); n > 0 && v.nreason < len(v.reasons) {
		v.health += n
		v.reasons[v.nreason] = reason{why, n}
		v.nreason++
	}
}

func (v *verdict) score() int {
	return min(maxScore, max(v.best, v.bestTest)+v.health)
}

package detect

import (
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// unit is a unit while it is open. Its candidates are the tail of Scan.cands from cands on.
type unit struct {
	kind    object.UnitKind
	part    int
	whole   bool // the unit of a whole part
	alias   bool // the driver has opened the unit of the part once more
	test    bool // its sender says that it is a test
	extra   int  // units inside that are too deep to have one of their own
	cands   int
	arena   int
	ev      evidence // of its own
	near    evidence // of parts beside it
	fields  int      // with a label that means something
	ordinal int      // of the next field
	left    int      // candidates that units inside could not judge
	codes   int      // of codes and belongings, counted apart: they must not take the place of people
	qual    rule.Sense
	quals   bool // qual is set

	first, last              span // parts of a name
	street, city, state, zip span
	nameCell                 span    // a whole cell without a label that reads like a name, as it is
	nameAt                   int     // its place in the row
	words                    [3]span // cells of a single word without a label, as they are
	nwords, wordAt           int     // their number, and the place of the last one
	day                      rule.Date
	nine                     bool // there is a whole cell of nine digits without a label
	dated                    bool // day is that of a whole cell without a label, and can be one of birth
	segments                 int  // of text, before the newest
	bytes                    int  // of text in the newest
	mark                     int  // index in cands where those of the newest segment begin
	older, newer             evidence
}

// span is a value in the arena.
type span struct{ from, n int }

func (u *unit) begin(k object.UnitKind, part, cands, arena int) {
	*u = unit{} // in place: a literal with values is made elsewhere and copied
	u.kind, u.part, u.cands, u.arena, u.mark = k, part, cands, arena, cands
}

// evidence is what speaks for health, or for employment.
type evidence struct {
	cats       uint32    // categories
	terms      [3]uint32 // distinct terms of running text
	n          uint8
	clin       [2]uint32 // those of them that are of no employer's business
	nclin      uint8
	emp        [2]uint32 // distinct words of employment
	nemp       uint8
	pay        bool // one of them is of payroll
	title      bool // a label, a file name or a subject says so
	clinical   bool // one of them is of no employer's business
	plan       bool // a label says member: of a health plan, or of a club
	code       bool // a labelled code of a diagnosis or drug
	provider   bool // a labelled NPI or DEA number
	format     bool // a patient-level healthcare format
	heightened bool
}

func (e *evidence) term(h uint32, s rule.Sense) {
	if s.Health != 0 {
		e.cats |= 1 << (s.Health - 1)
		e.heightened = e.heightened || s.Heightened
		e.n = addTerm(e.terms[:], e.n, h)
		if clinical>>(s.Health-1)&1 != 0 {
			e.nclin = addTerm(e.clin[:], e.nclin, h)
		}
	}
	if s.Flags&rule.Employment != 0 {
		e.nemp = addTerm(e.emp[:], e.nemp, h)
		e.pay = e.pay || s.Flags&rule.Payroll != 0
	}
}

func addTerm(list []uint32, n uint8, h uint32) uint8 {
	for _, t := range list[:n] {
		if t == h {
			return n
		}
	}
	if int(n) < len(list) {
		list[n] = h
		n++
	}
	return n
}

// strong notes evidence that a label or title gives. clinical are the categories that are of no employer's business in it.
func (e *evidence) strong(s *rule.Sense, clinical uint32) {
	if s.Flags&rule.Employment != 0 {
		e.nemp = uint8(len(e.emp))
		e.pay = e.pay || s.Flags&rule.Payroll != 0
	}
	if s.Health == 0 {
		return
	}
	switch c := int(s.Health - 1); c {
	case catDemographics, catIdentifier: // they speak for themselves, see decide
	case catProvider:
		e.cats |= 1 << c
		e.provider = true
	default:
		e.cats |= 1 << c
		if c == catCoverage && s.Kinds>>rule.KMemberID&1 != 0 {
			e.plan = true
			break
		}
		e.title = true
		e.clinical = e.clinical || clinical>>c&1 != 0
	}
	e.heightened = e.heightened || s.Heightened
}

// Indices of categories that are treated apart.
const (
	catPatient      = 0
	catDiagnosis    = 1
	catMedication   = 2
	catProcedure    = 3
	catLaboratory   = 4
	catCoverage     = 6
	catProvider     = 7
	catIdentifier   = 8
	catDemographics = rule.NumCategories - 1
)

// clinical are the categories that a letter about pay has no business with: patient, diagnosis, medication, laboratory, and those
// under heightened protection. Coverage is a benefit there, and encounters, procedures and providers are departments and jobs.
const clinical uint32 = 1<<catPatient | 1<<catDiagnosis | 1<<catMedication | 1<<catLaboratory | 1<<catMental | 1<<catSubstance | 1<<catHIV |
	1<<catReproductive | 1<<catGenetic

// clinicalLabel are those of the label of a field: nobody has a column of procedures in a payroll.
const clinicalLabel = clinical | 1<<catProcedure

func (e *evidence) merge(o *evidence) {
	if o.cats == 0 && o.nemp == 0 && !o.format && !o.code && !o.title && !o.provider {
		return // there is nothing: every term has a category
	}
	e.cats |= o.cats
	for _, t := range o.terms[:o.n] {
		e.n = addTerm(e.terms[:], e.n, t)
	}
	for _, t := range o.clin[:o.nclin] {
		e.nclin = addTerm(e.clin[:], e.nclin, t)
	}
	for _, t := range o.emp[:o.nemp] {
		e.nemp = addTerm(e.emp[:], e.nemp, t)
	}
	e.pay = e.pay || o.pay
	e.clinical = e.clinical || o.clinical
	e.plan = e.plan || o.plan
	if o.nemp > e.nemp {
		e.nemp = o.nemp
	}
	e.title = e.title || o.title
	e.code = e.code || o.code
	e.provider = e.provider || o.provider
	e.format = e.format || o.format
	e.heightened = e.heightened || o.heightened
}

// employment tells whether it reads like a matter of employment.
func (e *evidence) employment() bool { return e.nemp >= 2 }

// payroll tells whether it reads like a matter of pay, by two words of employment, or one where nothing clinical stands: 45 CFR 160.103 leaves employment records out of protected health information.
func (e *evidence) payroll() bool { return e.pay && (e.nemp >= 2 || e.nclin == 0) }

// Bounds of what a unit leaves to the one above.
const (
	maxLeft  = 64
	maxGroup = 4096
)

// close judges the innermost unit. What cannot be judged alone (a row with a single identifier: a form laid out as a
// table) is left to the unit above, a few at a time.
func (s *Scan) close() {
	u := s.top()
	var up *unit
	if n := len(s.units); n > 1 {
		up = &s.units[n-2]
	}
	if u.whole && u.fields == 1 && up != nil {
		s.handOn(u, up)
	}
	s.assemble(u)
	cs := s.cands[u.cands:]
	if len(cs) > 0 {
		s.mark(cs)
		n := named(cs)
		room := up != nil && up.left < maxLeft
		if n == 0 {
			room = up != nil && up.codes < maxLeft
		}
		if room && u.small(len(cs)) && !s.sufficient(u, cs) {
			up.left += n
			up.codes += len(cs) - n
			if s.trace != nil {
				s.trace.left(len(s.units))
			}
			up.ev.merge(&u.ev)
			up.ev.merge(&u.newer)
			up.inherit(u)
			return
		}
		ev := s.context(u)
		ev.merge(&u.older)
		ev.merge(&u.newer)
		s.judge(u, cs, &ev)
		s.cands = s.cands[:u.cands]
	} else if s.trace != nil {
		s.trace.judged(s, u, &verdict{}, nil, (&verdict{}).because())
	}
	if up == nil {
		return
	}
	if u.kind == object.UnitRecord || u.kind == object.UnitMessage || !u.whole && u.kind == object.UnitPart {
		up.ev.merge(&u.ev)
	}
	if u.whole {
		up.near.merge(&u.older)
		up.near.merge(&u.newer)
	}
	up.inherit(u)
	s.arena = s.arena[:u.arena] // what the units above need lies below
}

// named counts the candidates that are of a person: no codes, and nothing of what a person only has.
func named(cs []cand) int {
	n := 0
	for i := range cs {
		k := int(cs[i].kind)
		if k < rule.KVIN && k != rule.KCard && k != rule.KLicense || k >= rule.NumKinds {
			n++
		}
	}
	return n
}

// small tells units that may be a piece of a person's record: rows and records, and parts of a few words (form data).
func (u *unit) small(n int) bool {
	if !u.whole && u.kind != object.UnitPart {
		return true
	}
	return u.whole && n <= 4 && u.segments == 0 && u.bytes < 512
}

// inherit passes on what a nested unit says of the next value of the unit above.
func (u *unit) inherit(in *unit) {
	if in.quals && in.fields == 0 {
		u.qual, u.quals = in.qual, true
	}
}

// relieve judges what a unit has so far, when it has collected more than a unit should.
func (s *Scan) relieve(u *unit) {
	s.assemble(u)
	ev := s.context(u)
	ev.merge(&u.older)
	ev.merge(&u.newer)
	s.mark(s.cands[u.cands:])
	s.judge(u, s.cands[u.cands:], &ev)
	s.cands, s.arena = s.cands[:u.cands], s.arena[:u.arena]
	u.mark, u.left, u.codes = u.cands, 0, 0
	u.first, u.last, u.nameCell, u.nwords, u.dated, u.nine = span{}, span{}, span{}, 0, false, false
}

// sufficient tells whether the candidates of a unit can be judged without the unit above.
func (s *Scan) sufficient(u *unit, cs []cand) bool {
	var seen uint32
	strong := false
	for i := range cs {
		seen |= classOf(cs[i].kind)
		strong = strong || isStrong(cs[i].kind)
	}
	return seen&(seen-1) != 0 && (strong || seen&classDOB != 0) || strong && u.fields >= 2 || len(cs) > maxLeft
}

// context is the evidence that holds for a unit: its own, that of the units around it, and of the parts beside them.
func (s *Scan) context(u *unit) evidence {
	ev := u.ev
	own := u.ev.employment()
	for i := len(s.units) - 1; i >= 0; i-- {
		v := &s.units[i]
		if v != u {
			ev.merge(&v.ev)
			ev.merge(&v.newer)
		}
		if !own {
			ev.merge(&v.near)
		}
	}
	return ev
}

package detect

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// Scratch is the memory of one worker. It serves one scan at a time.
type Scratch struct{ scan Scan }

// Scan is the scan of one top-level object. It implements [object.Visitor]. All memory in it is reused by the next scan
// of its scratch.
type Scan struct {
	e     *Engine
	mac   hash.Hash
	today rule.Date

	parts  []part
	units  []unit // stack; the memory of popped ones is reused
	cands  []cand // of all open units, outermost first
	joined []cand // by composite rules
	arena  []byte // canonical values of cands
	win    window

	labels labelCache
	cols   columns
	skim   skim
	before labelMemo
	near   nearMemo
	rows   bool // labels in the line above are looked for
	heads  bool // and no others
	formed bool // a row of labels was seen
	tok    int  // start of the token that was looked at last
	sense  rule.Sense
	tests  bool   // a unit was marked as a test
	link   bool   // the field is an address of something else
	field  bool   // the bytes being scanned are the value of a field with the label sense
	buf    []byte // folded values of fields

	res   results
	caps  captions
	trace *trace // of Explain, else nil
}

// part is a part of the object: an element of the path of findings.
type part struct {
	meta   *object.Meta
	parent int
	format object.Structure
	rows   int // rows with a valid delimited SSN without a label
	bad    int // rows with one that cannot be
	kids   int // parts opened below
	nth    int // ordinal below its parent
	acc    int // 1 + index of the newest finding in it
	phi    bool
}

// cand flags.
const (
	isTest     uint16 = 1 << iota // a known sample
	isAttached                    // its label is attached, or it is the value of a labelled field
	isRole                        // the schema says so
	isRival                       // another label claims it
	isPatient                     // the label says patient
	inField                       // found in a field, not in running text
	isColumn                      // one of a column of valid values
	isPlain                       // without label: counts for co-occurrence only by its form
	isTitle                       // found in the name of a part
	isListed                      // found where a part's name is told once more: by its container, in a URI
	isMarked                      // its sender, or the site, says that it is a test
	isSite                        // the site says so
	isVague                       // its label is as often of other things: a contract number
)

// cand is a candidate.
type cand struct {
	r     *rule.Rule
	pos   int64 // offset in the running text of the object
	canon int   // in the arena
	size  int
	part  int
	kind  uint8
	label int8 // points
	flags uint16
	score int16
	hash  uint64 // of its canonical value; set when its finding takes it
}

var _ object.Visitor = (*Scan)(nil)

// NewScratch returns the memory for one worker.
func (e *Engine) NewScratch() *Scratch {
	s := &Scratch{}
	s.scan.e = e
	s.scan.mac = hmac.New(sha256.New, e.key[:])
	s.scan.win.buf = make([]byte, 0, windowSize)
	s.scan.res.init(e)
	return s
}

// Scan begins the scan of the object m. The fields of m are scanned at once; its body comes by the visitor's methods.
func (e *Engine) Scan(s *Scratch, m *object.Meta) *Scan {
	s.scan.reset()
	return s.scan.begin(m)
}

func (s *Scan) begin(m *object.Meta) *Scan {
	if m == nil {
		m = &object.Meta{}
	}
	s.today = dateOf(m.At)
	s.enter(m, -1)
	return s
}

func (s *Scan) reset() {
	s.parts = s.parts[:0]
	s.units = s.units[:0]
	s.cands = s.cands[:0]
	s.arena = s.arena[:0]
	s.win.reset()
	s.labels.reset()
	s.resetColumns()
	s.before.at, s.near.to = -1, -1
	s.tok = -1
	s.field, s.tests, s.trace = false, false, nil
	s.rows, s.heads, s.formed = false, false, false
	s.res.reset()
}

// dateOf is the day of a packet. Without a packet (files at rest may have no time) it is the end of the century, so that
// nothing is ruled out but two-digit years stay in the past.
func dateOf(t flow.Time) rule.Date {
	if t <= 0 {
		return rule.Date{Year: 2030, Month: 12, Day: 31}
	}
	d := t.Std()
	return rule.Date{Year: d.Year(), Month: int(d.Month()), Day: d.Day()}
}

// Enter implements object.Visitor.
func (s *Scan) Enter(m *object.Meta) {
	s.endText()
	if len(s.parts) == 1 && s.parts[0].meta == m {
		s.push(object.UnitPart, 0) // the object itself: no new element of the path
		return
	}
	s.enter(m, s.top().part)
}

// Leave implements object.Visitor.
func (s *Scan) Leave() { s.end() }

// Begin implements object.Visitor.
func (s *Scan) Begin(k object.UnitKind) {
	s.endText()
	u := s.top()
	if k == object.UnitPart && u.whole && !u.alias {
		u.alias = true
		return
	}
	s.push(k, u.part)
}

// End implements object.Visitor.
func (s *Scan) End() {
	s.endText()
	if u := s.top(); u.alias {
		u.alias = false
		return
	}
	s.end()
}

// end ends the innermost unit; the unit of the object itself ends in Finish.
func (s *Scan) end() {
	s.endText()
	if len(s.units) > 1 || s.top().extra > 0 {
		s.pop()
	}
}

// Structure implements object.Visitor.
func (s *Scan) Structure(st object.Structure) {
	u := s.top()
	s.parts[u.part].format = st
	u.ev.format = u.ev.format || st >= object.StructHL7
}

// Finish ends the scan and returns its result. Units that are still open are ended.
func (s *Scan) Finish() finding.Result {
	for len(s.units) > 0 {
		s.pop()
	}
	r := s.finish()
	s.reset()
	return r
}

func (s *Scan) enter(m *object.Meta, parent int) {
	nth := 0
	if parent >= 0 {
		s.parts[parent].kids++
		nth = s.parts[parent].kids
	}
	s.parts = append(s.parts, part{meta: m, parent: parent, nth: nth})
	i := len(s.parts) - 1
	s.push(object.UnitPart, i)
	u := s.top()
	u.whole = true
	s.title(m.Name.Reveal(), isTitle)
	for k := range m.Fields {
		f := &m.Fields[k]
		s.res.labelBuf = append(s.res.labelBuf[:0], f.Label...)
		s.res.valueBuf = append(s.res.valueBuf[:0], f.Value...)
		s.Field(f.Role, s.res.labelBuf, s.res.valueBuf)
	}
}

func (s *Scan) top() *unit { return &s.units[len(s.units)-1] }

func (s *Scan) push(k object.UnitKind, part int) {
	if len(s.units) >= maxUnits { // deeper ones count for the one above
		s.top().extra++
		return
	}
	if len(s.units) < cap(s.units) {
		s.units = s.units[:len(s.units)+1]
	} else {
		s.units = append(s.units, unit{})
	}
	u := s.top()
	u.begin(k, part, len(s.cands), len(s.arena))
}

const maxUnits = 512

// pop ends the innermost unit.
func (s *Scan) pop() {
	s.endText()
	if len(s.units) == 0 {
		return
	}
	if u := s.top(); u.extra > 0 {
		u.extra--
		return
	}
	s.close()
	s.units = s.units[:len(s.units)-1]
}

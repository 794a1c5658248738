package detect

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/bits"
	"strings"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// ObjectToken is the token of kind object: its value is the 64 lower-case hex digits of the content's SHA-256.
func (e *Engine) ObjectToken(sum [32]byte) finding.Token {
	mac := hmac.New(sha256.New, e.key[:])
	mac.Write([]byte("object\x00" + hex.EncodeToString(sum[:])))
	return finding.Token(mac.Sum(nil)[:16])
}

// Unit is what Explain tells of a unit: where it is, what became of it, and every candidate in it.
type Unit struct {
	Path       []finding.Label
	Kind       string // part, record, row, message
	Verdict    finding.Verdict
	Score      int
	Level      finding.Level // "" below the lowest
	Why        string        // how the verdict came about
	Candidates []Candidate
}

// Candidate is a place that a rule looked at, and why it matched or did not. It holds nothing of the text.
type Candidate struct {
	Rule   string
	Kind   finding.Kind
	Field  bool // found in a field; Offset says nothing then
	Offset int  // in the running text, Unicode punctuation folded
	Length int
	Masked string // "" of a near miss
	Score  int
	Level  finding.Level // "" below the lowest
	Points []finding.Point
	Why    string
}

// Explain is [Engine.Scan] with a witness: told is called for each unit that has candidates or near misses (shapes that fit
// and failed a guard, the validator, or for want of a label), when it is judged. It is slow.
func (e *Engine) Explain(s *Scratch, m *object.Meta, told func(Unit)) *Scan {
	s.scan.reset()
	s.scan.trace = &trace{told: told}
	return s.scan.begin(m)
}

// trace collects what is told of units.
type trace struct {
	told   func(Unit)
	meter  *meter // of Costs, else nil
	misses []miss
	n      int
	deep   bool // inside of field
}

// miss is a near miss in the unit at a depth of the stack.
type miss struct {
	Candidate
	depth int
}

// Bounds of near misses: of an object, and of a piece of text or a field.
const (
	maxMisses     = 5000
	maxTextMisses = 200
)

var unitNames = [...]string{"part", "record", "row", "message"}

// judged tells of a unit whose candidates have their points.
func (t *trace) judged(s *Scan, u *unit, v *verdict, cs []cand, told string) {
	out := Unit{Path: s.path(u.part, nil), Kind: unitNames[int(u.kind)%len(unitNames)], Verdict: v.verdict, Score: v.score(), Why: told}
	out.Level, _ = finding.LevelOf(out.Score)
	for i := range cs {
		c := &cs[i]
		score := max(0, min(maxScore, int(c.score)+v.health))
		k := Candidate{Rule: c.r.ID, Kind: c.r.Kind, Field: c.flags&inField != 0, Offset: int(c.pos), Length: c.size, Score: score,
			Masked: string(appendMask(nil, s.e, c, s.arena[c.canon:c.canon+c.size])), Points: c.ledger(v.classes, v)}
		k.Level, _ = finding.LevelOf(score)
		k.Why = c.shortfall(v, score)
		out.Candidates = append(out.Candidates, k)
	}
	out.Candidates = append(out.Candidates, t.take(len(s.units))...)
	if len(out.Candidates) > 0 {
		t.told(out)
	}
}

// take takes the near misses of the unit at a depth, and of those that were in it.
func (t *trace) take(depth int) (out []Candidate) {
	n := 0
	for _, m := range t.misses {
		if m.depth >= depth {
			out = append(out, m.Candidate)
			continue
		}
		t.misses[n] = m
		n++
	}
	t.misses = t.misses[:n]
	return out
}

// left gives the near misses of the unit at a depth to the one above.
func (t *trace) left(depth int) {
	for i := range t.misses {
		t.misses[i].depth = min(t.misses[i].depth, depth-1)
	}
}

// because says how the verdict came about.
func (v *verdict) because() string {
	switch {
	case v.verdict == finding.Test:
		return "a test: its sender says so, or what names a person is a sample"
	case v.verdict == finding.PHI:
		return fmt.Sprintf("a person (%d of %d points) and health (%d of %d)", v.best, minIdentity, v.health, minHealth)
	case v.verdict == finding.PIIOnly:
		return fmt.Sprintf("a person (%d of %d points) without health (%d of %d)", v.best, minIdentity, v.found, minHealth)
	case v.most > 0:
		return fmt.Sprintf("nobody is named: the best identifier has %d of %d points", v.most, minIdentity)
	}
	return "nobody is named"
}

// shortfall says what a candidate missed the next level by, and what would have made up for it.
func (c *cand) shortfall(v *verdict, score int) string {
	next, at := "LOW", 30
	switch {
	case score >= 80:
		return ""
	case score >= 55:
		next, at = "HIGH", 80
	case score >= 30:
		next, at = "MEDIUM", 55
	}
	var why []string
	if c.flags&isRival != 0 {
		why = append(why, "another label claims it")
	}
	if c.flags&(isAttached|isRole|isRival) == 0 {
		switch c.label {
		case 25:
		case 10:
			why = append(why, "no label within 40")
		case 5:
			why = append(why, "no label within 150")
		default:
			why = append(why, "no label within 300")
		}
	}
	if c.flags&isTest != 0 {
		why = append(why, "a sample")
	}
	if n := bits.OnesCount32(v.classes &^ classOf(c.kind)); n < maxClasses {
		why = append(why, [...]string{"no other identifier beside it", "one other identifier beside it"}[n])
	}
	if v.health == 0 {
		why = append(why, "no health beside it")
	}
	out := fmt.Sprintf("missed %s by %d points", next, at-score)
	if len(why) > 0 {
		out += ": " + strings.Join(why, ", ")
	}
	return out
}

// field is Scan.Field with a witness.
func (t *trace) field(s *Scan, r object.Role, label, value []byte) {
	t.deep = true
	n := len(s.cands)
	s.Field(r, label, value)
	t.deep = false
	if len(value) <= longField {
		t.near(s, value, 0, len(value), true, s.cands[min(n, len(s.cands)):])
	}
}

// near notes the near misses that begin in b[from:to], where found are the candidates in it.
func (t *trace) near(s *Scan, b []byte, from, to int, field bool, found []cand) {
	n := 0
	for i := from; i < to && i < len(b) && n < maxTextMisses && t.n < maxMisses; i++ {
		if i > 0 && rule.IsAlnum(b[i]) && rule.IsAlnum(b[i-1]) {
			continue // the number or word began before
		}
		for _, r := range s.e.rules {
			for k := range r.Compiled() {
				sh := &r.Compiled()[k]
				if r.KindIndex() == rule.KZIP || !sh.At(b, i) {
					continue
				}
				why := s.miss(b, i, i+sh.Len, r)
				if why == "" || s.claimed(found, field, i) {
					continue
				}
				n++
				t.n++
				t.misses = append(t.misses, miss{Candidate{Rule: r.ID, Kind: r.Kind, Field: field, Offset: int(s.win.base) + i, Length: sh.Len, Why: why}, len(s.units)})
			}
		}
	}
}

// claimed tells whether a candidate begins at a place, or is the field.
func (s *Scan) claimed(cs []cand, field bool, at int) bool {
	for i := range cs {
		if field || cs[i].pos == s.win.base+int64(at) {
			return true
		}
	}
	return false
}

func (s *Scan) miss(b []byte, start, end int, r *rule.Rule) string {
	before, after := rule.Free(b, start, end)
	if !before || !after {
		return "it is part of a longer number or word"
	}
	if ok, _ := r.Valid(rule.Canon(nil, r.KindIndex(), b[start:end])); !ok {
		return "the validator refuses it"
	}
	var h rule.Hit
	if r.Label == rule.NeedTerm && !s.e.lex.TermBefore(b, start) {
		return "no term of health stands before it"
	}
	if r.Label == rule.NeedAttached && !(s.e.lex.Before(b, start, &h) && r.Labelled(&h)) {
		return "no label is attached to it"
	}
	return ""
}

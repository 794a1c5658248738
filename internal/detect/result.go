package detect

import (
	"bytes"
	"math/bits"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// results collects what the units of an object give.
type results struct {
	e     *Engine
	accs  []acc // by part and kind; the memory of free ones is reused
	n     int
	last  [rule.MaxKinds]int32 // 1 + newest acc of a kind, 0 none
	below int

	verdict    finding.Verdict
	score      int
	part       int
	row        bool
	cats       uint32
	minors     bool
	heightened bool
	healthOnly bool

	who      people
	titles   finding.Set // identifiers in the names of parts
	known    known
	labelBuf []byte
	valueBuf []byte
	mask     []byte
	sum      []byte
}

// acc is a finding in the making.
type acc struct {
	kind   uint8
	part   int
	next   int // 1 + index of the next one of the part
	count  int
	values finding.Set
	score  int
	rule   *rule.Rule
	points []finding.Point
	tokens []finding.Token
	masks  []string
	mrule  *rule.Rule // of the last mask, with the size of its value
	msize  int
	mwords uint64 // numbers of words of the names that have a mask, as bits
}

const maxMasks = 8

func (r *results) init(e *Engine) {
	r.e = e
	r.reset()
}

func (r *results) reset() {
	for i := range r.accs[:r.n] {
		a := &r.accs[i]
		a.values.Reset()
		*a = acc{values: a.values}
	}
	r.n = 0
	clear(r.last[:])
	r.below, r.verdict, r.score, r.part, r.row = 0, finding.None, 0, 0, false
	r.cats, r.minors, r.heightened, r.healthOnly = 0, false, false, false
	r.who.reset()
	r.titles.Reset()
	r.known.reset()
}

// acc returns the finding of a kind in a part.
func (s *Scan) acc(kind uint8, part int) *acc {
	r := &s.res
	if i := r.last[kind]; i > 0 && r.accs[i-1].part == part {
		return &r.accs[i-1]
	}
	p := &s.parts[part]
	for i := p.acc; i > 0; i = r.accs[i-1].next {
		if a := &r.accs[i-1]; a.kind == kind {
			r.last[kind] = int32(i) //nolint:gosec // parts times kinds
			return a
		}
	}
	if r.n == len(r.accs) {
		r.accs = append(r.accs, acc{})
	}
	a := &r.accs[r.n]
	r.n++
	r.last[kind] = int32(r.n) //nolint:gosec // parts times kinds
	a.kind, a.part, a.next = kind, part, p.acc
	p.acc = r.n
	return a
}

// rank orders verdicts, worst last.
func rank(v finding.Verdict) int {
	switch v {
	case finding.PHI:
		return 4
	case finding.PIIOnly:
		return 3
	case finding.HealthOnly:
		return 2
	case finding.Test:
		return 1
	}
	return 0
}

// codes takes the codes of a unit without a person in a part that has shown one: the conditions of a bundle beside its
// patients.
func (r *results) codes(s *Scan, u *unit, cs []cand) {
	if !s.parts[u.part].phi {
		return
	}
	for i := range cs {
		if c := &cs[i]; c.kind >= rule.KNPI && int(c.kind) < rule.NumKinds && c.part == u.part && c.flags&isRival == 0 {
			r.take(s, &verdict{verdict: finding.PHI}, c)
		}
	}
}

func (r *results) health() { r.healthOnly = true }

// unit takes the candidates of a unit that has a verdict.
func (r *results) unit(s *Scan, v *verdict, u *unit, cs []cand, ev *evidence) {
	if n := rank(v.verdict) - rank(r.verdict); n > 0 || n == 0 && v.score() > r.score {
		r.verdict, r.score, r.part = v.verdict, v.score(), u.part
		r.row = u.kind == object.UnitRow
	}
	if v.verdict == finding.PHI {
		s.parts[u.part].phi = true
		r.cats |= ev.cats
		r.heightened = r.heightened || ev.heightened
	}
	for i := range cs {
		if c := &cs[i]; c.flags&isTitle != 0 && c.counts() {
			r.titles.Add(r.e.hash(c.kind, s.arena[c.canon:c.canon+c.size]))
		}
	}
	for i := range cs {
		c := &cs[i]
		if !c.counts() {
			if isStrong(c.kind) {
				r.below++
			}
			continue
		}
		if c.flags&isListed != 0 {
			c.hash = r.e.hash(c.kind, s.arena[c.canon:c.canon+c.size]) // by which who.unit knows the person
			if r.titles.Has(c.hash) {
				continue // the part itself has told it
			}
		}
		r.take(s, v, c)
	}
	if v.verdict != finding.Test {
		r.who.unit(s, u, cs)
	}
}

// counts tells whether a candidate becomes part of a finding.
func (c *cand) counts() bool {
	return (c.flags&isRival == 0 || int(c.score) >= minIdentity) && c.kind != rule.KZIP
}

// take adds a candidate to its finding.
func (r *results) take(s *Scan, v *verdict, c *cand) {
	value := s.arena[c.canon : c.canon+c.size]
	a := s.acc(c.kind, c.part)
	a.count++
	if n := min(maxScore, int(c.score)+v.health); n > a.score || a.rule == nil {
		a.score, a.rule = n, c.r
		a.points = c.ledger(v.classes, v)
	}
	if v.verdict == finding.PHI {
		r.sensitive(s, c, value)
	}
	c.hash = r.e.hash(c.kind, value)
	if !a.values.Add(c.hash) {
		return
	}
	r.known.value(r.e, c.kind, value)
	if len(a.tokens) < r.e.tokens {
		a.tokens = append(a.tokens, s.token16(c.r.Kind, value))
	}
	if len(a.masks) < maxMasks && a.unmasked(c, value) {
		a.mrule, a.msize = c.r, c.size
		r.mask = appendMask(r.mask[:0], r.e, c, value)
		for _, m := range a.masks {
			if m == string(r.mask) {
				return
			}
		}
		a.masks = append(a.masks, string(r.mask))
	}
}

// unmasked tells whether the mask of a value may be another than those there are: it says how long a value is, of a name how many words
// it has, of a mail address its domain.
func (a *acc) unmasked(c *cand, value []byte) bool {
	if c.kind != rule.KName {
		return a.mrule != c.r || a.msize != c.size || c.kind == rule.KEmail
	}
	words := uint64(1) << min(bytes.Count(value, []byte{' '}), 63)
	if a.mrule == c.r && a.mwords&words != 0 {
		return false
	}
	if a.mrule != c.r {
		a.mwords = 0
	}
	a.mwords |= words
	return true
}

// appendMask writes the mask of a value: no digit and no letter of it.
func appendMask(dst []byte, e *Engine, c *cand, value []byte) []byte {
	mask := c.r.Mask
	for i := 0; i < len(mask); i++ {
		if mask[i] != '{' {
			dst = append(dst, mask[i])
			continue
		}
		j := i + strings.IndexByte(mask[i:], '}')
		if j < i {
			break
		}
		switch mask[i+1 : j] {
		case "w":
			dst = strconv.AppendInt(dst, int64(1+bytes.Count(value, []byte{' '})), 10)
		case "domain":
			if k := bytes.IndexByte(value, '@'); k >= 0 {
				for _, ch := range []byte(e.HostLabel(string(value[k:])).String()) {
					if ch-'0' < 10 {
						ch = '#'
					}
					dst = append(dst, ch)
				}
			}
		default:
			dst = strconv.AppendInt(dst, int64(len(value)), 10)
		}
		i = j
	}
	return dst
}

// token16 is the token of a canonical value.
func (s *Scan) token16(kind finding.Kind, value []byte) (t finding.Token) {
	s.mac.Reset()
	b := append(s.res.sum[:0], kind...)
	b = append(b, 0)
	b = append(b, value...)
	s.mac.Write(b)
	b = s.mac.Sum(b[:0])
	copy(t[:], b)
	s.res.sum = b
	return t
}

// finish makes the result.
func (s *Scan) finish() finding.Result {
	r := &s.res
	out := finding.Result{Findings: []finding.Finding{}, Verdict: r.verdict, Score: r.score, Below: r.below,
		Minors: r.minors, Heightened: r.heightened, HealthContext: []string{}}
	if r.verdict == finding.None && r.healthOnly {
		out.Verdict = finding.HealthOnly
	}
	if r.score > 0 {
		out.Level, _ = finding.LevelOf(r.score)
	}
	for c := range bits.Len32(r.cats) {
		if r.cats>>c&1 != 0 {
			out.HealthContext = append(out.HealthContext, rule.Category(c))
		}
	}
	if len(s.parts) > 0 {
		st := s.parts[r.part].format
		if st == object.StructText && r.row {
			st = object.StructTable
		}
		out.Structure = st.String()
	}
	out.Words = r.known.words()
	all := make([]told, 0, r.n)
	for i := range r.accs[:r.n] {
		all = append(all, told{s.finding(&r.accs[i], out.Words), &r.accs[i]})
	}
	sort.SliceStable(all, func(i, j int) bool {
		a, b := &all[i].f, &all[j].f
		if a.Score != b.Score {
			return a.Score > b.Score
		}
		return a.Kind < b.Kind
	})
	out.Findings = s.bound(all, maxReport, out.Words)
	out.Individuals, out.People = r.who.crowd.Count(), r.who.crowd.People()
	return out
}

func (s *Scan) finding(a *acc, known finding.Words) finding.Finding {
	level, ok := finding.LevelOf(a.score)
	if !ok {
		level = finding.Low // it supports what names a person
	}
	f := finding.Finding{Kind: a.rule.Kind, Rule: a.rule.ID, Count: a.count, Distinct: a.values.Count(), Confidence: level,
		Score: a.score, Path: s.path(a.part, known), Masked: a.masks, Tokens: a.tokens, Points: a.points}
	if f.Masked == nil {
		f.Masked = []string{}
	}
	if f.Tokens == nil {
		f.Tokens = []finding.Token{}
	}
	if f.Kind == finding.Email {
		for i, m := range f.Masked {
			f.Masked[i] = s.e.Hide(finding.Safe(m), known).String()
		}
	}
	sort.Strings(f.Masked)
	f.Masked = slices.Compact(f.Masked)
	sortTokens(f.Tokens)
	return f
}

// path is the labels from the object down to a part.
func (s *Scan) path(part int, known finding.Words) []finding.Label {
	n := 0
	for i := part; i >= 0; i = s.parts[i].parent {
		n++
	}
	out := make([]finding.Label, n)
	for i := part; i >= 0; i = s.parts[i].parent {
		n--
		p := &s.parts[i]
		name := p.meta.Name.Reveal()
		switch {
		case name != "":
			out[n] = s.e.Hide(s.e.Label(name), known)
		case p.parent < 0 && p.meta.Kind == object.Mail:
			out[n] = finding.Safe("message")
		case p.parent < 0:
			out[n] = finding.Safe(p.meta.Kind.String())
		default:
			out[n] = finding.Safe("part-" + strconv.Itoa(p.nth))
		}
	}
	return out
}

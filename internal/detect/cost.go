package detect

import (
	"time"

	"github.com/phiwatch/phiwatch/internal/rule"
)

// RuleCost is what one rule costs on a text. Tries is at how many places of the text its matcher runs, PerByte how many nanoseconds
// that takes for each byte of the text.
type RuleCost struct {
	Rule  *rule.Rule
	Plain Load // where nobody is named, which is nearly everywhere
	Near  Load // more where somebody is
}

// Load is how often a matcher runs, and how long.
type Load struct {
	Tries   int
	PerByte float64
}

// Costs measures what each rule costs on a text. The walk over the text, its digits, words and labels is the same whatever the rules
// are, so it is no rule's: names, addresses and keywords have no cost of their own. The tries of a rule are the same in every run; the
// time is that of the best of some runs, read from now.
func (e *Engine) Costs(text []byte, now func() time.Time) []RuleCost {
	s := &e.NewScratch().scan
	s.reset()
	s.begin(nil)
	out := make([]RuleCost, len(e.rules))
	for _, way := range [...]aim{atPersons, atSupport} {
		m := &meter{probes: make([]probe, len(e.rules))}
		s.trace = &trace{told: func(Unit) {}, meter: m}
		s.anchors(text, 0, len(text), way)
		s.trace = nil
		s.cands, s.arena = s.cands[:0], s.arena[:0]
		for i, r := range e.rules {
			load := &out[i].Plain
			if way == atSupport {
				load = &out[i].Near
			}
			p := &m.probes[r.Num]
			out[i].Rule, load.Tries = r, p.n
			if p.n > 0 {
				each := float64(s.retry(text, r, p, now).Nanoseconds()) / float64(len(p.kept))
				load.PerByte = each * float64(p.n) / float64(len(text))
			}
		}
	}
	return out
}

// meter notes where rules are tried.
type meter struct{ probes []probe }

func (m *meter) note(r *rule.Rule, t try) { m.probes[r.Num].note(t) }

// try is a place at which a rule is tried: a digit run, or what stands behind a label.
type try struct {
	at  int
	ref *shapeRef // nil: behind hit
	hit rule.Hit
}

// probe has the tries of one rule: all are counted, and so many kept, from all over the text.
type probe struct {
	n      int
	stride int
	kept   []try
}

const maxTries = 1024

func (p *probe) note(t try) {
	if p.stride == 0 {
		p.stride = 1
	}
	if p.n%p.stride == 0 {
		if len(p.kept) == maxTries {
			for i := range maxTries / 2 {
				p.kept[i] = p.kept[2*i]
			}
			p.kept = p.kept[:maxTries/2]
			p.stride *= 2
		}
		if p.n%p.stride == 0 {
			p.kept = append(p.kept, t)
		}
	}
	p.n++
}

// retry makes the tries that were kept once more, and returns how long that takes.
func (s *Scan) retry(text []byte, r *rule.Rule, p *probe, now func() time.Time) time.Duration {
	best := time.Duration(0)
	for run := range 7 {
		began := now()
		for i := range p.kept {
			t := &p.kept[i]
			if t.ref != nil {
				s.shape(text, t.at, t.ref, true)
			} else {
				s.behind(r, text, t.at, &t.hit)
			}
			s.cands, s.arena = s.cands[:0], s.arena[:0]
		}
		if took := now().Sub(began); run == 0 || took < best {
			best = took
		}
	}
	return best
}

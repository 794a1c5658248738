package measure

import (
	"sort"

	"github.com/phiwatch/phiwatch/internal/evaltest"
	"github.com/phiwatch/phiwatch/internal/finding"
)

// maxScore is the highest score.
const maxScore = 100

// Count is what became of the values of one kind and form.
type Count struct {
	N      int               // planted
	Scores [maxScore + 1]int // found, by the score of their finding
	Missed int
}

// At is how many were found with at least a score.
func (c *Count) At(score int) int {
	n := 0
	for _, k := range c.Scores[score:] {
		n += k
	}
	return n
}

func (c *Count) add(o *Count) {
	c.N += o.N
	c.Missed += o.Missed
	for i, n := range o.Scores {
		c.Scores[i] += n
	}
}

// Key names a count.
type Key struct{ Kind, Form string }

// String is the kind, with its form if that is not the usual one.
func (k Key) String() string {
	if k.Form == "" {
		return k.Kind
	}
	return k.Kind + " " + k.Form
}

// Wording is a way to call a kind.
type Wording struct{ Kind, Label string }

// Tally is the measure of one set of documents.
type Tally struct {
	Name     string
	Docs     int
	Bytes    int64
	Counts   map[Key]*Count
	Wordings map[Wording]*[2]int // found, planted
	Reported map[string]int      // tokens that were reported, by kind
	Wrong    map[string]int      // those of them that are not planted
	Judged   int                 // documents with an expected verdict
	Right    int                 // those that got it
	High     int                 // documents with an alert at HIGH, as PHI or PII
	Medium   int                 // at MEDIUM or above
	Paged    int                 // with an alert at all
	People   int                 // documents with known people whose range holds their number
	Peopled  int
	Minor    Flag
	Special  Flag
}

// Flag is how often a flag of the alert was right.
type Flag struct{ Want, Hit, Wrong int }

func (f *Flag) add(want, got bool) {
	switch {
	case want:
		if f.Want++; got {
			f.Hit++
		}
	case got:
		f.Wrong++
	}
}

// NewTally returns an empty tally.
func NewTally(name string) *Tally {
	return &Tally{Name: name, Counts: map[Key]*Count{}, Wordings: map[Wording]*[2]int{}, Reported: map[string]int{}, Wrong: map[string]int{}}
}

// Alerts tells whether a result makes an alert that may page.
func Alerts(r *finding.Result) bool {
	return r.Verdict == finding.PHI || r.Verdict == finding.PIIOnly
}

// testScore is what a value counts in a unit that is taken for test data: it is recorded and pages nobody.
const testScore = 30

// Add counts a result.
func (t *Tally) Add(d *evaltest.Doc, r *finding.Result) {
	t.Docs++
	t.Bytes += int64(len(d.Body))
	t.verdict(d, r)
	found := map[Key]map[finding.Token]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		k := Key{Kind: string(f.Kind)}
		if found[k] == nil {
			found[k] = map[finding.Token]int{}
		}
		score := f.Score
		if !Alerts(r) {
			score = min(score, testScore)
		}
		for _, tok := range f.Tokens {
			found[k][tok] = max(found[k][tok], score)
		}
	}
	t.planted(d, found)
	for k, tokens := range found {
		t.Reported[k.Kind] += len(tokens)
		for _, score := range tokens {
			if score >= 0 {
				t.Wrong[k.Kind]++
			}
		}
	}
}

// planted looks for every planted value and marks its token as right by a negative score.
func (t *Tally) planted(d *evaltest.Doc, found map[Key]map[finding.Token]int) {
	for i := range d.Planted {
		p := &d.Planted[i]
		best := -1
		for _, v := range p.Any {
			tokens := found[Key{Kind: p.Kind}]
			tok := Token(p.Kind, v)
			score, ok := tokens[tok]
			if !ok {
				continue
			}
			if score < 0 {
				score = -1 - score
			}
			best = max(best, score)
			tokens[tok] = -1 - score
		}
		if p.Optional {
			continue
		}
		k := Key{p.Kind, p.Form}
		c := t.Counts[k]
		if c == nil {
			c = &Count{}
			t.Counts[k] = c
		}
		c.N++
		t.wording(Wording{p.Kind, p.Label}, best >= 0)
		if best < 0 {
			c.Missed++
		} else {
			c.Scores[min(maxScore, best)]++
		}
	}
}

func (t *Tally) wording(w Wording, found bool) {
	if w.Label == "" {
		return
	}
	if t.Wordings[w] == nil {
		t.Wordings[w] = &[2]int{}
	}
	if t.Wordings[w][1]++; found {
		t.Wordings[w][0]++
	}
}

func (t *Tally) verdict(d *evaltest.Doc, r *finding.Result) {
	if Alerts(r) {
		t.Paged++
		if r.Level == finding.High {
			t.High++
		}
		if r.Level == finding.High || r.Level == finding.Medium {
			t.Medium++
		}
	}
	if d.Want != evaltest.Any {
		t.Judged++
		if right(d.Want, r.Verdict) {
			t.Right++
		}
	}
	if d.People == 1 && d.Want == evaltest.PHI {
		t.Minor.add(d.Minor, r.Minors)
		t.Special.add(d.Special, r.Heightened)
	}
	if d.People > 0 {
		t.Peopled++
		if r.Individuals.Low <= d.People && d.People <= r.Individuals.High && within(r.Individuals.Low, d.People) {
			t.People++
		}
	}
}

// within tells whether a lower bound is exact below 100 people, and within 2 % above.
func within(low, n int) bool {
	if n < 100 {
		return low == n
	}
	return 50*(n-low) <= n
}

// right tells whether a verdict is the expected one. Test data may also give nothing; what is nothing may be test or
// health without a person.
func right(want string, got finding.Verdict) bool {
	switch want {
	case evaltest.PHI:
		return got == finding.PHI
	case evaltest.PIIOnly:
		return got == finding.PIIOnly
	}
	return got != finding.PHI && got != finding.PIIOnly
}

// Sum adds up the counts of tallies by kind and form.
func Sum(list []*Tally) *Tally {
	s := NewTally("all")
	for _, t := range list {
		s.Docs += t.Docs
		s.Bytes += t.Bytes
		for k, c := range t.Counts {
			if s.Counts[k] == nil {
				s.Counts[k] = &Count{}
			}
			s.Counts[k].add(c)
		}
		for w, n := range t.Wordings {
			if s.Wordings[w] == nil {
				s.Wordings[w] = &[2]int{}
			}
			s.Wordings[w][0] += n[0]
			s.Wordings[w][1] += n[1]
		}
		for k, n := range t.Reported {
			s.Reported[k] += n
		}
		for k, n := range t.Wrong {
			s.Wrong[k] += n
		}
	}
	return s
}

// Keys are the kinds and forms that are counted, in the order of the tables.
func (t *Tally) Keys() []Key {
	rank := map[string]int{}
	for i, k := range evaltest.Kinds() {
		rank[k] = i
	}
	var keys []Key
	for k := range t.Counts {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		a, b := keys[i], keys[j]
		if a.Kind != b.Kind {
			return rank[a.Kind] < rank[b.Kind]
		}
		return a.Form < b.Form
	})
	return keys
}

// Measure renders and scans sets.
func (e *Engine) Measure(sets []evaltest.Set, people []evaltest.Person, seed uint64) []*Tally {
	var out []*Tally
	for _, s := range sets {
		t := NewTally(s.Name)
		e.Each(s.Docs(people, seed), t.Add)
		out = append(out, t)
	}
	return out
}

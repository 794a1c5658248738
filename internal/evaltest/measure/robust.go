package measure

import (
	"fmt"
	"maps"
	"sort"

	"github.com/phiwatch/phiwatch/internal/evaltest"
	"github.com/phiwatch/phiwatch/internal/finding"
)

// Same is how often a rendering gave what the plain text gives.
type Same struct {
	Name    string
	N       int
	Same    int            // verdict, level, people and tokens of all kinds
	Verdict int            // verdict and level
	Lost    map[string]int // tokens of the plain text that are missing, by kind
	More    map[string]int // tokens that the plain text has not
}

// Robust scans every rendering of people and compares it with the first, which is plain.
func (e *Engine) Robust(people []evaltest.Person, seed uint64) []*Same {
	var order []*Same
	byName := map[string]*Same{}
	var plain finding.Result
	e.Each(evaltest.RobustDocs(people, seed), func(d *evaltest.Doc, r *finding.Result) {
		s := byName[d.Title]
		if s == nil {
			s = &Same{Name: d.Title, Lost: map[string]int{}, More: map[string]int{}}
			byName[d.Title] = s
			order = append(order, s)
		}
		if s == order[0] {
			plain = *r
		}
		s.compare(&plain, r)
	})
	return order
}

// Pieces scans a few documents of each set at once and in pieces of 1 and of 61 bytes.
func (e *Engine) Pieces(sets []evaltest.Set, people []evaltest.Person, seed uint64) []*Same {
	var out []*Same
	for _, set := range sets {
		s := &Same{Name: set.Name, Lost: map[string]int{}, More: map[string]int{}}
		var docs []evaltest.Doc
		for _, d := range set.Docs(people, seed) {
			for _, n := range []int{0, 1, 61} {
				d.Split = n
				docs = append(docs, d)
			}
		}
		var whole finding.Result
		e.Each(docs, func(d *evaltest.Doc, r *finding.Result) {
			if d.Split == 0 {
				whole = *r
			} else {
				s.compare(&whole, r)
			}
		})
		out = append(out, s)
	}
	return out
}

// compare counts a result against the one it should equal.
func (s *Same) compare(want, got *finding.Result) {
	s.N++
	judged := got.Verdict == want.Verdict && got.Level == want.Level
	if judged {
		s.Verdict++
	}
	a, b := tokens(want), tokens(got)
	lost, more := differ(a, b), differ(b, a)
	if judged && len(lost)+len(more) == 0 && got.Individuals == want.Individuals {
		s.Same++
	}
	for k, n := range lost {
		s.Lost[k] += n
	}
	for k, n := range more {
		s.More[k] += n
	}
}

func tokens(r *finding.Result) map[string]map[finding.Token]bool {
	out := map[string]map[finding.Token]bool{}
	for i := range r.Findings {
		k := string(r.Findings[i].Kind)
		if out[k] == nil {
			out[k] = map[finding.Token]bool{}
		}
		for _, t := range r.Findings[i].Tokens {
			out[k][t] = true
		}
	}
	return out
}

// differ counts tokens of a that b has not.
func differ(a, b map[string]map[finding.Token]bool) map[string]int {
	out := map[string]int{}
	for k, list := range a {
		for t := range list {
			if !b[k][t] {
				out[k]++
			}
		}
	}
	return out
}

// listed writes counts by kind, the most first.
func listed(m map[string]int) string {
	kinds := make([]string, 0, len(m))
	for k := range maps.Keys(m) {
		kinds = append(kinds, k)
	}
	sort.Slice(kinds, func(i, j int) bool {
		if m[kinds[i]] != m[kinds[j]] {
			return m[kinds[i]] > m[kinds[j]]
		}
		return kinds[i] < kinds[j]
	})
	out := ""
	for i, k := range kinds {
		if i > 0 {
			out += ", "
		}
		out += fmt.Sprintf("%s %d", k, m[k])
	}
	return out
}

package measure

import (
	"fmt"
	"sort"
	"strings"

	"github.com/phiwatch/phiwatch/internal/evaltest"
	"github.com/phiwatch/phiwatch/internal/finding"
)

// readSet is the least recall of a kind in a set from which on its misses are laid to the wording: below, the format is not read.
const readSet = 0.75

// wordings lists labels behind which values are missed in formats that are read, by kind.
func (t table) wordings(sets []*Tally) {
	sum := map[Wording]*[2]int{}
	for _, s := range sets {
		for w, n := range s.Wordings {
			if !s.reads(w.Kind) {
				continue
			}
			if sum[w] == nil {
				sum[w] = &[2]int{}
			}
			sum[w][0] += n[0]
			sum[w][1] += n[1]
		}
	}
	t.f("\nWORDINGS behind which over 5 %% is missed in formats that are read; percent found\n")
	for _, k := range evaltest.Kinds() {
		var list []string
		for w, n := range sum {
			if w.Kind == k && 20*n[0] < 19*n[1] {
				list = append(list, fmt.Sprintf("%3d %s", 100*n[0]/n[1], w.Label))
			}
		}
		sort.Strings(list)
		t.wrap(k, list)
	}
}

func (s *Tally) reads(kind string) bool {
	found, n := 0, 0
	for k, c := range s.Counts {
		if k.Kind == kind {
			found, n = found+c.At(0), n+c.N
		}
	}
	return float64(found) >= readSet*float64(n) && found > 0
}

// wrap writes a list behind its head in lines of at most 100 columns.
func (t table) wrap(head string, list []string) {
	if len(list) == 0 {
		return
	}
	line := fmt.Sprintf("%-12s", head)
	for i, v := range list {
		v = strings.TrimSpace(v)
		if i < len(list)-1 {
			v += ","
		}
		if len(line)+1+len(v) > 100 {
			t.f("%s\n", line)
			line = strings.Repeat(" ", 12)
		}
		line += " " + v
	}
	t.f("%s\n", line)
}

// wrong lists reported values that are not planted, by kind and format.
func (t table) wrong(sets []*Tally) {
	t.f("\nREPORTED AND NOT PLANTED, by format: a wrong value, a part of one, or one under another kind\n")
	for _, k := range evaltest.Kinds() {
		bySet := map[string]int{}
		for _, s := range sets {
			if n := s.Wrong[k]; n > 0 {
				bySet[s.Name] = n
			}
		}
		t.wrap(k, strings.Split(listed(bySet), ", ")[:len(bySet)])
	}
}

// paged lists alerts on documents that must not make any: shared sets of test data and of health without people.
func (t table) paged(list []False) {
	if len(list) == 0 {
		return
	}
	t.f("\nALERTS ON DOCUMENTS THAT MUST NOT PAGE\n")
	for i := range list {
		a := &list[i]
		t.f("%s %s: %s %s %d, people %d-%d\n", a.Corpus, a.Path, a.Verdict, a.Level, a.Score, a.People.Low, a.People.High)
		for k := range a.Findings {
			t.finding(&a.Findings[k])
		}
	}
}

// paging notes an alert on a document that must not make one.
func paging(set string, d *evaltest.Doc, r *finding.Result) (False, bool) {
	if !Alerts(r) || d.Want == evaltest.PHI || d.Want == evaltest.PIIOnly || d.Want == evaltest.Any {
		return False{}, false
	}
	return False{Corpus: set, Path: d.Name, Verdict: r.Verdict, Level: r.Level, Score: r.Score, People: r.Individuals, Findings: r.Findings}, true
}

package measure

import (
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/phiwatch/phiwatch/internal/evaltest"
	"github.com/phiwatch/phiwatch/internal/evaltest/stat"
	"github.com/phiwatch/phiwatch/internal/finding"
)

// Scores of the bands.
const (
	high   = 80
	medium = 55
)

// table writes text of at most 100 columns.
type table struct{ w io.Writer }

func (t table) f(format string, args ...any) { fmt.Fprintf(t.w, format, args...) }

// Write prints the report. show is the number of false alerts to list by corpus.
func (r *Report) Write(w io.Writer, show int) {
	t := table{w}
	t.f("phiwatch eval: rules %.12s, %d people a format, seed %d\n", r.Rules, r.Options.People, r.Options.Seed)
	t.kinds("RENDERED PEOPLE, all formats", r.Sets)
	t.matrix("RECALL BY FORMAT in percent, rounded down; . is not in the format", r.Sets, columnsOf(false))
	t.matrix("", r.Sets, columnsOf(true))
	t.wordings(r.Sets)
	t.wrong(r.Sets)
	t.verdicts("VERDICT OF DOCUMENTS", append(slices.Clone(r.Sets), r.Verdicts...))
	t.robust("RENDERINGS of a document", r.Robust)
	t.robust("FORMATS in pieces of 1 and 61 bytes", r.Pieces)
	if r.NoShared {
		t.f("\nSETS THAT OTHERS WROTE: skipped, ../shared/truth is not here (set PHIWATCH_SHARED)\n")
	} else {
		t.sets(r.Shared)
	}
	t.quiet(r)
	t.curve(r)
	t.targets(r)
	if show > 0 {
		t.paged(r.Paged)
	}
	t.alerts(r.Quiet, show)
}

func share(k, n int) string {
	if n == 0 {
		return "    -              "
	}
	low, up := stat.Wilson(k, n)
	return fmt.Sprintf("%.3f [%.3f %.3f]", floor3(float64(k)/float64(n)), floor3(low), up)
}

// floor3 rounds down, so that 1.000 is all.
func floor3(v float64) float64 { return float64(int(v*1000+1e-9)) / 1000 }

func (t table) kinds(title string, sets []*Tally) {
	all := Sum(sets)
	t.f("\n%s: found by token [95 %% Wilson]\n", title)
	t.f("%-11s %6s %-19s %6s  %-19s %s\n", "kind", "values", "recall", "MED+", "precision", "weakest formats, percent")
	done := map[string]bool{}
	for _, k := range all.Keys() {
		c := all.Counts[k]
		precision := strings.Repeat(" ", 19)
		if !done[k.Kind] {
			done[k.Kind] = true
			precision = share(all.Reported[k.Kind]-all.Wrong[k.Kind], all.Reported[k.Kind])
		}
		line := fmt.Sprintf("%-11s %6d %s %6.3f  %s %s", k, c.N, share(c.At(0), c.N), floor3(float64(c.At(medium))/float64(c.N)), precision, weakest(sets, k))
		t.f("%s\n", strings.TrimRight(line, " "))
	}
}

func weakest(sets []*Tally, k Key) string {
	var list []*Tally
	for _, s := range sets {
		if c := s.Counts[k]; c != nil && c.At(0) < c.N {
			list = append(list, s)
		}
	}
	part := func(s *Tally) float64 { return float64(s.Counts[k].At(0)) / float64(s.Counts[k].N) }
	sort.SliceStable(list, func(i, j int) bool { return part(list[i]) < part(list[j]) })
	out := ""
	for _, s := range list[:min(2, len(list))] {
		out += fmt.Sprintf("%s %d, ", s.Name, int(100*part(s)))
	}
	return strings.TrimSuffix(out, ", ")
}

type matrixColumn struct {
	title string
	key   Key
}

func columnsOf(codes bool) []matrixColumn {
	if codes {
		return []matrixColumn{{"i10", Key{evaltest.ICD10, ""}}, {"i10b", Key{evaltest.ICD10, "bare"}}, {"icd9", Key{evaltest.ICD9, ""}}, {"icdo", Key{evaltest.ICDO3, ""}},
			{"icob", Key{evaltest.ICDO3, "bare"}}, {"cpt", Key{evaltest.CPT, ""}}, {"hcpc", Key{evaltest.HCPCS, ""}}, {"ndc", Key{evaltest.NDC, ""}}, {"ndcb", Key{evaltest.NDC, "bare"}},
			{"loin", Key{evaltest.LOINC, ""}}, {"drug", Key{evaltest.Drug, ""}}, {"npi", Key{evaltest.NPI, ""}}, {"dea", Key{evaltest.DEA, ""}}, {"vin", Key{evaltest.VIN, ""}},
			{"udi", Key{evaltest.UDI, ""}}, {"card", Key{evaltest.Card, ""}}, {"lic", Key{evaltest.License, ""}}}
	}
	return []matrixColumn{{"ssn", Key{evaltest.SSN, ""}}, {"ssnb", Key{evaltest.SSN, "bare"}}, {"itin", Key{evaltest.ITIN, ""}}, {"mbi", Key{evaltest.MBI, ""}}, {"hicn", Key{evaltest.HICN, ""}},
		{"mcd", Key{evaltest.Medicaid, ""}}, {"mrn", Key{evaltest.MRN, ""}}, {"memb", Key{evaltest.Member, ""}}, {"dob", Key{evaltest.DOB, ""}}, {"name", Key{evaltest.Name, ""}},
		{"addr", Key{evaltest.Address, ""}}, {"tel", Key{evaltest.Phone, ""}}, {"fax", Key{evaltest.Fax, ""}}, {"mail", Key{evaltest.Email, ""}}, {"acct", Key{evaltest.Account, ""}}}
}

func (t table) matrix(title string, sets []*Tally, cols []matrixColumn) {
	if t.f("\n"); title != "" {
		t.f("%s\n", title)
	}
	t.f("%-14s", "format")
	for _, c := range cols {
		t.f(" %4s", c.title)
	}
	t.f("\n")
	for _, s := range sets {
		line, any := fmt.Sprintf("%-14s", s.Name), false
		for _, col := range cols {
			cell := "."
			if c := s.Counts[col.key]; c != nil {
				cell, any = fmt.Sprint(100*c.At(0)/c.N), true
			}
			line += fmt.Sprintf(" %4s", cell)
		}
		if any {
			t.f("%s\n", line)
		}
	}
}

func (t table) verdicts(title string, sets []*Tally) {
	t.f("\n%s: as expected, alerts at HIGH and at MEDIUM or above, number of people right\n", title)
	t.f("%-16s %6s  %-19s %6s %6s %8s\n", "set", "docs", "verdict as expected", "HIGH", "MED+", "people")
	for _, s := range sets {
		people := "-"
		if s.Peopled > 0 {
			people = fmt.Sprintf("%.3f", floor3(float64(s.People)/float64(s.Peopled)))
		}
		t.f("%-16s %6d  %s %6d %6d %8s\n", s.Name, s.Docs, share(s.Right, s.Judged), s.High, s.Medium, people)
	}
}

func (t table) robust(title string, list []*Same) {
	same := 0
	for _, s := range list {
		if s.Same == s.N {
			same++
		}
	}
	t.f("\n%s: %d of %d same verdict, level, people and tokens\n", title, same, len(list))
	for _, s := range list {
		if s.Same < s.N {
			line := fmt.Sprintf("%-24s same %d of %d, verdict %d", s.Name, s.Same, s.N, s.Verdict)
			if len(s.Lost) > 0 {
				line += "; lost " + listed(s.Lost)
			}
			if len(s.More) > 0 {
				line += "; more " + listed(s.More)
			}
			t.f("%.100s\n", line)
		}
	}
}

func (t table) sets(sets []*Tally) {
	t.f("\nSETS THAT OTHERS WROTE\n%-14s %-12s %6s  %-19s %6s  %s\n", "set", "kind", "values", "recall", "MED+", "precision")
	for _, s := range sets {
		for _, k := range s.Keys() {
			c := s.Counts[k]
			t.f("%-14s %-12s %6d  %s %6.3f  %s\n", s.Name, k, c.N, share(c.At(0), c.N), floor3(float64(c.At(medium))/float64(c.N)),
				share(s.Reported[k.Kind]-s.Wrong[k.Kind], s.Reported[k.Kind]))
		}
	}
	t.verdicts("SETS THAT OTHERS WROTE", sets)
}

func (t table) alerts(list []*Quiet, show int) {
	if show <= 0 {
		return
	}
	t.f("\nALERTS ON NEGATIVES at MEDIUM or above, for adjudication (no values)\n")
	for _, q := range list {
		for i := range q.Alerts[:min(show, len(q.Alerts))] {
			a := &q.Alerts[i]
			t.f("%s %s %s %d %s %s people %d-%d\n", q.Name, a.Sum, a.Path, a.Score, a.Level, a.Verdict, a.People.Low, a.People.High)
			if a.Why != "" {
				t.f("  adjudicated: %s\n", a.Why)
			}
			for k := range a.Findings {
				t.finding(&a.Findings[k])
			}
		}
	}
}

func (t table) finding(f *finding.Finding) {
	var path, points []string
	for _, l := range f.Path {
		path = append(path, l.String())
	}
	for _, p := range f.Points {
		points = append(points, fmt.Sprintf("%s %+d", p.Why, p.Points))
	}
	t.f("  %s %s %d x %d, %d: %s | %s\n", f.Kind, f.Rule, f.Count, f.Distinct, f.Score, strings.Join(path, "/"), strings.Join(points, "; "))
}

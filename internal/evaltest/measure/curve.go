package measure

import (
	"fmt"

	"github.com/phiwatch/phiwatch/internal/evaltest"
	"github.com/phiwatch/phiwatch/internal/evaltest/stat"
)

// perGB writes a rate with its interval, of a megabyte or more.
func perGB(n int, size int64) string {
	if size < 1e6 {
		return "-"
	}
	gb := float64(size) / 1e9
	low, up := stat.Poisson(n)
	return fmt.Sprintf("%.1f [%.1f %.1f]", float64(n)/gb, low/gb, up/gb)
}

// total sums the corpora; its sample is not pinned.
func total(list []*Quiet) *Quiet {
	all := &Quiet{Corpus: Corpus{Name: "all"}}
	for _, q := range list {
		all.Files += q.Files
		all.Bytes += q.Bytes
		all.Twice += q.Twice
		all.Known += q.Known
		for i, n := range q.Scores {
			all.Scores[i] += n
		}
	}
	return all
}

func (t table) quiet(r *Report) {
	t.f("\nFALSE ALERTS on data without patients, per GB as carried [95 %% Poisson]\n")
	t.f("%-11s %-12s %6s %7s %3s %3s  %-20s %s\n", "corpus", "digest", "files", "MB", "H", "M", "HIGH per GB", "MEDIUM per GB")
	for _, q := range append(r.Quiet, total(r.Quiet)) {
		h, m := q.At(high), q.At(medium)-q.At(high)
		pin := q.Digest
		if q.Missing {
			pin = "not here"
		}
		t.f("%-11s %-12s %6d %7.1f %3d %3d  %-20s %s\n", q.Name, pin, q.Files, float64(q.Bytes)/1e6, h, m, perGB(h, q.Bytes), perGB(m, q.Bytes))
	}
	all := total(r.Quiet)
	t.f("files left out because their bytes were seen before: %d; alerts adjudicated as real: %d\n", all.Twice, all.Known)
	var versions []string
	for _, q := range r.Quiet {
		versions = append(versions, q.Name+" "+q.Version)
	}
	t.wrap("versions", versions)
}

// curve sets recall against false alerts over the threshold of the score.
func (t table) curve(r *Report) {
	all, none := Sum(r.Sets), total(r.Quiet)
	kinds := []Key{{evaltest.SSN, ""}, {evaltest.SSN, "bare"}, {evaltest.MBI, ""}, {evaltest.MRN, ""}, {evaltest.Member, ""}, {evaltest.DOB, ""}}
	t.f("\nCURVE: recall and false alerts at a score or above; the score of a value, as for MED+, is that\n")
	t.f("of the finding with its token: the best of its kind in that part of the document\n%5s", "score")
	for _, k := range kinds {
		t.f(" %9s", k)
	}
	t.f("  %s\n", "alerts per GB")
	for score := 30; score <= maxScore; score += 5 {
		t.f("%5d", score)
		for _, k := range kinds {
			v := 0.0
			if c := all.Counts[k]; c != nil {
				v = floor3(float64(c.At(score)) / float64(c.N))
			}
			t.f(" %9.3f", v)
		}
		t.f("  %s\n", perGB(none.At(score), none.Bytes))
	}
}

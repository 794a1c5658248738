package measure

import (
	"fmt"
	"strings"

	"github.com/phiwatch/phiwatch/internal/evaltest"
	"github.com/phiwatch/phiwatch/internal/evaltest/stat"
)

// target is a share that detection has to reach.
type target struct {
	item  string
	keys  []Key
	sets  []string // prefixes of names of sets
	least float64
}

func keys(form string, kinds ...string) (out []Key) {
	for _, k := range kinds {
		out = append(out, Key{k, form})
	}
	return out
}

// targetList is section 6.4 of the notes on detection.
func targetList() []target {
	everywhere := []string{"text", "mail", "csv", "tsv", "semicolon", "pipe", "fixed", "html", "sql", "json", "ndjson", "xml", "form", "hl7", "x12", "ncpdp", "naaccr", "fhir", "ccda", "cclf", "rif", "log", "yaml"}
	fields := []string{"hl7", "x12", "ncpdp", "naaccr", "fhir", "ccda", "rif", "dicom"}
	headed := []string{"csv-header", "csv-wide", "csv-zip", "csv-gzip", "csv-utf16", "csv-titled", "tsv", "semicolon", "pipe", "html-table", "mail-csv"}
	free := []string{"text-lone", "text-note", "text-form", "text-columns", "text-sentence", "mail-plain", "mail-qp", "mail-base64"}
	list := []target{
		{"SSN with separators", keys("", evaltest.SSN), everywhere, 0.995},
		{"MBI", keys("", evaltest.MBI), everywhere, 0.995},
		{"SSN bare, by field or header", keys("bare", evaltest.SSN), append(append([]string{"xml", "json", "ndjson", "form-"}, fields...), headed...), 0.99},
		{"SSN bare, labelled text", keys("bare", evaltest.SSN), free, 0.90},
	}
	for _, k := range []string{evaltest.MRN, evaltest.Member, evaltest.DOB, evaltest.Medicaid, evaltest.HICN, evaltest.Account, evaltest.Name} {
		list = append(list, target{k + " by field", keys("", k), fields, 0.98})
	}
	for _, k := range []string{evaltest.MRN, evaltest.Member, evaltest.DOB, evaltest.Medicaid, evaltest.HICN, evaltest.ITIN, evaltest.Account} {
		least := 0.90
		if k == evaltest.HICN || k == evaltest.ITIN {
			least = 0.98
		}
		list = append(list, target{k + " labelled text", keys("", k), free, least})
	}
	return append(list,
		target{"NPI and DEA", keys("", evaltest.NPI, evaltest.DEA), everywhere, 0.99},
		target{"ICD-10 by field", append(keys("", evaltest.ICD10), keys("bare", evaltest.ICD10)...), fields, 0.98})
}

func matches(name string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(name, p) && name != "csv-nohead" && name != "sql-bare" {
			return true
		}
	}
	return false
}

func (t table) targets(r *Report) {
	t.f("\nTARGETS\n")
	line := func(item, want, got string, ok bool) {
		t.f("%-34s %-22s %-24s %s\n", item, want, got, map[bool]string{true: "ok", false: "NO"}[ok])
	}
	for _, g := range targetList() {
		found, n := 0, 0
		for _, s := range r.Sets {
			if !matches(s.Name, g.sets) {
				continue
			}
			for _, k := range g.keys {
				if c := s.Counts[k]; c != nil {
					found, n = found+c.At(0), n+c.N
				}
			}
		}
		line(g.item, fmt.Sprintf("recall >= %.3f", g.least), share(found, n), n > 0 && float64(found) >= g.least*float64(n))
	}
	right, docs, people, peopled := 0, 0, 0, 0
	for _, s := range r.Sets {
		if matches(s.Name, []string{"hl7", "x12", "ncpdp", "naaccr", "fhir", "ccda", "dicom"}) {
			right, docs = right+s.Right, docs+s.Judged
		}
		people, peopled = people+s.People, peopled+s.Peopled
	}
	line("verdict of health formats", ">= 0.995", share(right, docs), float64(right) >= 0.995*float64(docs))
	line("people of an object", "exact below 100", share(people, peopled), people == peopled)
	for _, s := range r.Verdicts {
		switch s.Name {
		case "mail-lines":
			line("two-line mail about a patient", "HIGH", share(s.High, s.Docs), s.High == s.Docs && s.Right == s.Docs)
		case "payroll-mail", "payroll-csv", "payroll-json":
			line(s.Name, "PII only", share(s.Right, s.Docs), s.Right == s.Docs)
		}
	}
	paged, same := 0, 0
	for _, s := range append(append([]*Tally{}, r.Verdicts...), r.Shared...) {
		if silent(s.Name) {
			paged += s.Paged
		}
	}
	line("health-only, test, nobody: alerts", "none pages", fmt.Sprint(paged), paged == 0)
	for _, s := range r.Robust {
		if s.Same == s.N {
			same++
		}
	}
	var minor, special Flag
	for _, s := range r.Sets {
		minor.Want, minor.Hit, minor.Wrong = minor.Want+s.Minor.Want, minor.Hit+s.Minor.Hit, minor.Wrong+s.Minor.Wrong
		special.Want, special.Hit = special.Want+s.Special.Want, special.Hit+s.Special.Hit
	}
	line(fmt.Sprintf("minors flagged, %d wrongly", minor.Wrong), ">= 0.980, none wrongly", share(minor.Hit, minor.Want), float64(minor.Hit) >= 0.98*float64(minor.Want) && minor.Wrong == 0)
	line("heightened diagnoses flagged", ">= 0.980", share(special.Hit, special.Want), float64(special.Hit) >= 0.98*float64(special.Want))
	pieces := 0
	for _, s := range r.Pieces {
		if s.Same == s.N {
			pieces++
		}
	}
	line("formats in pieces", "as the whole", fmt.Sprintf("%d of %d", pieces, len(r.Pieces)), pieces == len(r.Pieces))
	line("renderings", "all the same", fmt.Sprintf("%d of %d", same, len(r.Robust)), same == len(r.Robust))
	all := total(r.Quiet)
	h, m := all.At(high), all.At(medium)-all.At(high)
	t.rate(all.Bytes, "false HIGH per GB", h, 1, line)
	t.rate(all.Bytes, "false MEDIUM per GB", m, 10, line)
}

// silent tells sets that must not page.
func silent(name string) bool {
	return strings.Contains(name, "test") || strings.HasSuffix(name, "-only") || strings.HasPrefix(name, "business") || name == "incidence" || name == "masked" ||
		name == "app-log" || name == "phone-list"
}

// rate is met when the rate is; whether the data is enough to say so is said beside it.
func (t table) rate(size int64, item string, n int, most float64, line func(item, want, got string, ok bool)) {
	gb := float64(size) / 1e9
	low, up := stat.Poisson(n)
	want := fmt.Sprintf("<= %.0f on 3 GB", most)
	if gb < 3 {
		want += fmt.Sprintf(" (%.1f)", gb)
	}
	line(item, want, fmt.Sprintf("%.1f [%.1f %.1f]", float64(n)/gb, low/gb, up/gb), float64(n) <= most*gb)
}

package detect

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
	"github.com/phiwatch/phiwatch/internal/rule/ruletest"
	"github.com/phiwatch/phiwatch/rules"
)

// siteSet is the built-in rules and a site's file.
func siteSet(t testing.TB, file string) (*rule.Set, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "site.yaml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return rule.LoadDirs(rules.FS, dir)
}

func siteEngine(t testing.TB, file string) *Engine {
	t.Helper()
	set, err := siteSet(t, file)
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(set, Options{Key: testKey(), MaxTokens: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const siteRules = `version: 1
family: a site
adjust:
- id: phone
  disable: true
- id: ssn-delimited
  base: 20
rules:
- id: badge
  title: Badge number
  description: Two letters and six digits.
  kind: custom:badge
  identifier: R
  form: shape
  shapes: ['B\D-dddddd']
  base: 45
  primary: true
  mask: "badge:[{c}c]"
  source: the site
  labels: [badge, badge number]
  examples:
    match: ["BD-123456", "bd-000001,", "badge BD-123456"]
    no_match: ["BD-12345", "XD-123456", "ABD-123456"]
- id: study-id
  title: Study number
  description: Behind a label.
  kind: custom:study
  identifier: R
  form: token
  length: [4, 10]
  digits: 3
  label: required
  base: 10
  mask: "study:[{c}c]"
  source: the site
  labels: [study id, study no]
  examples:
    match: ["Study ID: AB-1234", "study_id=1234", "Study no. 9911"]
    no_match: ["AB-1234", "study 1234x", "Study ID: none"]
- id: mrn-site
  title: Own record numbers
  description: The site's own format needs no label.
  kind: mrn
  identifier: H
  form: shape
  shapes: ['N\A-ddd-dddd']
  base: 40
  primary: true
  enrols: true
  mask: "mrn:[{c}c]"
  source: the site
  examples:
    match: ["NA-123-4567", "na-123-4567.", "(NA-000-0001)"]
    no_match: ["NB-123-4567", "NA-123-45678", "XNA-123-4567"]
- id: trial-words
  title: Names of trials
  description: Words.
  kind: custom:trial
  identifier: "-"
  form: keyword
  words: [blue harbor, project heron]
  mask: "trial:[{w}w]"
  source: the site
  examples:
    match: ["the Blue Harbor cohort", "project-heron", "ProjectHeron"]
    no_match: ["blue", "harbor blue", "project herons"]
- id: trial-person
  title: A person of a trial
  description: A study number near the name of a trial.
  kind: custom:participant
  identifier: R
  form: composite
  all_of: [study-id, trial-words]
  within: 200
  base: 45
  primary: true
  enrols: true
  mask: "participant:[{c}c]"
  source: the site
`

func TestSiteRules(t *testing.T) {
	e := siteEngine(t, siteRules)
	far := strings.Repeat("and so on ", 40)
	for _, c := range []struct {
		text string
		want finding.Verdict
		kind finding.Kind
		n    int
	}{
		{"left at the gate: bd-123456 and BD-123457", finding.PIIOnly, "custom:badge", 2},
		{"please send NA-123-4567 to the ward", finding.PHI, "mrn", 1},
		{"badge 12-3456", finding.None, "", 0},
		{"Study ID: AB1234 of Blue Harbor, BD-123456", finding.PHI, "custom:participant", 1},
		{"Study ID: AB1234 of Blue Harbor, DOB 01/02/1980", finding.PHI, "custom:participant", 1},
		{"Study ID: AB1234, DOB 01/02/1980 " + far + " of Blue Harbor, DOB 01/02/1980", finding.None, "", 0},
		{"Study ID: AB1234, DOB 01/02/1980, nothing else", finding.None, "", 0},
		{"Blue Harbor, BD-123456", finding.PIIOnly, "custom:trial", 1},
		{"the number is 514-69-0360", finding.None, "", 0}, // its base is 20 now
		{"BD-123456, phone (208) 269-4273", finding.PIIOnly, "custom:badge", 1},
	} {
		r := scanText(e, c.text)
		found := 0
		for _, f := range r.Findings {
			if f.Kind == c.kind {
				found = f.Distinct
			}
			if f.Kind == finding.Phone {
				t.Errorf("%q: a rule that is off found something", c.text)
			}
		}
		if r.Verdict != c.want || found != c.n {
			t.Errorf("%q: verdict %q, %d of %s", c.text, r.Verdict, found, c.kind)
		}
	}
	r := table(e, "x.csv", "badge number|study id", "BD-123456|AB1234", "BD-123457|AB1235")
	if r.Individuals.Low != 2 || !has(r, "custom:badge", "BD123456") || !has(r, "custom:study", "AB1234") {
		t.Errorf("table: %q %v", r.Verdict, r.Individuals)
	}
}

func TestSiteRulesRefused(t *testing.T) {
	if _, err := siteSet(t, siteRules); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"kind: custom:badge", "kind: custom:"}, {"kind: custom:badge", "kind: custom:B"}, {"kind: custom:badge", "kind: nope"}, {"base: 45\n  primary", "base: 99\n  primary"},
		{"all_of: [study-id, trial-words]", "all_of: [study-id]"}, {"all_of: [study-id, trial-words]", "all_of: [study-id, nope]"}, {"within: 200", "within: -1"},
		{"  base: 20\nrules", "  base: 200\nrules"}, {"- id: phone\n", "- id: nope\n"}, {"labels: [study id, study no]", "labels: [study id, study no, badge]"},
		{"words: [blue harbor, project heron]", "words: [\"123\"]"}, {"kind: custom:trial", "kind: mrn"}, {"- id: phone\n  disable", "- id: study-id\n  disable"},
		{"kind: custom:study", "kind: custom:badge"},
	} {
		file := strings.Replace(siteRules, c[0], c[1], 1)
		if file == siteRules {
			t.Fatalf("%q is not in the rules", c[0])
		}
		set, err := siteSet(t, file)
		if err == nil {
			_, err = New(set, Options{Key: testKey()})
		}
		if err == nil {
			t.Errorf("%q loads", c[1])
		}
	}
}

func BenchmarkSiteRules(b *testing.B) {
	for _, n := range []int{0, 200} {
		file := "version: 1\nfamily: none\n"
		if n > 0 {
			file = ruletest.Many(n)
		}
		e := siteEngine(b, file)
		for _, kind := range []string{"mail", "html", "log"} {
			text := corpus(kind, 1<<20)
			b.Run(fmt.Sprintf("%s-%d", kind, n), func(b *testing.B) {
				s := e.NewScratch()
				b.ReportAllocs()
				t := cpu()
				for b.Loop() {
					c := e.Scan(s, &object.Meta{At: testTime})
					c.Text(text)
					c.Finish()
				}
				perCPU(b, t, len(text))
			})
		}
	}
}

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

// manyRules is a file of n rules of the kinds that sites write.
func manyRules(n int) string {
	var b strings.Builder
	b.WriteString("version: 1\nfamily: many\nrules:\n")
	for i := range n {
		word := string([]byte{'q' + byte(i%4), 'a' + byte(i/4%26), 'k' + byte(i/104%8)})
		label := "label: required\n  labels: [" + word + "zz number, site " + word + "xx]"
		fmt.Fprintf(&b, "- id: many-%d\n  title: t\n  description: d\n  kind: custom:m%d\n  identifier: R\n  mask: \"m:[{c}c]\"\n  source: s\n  base: 20\n  primary: %t\n", i, i%50, i%50 < 40)
		switch i % 4 {
		case 0:
			fmt.Fprintf(&b, "  form: token\n  length: [5, 12]\n  digits: 4\n  %s\n", label)
			fmt.Fprintf(&b, "  examples:\n    match: [\"%szz number: 12345\", \"site %sxx 12345\", \"%szz number=A12345\"]\n    no_match: [\"12345\", \"x: 12345\", \"y 12345\"]\n", word, word, word)
		case 1, 2:
			digits := strings.Repeat("d", 6+i%4)
			nines := strings.Repeat("9", 6+i%4)
			fmt.Fprintf(&b, "  form: shape\n  shapes: [\"%s\"]\n  %s\n", digits, label)
			fmt.Fprintf(&b, "  examples:\n    match: [\"%szz number: %s\", \"site %sxx %s\", \"%szz number=%s\"]\n    no_match: [\"%s\", \"x: 1\", \"y\"]\n", word, nines, word, nines, word, nines, nines)
		default:
			w := strings.ToUpper(word)
			fmt.Fprintf(&b, "  form: shape\n  shapes: ['\\%c\\%c\\%c-dddddd']\n", w[0], w[1], w[2])
			fmt.Fprintf(&b, "  examples:\n    match: [\"%s-123456\", \"x %s-123456\", \"(%s-123456)\"]\n    no_match: [\"%s\", \"x: 1\", \"y\"]\n", w, w, w, w)
		}
	}
	return b.String()
}

func BenchmarkSiteRules(b *testing.B) {
	for _, n := range []int{0, 200} {
		file := "version: 1\nfamily: none\n"
		if n > 0 {
			file = manyRules(n)
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

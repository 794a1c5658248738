package measure

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/evaltest"
	"github.com/phiwatch/phiwatch/internal/finding"
)

func engine(t *testing.T) *Engine {
	t.Helper()
	e, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestTally counts by hand what a document of three values gives: one found high, one low, one missed, one too many.
func TestTally(t *testing.T) {
	d := &evaltest.Doc{Want: evaltest.PHI, People: 2, Body: []byte("12345"), Planted: []evaltest.Planted{
		{Kind: "ssn", Any: []string{"1"}}, {Kind: "mrn", Any: []string{"2", "3"}}, {Kind: "mrn", Form: "bare", Any: []string{"4"}}, {Kind: "name", Any: []string{"X"}, Optional: true}}}
	r := &finding.Result{Verdict: finding.PHI, Level: finding.High, Score: 90, Individuals: finding.Individuals{Low: 2, High: 3}, Findings: []finding.Finding{
		{Kind: "ssn", Score: 90, Tokens: []finding.Token{Token("ssn", "1"), Token("ssn", "9")}}, {Kind: "mrn", Score: 40, Tokens: []finding.Token{Token("mrn", "3")}},
		{Kind: "name", Score: 30, Tokens: []finding.Token{Token("name", "X")}}}}
	tl := NewTally("x")
	tl.Add(d, r)
	ssn, mrn, bare := tl.Counts[Key{"ssn", ""}], tl.Counts[Key{"mrn", ""}], tl.Counts[Key{"mrn", "bare"}]
	if ssn.At(medium) != 1 || mrn.At(0) != 1 || mrn.At(medium) != 0 || bare.Missed != 1 || tl.Counts[Key{"name", ""}] != nil {
		t.Errorf("counts: %+v", tl.Counts)
	}
	if tl.Wrong["ssn"] != 1 || tl.Wrong["name"] != 0 || tl.Reported["ssn"] != 2 || tl.Right != 1 || tl.High != 1 || tl.People != 1 {
		t.Errorf("tally: %+v", tl)
	}
	r.Verdict = finding.Test
	tl = NewTally("x")
	if tl.Add(d, r); tl.Right != 0 || tl.Counts[Key{"ssn", ""}].At(medium) != 0 || tl.Paged != 0 {
		t.Errorf("test data pages nobody: %+v", tl)
	}
}

// TestTokens compares the token of a finding with the one made here from the words of the Contract.
func TestTokens(t *testing.T) {
	r := engine(t).Scan(&evaltest.Doc{Name: "a.txt", Body: []byte("Patient SSN: 514-69-0360, diagnosis diabetes mellitus\n")})
	if len(r.Findings) == 0 || r.Findings[0].Tokens[0] != Token("ssn", "514690360") {
		t.Error("the engine's token differs from the one of the Contract")
	}
}

// TestManyPeople is acceptance: a table of 3,200 patients is 3,200 people, in pieces of any size.
func TestManyPeople(t *testing.T) {
	d := evaltest.PatientTable(evaltest.People(3200, 3), 3)
	for _, n := range []int{0, 4001} {
		d.Split = n
		r := engine(t).Scan(&d)
		if r.Verdict != finding.PHI || r.Level != finding.High || r.Individuals.Low != 3200 {
			t.Errorf("pieces of %d: %s %s, %d to %d people", n, r.Verdict, r.Level, r.Individuals.Low, r.Individuals.High)
		}
	}
}

// TestReport prints a small report without anything beside the checkout, twice the same, with corpora of its own.
func TestReport(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.txt": "nothing here\n", "b.txt": "nothing here\n", "c.txt": "Patient SSN: 514-69-0360, diagnosis diabetes\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := engine(t)
	quiet, err := e.Quiet([]Corpus{{Name: "own", Paths: []string{dir}}}, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	q := quiet[0]
	if q.Files != 2 || q.Twice != 1 || q.At(high) != 1 || len(q.Alerts) != 1 {
		t.Fatalf("corpus: %+v", q)
	}
	people := evaltest.People(3, 1)
	rep := &Report{Sets: e.Measure(evaltest.Sets(), people, 1), Robust: e.Robust(people[:1], 1), Quiet: quiet, NoShared: true}
	var a, b, records bytes.Buffer
	rep.Write(&a, 5)
	rep.Write(&b, 5)
	if a.String() != b.String() || !strings.Contains(a.String(), "c.txt") || !strings.Contains(a.String(), "skipped") || strings.Contains(a.String(), "514-69") {
		t.Error("the report is not as it should be")
	}
	for line := range strings.Lines(a.String()) {
		if len(line) > 101 && !strings.HasPrefix(line, " ") && !strings.Contains(line, dir) {
			t.Errorf("a line of %d bytes: %.20s", len(line), line)
		}
	}
	if err := rep.Records(&records); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(records.String()) {
		if !json.Valid([]byte(line)) {
			t.Fatal("a record that is no JSON")
		}
	}
	known, err := e.Quiet([]Corpus{{Name: "own", Paths: []string{dir}}}, 0, map[string]string{q.Alerts[0].Sum: "planted"})
	if err != nil || known[0].At(0) != 0 || known[0].Known != 1 {
		t.Errorf("an adjudicated alert counts: %+v %v", known[0], err)
	}
}

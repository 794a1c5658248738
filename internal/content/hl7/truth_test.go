package hl7_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/hl7"
	"github.com/phiwatch/phiwatch/internal/content/text"
	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
	"github.com/phiwatch/phiwatch/rules"
)

// scan scans a file as the sensor does.
func scan(t *testing.T, e *detect.Engine, name string, b []byte) (finding.Result, string) {
	t.Helper()
	m := &object.Meta{Kind: object.File, At: flow.Time(1795478400 * 1e9), Name: flow.NewText(name), Size: -1}
	s := e.Scan(e.NewScratch(), m)
	d := content.NewDriver([]content.Format{hl7.Format(), text.Format()}, content.DefaultLimits())
	r := d.NewWorker().Walk(m, contenttest.Pieces(b, 1000), s, content.Options{Scan: true})
	return s.Finish(), r.Format
}

func TestTruth(t *testing.T) {
	set, err := rule.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	e, err := detect.New(set, detect.Options{MaxTokens: 1000})
	if err != nil {
		t.Fatal(err)
	}
	dir := os.Getenv("PHIWATCH_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "truth", "positives", "hl7v2", "*"))
	if len(files) == 0 {
		t.Skip("no shared data here: set PHIWATCH_SHARED to its directory")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(f)
		r, format := scan(t, e, name, b)
		want, ok := truths[name]
		if !ok {
			if format != "text" || r.Verdict == finding.PHI {
				t.Errorf("%s: no messages, but %s, %s", name, format, r.Verdict)
			}
			continue
		}
		verdict := finding.PHI
		if marked[name] {
			verdict = finding.Test
		}
		if format != "hl7v2" || r.Verdict != verdict || r.Level != finding.High {
			t.Errorf("%s: %s, %s %s", name, format, r.Verdict, r.Level)
		}
		got := map[finding.Kind]int{}
		for _, x := range r.Findings {
			got[x.Kind] += x.Distinct
		}
		for k, n := range want.distinct {
			if got[k] != n {
				t.Errorf("%s: %d distinct %s, want %d", name, got[k], k, n)
			}
		}
		for _, v := range want.ssn {
			if !found(&r, finding.SSN, v) {
				t.Errorf("%s: an SSN of PID-19 is missing", name)
			}
		}
		for _, v := range want.mrn {
			if !found(&r, finding.MRN, v) {
				t.Errorf("%s: MRN %s of PID-3 is missing", name, v)
			}
		}
	}
}

// marked are the files whose messages say of themselves that they are tests: MSH-11 is T or D in all of them.
var marked = map[string]bool{"cv.04_001_chem.hl7": true, "example_oml_o21.hl7": true, "segmentfinder_a24.hl7": true}

// truths are the people of the files, counted by hand: social security numbers of PID-19 and GT1-12, birth dates of PID-7,
// identifiers of PID-3.
var truths = map[string]struct {
	distinct map[finding.Kind]int
	ssn, mrn []string
}{
	"adt_a03.txt":           {map[finding.Kind]int{finding.Name: 1, finding.DOB: 1}, nil, []string{"5520255"}},
	"cv.04_001_chem.hl7":    {map[finding.Kind]int{finding.Name: 1, finding.DOB: 1, finding.MemberID: 1, finding.Phone: 2, finding.Fax: 1, finding.Email: 1}, nil, nil},
	"example_oml_o21.hl7":   {map[finding.Kind]int{finding.Name: 3, finding.DOB: 3, finding.MRN: 3}, nil, []string{"12345"}},
	"omd_o03.txt":           {map[finding.Kind]int{finding.Name: 1, finding.DOB: 1}, nil, nil},
	"omd_o03_rep.txt":       {map[finding.Kind]int{finding.Name: 1, finding.DOB: 1}, nil, nil},
	"segmentfinder_a24.hl7": {map[finding.Kind]int{finding.MRN: 2}, nil, []string{"11111", "22222"}},
	"messages.txt": {map[finding.Kind]int{finding.SSN: 7, finding.DOB: 10},
		[]string{"500608950", "496546042", "494057099", "495188275", "488524836", "492785531", "348622508"}, []string{"N00803", "429314294", "109310355"}},
}

func found(r *finding.Result, k finding.Kind, canon string) bool {
	var key [32]byte
	h := hmac.New(sha256.New, key[:])
	h.Write([]byte(string(k) + "\x00" + canon))
	want := hex.EncodeToString(h.Sum(nil)[:16])
	for _, f := range r.Findings {
		for _, tok := range f.Tokens {
			if f.Kind == k && tok.String() == want {
				return true
			}
		}
	}
	return false
}

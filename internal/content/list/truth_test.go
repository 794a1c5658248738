package list_test

import (
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/list"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
	"github.com/phiwatch/phiwatch/rules"
)

// scanner scans files as the sensor does: all formats, the shipped rules.
type scanner struct {
	t *testing.T
	e *detect.Engine
	w *content.Worker
}

func newScanner(t *testing.T) *scanner {
	t.Helper()
	set, err := rule.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	e, err := detect.New(set, detect.Options{MaxTokens: 2000})
	if err != nil {
		t.Fatal(err)
	}
	return &scanner{t, e, content.NewDriver(list.Formats(), content.DefaultLimits()).NewWorker()}
}

func (s *scanner) scan(name string, b []byte) (finding.Result, content.Result) {
	s.t.Helper()
	m := &object.Meta{Kind: object.File, At: flow.Time(1795478400 * 1e9), Name: flow.NewText(name), Size: -1}
	c := s.e.Scan(s.e.NewScratch(), m)
	r := s.w.Walk(m, contenttest.Pieces(b, 1000), c, content.Options{Scan: true})
	return c.Finish(), r
}

// report logs what was found, without values.
func report(t *testing.T, name string, r *finding.Result) {
	t.Helper()
	t.Logf("%s: %s %s %d, individuals %v", name, r.Verdict, r.Level, r.Score, r.Individuals)
	for _, f := range r.Findings {
		t.Logf("  %s %d/%d %s", f.Kind, f.Count, f.Distinct, f.Confidence)
	}
}

func token(k finding.Kind, canon string) string {
	var key [32]byte
	h := hmac.New(sha256.New, key[:])
	h.Write([]byte(string(k) + "\x00" + canon))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// found counts the values of a kind that were found, and those of them that have the points of a schema's field.
func found(r *finding.Result, k finding.Kind, values []string) (all, placed int) {
	for _, v := range values {
		want := token(k, v)
		hit, schema := false, false
		for _, f := range r.Findings {
			if f.Kind != k {
				continue
			}
			for _, tok := range f.Tokens {
				if tok.String() == want {
					hit = true
					schema = schema || hasPoint(f.Points, "field of a schema")
				}
			}
		}
		if hit {
			all++
		}
		if schema {
			placed++
		}
	}
	return all, placed
}

func hasPoint(ps []finding.Point, why string) bool {
	for _, p := range ps {
		if p.Why == why {
			return true
		}
	}
	return false
}

// shared returns the files of a pattern below the shared data of the project, or skips the test.
func shared(t *testing.T, pattern string) []string {
	t.Helper()
	dir := os.Getenv("PHIWATCH_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared")
	}
	files, _ := filepath.Glob(filepath.Join(dir, pattern))
	if len(files) == 0 {
		t.Skip("no shared data here: set PHIWATCH_SHARED to its directory")
	}
	return files
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(path, ".gz") {
		return b
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if b, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	return b
}

type naaccrData struct {
	Patients []struct {
		Items []struct {
			ID    string `xml:"naaccrId,attr"`
			Value string `xml:",chardata"`
		} `xml:"Item"`
	} `xml:"Patient"`
}

// TestNAACCR: every Social Security number of the registry's samples is found in its field, and the patients are counted.
func TestNAACCR(t *testing.T) {
	files := shared(t, "truth/positives/naaccr/*-abstract-*.xml.gz")
	s := newScanner(t)
	for _, f := range files {
		b := read(t, f)
		var d naaccrData
		if err := xml.Unmarshal(b, &d); err != nil {
			t.Fatal(err)
		}
		var ssns []string
		for _, p := range d.Patients {
			for _, it := range p.Items {
				if it.ID == "socialSecurityNumber" {
					ssns = append(ssns, it.Value)
				}
			}
		}
		r, c := s.scan("registry.xml", b)
		report(t, filepath.Base(f), &r)
		all, placed := found(&r, finding.SSN, ssns)
		if c.Format != "naaccr" || all != len(ssns) || placed != len(ssns) || len(ssns) < 900 {
			t.Errorf("%s: format %s, %d of %d SSNs, %d in their field", filepath.Base(f), c.Format, all, len(ssns), placed)
		}
		n := len(d.Patients)
		if r.Verdict != finding.PHI || r.Level != finding.High || r.Individuals.Low < n*98/100 || r.Individuals.High > n*102/100 {
			t.Errorf("%s: %s %s, %d patients, individuals %v", filepath.Base(f), r.Verdict, r.Level, n, r.Individuals)
		}
	}
}

// TestIncidence: tumours without a person are no alert.
func TestIncidence(t *testing.T) {
	files := shared(t, "truth/negatives/naaccr-incidence/*.xml.gz")
	s := newScanner(t)
	for _, f := range files {
		r, c := s.scan("registry.xml", read(t, f))
		report(t, filepath.Base(f), &r)
		if c.Format != "naaccr" || r.Verdict == finding.PHI || r.Verdict == finding.PIIOnly {
			t.Errorf("%s: format %s, %s %s", filepath.Base(f), c.Format, r.Verdict, r.Level)
		}
	}
}

// TestCCDA: the samples have numbers that are nobody's, and are a test where there is one. With another number in its
// place the same document is a patient's.
func TestCCDA(t *testing.T) {
	const register = `2.16.840.1.113883.4.1"`
	s := newScanner(t)
	real := strings.NewReplacer("444222222", "536228145", "444-22-2222", "536-22-8145", "111-00-2330", "536-22-8145", "111-00-1234", "536-22-8145")
	for _, f := range shared(t, "truth/positives/ccda/*.xml") {
		name, b := filepath.Base(f), read(t, f)
		r, c := s.scan(name, b)
		if c.Format != "cda" || c.State != coverage.Inspected {
			t.Errorf("%s: format %s, %v", name, c.Format, c.State)
		}
		if !bytes.Contains(b, []byte(register)) {
			continue
		}
		if r.Verdict != finding.Test {
			t.Errorf("%s: %s, want test", name, r.Verdict)
			report(t, name, &r)
		}
		r, _ = s.scan(name, []byte(real.Replace(string(b))))
		all, placed := found(&r, finding.SSN, []string{"536228145"})
		if r.Verdict != finding.PHI || r.Level != finding.High || all != 1 || placed != 1 || r.Individuals.Low != 1 {
			t.Errorf("%s with another number: %s %s, %d found, %d in its field, individuals %v", name, r.Verdict, r.Level, all, placed, r.Individuals)
			report(t, name, &r)
		}
	}
}

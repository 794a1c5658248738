package detect

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// shared returns a path below the shared data of the project, or skips the test.
func shared(t *testing.T, path string) string {
	t.Helper()
	dir := os.Getenv("PHIWATCH_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	p := filepath.Join(dir, path)
	if _, err := os.Stat(p); err != nil {
		t.Skip("no shared data here: set PHIWATCH_SHARED to its directory")
	}
	return p
}

func gunzip(t *testing.T, path string) io.ReadCloser {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// members calls fn with every file of a tar.gz.
func members(t *testing.T, path string, fn func(name string, b []byte)) {
	t.Helper()
	tr := tar.NewReader(gunzip(t, path))
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		b, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		fn(h.Name, b)
	}
}

// scanFile feeds a file as a decoder would: a table row by row, a mail by its body, the rest as text.
func scanFile(e *Engine, s *Scratch, name string, b []byte) finding.Result {
	m := &object.Meta{Kind: object.File, At: testTime, Name: flow.NewText(filepath.Base(name))}
	c := e.Scan(s, m)
	c.Begin(object.UnitPart)
	switch {
	case strings.HasSuffix(name, ".csv"):
		feedTable(c, b)
	default:
		c.Text(b)
	}
	c.End()
	return c.Finish()
}

func feedTable(c *Scan, b []byte) {
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	var head [][]byte
	for {
		row, err := r.Read()
		if err != nil {
			return
		}
		if head == nil {
			for _, v := range row {
				head = append(head, []byte(v))
			}
			continue
		}
		c.Begin(object.UnitRow)
		for i, v := range row {
			var l []byte
			if i < len(head) {
				l = head[i]
			}
			c.Field(object.RoleNone, l, []byte(v))
		}
		c.End()
	}
}

func TestNegatives(t *testing.T) {
	e := newEngine(t)
	e.tokens = 4
	s := e.NewScratch()
	var size int64
	var high, medium, low int
	for _, set := range []string{"mail", "logs", "tables"} {
		members(t, shared(t, "truth/negatives/"+set+".tar.gz"), func(name string, b []byte) {
			size += int64(len(b))
			r := scanFile(e, s, name, b)
			if r.Verdict != finding.PHI && r.Verdict != finding.PIIOnly {
				return
			}
			switch r.Level {
			case finding.High:
				high++
			case finding.Medium:
				medium++
			case finding.Low:
				low++
			}
			var kinds []string
			for _, f := range r.Findings {
				kinds = append(kinds, string(f.Kind)+":"+f.Rule+":"+string(f.Confidence))
			}
			t.Logf("%s %s %s %s %d below %d %v", set, name, r.Verdict, r.Level, r.Score, r.Below, kinds)
		})
	}
	gb := float64(size) / 1e9
	t.Logf("%.1f MB: high %d medium %d low %d; per GB %.1f %.1f %.1f", gb*1000, high, medium, low, float64(high)/gb, float64(medium)/gb, float64(low)/gb)
	if high > 0 || medium > 2 {
		t.Errorf("false alerts: %d high, %d medium", high, medium)
	}
}

type naaccrPatient struct {
	Items  []naaccrItem `xml:"Item"`
	Tumors []struct {
		Items []naaccrItem `xml:"Item"`
	} `xml:"Tumor"`
}

type naaccrItem struct {
	ID    string `xml:"naaccrId,attr"`
	Value string `xml:",chardata"`
}

func TestNAACCR(t *testing.T) {
	e := newEngine(t)
	s := e.NewScratch()
	files, _ := filepath.Glob(shared(t, "truth/positives/naaccr") + "/*-abstract-*.xml.gz")
	if len(files) == 0 {
		t.Fatal("no files")
	}
	for _, f := range files {
		c := e.Scan(s, &object.Meta{Kind: object.File, At: testTime, Name: flow.NewText("a.xml")})
		c.Begin(object.UnitPart)
		ssns, people := map[string]bool{}, 0
		d := xml.NewDecoder(gunzip(t, f))
		for {
			tok, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			el, ok := tok.(xml.StartElement)
			if !ok || el.Name.Local != "Patient" {
				continue
			}
			var p naaccrPatient
			if err := d.DecodeElement(&p, &el); err != nil {
				t.Fatal(err)
			}
			people++
			c.Begin(object.UnitRecord)
			emit := func(items []naaccrItem) {
				for _, it := range items {
					if it.ID == "socialSecurityNumber" {
						ssns[it.Value] = true
					}
					c.Field(object.RoleNone, []byte(it.ID), []byte(it.Value))
				}
			}
			emit(p.Items)
			for _, tm := range p.Tumors {
				emit(tm.Items)
			}
			c.End()
		}
		c.End()
		r := c.Finish()
		found := 0
		for v := range ssns {
			if has(r, finding.SSN, v) {
				found++
			}
		}
		t.Logf("%s: %d patients, ssn %d of %d, verdict %s %s %d, individuals %v", filepath.Base(f), people, found, len(ssns), r.Verdict, r.Level, r.Score, r.Individuals)
		for _, x := range r.Findings {
			t.Logf("  %s %d/%d %s", x.Kind, x.Count, x.Distinct, x.Confidence)
		}
		if found != len(ssns) || r.Verdict != finding.PHI || r.Individuals.Low < people*98/100 || r.Individuals.Low > people*102/100 {
			t.Errorf("%s: not all found", filepath.Base(f))
		}
	}
}

func TestSyntheticMBI(t *testing.T) {
	e := newEngine(t)
	s := e.NewScratch()
	files, _ := filepath.Glob(shared(t, "truth/test-class") + "/*.gz")
	for _, f := range files {
		b, err := io.ReadAll(gunzip(t, f))
		if err != nil {
			t.Fatal(err)
		}
		r := scanFile(e, s, "x.csv", b)
		if r.Verdict == finding.PHI || r.Verdict == finding.PIIOnly {
			t.Errorf("csv: %s %s %d", r.Verdict, r.Level, r.Score)
			for _, x := range r.Findings {
				t.Logf("  %s %s %d/%d %s %v", x.Kind, x.Rule, x.Count, x.Distinct, x.Confidence, x.Points)
			}
		}
		if r := scanFile(e, s, "x.txt", b); r.Verdict == finding.PHI || r.Verdict == finding.PIIOnly {
			t.Errorf("text: %s %s %d", r.Verdict, r.Level, r.Score)
			for _, x := range r.Findings {
				t.Logf("  %s %s %d/%d %s %v", x.Kind, x.Rule, x.Count, x.Distinct, x.Confidence, x.Points)
			}
		}
	}
}

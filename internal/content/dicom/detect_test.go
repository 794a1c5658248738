package dicom

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
	"github.com/phiwatch/phiwatch/rules"
)

// scanned returns what the sensor finds in a data set.
func scanned(t *testing.T, data []byte) finding.Result {
	t.Helper()
	set, err := rule.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	e, err := detect.New(set, detect.Options{MaxTokens: 1000})
	if err != nil {
		t.Fatal(err)
	}
	m := &object.Meta{Kind: object.File, At: flow.Time(1795478400 * 1e9), MediaType: mediaType, Size: -1}
	s := e.Scan(e.NewScratch(), m)
	content.NewDriver([]content.Format{Format()}, content.DefaultLimits()).NewWorker().Walk(m, contenttest.Pieces(data, 1000), s, content.Options{Scan: true})
	return s.Finish()
}

// TestFound: the patient is found, and nothing else is taken for one.
func TestFound(t *testing.T) {
	for name, s := range styles {
		r := scanned(t, study(s, true))
		got := map[finding.Kind]int{}
		for _, f := range r.Findings {
			got[f.Kind] += f.Distinct
		}
		for k, n := range map[finding.Kind]int{finding.Name: 3, finding.DOB: 1, finding.SSN: 1, finding.Phone: 2, finding.Address: 1, finding.ICD10: 1} {
			if got[k] != n {
				t.Errorf("%s: %d distinct %s, want %d", name, got[k], k, n)
			}
		}
		if got[finding.MRN] < 2 || r.Verdict != finding.PHI || r.Level != finding.High || r.Structure != "dicom" {
			t.Errorf("%s: %v, %s %s %s", name, got, r.Verdict, r.Level, r.Structure)
		}
	}
}

// TestNobody: a device, a site and a protocol are no people; a set whose patient was taken out is a test.
func TestNobody(t *testing.T) {
	w := &writer{}
	w.el(tagCharset, "CS", "ISO_IR 192")
	w.el(0x00080080, "LO", "Mary Stone")
	w.el(0x00080081, "ST", "406 Cottonwood Ln, Boise, ID 83702")
	w.el(0x00081010, "SH", "James Wilson")
	w.el(0x00081030, "LO", "Chest Abdomen")
	w.el(0x00081090, "LO", "Paul Smith")
	w.el(0x00102201, "LO", "Mary Stone")
	w.el(0x00181030, "LO", "John Miller")
	w.seq(tagConceptName, coded("18842-5", "LN", "Discharge Mary"))
	if r := scanned(t, w.b); len(r.Findings) > 0 || r.Verdict == finding.PHI {
		t.Errorf("%+v", r)
	}
	w = &writer{}
	w.el(tagCharset, "CS", "ISO_IR 192")
	w.el(0x00100010, "PN", "ROE^JANE")
	w.el(0x00100020, "LO", "84711")
	w.el(0x00100030, "DA", "19800102")
	if r := scanned(t, w.b); r.Verdict != finding.PHI {
		t.Errorf("%+v", r)
	}
	w.el(tagRemoved, "CS", "YES")
	if r := scanned(t, w.b); r.Verdict != finding.Test {
		t.Errorf("de-identified: %s %s", r.Verdict, strings.Join(r.HealthContext, " "))
	}
}

package detect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
)

// supports are identifiers that name nobody by themselves, and what they are found as.
var supports = []struct {
	text  string
	kind  finding.Kind
	canon string
}{
	{"Card number: 4929 3813 3266 4295", finding.CreditCard, "4929381332664295"},
	{"VIN: 1HGCM82633A004352", finding.VIN, "1HGCM82633A004352"},
	{"UDI: (01)00844588003288(17)141120(21)10987654D321", finding.DeviceUDI, "(01)00844588003288(17)141120(21)10987654d321"},
	{"UDI: +H123PARTNO1234567890120/$+10X3", finding.DeviceUDI, "+h123partno1234567890120/$+10x3"},
	{"Driver's license no. D1234567", finding.License, "D1234567"},
	{"Client IP: 203.0.113.42", finding.IP, "203.0.113.42"},
	{"open https://portal.example.org/v?token=9f3ab27c81de", finding.URL, "https://portal.example.org/v?token=9f3ab27c81de"},
	{"NDC 0093-1039-01", finding.NDC, "0093103901"},
	{"LOINC: 4548-4", finding.LOINC, "4548-4"},
	{"CPT: 99213", finding.CPT, "99213"},
	{"HCPCS J1885", finding.HCPCS, "j1885"},
	{"ICD-9: 250.00", finding.ICD9, "25000"},
	{"Histology: 8140/3", finding.ICDO3, "8140/3"},
	{"takes Metoprolol Tartrate", finding.Drug, "metoprolol tartrate"},
	{"RxCUI: 314076", finding.Drug, "314076"},
}

// TestSupports: each is found beside a person, in text and in a field, and alone it is nothing.
func TestSupports(t *testing.T) {
	e := newEngine(t)
	for _, c := range supports {
		if r := scanText(e, "Patient: Maria Gonzalez, SSN 514-69-0360\n"+c.text+"\n"); !has(r, c.kind, c.canon) {
			t.Errorf("%q is not found as %s", c.text, c.kind)
		}
		if r := scanText(e, c.text+"\n"); r.Score != 0 || len(r.Findings) > 0 {
			t.Errorf("%q alone: verdict %q score %d", c.text, r.Verdict, r.Score)
		}
		label, value, ok := strings.Cut(c.text, ": ")
		if !ok {
			continue
		}
		s := e.Scan(e.NewScratch(), &object.Meta{At: testTime})
		s.Begin(object.UnitRow)
		s.Field(object.RoleNone, []byte("ssn"), []byte("514-69-0360"))
		s.Field(object.RoleNone, []byte(label), []byte(value))
		s.End()
		if r := s.Finish(); !has(r, c.kind, c.canon) {
			t.Errorf("field %q is not found as %s", label, c.kind)
		}
	}
}

// TestDummies: a card number that is published for tests stands for nobody.
func TestDummies(t *testing.T) {
	e := newEngine(t)
	score := func(card string) int { return scanText(e, "SSN 514-69-0360, card number "+card+", thanks").Score }
	if real, dummy, none := score("4929381332664295"), score("4111111111111111"), score("none"); real != none+classScore || dummy != none {
		t.Errorf("a card %d, a dummy %d, none %d", real, dummy, none)
	}
}

// TestSystemCode: the code beside the name of its system is of that system.
func TestSystemCode(t *testing.T) {
	e := newEngine(t)
	s := e.Scan(e.NewScratch(), &object.Meta{At: testTime})
	s.Begin(object.UnitRecord)
	for _, f := range [][2]string{{"ssn", "514-69-0360"}, {"code.coding.system", "http://loinc.org"}, {"code.coding.code", "4548-4"}, {"code.coding.display", "Hemoglobin A1c"},
		{"drug.coding.system", "http://www.nlm.nih.gov/research/umls/rxnorm"}, {"drug.coding.code", "860975"}} {
		s.Field(object.RoleNone, []byte(f[0]), []byte(f[1]))
	}
	s.End()
	if r := s.Finish(); !has(r, finding.LOINC, "4548-4") || !has(r, finding.Drug, "860975") {
		t.Errorf("%d findings", len(r.Findings))
	}
}

// TestManyCodes: rows of codes before those of a person do not keep the rows of the person apart.
func TestManyCodes(t *testing.T) {
	e := newEngine(t)
	for _, n := range []int{0, 10, 1000} {
		s := e.Scan(e.NewScratch(), &object.Meta{At: testTime})
		row := func(label, value string) {
			s.Begin(object.UnitRow)
			s.Field(object.RoleNone, []byte(label), []byte(value))
			s.End()
		}
		for range n {
			row("ndc", "00093103901")
		}
		row("ssn", "514690360")
		row("date of birth", "03/04/1980")
		r := s.Finish()
		if !has(r, finding.DOB, "1980-03-04") || (r.Verdict == finding.PHI) != (n > 0) {
			t.Errorf("%d rows of codes: verdict %q score %d", n, r.Verdict, r.Score)
		}
		told := ""
		for _, f := range r.Findings {
			if f.Kind == finding.SSN {
				told = fmt.Sprint(f.Points)
			}
		}
		if !strings.Contains(told, "other identifiers beside it") {
			t.Errorf("%d rows of codes: the number stands alone", n)
		}
	}
}

package detect

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

func TestLook(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	const chars = "09/:@AZ[`az{ -.\x00\x7f\x80\xb0\xff57mM"
	for range 20000 {
		v := make([]byte, r.Intn(maxLook+1))
		for i := range v {
			v[i] = chars[r.Intn(len(chars))]
		}
		var want look
		for i, c := range v {
			if rule.IsDigit(c) {
				want.digits |= 1 << i
			}
			if rule.IsLetter(c) {
				want.letters |= 1 << i
			}
			want.at = want.at || c == '@'
			want.wide = want.wide || c >= 0x80
		}
		if got := lookAt(v); got != want {
			t.Fatalf("%q: %+v, want %+v", v, got, want)
		}
		if k := lookAt(v); len(v) > 0 && k.bare(len(v)) != bare(v) {
			t.Fatalf("%q: bare", v)
		}
	}
}

func kindsOf(r finding.Result) string {
	var out []string
	for i := range r.Findings {
		out = append(out, string(r.Findings[i].Kind)+" "+r.Findings[i].Rule)
	}
	return strings.Join(out, ", ")
}

func TestWrapped(t *testing.T) {
	e := newEngine(t)
	for text, want := range map[string]string{
		"patient SSN: 512-34-\r\n8812 x":      "ssn ssn-delimited",
		"patient SSN: 512-34-\n8812":          "ssn ssn-delimited",
		"patient SSN: 512-\r\n34-8812.":       "ssn ssn-delimited",
		"patient SSN: 512-\n34-8812.":         "ssn ssn-delimited",
		"patient SSN: 512-34-\n88123":         "",
		"patient SSN: 1512-34-\n8812":         "",
		"patient SSN: 000-34-\n8812":          "",
		"patient SSN: 512-34-\n\n8812":        "",
		"patient SSN: 512-34 \n8812":          "",
		"patient SSN: 512-\n34-\n8812 9":      "",
		"tracking number 9-512-34-\n8812-000": "",
	} {
		c := e.Scan(e.NewScratch(), &object.Meta{At: testTime})
		c.Text([]byte(text))
		if got := kindsOf(c.Finish()); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestCodeOfSystem(t *testing.T) {
	e := newEngine(t)
	for _, c := range []struct{ system, code, want string }{
		{"http://hl7.org/fhir/sid/icd-10-cm", "E119", "ssn ssn-delimited, icd10 icd10-bare"},
		{"ICD-10", "S72001A", "ssn ssn-delimited, icd10 icd10-bare"},
		{"http://snomed.info/sct", "E119", "ssn ssn-delimited"},
		{"http://hl7.org/fhir/sid/icd-10-cm", "icd-10-cm", "ssn ssn-delimited"},
	} {
		s := e.Scan(e.NewScratch(), &object.Meta{At: testTime})
		s.Begin(object.UnitRecord)
		s.Field(object.RoleNone, []byte("ssn"), []byte("512-34-8812"))
		s.Begin(object.UnitRecord)
		s.Field(object.RoleNone, []byte("system"), []byte(c.system))
		s.Field(object.RoleNone, []byte("code"), []byte(c.code))
		s.End()
		s.End()
		if got := kindsOf(s.Finish()); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.system, c.code, got, c.want)
		}
	}
}

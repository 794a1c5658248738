package detect

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

func TestLabelKeepsHarmlessWords(t *testing.T) {
	e := newEngine(t)
	for in, want := range map[string]string{
		"":                                    "",
		"patients.csv":                        "patients.csv",
		"report_2024.pdf":                     "report_2024.pdf",
		"PatientList.xlsx":                    "PatientList.xlsx",
		"/fhir/R4/Patient":                    "/fhir/R4/Patient",
		"/elig?fn=Nathan&dob=19":              "/elig?[query]",
		"Discharge summary for transcription": "Discharge summary for transcription",
		"discharge_57898737.txt":              "discharge_[8d].txt",
		"list 123-45-6789.csv":                "list [9d].csv",
		"list%20123%2D45%2D6789.csv":          "list [9d].csv",
		"a\x00b\u202eb.csv":                   "a?b?b.csv",
	} {
		if got := e.Label(in).String(); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	a, b := e.Label("smith_john.csv").String(), e.Label("John_SMITH.txt").String()
	if strings.Contains(strings.ToLower(a+b), "smith") || strings.Contains(strings.ToLower(a+b), "john") {
		t.Errorf("names stay: %q %q", a, b)
	}
	if strings.Split(a, "_")[0] != strings.Split(strings.TrimSuffix(b, ".txt"), "_")[1] {
		t.Errorf("the same word has two pseudonyms: %q %q", a, b)
	}
	if got := e.Label("ingrid.d@quickmail.com").String(); got != "[user]@quickmail.com" {
		t.Errorf("mail address: %q", got)
	}
}

func TestHostLabel(t *testing.T) {
	e := newEngine(t)
	for in, want := range map[string]string{
		"mx1.sahyadri-transcripts.co.in":  "mx1.sahyadri-transcripts.co.in",
		"ws-0417.northfork-health.org":    "ws-0417.northfork-health.org",
		"10.20.30.41":                     "10.20.30.41",
		"2001:db8::1":                     "2001:db8::1",
		"514-69-0360.example.com":         "[9d].example.com",
		"514.69.0360.example.com":         "[9d].example.com",
		"ws-91947593.example.com":         "ws-[8d].example.com",
		"2nc5-eq8-yu47.example.com":       "[11c].example.com",
		"2nc5eq8yu47":                     "[11c]",
		"m12345678.2nc5-eq8-yu47.example": "m[8d].[11c].example",
	} {
		if got := e.HostLabel(in).String(); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := e.MediaLabel("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet; x=1").String(); got != "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" {
		t.Errorf("media type: %q", got)
	}
}

// planted identifiers in the forms in which an output may be searched for them.
var planted = []string{"515-73-1105", "91947593", "2NC5-EQ8-YU47", "V8703716683", "Delacroix", "Ingrid", "Cottonwood"}

func forms(v string) []string {
	r := []rune(v)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	plain := strings.NewReplacer("-", "", " ", "").Replace(v)
	return []string{v, plain, strings.ToLower(v), string(r), base64.StdEncoding.EncodeToString([]byte(v)), hex.EncodeToString([]byte(v)), url.QueryEscape(v)}
}

func TestCanary(t *testing.T) {
	e := newEngine(t)
	var out strings.Builder
	for _, v := range planted {
		for _, f := range forms(v) {
			for _, in := range []string{f, "x_" + f + ".csv", f + "@example.com", "/a/" + f + "/b?" + f, "report " + f + " list"} {
				out.WriteString(e.Label(in).String() + "\n" + e.MediaLabel(in).String() + "\n")
			}
			if strings.ContainsAny(v, "0123456789") && strings.EqualFold(f, v) {
				out.WriteString(e.HostLabel(f+".example.com").String() + "\n" + e.HostLabel("a-"+f+".example.com").String() + "\n")
			}
		}
	}
	s := e.NewScratch()
	c := e.Scan(s, &object.Meta{Kind: object.Mail, At: testTime, Name: flow.NewText("Delacroix 515-73-1105.eml"),
		Fields: []object.Field{{Role: object.RoleSubject, Label: "subject", Value: "Delacroix 91947593"}}})
	c.Enter(&object.Meta{Kind: object.Part, Name: flow.NewText("Ingrid_V8703716683.txt")})
	c.Text([]byte(summary))
	c.Leave()
	r := c.Finish()
	for _, f := range r.Findings {
		f.Tokens = nil
		fmt.Fprintf(&out, "%v %v %v\n", f, f.Path, f.Points)
	}
	x := e.Explain(s, &object.Meta{At: testTime}, func(u Unit) { fmt.Fprintf(&out, "%+v\n", u) })
	x.Text([]byte(summary + "\n" + strings.ReplaceAll(summary, ": ", ": 7")))
	x.Finish()
	for _, v := range planted {
		for _, f := range forms(v) {
			if len(f) >= 5 && strings.Contains(strings.ToLower(out.String()), strings.ToLower(f)) {
				i := strings.Index(strings.ToLower(out.String()), strings.ToLower(f))
				t.Errorf("a planted value of %d characters came out: %q", len(v), out.String()[max(0, i-60):min(out.Len(), i+60)])
			}
		}
	}
}

// TestInvisibleValue: a value of marks that nobody sees is no value, whatever its label says.
func TestInvisibleValue(t *testing.T) {
	e := newEngine(t)
	c := e.Scan(e.NewScratch(), &object.Meta{At: testTime})
	c.Begin(object.UnitRow)
	for _, label := range []string{"", "note", "ssn", "patient name"} {
		for _, v := range []string{"\u200b", "\u00ad\u200d\ufeff", " \u2060 "} {
			c.Field(object.RoleNone, []byte(label), []byte(v))
		}
	}
	c.End()
	if r := c.Finish(); len(r.Findings) > 0 {
		t.Errorf("found %v", r.Findings)
	}
}

func FuzzLabel(f *testing.F) {
	e := newEngine(f)
	for _, s := range []string{"patients 515-73-1105.csv", "2NC5-EQ8-YU47", "a@b.c", "%35%31%35-73-1105", "١٢٣٤٥٦٧٨٩", "５１５７３１１０５", "/x?y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, got := range []string{e.Label(raw).String(), e.HostLabel(raw).String(), e.MediaLabel(raw).String()} {
			run, n := 0, 0
			for _, r := range got {
				n++
				if r < ' ' || !unicode.IsPrint(r) && r != ' ' {
					t.Fatalf("unprintable %U", r)
				}
				if unicode.IsDigit(r) {
					run++
				} else {
					run = 0
				}
				if run > 4 && !strings.Contains(got, ":") { // an IPv6 address may have more, a pseudonym has four
					t.Fatal("a long number stays")
				}
			}
			if n > maxLabelRunes {
				t.Fatal("too long")
			}
		}
	})
}

func FuzzScan(f *testing.F) {
	e := newEngine(f)
	s := e.NewScratch()
	f.Add([]byte(summary), uint16(7), uint8(3))
	f.Add([]byte(tricky), uint16(1), uint8(0))
	f.Add([]byte("ssn,dob,name\n110-09-2512,11/23/2002,Sarah Montague"), uint16(13), uint8(5))
	f.Fuzz(func(t *testing.T, b []byte, cut uint16, how uint8) {
		want := fmt.Sprint(scanPieces(e, s, b))
		k := int(cut) % (len(b) + 1)
		if got := fmt.Sprint(scanPieces(e, s, b, k)); got != want {
			t.Fatal("a split changes the result")
		}
		// Any sequence of calls must do no harm.
		c := e.Scan(s, &object.Meta{At: testTime})
		for i := 0; i+2 < len(b) && i < 4000; i += 3 {
			v := b[i+1 : min(len(b), i+1+int(b[i+1])%40)]
			switch (b[i] + how) % 8 {
			case 0:
				c.Begin(object.UnitKind(b[i+1] % 4))
			case 1:
				c.End()
			case 2:
				c.Enter(&object.Meta{Name: flow.NewText(string(v))})
			case 3:
				c.Leave()
			case 4:
				c.Text(v)
			case 5:
				c.Structure(object.Structure(b[i+1] % 8))
			default:
				c.Field(object.Role(b[i+1]%40), v, b[i:min(len(b), i+200)])
			}
		}
		c.Finish()
	})
}

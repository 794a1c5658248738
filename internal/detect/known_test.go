package detect

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

const person = "Patient: Quillfeather, Ottoline Xanthe\r\nMRN: KR-4417\r\nSSN: 515-73-1105\r\nE-mail: ferdinand.brackenbury@mail.example\r\nDiagnosis: E11.9\r\n"

// TestHostLabelOf: what makes up somebody's name or number goes, in whatever form, and the rest stays.
func TestHostLabelOf(t *testing.T) {
	e := newEngine(t)
	known := scanText(e, person).Words
	for host, keeps := range map[string]string{
		"ottoline-quillfeather.com":              ".com",
		"quillfeather.ottoline.example.net":      ".example.net",
		"www.OttolineQuillfeather.example":       ".example",
		"drottolinequillfeathermd.example":       ".example",
		"ottolinexanthequillfeather.example":     ".example",
		"o-quillfeather.example":                 ".example",
		"oquillfeather.example":                  ".example",
		"quillfeather.clinic.xanthe.example.net": ".clinic.",
		"ws-ottoline.quillfeather.hospital.org":  ".hospital.org",
		"brackenbury_ferdinand.example":          ".example",
		"f-brackenbury.example":                  ".example",
		"kr4417.example":                         ".example",
		"ws-kr-4417.example":                     "ws-",
	} {
		got := e.HostLabelOf(host, known).String()
		for _, v := range []string{"ottoline", "quillfeather", "xanthe", "ferdinand", "brackenbury", "4417"} {
			if strings.Contains(got, v) {
				t.Errorf("%s: %q stays", host, got)
			}
		}
		if !strings.Contains(got, keeps) {
			t.Errorf("%s: %q, without %s", host, got, keeps)
		}
	}
	for _, host := range []string{"up.vendor.example", "quillfeather-press.example", "xanthe.example", "kr44.example", "10.20.30.41", "mx1.sahyadri-transcripts.co.in"} {
		if got, want := e.HostLabelOf(host, known), e.HostLabel(host); got != want || got.String() != host {
			t.Errorf("%s: %q", host, got)
		}
	}
	if got, want := e.HostLabelOf("quillfeather.ottoline.example", nil), e.HostLabel("quillfeather.ottoline.example"); got != want {
		t.Errorf("nobody known: %q", got)
	}
}

// TestCountryIsNoName: a particle of a name at the end of a host name is a country.
func TestCountryIsNoName(t *testing.T) {
	e := newEngine(t)
	known := scanText(e, strings.Replace(person, "Ottoline Xanthe", "Maria de", 1)).Words
	if got := e.HostLabelOf("quillfeather-klinik.de", known).String(); got != "quillfeather-klinik.de" {
		t.Errorf("%q", got)
	}
}

// TestMailDomainOfAPerson: a domain in a mask, a path or a label is a host name, too.
func TestMailDomainOfAPerson(t *testing.T) {
	e := newEngine(t)
	c := e.Scan(e.NewScratch(), &object.Meta{Kind: object.File, At: testTime, Name: flow.NewText("info@ottoline-quillfeather.example.txt")})
	c.Text([]byte("Contact: info@ottoline-quillfeather.example\r\n" + person))
	r := c.Finish()
	for _, f := range r.Findings {
		for _, v := range append(f.Masked, f.Path[0].String()) {
			if strings.Contains(v, "quillfeather") || strings.Contains(v, "ottoline") {
				t.Errorf("%s: %q", f.Kind, v)
			}
		}
	}
	l := e.Hide(e.Label("info@ottoline-quillfeather.example"), r.Words).String()
	if !strings.HasPrefix(l, "[user]@w:") || !strings.HasSuffix(l, ".example") {
		t.Errorf("label %q", l)
	}
	if l := e.Hide(finding.Safe("report.txt"), r.Words).String(); l != "report.txt" {
		t.Errorf("label %q", l)
	}
}

// TestKnownIsBounded: of ever so many people no more is kept than the bound, the same every time.
func TestKnownIsBounded(t *testing.T) {
	e := newEngine(t)
	var k known
	r := rand.New(rand.NewPCG(1, 2))
	for range 3 * maxKnown {
		k.name(e, []byte("A"+strconv.FormatUint(r.Uint64()>>20, 36)+" B"+strconv.FormatUint(r.Uint64()>>20, 36)))
	}
	if n := len(k.words()); n == 0 || n > maxKnown {
		t.Errorf("%d hashes", n)
	}
	k.reset()
	if len(k.words()) != 0 {
		t.Error("something is left")
	}
}

// TestNameOfAPartCountsOnce: an identifier in the name of a part, which its container tells as well, is one match.
func TestNameOfAPartCountsOnce(t *testing.T) {
	e := newEngine(t)
	for _, body := range []string{person, "x", ""} {
		c := e.Scan(e.NewScratch(), &object.Meta{Kind: object.Mail, At: testTime, Fields: []object.Field{{Role: object.RoleSubject, Label: "subject", Value: "patient diagnosis"}}})
		c.Text([]byte("The patient's diagnosis: diabetes.\r\n"))
		for _, n := range []string{"ssn 514-69-0360.txt", "list.txt"} {
			c.Field(object.RoleName, []byte("filename"), []byte(n))
			c.Enter(&object.Meta{Kind: object.Part, Name: flow.NewText(n)})
			c.Text([]byte(body))
			c.Leave()
		}
		n := 0
		r := c.Finish()
		if want := (finding.Individuals{Low: 2, High: 2}); body == person && r.Individuals != want {
			t.Errorf("a person in the name and one in the parts: individuals %v", r.Individuals)
		}
		for _, f := range r.Findings {
			if f.Kind == finding.SSN && has(finding.Result{Findings: []finding.Finding{f}}, finding.SSN, "514690360") {
				n += f.Count
				if body == person {
					n-- // its own number, in the same part
				}
			}
		}
		if n != 1 {
			t.Errorf("a body of %d bytes: counted %d times", len(body), n)
		}
	}
}

// TestListedNameIsRead: a name that its container alone tells is read.
func TestListedNameIsRead(t *testing.T) {
	e := newEngine(t)
	c := e.Scan(e.NewScratch(), &object.Meta{Kind: object.File, At: testTime})
	c.Field(object.RoleName, []byte("filename"), []byte("patient ssn 514-69-0360.txt"))
	if r := c.Finish(); !has(r, finding.SSN, "514690360") {
		t.Error("not found")
	}
}

func FuzzHostLabelOf(f *testing.F) {
	e := newEngine(f)
	known := scanText(e, person).Words
	f.Add("ottoline-quillfeather.com")
	f.Add("ws-kr-4417.x\xffottolinequillfeather..[9d]")
	f.Fuzz(func(t *testing.T, raw string) {
		got := e.HostLabelOf(raw, known).String()
		if n := len([]rune(got)); n > maxLabelRunes {
			t.Fatalf("%d characters", n)
		}
		e.Hide(finding.Safe(got+"@"+raw), known)
	})
}

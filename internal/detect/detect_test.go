package detect

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
	"github.com/phiwatch/phiwatch/rules"
)

func testKey() (k [32]byte) {
	for i := range k {
		k[i] = byte(i)
	}
	return k
}

func newEngine(t testing.TB) *Engine {
	t.Helper()
	set, err := rule.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(set, Options{Key: testKey(), MaxTokens: 100000})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const testTime = flow.Time(1795478400 * 1e9) // November 2026

func token(kind, canon string) string {
	k := testKey()
	m := hmac.New(sha256.New, k[:])
	m.Write([]byte(kind + "\x00" + canon))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

func has(r finding.Result, kind finding.Kind, canon string) bool {
	want := token(string(kind), canon)
	for _, f := range r.Findings {
		if f.Kind == kind {
			for _, t := range f.Tokens {
				if t.String() == want {
					return true
				}
			}
		}
	}
	return false
}

func scanText(e *Engine, text string) finding.Result {
	s := e.NewScratch()
	c := e.Scan(s, &object.Meta{Kind: object.Mail, At: testTime})
	c.Begin(object.UnitPart)
	c.Text([]byte(text))
	c.End()
	return c.Finish()
}

const summary = `NORTHFORK HEALTH - DISCHARGE SUMMARY
Patient: Delacroix, Ingrid K        MRN: 91947593        DOB: 01/19/1991   Sex: F
SSN: 515-73-1105   Medicare ID: 2NC5-EQ8-YU47   Account: V8703716683
Address: 406 Cottonwood Ln, Boise, ID 83702   Phone: (208) 269-4273
Admitted with Type 2 diabetes mellitus without complications (E11.9). History of Unspecified atrial fibrillation (I48.91).
Vitals on discharge: BP 139/84. Most recent HbA1c 6.3%.
Discharge medications: albuterol HFA 90 mcg 2 puffs q4h PRN; apixaban 5 mg PO BID.
Attending: Dr. Terry Okafor, NPI 2040531776, DEA AO9625318
Follow up in clinic within two weeks.
`

func TestSummary(t *testing.T) {
	e := newEngine(t)
	r := scanText(e, summary)
	if r.Verdict != finding.PHI || r.Level != finding.High {
		t.Errorf("verdict %q level %q score %d", r.Verdict, r.Level, r.Score)
	}
	for _, w := range [][2]string{
		{"name", "DELACROIX INGRID K"}, {"mrn", "91947593"}, {"dob", "1991-01-19"}, {"ssn", "515731105"}, {"mbi", "2NC5EQ8YU47"},
		{"account", "V8703716683"}, {"address", "406COTTONWOODLNBOISEID83702"}, {"phone", "2082694273"}, {"icd10", "E119"},
		{"icd10", "I4891"}, {"npi", "2040531776"}, {"dea", "AO9625318"},
	} {
		if !has(r, finding.Kind(w[0]), w[1]) {
			t.Errorf("%s %s is missing", w[0], w[1])
		}
	}
	if r.Individuals != (finding.Individuals{Low: 1, High: 1}) {
		t.Errorf("individuals %v", r.Individuals)
	}
	for _, f := range r.Findings {
		t.Logf("%s %d/%d %s %d %v %v", f.Kind, f.Count, f.Distinct, f.Confidence, f.Score, f.Masked, f.Points)
	}
}

func table(e *Engine, name string, rows ...string) finding.Result {
	s := e.NewScratch()
	c := e.Scan(s, &object.Meta{Kind: object.File, At: testTime, Name: flow.NewText(name)})
	c.Begin(object.UnitPart)
	c.Structure(object.StructTable)
	var head []string
	for i, r := range rows {
		cells := strings.Split(r, "|")
		if i == 0 {
			if r != "" {
				head = cells
			}
			continue
		}
		c.Begin(object.UnitRow)
		for j, v := range cells {
			var l []byte
			if j < len(head) {
				l = []byte(head[j])
			}
			c.Field(object.RoleNone, l, []byte(v))
		}
		c.End()
	}
	c.End()
	return c.Finish()
}

func TestTables(t *testing.T) {
	e := newEngine(t)
	for _, c := range []struct {
		name    string
		rows    []string
		verdict finding.Verdict
		people  int
		want    [][2]string
	}{
		{"patients.csv", []string{"mrn|name|dob|ssn|icd10", "88502449|Tomasz Ferreira|01/11/1987|647-83-5470|S72.001A", "52311280|Evelyn Whitfield|05/19/1939|551-18-5718|I50.22"},
			finding.PHI, 2, [][2]string{{"mrn", "88502449"}, {"name", "FERREIRA TOMASZ"}, {"dob", "1987-01-11"}, {"ssn", "647835470"}, {"icd10", "S72001A"}}},
		{"l.csv", []string{"ssn|dob|name", "068-14-2261|01/09/1961|Margaret Rasmussen", "310-16-6068|10/02/1998|Gary Trujillo"},
			finding.PHI, 2, [][2]string{{"ssn", "068142261"}, {"dob", "1998-10-02"}, {"name", "GARY TRUJILLO"}}},
		{"pay.csv", []string{"employee_id|name|ssn|dob|salary", "1001|Margaret Rasmussen|068-14-2261|01/09/1961|50000"},
			finding.PIIOnly, 1, [][2]string{{"ssn", "068142261"}}},
		{"x.csv", []string{"patient_ssn|x", "068142261|1"}, finding.PHI, 1, [][2]string{{"ssn", "068142261"}}},
		{"x.csv", []string{"id|x", "068142261|1"}, finding.None, 0, nil},
		{"npi.csv", []string{"NPI|Provider Last Name|Credential|Taxonomy|Practice Phone", "2466798552|Tran|MD|207R00000X|(503) 305-0000"}, finding.None, 0, nil},
		{"r.csv", []string{"", "110-09-2512|11/23/2002|Sarah Montague|30717577", "177-94-1557|06/12/1980|Catherine Pereira|64834739"},
			finding.PHI, 2, [][2]string{{"ssn", "110092512"}}},
		{"w.csv", []string{"mrn|lastfirst|dob|ssn|phone", "98203177|Haverford, Pamela T|03/28/1995|411-47-9758|(918) 856-6456"},
			finding.PHI, 1, [][2]string{{"name", "HAVERFORD PAMELA T"}, {"phone", "9188566456"}}},
		{"a.csv", []string{"mrn|name|dob|ssn|address", "13061207|Ashley Pacheco|06/25/1969|314-89-3998|6895 Juniper Ct, Ponce, PR 00730"},
			finding.PHI, 1, [][2]string{{"address", "6895JUNIPERCTPONCEPR00730"}}},
		{"b.csv", []string{"MRN|First Name|Last Name|Street|City|State|Zip", "13061207|Ashley|Pacheco|6895 Juniper Ct|Ponce|PR|00730-1234"},
			finding.PHI, 1, [][2]string{{"address", "6895JUNIPERCTPONCEPR00730"}, {"name", "ASHLEY PACHECO"}}},
		{"form.html", []string{"", "SSN|314-89-3998", "Name|Ashley Pacheco", "Date of Birth|06/25/1969", "Diagnosis|E11.9"},
			finding.PHI, 1, [][2]string{{"ssn", "314893998"}, {"name", "ASHLEY PACHECO"}, {"dob", "1969-06-25"}, {"icd10", "E119"}}},
	} {
		r := table(e, c.name, c.rows...)
		if r.Verdict != c.verdict || r.Individuals.Low != c.people {
			t.Errorf("%v: verdict %q score %d individuals %v", c.rows, r.Verdict, r.Score, r.Individuals)
		}
		for _, w := range c.want {
			if !has(r, finding.Kind(w[0]), w[1]) {
				t.Errorf("%v: %s %s is missing", c.rows[0], w[0], w[1])
			}
		}
	}
}

func TestTexts(t *testing.T) {
	e := newEngine(t)
	for _, c := range []struct {
		text    string
		verdict finding.Verdict
		level   finding.Level
		want    [][2]string
	}{
		{`DEBUG patient lookup name="Michelle Yarbrough" dob=1986-07-26 ssn=528-72-7554 mrn=30101269 -> 1 match`, finding.PHI, finding.High,
			[][2]string{{"name", "MICHELLE YARBROUGH"}, {"dob", "1986-07-26"}, {"ssn", "528727554"}, {"mrn", "30101269"}}},
		{`<13>Nov 23 16:05:33 ws-0417 elig: member Andrew Whitfield SSN:634115739 DOB:05/04/1938 not found`, finding.PHI, finding.High,
			[][2]string{{"name", "ANDREW WHITFIELD"}, {"dob", "1938-05-04"}, {"ssn", "634115739"}}},
		{`context={name=Renee Farooqi,dob=1951-01-30,ssn=032-54-1921,mrn=91692398}`, finding.PHI, finding.High,
			[][2]string{{"name", "FAROOQI RENEE"}, {"dob", "1951-01-30"}, {"ssn", "032541921"}, {"mrn", "91692398"}}},
		{"my SSN 514-69-0360 thanks", finding.PIIOnly, finding.Medium, [][2]string{{"ssn", "514690360"}}},
		{"SSN 514\u201169\u20110360", finding.PIIOnly, finding.Medium, [][2]string{{"ssn", "514690360"}}},
		{"SSN 514-69\u200b-0360", finding.PIIOnly, finding.Medium, [][2]string{{"ssn", "514690360"}}},
		{"ssn=514%2D69%2D0360&x", finding.PIIOnly, finding.Medium, [][2]string{{"ssn", "514690360"}}},
		{"SSN \uff15\uff11\uff14\uff0d\uff16\uff19\uff0d\uff10\uff13\uff16\uff10", finding.PIIOnly, finding.Medium, [][2]string{{"ssn", "514690360"}}},
		{"SSN: 078-05-1120", finding.Test, finding.Medium, [][2]string{{"ssn", "078051120"}}},
		{"order number 514-69-0360", finding.None, "", nil},
		{"Thank you for your order #645821234\nInvoice 9668724725 PO 97573782", finding.None, "", nil},
		{"Vendor Hightide Gas  EIN 42-8609465  ABA routing 125000024  acct 8858197385  invoice 67504542", finding.None, "", nil},
		{"Dated 2020. born on January 9, 1991, Name: John Quincy Sample, diagnosis of asthma and diabetes", finding.PHI, finding.Medium, [][2]string{{"dob", "1991-01-09"}}},
	} {
		r := scanText(e, c.text)
		if r.Verdict != c.verdict || r.Level != c.level {
			t.Errorf("%q: verdict %q level %q score %d", c.text, r.Verdict, r.Level, r.Score)
		}
		for _, w := range c.want {
			if !has(r, finding.Kind(w[0]), w[1]) {
				t.Errorf("%q: %s %s is missing", c.text, w[0], w[1])
			}
		}
	}
}

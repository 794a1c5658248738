package detect

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
)

// expect tells what is missing of a result, and whether there is what must not be.
func expect(t *testing.T, what string, r finding.Result, kind finding.Kind, canon string, want bool) {
	t.Helper()
	if has(r, kind, canon) != want {
		t.Errorf("%q: %s %s found: %v", what, kind, canon, !want)
	}
}

// TestCodeWordings: numerals, Roman numerals and levels in the names of code systems do not hide what they name, and the edition of
// the ICD is the one that the label says.
func TestCodeWordings(t *testing.T) {
	e := newEngine(t)
	const who = "Patient: Ingrid Delacroix\nDOB: 01/02/1960\nSSN: 514-69-0360\n"
	for _, c := range []struct {
		text  string
		kind  finding.Kind
		canon string
		want  bool
	}{
		{"ICD-9 diagnosis: 250.00", finding.ICD9, "25000", true},
		{"ICD-9-CM                           = 250.00", finding.ICD9, "25000", true},
		{"ICD-9 dx code is V58.67", finding.ICD9, "V5867", true},
		{"ICD-9: V58.67", finding.ICD10, "V5867", false},
		{"ICD-10-CM diagnosis: E119", finding.ICD10, "E119", true},
		{"icd_10_cm: 'Z794'", finding.ICD10, "Z794", true},
		{"ICD-O-3 site: C50.9", finding.ICDO3, "c50.9", true},
		{"HCPCS Level II: J1885", finding.HCPCS, "j1885", true},
		{"License number: D1234567", finding.License, "D1234567", true},
		{"Medical license number: D1234567", finding.License, "D1234567", false},
		{"Visa/MC: 4929381332664295", finding.CreditCard, "4929381332664295", true},
		{"Card number: 4111 1152 9124 1192", finding.CreditCard, "4111115291241192", true},
		{"we saw 4111 1152 9124 1192 there", finding.CreditCard, "4111115291241192", false},
		{"Card number: 4444 4444 4444 4448", finding.CreditCard, "4444444444444448", false},
		{"Member # is ZNP212245746.", finding.MemberID, "ZNP212245746", true},
		{"Individual taxpayer ID: 999-81-6726", finding.ITIN, "999816726", true},
		{"Individual taxpayer ID: 999-81-6726", finding.SSN, "999816726", false},
		{"Taxpayer ID (ITIN) is 999-81-6726.", finding.ITIN, "999816726", true},
		{"She returns for hyperlipidemia (E785).", finding.ICD10, "E785", true},
		{"She returns for Alzheimer's disease (G309).", finding.ICD10, "G309", true},
		{"She returns with her Airbus (A320).", finding.ICD10, "A320", false},
		{"GENERAL HOSPITAL\nName: Wilhelmina Winterbourne", finding.Name, "WILHELMINA WINTERBOURNE", true},
	} {
		expect(t, c.text, scanText(e, who+c.text+"\n"), c.kind, c.canon, c.want)
	}
}

// TestColumnWordings: the same of the headers of columns, of keys, and of cells that label the next one.
func TestColumnWordings(t *testing.T) {
	e := newEngine(t)
	for _, c := range []struct {
		head, value string
		kind        finding.Kind
		canon       string
		want        bool
	}{
		{"icd9_dx", "250.00", finding.ICD9, "25000", true},
		{"icd_9_cm", "V58.67", finding.ICD9, "V5867", true},
		{"icd_9_cm", "V58.67", finding.ICD10, "V5867", false},
		{"icd10_dx", "E119", finding.ICD10, "E119", true},
		{"DX9", "E119", finding.ICD10, "E119", true},
		{"rx_name", "losartan", finding.Drug, "losartan", true},
		{"patient.medication", "insulin glargine", finding.Drug, "insulin glargine", true},
		{"Current medication", "none", finding.Drug, "none", false},
		{"License_Number", "39577244", finding.License, "39577244", true},
		{"card_no", "4111115291241192", finding.CreditCard, "4111115291241192", true},
	} {
		r := table(e, "x.csv", "ssn|dob|"+c.head, "514-69-0360|01/02/1960|"+c.value)
		expect(t, c.head, r, c.kind, c.canon, c.want)
	}
	for _, c := range []struct {
		row   string
		kind  finding.Kind
		canon string
	}{
		{"ICD-10-CM|E119", finding.ICD10, "E119"}, {"ICD-9 :|250.00", finding.ICD9, "25000"}, {"CPT-4|99213", finding.CPT, "99213"},
		{"fax number|(212) 709-8031", finding.Fax, "2127098031"},
	} {
		expect(t, c.row, table(e, "x.csv", "", "SSN|514-69-0360", "Date of birth|01/02/1960", c.row), c.kind, c.canon, true)
	}
}

// TestFieldsInParts: a form that is sent as multipart/form-data has a part for each field; the parts of a name and of an address in it
// are one, and those of the next person's are another.
func TestFieldsInParts(t *testing.T) {
	e := newEngine(t)
	c := e.Scan(e.NewScratch(), &object.Meta{Kind: object.Request, At: testTime})
	c.Begin(object.UnitPart)
	for _, f := range [][2]string{{"lastName", "Hargrove"}, {"firstName", "Abigail"}, {"ssn", "514-69-0360"}, {"dob", "02/15/1943"}, {"street", "12 Elm St"}, {"city", "Boise"},
		{"state", "ID"}, {"zip", "83702"}, {"note", "she has diabetes"}, {"first_name", "Wilbur"}, {"last_name", "Hathaway"}} {
		c.Enter(&object.Meta{Kind: object.Part, At: testTime})
		c.Begin(object.UnitPart)
		c.Field(object.RoleQuery, []byte(f[0]), []byte(f[1]))
		c.End()
		c.Leave()
	}
	c.End()
	r := c.Finish()
	expect(t, "form", r, finding.Name, "ABIGAIL HARGROVE", true)
	expect(t, "form", r, finding.Name, "HATHAWAY WILBUR", true)
	expect(t, "form", r, finding.Address, "12ELMSTBOISEID83702", true)
}

// TestWrappedPhone: a line that is wrapped behind a dash of a telephone number, or between the words of a drug, hides neither.
func TestWrappedPhone(t *testing.T) {
	e := newEngine(t)
	const who = "Patient: Ingrid Delacroix\nDOB: 01/02/1960\nSSN: 514-69-0360\n"
	for _, c := range []struct {
		text  string
		kind  finding.Kind
		canon string
		want  bool
	}{
		{"Phone: 904-497-\n3163", finding.Phone, "9044973163", true},
		{"Phone: 904-497-\r\n3163", finding.Phone, "9044973163", true},
		{"Phone: 904-\n497-3163", finding.Phone, "9044973163", true},
		{"Phone: 904-\r\n497-3163", finding.Phone, "9044973163", true},
		{"Phone: (904) 497-\n3163", finding.Phone, "9044973163", true},
		{"Phone: (904) 497-\r\n3163.", finding.Phone, "9044973163", true},
		{"Fax: 904-497-\n3163", finding.Fax, "9044973163", true},
		{"Fax: 904-497-\n3163", finding.Phone, "9044973163", false},
		{"Phone: 904-497-\n31634", finding.Phone, "9044973163", false},
		{"Phone: 904) 497-\n3163", finding.Phone, "9044973163", false},
		{"Phone: 904-197-\n3163", finding.Phone, "9041973163", false},
		{"Part 12-904-497-\n3163", finding.Phone, "9044973163", false},
		{"Fax number                        :   +1 801-853-5718", finding.Fax, "8018535718", true},
		{"Fax number                        :   +1 801-853-5718", finding.Phone, "8018535718", false},
		{"Phone                             :   +1 801-853-5718", finding.Phone, "8018535718", true},
		{"She takes insulin  glargine.", finding.Drug, "insulin glargine", true},
		{"She takes Insulin\nglargine.", finding.Drug, "insulin glargine", true},
	} {
		expect(t, c.text, scanText(e, who+c.text+"\n"), c.kind, c.canon, c.want)
	}
}

// TestWrappedField: nor does it in a field whose label says nothing, however short it is.
func TestWrappedField(t *testing.T) {
	for _, c := range []struct {
		value string
		kind  finding.Kind
		canon string
	}{
		{"514-69-\n0361", finding.SSN, "514690361"},
		{"514-\r\n69-0361", finding.SSN, "514690361"},
		{"widget 514-69-\n0361", finding.SSN, "514690361"},
		{"the blue widget of 514-69-\r\n0361", finding.SSN, "514690361"},
		{"904-497-\n3163", finding.Phone, "9044973163"},
		{"the blue widget (904) 497-\r\n3163", finding.Phone, "9044973163"},
	} {
		r := record(t, object.StructText, "", object.Field{Label: "SSN", Value: "514-69-0360"}, object.Field{Label: "DOB", Value: "01/02/1960"},
			object.Field{Label: "patient", Value: "Ingrid Delacroix"}, object.Field{Label: "remark", Value: c.value})
		expect(t, c.value, r, c.kind, c.canon, true)
	}
}

// TestRemark: what is said in the record of a form is read whatever its length.
func TestRemark(t *testing.T) {
	for _, n := range []int{1, 4, 40} {
		text := "Diet and exercise were discussed. " + strings.Repeat("She feels well today, and there is nothing else to tell. ", n) + "Admitted for breast cancer (C50.911).\n"
		r := record(t, object.StructText, text, object.Field{Label: "SSN", Value: "514-69-0360"}, object.Field{Label: "DOB", Value: "01/02/1960"})
		expect(t, text, r, finding.ICD10, "C50911", true)
	}
}

package detect

import (
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
)

// located is a field with a role.
type located struct {
	role  object.Role
	value string
}

var patient = []located{{object.RoleMRN, "4711001"}, {object.RoleSSN, "514690360"}, {object.RolePersonName, "Roe, Jane"}, {object.RoleBirthDate, "19800102"}}

var mark = located{role: object.RoleTest}

func messages(e *Engine, list ...[]located) finding.Result {
	c := e.Scan(e.NewScratch(), &object.Meta{Kind: object.Message, At: testTime})
	c.Begin(object.UnitPart)
	c.Structure(object.StructHL7)
	for _, m := range list {
		c.Begin(object.UnitMessage)
		for _, f := range m {
			c.Field(f.role, []byte("PID-3"), []byte(f.value))
		}
		c.End()
	}
	c.End()
	return c.Finish()
}

// TestMarked: a message that its sender marks as a test is one, wherever the mark stands; the message beside it is not.
func TestMarked(t *testing.T) {
	e := newEngine(t)
	for name, c := range map[string]struct {
		units  [][]located
		want   finding.Verdict
		people int
	}{
		"real":            {[][]located{patient}, finding.PHI, 1},
		"mark first":      {[][]located{append([]located{mark}, patient...)}, finding.Test, 0},
		"mark last":       {[][]located{append(append([]located{}, patient...), mark)}, finding.Test, 0},
		"beside another":  {[][]located{append([]located{mark}, patient...), patient}, finding.PHI, 1},
		"behind another":  {[][]located{patient, append([]located{mark}, patient...)}, finding.PHI, 1},
		"name and birth":  {[][]located{append([]located{mark}, patient[2:]...)}, finding.Test, 0},
		"single number":   {[][]located{{mark, patient[0]}}, finding.Test, 0},
		"left to another": {[][]located{{mark, {object.RoleMRN, "4711002"}}, {patient[0]}}, finding.PHI, 1},
	} {
		r := messages(e, c.units...)
		if r.Verdict != c.want || r.Individuals.Low != c.people {
			t.Errorf("%s: verdict %q, individuals %v", name, r.Verdict, r.Individuals)
		}
	}
}

// TestMarkAround: a mark on an interchange holds for the records in it.
func TestMarkAround(t *testing.T) {
	e := newEngine(t)
	c := e.Scan(e.NewScratch(), &object.Meta{Kind: object.File, At: testTime})
	c.Begin(object.UnitPart)
	c.Begin(object.UnitRecord)
	c.Field(object.RoleTest, nil, nil)
	c.Begin(object.UnitRecord)
	for _, f := range patient {
		c.Field(f.role, nil, []byte(f.value))
	}
	c.End()
	c.End()
	c.End()
	if r := c.Finish(); r.Verdict != finding.Test {
		t.Errorf("verdict %q", r.Verdict)
	}
	if r := messages(e, patient); r.Verdict != finding.PHI { // nothing stays of it
		t.Errorf("verdict %q", r.Verdict)
	}
}

// TestSamples: a published sample number makes a test of what only a label makes; an unknown number, written as nines, does not,
// and neither hides a real one.
func TestSamples(t *testing.T) {
	e := newEngine(t)
	for _, c := range []struct {
		text string
		want finding.Verdict
	}{
		{"Patient: Jane Roe DOB 01/02/1980 SSN 999-55-4321 phone 555-555-0143 diabetes", finding.Test}, // Synthea
		{"Patient: Jane Roe DOB 01/02/1980 SSN 111-00-2330 diabetes", finding.Test},                    // C-CDA
		{"Patient: Jane Roe DOB 01/02/1980 MBI 1S00A00AA00 diabetes", finding.Test},                    // CMS
		{"Patient: Jane Roe MRN 4711001 SSN 078-05-1120", finding.Test},
		{"Patient: Jane Roe MRN 4711001 SSN 999-99-9999 diabetes", finding.PHI},
		{"Patient: Jane Roe SSN 999-99-9999 diabetes", finding.Test},
		{"SSN 078-05-1120 is a sample; SSN 514-69-0360 of a patient with diabetes is none", finding.PHI},
	} {
		if r := scanText(e, c.text); r.Verdict != c.want {
			t.Errorf("%q: verdict %q", c.text, r.Verdict)
		}
	}
}

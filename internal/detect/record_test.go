package detect

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
)

// record scans the fields of one record of a structure, with running text between them.
func record(t *testing.T, st object.Structure, text string, fields ...object.Field) finding.Result {
	t.Helper()
	e := newEngine(t)
	s := e.Scan(e.NewScratch(), &object.Meta{Kind: object.File, At: testTime})
	s.Begin(object.UnitPart)
	s.Structure(st)
	s.Begin(object.UnitRecord)
	for _, f := range fields {
		s.Field(f.Role, []byte(f.Label), []byte(f.Value))
		if text != "" {
			s.Text([]byte(text))
		}
	}
	s.End()
	s.End()
	return s.Finish()
}

// TestLongRecord: a record of a health format is judged as a whole, however much text stands in it. Its sample number says
// of a member number far behind it that it is one, too.
func TestLongRecord(t *testing.T) {
	fields := []object.Field{{Role: object.RoleSSN, Label: "id", Value: "444-22-2222"}, {Role: object.RoleMemberID, Label: "id", Value: "WQX810000053"}}
	text := strings.Repeat("The patient was seen for diabetes and feels well today.\n", 2000)
	if r := record(t, object.StructCCDA, text, fields...); r.Verdict != finding.Test {
		t.Errorf("%s %s", r.Verdict, r.Level)
	}
	if r := record(t, object.StructText, text, fields...); r.Verdict == finding.Test {
		t.Errorf("plain text: %s %s, what is far apart has no bearing on it", r.Verdict, r.Level)
	}
}

// TestOnePerson: the record numbers of a patient of several hospitals are one person's where a unit is a patient's.
func TestOnePerson(t *testing.T) {
	one := []object.Field{{Role: object.RoleMRN, Label: "identifier", Value: "31000037"}, {Role: object.RoleMRN, Label: "identifier", Value: "77123456"},
		{Role: object.RoleMBI, Label: "identifier", Value: "1EG4TE5MK74"}, {Role: object.RoleMBI, Label: "identifier", Value: "2EG4TE5MK74"},
		{Role: object.RoleSSN, Label: "identifier", Value: "536228145"}}
	two := append(one[:len(one):len(one)], object.Field{Role: object.RoleSSN, Label: "identifier", Value: "536228146"})
	for st, want := range map[object.Structure][2]int{object.StructFHIR: {1, 2}, object.StructCCDA: {1, 2}, object.StructNAACCR: {1, 2}, object.StructHL7: {2, 2}} {
		for i, fields := range [][]object.Field{one, two} {
			if r := record(t, st, "", fields...); r.Individuals.Low != want[i] {
				t.Errorf("%v: individuals %v, want %d", st, r.Individuals, want[i])
			}
		}
	}
}

// TestOneChart: a patient of HL7 v2 has a number at each of several sites, and is the same in the message that shows the other one alone.
func TestOneChart(t *testing.T) {
	e := newEngine(t)
	mrn := func(v string) located { return located{object.RoleMRN, v} }
	name, birth := located{object.RolePersonName, "Roe, Jane"}, located{object.RoleBirthDate, "19800102"}
	for name, c := range map[string]struct {
		units [][]located
		want  int
	}{
		"two sites":       {[][]located{{mrn("4711001"), mrn("4711002"), name, birth}}, 1},
		"the other alone": {[][]located{{mrn("4711001"), mrn("4711002"), name, birth}, {mrn("4711002"), name, birth}, {mrn("4711001"), name, birth}}, 1},
		"with an SSN":     {[][]located{{mrn("4711001"), mrn("4711002"), {object.RoleSSN, "514690361"}, name, birth}, {mrn("4711002"), name, birth}}, 1},
		"two messages":    {[][]located{{mrn("4711001"), name, birth}, {mrn("4711002"), name, birth}}, 2},
		"guarantor":       {[][]located{{mrn("4711001"), mrn("4711002"), {object.RoleSSN, "514690361"}, {object.RoleSSN, "514690362"}, name, birth}}, 2},
	} {
		if r := messages(e, c.units...); r.Individuals.Low != c.want {
			t.Errorf("%s: individuals %v, want %d", name, r.Individuals, c.want)
		}
	}
}

// TestOneRow: a row or record with several numbers of a kind is one person, unless something in it speaks of two; and a number that
// several people have, such as that of a row, makes nobody of two Social Security numbers.
func TestOneRow(t *testing.T) {
	e := newEngine(t)
	for _, c := range []struct {
		rows []string
		want finding.Individuals
	}{
		{[]string{"patient_id|mrn|ssn|diagnosis", "70001|88502449|647-83-5470|asthma", "70002|52311280|551-18-5718|asthma"}, finding.Individuals{Low: 2, High: 2}},
		{[]string{"patient_id|mrn|name|diagnosis", "70001|88502449|Tomasz Ferreira|asthma"}, finding.Individuals{Low: 1, High: 1}},
		{[]string{"name|dob|member id|policy number|diagnosis", "Tomasz Ferreira|01/11/1987|XQJ91827365|PB80011223|asthma"}, finding.Individuals{Low: 1, High: 1}},
		{[]string{"mother mrn|mother dob|baby mrn|baby dob|diagnosis", "88502449|01/11/1987|52311280|03/02/2025|asthma"}, finding.Individuals{Low: 2, High: 2}},
		{[]string{"patient ssn|patient mrn|spouse ssn|diagnosis", "647-83-5470|88502449|551-18-5718|asthma"}, finding.Individuals{Low: 2, High: 3}},
		{[]string{"patient_id|name|dob|ssn|diagnosis", "70001|Tomasz Ferreira|01/11/1987|647-83-5470|asthma", "70001|Evelyn Whitfield|05/19/1939|551-18-5718|asthma"},
			finding.Individuals{Low: 2, High: 2}},
		{[]string{"patient_id|name|dob|ssn|diagnosis", "70001|Tomasz Ferreira|01/11/1987|647-83-5470|asthma", "70001|Tomasz Ferreira|01/11/1987||asthma"},
			finding.Individuals{Low: 1, High: 1}},
	} {
		if r := table(e, "l.csv", c.rows...); r.Individuals != c.want {
			t.Errorf("%v: individuals %v, want %v", c.rows, r.Individuals, c.want)
		}
	}
}

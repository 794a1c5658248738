package detect

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
)

// TestDocumentation: what describes a protocol, a program or a machine has the words of medical forms with numbers beside them, and
// nobody's number.
func TestDocumentation(t *testing.T) {
	e := newEngine(t)
	for _, text := range []string{
		"The patient module of a worklist query, medication and allergies:\n(0010,0020) LO []   # PatientID\n(0010,0030) DA []   # PatientBirthDate\n(0010,2110) LO []   # ContrastAllergies",
		"attributes of a patient or a medication may be given by keyword or tag, for example \"PatientID\",\n\"0010,0010\".",
		"  38: \"OPTION_SUBSCRIBER_ID\",  # RFC4580\n  beneficiary, eligibility and health plan",
		"ATTRIBUTE\tHealth-Plan-Id\t\t\t0x8060\tinteger\nATTRIBUTE\tSubscriber-Number\t0x8061 eligibility beneficiary",
		"research of the health plan under contract number N00014-75-C-0661, eligibility of a beneficiary, phone: (617) 253-1422",
		"laboratory culture\n\tinstead of inferior_ptid.\n\n2020-01-18  Somebody",
		"glucose dose 2 sda2 246 0 1968 32 0 0 0\n   8       3 sda3 340 13 2818 52 11 8 152 8 0 56 60\n metformin tablet",
		"diagnosis medication role in this PTID 1003 of the patient",
	} {
		if r := scanText(e, text); r.Verdict == finding.PHI || r.Verdict == finding.PIIOnly {
			t.Errorf("%q: %s, %d points, %d findings", text, r.Verdict, r.Score, len(r.Findings))
		}
	}
	for _, text := range []string{ // and what resembles that is somebody's
		"admitted with pneumonia, on metformin. Patient ID: 0010, SSN 340 13 2818",
		"admitted with pneumonia, on metformin. SSN 340 13 2818 91947593",
		"admitted with pneumonia, on metformin. patient id 00100020",
		"admitted with pneumonia, on metformin. MRN: 1003",
	} {
		if r := scanText(e, text); r.Verdict != finding.PHI {
			t.Errorf("%q: %s, %d points", text, r.Verdict, r.Score)
		}
	}
}

// TestTrade: lists of shops and insurers of cars, and of plans, have numbers of contracts and plans that are no member's.
func TestTrade(t *testing.T) {
	e := newEngine(t)
	for _, c := range []struct {
		fields []object.Field
		want   bool // somebody's health
	}{
		{[]object.Field{{Label: "Contract Number", Value: "C48210377"}, {Label: "Customer Name", Value: "Jane Roe"}, {Label: "Phone", Value: "(617) 253-1422"}}, false},
		{[]object.Field{{Label: "Plan ID", Value: "33602DE3312312"}, {Label: "Plan Name", Value: "Silver PPO"}, {Label: "Phone", Value: "(617) 253-1422"}}, false},
		{[]object.Field{{Label: "Contract Number", Value: "C48210377"}, {Label: "Patient Name", Value: "Jane Roe"}, {Label: "Diagnosis", Value: "E11.9"}}, true},
		{[]object.Field{{Label: "Member ID", Value: "C48210377"}, {Label: "Name", Value: "Jane Roe"}, {Label: "Phone", Value: "(617) 253-1422"}}, false},
		{[]object.Field{{Label: "Member ID", Value: "C48210377"}, {Label: "Name", Value: "Jane Roe"}, {Label: "DOB", Value: "04/03/1961"}}, true},
	} {
		if r := record(t, object.StructTable, "", c.fields...); (r.Verdict == finding.PHI) != c.want {
			t.Errorf("%s: %s, %d points", c.fields[0].Label, r.Verdict, r.Score)
		}
	}
	for _, text := range []string{
		"Diabetes group on Monday. Ask about Medicare, Plan ID H1234-001, or call (617) 253-1422.",
		"Your contract number: C48210377, phone (617) 253-1422",
	} {
		if r := scanText(e, text); r.Verdict == finding.PHI {
			t.Errorf("%q: %s, %d points", text, r.Verdict, r.Score)
		}
	}
}

// TestFarFromName: what makes a person of a name stands near it, not somewhere in the same text.
func TestFarFromName(t *testing.T) {
	e := newEngine(t)
	for far, want := range map[int]finding.Verdict{1: finding.PHI, 40: finding.None} {
		gap := strings.Repeat("\nnothing to see in this line", far)
		text := "insulin and metformin\nPatient name: Jane Roe" + gap + " phone: (617) 253-1422" + gap + " email jane@example.net" + strings.Repeat("\nnor here", 80) + "\nDOB: 01/19/1991"
		if r := scanText(e, text); r.Verdict != want {
			t.Errorf("%d lines: %q, %d points", far, r.Verdict, r.Score)
		}
	}
}

// TestOneKind: a number behind a label of two kinds is of one kind.
func TestOneKind(t *testing.T) {
	e := newEngine(t)
	if r := scanText(e, "admitted with pneumonia. HIC number = 300472337D1"); !has(r, finding.HICN, "300472337D1") || has(r, finding.MemberID, "300472337D1") {
		t.Errorf("HIC number: %d findings", len(r.Findings))
	}
	r := scanText(e, "admitted with pneumonia. Medi-Cal ID: CR92020M")
	if !has(r, finding.Medicaid, "CR92020M") || has(r, finding.MRN, "CR92020M") || r.Individuals != (finding.Individuals{Low: 1, High: 1}) {
		t.Errorf("%d findings, individuals %v", len(r.Findings), r.Individuals)
	}
}

// TestLabelledRows: a form whose labels and values a table decoder took for two columns is one person, not one in each row.
func TestLabelledRows(t *testing.T) {
	r := table(newEngine(t), "x.txt", "Primary site:|C54.1", "Social Security #:|514690361", "Medical Record No:|E32790250", "Patient:|Lee, Gerald", "date of birth:|2016-04-18")
	if r.Individuals != (finding.Individuals{Low: 1, High: 2}) && r.Individuals != (finding.Individuals{Low: 1, High: 1}) {
		t.Errorf("individuals %v", r.Individuals)
	}
}

// TestLabelledITIN: a number that is called a taxpayer's is no sample of a Social Security number.
func TestLabelledITIN(t *testing.T) {
	e := newEngine(t)
	if r := scanText(e, "admitted with pneumonia on insulin. ITIN 999-64-3665"); r.Verdict != finding.PHI {
		t.Errorf("labelled: %s", r.Verdict)
	}
	if r := scanText(e, "admitted with pneumonia on insulin. SSN 999-64-3665"); r.Verdict != finding.Test {
		t.Errorf("a made-up patient's: %s", r.Verdict)
	}
}

// TestSampleName: the people of HL7's examples and ZZTEST are nobody, unless a number that is checked says otherwise.
func TestSampleName(t *testing.T) {
	e := newEngine(t)
	of := func(name string, more ...located) []located {
		return append([]located{{object.RoleMRN, "4711001"}, {object.RolePersonName, name}, {object.RoleBirthDate, "19800102"}}, more...)
	}
	for name, c := range map[string]struct {
		units []located
		want  finding.Verdict
	}{
		"example":     {of("Everyman, Adam"), finding.Test},
		"test system": {of("ZZTEST, Ingrid"), finding.Test},
		"many Z":      {of("Zzztestpatient, Ingrid"), finding.Test},
		"person":      {of("Roe, Jane"), finding.PHI},
		"like it":     {of("Testa, Zz"), finding.PHI},
		"checked":     {of("Everyman, Adam", located{object.RoleSSN, "514690360"}), finding.PHI},
	} {
		if r := messages(e, c.units); r.Verdict != c.want {
			t.Errorf("%s: verdict %q", name, r.Verdict)
		}
	}
}

// TestOtherNames: the name of a drug under a patient is no person's, a genitive's s is no word of a name, and ICD-10 is no diagnosis.
func TestOtherNames(t *testing.T) {
	e := newEngine(t)
	s := e.Scan(e.NewScratch(), &object.Meta{Kind: object.File, At: testTime})
	for _, f := range [][2]string{{"patient.rx_name", "insulin glargine"}, {"patient.name.first", "Jane"}, {"patient.name.last", "Roe"}, {"patient.ssn", "514690361"},
		{"patient.address.line1", "12 Elm St"}, {"patient.address.city", "Saint Paul"}, {"patient.address.state", "MN"}, {"patient.address.zip", "55105"}} {
		s.Field(object.RoleNone, []byte(f[0]), []byte(f[1]))
	}
	r := s.Finish()
	if has(r, finding.Name, "GLARGINE INSULIN") || !has(r, finding.Name, "JANE ROE") || !has(r, finding.Address, "12ELMSTSAINTPAULMN55105") || has(r, finding.Address, "12ELMST") {
		t.Errorf("%d findings", len(r.Findings))
	}
	for _, name := range []finding.Kind{finding.Name, finding.Address} {
		for _, f := range r.Findings {
			if f.Kind == name && f.Count != 1 {
				t.Errorf("%d of %s", f.Count, name)
			}
		}
	}
	if r := scanText(e, "SSN 514-69-0361 diabetes. Insured's name: Jane Roe"); has(r, finding.Name, "NAME S") || !has(r, finding.Name, "JANE ROE") {
		t.Error("a genitive is read as a name")
	}
	if r := scanText(e, "SSN 514-69-0361, primary site: C44.5"); has(r, finding.ICD10, "C445") || !has(r, finding.ICDO3, "c44.5") {
		t.Error("a topography is taken for a diagnosis")
	}
	method := located{object.RoleNone, "I10"}
	c := e.Scan(e.NewScratch(), &object.Meta{Kind: object.Message, At: testTime})
	c.Structure(object.StructHL7)
	c.Begin(object.UnitMessage)
	for _, f := range append(append([]located{}, patient...), method) {
		c.Field(f.role, []byte("DG1-2 diagnosis code"), []byte(f.value))
	}
	c.End()
	if r := c.Finish(); has(r, finding.ICD10, "I10") {
		t.Error("the name of ICD-10 is a diagnosis")
	}
}

// TestNearerLabel: of two kinds in one place the one whose label is nearer has the number.
func TestNearerLabel(t *testing.T) {
	e := newEngine(t)
	if r := scanText(e, "admitted with pneumonia on insulin. taxpayer ITIN of the family - 999-64-3665"); r.Verdict == finding.Test {
		t.Errorf("a taxpayer's number is a sample: %d points", r.Score)
	}
}

package detect

import (
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// valuesOf counts the distinct values found by kind.
func valuesOf(r *finding.Result) map[finding.Kind]int {
	n := map[finding.Kind]int{}
	for i := range r.Findings {
		n[r.Findings[i].Kind] += len(r.Findings[i].Tokens)
	}
	return n
}

// TestLabelsAbove: values under a row of labels have those of their columns, and none has the last of the row before.
func TestLabelsAbove(t *testing.T) {
	e := newEngine(t)
	const tail = "\nAdmitted with asthma.\n"
	for text, want := range map[string]map[finding.Kind]int{
		"Patient Name         DOB           Unit No.\nDelacroix, Ingrid    1958-01-09    H025038981\n":                     {finding.Name: 1, finding.DOB: 1, finding.MRN: 1},
		"Mobile\tMember #\tChart No.\n208.269.4273\tR51082625\t30101269\n":                                                 {finding.Phone: 1, finding.MemberID: 1, finding.MRN: 1},
		"  MRN | Born        | Medicare number\n  ----+-------------+----\n 30101269 | May 4, 1936 | 3DH2AN6WV37\n":        {finding.MRN: 1, finding.DOB: 1, finding.MBI: 1},
		"1a. INSURED'S I.D. NUMBER      3. PATIENT'S BIRTH DATE (mm/dd/yyyy)\nZGJ499347383                   01/09/1958\n": {finding.MemberID: 1, finding.DOB: 1},
		"Ward     MRN    Bed\n12       30101269\n":                                                                         {finding.MRN: 1, finding.Phone: 0},
		"Ward     Bed    MRN\n30101269 12\n":                                                                               {finding.MRN: 0},
		"Med Rec No.\n\n  30101269\n":                                                                                      {finding.MRN: 1},
	} {
		for _, cr := range []string{text + tail, "MBI 9QY8AX1MF02\n" + text + tail} {
			r := scanText(e, cr)
			got := valuesOf(&r)
			for k, n := range want {
				if k == finding.MBI && cr != text+tail {
					n++
				}
				if got[k] != n {
					t.Errorf("%q: %d of %s, want %d", cr, got[k], k, n)
				}
			}
		}
	}
}

// TestNamesOfForms: names behind padding, remarks and dot leaders, over a line end and with two spaces between.
func TestNamesOfForms(t *testing.T) {
	e := newEngine(t)
	for text, want := range map[string]int{
		"Patient Name              : Delacroix, Ingrid": 1, "Patient Name ........ Delacroix, Ingrid": 1, "Name (Last, First): Delacroix, Ingrid": 1,
		"Patient:  Ingrid  Delacroix": 1, "Patient Name: Ingrid\nDelacroix": 1, "Patient Name: Ingrid\nPhone: none": 0, "Patient Name: Ingrid  Delacroix  Portland Clinic": 1,
	} {
		r := scanText(e, text+"\nMBI: 9QY8AX1MF02, diagnosis asthma\n")
		if got := valuesOf(&r)[finding.Name]; got != want {
			t.Errorf("%q: %d names, want %d", text, got, want)
		}
	}
}

// TestNestedLabels: the last word of a path names the part, and a facility before a record number does not make it the facility's.
func TestNestedLabels(t *testing.T) {
	x := newEngine(t).lex
	for label, part := range map[string]rule.Part{"patient.name.first": rule.First, "patient.name.last": rule.Last, "patient.address.city": rule.City, "patient.name (last, first)": rule.Whole, "patient.name": rule.Whole} {
		if s := x.Classify([]byte(label)); s.Part != part {
			t.Errorf("%s: part %d, want %d", label, s.Part, part)
		}
	}
	for label, kind := range map[string]int{"MBR_ID": rule.KMemberID, "Member #": rule.KMemberID, "PhoneNumber": rule.KPhone, "fax_number": rule.KFax, "clinic_mrn": rule.KMRN, "McaidId": rule.KMedicaid,
		"Med Rec Nbr": rule.KMRN, "Medi-Cal ID": rule.KMedicaid, "HICNumber": rule.KHICN, "hosp #": rule.KMRN} {
		if s := x.Classify([]byte(label)); s.Kinds != 1<<kind || s.Flags&(rule.Rival|rule.Provider) != 0 {
			t.Errorf("%s: kinds %b flags %b", label, s.Kinds, s.Flags)
		}
	}
}

// TestNameUnderFacility: a facility in the line above is not whose name it is; one on the same line is.
func TestNameUnderFacility(t *testing.T) {
	e := newEngine(t)
	for text, want := range map[string]int{"LAKESIDE REGIONAL HOSPITAL\nPatient name: Ingrid Delacroix\n": 1, "Attending name: Ingrid Delacroix\n": 0} {
		r := scanText(e, text+"MBI: 9QY8AX1MF02, diagnosis asthma\n")
		if got := valuesOf(&r)[finding.Name]; got != want {
			t.Errorf("%q: %d names, want %d", text, got, want)
		}
	}
}

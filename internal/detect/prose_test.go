package detect

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
)

// TestProse: a labelled SSN, a date of birth and a diagnosis in a line or two are a patient, in the words that people use.
func TestProse(t *testing.T) {
	e := newEngine(t)
	for _, text := range []string{
		"Maria Gonzalez SSN 514-69-0360 DOB 03/04/1980 E11.9 diabetes",
		"Maria Gonzalez, SSN: 514-69-0360, born 03/04/1980, has type 2 diabetes (E11.9).",
		"Hi Bob,\nMaria Gonzalez (DOB 3/4/1980, SSN 514-69-0360) was here on Monday.\nShe has breast cancer and starts next week.\nThanks",
		"pt Gonzalez ssn 514690360 dob 03-04-1980 dx E11.9",
		"Can you call Ms. Gonzalez back? Social Security number 514-69-0360, date of birth March 4, 1980.\nDiagnosis: asthma",
		"Gonzalez SSN 514 69 0360 DOB 03.04.1980: F33.1, started sertraline",
		"Diagnosis: hypertension (I10). The SSN is 514-69-0360 and the date of birth is 1980-03-04.",
		"Her SSN is 514-69-0360, she was born on March 4, 1980 and takes metformin.",
		"SSN 514-69-0360\nDOB 03/04/1980\nICD-10: E11.9",
		"RE: Gonzalez, Maria. SSN# 514-69-0360; D.O.B. 03/04/80; HIV positive",
	} {
		r := scanText(e, text)
		if r.Verdict != finding.PHI || r.Level != finding.High {
			t.Errorf("%q: verdict %q level %q score %d", text, r.Verdict, r.Level, r.Score)
		}
	}
}

// TestPayroll: the same person in the words of an employer is no patient, whatever the employer deducts for.
func TestPayroll(t *testing.T) {
	e := newEngine(t)
	const who = "Maria Gonzalez, SSN 514-69-0360, DOB 03/04/1980"
	for _, text := range []string{
		"Payroll update: " + who + ", salary 52,000, W-2 mailed, health insurance deduction 210.00, benefits start in May.",
		"Please correct the W-2 of " + who + ". Box 1 wages were 51,200.00; the medical plan deduction is pre-tax.",
		who + " starts on Monday as a nurse in the emergency department. Salary 71,000, benefits: health plan, dental, vision; direct deposit form attached.",
		"New hire: " + who + "\nJob title: Physician, Radiology\nHourly rate: 88.50\nHealth insurance: family, deductible 1,500",
		"From: payroll\nEmployee: " + who + "\nGross pay 4,100.00  Federal tax 512.00  Social Security 254.20  Medicare 59.45  Health insurance 210.00",
		"Open enrollment: " + who + " has chosen the health plan with the high deductible; payroll deductions begin with the first pay period.",
		"Her salary is 52,000. " + who + ". Copay and deductible of the health plan are in the benefits booklet.",
		"FMLA and PTO of " + who + " were settled by human resources; payroll knows of the beneficiary form.",
	} {
		r := scanText(e, text)
		if r.Verdict != finding.PIIOnly {
			t.Errorf("%q: verdict %q level %q score %d %v", text, r.Verdict, r.Level, r.Score, r.HealthContext)
		}
	}
	for _, text := range []string{ // an employer's letter that tells a diagnosis all the same, and a patient who works
		"Payroll: " + who + " is on leave; diagnosis: E11.9, insulin since May",
		"Patient: " + who + ", employer Acme Corp, position driver, admitted with a stroke, started apixaban",
	} {
		if r := scanText(e, text); r.Verdict != finding.PHI {
			t.Errorf("%q: verdict %q score %d", text, r.Verdict, r.Score)
		}
	}
}

// TestPayrollTable: columns of what is withheld for insurance make nobody a patient.
func TestPayrollTable(t *testing.T) {
	e := newEngine(t)
	row := "1001|Margaret Rasmussen|068-14-2261|01/09/1961|50000|210.00|59.45"
	for head, want := range map[string]finding.Verdict{
		"employee_id|name|ssn|dob|salary|health_insurance|medicare":       finding.PIIOnly,
		"emp_no|employee_name|ssn|dob|gross_pay|health_plan|medicare_tax": finding.PIIOnly,
		"id|name|ssn|dob|salary|procedure_code|medicare":                  finding.PHI,
		"id|name|ssn|dob|salary|diagnosis|medicare":                       finding.PHI,
		"id|name|ssn|dob|balance|health_insurance|medicare":               finding.PHI,
	} {
		if r := table(e, "x.csv", head, row, strings.Replace(row, "068-14", "069-15", 1)); r.Verdict != want || r.Individuals.Low != 2 {
			t.Errorf("%s: verdict %q score %d individuals %v", head, r.Verdict, r.Score, r.Individuals)
		}
	}
}

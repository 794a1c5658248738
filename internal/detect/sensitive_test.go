package detect

import (
	"slices"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// TestHeightened: codes and words of substance use, mental health, HIV, abortion and genetics, and no others.
func TestHeightened(t *testing.T) {
	e := newEngine(t)
	for what, want := range map[string]string{
		"F11.20": "substance_use", "F10.10": "substance_use", "F17.210": "", "F33.1": "mental_health", "F84.0": "mental_health", "F03.90": "", "B20": "hiv", "Z21": "hiv",
		"O98.711": "hiv", "R75": "hiv", "Z15.01": "genetic", "Z14.1": "genetic", "Z13.79": "genetic", "O04.5": "reproductive", "Z33.2": "reproductive", "E11.9": "",
		"O99.0": "", "B21": "", "Z31.9": "", "C50.9": "", "opioid use disorder, buprenorphine": "substance_use", "HIV positive": "hiv", "major depressive disorder": "mental_health",
		"genetic testing: BRCA": "genetic", "asthma and eczema": "",
	} {
		r := scanText(e, "Patient: Jane Roe SSN 514-69-0360 DOB 01/02/1980 diagnosis: "+what)
		if r.Verdict != finding.PHI || r.Heightened != (want != "") || want != "" && !slices.Contains(r.HealthContext, want) {
			t.Errorf("%s: %s heightened %t %v, want %q", what, r.Verdict, r.Heightened, r.HealthContext, want)
		}
	}
	if r := scanText(e, "SSN 514-69-0360 of an employee in payroll, salary; see paragraph F33.1"); r.Heightened {
		t.Error("what is no PHI is heightened")
	}
}

// TestMinors: the age counts on the day of the packet, and the date must be a labelled one of birth.
func TestMinors(t *testing.T) {
	e := newEngine(t)
	day := dateOf(testTime)
	for _, c := range []struct {
		born rule.Date
		want bool
	}{
		{rule.Date{Year: day.Year - 18, Month: day.Month, Day: day.Day}, false},
		{rule.Date{Year: day.Year - 18, Month: day.Month, Day: day.Day + 1}, true},
		{rule.Date{Year: day.Year - 1, Month: 1, Day: 1}, true},
		{rule.Date{Year: 1980, Month: 1, Day: 1}, false},
	} {
		born := string(c.born.Append(nil))
		if r := scanText(e, "Patient: Jane Roe SSN 514-69-0360 DOB "+born+" diagnosis: asthma"); r.Minors != c.want {
			t.Errorf("born %s, read on %s: minors %t", born, day.Append(nil), r.Minors)
		}
		if r := scanText(e, "Patient: Jane Roe SSN 514-69-0360 DOB 01/02/1980 seen "+born+" diagnosis: asthma"); r.Minors {
			t.Errorf("a visit on %s makes a minor", born)
		}
	}
}

package detect

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/rules"
)

// TestMedicaidByState holds that the file of the states' numbers loads, passes its examples, and finds what the built-in rules do
// not: numbers behind a state's own labels, and some without any. It is not loaded by itself.
func TestMedicaidByState(t *testing.T) {
	file, err := rules.Site.ReadFile("site/medicaid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	e, plain := siteEngine(t, string(file)), newEngine(t)
	if n := len(e.rules) - len(plain.rules); n != 12 {
		t.Errorf("%d rules of states", n)
	}
	for _, c := range []struct {
		text, canon string
		without     bool // the built-in rules find it too
	}{
		{"Patient Maria Example, DOB 01/02/1980, 90000001A29180, diabetes", "90000001A29180", false},
		{"Patient Maria Example, DOB 01/02/1980, CIN: ZZ00001Z, diabetes", "ZZ00001Z", false},
		{"Patient Maria Example, DOB 01/02/1980, RID 5300000000001, diabetes", "5300000000001", false},
		{"Patient Maria Example, DOB 01/02/1980, ACCESS card number: 0100000001, diabetes", "0100000001", false},
		{"Patient Maria Example, DOB 01/02/1980, mihealth ID: 60000001, diabetes", "60000001", false},
		{"Patient Maria Example, DOB 01/02/1980, BadgerCare ID: 0200000001, diabetes", "0200000001", true},
		{"Patient Maria Example, DOB 01/02/1980, MassHealth ID: 100000000001, diabetes", "100000000001", true},
	} {
		if r := scanText(e, c.text); !has(r, finding.Medicaid, c.canon) || r.Verdict != finding.PHI {
			t.Errorf("%s is not found: %s", strings.Fields(c.text)[5], r.Verdict)
		}
		if has(scanText(plain, c.text), finding.Medicaid, c.canon) != c.without {
			t.Errorf("%s: the built-in rules", strings.Fields(c.text)[5])
		}
	}
}

package detect

import (
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
)

// TestExplain: the witness sees the verdict that the scan gives, the sum of the ledger is the score, and what was left to
// a unit around is told there.
func TestExplain(t *testing.T) {
	e := newEngine(t)
	for _, text := range []string{
		"Maria Gonzalez SSN 514-69-0360 DOB 03/04/1980 E11.9 diabetes", "SSN 514-69-0360", "order number 514-69-0360", "SSN: 078-05-1120", "MRN 4711001 Medicaid ID 91234567A",
		"employee SSN 514-69-0360, member ID ZGJ499347383", "Patient: Jane Roe DOB 01/02/1980, asthma",
	} {
		var units []Unit
		c := e.Explain(e.NewScratch(), &object.Meta{Kind: object.Mail, At: testTime}, func(u Unit) { units = append(units, u) })
		c.Text([]byte(text))
		r := c.Finish()
		if len(units) != 1 || units[0].Verdict != r.Verdict || r.Verdict != "" && (units[0].Score != r.Score || units[0].Level != r.Level) {
			t.Fatalf("%q: %+v, the scan says %q %d", text, units, r.Verdict, r.Score)
		}
		for _, k := range units[0].Candidates {
			sum := 0
			for _, p := range k.Points {
				sum += p.Points
			}
			if k.Masked != "" && (max(0, min(maxScore, sum)) != k.Score || (k.Why == "") != (k.Level == finding.High)) {
				t.Errorf("%q: %s: ledger %v, score %d, %q", text, k.Rule, k.Points, k.Score, k.Why)
			}
		}
	}
	var rows int
	c := e.Explain(e.NewScratch(), &object.Meta{Kind: object.File, At: testTime}, func(u Unit) {
		rows += len(u.Candidates)
		if u.Kind != "part" && u.Candidates[0].Masked != "" {
			t.Errorf("a row that cannot be judged alone is told as one")
		}
	})
	for _, v := range []string{"514-69-0360", "912-12-5432", "615-69-0360"} {
		c.Begin(object.UnitRow)
		c.Field(object.RoleNone, []byte("ssn"), []byte(v))
		c.End()
	}
	if c.Finish(); rows < 3 {
		t.Errorf("%d of 3 candidates are told", rows)
	}
	if scanText(e, "SSN 514-69-0360"); e.NewScratch().scan.trace != nil {
		t.Error("a scan has a witness")
	}
}

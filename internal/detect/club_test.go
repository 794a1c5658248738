package detect

import (
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
)

// TestClub: a member number is one of a health plan only where something else says so.
func TestClub(t *testing.T) {
	e := newEngine(t)
	for _, c := range []struct {
		text string
		want finding.Verdict
	}{
		{"Dear Ivo Quill,\nyour union member number: 88123477. Meeting on Friday.\n", finding.PIIOnly},
		{"Auto insurance\nPolicy number: AB1234567\nInsured: Rosa Ferreira\nVehicle: 2019 sedan\n", finding.PIIOnly},
		{"Member ID: ZGJ881234771\nGroup Number: 00982\nRxBIN 610014  Copay: $20\nName: Rosa Ferreira\n", finding.PHI},
		{"Member ID: ZGJ881234771\nName: Rosa Ferreira\nDiagnosis: asthma\n", finding.PHI},
		{"Member ID: ZGJ881234771\nName: Rosa Ferreira\nDOB: 02/03/1960\n", finding.PHI},
	} {
		s := e.Scan(e.NewScratch(), &object.Meta{At: testTime})
		s.Text([]byte(c.text))
		if r := s.Finish(); r.Verdict != c.want {
			t.Errorf("%q: %s, not %s", c.text, r.Verdict, c.want)
		}
	}
}

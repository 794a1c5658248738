package rule

import (
	"testing"

	"github.com/phiwatch/phiwatch/rules"
)

func TestWithout(t *testing.T) {
	s, err := Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	less, err := s.Without("npi", "dea")
	if err != nil || less.Rule("npi") != nil || less.Rule("dea") != nil || len(less.Rules()) != len(s.Rules())-2 {
		t.Fatalf("npi and dea are still there, or others are not (%v)", err)
	}
	for i, r := range less.Rules() {
		if r.Num != i {
			t.Errorf("rule %s has number %d at place %d", r.ID, r.Num, i)
		}
	}
	if s.Rule("npi") == nil {
		t.Error("the set itself was changed")
	}
	if _, err := s.Without("no-such-rule"); err == nil {
		t.Error("an unknown id is accepted")
	}
}

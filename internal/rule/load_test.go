package rule_test

import (
	"testing"

	"github.com/phiwatch/phiwatch/internal/rule"
	"github.com/phiwatch/phiwatch/rules"
)

func TestBuiltInRulesLoad(t *testing.T) {
	s, err := rule.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Rules()) < 15 || len(s.Digest()) != 64 {
		t.Fatalf("%d rules, digest %q", len(s.Rules()), s.Digest())
	}
}

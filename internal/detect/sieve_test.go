package detect

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/rule/ruletest"
)

// TestManyRules holds that each of many rules finds what it alone would find, also where they differ in nothing but letters.
func TestManyRules(t *testing.T) {
	file := strings.ReplaceAll(ruletest.Many(200), "base: 20", "base: 45")
	set, err := siteSet(t, file)
	if err != nil {
		t.Fatal(err)
	}
	e := siteEngine(t, file)
	sifted := 0
	for i := range e.shapes {
		sifted = max(sifted, len(e.shapes[i].primary)*min(e.shapes[i].sieve.words, 1))
	}
	if sifted < 20 {
		t.Errorf("no more than %d shapes are told apart by their letters", sifted)
	}
	for _, r := range set.Rules() {
		if !strings.HasPrefix(r.ID, "many-") || !r.Primary {
			continue
		}
		for i, text := range r.Examples.Match {
			found := 0
			res := scanText(e, "on file: "+text)
			for _, f := range res.Findings {
				if f.Kind == r.Kind {
					found = f.Distinct
				}
			}
			if found != 1 {
				t.Errorf("%s: example %d: %d found", r.ID, i+1, found)
			}
		}
	}
}

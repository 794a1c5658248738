package detect

import (
	"fmt"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// TestHashCounts: the hashes of numbers in a row are good enough to count by.
func TestHashCounts(t *testing.T) {
	e := newEngine(t)
	var exact, many finding.Distinct
	for i := range 400_000 {
		h := e.hash(rule.KSSN, fmt.Appendf(nil, "%09d", 1010001+i))
		if i < finding.MaxExact {
			exact.Add(h)
		}
		many.Add(h)
	}
	if n := exact.Count(); n != finding.MaxExact {
		t.Errorf("%d of 50,000", n)
	}
	if n := many.Count(); n < 392_000 || n > 408_000 {
		t.Errorf("%d of 400,000", n)
	}
}

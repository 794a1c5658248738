package stat

import (
	"math"
	"testing"
)

// TestIntervals compares with published values: Wilson for 81 of 263 (Newcombe 1998, table I), Garwood's table.
func TestIntervals(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0, 0.1611}, {1, 29, 0.0061, 0.1718}} {
		if low, high := Wilson(c.k, c.n); math.Abs(low-c.low) > 2e-4 || math.Abs(high-c.high) > 2e-4 {
			t.Errorf("Wilson(%d, %d) = %.4f, %.4f", c.k, c.n, low, high)
		}
	}
	for _, c := range []struct {
		k         int
		low, high float64
	}{{0, 0, 3.689}, {1, 0.0253, 5.572}, {5, 1.623, 11.668}, {10, 4.795, 18.390}, {100, 81.364, 121.627}} {
		if low, high := Poisson(c.k); math.Abs(low-c.low) > 2e-3 || math.Abs(high-c.high) > 2e-3 {
			t.Errorf("Poisson(%d) = %.3f, %.3f", c.k, low, high)
		}
	}
}

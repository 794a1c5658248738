// Package stat has the confidence intervals of the tables: Wilson's for shares, the exact one for counts of rare events.
package stat

import "math"

// z95 is the two-sided 95 % quantile of the normal distribution.
const z95 = 1.959963984540054

// Wilson returns the 95 % score interval of a share of k in n (Wilson 1927), 0 to 1 for n = 0.
func Wilson(k, n int) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z95*z95/(2*m)) / (1 + z95*z95/m)
	half := z95 / (1 + z95*z95/m) * math.Sqrt(p*(1-p)/m+z95*z95/(4*m*m))
	return max(0, mid-half), min(1, mid+half)
}

// Poisson returns the exact two-sided 95 % interval of the mean of which k events were seen (Garwood 1936).
func Poisson(k int) (low, high float64) {
	const tail = 0.025
	if k > 0 {
		low = root(func(mean float64) bool { return 1-below(k-1, mean) >= tail })
	}
	high = root(func(mean float64) bool { return below(k, mean) <= tail })
	return low, high
}

// below is the chance of at most k events at a mean.
func below(k int, mean float64) float64 {
	sum := 0.0
	for i := 0; i <= k; i++ {
		lg, _ := math.Lgamma(float64(i + 1))
		sum += math.Exp(float64(i)*math.Log(mean) - mean - lg)
	}
	return sum
}

// root is the least mean at which a monotone condition holds.
func root(holds func(mean float64) bool) float64 {
	low, high := 1e-9, 1.0
	for !holds(high) && high < 1e9 {
		low, high = high, high*2
	}
	for range 100 {
		if mid := (low + high) / 2; holds(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

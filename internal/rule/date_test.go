package rule

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestDayFirst: dots mean day first, every other separator month first, unless that cannot be.
func TestDayFirst(t *testing.T) {
	for in, want := range map[string]string{
		"03.04.1980": "1980-04-03", "3.4.1980": "1980-04-03", "03.04.80": "1980-04-03", "03/04/1980": "1980-03-04", "03-04-1980": "1980-03-04",
		"03 04 1980": "1980-03-04", "04.13.1980": "1980-04-13", "13.04.1980": "1980-04-13", "13/04/1980": "1980-04-13", "13-04-1980": "1980-04-13",
		"1980.04.03": "1980-04-03", "1980-04-03": "1980-04-03", "31.04.1980": "", "30.02.1980": "", "13.13.1980": "", "29.02.1980": "1980-02-29",
		"03.04.1980 12:30": "1980-04-03", "03.04.1980, 5 kg": "1980-04-03", "3. April 1980": "1980-04-03", "3. apr. 1980": "1980-04-03",
		"03-APR-1980": "1980-04-03", "03-Apr-80": "1980-04-03", "03APR1980": "1980-04-03", "3apr80": "1980-04-03", "April 3, 1980": "1980-04-03",
		"Apr. 3 1980": "1980-04-03", "3rd April 1980": "1980-04-03", "1980-04-03T08:15:00Z": "1980-04-03", "1980-04-03 08:15": "1980-04-03",
		"04/03/1980 08:15:00 AM": "1980-04-03", "03-APR-1980 00:00:00": "1980-04-03", "19800403": "1980-04-03", "19800403T081500": "1980-04-03",
		"198004030815": "1980-04-03", "19800403081500": "1980-04-03", "19800403081500.123-0500": "1980-04-03", "198004032515": "", "19800403081599": "",
		"1980040308": "", "198004030": "", "03APX1980": "", "03APR19801": "", "04031980": "1980-04-03",
	} {
		d, n, ok := ParseBirth([]byte(in), Date{2026, 6, 30})
		if got := string(d.Append(nil)); ok != (want != "") || ok && got != want || n > len(in) {
			t.Errorf("%q: %s %t, want %q", in, got, ok, want)
		}
	}
}

// TestUsual: what has a short way is read as it is by the long one.
func TestUsual(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	today := Date{2026, 11, 24}
	read := 0
	for range 300_000 {
		b := make([]byte, 10, 11)
		for i := range b {
			b[i] = "0123456789012-/."[rnd.IntN(16)]
		}
		switch rnd.IntN(3) {
		case 0:
			copy(b, fmt.Sprintf("%02d/%02d/%04d", rnd.IntN(33), rnd.IntN(33), 1880+rnd.IntN(150)))
		case 1:
			copy(b, fmt.Sprintf("%04d-%02d-%02d", 1880+rnd.IntN(150), rnd.IntN(14), rnd.IntN(33)))
		}
		d, n, ok := ParseBirth(b, today)
		e, m, long := ParseBirth(append(b, ' '), today)
		if ok != long || ok && (d != e || n != m) {
			t.Fatalf("%v %d %v, the long way %v %d %v", d, n, ok, e, m, long)
		}
		if ok {
			read++
		}
	}
	if read < 100_000 {
		t.Errorf("only %d dates", read)
	}
}

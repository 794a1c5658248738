package rule

import (
	"math/rand/v2"
	"net/netip"
	"testing"
)

// TestParseIP holds that the own reader of addresses takes what the standard library takes, and nothing else.
func TestParseIP(t *testing.T) {
	seeds := []string{"192.0.2.1", "0.0.0.0", "255.255.255.255", "::", "::1", "1::", "2001:db8::1", "2001:db8:0:1:2:3:4:5", "::ffff:192.0.2.1", "1:2:3:4:5:6:192.0.2.1",
		"1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "fe80::1:2"}
	const bytes = "0123456789abcdefF:.:.::g"
	g := rand.New(rand.NewPCG(1, 2))
	good := 0
	for i := range 300_000 {
		b := []byte(seeds[i%len(seeds)])
		for range g.IntN(4) {
			at := g.IntN(len(b) + 1)
			switch c := bytes[g.IntN(len(bytes))]; {
			case at < len(b) && g.IntN(3) == 0:
				b[at] = c
			case at < len(b) && g.IntN(2) == 0 && len(b) > 1:
				b = append(b[:at], b[at+1:]...)
			default:
				b = append(b[:at], append([]byte{c}, b[at:]...)...)
			}
		}
		want, err := netip.ParseAddr(string(b))
		got, ok := parseIP(b)
		if ok != (err == nil) || ok && got != want {
			t.Fatalf("%q: %v %v, not %v %v", b, got, ok, want, err)
		}
		if ok {
			good++
		}
	}
	if good < 20_000 {
		t.Errorf("only %d addresses among them", good)
	}
	b := []byte("2001:db8::1:bad:x")
	if n := testing.AllocsPerRun(10, func() { IPAt(b); IPAt([]byte("192.0.2.1 ")) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

package detect

import (
	"math/rand"
	"testing"
)

// TestClasses: the bitmaps are those of a look at each byte, with vectors and without.
func TestClasses(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	for n := range 2000 {
		var b [64]byte
		for i := range b {
			switch b[i] = byte(rnd.Intn(256)); n % 4 {
			case 0:
				b[i] = "0189/:@[`{azAZ,;\"\r\n\t #-\x7f\x80\xb0\xff"[rnd.Intn(26)]
			case 1:
				b[i] = byte(n/4 + i)
			}
		}
		for _, delim := range []byte{',', ';', '\t', '|', 0} {
			var want [5]uint64
			for i, c := range b {
				bit := uint64(1) << i
				if c-'0' < 10 {
					want[0] |= bit
				}
				if c|0x20-'a' < 26 {
					want[1] |= bit
				}
				if c == delim {
					want[2] |= bit
				}
				if c == '"' {
					want[3] |= bit
				}
				if c >= 0x80 || c == '@' || c == '\r' || c == '#' {
					want[4] |= bit
				}
			}
			var got, plain [5]uint64
			classes(&b, delim, &got)
			classesPlain(&b, delim, &plain)
			if got != want || plain != want {
				t.Fatalf("case %d, delimiter %q: %x and %x, not %x", n, delim, got, plain, want)
			}
			if digits64(&b) != want[0] || digitsPlain(&b) != want[0] {
				t.Fatalf("case %d: digits", n)
			}
		}
	}
}

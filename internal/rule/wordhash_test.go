package rule

import (
	"math/rand"
	"testing"

	"github.com/phiwatch/phiwatch/rules"
)

// TestWordAt holds that a word ends where the plain loop says, and that its hash is the one of the word alone.
func TestWordAt(t *testing.T) {
	r := rand.New(rand.NewSource(6))
	const chars = "aaaabcdefxyzABZ@[`{ 0\x80\xc1"
	for range 30000 {
		b := make([]byte, 1+r.Intn(40))
		for i := range b {
			b[i] = chars[r.Intn(len(chars)-r.Intn(2)*8)]
		}
		for i := range b {
			if !IsLetter(b[i]) {
				continue
			}
			end := i + 1
			for end < len(b) && IsLetter(b[end]) && !camel(b, end) {
				end++
			}
			h, got := wordAt(b, i)
			if got != end || h != wordHash(b[i:end]) {
				t.Fatalf("%q at %d: end %d, want %d", b, i, got, end)
			}
			if end < len(b) && IsLetter(b[end]) {
				continue // the word before a capital that begins another
			}
			if back, from := wordBack(b, end); back != wordHash(b[from:end]) {
				t.Fatalf("%q before %d: another hash", b, end)
			}
		}
	}
}

// TestFilters holds that the tables that sort out words let every phrase through.
func TestFilters(t *testing.T) {
	s, err := Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	x := s.Lexicon()
	for p, sense := range x.phrases {
		b := []byte(p)
		if _, ok := x.phrase(b); !ok || sense.labels() && !x.mayEnd(b, len(b)) || sense.Kinds != 0 && !x.MayLabel(b) {
			t.Errorf("%q is sorted out", p)
		}
	}
}

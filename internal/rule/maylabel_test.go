package rule

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/rules"
)

// TestMayLabelIn: where the label of a kind is found before a value, the quick look says so, and what Tell passes over says nothing of
// what a text is about.
func TestMayLabelIn(t *testing.T) {
	set, err := Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	x := set.Lexicon()
	words := []string{"is", "no", "number", "of", "the", "patient", "for", "was", "(ITIN)", "(mm/dd/yyyy)", "member", "#", "id", "her", "x", "p", "equals"}
	for _, r := range set.Rules() {
		words = append(append(words, r.Labels...), r.Negatives...)
	}
	gaps := []string{" ", "_", "-", ".", "/", "", "", ": ", "  ", "\n", "\t", "#", " #", " = ", "1", "2 ", "10-", "...", "|"}
	rnd := rand.New(rand.NewPCG(1, 9))
	found := 0
	for range 100_000 {
		var b []byte
		for range 1 + rnd.IntN(4) {
			w := strings.TrimLeft(words[rnd.IntN(len(words)>>(5*rnd.IntN(2)))], "=")
			switch rnd.IntN(4) {
			case 0:
				w = strings.ToUpper(w)
			case 1:
				w = strings.ReplaceAll(w, " ", gaps[rnd.IntN(len(gaps))])
			case 2:
				w = strings.ToUpper(w[:1]) + w[1:]
			}
			b = append(append(b, w...), gaps[rnd.IntN(len(gaps))]...)
		}
		var h Hit
		if x.Before(append(b, "4711"...), len(b), &h) && h.Kinds != 0 {
			found++
			if letters := lettersOf(b); len(letters) == 1 && !x.LabelLetter(letters[0]) || len(letters) > 1 && !x.MayLabelIn(b) {
				t.Errorf("%q: its label is passed over", b)
			}
		}
		if walk, tell := said(x.Walk(b, 0, len(b))), said(x.Tell(b, 0, len(b))); len(walk) != len(tell) {
			t.Errorf("%q: %d phrases, told %d", b, len(walk), len(tell))
		}
	}
	if found < 10_000 {
		t.Errorf("%d labels: the test tests little", found)
	}
}

func lettersOf(b []byte) (out []byte) {
	for _, c := range b {
		if IsLetter(c) {
			out = append(out, c)
		}
	}
	return out
}

// said are the phrases that say what a text is about.
func said(w Words) (out []Hit) {
	var h Hit
	for w.Next(&h) {
		if h.tells() {
			out = append(out, h)
		}
	}
	return out
}

package detect

import (
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/object"
)

// TestNear holds that what was kept from the last match changes nothing in what is met before the next.
func TestNear(t *testing.T) {
	e := newEngine(t)
	rnd := rand.New(rand.NewSource(3))
	words := strings.Fields("patient name mrn social security number date of birth order no invoice phone the of zip code 514-69-0360 12 medicare id x SSN: DOB, (fax) member_id patientDob")
	for range 200 {
		var b strings.Builder
		for range 200 {
			b.WriteString(words[rnd.Intn(len(words))])
			b.WriteString([]string{" ", " ", "\n", ", ", "_"}[rnd.Intn(5)])
		}
		text := []byte(b.String())
		kept, fresh := e.Scan(e.NewScratch(), &object.Meta{At: testTime}), e.Scan(e.NewScratch(), &object.Meta{At: testTime})
		kept.near.to = -1
		for at := 0; at < len(text); at += 1 + rnd.Intn(80) {
			if at > 0 && text[at-1] > ' ' { // matches begin at words
				continue
			}
			fresh.near.to = -1
			n, m := kept.phrases(text, at), fresh.phrases(text, at)
			if !slices.Equal(kept.near.hits[:n], fresh.near.hits[:m]) {
				t.Fatalf("before byte %d: %d phrases, %d without what was kept", at, n, m)
			}
		}
	}
}

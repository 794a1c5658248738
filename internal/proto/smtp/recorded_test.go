package smtp

import (
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
)

// strange are rows of OBJECTS.tsv that are no mails of ours, and why.
var strange = map[string]string{
	"018e4f86e830d85dc21cb54ee6554f01ac0b2a73a24f83c64b6acb489e8f4f3d": "the last version of bytes that were sent twice and differ; ours is the first",
	"a51659419fcc4367a614632cf0d2542892f1f880f8159c5c0167e6bc2c879587": "a QUIT after BDAT 15555555557777777777, which the server refused: a command",
}

// TestRecorded demands every mail of the shared captures, whatever the split.
func TestRecorded(t *testing.T) {
	shared := prototest.Shared(t)
	p := Protocol()
	rnd := rand.New(rand.NewPCG(1, 2))
	all := prototest.Objects(t, shared, "mail:smtp-data")
	for file, chunks := range prototest.Objects(t, shared, "mail:smtp-bdat") {
		all[file] = append(all[file], chunks...)
	}
	for file, want := range all {
		got := map[string]bool{}
		for _, r := range prototest.Record(t, filepath.Join(shared, "pcaps", file)) {
			if r.Recognise(p) < proto.Weak {
				continue
			}
			h := r.Run(p, nil)
			if len(h.Faults) > 0 {
				t.Errorf("%s: %v", file, h.Faults)
			}
			if split := r.Run(p, func() int { return 1 + rnd.IntN(100) }); split.Dump(false) != h.Dump(false) {
				t.Errorf("%s: another split, other objects", file)
			}
			for _, o := range h.Objects {
				if o.Meta.Kind == object.Mail {
					sum := sha256.Sum256(o.Bytes())
					got[hex.EncodeToString(sum[:])] = true
				}
			}
		}
		for _, sum := range want {
			if !got[sum] && strange[sum] == "" {
				t.Errorf("%s: mail %s is missing; have %d", file, sum, len(got))
			}
		}
	}
}

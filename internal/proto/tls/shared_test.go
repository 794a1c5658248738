package tls_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
	"github.com/phiwatch/phiwatch/internal/proto/tls"
)

// TestShared plays every flow of the public captures that is recognised: no fault, one fact, and so many server names.
func TestShared(t *testing.T) {
	dir := filepath.Join(prototest.Shared(t), "pcaps")
	flows, names := 0, 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".tsv") {
			return err
		}
		for _, r := range prototest.Record(t, path) {
			if r.Recognise(tls.Protocol()) < proto.Weak {
				continue
			}
			flows++
			for _, n := range []int{1 << 20, 1, 100} {
				h := r.Run(tls.Protocol(), func() int { return n })
				if len(h.Faults) > 0 || len(h.Facts) > 1 || len(h.Objects) > 0 || len(h.Facts) == 0 && !h.Gone {
					t.Errorf("%s %v: %s", path, r.Flow.Ends, h)
				}
				if n == 1 && len(h.Facts) == 1 {
					f := h.Facts[0]
					t.Logf("%s %q %q %s %s", path, f.Name.Reveal(), f.Detail, f.Extra, f.ALPN)
					if !f.Name.Empty() {
						names++
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if flows < 20 || names < 9 {
		t.Errorf("%d flows, %d names", flows, names)
	}
}

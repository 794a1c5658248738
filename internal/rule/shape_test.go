package rule

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/phiwatch/phiwatch/internal/rule/ruletest"
	"github.com/phiwatch/phiwatch/rules"
)

// TestShapeSieves holds that what is asked before a shape is tried in full never loses a match: wherever a shape lies in an example,
// with each byte before its anchor replaced by every other.
func TestShapeSieves(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "many.yaml"), []byte(ruletest.Many(200)), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := LoadDirs(rules.FS, dir)
	if err != nil {
		t.Fatal(err)
	}
	matches, refused := 0, 0
	for _, r := range set.Rules() {
		for i := range r.Compiled() {
			s := &r.Compiled()[i]
			for _, e := range r.Examples.Match {
				for start := range len(e) {
					for back := 1; back <= min(s.Anchor, start+s.Anchor) && s.At([]byte(e), start); back++ {
						at := start + s.Anchor
						b := bytes.Clone([]byte(e))
						for c := range 256 {
							b[at-back] = byte(c)
							if !s.At(b, start) {
								if !s.Fits(back, byte(c)) {
									refused++
								}
								continue
							}
							matches++
							if !s.Fits(back, byte(c)) || !s.Behind(Class(b[at-1]), b[at-1]) || s.Before() != 0 && s.Before()&Class(b[at-1]) == 0 {
								t.Errorf("%s: shape %q does not match with byte %#x, %d before the anchor", r.ID, s.Text, c, back)
							}
						}
					}
				}
			}
		}
	}
	if matches < 1000 || refused < 100000 {
		t.Errorf("%d matches, %d refused: the test tests nothing", matches, refused)
	}
}

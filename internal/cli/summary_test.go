package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/manual"
)

// TestSummaryManual holds that every key of --summary is in snake case and explained in the manual, and every reason too.
func TestSummaryManual(t *testing.T) {
	r := phiwatch(t, "replay", "-q", "--format", "csv", "--state", "$DIR/state", "--summary", "$DIR/summary", "../../scripts/demo/demo.pcap")
	if r.code != 0 {
		t.Fatalf("exit %d: %s", r.code, r.err)
	}
	var doc any
	if err := json.Unmarshal(r.file(t, "summary"), &doc); err != nil {
		t.Fatal(err)
	}
	page, _ := manual.Page("replay")
	names := keysOf(doc, nil)
	for reason := coverage.None + 1; reason < coverage.NumReasons; reason++ {
		names = append(names, reason.String())
	}
	snake := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	for _, k := range names {
		if !snake.MatchString(k) {
			t.Errorf("key %q is not in snake case", k)
		}
		if !strings.Contains(page, "`"+k+"`") {
			t.Errorf("key %q is not in the manual", k)
		}
	}
}

func keysOf(v any, out []string) []string {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			out = keysOf(x, append(out, k))
		}
	case []any:
		for _, x := range v {
			out = keysOf(x, out)
		}
	}
	return out
}

// TestInterrupted ends a run before its capture ends: the ledger and the summary say so, and no script takes it for done.
func TestInterrupted(t *testing.T) {
	const demo = "../../scripts/demo/demo.pcap"
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	code := Run(ctx, []string{"replay", "-q", "--each", "--state", dir + "/state", "--summary", dir + "/summary", demo, demo},
		Streams{In: strings.NewReader(""), Out: &out, Err: &errs}, []string{"HOME=" + dir})
	if code != exitWork {
		t.Errorf("exit %d: %s", code, errs.Bytes())
	}
	if n := strings.Count(errs.String(), "interrupted"); n != 1 {
		t.Errorf("told %d times", n)
	}
	for _, name := range []string{"summary", "state/ledger/entries"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Contains(b, []byte(`"interrupted":true`)) {
			t.Errorf("%s does not tell of the interrupt (%v)", name, err)
		}
	}
}

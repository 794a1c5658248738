package cli

import (
	"encoding/json"
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

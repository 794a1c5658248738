package cli

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestGoldenREADME holds that the README shows exactly what make demo prints, and that its first lines of terminal are part
// of it.
func TestGoldenREADME(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "phiwatch")
	if out, err := exec.Command("go", "build", "-o", bin, "../../cmd/phiwatch").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	c := exec.Command("/bin/sh", filepath.Join(root, "scripts/demo/run"), bin)
	c.Env = append(os.Environ(), "XDG_STATE_HOME="+t.TempDir(), "PHIWATCH_DEMO_DIR="+filepath.Join(t.TempDir(), "demo"))
	out, err := c.Output()
	if err != nil {
		t.Fatalf("scripts/demo/run: %v", err)
	}
	demo := strings.TrimRight(string(out), "\n")
	readme := filepath.Join(root, "README.md")
	b, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(b), "```\n")
	if len(blocks) != 5 {
		t.Fatalf("README.md has %d pieces between fences, want 5: the terminal and the demo", len(blocks))
	}
	if *update {
		first := strings.SplitAfterN(demo, "\n", 6)
		blocks[1] = "$ make demo\n" + strings.Join(first[:5], "")
		blocks[3] = demo + "\n"
		if err := os.WriteFile(readme, []byte(strings.Join(blocks, "```\n")), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if blocks[3] != demo+"\n" {
		t.Errorf("README.md does not show what make demo prints (make golden rewrites it); it prints:\n%s", demo)
	}
	if terminal := strings.TrimPrefix(blocks[1], "$ make demo\n"); !strings.HasPrefix(demo, terminal) {
		t.Error("the first lines of terminal in README.md are not those of make demo")
	}
}

package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ran is what a command line did.
type ran struct {
	code int
	out  []byte
	err  []byte
	dir  string // with the files that were asked for
}

// phiwatch runs the command line in this process, with state of its own.
func phiwatch(t testing.TB, args ...string) ran {
	t.Helper()
	return phiwatchIn(t, t.TempDir(), args...)
}

func phiwatchIn(t testing.TB, dir string, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "$DIR", dir)
	}
	code := Run(t.Context(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &errs}, []string{"XDG_STATE_HOME=" + dir, "HOME=" + dir})
	return ran{code: code, out: out.Bytes(), err: errs.Bytes(), dir: dir}
}

// replayed replays captures with every output, and fails the test if that fails.
func replayed(t testing.TB, args ...string) ran {
	t.Helper()
	r := phiwatch(t, append([]string{"replay", "--format", "jsonl", "--state", "$DIR/state", "--objects", "$DIR/objects", "--streams", "$DIR/streams", "--summary", "$DIR/summary"}, args...)...)
	if r.code != 0 {
		t.Fatalf("exit %d: %s", r.code, r.err)
	}
	return r
}

// lines parses a file or output of JSON lines.
func lines[T any](t testing.TB, b []byte) []T {
	t.Helper()
	var out []T
	for line := range bytes.Lines(b) {
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatalf("no JSON line: %v", err)
		}
		out = append(out, v)
	}
	return out
}

func (r ran) file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// summaryLine is what tests read of --summary.
type summaryLine struct {
	Packets uint64            `json:"packets"`
	Bytes   uint64            `json:"bytes"`
	States  map[string]uint64 `json:"bytes_by_state"`
	Panics  uint64            `json:"panics"`
	Objects uint64            `json:"objects"`
}

func (r ran) summary(t testing.TB) summaryLine {
	t.Helper()
	var s summaryLine
	if err := json.Unmarshal(r.file(t, "summary"), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// conserved holds that every captured byte ended in one state.
func (r ran) conserved(t testing.TB) {
	t.Helper()
	s := r.summary(t)
	var sum uint64
	for _, n := range s.States {
		sum += n
	}
	if sum != s.Bytes {
		t.Errorf("bytes_by_state adds up to %d of %d bytes: %v", sum, s.Bytes, s.States)
	}
}

// shared returns a path in the folder of captures beside the checkout, and skips the test if it is absent.
func shared(t testing.TB, elem ...string) string {
	t.Helper()
	root := os.Getenv("PHIWATCH_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(append([]string{root}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the captures beside the checkout are absent (%s): set PHIWATCH_SHARED to use them", path)
	}
	return path
}

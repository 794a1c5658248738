package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"phiwatch": func() { os.Exit(Main(os.Args[1:])) }})
}

// TestScripts drives the real command line: exit codes, hints, and what goes to which stream.
func TestScripts(t *testing.T) {
	demo, err := filepath.Abs("../../scripts/demo")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("DEMO", demo)
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "xdg"))
			return nil
		},
		RequireExplicitExec: true,
	})
}

package detect

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/phiwatch/phiwatch/internal/rule"
	"github.com/phiwatch/phiwatch/rules"
)

// siteSet is the built-in rules and a site's file.
func siteSet(t testing.TB, file string) (*rule.Set, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "site.yaml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return rule.LoadDirs(rules.FS, dir)
}

func siteEngine(t testing.TB, file string) *Engine {
	t.Helper()
	set, err := siteSet(t, file)
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(set, Options{Key: testKey(), MaxTokens: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

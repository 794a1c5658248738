package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestExitCodes holds the exit code of each kind of error, and that each has one line and one next step.
func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"bad.key": "zz\n", "key.yaml": "alerts: {token_key_file: bad.key}\n", "rd/x.yaml": "version: 1\nrulez: []\n", "rule.yaml": "rules: {dirs: [rd]}\n",
		"picture.png": "PNG not really", "register.yaml": "agreements: {file: none.yaml}\n", "geo.yaml": "geo: {asn: none.mmdb}\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const demo = "../../scripts/demo/demo.pcap"
	talk := regexp.MustCompile(`^(phiwatch: warning: .*\n)*phiwatch: error: .+\nhint: .+\n$`)
	for _, v := range []struct {
		code int
		args []string
	}{
		{2, []string{"nosuch"}},
		{2, []string{"-V", "nosuch"}},
		{2, []string{"audit", "nosuch"}},
		{2, []string{"completion", "nosuch"}},
		{2, []string{"--nosuch"}},
		{2, []string{"help", "audit", "nosuch"}},
		{2, []string{"version", "x"}},
		{2, []string{"audit", "verify", "a", "b"}},
		{2, []string{"replay", "--max-tokens", "-1", demo}},
		{2, []string{"replay", "--workers", "-1", demo}},
		{2, []string{"replay", "-c", "$DIR/key.yaml", demo}},
		{2, []string{"scan", "-c", "$DIR/key.yaml", demo}},
		{2, []string{"replay", "-c", "$DIR/rule.yaml", demo}},
		{2, []string{"rules", "list", "-c", "$DIR/rule.yaml"}},
		{2, []string{"config", "check", "-c", "$DIR/register.yaml"}},
		{2, []string{"config", "check", "-c", "$DIR/geo.yaml"}},
		{2, []string{"baa", "check", "a@", "-c", "../../scripts/demo/phiwatch.yaml"}},
		{3, []string{"scan", "$DIR/none"}},
		{3, []string{"audit", "verify", "--state", "$DIR/none"}},
		{3, []string{"audit", "verify", "$DIR/rd"}},
		{3, []string{"rules", "explain", "$DIR/none"}},
		{2, []string{"rules", "explain", "$DIR/rd"}},
		{3, []string{"rules", "test", "$DIR/none"}},
		{3, []string{"replay", "$DIR/none"}},
		{3, []string{"replay", "$DIR/rd"}},
		{3, []string{"replay", "$DIR/picture.png"}},
		{3, []string{"replay", "--objects", "$DIR/none/x", demo}},
		{3, []string{"replay", "--streams", "$DIR/none/x", demo}},
		{3, []string{"replay", "--summary", "$DIR/none/x", demo}},
		{3, []string{"replay", "--summary", "-", demo}},
		{3, []string{"replay", "--extract", "$DIR/bad.key/x", demo}},
		{3, []string{"replay", "--state", "$DIR/bad.key/x", demo}},
	} {
		r := phiwatchIn(t, dir, v.args...)
		if r.code != v.code || len(r.out) > 0 || !talk.Match(r.err) {
			t.Errorf("%q: exit %d, %d bytes on stdout, stderr:\n%s", v.args, r.code, len(r.out), r.err)
		}
	}
}

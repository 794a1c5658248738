// Command eval measures detection: recall by kind and format on rendered people and on the sets beside the checkout, and
// false alerts on data without patients. See `make eval`. It writes nothing but its report, and records if asked.
//
//	EVAL=full        all of every corpus; otherwise a sample of
//	EVAL_GB=0.2      so many GB of negatives in all
//	EVAL_PEOPLE=800  people rendered in each format
//	EVAL_SEED=1      of people and documents
//	EVAL_SHOW=5      alerts on negatives to list by corpus: places, rules, points, no values
//	EVAL_OUT=FILE    records as JSON lines
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/phiwatch/phiwatch/internal/evaltest/measure"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

func run() error {
	o := measure.Options{People: int(number("EVAL_PEOPLE", 800)), Seed: uint64(number("EVAL_SEED", 1)), Shared: shared()}
	o.Places = measure.Places{ModCache: goEnv("GOMODCACHE"), GoRoot: goEnv("GOROOT"), GoVersion: goEnv("GOVERSION"), Debian: debian()}
	known, err := measure.Known("scripts/eval/adjudicated.tsv")
	if err != nil {
		return err
	}
	o.Known = known
	if os.Getenv("EVAL") != "full" {
		n := len(measure.Corpora(o.Shared, o.Places))
		o.Bytes = int64(number("EVAL_GB", 0.2) * 1e9 / float64(max(1, n)))
	}
	rep, err := measure.Run(o, func(what string) { fmt.Fprintln(os.Stderr, "eval:", what) })
	if err != nil {
		return err
	}
	rep.Write(os.Stdout, int(number("EVAL_SHOW", 0)))
	if path := os.Getenv("EVAL_OUT"); path != "" {
		return records(path, rep)
	}
	return nil
}

func records(path string, rep *measure.Report) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := rep.Records(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func number(name string, otherwise float64) float64 {
	if v, err := strconv.ParseFloat(os.Getenv(name), 64); err == nil && v >= 0 {
		return v
	}
	return otherwise
}

// shared is the directory of the ground truth: PHIWATCH_SHARED, else beside the checkout, "" if there is none.
func shared() string {
	dir := os.Getenv("PHIWATCH_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "truth")); err != nil {
		return ""
	}
	return dir
}

func goEnv(name string) string {
	b, err := exec.Command("go", "env", name).Output() //nolint:gosec // the name is ours
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func debian() string {
	b, err := os.ReadFile("/etc/debian_version")
	if err != nil {
		return "no Debian"
	}
	return "Debian " + strings.TrimSpace(string(b))
}

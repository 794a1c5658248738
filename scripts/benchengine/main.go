// Command benchengine measures detection alone for scripts/benchscan: CPU seconds (user + system) of scanning a text that lies in
// memory, without loading the rules and reading the text, and the memory beside the text.
//
// usage: benchengine FILE            a line "SECONDS MIB"; a file .csv goes through the decoder of tables, any other is told as text
//
//	benchengine -rules N FILE   a line "PERCENT": what N rules of a site add, the median of pairs of runs
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/table"
	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
	"github.com/phiwatch/phiwatch/internal/rule/ruletest"
	"github.com/phiwatch/phiwatch/rules"
)

func main() {
	n := flag.Int("rules", 0, "measure what `N` rules of a site add")
	flag.Parse()
	if err := run(*n, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "benchengine:", err)
		os.Exit(1)
	}
}

func run(n int, args []string) error {
	if len(args) != 1 {
		return errors.New("usage: benchengine [-rules N] FILE")
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	set, err := rule.Load(rules.FS)
	if err != nil {
		return err
	}
	plain, err := newSubject(set, text, args[0])
	if err != nil {
		return err
	}
	if n > 0 {
		return compare(plain, n, args[0])
	}
	plain.pass(piece * 4) // what it keeps between objects
	passes, from := 0, cpu()
	for passes == 0 || cpu()-from < atLeast && passes < 20 {
		plain.pass(len(text))
		passes++
	}
	fmt.Printf("%.4f %.0f\n", (cpu()-from)/float64(passes), peak()-float64(len(text))/(1<<20))
	return nil
}

const (
	atLeast = 0.5 // seconds that a measurement takes
	piece   = 32 << 10
	pairs   = 11
)

// subject is an engine with a text to scan.
type subject struct {
	e     *detect.Engine
	s     *detect.Scratch
	w     *content.Worker // nil: the text is told as it is
	meta  object.Meta
	text  []byte
	given int // of text to the decoder
	end   int
}

func newSubject(set *rule.Set, text []byte, name string) (*subject, error) {
	e, err := detect.New(set, detect.Options{})
	if err != nil {
		return nil, err
	}
	at := flow.Time(1795478400 * 1e9)
	s := &subject{e: e, s: e.NewScratch(), text: text, meta: object.Meta{Kind: object.File, At: at}}
	if strings.HasSuffix(name, ".csv") {
		s.meta.Name = flow.NewText(filepath.Base(name))
		s.w = content.NewDriver([]content.Format{table.Format()}, content.DefaultLimits()).NewWorker()
	}
	return s, nil
}

// pass scans the first n bytes once.
func (s *subject) pass(n int) {
	s.given, s.end = 0, min(n, len(s.text))
	c := s.e.Scan(s.s, &s.meta)
	if s.w != nil {
		s.w.Walk(&s.meta, s, c, content.Options{Scan: true})
	} else {
		for s.given < s.end {
			c.Text(s.Next().Data)
		}
	}
	c.Finish()
}

// Next implements content.Source.
func (s *subject) Next() content.Chunk {
	from := s.given
	s.given = min(from+piece, s.end)
	return content.Chunk{Data: s.text[from:s.given], End: s.given == s.end}
}

// compare measures the text with and without n rules of a site, in turns: what else the machine does meets both.
func compare(plain *subject, n int, name string) error {
	dir, err := os.MkdirTemp("", "benchengine")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "many.yaml"), []byte(ruletest.Many(n)), 0o600); err != nil {
		return err
	}
	more, err := rule.LoadDirs(rules.FS, dir)
	if err != nil {
		return err
	}
	own, err := newSubject(more, plain.text, name)
	if err != nil {
		return err
	}
	size := min(len(plain.text), 16<<20)
	var ratios []float64
	for i := range pairs + 1 {
		a, b := plain, own
		if i%2 == 1 {
			a, b = b, a
		}
		t0 := cpu()
		a.pass(size)
		t1 := cpu()
		b.pass(size)
		first, second := t1-t0, cpu()-t1
		if i%2 == 1 {
			first, second = second, first
		}
		if i > 0 { // the first pair fills the caches
			ratios = append(ratios, second/first)
		}
	}
	slices.Sort(ratios)
	fmt.Printf("%.1f\n", 100*(ratios[len(ratios)/2]-1))
	return nil
}

func usage() (u syscall.Rusage) {
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u
}

// cpu is the processor time of the process in seconds.
func cpu() float64 {
	u := usage()
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// peak is the most memory that the process had, in MiB.
func peak() float64 {
	u := usage()
	return float64(u.Maxrss) / 1024
}

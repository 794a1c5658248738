package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/flow"
)

func (s *session) rulesExplain() *cobra.Command {
	var o common
	var most int
	c := &cobra.Command{Use: "explain FILE|-", Short: "why a file matched, or did not",
		Long: `explain opens a file as scan does (mail, archives, tables, HL7 ...) and tells of each unit in it that holds anything with the shape of an
identifier: the path to it, its verdict and why, and for each candidate the ledger of its points and what it missed the next level by.
Candidates without points are near misses. No value is printed.`,
		Example: "  phiwatch rules explain letter.eml\n  pbpaste | phiwatch rules explain -",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage{errors.New("rules explain needs a file"), "phiwatch rules explain letter.txt, or - for standard input"}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return s.explainFile(&o, args[0], most) }}
	o.where(c)
	c.Flags().IntVar(&most, "units", 200, "tell of at most `N` units, 0: of all")
	return c
}

func (s *session) explainFile(o *common, path string, most int) error {
	cfg, err := s.load(o)
	if err != nil {
		return err
	}
	key, _, err := app.ReadKey(&cfg, s.getenv) // without one the stand-ins of words in paths are not those of alerts
	if err != nil {
		return err
	}
	in, name, size, at := s.io.In, "-", int64(-1), time.Now()
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return app.FileError("cannot read", err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return app.FileError("cannot read", err)
		}
		if info.IsDir() {
			return usage{fmt.Errorf("%s is a directory", path), "rules explain tells of one file"}
		}
		in, name, size, at = f, filepath.Base(path), info.Size(), info.ModTime()
	}
	n := 0
	res, err := app.Explain(&cfg, key, name, size, flow.Time(at.UnixNano()), in, func(u detect.Unit) {
		if n++; most == 0 || n <= most {
			explainUnit(s.io.Out, &u)
		}
	})
	if err != nil {
		return err
	}
	switch {
	case n == 0:
		fmt.Fprintln(s.io.Out, "no candidate: nothing in the file has the shape of an identifier")
	case most > 0 && n > most:
		fmt.Fprintf(s.io.Out, "%d more units; --units 0 tells of all\n", n-most)
	}
	if res.State != coverage.Inspected {
		out := "not read, or not wholly: " + res.State.String()
		for _, w := range res.Reasons {
			out += " " + w.Reason.String()
		}
		fmt.Fprintln(s.io.Out, out)
	}
	return nil
}

func explainUnit(w io.Writer, u *detect.Unit) {
	path := make([]string, len(u.Path))
	for i := range u.Path {
		path[i] = u.Path[i].String()
	}
	fmt.Fprintf(w, "%s (%s): ", strings.Join(path, " > "), u.Kind)
	if u.Verdict == "" {
		fmt.Fprint(w, "no verdict")
	} else {
		fmt.Fprintf(w, "%s, %d points, %s", u.Verdict, u.Score, level(string(u.Level)))
	}
	fmt.Fprintf(w, "\n  %s\n", u.Why)
	for i := range u.Candidates {
		explainCandidate(w, &u.Candidates[i])
	}
}

func explainCandidate(w io.Writer, c *detect.Candidate) {
	where := "field"
	if !c.Field {
		where = fmt.Sprintf("byte %d", c.Offset)
	}
	if c.Masked == "" {
		fmt.Fprintf(w, "  %s, %d bytes: no match of %s: %s\n", where, c.Length, c.Rule, c.Why)
		return
	}
	fmt.Fprintf(w, "  %s: %s (%s) %d points, %s\n", where, c.Masked, c.Rule, c.Score, level(string(c.Level)))
	for _, p := range c.Points {
		fmt.Fprintf(w, "    %+4d  %s\n", p.Points, p.Why)
	}
	if c.Why != "" {
		fmt.Fprintf(w, "          %s\n", c.Why)
	}
}

func level(l string) string {
	if l == "" {
		return "dropped"
	}
	return l
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/notify"
	"github.com/phiwatch/phiwatch/internal/pipeline"
)

func (s *session) scan() *cobra.Command {
	var o common
	var out shape
	var failOn string
	c := &cobra.Command{
		Use:   "scan [options] PATH|- ...",
		Short: "decode and detect on files at rest, without a network",
		Long: `scan opens files as it would open them in traffic and prints an alert for each in which people are found. There is no
connection, no receiver and no ledger: it is for writing rules and for looking at a folder. Alerts show labels; standard error
names the files as they are on the disk, whatever their names hold (-q: only those that could not be read).`,
		Example: "  phiwatch scan report.csv\n  phiwatch scan --format jsonl outbox/\n  unzip -p report.zip | phiwatch scan -",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage{errors.New("scan needs a file or a directory"), "phiwatch scan report.csv"}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if failOn != "" && alert.Severity(failOn).Rank() < 0 {
				return usage{fmt.Errorf("--fail-on %s is no severity", failOn), "critical, high, medium, low or info"}
			}
			return s.scanFiles(c.Context(), &o, &out, args, failOn)
		},
	}
	o.flags(c)
	out.flags(c)
	c.Flags().StringVar(&failOn, "fail-on", "", "exit 1 if an alert is at least this `SEVERITY`")
	return c
}

func (s *session) scanFiles(ctx context.Context, o *common, out *shape, paths []string, failOn string) error {
	cfg, err := s.load(o)
	if err != nil {
		return err
	}
	log, err := s.logger(&cfg)
	if err != nil {
		return usage{err, "debug, info, warn or error"}
	}
	for _, p := range paths {
		if _, err := os.Stat(p); err != nil && p != "-" {
			return app.FileError("cannot read", err)
		}
	}
	key, warning, err := app.ReadKey(&cfg, s.getenv)
	if err != nil {
		return err
	}
	if warning != "" {
		s.warn(warning)
	}
	brain, _, err := app.BuildBrain(&cfg, key)
	if err != nil {
		return &app.ConfigError{Err: err}
	}
	sink, finish, err := s.sink(out)
	if err != nil {
		return err
	}
	f := &fileScan{s: s, quiet: o.quiet, ctx: ctx, scan: pipeline.NewFileScan(brain, cfg.Sensor.ID, Version(), log), sink: sink}
	for _, p := range paths {
		if err := f.path(p); err != nil {
			return err
		}
	}
	if err := finish(nil); err != nil {
		return err
	}
	if !o.quiet {
		fmt.Fprintf(s.io.Err, "phiwatch: %d files, %d alerts, %d not read or not wholly\n", f.files, f.alerts, f.blind)
	}
	return verdict(f.worst, failOn, false)
}

type fileScan struct {
	s                    *session
	ctx                  context.Context
	scan                 *pipeline.FileScan
	sink                 notify.Sink
	quiet                bool
	files, alerts, blind int
	worst                alert.Severity
}

// path scans what was named: a directory, a file of whatever kind, or standard input.
func (f *fileScan) path(p string) error {
	if p == "-" {
		return f.read(p, -1, time.Now(), f.s.io.In)
	}
	if info, err := os.Stat(p); err != nil || !info.IsDir() {
		return f.open(p)
	}
	return filepath.WalkDir(p+string(filepath.Separator), f.visit) // the separator follows a link
}

// visit scans one file. What cannot be read below a directory is reported and skipped; what is neither a file nor a link to
// one is not opened: a pipe would wait for ever.
func (f *fileScan) visit(path string, d fs.DirEntry, err error) error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	if err != nil {
		return f.unread(err)
	}
	if d.IsDir() {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return f.unread(err)
	case info.IsDir():
		return f.unread(fmt.Errorf("%s: link to a directory, not followed", path))
	case !info.Mode().IsRegular():
		return f.unread(fmt.Errorf("%s: no file", path))
	}
	return f.open(path)
}

func (f *fileScan) open(path string) error {
	in, err := os.Open(path)
	if err != nil {
		return f.unread(err)
	}
	defer in.Close()
	size, at := int64(-1), time.Now()
	if info, err := in.Stat(); err == nil && info.Mode().IsRegular() {
		size, at = info.Size(), info.ModTime()
	}
	return f.read(path, size, at, in)
}

func (f *fileScan) read(path string, size int64, at time.Time, in io.Reader) error {
	a, cover, err := f.scan.Scan(path, size, flow.Time(at.UnixNano()), in)
	f.files++
	if err != nil {
		return f.unread(err)
	}
	if cover.State != coverage.Inspected.String() {
		f.blind++
		f.s.warn(fmt.Sprintf("%s: %s", path, because(cover)))
	}
	if a == nil {
		return nil
	}
	f.alerts++
	if a.Severity.Rank() > f.worst.Rank() {
		f.worst = a.Severity
	}
	b, err := a.JSON()
	if err != nil {
		return err
	}
	if !f.quiet { // the alert shows labels only: which file it is about is the operator's to know
		fmt.Fprintf(f.s.io.Err, "phiwatch: %s [%s] %s\n", a.Severity, a.ID[:8], notify.Plain(path))
	}
	_, err = f.sink.Deliver(f.ctx, []notify.Record{{Alert: a, JSON: b, Index: -1}})
	return err
}

// unread reports a file that could not be read, and goes on.
func (f *fileScan) unread(err error) error {
	f.blind++
	f.s.warn(app.FileError("cannot read", err).Error())
	return nil
}

func because(c *alert.Coverage) string {
	out := c.State
	for i, r := range c.Reasons {
		if i == 0 {
			out += ": "
		} else {
			out += ", "
		}
		out += r.Reason
	}
	return out
}

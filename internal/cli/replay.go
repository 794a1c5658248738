package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/notify"
	notifylist "github.com/phiwatch/phiwatch/internal/notify/list"
)

func (s *session) replay() *cobra.Command {
	var o common
	var out shape
	r := &app.Replay{}
	var noDetect, strict bool
	var failOn string
	c := &cobra.Command{
		Use:   "replay [options] FILE|DIR|- ...",
		Short: "run the sensor on captures",
		Long: `replay reads captures (pcap, pcapng, also .gz and .zst; directories; - for standard input) as one timeline: overlapping files
are merged by time. It prints one alert for each object and receiver, writes each to the ledger first, and says at the
end what was not seen.`,
		Example: `  phiwatch replay monday.pcap
  phiwatch replay -c phiwatch.yaml --format jsonl /captures > alerts.jsonl
  phiwatch replay --objects objects.jsonl --streams streams.jsonl --summary summary.json monday.pcap
  phiwatch replay --no-detect --extract out/ monday.pcap
  phiwatch replay --fail-on high --strict nightly/ || page-somebody`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage{errors.New("replay needs a capture"), "phiwatch replay monday.pcap, or - for standard input"}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if failOn != "" && alert.Severity(failOn).Rank() < 0 {
				return usage{fmt.Errorf("--fail-on %s is no severity", failOn), "critical, high, medium, low or info"}
			}
			if r.Workers < 0 || r.Workers > 256 {
				return usage{fmt.Errorf("--workers %d is out of range", r.Workers), "a number from 1 to 256; 0 is one for each processor"}
			}
			if err := s.prepare(c, &o, r); err != nil {
				return err
			}
			r.Paths, r.Detect = args, !noDetect
			sink, finish, err := s.sink(&out)
			if err != nil {
				return err
			}
			r.Sink, r.Progress = sink, s.progress
			res, err := r.Run(c.Context())
			if err != nil {
				return err
			}
			if err := finish(&res.Summary); err != nil {
				return err
			}
			s.say(&o, &res)
			err = verdict(res.Worst, failOn, strict && res.Summary.Incomplete())
			if res.Summary.Interrupted && !errors.Is(err, answer{exitBad}) {
				return answer{exitWork} // silence about what was not read is no good answer
			}
			return err
		},
	}
	o.flags(c)
	out.flags(c)
	f := c.Flags()
	f.IntVar(&r.Workers, "workers", 0, "`N` workers for flows, and as many for scans (0: one for each processor); changes no result")
	f.BoolVar(&r.Each, "each", false, "each file is a timeline of its own")
	f.BoolVar(&noDetect, "no-detect", false, "build and open objects, look for nothing in them")
	f.StringVar(&r.Objects, "objects", "", "write a line for each object and part to `FILE`")
	f.StringVar(&r.Streams, "streams", "", "write a line for each TCP direction to `FILE`")
	f.StringVar(&r.Summary, "summary", "", "write counters and coverage to `FILE`")
	f.StringVar(&r.Extract, "extract", "", "write the objects themselves to `DIR` (they hold what alerts hide)")
	f.StringVar(&failOn, "fail-on", "", "exit 1 if an alert is at least this `SEVERITY`")
	f.BoolVar(&strict, "strict", false, "exit 4 if anything was not seen or not read")
	return c
}

// verdict is the exit code of a run that was done: 1 beats 4.
func verdict(worst alert.Severity, failOn string, incomplete bool) error {
	if failOn != "" && worst.Rank() >= alert.Severity(failOn).Rank() {
		return answer{exitBad}
	}
	if incomplete {
		return answer{exitIncomplete}
	}
	return nil
}

// shape is how alerts are printed.
type shape struct {
	format string
	color  string
}

func (o *shape) flags(c *cobra.Command) {
	c.Flags().StringVar(&o.format, "format", "", "`FORMAT` of alerts: table, jsonl, json or csv (default: table on a terminal, jsonl in a pipe)")
	c.Flags().StringVar(&o.color, "color", "auto", "colours of the table, `WHEN`: auto, always or never")
}

// sink makes the sink of a format. finish writes what comes after the last alert.
func (s *session) sink(o *shape) (notify.Sink, func(*app.Summary) error, error) {
	format := o.format
	if format == "" {
		format = "jsonl"
		if s.terminal(s.io.Out) {
			format = "table"
		}
	}
	color := false
	switch o.color {
	case "always":
		color = true
	case "auto":
		color = s.terminal(s.io.Out) && s.getenv("NO_COLOR") == "" && s.getenv("TERM") != "dumb"
	case "never":
	default:
		return nil, nil, usage{fmt.Errorf("--color %s is not known", o.color), "auto, always or never"}
	}
	w, ok := notifylist.New(format, s.io.Out, notify.Options{Color: color})
	if !ok {
		return nil, nil, usage{fmt.Errorf("--format %s is not known", format), "table, jsonl, json or csv"}
	}
	return w, func(sum *app.Summary) error {
		end := notify.Summary{}
		if sum != nil {
			end.Coverage = sum.Sentence()
		}
		return w.Close(end)
	}, nil
}

func (s *session) terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// say tells on stderr where the record is, and what is damaged.
func (s *session) say(o *common, res *app.Result) {
	for _, c := range res.Summary.Captures {
		if c.Damage != "" {
			fmt.Fprintf(s.io.Err, "phiwatch: warning: %s is damaged after %d packets (%s); what was readable was read\n", c.Path, c.Packets, c.Note)
		}
	}
	if res.Summary.Panics > 0 {
		fmt.Fprintf(s.io.Err, "phiwatch: warning: %d parts of the traffic made an analyser or decoder fail; they are counted as uninspected\n", res.Summary.Panics)
	}
	if !o.quiet {
		fmt.Fprintf(s.io.Err, "phiwatch: %s\n", res.Summary.Sentence())
		fmt.Fprintf(s.io.Err, "phiwatch: the record is in %s (phiwatch audit verify --state %s)\n", res.State, res.State)
	}
}

// progress shows a line on stderr while a capture is read, on a terminal only.
func (s *session) progress(read func() (int64, int64)) (stop func()) {
	if !s.terminal(s.io.Err) {
		return func() {}
	}
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		t := time.NewTicker(200 * time.Millisecond)
		defer t.Stop()
		start := time.Now()
		for {
			select {
			case <-done:
				fmt.Fprint(s.io.Err, "\r\x1b[K")
				return
			case <-t.C:
				n, total := read()
				fmt.Fprint(s.io.Err, "\r\x1b[K"+progressLine(n, total, time.Since(start)))
			}
		}
	}()
	return func() { close(done); <-gone }
}

func progressLine(n, total int64, took time.Duration) string {
	rate := float64(n) / (1 << 20) / max(took.Seconds(), 0.001)
	if total <= 0 {
		return fmt.Sprintf("%d MiB read, %.0f MiB/s", n>>20, rate)
	}
	const width = 30
	full := min(int(n*width/max(total, 1)), width)
	left := time.Duration(float64(took) * float64(total-n) / float64(max(n, 1))).Round(time.Second)
	bar := make([]byte, width)
	for i := range bar {
		bar[i] = ' '
		if i < full {
			bar[i] = '='
		}
	}
	return fmt.Sprintf("[%s] %d of %d MiB, %.0f MiB/s, %s left", bar, n>>20, total>>20, rate, left)
}

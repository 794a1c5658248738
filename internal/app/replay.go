package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"time"

	"go.uber.org/zap"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/capture"
	"github.com/phiwatch/phiwatch/internal/config"
	"github.com/phiwatch/phiwatch/internal/notify"
	"github.com/phiwatch/phiwatch/internal/pipeline"
)

// Replay is one run over captures.
type Replay struct {
	Config  config.Config
	Paths   []string
	Workers int // 0: one for each processor
	Each    bool
	Detect  bool
	Objects string // files to write, "" none
	Streams string
	Summary string
	Extract string // directory
	Sink    notify.Sink
	Version string
	Log     *zap.Logger
	Getenv  func(string) string
	Now     func() time.Time
	Warn    func(string)
	// Progress is given a function to ask for the bytes read and the size of all captures (-1: unknown).
	Progress func(read func() (int64, int64)) (stop func())
}

// Result says how a replay ended.
type Result struct {
	Summary Summary
	State   string
	Worst   alert.Severity // of the alerts, "" none
}

// Run replays the captures. What was read before an error or an interrupt is finished and told.
func (r *Replay) Run(ctx context.Context) (res Result, err error) {
	limitMemory(&r.Config)
	lines, skipped, err := r.open() // before anything is made: a missing file leaves no trace
	defer func() {
		for i := range lines { // an interrupted run leaves some open
			err = errors.Join(err, lines[i].close())
		}
	}()
	if err != nil {
		return res, openError(err)
	}
	st, warning, err := OpenState(&r.Config, r.Getenv, r.Now)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if warning != "" {
		r.Warn(warning)
	}
	sum := newSummary()
	r.skipped(skipped, sum)
	for _, w := range Unused(&r.Config) {
		r.Warn(w)
	}
	brain, parts, err := BuildBrain(&r.Config, st.Key)
	if err != nil {
		return res, &ConfigError{err}
	}
	if r.Detect && r.Config.Agreements.File == "" {
		r.Warn("no register of agreements (agreements.file): every outside receiver counts as without an agreement")
	}
	out, err := r.outputs(lines)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, out.close()) }()
	rec := &recorder{ctx: context.WithoutCancel(ctx), state: st, sink: r.Sink, worst: -1}
	res.State = st.Dir
	sum.Digests = brain.Digests
	if err := rec.record("start", r.startRecord(brain)); err != nil {
		return res, err
	}
	for i := range lines {
		if err = r.one(ctx, &lines[i], brain, parts, out, rec, sum); err != nil || sum.Interrupted {
			break
		}
	}
	err = errors.Join(err, rec.flush())
	res.Summary = *sum
	if rec.worst >= 0 {
		res.Worst = []alert.Severity{alert.Info, alert.Low, alert.Medium, alert.High, alert.Critical}[rec.worst]
	}
	body, _ := json.Marshal(sum)
	err = errors.Join(err, rec.record("coverage", body))
	if out.summary != nil {
		_, werr := out.summary.Write(append(body, '\n'))
		err = errors.Join(err, werr)
	}
	return res, err
}

// timeline is what is replayed as one.
type timeline struct {
	path  string // open it when it is due: directories hold more files than can be open
	files *capture.Files
}

func (t *timeline) close() error {
	if t.files == nil {
		return nil
	}
	return t.files.Close()
}

// captures returns the paths of its files.
func (t *timeline) captures() []string {
	if t.files == nil {
		return []string{t.path}
	}
	return t.files.Captures()
}

// open opens the timelines: one, or with Each one for every file, also of a directory.
func (r *Replay) open() (out []timeline, skipped []capture.FileStat, err error) {
	groups := [][]string{r.Paths}
	if r.Each {
		groups = nil
		for _, p := range r.Paths {
			groups = append(groups, []string{p})
		}
	}
	for _, g := range groups {
		f, err := capture.Open(g)
		if err != nil {
			return out, nil, err
		}
		skipped = append(skipped, f.Stats().Skipped...)
		paths := f.Captures()
		if !r.Each || len(paths) == 1 {
			out = append(out, timeline{files: f})
			continue
		}
		if err := f.Close(); err != nil {
			return out, nil, err
		}
		for _, p := range paths {
			out = append(out, timeline{path: p})
		}
	}
	return out, skipped, nil
}

// skipped tells of the files below a directory that are not read: the alerts say nothing about them.
func (r *Replay) skipped(files []capture.FileStat, sum *Summary) {
	for _, f := range files {
		r.Warn(fmt.Sprintf("%s is skipped: %s", f.Path, f.Note))
		sum.Skipped = append(sum.Skipped, SkippedFile{f.Path, f.Note})
	}
}

func openError(err error) error {
	switch {
	case errors.Is(err, capture.ErrNotCapture):
		return WithHint(plain(err), "pcap, pcapng and snoop are read, also as .gz and .zst; for other files try phiwatch scan")
	case errors.Is(err, capture.ErrNoCapture):
		return WithHint(plain(err), "name the files, or a directory that holds captures")
	}
	return FileError("cannot read", err)
}

// one runs one timeline.
func (r *Replay) one(ctx context.Context, t *timeline, b *pipeline.Brain, parts *Parts, out *outputs, rec *recorder, sum *Summary) (err error) {
	f := t.files
	if f == nil {
		if f, err = capture.Open([]string{t.path}); err != nil {
			return openError(err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
	}
	workers := r.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	o := pipeline.Options{Workers: workers, Detect: r.Detect, Stream: streamConfig(&r.Config), Protocols: protocols(), Queue: int64(r.Config.Limits.ObjectMemory), Memory: int64(r.Config.Limits.TableMemory),
		Captures: f.Captures, Emit: rec.add, Sensor: r.Config.Sensor.ID, Version: r.Version, KeyID: parts.Engine.KeyID(), Log: r.Log}
	if out.objects != nil {
		o.Objects = out.objects
	}
	if out.streams != nil {
		o.Streams = out.streams
	}
	if r.Extract != "" {
		o.Extract = r.extractor()
	}
	p := pipeline.New(b, o)
	if r.Progress != nil {
		defer r.Progress(f.Progress)()
	}
	err = p.Run(ctx, f)
	if errors.Is(err, context.Canceled) {
		r.Warn("interrupted: what was read so far is told")
		err, sum.Interrupted = nil, true
	}
	sum.add(p.Stats(), f.Stats())
	return err
}

// startRecord is the ledger's note of what judged this run.
func (r *Replay) startRecord(b *pipeline.Brain) []byte {
	body, _ := json.Marshal(struct {
		Verb    string        `json:"verb"`
		Version string        `json:"version"`
		Sensor  string        `json:"sensor"`
		Digests alert.Digests `json:"digests"`
	}{"replay", r.Version, r.Config.Sensor.ID, b.Digests})
	return body
}

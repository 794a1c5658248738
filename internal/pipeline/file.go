package pipeline

import (
	"crypto/sha256"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"go.uber.org/zap"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// FileScan scans files at rest with the decoders, rules and policy of a Brain: the same alerts, without a connection, a
// receiver or a direction.
type FileScan struct {
	p *Pipeline
	s *scanner
}

// NewFileScan makes a scan under a Brain.
func NewFileScan(b *Brain, sensor, version string, log *zap.Logger) *FileScan {
	p := New(b, Options{Workers: 1, Detect: true, Sensor: sensor, Version: version, KeyID: b.Engine.KeyID(), Log: log})
	return &FileScan{p: p, s: p.scanners[0]}
}

// fileSource reads a file in pieces.
type fileSource struct {
	r   io.Reader
	buf []byte
	err error
}

// Next implements content.Source.
func (f *fileSource) Next() content.Chunk {
	if f.err != nil {
		return content.Chunk{End: true}
	}
	n, err := io.ReadFull(f.r, f.buf)
	if err != nil {
		f.err = err
	}
	return content.Chunk{Data: f.buf[:n], End: err != nil}
}

// Scan scans one file. shown is its path as the operator gave it: the last part is its name, as that of a file in traffic,
// and the directories are the beginning of every path in the alert. at is its time, for ages. The alert is nil if there is
// nothing to tell; the coverage is what was read of it. The error is of reading.
func (f *FileScan) Scan(shown string, size int64, at flow.Time, r io.Reader) (*alert.Alert, *alert.Coverage, error) {
	b := f.p.brain.Load()
	dirs, name := f.split(shown)
	t := &task{brain: b, stream: true, size: size, m: object.Meta{Protocol: "file", Kind: object.File, Name: flow.NewText(name), Size: size, At: at}}
	src := &fileSource{r: r, buf: make([]byte, chunkSize)}
	k := f.s.kit(b)
	f.s.walk(k, t, src)
	f.s.back(k)
	cover := coverageOf(t)
	if src.err != nil && !errors.Is(src.err, io.EOF) && !errors.Is(src.err, io.ErrUnexpectedEOF) {
		return nil, cover, src.err
	}
	c := &alert.Case{Time: alert.Time(at), First: alert.Time(at), Last: alert.Time(at), Channel: "file", Security: flow.Cleartext.String(), Outcome: flow.OutcomeUnknown.String(), Coverage: cover}
	f.describe(c, t, dirs)
	switch {
	case t.find.Verdict == finding.PHI || t.find.Verdict == finding.Test:
		c.Kind = alert.PHIExposure
	case t.find.Verdict == finding.PIIOnly:
		c.Kind = alert.PIIExposure
	default:
		return nil, cover, nil
	}
	if !b.Policy.Alerts(c) {
		return nil, cover, nil
	}
	id := digest("file", pathText(c.Object.Path), c.Object.Token, string(c.Kind))
	return &alert.Alert{Schema: alert.Schema, ID: f.p.seq.unique(id), Incident: digest("file-incident", c.Object.Token), Revision: 1, Final: true, Case: *c,
		Verdict: b.Policy.Judge(c), Digests: b.Digests, TokenKeyID: f.p.opt.KeyID, Sensor: f.p.opt.Sensor, Version: f.p.opt.Version}, cover, nil
}

// pathText writes labels as a path.
func pathText(ls []finding.Label) string {
	parts := make([]string, len(ls))
	for i, l := range ls {
		parts[i] = l.String()
	}
	return strings.Join(parts, "/")
}

// split takes a path apart: a label for each directory, and the name of the file.
func (f *FileScan) split(path string) (dirs []finding.Label, name string) {
	parts := strings.Split(filepath.ToSlash(filepath.Clean(path)), "/")
	for _, p := range parts[:len(parts)-1] {
		if p != "" {
			dirs = append(dirs, f.p.brain.Load().Engine.Label(p))
		}
	}
	return dirs, parts[len(parts)-1]
}

func (f *FileScan) describe(c *alert.Case, t *task, dirs []finding.Label) {
	if t.token == "" {
		t.token = t.brain.Engine.ObjectToken(sha256.Sum256(nil)).String()
	}
	c.Object = &alert.Object{Path: append(slices.Clone(dirs), f.p.seq.topLabel(t)), Name: t.brain.Engine.Label(t.m.Name.Reveal()), MediaType: mediaLabel(t),
		Size: t.result.Size, Token: t.token, Complete: t.result.Complete}
	c.Identifiers = t.find.Findings
	for i := range c.Identifiers {
		c.Identifiers[i].Path = append(slices.Clone(dirs), c.Identifiers[i].Path...)
	}
	ind := t.find.Individuals
	c.Individuals = &ind
	c.PHI = &alert.PHI{Verdict: t.find.Verdict, Score: t.find.Score, Level: t.find.Level, HealthContext: append([]string{}, t.find.HealthContext...),
		Structure: t.find.Structure, Minors: t.find.Minors, Heightened: t.find.Heightened}
}

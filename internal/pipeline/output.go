package pipeline

import (
	"encoding/hex"
	"encoding/json"
	"net/netip"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
)

// streamLine is a line of --streams: one direction of a TCP flow as it was reassembled, first version.
type streamLine struct {
	Capture  string
	Src, Dst netip.AddrPort
	Bytes    uint64
	SHA256   [32]byte
	Gaps     uint32
	Missing  uint64
	Conflict uint64
}

// objectLine is a line of --objects.
type objectLine struct {
	Capture    string            `json:"capture"`
	Protocol   string            `json:"protocol"`
	Connection *alert.Connection `json:"connection"`
	Sender     string            `json:"sender"`
	Receiver   string            `json:"receiver"`
	Direction  alert.Direction   `json:"direction"`
	Path       []finding.Label   `json:"path"`
	Name       finding.Label     `json:"name"`
	MediaType  finding.Label     `json:"media_type"`
	Size       int64             `json:"size"`
	SHA256     string            `json:"sha256"`
	Encoded    string            `json:"encoded_sha256,omitempty"`
	Complete   bool              `json:"complete"`
	Missing    int64             `json:"missing_bytes"`
	Coverage   string            `json:"coverage"`
	Format     string            `json:"format,omitempty"`
	Reason     string            `json:"reason,omitempty"`
	File       string            `json:"file,omitempty"`
}

// labelled makes the names of a record safe.
func (p *Pipeline) labelled(b *Brain, r *object.Record) record {
	e := b.Engine
	out := record{Record: *r, media: e.MediaLabel(r.MediaType)}
	for _, n := range r.Path {
		out.path = append(out.path, e.Label(n))
	}
	if r.Meta != nil {
		out.name = e.Label(r.Meta.Name.Reveal())
	}
	out.Path, out.Meta = nil, nil
	return out
}

// lines prints an object and its parts, the object first.
func (s *sequencer) lines(t *task) {
	if s.p.opt.Objects == nil || t.m.Bodyless {
		return
	}
	i := &t.conn
	from, to := i.ends[t.m.Dir], i.ends[t.m.Dir.Other()]
	c := s.base(i, t.m.Dir, t.brain)
	c.Connection.Frames = alert.Frames{First: t.first, Last: t.last}
	top := s.topLabel(t)
	for k := len(t.records) - 1; k >= 0; k-- {
		r := &t.records[k]
		path := append([]finding.Label{top}, r.path[min(1, len(r.path)):]...)
		for j := range path {
			path[j] = t.brain.Engine.Hide(path[j], t.find.Words)
		}
		l := objectLine{Capture: c.Connection.Capture, Protocol: t.m.Protocol, Connection: c.Connection, Sender: from.String(), Receiver: to.String(),
			Direction: t.brain.World.DirectionOf(from.Addr(), to.Addr()), Path: path, Name: t.brain.Engine.Hide(r.name, t.find.Words), MediaType: r.media, Size: r.Size,
			SHA256: hex.EncodeToString(r.SHA256[:]), Complete: r.Complete, Missing: r.Missing, Coverage: r.State.String(), Format: r.Format, File: r.Extract}
		if k == len(t.records)-1 {
			l.Complete = l.Complete && !t.outcome.Cut
			l.Name = s.nameLabel(t)
		}
		if r.HasEnc {
			l.Encoded = hex.EncodeToString(r.Encoded[:])
		}
		if r.Reason != coverage.None {
			l.Reason = r.Reason.String()
		}
		s.line(l)
	}
}

func (s *sequencer) line(l objectLine) {
	b, err := json.Marshal(l)
	if err == nil {
		_, err = s.p.opt.Objects.Write(append(b, '\n'))
	}
	s.fail(err)
}

func (s *sequencer) streamLine(l *streamLine) {
	if s.p.opt.Streams == nil {
		return
	}
	b, err := json.Marshal(map[string]any{"capture": l.Capture, "src": l.Src.String(), "dst": l.Dst.String(), "bytes": l.Bytes,
		"sha256": hex.EncodeToString(l.SHA256[:]), "gaps": l.Gaps, "missing_bytes": l.Missing, "conflicting_bytes": l.Conflict})
	if err == nil {
		_, err = s.p.opt.Streams.Write(append(b, '\n'))
	}
	s.fail(err)
}

func (s *sequencer) fail(err error) {
	if err != nil && s.err == nil {
		s.err = err
	}
}

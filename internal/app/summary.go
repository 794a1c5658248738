package app

import (
	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/capture"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/pipeline"
	"github.com/phiwatch/phiwatch/internal/stream"
)

// Summary is the document of --summary, and the coverage record of the ledger.
type Summary struct {
	Packets      uint64                 `json:"packets"`
	Bytes        uint64                 `json:"bytes"` // captured
	BytesByState map[string]uint64      `json:"bytes_by_state"`
	Flows        uint64                 `json:"flows"`
	Objects      uint64                 `json:"objects"`
	Parts        uint64                 `json:"parts"`
	Alerts       map[string]uint64      `json:"alerts"`
	Receivers    []pipeline.ReceiverDay `json:"receivers"` // people by receiver and day
	Reasons      map[string]Cause       `json:"reasons"`   // why bytes were not seen or not read
	Stream       stream.Stats           `json:"stream"`
	First        *alert.Time            `json:"first"`
	Last         *alert.Time            `json:"last"`
	Captures     []CaptureSummary       `json:"captures"`
	Skipped      []SkippedFile          `json:"skipped"`               // files of a directory that were not read
	Interrupted  bool                   `json:"interrupted,omitempty"` // ended before its captures did
	Panics       uint64                 `json:"panics"`
	Digests      alert.Digests          `json:"digests"`
	account      coverage.Account
	damaged      bool
}

// Cause is how much was lost to a reason.
type Cause struct {
	Events uint64 `json:"events"`
	Bytes  uint64 `json:"bytes"`
}

// CaptureSummary is one capture file.
type CaptureSummary struct {
	Path    string `json:"path"`
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
	Damage  string `json:"damage,omitempty"`
	Note    string `json:"note,omitempty"`
}

// SkippedFile is a file below a directory that was not read.
type SkippedFile struct {
	Path   string `json:"path"`
	Reason string `json:"reason"` // a note of package capture
}

func newSummary() *Summary {
	s := &Summary{Alerts: map[string]uint64{}, Receivers: []pipeline.ReceiverDay{}, Reasons: map[string]Cause{}, BytesByState: map[string]uint64{}, Captures: []CaptureSummary{}, Skipped: []SkippedFile{}}
	for i := range coverage.NumStates {
		s.BytesByState[i.String()] = 0
	}
	return s
}

// add takes the counters of one timeline.
func (s *Summary) add(p *pipeline.Stats, c capture.Stats) {
	s.Packets += p.Packets.Load()
	s.Bytes += p.Bytes.Load()
	s.Flows += p.Flows
	s.Objects += p.Objects
	s.Parts += p.Parts
	s.Panics += p.Panics.Load()
	s.Stream.Add(p.Stream)
	for k, v := range p.Alerts {
		s.Alerts[k] += v
	}
	s.Receivers = pipeline.MergeReceivers(append(s.Receivers, p.Receivers...))
	s.account.Merge(&p.Account)
	for i := range coverage.NumStates {
		s.BytesByState[i.String()] = s.account.Bytes[i]
	}
	for r := coverage.None + 1; r < coverage.NumReasons; r++ {
		if n := s.account.Events[r]; n > 0 {
			s.Reasons[r.String()] = Cause{Events: n, Bytes: s.account.Reasons[r]}
		}
	}
	if p.Packets.Load() > 0 {
		first, last := alert.Time(p.First), alert.Time(p.Last)
		if s.First == nil || first < *s.First {
			s.First = &first
		}
		if s.Last == nil || last > *s.Last {
			s.Last = &last
		}
	}
	for _, f := range c.Files {
		v := CaptureSummary{Path: f.Path, Packets: f.Packets, Bytes: f.Bytes, Note: f.Note}
		if f.Damage != coverage.None {
			v.Damage = f.Damage.String()
			s.damaged = true
		}
		s.Captures = append(s.Captures, v)
	}
}

// Incomplete tells whether anything was not seen, or seen and not read: the question of --strict.
func (s *Summary) Incomplete() bool {
	b := &s.account.Bytes
	lost := s.account.Events[coverage.Gap] + s.account.Events[coverage.Snaplen] + s.account.Events[coverage.KernelDrop]
	return s.damaged || s.Interrupted || len(s.Skipped) > 0 || b[coverage.PartlyInspected]+b[coverage.Uninspected]+b[coverage.Dropped]+lost > 0
}

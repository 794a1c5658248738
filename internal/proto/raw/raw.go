// Package raw follows what no other analyser recognises, over TCP and UDP: one object for each direction, from its
// first byte to the end of the flow, so that unknown protocols are still scanned, whatever they carry.
//
// It knows no grammar: datagrams stand one behind the other in their object, an object ends with the flow, and its
// outcome is unknown. A direction without a byte has no object. Its Probe recognises nothing; the pipeline falls back
// to it.
package raw

import (
	"math"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// Protocol returns the analyser.
func Protocol() proto.Protocol {
	return proto.Protocol{
		Name:  "raw",
		Probe: func(proto.Peek, proto.Peek, *flow.Flow) proto.Score { return proto.No },
		New:   func(h proto.Host) flow.Consumer { return &conn{host: h} },
	}
}

type conn struct {
	host proto.Host
	side [2]side
}

type side struct {
	out   object.Writer
	hole  uint64 // bytes missing before the first one
	start uint64 // offset of the hole
	why   coverage.Reason
	last  flow.Time
}

// Data implements flow.Consumer.
func (c *conn) Data(d flow.Dir, off uint64, at flow.Time, b []byte) flow.Want {
	if len(b) == 0 {
		return 0
	}
	s := &c.side[d]
	if s.out == nil {
		c.open(s, d, off, at)
	}
	s.last = at
	s.out.Write(b)
	return 0
}

// open begins the object of a direction. A hole before the first byte belongs to it: the object is not complete.
func (c *conn) open(s *side, d flow.Dir, off uint64, at flow.Time) {
	m := object.Meta{
		Protocol: "raw", Kind: object.Stream, Dir: d, Off: off, At: at, Size: -1, Endless: true, Unlabelled: true,
	}
	if c.host.Flow().Transport == flow.UDP {
		m.Tx = 1 // the first of its direction: datagrams have no sequence number to tell flows apart
	}
	if s.hole > 0 {
		m.Off = s.start
	}
	s.out = c.host.Open(m)
	gap(s.out, s.hole, s.why)
}

// Skip implements flow.Consumer. Nothing is ever skipped, for nothing is refused.
func (c *conn) Skip(flow.Dir, uint64, uint64) {}

// Gap implements flow.Consumer.
func (c *conn) Gap(d flow.Dir, off, n uint64, _ flow.Time, why coverage.Reason) flow.Want {
	s := &c.side[d]
	if s.out != nil {
		gap(s.out, n, why)
		return 0
	}
	if s.hole == 0 {
		s.start, s.why = off, why
	}
	s.hole += n
	return 0
}

func gap(w object.Writer, n uint64, why coverage.Reason) {
	if n > 0 {
		w.Gap(int64(min(n, math.MaxInt64)), why)
	}
}

// Alt implements flow.Consumer. Second versions are scanned by the pipeline.
func (c *conn) Alt(flow.Dir, uint64, []byte) {}

// Close implements flow.Consumer.
func (c *conn) Close(flow.Time, flow.CloseReason) {
	for d := range c.side {
		if s := &c.side[d]; s.out != nil {
			s.out.Close(object.Outcome{Status: flow.OutcomeUnknown, At: s.last})
			s.out = nil
		}
	}
}

// Package raw follows what no other analyser recognises, over TCP and UDP: one object for each direction, from its
// first byte to the end of the flow, so that unknown protocols are still scanned, whatever they carry.
//
// It knows no grammar: datagrams stand one behind the other in their object, an object ends with the flow, and its
// outcome is unknown. A direction without a byte has no object. Its Probe recognises nothing; the pipeline falls back
// to it.
package raw

import (
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/side"
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
	side [2]side.Side
}

// Data implements flow.Consumer.
func (c *conn) Data(d flow.Dir, off uint64, at flow.Time, b []byte) flow.Want {
	if len(b) == 0 {
		return 0
	}
	s := &c.side[d]
	if !s.Opened() {
		m := object.Meta{Protocol: "raw", Dir: d, Off: off, At: at}
		if c.host.Flow().Transport == flow.UDP {
			m.Tx = 1 // the first of its direction: datagrams have no sequence number to tell flows apart
		}
		s.Open(c.host, m)
	}
	s.Write(at, b)
	return 0
}

// Skip implements flow.Consumer. Nothing is ever skipped, for nothing is refused.
func (c *conn) Skip(flow.Dir, uint64, uint64) {}

// Gap implements flow.Consumer.
func (c *conn) Gap(d flow.Dir, off, n uint64, _ flow.Time, why coverage.Reason) flow.Want {
	c.side[d].Gap(off, n, why)
	return 0
}

// Alt implements flow.Consumer. Second versions are scanned by the pipeline.
func (c *conn) Alt(flow.Dir, uint64, []byte) {}

// Close implements flow.Consumer.
func (c *conn) Close(flow.Time, flow.CloseReason) {
	for d := range c.side {
		c.side[d].Close()
	}
}

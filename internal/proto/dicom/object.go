package dicom

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// value takes bytes of a fragment.
func (s *side) value(at flow.Time, b []byte) {
	if s.flags&isCommand != 0 {
		s.cmd = append(s.cmd, b[:min(len(b), maxCommand-len(s.cmd))]...)
		return
	}
	if s.out == nil {
		s.open(at)
	}
	s.last = at
	s.out.Write(b)
}

// open opens the data set whose first byte stands at off.
func (s *side) open(at flow.Time) {
	m := object.Meta{Protocol: name, Dir: s.dir, Off: s.off, At: at, Size: -1, User: s.c.user}
	switch {
	case !s.known: // it may have begun before
		m.Kind, m.Endless, m.Unlabelled = object.Stream, true, true
	case s.msg.field == storeRQ:
		m.Kind, m.Name = object.File, flow.NewText(s.msg.instance)
	case s.msg.field&response != 0:
		m.Kind = object.Response
	default:
		m.Kind = object.Request
	}
	if s.known {
		m.MediaType = mediaType
		if ts := s.c.syntax(s.ctx); ts != "" {
			m.Params = []object.Param{{Key: "transfer-syntax", Value: ts}}
		}
	}
	s.stream = false
	s.out = s.c.host.Open(m)
}

// finish ends the data set: a request waits for its response.
func (s *side) finish(at flow.Time) {
	if s.out == nil {
		return
	}
	out, m := s.out, s.msg
	s.out = nil
	s.last = at
	if !s.known || m.field&response != 0 {
		out.Close(object.Outcome{Status: flow.OutcomeUnknown, At: s.last})
	} else {
		s.queue.wait(request{out: out, id: m.id, at: s.last})
	}
	s.known = false
}

// cut closes what is open before its end.
func (s *side) cut() {
	if s.out != nil {
		s.out.Close(object.Outcome{Status: flow.OutcomeUnknown, At: s.last, Cut: !s.stream})
		s.out = nil
	}
	s.known = false
}

// lose gives up the grammar. What is in buf is looked at again.
func (s *side) lose() {
	s.cut()
	s.state, s.within, s.cmd = lost, false, s.cmd[:0]
	s.pdu, s.left = 0, 0
}

// startLen is how much of a data PDU is recognised: its header and that of the first fragment.
const startLen = 2 * headerLen

// scan looks for a data PDU, and gives what stands before it to a stream.
func (s *side) scan(at flow.Time, b []byte) int {
	if len(s.buf) == 0 {
		n := bytes.IndexByte(b, dataTF)
		if n < 0 {
			n = len(b)
		}
		s.stray(at, s.off, b[:n])
		if n > 0 {
			return n
		}
	}
	n := min(startLen-len(s.buf), len(b)) // buf is shorter always
	s.buf = append(s.buf, b[:n]...)
	if len(s.buf) == startLen {
		s.off += uint64(n) //nolint:gosec // small; taken back below
		s.tryStart(at)
		s.off -= uint64(n) //nolint:gosec // small
	}
	return n
}

// tryStart follows the data PDU in buf, or gives up its first bytes. The next byte is the one behind buf.
func (s *side) tryStart(at flow.Time) {
	if !starts(s.buf) {
		n := 1 + bytes.IndexByte(s.buf[1:], dataTF)
		if n == 0 {
			n = len(s.buf)
		}
		s.stray(at, s.off-uint64(len(s.buf)), s.buf[:n])
		s.buf = s.buf[:copy(s.buf, s.buf[n:])]
		return
	}
	s.cut()
	var h [startLen]byte
	copy(h[:], s.buf)
	s.buf = s.buf[:0]
	s.beginPDU(h[:headerLen])
	s.beginFragment(h[headerLen:])
	s.consume(at, 0)
}

// starts tells whether b is the beginning of a data PDU.
func starts(b []byte) bool {
	if len(b) < startLen || b[0] != dataTF || b[1] != 0 {
		return false
	}
	pdu, n := binary.BigEndian.Uint32(b[2:]), binary.BigEndian.Uint32(b[6:])
	return pdu >= 8 && pdu < 1<<28 && n > 2 && n+4 <= pdu && b[10]&1 == 1 && b[11]&^3 == 0
}

// stray gives bytes that stand at off to a stream.
func (s *side) stray(at flow.Time, off uint64, b []byte) {
	if len(b) == 0 {
		return
	}
	if s.out == nil {
		s.stream = true
		s.out = s.c.host.Open(object.Meta{Protocol: name, Kind: object.Stream, Dir: s.dir, Off: off, At: at, Size: -1, Endless: true, Unlabelled: true})
	}
	s.last = at
	s.out.Write(b)
}

// Skip implements flow.Consumer.
func (c *conn) Skip(flow.Dir, uint64, uint64) {}

// Gap implements flow.Consumer. Inside of a fragment the data set goes on behind it.
func (c *conn) Gap(d flow.Dir, off, n uint64, at flow.Time, why coverage.Reason) flow.Want {
	s := &c.side[d]
	c.expire(at)
	s.off = off
	for n > 0 {
		left := s.pdu
		if s.state == value {
			left = s.left
		}
		switch s.state {
		case header, fragment:
			s.lose()
			continue
		case lost:
			s.flush(at)
			if s.out != nil {
				s.out.Gap(int64(min(n, math.MaxInt64)), why) //nolint:gosec // bounded
			}
			return 0
		case associate:
			s.damaged = true
		case value:
			s.hole(at, min(n, uint64(left)), why)
		}
		k := min(n, uint64(left))
		s.off += k
		s.consume(at, int(k)) //nolint:gosec // at most a length of 32 bits
		n -= k
	}
	return 0
}

// hole takes n bytes out of a fragment.
func (s *side) hole(at flow.Time, n uint64, why coverage.Reason) {
	if s.flags&isCommand != 0 {
		s.damaged = true
		return
	}
	if s.out == nil {
		s.open(at)
	}
	s.last = at
	s.out.Gap(int64(n), why) //nolint:gosec // a length of 32 bits
}

// flush gives the bytes that may have begun a data PDU to the stream.
func (s *side) flush(at flow.Time) {
	s.stray(at, s.off-uint64(len(s.buf)), s.buf)
	s.buf = s.buf[:0]
}

// Alt implements flow.Consumer. Second versions are scanned by the pipeline.
func (c *conn) Alt(flow.Dir, uint64, []byte) {}

// Close implements flow.Consumer.
func (c *conn) Close(at flow.Time, _ flow.CloseReason) {
	for d := range c.side {
		s := &c.side[d]
		if s.state == lost {
			s.flush(at)
		}
		s.cut()
	}
	for d := range c.side {
		c.side[d].queue.close()
	}
}

func (c *conn) expire(at flow.Time) {
	for d := range c.side {
		c.side[d].queue.expire(at)
	}
}

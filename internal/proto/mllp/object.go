package mllp

import (
	"math"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// headMax is how much of a message is kept to find its control identifier and what it acknowledges.
const headMax = 1 << 10

// write writes bytes that stand at s.off, and opens their object if there is none.
func (s *side) write(at flow.Time, b []byte) {
	if len(b) == 0 {
		return
	}
	if s.out == nil {
		if s.state == framed {
			s.begin(at, s.off)
		} else {
			s.stream(at)
		}
	}
	s.put(at, b)
}

func (s *side) put(at flow.Time, b []byte) {
	s.last = at
	if n := headMax - len(s.head); s.message && n > 0 {
		s.head = append(s.head, b[:min(n, len(b))]...)
	}
	s.out.Write(b)
}

// begin opens a message whose first byte stands at off.
func (s *side) begin(at flow.Time, off uint64) {
	s.hole = 0 // the holes before a message are none of it
	s.message, s.head = true, s.head[:0]
	s.out = s.host.Open(object.Meta{
		Protocol: "mllp", Kind: object.Message, MediaType: mediaType, Dir: s.dir, Off: off, At: at, Size: -1,
		Endless: s.state != framed,
	})
}

// stream opens an object of bytes that are in no frame.
func (s *side) stream(at flow.Time) {
	m := object.Meta{Protocol: "mllp", Kind: object.Stream, Dir: s.dir, Off: s.off, At: at, Size: -1, Endless: true, Unlabelled: true}
	if s.hole > 0 {
		m.Off = s.holeAt
	}
	s.message = false
	s.out = s.host.Open(m)
	s.out.Gap(int64(min(s.hole, math.MaxInt64)), s.why) //nolint:gosec // bounded
	s.hole = 0
}

// finish ends what is open: a stream is closed, a message waits for its acknowledgement.
func (s *side) finish(at flow.Time) {
	switch {
	case s.out == nil:
	case s.message:
		s.last = at
		s.ended = true
	default:
		s.out.Close(object.Outcome{Status: flow.OutcomeUnknown, At: s.last})
		s.out = nil
	}
	if s.ended {
		s.queue.push(s.out, s.head, s.last)
		s.out = nil
	}
}

// settle applies the acknowledgements among the messages that ended.
func (c *conn) settle(s *side) {
	s.ended = false
	other := &c.side[s.dir.Other()]
	for {
		m, ok := s.queue.fresh()
		if !ok {
			return
		}
		if m.status != flow.OutcomeUnknown {
			other.queue.answer(m.answers, m.status, m.at)
			s.queue.drop()
			continue
		}
		s.queue.wait()
	}
}

// Skip implements flow.Consumer.
func (c *conn) Skip(flow.Dir, uint64, uint64) {}

// Gap implements flow.Consumer. In a frame the message goes on behind it.
func (c *conn) Gap(d flow.Dir, off, n uint64, at flow.Time, why coverage.Reason) flow.Want {
	s := &c.side[d]
	c.expire(at)
	s.off = off
	if s.marked > 0 && s.mark[0] == endBlock {
		s.marked = 0
		s.finish(s.markAt)
		s.state = outside
		c.settle(s)
	}
	s.release()
	if s.state == behind {
		s.state = outside
	}
	s.line = false
	if s.out == nil && s.state == framed && n > 0 {
		s.begin(at, off)
	}
	if s.out != nil {
		s.out.Gap(int64(min(n, math.MaxInt64)), why) //nolint:gosec // bounded
		return 0
	}
	if s.hole == 0 {
		s.holeAt, s.why = off, why
	}
	s.hole += n
	return 0
}

// Alt implements flow.Consumer. Second versions are scanned by the pipeline.
func (c *conn) Alt(flow.Dir, uint64, []byte) {}

// Close implements flow.Consumer. The last message of each side may be an acknowledgement, so all are ended before those
// that wait are given up.
func (c *conn) Close(flow.Time, flow.CloseReason) {
	for d := range c.side {
		s := &c.side[d]
		if s.marked > 0 && s.mark[0] != endBlock {
			s.release()
		}
		whole := s.marked > 0 || s.state != framed
		s.marked = 0
		if s.out != nil && s.message && !whole {
			s.out.Close(object.Outcome{Status: flow.OutcomeUnknown, At: s.last, Cut: true})
			s.out = nil
		}
		s.finish(s.last)
	}
	for d := range c.side {
		c.settle(&c.side[d])
	}
	for d := range c.side {
		c.side[d].queue.close()
	}
}

// expire gives up messages that have waited too long.
func (c *conn) expire(at flow.Time) {
	for d := range c.side {
		c.side[d].queue.expire(at)
	}
}

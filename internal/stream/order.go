package stream

import (
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// deliver tells b, which begins at the next byte.
func (s *Shard) deliver(c *conn, side int, b []byte, at flow.Time) {
	h := &c.half[side]
	h.lastData = at
	if h.skipTo > h.next {
		n := min(h.skipTo-h.next, uint64(len(b)))
		s.skip(c, side, n)
		h.restartHistory()
		if b = b[n:]; len(b) == 0 {
			s.passed(c, side, at)
			return
		}
	}
	off := h.next - h.origin
	h.advance(uint64(len(b)))
	c.flow.Bytes[c.at(side)] += uint64(len(b))
	w := s.consumer(c).Data(c.dir(side), off, at, b)
	if w < flow.Bypass {
		s.retain(c, h, b)
	}
	if h.sp != nil {
		s.passed(c, side, at)
	}
	if w > 0 {
		s.want(c, side, w)
	}
}

// passed looks after what lies before the next byte now: held segments that a better one has beaten, and second
// versions whose surroundings are known.
func (s *Shard) passed(c *conn, side int, at flow.Time) {
	h := &c.half[side]
	if h.sp == nil {
		return
	}
	if h.sp.held.n > 0 {
		s.beat(c, side, at)
	}
	if len(h.sp.alts) > 0 {
		s.flushAlts(c, side, false)
	}
}

// want notes what the consumer does not want of the bytes to come.
func (s *Shard) want(c *conn, side int, w flow.Want) {
	h := &c.half[side]
	if h.skipTo == bypass {
		return
	}
	if w < flow.Bypass {
		if to := h.next + uint64(w); to > h.next && to > h.skipTo {
			h.skipTo = to
		}
		return
	}
	h.skipTo = bypass
	if h.hist.ring != nil {
		s.flushAlts(c, side, true)
		s.freeRing(h.hist.ring)
		h.hist.ring = nil
		if c.half[1-side].hist.ring == nil {
			s.unlink(c, listHistory)
		}
	}
	s.skipBuffered(c, side)
}

// skipBuffered tells everything that waits as skipped.
func (s *Shard) skipBuffered(c *conn, side int) {
	h := &c.half[side]
	if h.sp == nil {
		return
	}
	n := s.free(c, &h.sp.ooo) + s.free(c, &h.sp.held) + s.free(c, &h.sp.far)
	h.sp.cuts = h.sp.cuts[:0]
	if n > 0 {
		s.skip(c, side, uint64(n))
	}
	s.flushAlts(c, side, true)
}

// drain delivers what lies behind the next byte without a hole.
func (s *Shard) drain(c *conn, side int, at flow.Time) {
	h := &c.half[side]
	for h.sp != nil && h.skipTo != bypass && h.state == open {
		if s.nextCut(c, side, at) {
			continue
		}
		b := h.sp.ooo.take(h.next, ^uint64(0))
		if len(b) == 0 {
			break
		}
		h.sp.stamp, h.sp.grace = s.now, false
		s.deliver(c, side, b, at)
		s.trimBefore(c, &h.sp.ooo, h.next)
	}
}

// outOfOrder stores bytes whose turn has not come. What arrived first stays.
func (s *Shard) outOfOrder(c *conn, side int, off uint64, b []byte, ttl uint8, at flow.Time) {
	sp := s.spill(c, side)
	if sp.ooo.n+sp.held.n == 0 {
		sp.stamp = s.now
	}
	var d difference
	_, same := s.store(c, &sp.ooo, off, b, &d)
	if same > 0 {
		s.stats.Retransmits++
		s.acc.Add(coverage.Control, uint64(same))
	}
	if d.n > 0 {
		s.conflict(c, side, off, b, &d, ttl, at)
	}
	s.bound(c, side, at)
}

// bound keeps a flow in its budget: segments far away are dropped, then holes are given up.
func (s *Shard) bound(c *conn, side int, at flow.Time) {
	if c.mem <= s.cfg.FlowBytes {
		return
	}
	for i := range c.half {
		if sp := c.half[i].sp; sp != nil && sp.far.n > 0 {
			s.dropFar(c, i)
		}
	}
	for _, i := range [2]int{side, 1 - side} {
		h := &c.half[i]
		if h.state == settling && c.mem > s.cfg.FlowBytes {
			s.settle(c, i, at)
		}
		for c.mem > s.cfg.FlowBytes && h.hole() {
			s.resolve(c, i, ^uint64(0), at)
		}
	}
}

// again compares bytes that were told before with their first version.
func (s *Shard) again(c *conn, side int, off uint64, b []byte, ttl uint8, at flow.Time) {
	h := &c.half[side]
	s.stats.Retransmits++
	var d difference
	same := h.hist.compare(off, b, h.next, &d)
	rest := len(b) - same - d.n // no longer held: taken for the same
	if rest > 0 && h.late != nil {
		rest -= s.fill(c, side, off, b, at)
	}
	s.acc.Add(coverage.Control, uint64(same+rest))
	if d.n > 0 {
		s.conflict(c, side, off, b, &d, ttl, at)
	}
}

// hold keeps a segment that its receiver must refuse, until the bytes come in a better one or turn out to be needed.
func (s *Shard) hold(c *conn, side int, off uint64, b []byte, at flow.Time) {
	h := &c.half[side]
	if off < h.next && h.state == open {
		n := min(uint64(len(b)), h.next-off)
		var d difference
		h.hist.compare(off, b[:n], h.next, &d)
		s.beaten(c, int(n), d.n > 0, at)
		b, off = b[n:], off+n
	}
	if len(b) == 0 {
		return
	}
	sp := s.spill(c, side)
	if sp.ooo.n+sp.held.n == 0 {
		sp.stamp = s.now
	}
	var d difference
	fresh, _ := s.store(c, &sp.held, off, b, &d)
	s.beaten(c, len(b)-fresh, false, at)
	s.bound(c, side, at)
}

// beat drops the held bytes before the next byte: better ones came, or they were used.
func (s *Shard) beat(c *conn, side int, at flow.Time) {
	h := &c.half[side]
	for {
		lo, ok := h.sp.held.first()
		if !ok || lo >= h.next {
			break
		}
		b := h.sp.held.take(lo, h.next)
		var d difference
		h.hist.compare(lo, b, h.next, &d)
		s.beaten(c, len(b), d.n > 0, at)
	}
	s.trimBefore(c, &h.sp.held, h.next)
}

// beaten books held bytes that lost.
func (s *Shard) beaten(c *conn, n int, differ bool, at flow.Time) {
	if n == 0 {
		return
	}
	s.stats.Beaten += uint64(n)
	s.acc.Drop(coverage.Checksum, uint64(n))
	if differ {
		s.evade(c, EvasionChecksum, at)
	}
}

package stream

import (
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// hole tells whether bytes wait behind a hole.
func (h *half) hole() bool {
	return h.sp != nil && h.state == open && h.sp.ooo.n+h.sp.held.n > 0
}

// gap tells that the bytes from next to to are missing.
func (s *Shard) gap(c *conn, side int, to uint64, why coverage.Reason, at flow.Time) {
	h := &c.half[side]
	n := to - h.next
	off := h.next - h.origin
	if h.sp != nil {
		s.flushAlts(c, side, true)
	}
	if why == coverage.Gap {
		h.given(run{h.next, to})
	}
	h.advance(n)
	h.restartHistory()
	i := c.at(side)
	c.flow.Missing[i] += n
	c.flow.Gaps[i]++
	s.stats.Gaps++
	s.stats.GapBytes += n
	s.acc.Why(why, n)
	w := s.consumer(c).Gap(c.dir(side), off, n, at, why)
	s.passed(c, side, at)
	if w > 0 {
		s.want(c, side, w)
	}
}

// cutOff notes bytes that the snaplen cut off behind a segment.
func (s *Shard) cutOff(c *conn, side int, r run, at flow.Time) {
	h := &c.half[side]
	if r.hi <= h.next {
		return
	}
	if r.lo <= h.next && !h.waits(r.hi) {
		s.gap(c, side, r.hi, coverage.Snaplen, at)
		s.drain(c, side, at)
		return
	}
	sp := s.spill(c, side)
	if len(sp.cuts) < maxCuts {
		sp.cuts = append(sp.cuts, r)
	}
	s.drain(c, side, at)
}

// nextCut tells the bytes that the snaplen cut off at the next byte, if that is why they are missing.
func (s *Shard) nextCut(c *conn, side int, at flow.Time) bool {
	h := &c.half[side]
	sp := h.sp
	for i := 0; i < len(sp.cuts); i++ {
		r := sp.cuts[i]
		if r.lo > h.next {
			continue
		}
		to := r.hi
		if first, ok := sp.ooo.first(); ok && first < to {
			to = max(first, h.next)
		}
		if r.hi <= to {
			sp.cuts = append(sp.cuts[:i], sp.cuts[i+1:]...)
			i--
		}
		if to > h.next {
			s.gap(c, side, to, coverage.Snaplen, at)
			return true
		}
	}
	return false
}

// resolve gives up the hole at the next byte, up to limit: held bytes are used where there are some, the rest is a gap.
func (s *Shard) resolve(c *conn, side int, limit uint64, at flow.Time) {
	h := &c.half[side]
	sp := h.sp
	s.passed(c, side, at)
	if n := s.dropBefore(c, &sp.ooo, h.next); n > 0 {
		s.acc.Add(coverage.Control, uint64(n))
	}
	first, okO := sp.ooo.first()
	held, okH := sp.held.first()
	if !okO {
		first = ^uint64(0)
	}
	if okH && held <= h.next && first > h.next {
		// The receiver took what it had to refuse, so its checksum is the work of this capture. A sender who is alone in
		// the capture gets the benefit of the doubt.
		if h.ackOff > h.next || !h.ackSeen {
			h.offload = true
		}
		b := sp.held.take(h.next, first)
		s.deliver(c, side, b, at)
		if h.sp != nil {
			s.trimBefore(c, &h.sp.held, h.next)
		}
	} else {
		to := min(first, limit)
		if okH {
			to = min(to, held)
		}
		if to > h.next {
			s.gap(c, side, to, coverage.Gap, at)
		}
	}
	if h.sp != nil {
		h.sp.stamp = s.now
		s.drain(c, side, at)
	}
}

// after looks at what a packet leaves open in one direction: holes that can be given up, a stream that jumped. It
// returns false when the flow was closed.
func (s *Shard) after(c *conn, side int, at flow.Time) bool {
	h := &c.half[side]
	sp := h.sp
	if sp == nil {
		return true
	}
	if h.state == settling && at-sp.since >= graceTime {
		s.settle(c, side, at)
	}
	for h.hole() && h.ackOff > h.next && sp.holds(h.next) {
		s.resolve(c, side, h.ackOff, at) // the receiver took it, so there is no better version to wait for
	}
	if h.hole() && h.ackOff > h.next {
		if !sp.grace {
			sp.grace, sp.graceAck, sp.graceAt, sp.gracePkts = true, h.ackOff, at, 0
		} else if sp.gracePkts++; sp.gracePkts >= gracePackets || at-sp.graceAt >= graceTime {
			limit := sp.graceAck
			for h.hole() && h.next < limit {
				s.resolve(c, side, limit, at)
			}
			sp.grace = false
		}
	}
	if h.sp != nil && h.sp.far.n > 0 && (h.sp.farAcked || h.sp.farSegs >= jumpSegments && !h.ackSeen) {
		if !s.jump(c, side, at) {
			return false
		}
	}
	s.tidy(c, side)
	return true
}

// holds tells whether the byte at off was held back.
func (sp *spill) holds(off uint64) bool {
	first, ok := sp.held.first()
	return ok && first <= off
}

// tickSpill gives up what waits too long.
func (s *Shard) tickSpill(c *conn, now flow.Time) {
	for side := range c.half {
		h := &c.half[side]
		if h.sp == nil {
			continue
		}
		if h.state == settling {
			s.settle(c, side, now)
		}
		if h.hole() && now-h.sp.stamp >= s.cfg.Hole {
			for h.hole() {
				s.resolve(c, side, ^uint64(0), now)
			}
		}
		if h.sp != nil && h.sp.far.n > 0 && now-h.sp.farStamp >= s.cfg.Hole {
			s.dropFar(c, side)
		}
		s.flushAlts(c, side, true)
		s.tidy(c, side)
	}
}

// unload delivers or books everything that waits in one direction.
func (s *Shard) unload(c *conn, side int, at flow.Time) {
	h := &c.half[side]
	if h.sp == nil {
		return
	}
	if h.state == settling {
		s.settle(c, side, at)
	}
	for h.hole() {
		s.resolve(c, side, ^uint64(0), at)
	}
	if h.sp != nil {
		s.dropFar(c, side)
		s.flushAlts(c, side, true)
		h.sp.cuts = h.sp.cuts[:0]
		s.tidy(c, side)
	}
}

// finish tells everything that is left of one direction, and the bytes at its end that must have been sent.
func (s *Shard) finish(c *conn, side int, at flow.Time) {
	s.unload(c, side, at)
	h := &c.half[side]
	if h.state != open || h.skipTo == bypass {
		return
	}
	to := h.next
	switch {
	case h.finSeen && h.fin > h.next && h.fin-h.next <= c.reach(side):
		to = h.fin
	case !h.finSeen && h.ackOff > h.next+1: // one byte may be a FIN that was not captured
		to = h.ackOff
	}
	if to > h.next {
		s.gap(c, side, to, coverage.Gap, at)
	}
}

// firstSeen begins a direction with its first bytes, captured in the middle of a connection. Unless the other end has
// just told that it expects them, a little time is given to earlier ones.
func (s *Shard) firstSeen(c *conn, side int, seq uint32, at flow.Time) {
	h := &c.half[side]
	h.next, h.origin, h.ackOff, h.seq = start, start, start, seq
	h.hist.lo = start
	if h.ackSeen && h.ackSeq == seq {
		s.openAt(c, side, seq)
		return
	}
	h.state = settling
	sp := s.spill(c, side)
	sp.since, sp.settleSegs = at, 0
}

// openAt begins a direction for certain: its first byte has the number seq.
func (s *Shard) openAt(c *conn, side int, seq uint32) {
	h := &c.half[side]
	h.state = open
	h.next, h.origin, h.ackOff, h.seq = start, start, start, seq
	h.hist.lo = start
	c.flow.Base[c.at(side)] = seq
}

// settle ends the wait for earlier bytes: the first that is there is the first of the stream.
func (s *Shard) settle(c *conn, side int, at flow.Time) {
	h := &c.half[side]
	h.state = open
	first, ok := h.sp.ooo.first()
	if held, okH := h.sp.held.first(); okH && (!ok || held < first) {
		first, ok = held, true
	}
	if ok {
		h.advance(first - h.next) // wraps when the first byte came late
	}
	s.based(c, side)
	s.drain(c, side, at)
}

// based makes the next byte stream offset 0.
func (s *Shard) based(c *conn, side int) {
	h := &c.half[side]
	h.origin, h.ackOff = h.next, h.next
	h.hist.lo = h.next
	if h.ackSeen {
		if a := h.off(h.ackSeq); a > h.next && a-h.next <= maxAhead {
			h.ackOff = a
		}
	}
	c.flow.Base[c.at(side)] = h.seq
}

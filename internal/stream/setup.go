package stream

import "github.com/phiwatch/phiwatch/internal/flow"

// syn takes a SYN that belongs to this connection. The one who sends the first SYN is the client, also when the other
// end answers with a SYN of its own (split handshake, simultaneous open); a SYN-ACK names its receiver.
func (s *Shard) syn(c *conn, side int, t *segment, at flow.Time) {
	h, o := &c.half[side], &c.half[1-side]
	answer := t.flags&flagACK != 0
	if !c.roles {
		if answer {
			c.setClient(1 - side)
		} else {
			c.setClient(side)
		}
	}
	if !h.synSeen && s.startsAt(c, side, t.seq+1, at) {
		h.synSeen, h.isn = true, t.seq
	}
	if answer && !o.synSeen {
		s.startsAt(c, 1-side, t.ack, at)
	}
}

// startsAt tells that the first byte of side has the number seq. It returns false when that cannot be.
func (s *Shard) startsAt(c *conn, side int, seq uint32, at flow.Time) bool {
	h := &c.half[side]
	switch h.state {
	case unseen:
		s.openAt(c, side, seq)
	case settling:
		off := h.off(seq)
		first, ok := h.sp.ooo.first()
		if ok && (off > first || first-off > reach) {
			return false
		}
		h.state = open
		h.advance(off - h.next)
		s.based(c, side)
		s.drain(c, side, at)
	default:
		off := h.off(seq)
		return off <= h.origin && h.origin-off <= maxAhead
	}
	return true
}

// reuse decides whether a segment begins a new connection on the same ports. A SYN on a connection that lives may be
// a fake, so the old one goes on until the new one is confirmed: by a SYN-ACK that answers it, or by data that cannot
// be the old one's. It returns the flow that the segment belongs to, or nil when the segment was booked.
func (s *Shard) reuse(c *conn, side int, t *segment, p *flow.Packet) *conn {
	h, o := &c.half[side], &c.half[1-side]
	if t.flags&flagSYN == 0 {
		if h.pend && len(t.payload) > 0 && t.seq == h.pendISN+1 && c.outOfReach(side, t.seq) {
			isn := h.pendISN
			c = s.renew(c, side, p)
			s.openAt(c, side, isn+1)
			n := &c.half[side]
			n.synSeen, n.isn = true, isn
			return c
		}
		return c
	}
	answer := t.flags&flagACK != 0
	known := h.state == unseen || h.synSeen && h.isn == t.seq || !h.synSeen && c.fits(side, t.seq+1)
	if known && answer && o.synSeen && o.pend && t.ack-o.pendISN-1 <= uint32(1<<16) && t.ack-o.isn-1 > 1<<16 {
		known = false // a server that answers the pending SYN before it ever sent anything
	}
	if known {
		return c
	}
	switch {
	case answer && o.pend && t.ack-o.pendISN-1 <= 1<<16:
		isn := o.pendISN
		c = s.renew(c, 1-side, p)
		c.setClient(1 - side)
		s.openAt(c, 1-side, isn+1)
		n := &c.half[1-side]
		n.synSeen, n.isn, n.seen = true, isn, true
		return c
	case c.finished() || c.reset || c.cons == nil && c.half[0].sp == nil && c.half[1].sp == nil:
		return s.renew(c, side, p)
	}
	h.pend, h.pendISN = true, t.seq
	s.see(c, side, p)
	s.outside(uint64(len(t.payload)))
	return nil
}

// fits tells whether a first byte with the number seq agrees with what was seen of side.
func (c *conn) fits(side int, seq uint32) bool {
	h := &c.half[side]
	off := h.off(seq)
	if h.state == settling {
		first, ok := h.sp.ooo.first()
		return !ok || off <= first && first-off <= reach
	}
	return off <= h.origin && h.origin-off <= maxAhead
}

// outOfReach tells whether seq cannot be a part of the present connection.
func (c *conn) outOfReach(side int, seq uint32) bool {
	h := &c.half[side]
	off, r := h.off(seq), c.reach(side)
	return off > h.next+r || off+r < h.next
}

// renew closes a flow and begins the next one on the same ports.
func (s *Shard) renew(c *conn, side int, p *flow.Packet) *conn {
	why := c.why()
	if why == flow.ClosedTimeout {
		why = flow.ClosedReuse
	}
	s.stats.Reused++
	k, hash := c.key, c.hash
	s.close(c, p.At, why)
	return s.begin(p, &k, hash, side, classOpening)
}

// farAway takes bytes that lie outside of any plausible window. They are kept for a while: when the other side
// acknowledges them, or nothing else comes, the stream has jumped (a long loss, a use of the ports whose beginning was
// not captured); otherwise they were noise.
func (s *Shard) farAway(c *conn, side int, off uint64, b []byte, at flow.Time) {
	sp := s.spill(c, side)
	if sp.far.n > 0 && (off < sp.farLo-min(sp.farLo, reach) || off > sp.farHi+reach) {
		s.dropFar(c, side)
	}
	end := off + uint64(len(b))
	if sp.far.n == 0 {
		sp.farLo, sp.farHi, sp.farSegs, sp.farAcked, sp.farStamp = off, end, 0, false, s.now
	}
	sp.farLo, sp.farHi = min(sp.farLo, off), max(sp.farHi, end)
	sp.farSegs++
	if h := &c.half[side]; h.ackSeen && h.state == open { // the acknowledgement may have been captured first
		a := h.off(h.ackSeq)
		sp.farAcked = sp.farAcked || a >= sp.farLo && a <= sp.farHi
	}
	var d difference
	fresh, _ := s.store(c, &sp.far, off, b, &d)
	s.outside(uint64(len(b) - fresh))
	s.bound(c, side, at)
}

// dropFar books the bytes far away as noise.
func (s *Shard) dropFar(c *conn, side int) {
	if sp := c.half[side].sp; sp != nil {
		s.outside(uint64(s.free(c, &sp.far)))
	}
}

// jump follows a stream that jumped: forward over a gap, else as a new flow on the same ports. It returns false when
// c was closed.
func (s *Shard) jump(c *conn, side int, at flow.Time) bool {
	h := &c.half[side]
	if h.state == settling {
		s.settle(c, side, at)
	}
	for h.hole() {
		s.resolve(c, side, ^uint64(0), at)
	}
	sp := h.sp
	if sp == nil || h.skipTo == bypass {
		return true
	}
	lo, ok := sp.far.first()
	if !ok {
		return true
	}
	if lo >= h.next && !c.finished() && !c.reset {
		sp.ooo, sp.far = sp.far, sp.ooo
		s.resolve(c, side, ^uint64(0), at)
		for h.hole() {
			s.resolve(c, side, ^uint64(0), at)
		}
		return true
	}
	// The pages move over to the new flow with their offsets, which stay relative to a known sequence number.
	far := sp.far
	mem := len(far.list) * pageCost
	sp.far = pages{}
	c.mem -= mem
	seq := h.seq + uint32(lo-h.next)
	p := flow.Packet{At: at, Capture: c.flow.Capture, Frame: c.flow.Frame[1], VLANs: c.flow.VLANs, VLAN: c.flow.VLAN}
	client := int(c.flip)
	n := s.renew(c, side, &p)
	if n.flip != uint8(client) && n.cons == nil {
		n.flow.Flip()
		n.flip ^= 1
		n.client = n.flow.Ends[0]
	}
	m := &n.half[side]
	m.next, m.origin, m.ackOff, m.hist.lo, m.seq = lo, lo, lo, lo, seq
	m.state, m.seen, m.ttl, m.sound, m.offload = settling, true, h.ttl, h.sound, h.offload
	n.mem += mem
	s.spill(n, side).ooo = far
	s.settle(n, side, at)
	for m.hole() {
		s.resolve(n, side, ^uint64(0), at)
	}
	s.tidy(n, side)
	s.classify(n)
	return false
}

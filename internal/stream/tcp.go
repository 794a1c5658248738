package stream

import (
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// tcp takes one TCP segment.
func (s *Shard) tcp(p *flow.Packet, h *header, l4 []byte, owned int) {
	t := &s.seg
	cut := h.cut
	if h.partial {
		cut = 0 // the missing rest may still come by itself
	}
	if r := decodeTCP(l4, cut, t); r != coverage.None {
		s.acc.Drop(r, uint64(owned))
		return
	}
	t.ttl = h.ttl
	s.acc.Add(coverage.Control, uint64(owned-len(t.payload)))
	k, side := keyOf(h, t.sport, t.dport)
	hash := s.table.hash(&k)
	c := s.find(&k, hash)
	if c == nil {
		if len(t.payload)+t.cut == 0 && t.flags&flagSYN == 0 {
			return // the end of something older
		}
		c = s.begin(p, &k, hash, side, classOpening)
	}
	if c.half[side].skipTo == bypass && t.flags&flagSYN == 0 {
		s.bypassed(c, side, t, p)
		return
	}
	t.sound, t.checked = t.flags&(flagACK|flagSYN|flagRST) != 0, false
	if cut == 0 && !h.partial {
		if h.badSum || !h.goodSum(l4, protoTCP) {
			s.stats.BadChecksum++
			t.sound = false
		} else {
			t.checked = t.sound
		}
	}
	s.segment(c, side, t, p)
}

// bypassed counts a segment of a direction that nobody wants: no order, no checksum.
func (s *Shard) bypassed(c *conn, side int, t *segment, p *flow.Packet) {
	s.see(c, side, p)
	h, n := &c.half[side], len(t.payload)
	if t.flags&flagACK != 0 {
		s.acked(c, 1-side, t.ack, p.At)
	}
	if n > 0 {
		s.stats.Segments++
		if d := int32(t.seq - h.seq); d < 0 && d > -(64<<10) && int(-d) >= n {
			s.stats.Retransmits++
			s.acc.Add(coverage.Control, uint64(n))
		} else {
			if d > 0 {
				h.advance(uint64(d))
			} else {
				h.seq = t.seq
			}
			s.skip(c, side, uint64(n))
		}
	}
	if t.flags&flagFIN != 0 {
		h.finSeen, h.fin = true, h.next
	}
	if t.flags&flagRST != 0 {
		c.reset = true
	}
	if s.after(c, 1-side, p.At) {
		s.classify(c)
	}
}

// skip tells that the next n bytes were not delivered because nobody wants them.
func (s *Shard) skip(c *conn, side int, n uint64) {
	h := &c.half[side]
	off := h.next - h.origin
	h.advance(n)
	c.flow.Bytes[c.at(side)] += n
	s.consumer(c).Skip(c.dir(side), off, n)
}

// consumer opens the flow with its first byte.
func (s *Shard) consumer(c *conn) flow.Consumer {
	if c.cons == nil {
		c.cons = s.opener.Open(&c.flow)
		if c.cons == nil {
			c.cons = nobody{}
		}
	}
	return c.cons
}

// nobody wants nothing; it stands in for a consumer that could not be opened.
type nobody struct{}

func (nobody) Data(flow.Dir, uint64, flow.Time, []byte) flow.Want { return 0 }
func (nobody) Skip(flow.Dir, uint64, uint64)                      {}
func (nobody) Gap(flow.Dir, uint64, uint64, flow.Time, coverage.Reason) flow.Want {
	return flow.Bypass
}
func (nobody) Alt(flow.Dir, uint64, []byte)      {}
func (nobody) Close(flow.Time, flow.CloseReason) {}

// segment takes a segment of a known flow.
func (s *Shard) segment(c *conn, side int, t *segment, p *flow.Packet) {
	h, o := &c.half[side], &c.half[1-side]
	const special = flagSYN | flagFIN | flagRST | flagURG
	if t.seq == h.seq && t.flags&special == 0 && h.sp == nil && o.sp == nil && h.state == open && t.checked && t.cut == 0 {
		s.inOrder(c, side, t, p)
		return
	}
	suspect := !t.sound && h.sound && !h.offload
	if suspect && t.flags&flagSYN != 0 {
		s.see(c, side, p)
		s.acc.Drop(coverage.Checksum, uint64(len(t.payload)))
		return
	}
	if t.flags&flagSYN != 0 || h.pend || o.pend {
		if c = s.reuse(c, side, t, p); c == nil {
			return
		}
		h = &c.half[side]
	}
	s.see(c, side, p)
	if !h.seen {
		h.seen, h.ttl = true, t.ttl
	}
	h.sound = h.sound || t.checked
	if !suspect {
		if t.flags&flagSYN != 0 {
			s.syn(c, side, t, p.At)
		}
		if t.flags&flagACK != 0 {
			s.acked(c, 1-side, t.ack, p.At)
		}
		if t.flags&flagRST != 0 {
			c.reset = true
		}
	}
	h.window = t.window
	seq := t.seq
	if t.flags&flagSYN != 0 {
		seq++
		h.scale = t.scale
	}
	if len(t.payload)+t.cut > 0 {
		s.stats.Segments++
		s.data(c, side, seq, t, suspect, p.At)
	}
	if t.flags&flagFIN != 0 && h.state != unseen {
		h.finSeen, h.fin = true, h.off(seq)+uint64(len(t.payload)+t.cut)
	}
	if s.after(c, side, p.At) && s.after(c, 1-side, p.At) {
		s.classify(c)
	}
}

// inOrder is the path of nearly every packet: the expected bytes, nothing pending on either side.
func (s *Shard) inOrder(c *conn, side int, t *segment, p *flow.Packet) {
	h, o := &c.half[side], &c.half[1-side]
	s.see(c, side, p)
	h.window = t.window
	h.sound = true
	if o.state == open {
		o.ackSeq = t.ack
		if a := o.off(t.ack); a > o.ackOff && a <= o.next {
			o.ackOff = a
		} else if a > o.next {
			s.acked(c, 1-side, t.ack, p.At)
		}
	} else {
		s.acked(c, 1-side, t.ack, p.At)
	}
	if len(t.payload) > 0 {
		s.stats.Segments++
		if d := int(t.ttl) - int(h.ttl); d > 4 || d < -4 {
			h.ttlOdd = true
		}
		s.deliver(c, side, t.payload, p.At)
	}
	s.classify(c)
}

// classify keeps the flow in the queue of its idle timeout.
func (s *Shard) classify(c *conn) {
	class := uint8(classOpen)
	switch {
	case c.finished():
		class = classFinished
		if c.class != classFinished {
			s.forget(c)
		}
	case c.reset:
		class = classReset
	case c.cons == nil && c.half[0].sp == nil && c.half[1].sp == nil:
		class = classOpening
	}
	s.touch(c, class)
}

// finished tells whether everything up to the FIN of both ends was read; an end that was never seen is no obstacle.
func (c *conn) finished() bool {
	a, b := &c.half[0], &c.half[1]
	return (a.finSeen || b.finSeen) && a.done() && b.done()
}

func (h *half) done() bool { return !h.seen || h.finSeen && h.next >= h.fin }

// acked notes that the other end has received everything of side before ack.
func (s *Shard) acked(c *conn, side int, ack uint32, at flow.Time) {
	h := &c.half[side]
	h.ackSeen, h.ackSeq = true, ack
	switch h.state {
	case unseen:
	case settling:
		if first, ok := h.sp.ooo.first(); ok && h.off(ack) > first && h.off(ack)-first < 1<<31 {
			s.settle(c, side, at)
		}
	default:
		a := h.off(ack)
		if a > h.ackOff && (a <= h.next || a-h.next <= maxAhead) {
			h.ackOff = a
		}
		if sp := h.sp; sp != nil && sp.far.n > 0 && a >= sp.farLo && a <= sp.farHi {
			sp.farAcked = true
		}
	}
}

// window is how far ahead of the expected byte a segment of side may lie.
func (c *conn) reach(side int) uint64 {
	o := &c.half[1-side]
	return max(reach, uint64(o.window)<<o.scale)
}

// data takes the payload of a segment, which begins at seq.
func (s *Shard) data(c *conn, side int, seq uint32, t *segment, suspect bool, at flow.Time) {
	h, b := &c.half[side], t.payload
	if h.state == unseen {
		s.firstSeen(c, side, seq, at)
	}
	if h.skipTo == bypass { // a SYN on a bypassed direction
		s.acc.Add(coverage.Control, uint64(len(b)))
		return
	}
	off, end := h.off(seq), h.off(seq)+uint64(len(b))
	if d := int(t.ttl) - int(h.ttl); d > 4 || d < -4 {
		h.ttlOdd = true
	}
	if len(b) == 1 && off == h.next-1 && h.state == open && off >= h.origin && (h.ackOff >= h.next || at-h.lastData >= keepAliveIdle) {
		s.stats.KeepAlives++
		s.acc.Add(coverage.Control, 1)
		return
	}
	far := off > h.next && off-h.next > c.reach(side) || end+c.reach(side) < h.next
	switch {
	case h.state == settling:
		if far {
			s.farAway(c, side, off, b, at)
			return
		}
	case far || end <= h.origin && off < h.origin:
		s.farAway(c, side, off, b, at)
		return
	case off < h.origin:
		n := h.origin - off
		s.outside(n)
		b, off = b[n:], h.origin
	}
	if suspect {
		s.hold(c, side, off, b, at)
		return
	}
	if t.flags&flagURG != 0 {
		s.urgent(c, side, off, b, t, at)
	}
	s.inWindow(c, side, off, b, t, at)
	if t.cut > 0 && h.state == open && h.skipTo != bypass {
		s.cutOff(c, side, run{end, end + uint64(t.cut)}, at)
	}
}

// inWindow takes bytes at a plausible place.
func (s *Shard) inWindow(c *conn, side int, off uint64, b []byte, t *segment, at flow.Time) {
	h := &c.half[side]
	if h.state == settling {
		s.outOfOrder(c, side, off, b, t.ttl, at)
		if h.state != settling { // the budget was spent
			return
		}
		h.sp.settleSegs++
		if h.sp.settleSegs >= settleSegments || at-h.sp.since >= graceTime {
			s.settle(c, side, at)
		}
		return
	}
	if h.sp != nil {
		h.sp.farSegs = 0
	}
	if off < h.next {
		n := min(uint64(len(b)), h.next-off)
		s.again(c, side, off, b[:n], t.ttl, at)
		b, off = b[n:], off+n
	}
	switch {
	case len(b) == 0:
	case off == h.next && !h.waits(off+uint64(len(b))):
		s.deliver(c, side, b, at)
		s.drain(c, side, at)
	default:
		if off > h.next {
			s.stats.OutOfOrder++
		}
		s.outOfOrder(c, side, off, b, t.ttl, at)
		s.drain(c, side, at)
	}
}

// waits tells whether bytes before end arrived earlier and wait for their turn: they come before newer versions.
func (h *half) waits(end uint64) bool {
	if h.sp == nil || h.sp.ooo.n == 0 {
		return false
	}
	first, _ := h.sp.ooo.first()
	return first < end
}

// outside books bytes that no receiver would take.
func (s *Shard) outside(n uint64) {
	if n > 0 {
		s.stats.Window += n
		s.acc.Drop(coverage.Window, n)
	}
}

package stream

import (
	"net/netip"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// maxDatagram is the largest IP payload that fragments can make.
const maxDatagram = 65535

// fragKey names a datagram that comes in fragments. VLANs take no part, for the tags of one host's packets may differ
// by the way they were mirrored. IPv6 has no protocol here: only that of the first fragment counts (RFC 8200, 4.5).
type fragKey struct {
	src, dst addr
	id       uint32
	proto    uint8
	v6       bool
}

// datagram is one that is not complete yet. The first version of a byte wins; differing ones are kept beside it.
type datagram struct {
	key        fragKey
	prev, next *datagram // by age
	ps, other  pages
	hdr        header // of the fragment at offset 0, else of the first that came
	packet     flow.Packet
	since      flow.Time
	total      int // -1: the last fragment was not seen
	end        int // of the bytes seen
	loser      int // bytes of second versions
	has0       bool
	conflict   bool
}

// fragments are the unfinished datagrams of a shard, in the order of their first fragments.
type fragments struct {
	index      map[fragKey]*datagram
	head, tail *datagram
	mem        int
	buf        []byte
	told       [16]fragKey // contradictions outside of flows
	toldN      int
}

// fragment takes one fragment; b is its payload.
func (s *Shard) fragment(p *flow.Packet, h *header, b []byte) {
	s.stats.Fragments++
	s.acc.Add(coverage.Control, uint64(len(p.Data)-len(b)))
	if h.more && h.cut == 0 && len(b)&7 != 0 { // IPv4 hosts cut the rest off, IPv6 hosts refuse it (RFC 8200, 4.5)
		keep := len(b) &^ 7
		if h.v6 {
			keep = 0
		}
		s.acc.Drop(coverage.Malformed, uint64(len(b)-keep))
		b = b[:keep]
	}
	if h.fragOff+len(b)+h.cut > maxDatagram {
		s.acc.Drop(coverage.Malformed, uint64(len(b)))
		return
	}
	if len(b) == 0 {
		return
	}
	d := s.datagramOf(p, h)
	if h.fragOff == 0 && !d.has0 {
		d.has0, d.hdr = true, *h
	}
	d.packet.At, d.packet.Frame = p.At, p.Frame
	b = d.setEnd(s, h, b)
	s.insert(d, h.fragOff, b)
	switch {
	case d.complete():
		s.assembled(d, p)
	case s.frags.mem > s.cfg.FragBytes:
		s.giveUp(s.frags.head, coverage.Shed)
	}
}

// datagramOf returns the datagram of a fragment, a new one if there is none.
func (s *Shard) datagramOf(p *flow.Packet, h *header) *datagram {
	q := &s.frags
	k := fragKey{h.src, h.dst, h.id, h.proto, h.v6}
	if h.v6 {
		k.proto = 0
	}
	if d := q.index[k]; d != nil {
		return d
	}
	if len(q.index) >= s.cfg.Fragments {
		s.giveUp(q.head, coverage.Shed)
	}
	d := &datagram{key: k, hdr: *h, since: s.now, total: -1, prev: q.tail, packet: *p}
	d.packet.Data = nil
	if q.tail == nil {
		q.head = d
	} else {
		q.tail.next = d
	}
	q.tail = d
	q.index[k] = d
	return d
}

// setEnd learns the length of the datagram from its last fragment, and cuts off what lies behind it.
func (d *datagram) setEnd(s *Shard, h *header, b []byte) []byte {
	end := h.fragOff + len(b)
	if !h.more {
		if d.total < 0 {
			d.total = end + h.cut
			d.conflict = d.conflict || d.end > d.total
		} else if d.total != end+h.cut {
			d.conflict = true
		}
	}
	if d.total >= 0 && end > d.total {
		d.conflict = true
		keep := max(0, d.total-h.fragOff)
		s.acc.Drop(coverage.FragOverlap, uint64(len(b)-keep))
		b = b[:keep]
	}
	d.end = max(d.end, h.fragOff+len(b))
	return b
}

// insert stores the bytes of a fragment.
func (s *Shard) insert(d *datagram, off int, b []byte) {
	was := s.mem
	var diff difference
	_, same := s.put(&d.ps, uint64(off), b, &diff)
	s.acc.Add(coverage.Control, uint64(same))
	if diff.n > 0 {
		d.conflict = true
		d.loser += diff.n
		s.stats.Conflicts++
		s.stats.Conflicting += uint64(diff.n)
		var ignored difference
		s.put(&d.other, diff.lo, b[int(diff.lo)-off:int(diff.hi)-off], &ignored)
	}
	s.frags.mem += s.mem - was
}

// complete tells whether all bytes up to the end are there.
func (d *datagram) complete() bool {
	return d.total >= 0 && d.ps.n >= d.total && d.ps.runLength() >= d.total
}

// runLength returns how many bytes from offset 0 on are there without a hole.
func (ps *pages) runLength() int {
	n := 0
	for i, pg := range ps.list {
		if pg.no != uint64(i) {
			break
		}
		k := pg.next(0, false)
		n += k
		if k < pageSize {
			break
		}
	}
	return n
}

// leave takes a datagram out of the table and frees its memory. It returns how many bytes were still in it.
func (s *Shard) leave(d *datagram) int {
	q := &s.frags
	delete(q.index, d.key)
	if d.prev == nil {
		q.head = d.next
	} else {
		d.prev.next = d.next
	}
	if d.next == nil {
		q.tail = d.prev
	} else {
		d.next.prev = d.prev
	}
	was := s.mem
	n := s.release(&d.ps)
	s.release(&d.other)
	q.mem += s.mem - was
	return n
}

// takeRun moves the first n bytes of a datagram into dst, which has room for them.
func (ps *pages) takeRun(dst []byte, n int) []byte {
	for off := 0; off < n; {
		b := ps.take(uint64(off), uint64(n))
		dst = append(dst, b...)
		off += len(b)
	}
	return dst
}

// assembled passes a complete datagram on.
func (s *Shard) assembled(d *datagram, p *flow.Packet) {
	s.stats.Datagrams++
	if s.frags.buf == nil {
		s.frags.buf = make([]byte, 0, maxDatagram+1)
	}
	first := d.ps.takeRun(s.frags.buf[:0], d.total)
	var second []byte
	if d.other.n > 0 {
		second = append([]byte(nil), first...)
		d.other.overlay(second)
	}
	conflict, loser := d.conflict, d.loser
	h := d.hdr
	if rest := s.leave(d); rest > 0 {
		s.acc.Drop(coverage.FragOverlap, uint64(rest))
	}
	h.frag, h.more, h.cut = false, false, 0
	if h.v6 {
		h.end = len(first)
		if r := h.extensions(first, 0, h.proto, coverage.Malformed); r != coverage.None || h.frag {
			s.acc.Drop(coverage.Malformed, uint64(len(first)+loser))
			return
		}
	} else {
		h.l4 = 0
	}
	l4, l42 := first[h.l4:], []byte(nil)
	if second != nil {
		if l42 = second[h.l4:]; (h.proto == protoTCP || h.proto == protoUDP) && !h.goodSum(l4, h.proto) && h.goodSum(l42, h.proto) {
			l4, l42 = l42, l4 // only one of the two reaches a program
		}
	}
	s.transport(p, &h, l4, len(first))
	if conflict {
		s.secondReading(p, &h, l4, l42, loser)
	}
}

// evadeWithoutFlow tells contradicting fragments that make no segment or datagram. The flow has ports of 0 and is told
// again only after those of other ends, so that a flood of them tells little.
func (s *Shard) evadeWithoutFlow(p *flow.Packet, h *header) {
	k := fragKey{src: h.src, dst: h.dst, proto: h.proto, v6: h.v6}
	for _, v := range s.frags.told {
		if v == k {
			return
		}
	}
	s.frags.told[s.frags.toldN%len(s.frags.told)] = k
	s.frags.toldN++
	f := &flow.Flow{
		Transport: flow.Transport(h.proto), VLANs: p.VLANs, VLAN: p.VLAN, Capture: p.Capture,
		First: p.At, Last: p.At, Frame: [2]uint64{p.Frame, p.Frame},
	}
	f.Ends[0] = netip.AddrPortFrom(h.src.netip(h.v6), 0)
	f.Ends[1] = netip.AddrPortFrom(h.dst.netip(h.v6), 0)
	s.opener.Evasion(f, EvasionFragment, p.At)
}

// overlay writes the bytes that are there over dst.
func (ps *pages) overlay(dst []byte) {
	for _, pg := range ps.list {
		base := int(pg.no << pageShift)
		for lo := pg.next(0, true); lo < pageSize; {
			hi := pg.next(lo, false)
			if base+lo < len(dst) {
				copy(dst[base+lo:], pg.data[lo:hi])
			}
			lo = pageSize
			if hi < pageSize {
				lo = pg.next(hi, true)
			}
		}
	}
}

// secondReading tells the other version of a datagram whose fragments contradict each other. loser are its bytes.
func (s *Shard) secondReading(p *flow.Packet, h *header, l4, other []byte, loser int) {
	c, side, at := s.flowOf(h, l4)
	if c == nil {
		s.acc.Drop(coverage.FragOverlap, uint64(loser))
		s.evadeWithoutFlow(p, h)
		return
	}
	s.evade(c, EvasionFragment, p.At)
	if other == nil {
		return
	}
	c.flow.Conflict[c.at(side)] += uint64(loser)
	s.acc.Add(coverage.PartlyInspected, uint64(loser))
	s.acc.Why(coverage.Ambiguous, uint64(loser))
	hf := &c.half[side]
	if hf.skipTo == bypass || at >= len(other) {
		return
	}
	b := other[at:]
	if h.proto == protoUDP {
		from := hf.next - min(uint64(len(b)), hf.next-hf.origin)
		s.consumer(c).Alt(c.dir(side), from-hf.origin, b)
		return
	}
	var t segment
	if decodeTCP(l4, 0, &t) != coverage.None || hf.state == unseen {
		return
	}
	seq := t.seq
	if t.flags&flagSYN != 0 {
		seq++
	}
	off := hf.off(seq)
	var d difference
	hf.hist.compare(off, b, hf.next, &d)
	if d.n == 0 && hf.sp != nil {
		hf.sp.ooo.compare(off, b, &d)
	}
	if d.n > 0 {
		s.queueAlt(c, side, d.lo, b[d.lo-off:d.hi-off])
	}
}

// flowOf returns the flow of a TCP segment or UDP datagram, and where its payload begins.
func (s *Shard) flowOf(h *header, l4 []byte) (c *conn, side, at int) {
	if h.proto != protoTCP && h.proto != protoUDP || len(l4) < 8 {
		return nil, 0, 0
	}
	at = 8
	if h.proto == protoTCP {
		if len(l4) < 20 {
			return nil, 0, 0
		}
		at = int(l4[12]>>4) * 4
	}
	k, side := keyOf(h, uint16(l4[0])<<8|uint16(l4[1]), uint16(l4[2])<<8|uint16(l4[3]))
	return s.find(&k, s.table.hash(&k)), side, at
}

// giveUp ends a datagram that was not completed. When its beginning is there, it is passed on as far as it goes
// without a hole; the rest is booked under why.
func (s *Shard) giveUp(d *datagram, why coverage.Reason) {
	if why == coverage.Shed {
		s.stats.FragShed++
	} else {
		s.stats.FragExpired++
	}
	n := d.ps.runLength()
	if d.total >= 0 {
		n = min(n, d.total)
	}
	h := d.hdr
	known := h.proto == protoTCP || h.proto == protoUDP || h.v6
	if !d.has0 || !known {
		n = 0
	}
	b := d.ps.takeRun(make([]byte, 0, n), n)
	loser, p := d.loser, d.packet
	rest := s.leave(d) + loser
	if rest > 0 {
		if why == coverage.Shed {
			s.stats.ShedBytes += uint64(rest)
		}
		s.acc.Drop(why, uint64(rest))
	}
	if n == 0 {
		if d.conflict {
			s.evadeWithoutFlow(&p, &h)
		}
		return
	}
	h.frag, h.more, h.cut, h.partial, h.end = false, false, 0, true, n
	if !h.v6 {
		h.l4 = 0
	} else if r := h.extensions(b, 0, h.proto, why); r != coverage.None || h.frag {
		s.acc.Drop(why, uint64(n))
		return
	}
	switch h.proto {
	case protoTCP:
		s.tcp(&p, &h, b[h.l4:], n)
	case protoUDP:
		s.udp(&p, &h, b[h.l4:], n, why)
	default:
		s.acc.Drop(why, uint64(n))
	}
}

// expireFragments gives up the datagrams that wait too long.
func (s *Shard) expireFragments(now flow.Time) {
	for d := s.frags.head; d != nil && now-d.since >= s.cfg.Fragment; d = s.frags.head {
		s.giveUp(d, coverage.Fragment)
	}
}

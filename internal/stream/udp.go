package stream

import (
	"encoding/binary"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// udp takes one datagram, of which h.cut bytes are missing at the end because of why.
func (s *Shard) udp(p *flow.Packet, h *header, l4 []byte, owned int, why coverage.Reason) {
	if len(l4) < 8 {
		r := coverage.Malformed
		if h.cut > 0 {
			r = why
		}
		s.acc.Drop(r, uint64(owned))
		return
	}
	size := int(binary.BigEndian.Uint16(l4[4:]))
	if size == 0 { // jumbogram or segmentation offload
		size = len(l4) + h.cut
	}
	if size < 8 || size > len(l4)+h.cut && !h.partial {
		s.acc.Drop(coverage.Malformed, uint64(owned))
		return
	}
	cut := max(0, size-len(l4))
	l4 = l4[:size-cut]
	if binary.BigEndian.Uint16(l4[6:]) != 0 && cut == 0 && !h.goodSum(l4, protoUDP) || h.badSum {
		s.stats.BadChecksum++
	}
	b := l4[8:]
	s.acc.Add(coverage.Control, uint64(owned-len(b)))
	if len(b)+cut == 0 {
		return
	}
	k, side := keyOf(h, binary.BigEndian.Uint16(l4), binary.BigEndian.Uint16(l4[2:]))
	hash := s.table.hash(&k)
	c := s.find(&k, hash)
	if c == nil {
		c = s.begin(p, &k, hash, side, classUDP)
	}
	s.see(c, side, p)
	s.touch(c, classUDP)
	s.datagram(c, side, b, p.At)
	if hf := &c.half[side]; cut > 0 && hf.skipTo != bypass {
		s.gap(c, side, hf.next+uint64(cut), why, p.At)
	}
}

// datagram tells the payload of a datagram in one call.
func (s *Shard) datagram(c *conn, side int, b []byte, at flow.Time) {
	h := &c.half[side]
	if h.state == unseen {
		h.state, h.next, h.origin = open, start, start
	}
	if h.skipTo > h.next && len(b) > 0 {
		n := min(h.skipTo-h.next, uint64(len(b)))
		s.skip(c, side, n)
		b = b[n:]
	}
	if len(b) == 0 {
		return
	}
	off := h.next - h.origin
	h.advance(uint64(len(b)))
	c.flow.Bytes[c.at(side)] += uint64(len(b))
	if w := s.consumer(c).Data(c.dir(side), off, at, b); w > 0 {
		s.want(c, side, w)
	}
}

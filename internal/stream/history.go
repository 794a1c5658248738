package stream

// smallHistory is the size of the ring that a direction begins with; most directions never need the large one.
const smallHistory = 2 << 10

// history is the newest delivered bytes of one direction, in a ring. It holds [lo, next) without holes: a gap or a
// skip begins it anew.
type history struct {
	ring []byte // nil: none; its length is a power of two
	lo   uint64
}

// retain copies b, which ended at next, into the ring.
func (s *Shard) retain(c *conn, h *half, b []byte) {
	r := &h.hist
	next := h.next
	if n := len(r.ring); n < s.cfg.History && (n == 0 || next-r.lo > uint64(n)) {
		s.growHistory(c, h, next-uint64(len(b)), len(b))
	}
	n := len(r.ring)
	if len(b) > n {
		b = b[len(b)-n:]
	}
	at := int(next-uint64(len(b))) & (n - 1)
	if k := copy(r.ring[at:], b); k < len(b) {
		copy(r.ring, b[k:])
	}
	if next-r.lo > uint64(n) {
		r.lo = next - uint64(n)
	}
}

// growHistory gives a direction its first ring or the large one. held is the end of what the present ring holds.
func (s *Shard) growHistory(c *conn, h *half, held uint64, want int) {
	r := &h.hist
	size := s.cfg.History
	if r.ring == nil {
		r.lo = held
		if want <= smallHistory {
			size = smallHistory
		}
	}
	ring := s.newRing(size)
	if r.ring != nil {
		for off := max(r.lo, held-min(held, uint64(len(r.ring)))); off < held; {
			b := r.at(off, held)
			at := int(off) & (size - 1)
			k := copy(ring[at:], b)
			off += uint64(k)
		}
		s.freeRing(r.ring)
	}
	r.ring = ring
	s.link(c, listHistory)
}

// at returns bytes of [off, end) that lie together in the ring, from off on.
func (r *history) at(off, end uint64) []byte {
	i := int(off) & (len(r.ring) - 1)
	n := len(r.ring) - i
	if end-off < uint64(n) {
		n = int(end - off)
	}
	return r.ring[i : i+n]
}

// appendTo appends the held bytes of [lo, hi), as far as they are a piece that ends at hi (tail) or begins at lo.
func (r *history) appendTo(dst []byte, lo, hi, next uint64) []byte {
	if r.ring == nil {
		return dst
	}
	lo, hi = max(lo, r.lo), min(hi, next)
	for lo < hi {
		b := r.at(lo, hi)
		dst = append(dst, b...)
		lo += uint64(len(b))
	}
	return dst
}

// compare compares b at off with what is held of it; next is the end of the history.
func (r *history) compare(off uint64, b []byte, next uint64, d *difference) (same int) {
	if r.ring == nil {
		return 0
	}
	end := min(off+uint64(len(b)), next)
	lo := max(off, r.lo)
	for lo < end {
		held := r.at(lo, end)
		same += diffBytes(held, b[lo-off:lo-off+uint64(len(held))], lo, d)
		lo += uint64(len(held))
	}
	return same
}

func (s *Shard) newRing(size int) []byte {
	s.mem += size
	if size == smallHistory {
		if n := len(s.spareSmall); n > 0 {
			r := s.spareSmall[n-1]
			s.spareSmall = s.spareSmall[:n-1]
			s.idle -= size
			return r
		}
	} else if n := len(s.spareLarge); n > 0 {
		r := s.spareLarge[n-1]
		s.spareLarge = s.spareLarge[:n-1]
		s.idle -= size
		return r
	}
	return make([]byte, size)
}

func (s *Shard) freeRing(r []byte) {
	s.mem -= len(r)
	s.idle += len(r)
	if len(r) == smallHistory {
		s.spareSmall = append(s.spareSmall, r)
	} else {
		s.spareLarge = append(s.spareLarge, r)
	}
}

// forget frees the history of both directions of a flow.
func (s *Shard) forget(c *conn) {
	for i := range c.half {
		if h := &c.half[i]; h.hist.ring != nil {
			s.flushAlts(c, i, true)
			s.freeRing(h.hist.ring)
			h.hist.ring = nil
		}
	}
	s.unlink(c, listHistory)
}

// restartHistory begins the history of a direction anew at its next byte.
func (h *half) restartHistory() { h.hist.lo = h.next }

package stream

import (
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// conflict notes that b at off differs from the first version as d says, and books the differing bytes.
func (s *Shard) conflict(c *conn, side int, off uint64, b []byte, d *difference, ttl uint8, at flow.Time) {
	h := &c.half[side]
	n := uint64(d.n)
	s.stats.Conflicts++
	s.stats.Conflicting += n
	c.flow.Conflict[c.at(side)] += n
	if s.queueAlt(c, side, d.lo, b[d.lo-off:d.hi-off]) {
		s.acc.Add(coverage.PartlyInspected, n)
		s.acc.Why(coverage.Ambiguous, n)
	} else {
		s.stats.ShedBytes += n
		s.acc.Drop(coverage.Shed, n)
	}
	detail := EvasionTCPOverlap
	if e := int(ttl) - int(h.ttl); h.ttlOdd || e > 4 || e < -4 {
		detail = EvasionTTL
	}
	s.evade(c, detail, at)
}

// fill takes bytes that come after their hole was given up, and returns how many they are. They are told as a second
// version of the hole.
func (s *Shard) fill(c *conn, side int, off uint64, b []byte, at flow.Time) (n int) {
	h := &c.half[side]
	end := off + uint64(len(b))
	for i := 0; i < h.late.n; i++ {
		r := &h.late.of[i]
		lo, hi := max(off, r.lo), min(end, r.hi)
		if lo >= hi {
			continue
		}
		k := hi - lo
		if s.queueAlt(c, side, lo, b[lo-off:hi-off]) {
			s.stats.LateBytes += k
			s.acc.Add(coverage.PartlyInspected, k)
			s.acc.Why(coverage.Unjoined, k)
		} else {
			s.stats.ShedBytes += k
			s.acc.Drop(coverage.Shed, k)
		}
		n += int(k)
		switch { // what is left of the hole; of two rests the larger
		case lo == r.lo:
			r.lo = hi
		case hi == r.hi || lo-r.lo >= r.hi-hi:
			r.hi = lo
		default:
			r.lo = hi
		}
	}
	return n
}

// queueAlt keeps b at lo as a second version until the bytes behind it are known. A piece that follows the newest one
// is joined to it, so that a text cut into segments is told in one piece.
func (s *Shard) queueAlt(c *conn, side int, lo uint64, b []byte) bool {
	h := &c.half[side]
	sp := s.spill(c, side)
	if n := len(sp.alts); n > 0 {
		a := &sp.alts[n-1]
		if between := lo - a.hi; lo >= a.hi && between <= contextBytes && len(a.b)+len(b)+int(between) <= maxAltBytes/2 {
			if between == 0 || h.hist.ring != nil && a.hi >= h.hist.lo && lo <= h.next {
				was := len(a.b)
				a.b = h.hist.appendTo(a.b, a.hi, lo, h.next)
				a.b = append(a.b, b...)
				a.hi = lo + uint64(len(b))
				s.altMem(c, len(a.b)-was)
				return true
			}
		}
	}
	total := len(b)
	for i := range sp.alts {
		total += len(sp.alts[i].b)
	}
	if len(sp.alts) >= maxAlts || total > maxAltBytes {
		return false
	}
	a := alt{lo: lo, hi: lo + uint64(len(b))}
	if lo <= h.next {
		a.b = h.hist.appendTo(a.b, lo-contextBytes, lo, h.next)
		a.pre = len(a.b)
	}
	a.b = append(a.b, b...)
	sp.alts = append(sp.alts, a)
	s.altMem(c, len(a.b))
	return true
}

func (s *Shard) altMem(c *conn, n int) {
	s.mem += n
	c.mem += n
}

// flushAlts tells the second versions whose surroundings are known; all tells them whatever is known.
func (s *Shard) flushAlts(c *conn, side int, all bool) {
	h := &c.half[side]
	if h.sp == nil || len(h.sp.alts) == 0 {
		return
	}
	keep := h.sp.alts[:0]
	for _, a := range h.sp.alts {
		if !all && h.next < a.hi+contextBytes || all && a.hi > h.next && h.state == open && h.hole() && h.skipTo != bypass {
			keep = append(keep, a)
			continue
		}
		s.tellAlt(c, side, &a)
	}
	clear(h.sp.alts[len(keep):])
	h.sp.alts = keep
}

// tellAlt tells one second version with its surroundings.
func (s *Shard) tellAlt(c *conn, side int, a *alt) {
	h := &c.half[side]
	s.altMem(c, -len(a.b))
	b, from := s.scratch[:0], a.lo-uint64(a.pre)
	if a.pre == 0 && h.hist.ring != nil && a.lo <= h.next {
		b = h.hist.appendTo(b, a.lo-contextBytes, a.lo, h.next)
		from = a.lo - uint64(len(b))
	}
	b = append(b, a.b...)
	if a.hi >= h.hist.lo {
		b = h.hist.appendTo(b, a.hi, a.hi+contextBytes, h.next)
	}
	s.scratch = b[:0]
	s.consumer(c).Alt(c.dir(side), from-min(from, h.origin), b)
}

// urgent tells the reading of a receiver that takes the urgent byte out of the stream (RFC 6093). The byte itself
// stays: that is what most programs ask for.
func (s *Shard) urgent(c *conn, side int, off uint64, b []byte, t *segment, at flow.Time) {
	i := int(t.urgent) - 1
	if i < 0 || i >= len(b) || b[i] >= urgentCommandsFrom || c.told&urgentTold != 0 && len(b) > 1<<12 {
		return
	}
	lo, hi := max(0, i-contextBytes), min(len(b), i+1+contextBytes)
	out := append(append(make([]byte, 0, 2*contextBytes), b[lo:i]...), b[i+1:hi]...)
	if c.half[side].state == open {
		s.queueReading(c, side, off+uint64(lo), off+uint64(hi), out)
	}
	s.evade(c, EvasionUrgent, at)
}

// urgentTold is the bit of EvasionUrgent in conn.told.
const urgentTold = 1 << 4

// queueReading keeps another reading of [lo, hi), whose length may differ.
func (s *Shard) queueReading(c *conn, side int, lo, hi uint64, b []byte) {
	sp := s.spill(c, side)
	if len(sp.alts) < maxAlts {
		sp.alts = append(sp.alts, alt{lo: lo, hi: hi, b: b})
		s.altMem(c, len(b))
	}
}

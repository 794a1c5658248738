package stream

import (
	"math"
	"net/netip"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// start is the internal offset of the first byte of a direction that is seen. It leaves room below for bytes that
// turn up late, so offsets never wrap.
const start = 1 << 40

// bypass is the value of skipTo that is never reached.
const bypass = math.MaxUint64

// reach is how far from the expected byte a segment may lie, at least; a scaled window may allow more.
const reach = 4 << 20

// key names a conversation: the ends in canonical order.
type key struct {
	a, b   addr
	pa, pb uint16
	proto  uint8
	v6     bool
}

// State of a direction.
const (
	unseen   = iota // no byte and no SYN yet
	settling        // begun in the middle: a little time is given to earlier bytes that come late
	open
)

// half is one direction: the bytes that one end sends.
type half struct {
	next     uint64 // internal offset of the next byte to tell
	origin   uint64 // internal offset of stream offset 0
	skipTo   uint64 // bytes before it are told by Skip
	ackOff   uint64 // how far the other side has acknowledged
	lastData flow.Time
	fin      uint64 // where the FIN lies
	hist     history
	sp       *spill    // what is not in order; nil on the fast path
	late     *lateRuns // holes that were given up; nil: none
	seq      uint32    // sequence number of next
	ackSeq   uint32    // newest acknowledgement, as it was sent
	isn      uint32
	pendISN  uint32 // of a SYN on a living connection: its next use, or a fake
	window   uint32 // as this end advertises it for the other's bytes
	state    uint8
	scale    uint8
	ttl      uint8
	seen     bool // this end sent something
	ackSeen  bool
	synSeen  bool
	finSeen  bool
	pend     bool
	sound    bool // this end has sent a segment with a good checksum
	offload  bool // its bad checksums were proven to come from the capture
	ttlOdd   bool // data came with a TTL far from the first one
}

// run is a range of internal offsets.
type run struct{ lo, hi uint64 }

// lateRuns holds the newest holes that were given up, the newest first.
type lateRuns struct {
	of [4]run
	n  int
}

// given notes a hole that was given up.
func (h *half) given(r run) {
	if h.late == nil {
		h.late = new(lateRuns)
	}
	copy(h.late.of[1:], h.late.of[:])
	h.late.of[0] = r
	h.late.n = min(h.late.n+1, len(h.late.of))
}

// spill holds what cannot be delivered at once. It exists only while there is something.
type spill struct {
	ooo  pages // out of order
	held pages // segments that their receiver should refuse, in case no better version comes
	far  pages // outside of any plausible window, in case the stream did jump
	alts []alt
	cuts []run // bytes that the snaplen cut off, by offset

	farLo, farHi uint64
	farSegs      int
	farStamp     flow.Time
	farAcked     bool
	settleSegs   int
	since        flow.Time // packet time at which settling or far began
	stamp        flow.Time // tick time at which the present hole began
	grace        bool      // the other side acknowledged bytes behind the hole
	graceAck     uint64
	graceAt      flow.Time
	gracePkts    int
}

// alt is a second version that waits for the bytes around it.
type alt struct {
	lo, hi uint64
	b      []byte // from pre bytes before lo to hi
	pre    int
}

// conn is a flow in the table.
type conn struct {
	flow   flow.Flow
	key    key
	cons   flow.Consumer
	half   [2]half // by side: 0 is key.a
	client netip.AddrPort
	ord    uint64 // order of the first packet
	stamp  flow.Time
	links  [numLists]struct{ prev, next uint32 }
	idx    uint32
	hash   uint32
	mem    int // bytes in pages and alts
	class  uint8
	in     uint8 // bit set of lists
	told   uint8 // bit set of evasions told
	flip   uint8 // direction of side 0
	reset  bool
	roles  bool // a SYN told who is the client
}

// Classes of idle flows, in the order in which they are given up when the table is full.
const (
	classReset = iota
	classFinished
	classOpening
	classUDP
	classOpen
	numClasses
	listHistory = numClasses // flows with a history
	listSpill   = numClasses + 1
	numLists    = 3 // links of a conn: its class, its history, its spill
)

func (c *conn) dir(side int) flow.Dir { return flow.Dir(uint8(side) ^ c.flip) }

// at returns the index of a side in the arrays of the flow. Its readers may have flipped it meanwhile.
func (c *conn) at(side int) int {
	d := int(uint8(side) ^ c.flip)
	if c.flow.Ends[0] != c.client {
		d ^= 1
	}
	return d
}

// off returns the internal offset of a sequence number.
func (h *half) off(seq uint32) uint64 { return h.next + uint64(int64(int32(seq-h.seq))) }

// advance moves the next byte on.
func (h *half) advance(n uint64) {
	h.next += n
	h.seq += uint32(n)
}

// list is a queue of conns, linked by index.
type list struct{ head, tail uint32 }

const none = ^uint32(0)

func slot(l int) int {
	if l < numClasses {
		return 0
	}
	return l - numClasses + 1
}

// link puts c at the end of list l, unless it is in it.
func (s *Shard) link(c *conn, l int) {
	k := slot(l)
	if c.in&(1<<k) != 0 {
		return
	}
	c.in |= 1 << k
	q := &s.lists[l]
	c.links[k].prev, c.links[k].next = q.tail, none
	if q.tail == none {
		q.head = c.idx
	} else {
		s.conns[q.tail].links[k].next = c.idx
	}
	q.tail = c.idx
}

// unlink takes c out of list l.
func (s *Shard) unlink(c *conn, l int) {
	k := slot(l)
	if c.in&(1<<k) == 0 {
		return
	}
	c.in &^= 1 << k
	q, e := &s.lists[l], c.links[k]
	if e.prev == none {
		q.head = e.next
	} else {
		s.conns[e.prev].links[k].next = e.next
	}
	if e.next == none {
		q.tail = e.prev
	} else {
		s.conns[e.next].links[k].prev = e.prev
	}
}

// touch notes activity. The lists are kept in the order of the ticks only, so that most packets move nothing.
func (s *Shard) touch(c *conn, class uint8) {
	if c.stamp == s.now && c.class == class {
		return
	}
	s.unlink(c, int(c.class))
	c.class, c.stamp = class, s.now
	s.link(c, int(class))
	if c.in&(1<<slot(listHistory)) != 0 {
		s.unlink(c, listHistory)
		s.link(c, listHistory)
	}
}

// spill returns the spill of a side, a new one if there is none.
func (s *Shard) spill(c *conn, side int) *spill {
	h := &c.half[side]
	if h.sp == nil {
		if n := len(s.spareSpill); n > 0 {
			h.sp = s.spareSpill[n-1]
			s.spareSpill = s.spareSpill[:n-1]
			s.idle -= spillCost
		} else {
			h.sp = new(spill)
		}
		s.mem += spillCost
		h.sp.stamp = s.now
		s.link(c, listSpill)
	}
	return h.sp
}

// tidy gives the spill of a side back when nothing is in it.
func (s *Shard) tidy(c *conn, side int) {
	h := &c.half[side]
	sp := h.sp
	if sp == nil || h.state == settling || sp.ooo.n+sp.held.n+sp.far.n+len(sp.alts)+len(sp.cuts) > 0 {
		return
	}
	s.free(c, &sp.ooo)
	s.free(c, &sp.held)
	s.free(c, &sp.far)
	ooo, held, far := sp.ooo.list, sp.held.list, sp.far.list
	*sp = spill{ooo: pages{list: ooo}, held: pages{list: held}, far: pages{list: far}, alts: sp.alts[:0], cuts: sp.cuts[:0]}
	h.sp = nil
	s.spareSpill = append(s.spareSpill, sp)
	s.mem -= spillCost
	s.idle += spillCost
	if c.half[0].sp == nil && c.half[1].sp == nil {
		s.unlink(c, listSpill)
	}
}

// put, free, drop and trim keep the memory of a flow in step with that of its pages.
func (s *Shard) store(c *conn, ps *pages, off uint64, b []byte, d *difference) (fresh, same int) {
	was := s.mem
	fresh, same = s.put(ps, off, b, d)
	c.mem += s.mem - was
	return fresh, same
}

func (s *Shard) free(c *conn, ps *pages) int {
	was := s.mem
	n := s.release(ps)
	c.mem += s.mem - was
	return n
}

func (s *Shard) dropBefore(c *conn, ps *pages, off uint64) int {
	was := s.mem
	n := s.drop(ps, off)
	c.mem += s.mem - was
	return n
}

func (s *Shard) trimBefore(c *conn, ps *pages, off uint64) {
	was := s.mem
	s.trim(ps, off)
	c.mem += s.mem - was
}

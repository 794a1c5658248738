package stream

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// Opener gives a flow its consumer when its first byte is about to be told, and hears of tricks.
type Opener interface {
	Open(f *flow.Flow) flow.Consumer
	// Evasion tells that a flow shows a trick, once per flow and detail. It may come before Open. Fragments that belong
	// to no flow come with a flow of their own, without ports, that is never opened.
	Evasion(f *flow.Flow, detail string, at flow.Time)
}

// Details of evasions: a fixed vocabulary.
const (
	EvasionTCPOverlap  = "tcp_overlap"         // two versions of the same bytes
	EvasionTTL         = "ttl_decoy"           // the same, and the TTLs say that one of them did not go all the way
	EvasionFragment    = "ip_fragment_overlap" // fragments that contradict each other
	EvasionChecksum    = "tcp_checksum_decoy"  // another version with a wrong checksum
	EvasionUrgent      = "tcp_urgent"          // a byte that some receivers take out of the stream
	numEvasions        = 5
	maxAltBytes        = 64 << 10 // bytes of second versions that wait in one direction
	maxAlts            = 64
	contextBytes       = 256       // unchanged bytes told on each side of a second version
	maxAhead           = 256 << 20 // an acknowledgement further ahead is not believed
	gracePackets       = 32
	graceTime          = flow.Second / 5
	settleSegments     = 4
	jumpSegments       = 4
	keepAliveIdle      = flow.Second
	maxCuts            = 256
	maxLeap            = 300 * flow.Second
	urgentCommandsFrom = 0xf0 // telnet commands are urgent by design
)

var evasions = [numEvasions]string{EvasionTCPOverlap, EvasionTTL, EvasionFragment, EvasionChecksum, EvasionUrgent}

// Shard follows the flows of its share of the address pairs. It is used by one goroutine at a time.
type Shard struct {
	cfg    Config
	opener Opener
	acc    *coverage.Account
	stats  Stats
	now    flow.Time // of the newest tick, or of the first packet
	ahead  flow.Time // a tick that leapt and waits to be confirmed
	begun  bool
	table  table
	conns  []*conn
	vacant []uint32
	lists  [numClasses + 2]list
	ord    uint64
	mem    int // bytes in pages, rings, second versions
	lent   int // bytes that the consumers hold, as they say
	idle   int // bytes in spares
	frags  fragments

	spare                  []*page
	spareSmall, spareLarge [][]byte
	spareSpill             []*spill
	scratch                []byte  // for second versions
	ended                  []*conn // of one tick
	hdr                    header  // of the present packet
	seg                    segment
}

// NewShard returns an empty shard that books in acc.
func NewShard(cfg Config, o Opener, acc *coverage.Account) *Shard {
	s := &Shard{cfg: cfg.sane(), opener: o, acc: acc, table: newTable()}
	for i := range s.lists {
		s.lists[i] = list{none, none}
	}
	s.frags.index = map[fragKey]*datagram{}
	return s
}

// Stats returns the counts so far.
func (s *Shard) Stats() Stats {
	r := s.stats
	r.Open = uint64(len(s.conns) - len(s.vacant))
	r.Buffered = uint64(s.mem)
	return r
}

// Packet takes the next packet that Route gave to this shard.
func (s *Shard) Packet(p *flow.Packet) {
	if !s.begun {
		s.now, s.begun = p.At, true
	}
	s.stats.Packets++
	if p.Net < 0 || int(p.Net) > len(p.Data) {
		s.acc.Drop(coverage.Malformed, uint64(len(p.Data)))
		return
	}
	b := p.Data[p.Net:]
	h := &s.hdr
	if r := decodeIP(b, int64(p.Wire) > int64(len(p.Data)), h); r != coverage.None {
		s.acc.Drop(r, uint64(len(p.Data)))
		return
	}
	if h.frag {
		s.fragment(p, h, b[h.l4:h.end])
	} else {
		s.transport(p, h, b[h.l4:h.end], len(p.Data))
	}
	if s.mem > s.cfg.ShardBytes {
		s.reclaim(p.At)
	}
}

// transport takes a whole IP payload. owned is the number of captured bytes it stands for: those in front of and
// behind l4 are headers and padding.
func (s *Shard) transport(p *flow.Packet, h *header, l4 []byte, owned int) {
	rest := uint64(owned - len(l4))
	switch h.proto {
	case protoTCP:
		s.tcp(p, h, l4, owned)
		return
	case protoUDP:
		s.udp(p, h, l4, owned, coverage.Snaplen)
		return
	case protoICMP, protoIGMP, protoICMPv6, protoNone:
		s.acc.Add(coverage.Control, uint64(owned))
		return
	case protoESP:
		s.acc.Add(coverage.Encrypted, uint64(len(l4)))
	case protoIPIP, protoIPv6, protoGRE, protoEtherIP, protoMPLS:
		s.acc.Add(coverage.Uninspected, uint64(len(l4)))
		s.acc.Why(coverage.Tunnel, uint64(len(l4)))
	case protoFragment:
		s.acc.Drop(coverage.Fragment, uint64(len(l4)))
	default:
		s.acc.Add(coverage.Uninspected, uint64(len(l4)))
		s.acc.Why(coverage.Transport, uint64(len(l4)))
	}
	s.acc.Add(coverage.Control, rest)
}

// keyOf orders the ends; side is the sender's.
func keyOf(h *header, sport, dport uint16) (k key, side int) {
	if h.dst.less(h.src) || h.src == h.dst && dport < sport {
		return key{h.dst, h.src, dport, sport, h.proto, h.v6}, 1
	}
	return key{h.src, h.dst, sport, dport, h.proto, h.v6}, 0
}

// begin enters a new flow whose first packet comes from side.
func (s *Shard) begin(p *flow.Packet, k *key, hash uint32, side int, class uint8) *conn {
	if len(s.conns)-len(s.vacant) >= s.cfg.Flows {
		s.evict(p.At)
	}
	c := &conn{key: *k, hash: hash, ord: s.ord, class: class, stamp: s.now}
	s.ord++
	if n := len(s.vacant); n > 0 {
		c.idx = s.vacant[n-1]
		s.vacant = s.vacant[:n-1]
		s.conns[c.idx] = c
	} else {
		c.idx = uint32(len(s.conns))
		s.conns = append(s.conns, c)
	}
	s.table.add(hash, c.idx)
	s.link(c, int(class))
	s.stats.Flows++

	client := side
	if ports := [2]uint16{k.pa, k.pb}; ports[side] < 1024 && ports[1-side] >= 1024 {
		client = 1 - side
	}
	c.flip = uint8(client)
	ends := [2]netip.AddrPort{netip.AddrPortFrom(k.a.netip(k.v6), k.pa), netip.AddrPortFrom(k.b.netip(k.v6), k.pb)}
	c.client = ends[client]
	c.flow = flow.Flow{
		Ends: [2]netip.AddrPort{ends[client], ends[1-client]}, Transport: flow.Transport(k.proto),
		VLANs: p.VLANs, VLAN: p.VLAN, Capture: p.Capture, First: p.At, Last: p.At, Frame: [2]uint64{p.Frame, p.Frame},
	}
	return c
}

// setClient changes who is the client, as long as nothing was told.
func (c *conn) setClient(side int) {
	c.roles = true
	if c.cons != nil {
		c.flow.Handshake = c.dir(side) == flow.ToServer
		return
	}
	c.flow.Handshake = true
	if c.dir(side) != flow.ToServer {
		c.flow.Flip()
		c.flip ^= 1
		c.client = c.flow.Ends[0]
	}
}

// see keeps the flow's own numbers.
func (s *Shard) see(c *conn, side int, p *flow.Packet) {
	f := &c.flow
	f.Last = max(f.Last, p.At)
	f.Frame[1] = p.Frame
	f.Packets[c.at(side)]++
}

// evade tells a trick once per flow.
func (s *Shard) evade(c *conn, detail string, at flow.Time) {
	for i, d := range evasions {
		if d == detail && c.told&(1<<i) == 0 {
			c.told |= 1 << i
			s.opener.Evasion(&c.flow, detail, at)
		}
	}
}

// Tick moves the clock: it ends idle flows, gives up old holes and fragments. It is called once per second of packet
// time, at the same place in the order of packets whatever the number of workers.
func (s *Shard) Tick(now flow.Time) {
	if s.begun && now <= s.now {
		s.ahead = 0
		return
	}
	// One packet with a time far off must not end every flow: a leap counts when a second tick confirms it.
	if s.begun && now-s.now > maxLeap && (s.ahead == 0 || now < s.ahead) {
		s.ahead = now
		return
	}
	s.ahead = 0
	s.now, s.begun = now, true
	s.expireFragments(now)
	for i := s.lists[listSpill].head; i != none; {
		c := s.conns[i]
		i = c.links[slot(listSpill)].next // before c may leave the list; its successor stays in it
		s.tickSpill(c, now)
	}
	for i := s.lists[listHistory].head; i != none; i = s.lists[listHistory].head {
		if c := s.conns[i]; now-c.stamp >= s.cfg.HistoryIdle {
			s.forget(c)
		} else {
			break
		}
	}
	idle := [numClasses]flow.Time{s.cfg.TCPReset, s.cfg.TCPFinished, s.cfg.TCPOpening, s.cfg.UDPIdle, s.cfg.TCPIdle}
	s.ended = s.ended[:0]
	for class, limit := range idle {
		for i := s.lists[class].head; i != none; {
			c := s.conns[i]
			if now-c.stamp < limit {
				break
			}
			s.ended = append(s.ended, c)
			i = c.links[0].next
		}
	}
	s.closeAll(now, false)
}

// Close ends all flows: the capture is over.
func (s *Shard) Close(now flow.Time) {
	s.now = max(s.now, now)
	for s.frags.head != nil {
		s.giveUp(s.frags.head, coverage.Fragment)
	}
	s.ended = s.ended[:0]
	for class := range numClasses {
		for i := s.lists[class].head; i != none; {
			c := s.conns[i]
			s.ended = append(s.ended, c)
			i = c.links[0].next
		}
	}
	s.closeAll(now, true)
}

// closeAll closes the ended flows in the order of their first packets.
func (s *Shard) closeAll(now flow.Time, end bool) {
	slices.SortFunc(s.ended, func(a, b *conn) int { return cmp.Compare(a.ord, b.ord) })
	for _, c := range s.ended {
		why := c.why()
		if end && why == flow.ClosedTimeout {
			why = flow.ClosedEnd
		}
		s.close(c, now, why)
	}
	clear(s.ended)
	s.ended = s.ended[:0]
}

// why is the reason why a flow that is quiet has ended.
func (c *conn) why() flow.CloseReason {
	switch {
	case c.finished():
		return flow.ClosedFIN
	case c.reset:
		return flow.ClosedRST
	}
	return flow.ClosedTimeout
}

// close tells what is left of a flow and takes it out of the table.
func (s *Shard) close(c *conn, at flow.Time, why flow.CloseReason) {
	if c.key.proto == protoTCP {
		for d := range 2 {
			s.finish(c, d^int(c.flip), at)
		}
	}
	s.forget(c)
	for side := range c.half {
		c.half[side].state = open
		s.tidy(c, side)
	}
	s.unlink(c, int(c.class))
	s.table.remove(c.hash, c.idx)
	s.conns[c.idx] = nil
	s.vacant = append(s.vacant, c.idx)
	if c.cons != nil {
		c.cons.Close(at, why)
		c.cons = nil
	}
}

// evict gives up the flow that is idle longest in the class that can be spared best.
func (s *Shard) evict(at flow.Time) bool {
	for class := range numClasses {
		if i := s.lists[class].head; i != none {
			s.stats.FlowsShed++
			s.close(s.conns[i], at, flow.ClosedShed)
			return true
		}
	}
	return false
}

// reclaim brings the buffers back into the budget: first histories, whose loss costs no byte, the quietest flow
// first; then the oldest holes are given up, which delivers what lies behind them; unfinished datagrams last.
func (s *Shard) reclaim(at flow.Time) {
	for s.mem > s.cfg.ShardBytes {
		switch {
		case s.lists[listHistory].head != none:
			s.stats.HistoryShed++
			s.forget(s.conns[s.lists[listHistory].head])
		case s.lists[listSpill].head != none:
			c := s.conns[s.lists[listSpill].head]
			for side := range c.half {
				s.unload(c, side, at)
			}
			s.unlink(c, listSpill)
		case s.frags.head != nil:
			s.giveUp(s.frags.head, coverage.Shed)
		default:
			return
		}
	}
}

package stream

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// recorder is an Opener and keeps what its flows told.
type recorder struct {
	t      testing.TB
	flows  []*rec
	detail map[string]int
	want   func(*rec, flow.Dir, uint64, int) flow.Want
	sum    *uint64 // delivered and skipped bytes
	hashed bool    // keep no bytes
}

func newRecorder(t testing.TB) *recorder {
	return &recorder{t: t, detail: map[string]int{}, sum: new(uint64)}
}

func (r *recorder) Open(f *flow.Flow) flow.Consumer {
	c := &rec{r: r, f: f, ends: f.Ends}
	r.flows = append(r.flows, c)
	return c
}

func (r *recorder) Evasion(f *flow.Flow, detail string, _ flow.Time) { r.detail[detail]++ }

type told struct {
	off uint64
	n   uint64
	why coverage.Reason
}

type altTold struct {
	dir flow.Dir
	off uint64
	b   string
}

// rec is one flow as it was told. It checks that the calls are in order and leave nothing out.
type rec struct {
	r       *recorder
	f       *flow.Flow
	ends    [2]netip.AddrPort
	data    [2][]byte // delivered bytes, gaps left out
	next    [2]uint64
	calls   [2]int
	skipped [2]uint64
	gaps    [2][]told
	alts    []altTold
	closed  bool
	why     flow.CloseReason
	bypass  [2]bool
}

func (c *rec) check(d flow.Dir, off, n uint64, what string) {
	if c.closed {
		c.r.t.Fatalf("%s after Close", what)
	}
	if off != c.next[d] && !c.bypass[d] {
		panic(fmt.Sprintf("%s at %d, expected %d", what, off, c.next[d]))
	}
	if n == 0 {
		c.r.t.Fatalf("empty %s", what)
	}
	c.next[d] = off + n
}

func (c *rec) Data(d flow.Dir, off uint64, _ flow.Time, b []byte) flow.Want {
	if c.bypass[d] {
		c.r.t.Fatal("Data after Bypass")
	}
	c.check(d, off, uint64(len(b)), "Data")
	c.calls[d]++
	*c.r.sum += uint64(len(b))
	if !c.r.hashed {
		c.data[d] = append(c.data[d], b...)
	}
	if c.r.want != nil {
		return c.note(d, c.r.want(c, d, off, len(b)))
	}
	return 0
}

func (c *rec) note(d flow.Dir, w flow.Want) flow.Want {
	c.bypass[d] = c.bypass[d] || w == flow.Bypass
	return w
}

func (c *rec) Skip(d flow.Dir, off, n uint64) {
	c.check(d, off, n, "Skip")
	c.skipped[d] += n
	*c.r.sum += n
}

func (c *rec) Gap(d flow.Dir, off, n uint64, _ flow.Time, why coverage.Reason) flow.Want {
	if c.bypass[d] {
		c.r.t.Fatal("Gap after Bypass")
	}
	c.check(d, off, n, "Gap")
	c.gaps[d] = append(c.gaps[d], told{off, n, why})
	if c.r.want != nil {
		return c.note(d, c.r.want(c, d, off, int(n)))
	}
	return 0
}

func (c *rec) Alt(d flow.Dir, off uint64, b []byte) {
	if c.closed {
		c.r.t.Fatal("Alt after Close")
	}
	c.alts = append(c.alts, altTold{d, off, string(b)})
}

func (c *rec) Close(_ flow.Time, why flow.CloseReason) {
	if c.closed {
		c.r.t.Fatal("closed twice")
	}
	c.closed, c.why = true, why
}

// rig is 256 shards fed in packet order, with ticks.
type rig struct {
	t      testing.TB
	cfg    Config
	acc    coverage.Account
	rec    *recorder
	shards [256]*Shard
	order  []*Shard
	bytes  uint64
	last   flow.Time
	tick   flow.Time
	frame  uint64
}

func newRig(t testing.TB) *rig { return &rig{t: t, rec: newRecorder(t)} }

func (g *rig) packet(p flow.Packet) {
	g.frame++
	p.Frame = g.frame
	if p.Wire == 0 {
		p.Wire = uint32(len(p.Data))
	}
	if g.frame == 1 {
		g.tick = p.At
	}
	if p.At >= g.tick+flow.Second || p.At < g.tick-3600*flow.Second {
		g.tick = p.At
		for _, s := range g.order {
			s.Tick(g.tick)
		}
	}
	g.last = max(g.last, p.At)
	g.bytes += uint64(len(p.Data))
	i, ok := Route(&p, &g.acc)
	if !ok {
		return
	}
	if g.shards[i] == nil {
		g.shards[i] = NewShard(g.cfg, g.rec, &g.acc)
		g.order = append(g.order, g.shards[i])
	}
	g.shards[i].Packet(&p)
}

// close ends the run and checks conservation.
func (g *rig) close() Stats {
	g.t.Helper()
	var st Stats
	for _, s := range g.order {
		s.Close(g.last)
		st.Add(s.Stats())
	}
	if st.Open != 0 || st.Buffered != 0 {
		g.t.Errorf("after Close %d flows are open and %d bytes in use", st.Open, st.Buffered)
	}
	if got := g.acc.Sum() + *g.rec.sum; got != g.bytes {
		g.t.Errorf("conservation: booked %d + told %d = %d, captured %d: %v", g.acc.Sum(), *g.rec.sum, got, g.bytes, g.acc)
	}
	for _, c := range g.rec.flows {
		if !c.closed {
			g.t.Error("a flow was never closed")
		}
		for d := range 2 {
			if c.f.Bytes[d] != uint64(len(c.data[d]))+c.skipped[d] && !g.rec.hashed {
				g.t.Errorf("Flow.Bytes %d, told %d", c.f.Bytes[d], len(c.data[d]))
			}
		}
	}
	return st
}

func sharedDir(t testing.TB) string {
	dir := os.Getenv("PHIWATCH_SHARED")
	if dir == "" {
		dir = "../../../shared"
	}
	if _, err := os.Stat(filepath.Join(dir, "pcaps")); err != nil {
		t.Skipf("no captures: set PHIWATCH_SHARED to the shared folder (%v)", err)
	}
	return dir
}

// tcpPacket describes a test packet; addresses are 10.0.0.1 (client) and 10.0.0.2 (server).
type tcpPacket struct {
	fromServer bool
	seq, ack   uint32
	flags      string // of "SAFRPU"
	data       string
	ttl        uint8
	badSum     bool
	urgent     uint16
	ms         int64 // packet time
	sport      uint16
}

const (
	clientPort = 40000
	serverPort = 2525
)

// raw builds the IP packet.
func (q tcpPacket) raw() []byte {
	b := make([]byte, 40+len(q.data))
	sp := q.sport
	if sp == 0 {
		sp = clientPort
	}
	src, dst := [4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2}
	dp := uint16(serverPort)
	if q.fromServer {
		src, dst, sp, dp = dst, src, dp, sp
	}
	put16 := func(at int, v uint16) { b[at], b[at+1] = byte(v>>8), byte(v) }
	put32 := func(at int, v uint32) { put16(at, uint16(v>>16)); put16(at+2, uint16(v)) }
	b[0] = 0x45
	put16(2, uint16(len(b)))
	b[8], b[9] = 64, 6
	if q.ttl != 0 {
		b[8] = q.ttl
	}
	copy(b[12:], src[:])
	copy(b[16:], dst[:])
	put16(10, checksum(b[:20], 0))
	put16(20, sp)
	put16(22, dp)
	put32(24, q.seq)
	put32(28, q.ack)
	b[32] = 5 << 4
	for _, f := range q.flags {
		b[33] |= map[rune]byte{'F': 1, 'S': 2, 'R': 4, 'P': 8, 'A': 16, 'U': 32}[f]
	}
	put16(34, 0xffff)
	put16(38, q.urgent)
	copy(b[40:], q.data)
	put16(36, checksum(b[20:], pseudo(b, 6, len(b)-20)))
	if q.badSum {
		b[36] ^= 0x55
	}
	return b
}

func pseudo(ip []byte, proto byte, n int) uint32 {
	var s uint32
	for i := 12; i < 20; i += 2 {
		s += uint32(ip[i])<<8 | uint32(ip[i+1])
	}
	return s + uint32(proto) + uint32(n)
}

// checksum is the plain textbook sum, to judge the fast one.
func checksum(b []byte, s uint32) uint16 {
	for i, v := range b {
		if i&1 == 0 {
			s += uint32(v) << 8
		} else {
			s += uint32(v)
		}
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return ^uint16(s)
}

func (g *rig) tcp(q tcpPacket) {
	g.packet(flow.Packet{Data: q.raw(), At: flow.Second + flow.Time(q.ms)*1e6, Link: flow.LinkRaw})
}

// handshake opens the test connection; client bytes begin at isn+1, server bytes at 5001.
func (g *rig) handshake(isn uint32) {
	g.tcp(tcpPacket{seq: isn, flags: "S"})
	g.tcp(tcpPacket{fromServer: true, seq: 5000, ack: isn + 1, flags: "SA"})
	g.tcp(tcpPacket{seq: isn + 1, ack: 5001, flags: "A"})
}

// only returns the only flow.
func (g *rig) only() *rec {
	g.t.Helper()
	if len(g.rec.flows) != 1 {
		g.t.Fatalf("%d flows, expected 1", len(g.rec.flows))
	}
	return g.rec.flows[0]
}

func (c *rec) String() string {
	return fmt.Sprintf("%q | %q gaps %v alts %v %v", c.data[0], c.data[1], c.gaps, c.alts, c.why)
}

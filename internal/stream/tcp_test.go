package stream

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// seg is a short form for a client segment of the test connection: offset from the first byte.
func seg(off int, data string) tcpPacket {
	return tcpPacket{seq: uint32(1001 + off), ack: 5001, flags: "PA", data: data}
}

func reply(off int, ackOff int, data string) tcpPacket {
	return tcpPacket{fromServer: true, seq: uint32(5001 + off), ack: uint32(1001 + ackOff), flags: "PA", data: data}
}

func ackOf(ackOff int) tcpPacket { return reply(0, ackOff, "") }

func (q tcpPacket) at(ms int64) tcpPacket        { q.ms = ms; return q }
func (q tcpPacket) with(flags string) tcpPacket  { q.flags = flags; return q }
func (q tcpPacket) hops(ttl uint8) tcpPacket     { q.ttl = ttl; return q }
func (q tcpPacket) broken() tcpPacket            { q.badSum = true; return q }
func (q tcpPacket) pointing(at uint16) tcpPacket { q.urgent, q.flags = at, "PAU"; return q }

// TestTCP plays conversations after a handshake with client offset 0 at sequence number 1001. The numbers are those
// of the named cases of hostile traffic.
func TestTCP(t *testing.T) {
	for _, v := range []struct {
		name    string
		packets []tcpPacket
		client  string // bytes told, gaps left out
		server  string
		gaps    string // of the client direction
		alt     string // a text that some Alt must contain
		evasion string
		bare    bool // no handshake
		why     flow.CloseReason
	}{
		{name: "in order", packets: []tcpPacket{seg(0, "abc"), seg(3, "def"), reply(0, 6, "ok")}, client: "abcdef", server: "ok", why: flow.ClosedEnd},
		{name: "out of order", packets: []tcpPacket{seg(3, "def"), seg(6, "ghi"), seg(0, "abc")}, client: "abcdefghi", why: flow.ClosedEnd},
		{name: "retransmission, whole and in parts", packets: []tcpPacket{seg(0, "abcdef"), seg(0, "abcdef"), seg(2, "cd"), seg(4, "efgh")}, client: "abcdefgh", why: flow.ClosedEnd},
		{name: "segment over both ends of a waiting one", packets: []tcpPacket{seg(3, "def"), seg(1, "bcdefgh"), seg(0, "a")}, client: "abcdefgh", why: flow.ClosedEnd},
		{name: "7 overlap, delivered first", packets: []tcpPacket{seg(0, "ssn 000-00-0000 end"), seg(4, "123-45-6789")}, client: "ssn 000-00-0000 end", alt: "ssn 123-45-6789 end", evasion: EvasionTCPOverlap, why: flow.ClosedEnd},
		{name: "7 overlap, waiting first", packets: []tcpPacket{seg(4, "000-00-0000"), seg(4, "123-45-6789"), seg(0, "ssn "), seg(15, " end")}, client: "ssn 000-00-0000 end", alt: "ssn 123-45-6789 end", evasion: EvasionTCPOverlap, why: flow.ClosedEnd},
		{name: "7 overlap cut into segments is told in one piece", packets: []tcpPacket{seg(0, "ssn 000-00-0000 end"), seg(4, "123-4"), seg(9, "5-6789")}, client: "ssn 000-00-0000 end", alt: "123-45-6789", evasion: EvasionTCPOverlap, why: flow.ClosedEnd},
		{name: "7 the tail of the other version is new", packets: []tcpPacket{seg(0, "ssn 000-00"), seg(4, "123-45-6789")}, client: "ssn 000-00-6789", alt: "ssn 123-45-6789", evasion: EvasionTCPOverlap, why: flow.ClosedEnd},
		{name: "8 fake FIN before data", packets: []tcpPacket{seg(0, "abc"), seg(3, "").with("FA"), seg(3, "def"), ackOf(6)}, client: "abcdef", why: flow.ClosedEnd},
		{name: "9 RST, then data", packets: []tcpPacket{seg(0, "abc"), seg(3, "").with("R"), seg(3, "def"), ackOf(6)}, client: "abcdef", why: flow.ClosedRST},
		{name: "9 RST out of window, then data", packets: []tcpPacket{seg(0, "abc"), seg(900000000, "").with("R"), seg(3, "def")}, client: "abcdef", why: flow.ClosedRST},
		{name: "10 decoy with a bad checksum", packets: []tcpPacket{seg(0, "XXX").broken(), seg(0, "abc"), seg(3, "YYY").broken(), seg(3, "def")}, client: "abcdef", evasion: EvasionChecksum, why: flow.ClosedEnd},
		{name: "10 bad checksum but acknowledged", packets: []tcpPacket{seg(0, "abc").broken(), ackOf(3), seg(3, "def").broken(), seg(6, "ghi").broken()}, client: "abcdefghi", why: flow.ClosedEnd},
		{name: "10 bad checksum, nothing else came", packets: []tcpPacket{seg(0, "abc").broken(), seg(3, "def")}, client: "abcdef", why: flow.ClosedEnd},
		{name: "10 decoy without ACK flag", packets: []tcpPacket{seg(0, "XXX").with("P"), seg(0, "abc"), seg(3, "def")}, client: "abcdef", evasion: EvasionChecksum, why: flow.ClosedEnd},
		{name: "10 all checksums bad", bare: true, packets: []tcpPacket{seg(-1, "").with("S").broken(), seg(0, "abc").broken(), seg(3, "def").broken()}, client: "abcdef", why: flow.ClosedEnd},
		{name: "11 decoy with a low TTL", packets: []tcpPacket{seg(0, "head "), seg(5, "XXX").hops(2), seg(5, "abc")}, client: "head XXX", alt: "head abc", evasion: EvasionTTL, why: flow.ClosedEnd},
		{name: "12 urgent byte in the number", packets: []tcpPacket{seg(0, "123-4"), seg(5, "9").pointing(1), seg(6, "5-6789")}, client: "123-495-6789", alt: "123-45-6789", evasion: EvasionUrgent, why: flow.ClosedEnd},
		{name: "13 data on SYN", bare: true, packets: []tcpPacket{seg(-1, "abc").with("S"), reply(-1, 3, "").with("SA"), seg(3, "def")}, client: "abcdef", why: flow.ClosedEnd},
		{name: "13 data on SYN, not accepted, sent again", bare: true, packets: []tcpPacket{seg(-1, "abc").with("S"), reply(-1, 0, "").with("SA"), seg(0, "abcdef")}, client: "abcdef", why: flow.ClosedEnd},
		{name: "13 data on SYN, not accepted, then other data", bare: true, packets: []tcpPacket{seg(-1, "abc").with("S"), reply(-1, 0, "").with("SA"), seg(0, "xyzdef")}, client: "abcdef", alt: "xyzdef", evasion: EvasionTCPOverlap, why: flow.ClosedEnd},
		{name: "13 data on SYN-ACK", bare: true, packets: []tcpPacket{seg(-1, "").with("S"), reply(-1, 0, "hello").with("SA"), seg(0, "abc")}, client: "abc", server: "hello", why: flow.ClosedEnd},
		{name: "14 split handshake", bare: true, packets: []tcpPacket{seg(-1, "").with("S"), ackOf(0).with("A"), reply(-1, 0, "").with("S"), seg(-1, "").with("SA"), reply(0, 0, "").with("A"), seg(0, "abc"), reply(0, 3, "ok")}, client: "abc", server: "ok", why: flow.ClosedEnd},
		{name: "14 simultaneous open", bare: true, packets: []tcpPacket{seg(-1, "").with("S"), reply(-1, 0, "").with("S"), seg(-1, "").with("SA"), reply(-1, 0, "").with("SA"), seg(0, "abc")}, client: "abc", why: flow.ClosedEnd},
		{name: "14 SYN-ACK first", bare: true, packets: []tcpPacket{reply(-1, 0, "").with("SA"), seg(-1, "").with("S"), seg(0, "abc")}, client: "abc", why: flow.ClosedEnd},
		{name: "15 begun in the middle", bare: true, packets: []tcpPacket{seg(0, "abc"), reply(0, 3, "ok"), seg(3, "def")}, client: "abcdef", server: "ok", why: flow.ClosedEnd},
		{name: "15 begun in the middle, out of order", bare: true, packets: []tcpPacket{seg(3, "def"), seg(0, "abc"), seg(6, "ghi")}, client: "abcdefghi", why: flow.ClosedEnd},
		{name: "15 data before a late SYN", bare: true, packets: []tcpPacket{seg(3, "def"), seg(0, "abc"), seg(-1, "").with("S"), seg(6, "ghi")}, client: "abcdefghi", why: flow.ClosedEnd},
		{name: "15 client only, with a loss", bare: true, packets: []tcpPacket{seg(-1, "").with("S"), seg(0, "abc"), seg(6, "ghi").at(500), seg(9, "jkl").at(11000), seg(12, "m").at(12100)}, client: "abcghijklm", gaps: "[{3 3 gap}]", why: flow.ClosedEnd},
		{name: "20 old duplicate with other bytes", packets: []tcpPacket{seg(0, "ssn 000-00-0000"), seg(15, " and more"), seg(0, "ssn 123-45-6789").at(900)}, client: "ssn 000-00-0000 and more", alt: "ssn 123-45-6789 and", evasion: EvasionTCPOverlap, why: flow.ClosedEnd},
		{name: "16 gap when acknowledged", packets: []tcpPacket{seg(0, "abc"), seg(6, "ghi"), ackOf(9), ackOf(9).at(300), seg(9, "jkl").at(301)}, client: "abcghijkl", gaps: "[{3 3 gap}]", why: flow.ClosedEnd},
		{name: "16 no gap when the mirror shows the ACK first", packets: []tcpPacket{seg(0, "abc"), seg(6, "ghi"), ackOf(9), seg(3, "def").at(5)}, client: "abcdefghi", why: flow.ClosedEnd},
		{name: "16 bytes after their hole was given up", packets: []tcpPacket{seg(0, "abc"), seg(6, "ghi"), ackOf(9), ackOf(9).at(300), seg(3, "def").at(301)}, client: "abcghi", gaps: "[{3 3 gap}]", alt: "def", why: flow.ClosedEnd},
		{name: "16 gap by time", packets: []tcpPacket{seg(0, "abc"), seg(6, "ghi"), seg(9, "j").at(12000), seg(10, "k").at(13000)}, client: "abcghijk", gaps: "[{3 3 gap}]", why: flow.ClosedEnd},
		{name: "16 loss at the end", packets: []tcpPacket{seg(0, "abc"), ackOf(9)}, client: "abc", gaps: "[{3 6 gap}]", why: flow.ClosedEnd},
		{name: "16 only a FIN was lost", packets: []tcpPacket{seg(0, "abc"), ackOf(4)}, client: "abc", why: flow.ClosedEnd},
		{name: "16 first bytes lost", packets: []tcpPacket{seg(3, "def")}, client: "def", gaps: "[{0 3 gap}]", why: flow.ClosedEnd},
		{name: "keep-alive garbage", packets: []tcpPacket{seg(0, "abc"), ackOf(3), seg(2, "\x00"), seg(2, ""), seg(3, "def")}, client: "abcdef", why: flow.ClosedEnd},
		{name: "one-byte decoy is no keep-alive", packets: []tcpPacket{seg(0, "ab"), seg(2, "X"), seg(2, "c"), seg(3, "d")}, client: "abXd", alt: "abcd", evasion: EvasionTCPOverlap, why: flow.ClosedEnd},
		{name: "both finished", packets: []tcpPacket{seg(0, "abc").with("FA"), reply(0, 4, "ok").with("FA"), seg(4, "")}, client: "abc", server: "ok", why: flow.ClosedFIN},
		{name: "noise far away", packets: []tcpPacket{seg(0, "abc"), seg(500000000, "noise"), seg(3, "def"), ackOf(6)}, client: "abcdef", why: flow.ClosedEnd},
		{name: "noise far behind", packets: []tcpPacket{seg(0, "abc"), seg(-500000000, "noise"), seg(3, "def")}, client: "abcdef", why: flow.ClosedEnd},
		{name: "a long loss", packets: []tcpPacket{seg(0, "abc"), ackOf(3), seg(50000000, "def"), ackOf(50000003), seg(50000003, "ghi")}, client: "abcdefghi", gaps: "[{3 49999997 gap}]", why: flow.ClosedEnd},
		{name: "fake SYN in the middle", packets: []tcpPacket{seg(0, "abc"), seg(700000000, "").with("S"), seg(3, "def")}, client: "abcdef", why: flow.ClosedEnd},
	} {
		t.Run(v.name, func(t *testing.T) {
			g := newRig(t)
			if !v.bare {
				g.handshake(1000)
			}
			for _, p := range v.packets {
				g.tcp(p)
			}
			g.close()
			c := g.only()
			if string(c.data[0]) != v.client || string(c.data[1]) != v.server || c.why != v.why {
				t.Errorf("got %v", c)
			}
			if gaps := gapText(c, 0); gaps != v.gaps {
				t.Errorf("gaps %s, expected %s", gaps, v.gaps)
			}
			if !hasAlt(c, v.alt) {
				t.Errorf("no second version %q: %v", v.alt, c)
			}
			if v.alt == "" && len(c.alts) > 0 {
				t.Errorf("second version: %v", c)
			}
			if v.evasion == "" && len(g.rec.detail) > 0 || v.evasion != "" && g.rec.detail[v.evasion] != 1 {
				t.Errorf("evasions %v, expected %q", g.rec.detail, v.evasion)
			}
			if c.ends[0].Port() != clientPort {
				t.Errorf("client is %v", c.ends[0])
			}
			if c.f.Base[0] != 1001 && v.gaps == "" && v.client != "" {
				t.Errorf("base %d", c.f.Base[0])
			}
		})
	}
}

func gapText(c *rec, d int) string {
	if len(c.gaps[d]) == 0 {
		return ""
	}
	var out []string
	for _, v := range c.gaps[d] {
		out = append(out, fmt.Sprintf("{%d %d %v}", v.off, v.n, v.why))
	}
	return "[" + strings.Join(out, " ") + "]"
}

func hasAlt(c *rec, text string) bool {
	if text == "" {
		return true
	}
	for _, a := range c.alts {
		if strings.Contains(a.b, text) {
			return true
		}
	}
	return false
}

// Case 15: only the server's side was captured. Its port tells who it is when it is a well-known one.
func TestServerOnly(t *testing.T) {
	for _, v := range []struct {
		port   uint16
		server flow.Dir
	}{{25, flow.ToClient}, {40000, flow.ToServer}} {
		g := newRig(t)
		for _, q := range []tcpPacket{seg(0, "hel"), seg(6, "you"), seg(3, "lo ")} {
			q.sport = v.port
			g.tcp(q)
		}
		g.close()
		if c := g.only(); string(c.data[v.server]) != "hello you" || c.f.Handshake {
			t.Errorf("port %d: %v", v.port, c)
		}
	}
}

// Case 17: the sequence numbers wrap inside of the data, in each place, with and without an overlapping retransmission.
func TestSequenceWrap(t *testing.T) {
	const text = "name=Doe&ssn=123-45-6789&end=1"
	for back := uint32(0); back < uint32(len(text))+2; back++ {
		g := newRig(t)
		isn := -back - 1
		g.handshake(isn)
		at := func(off, n int) {
			g.tcp(tcpPacket{seq: isn + 1 + uint32(off), ack: 5001, flags: "A", data: text[off : off+n]})
		}
		at(0, 10)
		at(10, 10)
		at(10, 19)
		at(29, 1)
		at(5, 25)
		g.close()
		if c := g.only(); string(c.data[0]) != text || len(c.gaps[0]) > 0 || len(c.alts) > 0 {
			t.Fatalf("wrap %d bytes in: %v", back, c)
		}
	}
}

// Case 18: segments of one byte, reversed, interleaved, and each sent twice.
func TestOneByteSegments(t *testing.T) {
	text := strings.Repeat("0123456789abcdef", 300)
	g := newRig(t)
	g.handshake(1000)
	for i := len(text) - 1; i >= 0; i-- {
		g.tcp(seg(i, text[i:i+1]))
		g.tcp(seg(i, text[i:i+1]))
	}
	st := g.close()
	if c := g.only(); string(c.data[0]) != text || len(c.alts) > 0 {
		t.Errorf("%d bytes, %d second versions", len(c.data[0]), len(c.alts))
	}
	if st.OutOfOrder == 0 || st.Retransmits == 0 {
		t.Errorf("%+v", st)
	}
}

// Case 19: two conversations on the same ports.
func TestPortReuse(t *testing.T) {
	for _, v := range []struct {
		name string
		end  []tcpPacket // of the first one
		next []tcpPacket
		why  flow.CloseReason
	}{
		{"after FIN", []tcpPacket{seg(3, "").with("FA"), reply(0, 4, "").with("FA")}, []tcpPacket{
			{seq: 900000, flags: "S"}, {fromServer: true, seq: 7000, ack: 900001, flags: "SA"}, {seq: 900001, ack: 7001, flags: "PA", data: "xyz"}}, flow.ClosedFIN},
		{"after RST", []tcpPacket{seg(3, "").with("RA")}, []tcpPacket{
			{seq: 900000, flags: "S"}, {seq: 900001, ack: 7001, flags: "PA", data: "xyz"}}, flow.ClosedRST},
		{"without an end", nil, []tcpPacket{
			{seq: 900000, flags: "S"}, {fromServer: true, seq: 7000, ack: 900001, flags: "SA"}, {seq: 900001, ack: 7001, flags: "PA", data: "xyz"}}, flow.ClosedReuse},
		{"without an end, client only", nil, []tcpPacket{
			{seq: 900000000, flags: "S"}, {seq: 900000001, ack: 7001, flags: "PA", data: "xyz"}}, flow.ClosedReuse},
		{"beginning not captured, acknowledged", nil, []tcpPacket{
			{seq: 3500000000, ack: 7001, flags: "PA", data: "xyz"}, {fromServer: true, seq: 7001, ack: 3500000003, flags: "A"}}, flow.ClosedReuse},
	} {
		t.Run(v.name, func(t *testing.T) {
			g := newRig(t)
			g.handshake(1000)
			g.tcp(seg(0, "abc"))
			for _, p := range append(v.end, v.next...) {
				g.tcp(p)
			}
			g.close()
			if len(g.rec.flows) != 2 {
				t.Fatalf("%d flows: %v", len(g.rec.flows), g.rec.flows)
			}
			a, b := g.rec.flows[0], g.rec.flows[1]
			if string(a.data[0]) != "abc" || a.why != v.why || string(b.data[0]) != "xyz" || b.ends[0].Port() != clientPort {
				t.Errorf("first %v, second %v", a, b)
			}
		})
	}
}

// Case 22: frames cut by the snaplen. What is there is told, what is not is a gap in its place.
func TestSnaplen(t *testing.T) {
	g := newRig(t)
	g.handshake(1000)
	cut := func(q tcpPacket, n int) {
		b := q.raw()
		g.packet(flow.Packet{Data: b[:min(n, len(b))], Wire: uint32(len(b)), At: flow.Second, Link: flow.LinkRaw})
	}
	cut(seg(0, "abcdefghij"), 45)
	cut(seg(10, "klmnopqrst"), 45)
	cut(seg(30, "30-40-----"), 44) // out of order
	cut(seg(20, "20-30-----"), 43)
	cut(seg(40, "40-50-----"), 30) // cut inside of the TCP options' place: no payload at all
	g.close()
	c := g.only()
	if string(c.data[0]) != "abcdeklmno20-30-4" || c.f.Missing[0] != 5+5+7+6 {
		t.Errorf("%v missing %d", c, c.f.Missing[0])
	}
	for _, v := range c.gaps[0] {
		if v.why != coverage.Snaplen {
			t.Errorf("gap %v", v)
		}
	}
}

// Case 23: a total length of 0 runs to the end of the frame; padding behind a total length is not payload.
func TestOffloadAndPadding(t *testing.T) {
	g := newRig(t)
	g.handshake(1000)
	b := seg(0, strings.Repeat("x", 9000)).raw()
	b[2], b[3], b[10], b[11] = 0, 0, 0, 0
	s := checksum(b[:20], 0)
	b[10], b[11] = byte(s>>8), byte(s)
	g.packet(flow.Packet{Data: b, At: flow.Second, Link: flow.LinkRaw})
	g.packet(flow.Packet{Data: append(seg(9000, "abc").raw(), "PADDING"...), At: flow.Second, Link: flow.LinkRaw})
	g.close()
	if c := g.only(); len(c.data[0]) != 9003 || strings.Contains(string(c.data[0]), "P") {
		t.Errorf("%d bytes", len(c.data[0]))
	}
}

func TestWant(t *testing.T) {
	g := newRig(t)
	g.rec.want = func(c *rec, d flow.Dir, off uint64, n int) flow.Want {
		switch {
		case d == flow.ToClient:
			return flow.Bypass
		case off == 0:
			return 4
		}
		return 0
	}
	g.handshake(1000)
	g.tcp(seg(0, "abc"))
	g.tcp(seg(5, "fg"))
	g.tcp(seg(3, "de"))
	g.tcp(seg(7, "hij"))
	g.tcp(reply(0, 10, "first"))
	g.tcp(reply(9, 10, "late"))
	g.tcp(reply(5, 10, "more"))
	g.tcp(reply(5, 10, "more"))
	g.close()
	c := g.only()
	if string(c.data[0]) != "abchij" || c.skipped[0] != 4 || string(c.data[1]) != "first" || c.skipped[1] == 0 {
		t.Errorf("%v skipped %v", c, c.skipped)
	}
}

// A hole that is never filled costs at most the flow's budget, and what lies behind is delivered.
func TestFlowBudget(t *testing.T) {
	g := newRig(t)
	g.cfg.FlowBytes = 64 << 10
	g.handshake(1000)
	block := strings.Repeat("y", 1400)
	for i := range 200 {
		g.tcp(seg(10+i*1400, block))
		for _, s := range g.order {
			if m := s.Stats().Buffered; m > 80<<10 {
				t.Fatalf("%d bytes buffered", m)
			}
		}
	}
	g.close()
	if c := g.only(); len(c.data[0]) != 200*1400 || gapText(c, 0) != "[{0 10 gap}]" {
		t.Errorf("%d bytes, gaps %v", len(c.data[0]), c.gaps)
	}
}

// The table and the shard's buffers are bounded however many flows come.
func TestShardBudget(t *testing.T) {
	g := newRig(t)
	g.cfg = Config{Flows: 100, ShardBytes: 256 << 10}
	for i := range 1000 {
		port := uint16(1024 + i)
		g.tcp(tcpPacket{sport: port, seq: 1000, flags: "S", ms: int64(i)})
		g.tcp(tcpPacket{sport: port, seq: 1001, ack: 5001, flags: "A", data: strings.Repeat("a", 1000), ms: int64(i)})
		g.tcp(tcpPacket{sport: port, seq: 3001, ack: 5001, flags: "A", data: strings.Repeat("b", 1000), ms: int64(i)})
		for _, s := range g.order {
			if st := s.Stats(); st.Open > 100 || st.Buffered > 256<<10 {
				t.Fatalf("%d flows, %d bytes", st.Open, st.Buffered)
			}
		}
	}
	st := g.close()
	if st.FlowsShed == 0 || len(g.rec.flows) != 1000 {
		t.Errorf("%+v, %d flows", st, len(g.rec.flows))
	}
	for _, c := range g.rec.flows {
		if len(c.data[0]) != 2000 {
			t.Fatalf("a flow lost bytes: %d", len(c.data[0]))
		}
	}
}

func TestTimeouts(t *testing.T) {
	g := newRig(t)
	g.handshake(1000)
	g.tcp(seg(0, "abc"))
	g.tcp(tcpPacket{sport: 41000, seq: 1, flags: "S", ms: 1000})
	for i := range 20 { // ticks need packets
		g.tcp(tcpPacket{sport: 42000, seq: 1, flags: "S", ms: int64(i) * 290e3})
	}
	c := g.only()
	if !c.closed || c.why != flow.ClosedTimeout {
		t.Errorf("closed %v %v", c.closed, c.why)
	}
	g.close()
}

// One packet with a time far in the future must not end the others.
func TestClockLeap(t *testing.T) {
	g := newRig(t)
	g.handshake(1000)
	g.tcp(seg(0, "abc"))
	g.tcp(seg(3, "def").at(1e9))
	g.tcp(seg(6, "ghi").at(10))
	g.tcp(seg(9, "jkl").at(2000))
	g.close()
	if c := g.only(); string(c.data[0]) != "abcdefghijkl" {
		t.Errorf("%v", c)
	}
}

// The consumer may flip the flow at any time; the counters stay with their ends.
func TestFlippedFlow(t *testing.T) {
	g := newRig(t)
	g.tcp(tcpPacket{seq: 1001, ack: 5001, flags: "PA", data: "abc"})
	g.tcp(reply(0, 3, "hello"))
	c := g.only()
	c.f.Flip()
	g.tcp(seg(3, "def"))
	if c.f.Bytes != [2]uint64{5, 6} || c.f.Packets != [2]uint64{1, 2} {
		t.Errorf("bytes %v packets %v", c.f.Bytes, c.f.Packets)
	}
	c.f.Flip()
	g.close()
}

package pcaptest

import (
	"net/netip"
	"slices"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// Session is one TCP connection. Its fields may be changed at any time.
type Session struct {
	c    *Capture
	Ends [2]netip.AddrPort // client, server
	// Seq is the next sequence number of each direction. Set it before Open to choose the initial ones.
	Seq    [2]uint32
	MSS    int      // largest segment; 1460 at first
	VLAN   []uint16 // tags from the outside in
	Mute   [2]bool  // the packets of this direction are not captured
	NoAcks bool     // no bare acknowledgement after data
}

// TCP begins a connection between a client and a server, each "address:port". It writes no packet yet.
func (c *Capture) TCP(client, server string) *Session {
	s := &Session{c: c, MSS: 1460}
	s.Ends = [2]netip.AddrPort{netip.MustParseAddrPort(client), netip.MustParseAddrPort(server)}
	s.Seq = [2]uint32{c.next, c.next + 500_000}
	c.next += 1_000_000
	return s
}

// Open writes the handshake.
func (s *Session) Open() {
	mss := []byte{2, 4, 5, 180}
	s.write(flow.ToServer, Segment{Seq: s.Seq[0], Flags: SYN, Options: mss}, nil)
	s.Seq[0]++
	s.write(flow.ToClient, Segment{Seq: s.Seq[1], Ack: s.Seq[0], Flags: SYN | ACK, Options: mss}, nil)
	s.Seq[1]++
	s.Ack(flow.ToServer)
}

// Client sends data from the client. Offsets in at are where segments end; what lies between them is split by MSS.
func (s *Session) Client(data string, at ...int) { s.Send(flow.ToServer, []byte(data), at...) }

// Server sends data from the server, like Client.
func (s *Session) Server(data string, at ...int) { s.Send(flow.ToClient, []byte(data), at...) }

// Send sends data in a direction, split at the given offsets and by MSS, and has it acknowledged.
func (s *Session) Send(d flow.Dir, data []byte, at ...int) {
	at = append(slices.Clone(at), len(data))
	slices.Sort(at)
	pos := 0
	for _, end := range at {
		end = min(max(end, pos), len(data))
		for pos < end {
			n := min(end-pos, s.MSS)
			s.write(d, Segment{Seq: s.Seq[d], Ack: s.Seq[d^1], Flags: ACK | PSH}, data[pos:pos+n])
			s.Seq[d] += uint32(n)
			pos += n
		}
	}
	if !s.NoAcks && len(data) > 0 {
		s.Ack(d.Other())
	}
}

// Skip moves the sequence number without a packet: n bytes that were lost before the sensor.
func (s *Session) Skip(d flow.Dir, n int) { s.Seq[d] += uint32(n) }

// Ack sends a bare acknowledgement.
func (s *Session) Ack(d flow.Dir) {
	s.write(d, Segment{Seq: s.Seq[d], Ack: s.Seq[d^1], Flags: ACK}, nil)
}

// At sends a segment rel bytes after (before, if negative) the present sequence number and moves nothing: for
// retransmissions, overlaps and disorder. flags 0 means ACK|PSH.
func (s *Session) At(d flow.Dir, rel int, data string, flags byte) {
	if flags == 0 {
		flags = ACK | PSH
	}
	s.Raw(d, Segment{Seq: s.Seq[d] + uint32(rel), Ack: s.Seq[d^1], Flags: flags}, data)
}

// Raw sends a segment as given.
func (s *Session) Raw(d flow.Dir, h Segment, data string) { s.write(d, h, []byte(data)) }

// FIN ends one direction.
func (s *Session) FIN(d flow.Dir) {
	s.write(d, Segment{Seq: s.Seq[d], Ack: s.Seq[d^1], Flags: FIN | ACK}, nil)
	s.Seq[d]++
}

// RST resets the connection from one side.
func (s *Session) RST(d flow.Dir) {
	s.write(d, Segment{Seq: s.Seq[d], Ack: s.Seq[d^1], Flags: RST | ACK}, nil)
}

// Close ends the connection by FIN from both sides, the client first.
func (s *Session) Close() {
	s.FIN(flow.ToServer)
	s.FIN(flow.ToClient)
	s.Ack(flow.ToServer)
}

func (s *Session) write(d flow.Dir, h Segment, payload []byte) {
	if s.Mute[d] {
		return
	}
	if h.Window == 0 {
		h.Window = 65535
	}
	src, dst := s.Ends[d], s.Ends[d^1]
	s.c.Frame(Ethernet(IP(src.Addr(), dst.Addr(), flow.TCP, TCP(src, dst, h, payload)), s.VLAN...))
}

// Datagrams is an exchange of UDP datagrams.
type Datagrams struct {
	c    *Capture
	Ends [2]netip.AddrPort
	VLAN []uint16
}

// UDP begins an exchange between a client and a server, each "address:port".
func (c *Capture) UDP(client, server string) *Datagrams {
	return &Datagrams{c: c, Ends: [2]netip.AddrPort{netip.MustParseAddrPort(client), netip.MustParseAddrPort(server)}}
}

// Client sends a datagram from the client.
func (u *Datagrams) Client(data string) { u.Send(flow.ToServer, []byte(data)) }

// Server sends a datagram from the server.
func (u *Datagrams) Server(data string) { u.Send(flow.ToClient, []byte(data)) }

// Send sends a datagram in a direction.
func (u *Datagrams) Send(d flow.Dir, data []byte) {
	src, dst := u.Ends[d], u.Ends[d^1]
	u.c.Frame(Ethernet(IP(src.Addr(), dst.Addr(), flow.UDP, UDP(src, dst, data)), u.VLAN...))
}

package main

import (
	"bufio"
	"encoding/binary"
	"net/netip"
)

// wire writes TCP sessions as Ethernet frames into a pcap, interleaved in rounds so that many flows are open at a time.
type wire struct {
	w     *bufio.Writer
	now   uint64 // microseconds
	bytes int64
	ports uint16
	frame []byte
}

const mss = 1448

func newWire(w *bufio.Writer) *wire {
	h := make([]byte, 24)
	binary.LittleEndian.PutUint32(h, 0xa1b2c3d4)
	binary.LittleEndian.PutUint16(h[4:], 2)
	binary.LittleEndian.PutUint16(h[6:], 4)
	binary.LittleEndian.PutUint32(h[16:], 262144)
	binary.LittleEndian.PutUint32(h[20:], 1)
	_, _ = w.Write(h)
	return &wire{w: w, now: 1_790_000_000_000_000, ports: 20000, frame: make([]byte, 0, 1600)}
}

// turn is what one side says.
type turn struct {
	server bool
	data   []byte
}

// session is a conversation on its way onto the wire.
type session struct {
	ends  [2]netip.AddrPort
	seq   [2]uint32
	turns []turn
	state int
	unack int
}

func (w *wire) session(server netip.AddrPort, turns []turn) *session {
	w.ports++
	if w.ports < 20000 {
		w.ports = 20000
	}
	client := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 20, byte(w.ports >> 8), byte(w.ports)}), w.ports)
	return &session{ends: [2]netip.AddrPort{client, server}, seq: [2]uint32{uint32(w.ports) * 7919, uint32(w.ports) * 104729}, turns: turns}
}

// step puts the next few packets of a session onto the wire; false when it is over.
func (w *wire) step(s *session) bool {
	switch {
	case s.state == 0:
		w.packet(s, 0, 0x02, nil)
		s.seq[0]++
		w.packet(s, 1, 0x12, nil)
		s.seq[1]++
		w.packet(s, 0, 0x10, nil)
		s.state = 1
	case len(s.turns) > 0:
		w.burst(s)
	default:
		w.packet(s, 0, 0x11, nil)
		s.seq[0]++
		w.packet(s, 1, 0x11, nil)
		s.seq[1]++
		w.packet(s, 0, 0x10, nil)
		return false
	}
	return true
}

// burst sends up to eight segments of the present turn, each pair acknowledged.
func (w *wire) burst(s *session) {
	t := &s.turns[0]
	d := 0
	if t.server {
		d = 1
	}
	for i := 0; i < 8 && len(t.data) > 0; i++ {
		n := min(mss, len(t.data))
		w.packet(s, d, 0x18, t.data[:n])
		s.seq[d] += uint32(n)
		t.data = t.data[n:]
		if s.unack++; s.unack == 2 {
			w.packet(s, 1-d, 0x10, nil)
			s.unack = 0
		}
	}
	if len(t.data) == 0 {
		s.turns = s.turns[1:]
	}
}

// packet writes one frame of side d with right checksums.
func (w *wire) packet(s *session, d int, flags byte, b []byte) {
	f := append(w.frame[:0], 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0)
	src, dst := s.ends[d], s.ends[1-d]
	f = append(f, 0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0)
	f = append(f, src.Addr().AsSlice()...)
	f = append(f, dst.Addr().AsSlice()...)
	binary.BigEndian.PutUint16(f[16:], uint16(20+32+len(b)))
	binary.BigEndian.PutUint16(f[24:], ^sum(f[14:34], 0))
	f = binary.BigEndian.AppendUint16(f, src.Port())
	f = binary.BigEndian.AppendUint16(f, dst.Port())
	f = binary.BigEndian.AppendUint32(f, s.seq[d])
	ack := s.seq[1-d]
	if flags&0x10 == 0 {
		ack = 0
	}
	f = binary.BigEndian.AppendUint32(f, ack)
	f = append(f, 0x80, flags, 0xfa, 0xf0, 0, 0, 0, 0, 1, 1, 8, 10)
	f = binary.BigEndian.AppendUint32(f, uint32(w.now/1000))
	f = binary.BigEndian.AppendUint32(f, uint32(w.now/1000))
	f = append(f, b...)
	binary.BigEndian.PutUint16(f[50:], ^sum(f[34:], uint32(sum(f[26:34], 0))+6+uint32(len(f)-34)))
	w.now += 8
	var h [16]byte
	binary.LittleEndian.PutUint32(h[0:], uint32(w.now/1e6))
	binary.LittleEndian.PutUint32(h[4:], uint32(w.now%1e6))
	binary.LittleEndian.PutUint32(h[8:], uint32(len(f)))
	binary.LittleEndian.PutUint32(h[12:], uint32(len(f)))
	_, _ = w.w.Write(h[:])
	_, _ = w.w.Write(f)
	w.bytes += int64(16 + len(f))
}

// sum is the Internet checksum (RFC 1071), not complemented.
func sum(b []byte, start uint32) uint16 {
	s := uint64(start)
	for ; len(b) >= 2; b = b[2:] {
		s += uint64(b[0])<<8 | uint64(b[1])
	}
	if len(b) == 1 {
		s += uint64(b[0]) << 8
	}
	for s > 0xffff {
		s = s>>16 + s&0xffff
	}
	return uint16(s)
}

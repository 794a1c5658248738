package pcaptest

import (
	"encoding/binary"
	"net/netip"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// TCP flags.
const (
	FIN = 0x01
	SYN = 0x02
	RST = 0x04
	PSH = 0x08
	ACK = 0x10
	URG = 0x20
)

// Ethernet wraps an IP packet, with VLAN tags from the outside in.
func Ethernet(ip []byte, vlan ...uint16) []byte {
	out := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	for i, v := range vlan {
		tpid := uint16(0x8100)
		if i == 0 && len(vlan) > 1 {
			tpid = 0x88a8
		}
		out = binary.BigEndian.AppendUint16(out, tpid)
		out = binary.BigEndian.AppendUint16(out, v)
	}
	ether := uint16(0x0800)
	if len(ip) > 0 && ip[0]>>4 == 6 {
		ether = 0x86dd
	}
	out = binary.BigEndian.AppendUint16(out, ether)
	return append(out, ip...)
}

// IP wraps a transport segment in IPv4 or IPv6, by the family of src.
func IP(src, dst netip.Addr, proto flow.Transport, segment []byte) []byte {
	if src.Is4() {
		return IPv4(src, dst, proto, 0, 0x4000, segment)
	}
	out := []byte{0x60, 0, 0, 0}
	out = binary.BigEndian.AppendUint16(out, uint16(len(segment)))
	out = append(out, byte(proto), 64)
	out = append(out, src.AsSlice()...)
	out = append(out, dst.AsSlice()...)
	return append(out, segment...)
}

// IPv4 makes an IPv4 packet with a given identification and a given flags-and-offset field (for fragments).
func IPv4(src, dst netip.Addr, proto flow.Transport, id, frag uint16, payload []byte) []byte {
	out := []byte{0x45, 0}
	out = binary.BigEndian.AppendUint16(out, uint16(20+len(payload)))
	out = binary.BigEndian.AppendUint16(out, id)
	out = binary.BigEndian.AppendUint16(out, frag)
	out = append(out, 64, byte(proto), 0, 0)
	out = append(out, src.AsSlice()...)
	out = append(out, dst.AsSlice()...)
	binary.BigEndian.PutUint16(out[10:], ^fold(sum(out)))
	return append(out, payload...)
}

// Segment is the header of a TCP segment.
type Segment struct {
	Seq, Ack uint32
	Flags    byte
	Window   uint16
	Urgent   uint16
	Options  []byte // padded to a multiple of four by TCP
	Bad      bool   // write a wrong checksum
}

// TCP makes a TCP segment with its checksum.
func TCP(src, dst netip.AddrPort, h Segment, payload []byte) []byte {
	opts := append([]byte(nil), h.Options...)
	for len(opts)%4 != 0 {
		opts = append(opts, 0)
	}
	out := binary.BigEndian.AppendUint16(nil, src.Port())
	out = binary.BigEndian.AppendUint16(out, dst.Port())
	out = binary.BigEndian.AppendUint32(out, h.Seq)
	out = binary.BigEndian.AppendUint32(out, h.Ack)
	out = append(out, byte(5+len(opts)/4)<<4, h.Flags)
	out = binary.BigEndian.AppendUint16(out, h.Window)
	out = append(out, 0, 0)
	out = binary.BigEndian.AppendUint16(out, h.Urgent)
	out = append(append(out, opts...), payload...)
	check := Checksum(src.Addr(), dst.Addr(), flow.TCP, out)
	if h.Bad {
		check ^= 0x5555
	}
	binary.BigEndian.PutUint16(out[16:], check)
	return out
}

// UDP makes a UDP datagram with its checksum.
func UDP(src, dst netip.AddrPort, payload []byte) []byte {
	out := binary.BigEndian.AppendUint16(nil, src.Port())
	out = binary.BigEndian.AppendUint16(out, dst.Port())
	out = binary.BigEndian.AppendUint16(out, uint16(8+len(payload)))
	out = append(append(out, 0, 0), payload...)
	check := Checksum(src.Addr(), dst.Addr(), flow.UDP, out)
	if check == 0 {
		check = 0xffff
	}
	binary.BigEndian.PutUint16(out[6:], check)
	return out
}

// Checksum is the checksum of a transport segment whose checksum field is zero; over a segment with its right
// checksum it is zero.
func Checksum(src, dst netip.Addr, proto flow.Transport, segment []byte) uint16 {
	s := sum(src.AsSlice()) + sum(dst.AsSlice()) + uint32(proto) + uint32(len(segment)) + sum(segment)
	return ^fold(s)
}

func sum(b []byte) uint32 {
	var s uint32
	for ; len(b) > 1; b = b[2:] {
		s += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return s
}

func fold(s uint32) uint16 {
	for s>>16 != 0 {
		s = s&0xffff + s>>16
	}
	return uint16(s)
}

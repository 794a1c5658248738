package stream

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"github.com/phiwatch/phiwatch/internal/coverage"
)

// maxExtensions bounds the chain of IPv6 extension headers.
const maxExtensions = 16

// IP protocol numbers.
const (
	protoHopOpts  = 0
	protoICMP     = 1
	protoIGMP     = 2
	protoIPIP     = 4
	protoTCP      = 6
	protoUDP      = 17
	protoIPv6     = 41
	protoRouting  = 43
	protoFragment = 44
	protoGRE      = 47
	protoESP      = 50
	protoAH       = 51
	protoICMPv6   = 58
	protoNone     = 59
	protoDstOpts  = 60
	protoEtherIP  = 97
	protoMobility = 135
	protoMPLS     = 137
	protoHIP      = 139
	protoShim6    = 140
)

// addr is an IP address as two words; an IPv4 address has the form of a mapped one, and the version is kept apart.
type addr struct{ hi, lo uint64 }

func (a addr) less(b addr) bool { return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo }

func (a addr) netip(v6 bool) netip.Addr {
	if !v6 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(a.lo))
		return netip.AddrFrom4(b)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], a.hi)
	binary.BigEndian.PutUint64(b[8:], a.lo)
	return netip.AddrFrom16(b)
}

// header is a decoded IP header with the extension headers behind it. Offsets count from the IP header.
type header struct {
	src, dst addr
	pseudo   uint64 // sum of the addresses, for checksums
	l4       int    // begin of the payload
	end      int    // end of the payload as far as it was captured
	cut      int    // bytes of the payload behind end that the snaplen cut off
	id       uint32
	fragOff  int
	proto    uint8
	ttl      uint8
	v6       bool
	badSum   bool
	frag     bool
	more     bool
	partial  bool // made of the fragments that came; the rest is missing
}

// decodeIP reads the IP header at the begin of b. truncated tells that the capture cut the frame.
func decodeIP(b []byte, truncated bool, h *header) coverage.Reason {
	short := coverage.Malformed
	if truncated {
		short = coverage.Snaplen
	}
	if len(b) < 20 {
		return short
	}
	switch b[0] >> 4 {
	case 4:
		return decodeIPv4(b, truncated, short, h)
	case 6:
		return decodeIPv6(b, truncated, short, h)
	}
	return coverage.Malformed
}

func decodeIPv4(b []byte, truncated bool, short coverage.Reason, h *header) coverage.Reason {
	h.l4 = int(b[0]&15) * 4
	if h.l4 < 20 {
		return coverage.Malformed
	}
	if h.l4 > len(b) {
		return short
	}
	total := int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 { // segmentation offload: the packet runs to the end of the frame
		total = len(b)
	}
	if total < h.l4 {
		return coverage.Malformed
	}
	if r := h.bounds(total, len(b), truncated); r != coverage.None {
		return r
	}
	h.v6 = false
	h.src = addr{0, 0xffff<<32 | uint64(binary.BigEndian.Uint32(b[12:]))}
	h.dst = addr{0, 0xffff<<32 | uint64(binary.BigEndian.Uint32(b[16:]))}
	h.pseudo = sum(b[12:20], 0)
	h.badSum = fold(sum(b[:h.l4], 0)) != 0xffff
	h.ttl, h.proto = b[8], b[9]
	h.id = uint32(binary.BigEndian.Uint16(b[4:]))
	f := binary.BigEndian.Uint16(b[6:])
	h.more = f&0x2000 != 0
	h.fragOff = int(f&0x1fff) * 8
	h.frag = h.more || h.fragOff > 0 // whatever DF says: who sends both means the fragment
	return coverage.None
}

func decodeIPv6(b []byte, truncated bool, short coverage.Reason, h *header) coverage.Reason {
	if len(b) < 40 {
		return short
	}
	total := int(binary.BigEndian.Uint16(b[4:])) + 40
	if total == 40 && b[6] != protoNone { // jumbogram or segmentation offload
		total = len(b)
	}
	if r := h.bounds(total, len(b), truncated); r != coverage.None {
		return r
	}
	h.v6 = true
	h.src = addr{binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint64(b[16:])}
	h.dst = addr{binary.BigEndian.Uint64(b[24:]), binary.BigEndian.Uint64(b[32:])}
	h.pseudo = sum(b[8:40], 0)
	h.badSum, h.frag, h.more, h.fragOff, h.id = false, false, false, 0, 0
	h.ttl = b[7]
	return h.extensions(b[:h.end], 40, b[6], short)
}

// bounds sets end and cut. A packet that claims to be longer than its complete frame is refused by every receiver.
func (h *header) bounds(total, captured int, truncated bool) coverage.Reason {
	h.end, h.cut = total, 0
	if total > captured {
		if !truncated {
			return coverage.Malformed
		}
		h.end, h.cut = captured, total-captured
	}
	return coverage.None
}

// extensions walks the extension headers from at on, up to the transport or to a fragment header. Fragment headers
// of whole packets (atomic fragments, RFC 6946) are passed over.
func (h *header) extensions(b []byte, at int, next uint8, short coverage.Reason) coverage.Reason {
	if h.cut == 0 {
		short = coverage.Malformed
	}
	for range maxExtensions {
		size := 0
		switch next {
		case protoHopOpts, protoRouting, protoDstOpts, protoMobility, protoHIP, protoShim6:
			if at+8 > len(b) {
				return short
			}
			size = int(b[at+1])*8 + 8
		case protoAH:
			if at+8 > len(b) {
				return short
			}
			size = int(b[at+1])*4 + 8
		case protoFragment:
			if at+8 > len(b) {
				return short
			}
			size = 8
			f := binary.BigEndian.Uint16(b[at+2:])
			if f&0xfff9 != 0 {
				h.frag, h.more, h.fragOff = true, f&1 != 0, int(f&0xfff8)
				h.id = binary.BigEndian.Uint32(b[at+4:])
				h.proto, h.l4 = b[at], at+8
				return coverage.None
			}
		default:
			h.proto, h.l4 = next, at
			return coverage.None
		}
		next = b[at]
		at += size
		if at > len(b) {
			return short
		}
	}
	return coverage.Malformed
}

// sum adds b to a ones' complement sum in host byte order; fold makes the 16-bit value. The byte order does not
// matter for the check against 0xffff.
func sum(b []byte, s uint64) uint64 {
	var c, r uint64
	for len(b) >= 128 { // two chains of additions that the processor can run side by side
		s = sum64((*[64]byte)(b), s)
		r = sum64((*[64]byte)(b[64:]), r)
		b = b[128:]
	}
	s, c = bits.Add64(s, r, 0)
	s += c
	if len(b) >= 64 {
		s = sum64((*[64]byte)(b), s)
		b = b[64:]
	}
	for len(b) >= 8 {
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b), 0)
		s += c
		b = b[8:]
	}
	if len(b) >= 4 {
		s, c = bits.Add64(s, uint64(binary.LittleEndian.Uint32(b)), 0)
		s += c
		b = b[4:]
	}
	var tail uint64
	for i := 0; i < len(b); i++ {
		tail |= uint64(b[i]) << (8 * i)
	}
	s, c = bits.Add64(s, tail, 0)
	return s + c
}

func sum64(b *[64]byte, s uint64) uint64 {
	var c uint64
	s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[0:]), 0)
	s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[8:]), c)
	s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[16:]), c)
	s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[24:]), c)
	s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[32:]), c)
	s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[40:]), c)
	s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[48:]), c)
	s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[56:]), c)
	s, c = bits.Add64(s, 0, c) // all ones and a carry
	return s + c
}

func fold(s uint64) uint16 {
	s = s>>32 + s&0xffffffff
	s = s>>32 + s&0xffffffff
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	return uint16(s)
}

// goodSum checks the checksum of a TCP segment or UDP datagram with its pseudo-header.
func (h *header) goodSum(l4 []byte, proto uint8) bool {
	n := uint32(len(l4))
	s, c := bits.Add64(h.pseudo, uint64(bits.ReverseBytes32(n)), 0)
	s, c = bits.Add64(s, uint64(proto)<<8, c)
	s, c = bits.Add64(s, 0, c)
	return fold(sum(l4, s+c)) == 0xffff
}

// TCP flags.
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
	flagURG
)

// segment is a decoded TCP segment.
type segment struct {
	payload []byte
	cut     int // payload bytes behind it that the snaplen cut off
	seq     uint32
	ack     uint32
	window  uint32
	sport   uint16
	dport   uint16
	urgent  uint16
	flags   uint8
	scale   uint8 // window scale of a SYN
	ttl     uint8
	sound   bool // its receiver can accept it: good checksum, ACK or SYN
	checked bool // the checksum was looked at and is good
}

// decodeTCP reads the TCP header at the begin of b, of which cut bytes are missing at the end.
func decodeTCP(b []byte, cut int, t *segment) coverage.Reason {
	short := coverage.Malformed
	if cut > 0 {
		short = coverage.Snaplen
	}
	if len(b) < 20 {
		return short
	}
	n := int(b[12]>>4) * 4
	if n < 20 {
		return coverage.Malformed
	}
	t.sport = binary.BigEndian.Uint16(b)
	t.dport = binary.BigEndian.Uint16(b[2:])
	t.seq = binary.BigEndian.Uint32(b[4:])
	t.ack = binary.BigEndian.Uint32(b[8:])
	t.flags = b[13]
	t.window = uint32(binary.BigEndian.Uint16(b[14:]))
	t.urgent = binary.BigEndian.Uint16(b[18:])
	t.scale = 0
	if n > len(b) {
		if n > len(b)+cut {
			return coverage.Malformed
		}
		t.payload, t.cut = nil, len(b)+cut-n
		return coverage.None
	}
	if t.flags&flagSYN != 0 {
		t.scale = windowScale(b[20:n])
	}
	t.payload, t.cut = b[n:], cut
	return coverage.None
}

// windowScale finds the window scale option (RFC 7323).
func windowScale(o []byte) uint8 {
	for len(o) > 0 {
		switch {
		case o[0] == 0:
			return 0
		case o[0] == 1:
			o = o[1:]
		case len(o) < 2 || o[1] < 2 || int(o[1]) > len(o):
			return 0
		case o[0] == 3 && o[1] == 3:
			return min(o[2], 14)
		default:
			o = o[o[1]:]
		}
	}
	return 0
}

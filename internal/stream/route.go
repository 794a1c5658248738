package stream

import (
	"encoding/binary"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// maxLayers bounds the headers that are stripped before IP: tags, LLC, and the tunnels to come.
const maxLayers = 64

// EtherTypes.
const (
	etherIPv4   = 0x0800
	etherIPv6   = 0x86dd
	etherVLAN   = 0x8100
	etherQinQ   = 0x88a8
	etherQinQ91 = 0x9100
	etherMPLS   = 0x8847
	etherMPLSm  = 0x8848
	etherPPPoE  = 0x8864
	etherNSH    = 0x894f
	etherPBB    = 0x88e7
	etherTEB    = 0x6558
	etherERSPAN = 0x88be

	llcEther = 1 // pseudo type: an LLC header follows; no EtherType is that small
	anyIP    = 2 // pseudo type: IP, the version nibble tells which
)

// Route finds the innermost IP header of a packet, sets p.Net, p.VLANs and p.VLAN, and returns the shard that the
// packet belongs to: the hash of the unordered pair of addresses, the same in every run. When ok is false the packet
// has no IP that can be read and was booked whole in acc.
func Route(p *flow.Packet, acc *coverage.Account) (shard uint8, ok bool) {
	p.Net, p.VLANs = -1, 0
	at, typ := linkLayer(p)
	for depth := 0; depth < maxLayers; depth++ {
		b := p.Data
		if at > len(b) {
			return 0, refuse(p, acc, short(p))
		}
		b = b[at:]
		// The one place where encapsulations are opened: each case moves at and typ to the next header. Tunnels over IP
		// and UDP (GRE, VXLAN, Geneve, GTP, IP in IP) will be cases behind the IP ones.
		switch typ {
		case etherIPv4, etherIPv6, anyIP:
			return routeIP(p, acc, at, typ)
		case etherVLAN, etherQinQ, etherQinQ91:
			if len(b) < 4 {
				return 0, refuse(p, acc, short(p))
			}
			if p.VLANs < flow.MaxVLAN {
				p.VLAN[p.VLANs] = binary.BigEndian.Uint16(b) & 0xfff
				p.VLANs++
			}
			typ = binary.BigEndian.Uint16(b[2:])
			at += 4
			if typ < 0x600 {
				typ = llcEther
			}
		case llcEther:
			if len(b) < 3 {
				return 0, refuse(p, acc, short(p))
			}
			if len(b) < 8 || b[0] != 0xaa || b[1] != 0xaa || b[2] != 3 || b[3] != 0 || b[4] != 0 || b[5] > 0 {
				return 0, refuse(p, acc, llcReason(b))
			}
			typ = binary.BigEndian.Uint16(b[6:])
			at += 8
			if typ < 0x600 {
				return 0, refuse(p, acc, coverage.Network)
			}
		case etherPPPoE: // session: six bytes of header, then the PPP protocol
			if len(b) < 8 {
				return 0, refuse(p, acc, short(p))
			}
			switch ppp := binary.BigEndian.Uint16(b[6:]); {
			case ppp == 0x0021:
				typ = etherIPv4
			case ppp == 0x0057:
				typ = etherIPv6
			case ppp >= 0x8000: // control protocols of the network layers and of the link (RFC 1661, section 2)
				return 0, refuse(p, acc, coverage.NotIP)
			default:
				return 0, refuse(p, acc, coverage.Network)
			}
			at += 8
		case etherMPLS, etherMPLSm, etherNSH, etherPBB, etherTEB, etherERSPAN:
			return 0, refuse(p, acc, coverage.Tunnel)
		case 0:
			return 0, refuse(p, acc, coverage.LinkType)
		default:
			return 0, refuse(p, acc, etherReason(typ))
		}
	}
	return 0, refuse(p, acc, coverage.Tunnel)
}

// linkLayer returns where the payload of the link layer begins and its type; type 0: not decoded.
func linkLayer(p *flow.Packet) (at int, typ uint16) {
	b := p.Data
	switch p.Link {
	case flow.LinkEthernet:
		if len(b) < 14 {
			return len(b) + 1, 0
		}
		typ = binary.BigEndian.Uint16(b[12:])
		if typ < 0x600 {
			typ = llcEther
		}
		return 14, typ
	case flow.LinkRaw, flow.LinkRawBSD, flow.LinkRawOpen:
		return 0, anyIP
	case flow.LinkIPv4:
		return 0, etherIPv4
	case flow.LinkIPv6:
		return 0, etherIPv6
	case flow.LinkNull, flow.LinkLoop:
		return nullLayer(b)
	case flow.LinkSLL:
		if len(b) < 16 {
			return len(b) + 1, 0
		}
		return 16, sllType(binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[14:]))
	case flow.LinkSLL2:
		if len(b) < 20 {
			return len(b) + 1, 0
		}
		return 20, sllType(binary.BigEndian.Uint16(b[8:]), binary.BigEndian.Uint16(b))
	}
	return 0, 0
}

// nullLayer reads the address family in front of BSD loopback packets, in either byte order. The version nibble
// decides which IP it is, for the number of the IPv6 family differs between systems.
func nullLayer(b []byte) (at int, typ uint16) {
	if len(b) < 4 {
		return len(b) + 1, 0
	}
	family := binary.LittleEndian.Uint32(b)
	if family > 0xffff {
		family = binary.BigEndian.Uint32(b)
	}
	switch family {
	case 2, 10, 24, 28, 30:
		return 4, anyIP
	}
	return 4, 0xffff
}

// sllType maps the protocol of a cooked header, which is an EtherType on most devices.
func sllType(device, protocol uint16) uint16 {
	const netlink = 824
	switch {
	case device == netlink:
		return 0xffff
	case protocol == 4: // 802.2
		return llcEther
	case protocol < 0x600:
		return 0xffff
	}
	return protocol
}

// routeIP checks that an IP header is there and chooses the shard.
func routeIP(p *flow.Packet, acc *coverage.Account, at int, typ uint16) (uint8, bool) {
	b := p.Data[at:]
	if len(b) == 0 {
		return 0, refuse(p, acc, short(p))
	}
	version := b[0] >> 4
	switch {
	case version == 4 && typ != etherIPv6:
		if len(b) < 20 {
			return 0, refuse(p, acc, short(p))
		}
		p.Net = int32(at)
		return shardOf(mix(uint64(binary.BigEndian.Uint32(b[12:])), 4), mix(uint64(binary.BigEndian.Uint32(b[16:])), 4)), true
	case version == 6 && typ != etherIPv4:
		if len(b) < 40 {
			return 0, refuse(p, acc, short(p))
		}
		p.Net = int32(at)
		x := mix(binary.BigEndian.Uint64(b[8:]), binary.BigEndian.Uint64(b[16:]))
		y := mix(binary.BigEndian.Uint64(b[24:]), binary.BigEndian.Uint64(b[32:]))
		return shardOf(x, y), true
	}
	return 0, refuse(p, acc, coverage.Malformed)
}

// mix hashes one address. It has no seed: the shard of a packet must be the same in every run.
func mix(hi, lo uint64) uint64 {
	h := (hi ^ 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9
	h ^= h >> 29
	h = (h ^ lo) * 0x94d049bb133111eb
	return h ^ h>>32
}

// shardOf joins two hashes so that their order does not matter.
func shardOf(x, y uint64) uint8 {
	h := (x + y) * 0x9e3779b97f4a7c15
	return uint8(h >> 56)
}

// short is the reason for a packet that ends too early.
func short(p *flow.Packet) coverage.Reason {
	if int64(p.Wire) > int64(len(p.Data)) {
		return coverage.Snaplen
	}
	return coverage.Malformed
}

// refuse books a packet whole and returns false.
func refuse(p *flow.Packet, acc *coverage.Account, why coverage.Reason) bool {
	n := uint64(len(p.Data))
	switch why {
	case coverage.NotIP:
		acc.Add(coverage.Control, n)
		acc.Why(why, n)
	case coverage.Tunnel, coverage.Network: // seen, could be read by somebody, was not read
		acc.Add(coverage.Uninspected, n)
		acc.Why(why, n)
	default:
		acc.Drop(why, n)
	}
	return false
}

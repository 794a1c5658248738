package stream

import (
	"encoding/binary"

	"github.com/phiwatch/phiwatch/internal/coverage"
)

// etherReason tells control of the link or of addressing, which carries nobody's data, from a network protocol that could and
// that is not followed. EtherTypes as of the IEEE registry.
func etherReason(typ uint16) coverage.Reason {
	switch typ {
	case 0x0806, 0x8035, // ARP, RARP
		0x0842, 0x8863, 0x8899, 0x9000, // wake-on-LAN, PPPoE discovery, Realtek loop detection, loop test
		0x8808, 0x8809, // MAC control (pause), slow protocols (LACP, OAM)
		0x888e, 0x88cc, // EAPOL, LLDP
		0x88e1, 0x88e3, 0x88f5, 0x88f6, 0x88f7, 0x8902: // HomePlug management, MRP, MVRP, MMRP, PTP, CFM
		return coverage.NotIP
	}
	return coverage.Network
}

// llcReason does the same for an LLC frame of at least three bytes (IEEE 802.2) that is not SNAP with an EtherType.
func llcReason(b []byte) coverage.Reason {
	const poll = 0x10
	switch ctl := b[2] &^ poll; {
	case ctl == 0xaf || ctl == 0xe3: // XID, TEST: the link asks for itself
		return coverage.NotIP
	case b[0] == 0x42 && b[1] == 0x42 && ctl == 3: // spanning tree
		return coverage.NotIP
	case b[0] == 0xfe && b[1] == 0xfe && ctl == 3 && len(b) > 3 && (b[3] == 0x82 || b[3] == 0x83): // ES-IS, IS-IS
		return coverage.NotIP
	case b[0] == 0xaa && b[1] == 0xaa && ctl == 3 && len(b) >= 8:
		return snapReason(b[3], b[4], b[5], binary.BigEndian.Uint16(b[6:]))
	}
	return coverage.Network
}

// snapReason knows the vendors' neighbour and spanning tree protocols.
func snapReason(x, y, z byte, pid uint16) coverage.Reason {
	switch vendor := uint32(x)<<16 | uint32(y)<<8 | uint32(z); vendor {
	case 0x00000c: // Cisco
		switch pid {
		case 0x0102, 0x0104, 0x010b, 0x010c, 0x0111, 0x2000, 0x2003, 0x2004: // DRiP, PAgP, PVST+, VLAN bridge, UDLD, CDP, VTP, DTP
			return coverage.NotIP
		}
	case 0x00e02b, 0x00e052: // EDP of Extreme, FDP of Foundry
		return coverage.NotIP
	case 0x0080c2: // IEEE 802.1: bridged spanning tree
		if pid == 0x000e || pid == 0x000f {
			return coverage.NotIP
		}
	}
	return coverage.Network
}

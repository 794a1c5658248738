package dicom

import (
	"encoding/binary"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// answering is how much less a guess scores in which the client responds.
const answering = 10

// applicationContext is the item that every association begins with (PS3.8 section 9.3.2.1).
const applicationContext = 0x10

// probe wants an association from either side, or a data PDU where the beginning is missing. Who asks for the
// association is the client; without one it is who sends requests.
func probe(client, server proto.Peek, f *flow.Flow) proto.Score {
	if f.Transport == flow.UDP {
		return proto.No
	}
	c, s := look(client, associateRQ), look(server, associateAC)
	best := max(c, s)
	if best >= proto.Weak {
		if best < proto.Sure && (c < proto.Weak || responds(client.Data)) && !responds(server.Data) {
			return best - answering
		}
		return best
	}
	if c == proto.More && !client.End && s != proto.No || s == proto.More && !server.End && c != proto.No {
		return proto.More
	}
	return proto.No
}

// look judges one side, which begins an association with a PDU of the kind that is wanted.
func look(p proto.Peek, want byte) proto.Score {
	b := p.Data
	if len(b) == 0 {
		return proto.More
	}
	switch b[0] {
	case want:
		return association(b)
	case associateRJ, abortPDU:
		if want != associateAC {
			break
		}
		return short(b)
	case dataTF:
		if len(b) < startLen {
			return proto.More
		}
		if starts(b) {
			return proto.Likely
		}
	}
	if p.Gap {
		for i := range b {
			if starts(b[i:]) {
				return proto.Likely
			}
		}
	}
	return proto.No
}

// association judges the beginning of an association request or acceptance.
func association(b []byte) proto.Score {
	const behind = headerLen + fixedLen
	if len(b) >= 2 && b[1] != 0 {
		return proto.No
	}
	if len(b) >= headerLen {
		if n := binary.BigEndian.Uint32(b[2:]); n < fixedLen || n > maxControl {
			return proto.No
		}
	}
	if len(b) >= 10 && (b[7]&1 == 0 || b[8] != 0 || b[9] != 0) { // version 1
		return proto.No
	}
	for _, c := range b[min(len(b), 10):min(len(b), 42)] {
		if c < ' ' && c != 0 || c == 0x7f {
			return proto.No
		}
	}
	switch {
	case len(b) <= behind:
		return proto.More
	case b[behind] != applicationContext && b[behind] != itemProposed && b[behind] != itemAccepted:
		return proto.No
	}
	return proto.Sure
}

// short judges a rejection or an abort.
func short(b []byte) proto.Score {
	const pdu = "\x00\x00\x00\x00\x04\x00"
	n := min(len(b)-1, len(pdu))
	switch {
	case string(b[1:1+n]) != pdu[:n]:
		return proto.No
	case n < len(pdu):
		return proto.More
	}
	return proto.Weak
}

// responds tells whether a side begins with a response.
func responds(b []byte) bool {
	if len(b) < startLen || !starts(b) || b[11]&isCommand == 0 {
		return false
	}
	n := min(uint64(binary.BigEndian.Uint32(b[6:])-2), uint64(len(b)-startLen))
	for b = b[startLen : startLen+n]; len(b) >= 10; {
		size := uint64(binary.LittleEndian.Uint32(b[4:]))
		if binary.LittleEndian.Uint32(b) == 0x0100_0000 {
			return b[9]&(response>>8) != 0
		}
		if size > uint64(len(b)-8) {
			return false
		}
		b = b[8+size:]
	}
	return false
}

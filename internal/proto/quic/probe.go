package quic

import (
	"encoding/binary"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// probe wants an Initial packet of a client, or a long header of a server whose client was not seen.
func probe(client, server proto.Peek, f *flow.Flow) proto.Score {
	if f.Transport != flow.UDP {
		return proto.No
	}
	c, s := proto.More, proto.More
	if len(client.Data) > 0 {
		c = fromClient(client, f)
	}
	if len(server.Data) > 0 {
		s = fromServer(server)
	}
	switch {
	case c == proto.No || s == proto.No:
		return proto.No
	case c > 0:
		return c
	case len(client.Data) > 0:
		return proto.More
	case s > 0:
		return s
	case client.End && server.End:
		return proto.No
	}
	return proto.More
}

// fromClient judges the first datagram of a client: it begins with an Initial packet, whose destination has at least
// eight bytes.
func fromClient(p proto.Peek, f *flow.Flow) proto.Score {
	version, dcid, at, s := ids(p)
	if s != proto.Sure {
		return s
	}
	b := p.Data
	if dcid < 8 || version == 0 {
		return proto.No
	}
	if !known(version) {
		if f.Ends[1].Port() == 443 || f.Ends[0].Port() == 443 {
			return proto.Likely
		}
		return proto.No
	}
	var h header
	if h.kind = kind(b[0] >> 4 & 3); version == version2 {
		h.kind = (h.kind - 1) & 3
	}
	if h.kind != initial || b[0]&0x40 == 0 {
		return proto.No
	}
	// Token and length: a peek may hold less than the packet.
	for range 2 {
		v, n := varint(b[min(at, len(b)):])
		if n == 0 {
			return more(p)
		}
		if v > 1<<16 {
			return proto.No
		}
		at += n + int(v)
	}
	return proto.Sure
}

// fromServer judges the first datagram of a server.
func fromServer(p proto.Peek) proto.Score {
	version, _, _, s := ids(p)
	if s != proto.Sure {
		if len(p.Data) > 0 && p.Data[0]&0xc0 == 0x40 {
			return proto.More // a short header tells nothing
		}
		return s
	}
	if version == 0 && !negotiation(p.Data[6+int(p.Data[5]):]) { // the first packet of an RTP stream looks like it
		return proto.No
	}
	if version == 0 || known(version) {
		return proto.Likely
	}
	return proto.More
}

// negotiation tells whether a Version Negotiation packet goes on as RFC 9000, section 17.2.1 says: with the identifier that
// the client made up, which has at least eight bytes, and a list of versions, of which one is known.
func negotiation(b []byte) bool {
	if len(b) == 0 || b[0] < 8 || len(b) < 1+int(b[0]) {
		return false
	}
	for b = b[1+int(b[0]):]; len(b) >= 4; b = b[4:] {
		if known(binary.BigEndian.Uint32(b)) {
			return true
		}
	}
	return false
}

// ids reads the version and the lengths of the identifiers of a long header; at is the offset behind them.
func ids(p proto.Peek) (version uint32, dcid, at int, s proto.Score) {
	b := p.Data
	if b[0]&0x80 == 0 || p.Gap {
		return 0, 0, 0, proto.No
	}
	if len(b) < 6 {
		return 0, 0, 0, more(p)
	}
	version = binary.BigEndian.Uint32(b[1:])
	dcid, at = int(b[5]), 6+int(b[5])
	if dcid > maxID {
		return 0, 0, 0, proto.No
	}
	if at >= len(b) {
		return 0, 0, 0, more(p)
	}
	if b[at] > maxID {
		return 0, 0, 0, proto.No
	}
	at += 1 + int(b[at])
	if at > len(b) {
		return 0, 0, 0, more(p)
	}
	return version, dcid, at, proto.Sure
}

func more(p proto.Peek) proto.Score {
	if p.End {
		return proto.No
	}
	return proto.More
}

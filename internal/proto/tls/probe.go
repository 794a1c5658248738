package tls

import (
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// Record types, and a pseudo-type for a hello of SSL 2.0.
const (
	kindHandshake = 22
	kindData      = 23
	kindSSL2      = 128
)

// Message types.
const (
	msgClient  = 1
	msgServer  = 2
	msgServer2 = 4 // SSL 2.0
)

const (
	headSize = 5
	// maxRecord is the largest fragment that an implementation sends: RFC 5246 allows 2048 above 2^14.
	maxRecord = 1<<14 + 2048
)

// isRecord tells whether b, of headSize bytes, is the header of a record: a type from change_cipher_spec to heartbeat,
// a version from SSL 3.0 to TLS 1.3, a length that can be.
func isRecord(b []byte) bool {
	return b[0] >= 20 && b[0] <= 24 && b[1] == 3 && b[2] <= 4 && int(b[3])<<8|int(b[4]) <= maxRecord
}

// isSSL2 tells whether b, of headSize bytes, begins a hello of SSL 2.0.
func isSSL2(b []byte) bool {
	n := int(b[0]&0x7f)<<8 | int(b[1])
	if b[0]&0x80 == 0 || n < 11 || n > 1024 {
		return false
	}
	switch b[2] {
	case msgClient:
		return b[3] == 0 && b[4] == 2 || b[3] == 3 && b[4] <= 4
	case msgServer2:
		return b[3] <= 1 && b[4] <= 1 // session hit, certificate type
	}
	return false
}

// seek looks for records in mid-stream: a whole one at the very beginning, or one that is followed by the header of
// another. A search goes on at next when there is more to see; candidates before it are refuted.
func seek(b []byte, from int) (found bool, next int) {
	next = -1
	for i := from; i < len(b); i++ {
		ok, refuted := candidate(b, i)
		if ok {
			return true, i
		}
		if !refuted && next < 0 {
			next = i
		}
	}
	if next < 0 {
		next = len(b)
	}
	return false, next
}

// candidate judges one place: refuted when no more bytes can make it a record.
func candidate(b []byte, i int) (ok, refuted bool) {
	if b[i] < 20 || b[i] > 23 || i+1 < len(b) && b[i+1] != 3 || i+2 < len(b) && b[i+2] > 4 {
		return false, true
	}
	if i+headSize > len(b) {
		return false, false
	}
	n := int(b[i+3])<<8 | int(b[i+4])
	end := i + headSize + n
	if n == 0 || n > maxRecord {
		return false, true
	}
	if i == 0 && end <= len(b) {
		return true, false
	}
	if end+headSize > len(b) {
		return false, end > maxSeek
	}
	return isRecord(b[end:]), true
}

// view is what one side looks like.
type view uint8

const (
	silent  view = iota // nothing was seen, or nothing that decides
	partial             // like TLS so far
	opaque              // the beginning is missing, and there is no record: only the other side can tell
	foreign             // not TLS
	records             // records in mid-stream
	helloed             // the right hello
)

// look judges one side, which must begin with the given hello unless its beginning is missing.
func look(p proto.Peek, msg byte, middle bool) view {
	b := p.Data
	if len(b) == 0 {
		return silent
	}
	v := begins(b, msg)
	if v == foreign && (middle || p.Gap) {
		if found, _ := seek(b, 0); found {
			return records
		}
		switch {
		case text(b):
		case len(b) < proto.PeekMax && !p.End:
			return partial
		default:
			return opaque
		}
	}
	if v == partial && p.End {
		return foreign
	}
	return v
}

// text tells whether b is certainly no ciphertext: so many bytes in a row are not printable by chance.
func text(b []byte) bool {
	if len(b) < 48 {
		return false
	}
	for _, c := range b[:48] {
		if c >= 0x7f || c < ' ' && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

// begins judges the first bytes of a side.
func begins(b []byte, msg byte) view {
	if len(b) < headSize {
		for i, c := range b {
			if !likeRecord(i, c) && !likeSSL2(i, c) {
				return foreign
			}
		}
		return partial
	}
	if isSSL2(b) {
		return beginsSSL2(b, msg)
	}
	if !isRecord(b) {
		return foreign
	}
	if b[0] != kindHandshake {
		if msg == msgServer && b[0] == 21 && b[3] == 0 && b[4] == 2 {
			return silent // an alert: refused, but TLS
		}
		return foreign
	}
	switch {
	case len(b) < 11 && len(b) > 5 && b[5] != msg, len(b) > 9 && b[9] != 3, len(b) > 6 && b[6] > 1:
		return foreign
	case len(b) < 11:
		return partial
	case b[5] != msg:
		return foreign
	}
	if len(b) > 43 && b[43] > 32 { // session id
		return foreign
	}
	return helloed
}

func likeRecord(i int, c byte) bool {
	return [headSize]bool{c == kindHandshake || c == 21, c == 3, c <= 4, c <= maxRecord>>8, true}[i]
}

func likeSSL2(i int, c byte) bool {
	return [headSize]bool{c&0x80 != 0 && c < 0x84, true, c == msgClient || c == msgServer2, c <= 3, c <= 4}[i]
}

// beginsSSL2 judges a hello of SSL 2.0: the lengths in a client's must add up.
func beginsSSL2(b []byte, msg byte) view {
	if msg == msgServer {
		if b[2] == msgServer2 {
			return silent
		}
		return foreign
	}
	if b[2] != msgClient {
		return foreign
	}
	if len(b) < 11 {
		return partial
	}
	u16 := func(i int) int { return int(b[i])<<8 | int(b[i+1]) }
	ciphers, id, challenge := u16(5), u16(7), u16(9)
	if ciphers == 0 || ciphers%3 != 0 || challenge < 16 || challenge > 32 || 9+ciphers+id+challenge != u16(0)&0x7fff {
		return foreign
	}
	return helloed
}

// probe wants a hello from at least one side, or records in mid-stream, and nothing from the other that is not TLS.
// A ClientHello is sure whatever the answer is.
func probe(client, server proto.Peek, f *flow.Flow) proto.Score {
	if f.Transport != flow.TCP {
		return proto.No
	}
	middle := !f.Handshake
	c, s := look(client, msgClient, middle), look(server, msgServer, middle)
	switch {
	case c == helloed:
		return proto.Sure
	case c == foreign || s == foreign:
		return proto.No
	case s == helloed:
		return proto.Sure
	case c == records || s == records:
		return proto.Likely
	case c == partial || s == partial:
		return proto.More
	case c == opaque || s == opaque, client.End && server.End:
		return proto.No
	}
	return proto.More
}

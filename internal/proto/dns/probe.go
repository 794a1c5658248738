package dns

import (
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
)

const (
	maxQuestions = 64 // of a message that is believed to be one
	maxCount     = 6000
)

// probe wants a question from the client, or an answer from the server. Over multicast both may come from either.
func probe(client, server proto.Peek, f *flow.Flow) proto.Score {
	if port(f, 137) {
		return proto.No // NetBIOS names look the same but are encoded
	}
	multicast := port(f, 5353)
	c := look(client, f.Transport, false, multicast)
	s := look(server, f.Transport, true, multicast)
	if c == proto.No || s == proto.No {
		return proto.No
	}
	known := multicast || port(f, 53) || port(f, 5355)
	switch {
	case c == proto.Sure && s == proto.Sure:
		return proto.Sure
	case c == proto.Sure || s == proto.Sure:
		if known {
			return proto.Sure
		}
		return proto.Likely
	case client.End && server.End:
		return proto.No
	}
	return proto.More
}

func port(f *flow.Flow, n uint16) bool { return f.Ends[0].Port() == n || f.Ends[1].Port() == n }

// look judges the first message of a side: Sure, No, or More when nothing speaks against it so far.
func look(p proto.Peek, t flow.Transport, answer, either bool) proto.Score {
	b := p.Data
	if len(b) == 0 {
		return proto.More
	}
	size := -1
	if t == flow.TCP {
		if p.Gap {
			return proto.No
		}
		if len(b) < 2 {
			return proto.More
		}
		if size = u16(b, 0); size < headerSize+5 {
			return proto.No
		}
		b = b[2:min(len(b), 2+size)]
	}
	s := message(b, size, answer, either)
	if s == proto.More && (p.End || size >= 0 && len(b) == size) {
		return proto.No
	}
	return s
}

// message judges a header and the first question, or the first record when there is no question. size is that of the
// message, -1 unknown.
func message(b []byte, size int, answer, either bool) proto.Score {
	if len(b) >= 3 && !either && (b[2]&0x80 != 0) != answer {
		return proto.No
	}
	if len(b) >= 4 {
		op := b[2] >> 3 & 15
		if op == 3 || op > 6 || b[3]&0x40 != 0 || b[3]&15 > 11 || b[2]&0x80 == 0 && b[3]&15 != 0 {
			return proto.No
		}
	}
	if len(b) < headerSize {
		for i := 4; i+1 < len(b); i += 2 { // the counts as far as they are known
			if u16(b, i) > maxCount {
				return proto.No
			}
		}
		return proto.More
	}
	questions, records := u16(b, 4), u16(b, 6)
	if questions > maxQuestions || records > maxCount || u16(b, 8) > maxCount || u16(b, 10) > maxCount {
		return proto.No
	}
	if b[2]&0x80 == 0 && questions == 0 || questions == 0 && records == 0 && u16(b, 8) == 0 {
		return proto.No
	}
	return first(b, size, questions > 0)
}

// first judges the question or record behind the header.
func first(b []byte, size int, question bool) proto.Score {
	at := headerSize
	for wire := 0; ; {
		if at >= len(b) {
			return proto.More
		}
		n := int(b[at])
		if n == 0 {
			at++
			break
		}
		if wire += n + 1; n > 63 || wire >= maxName {
			return proto.No // a pointer has nothing to point to yet
		}
		at += 1 + n
	}
	if at+4 > len(b) {
		if size >= 0 && at+4 > size {
			return proto.No
		}
		return proto.More
	}
	kind, class := u16(b, at), u16(b, at+2)&0x7fff // the upper bit is multicast's
	if kind == 0 || class == 0 || class > 4 && class != 254 && class != 255 {
		return proto.No
	}
	if !question {
		if at+10 > len(b) {
			return proto.More
		}
		if n := u16(b, at+8); size >= 0 && at+10+n > size {
			return proto.No
		}
	}
	return proto.Sure
}

package mllp

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// answering is how much less a guess scores in which the client acknowledges.
const answering = 10

// probe wants the beginning of a message from either side. The client is whom messages come from.
func probe(client, server proto.Peek, f *flow.Flow) proto.Score {
	if f.Transport == flow.UDP {
		return proto.No
	}
	c, s := look(client), look(server)
	best := max(c, s)
	if best < proto.Weak {
		switch {
		case c == proto.No && !client.Gap || s == proto.No && !server.Gap:
			return proto.No
		case c == proto.More && !client.End || s == proto.More && !server.End:
			return proto.More
		}
		return proto.No
	}
	if c < proto.Weak && s >= proto.Weak || answers(client.Data) && !answers(server.Data) {
		return best - answering
	}
	return best
}

// look judges one side.
func look(p proto.Peek) proto.Score {
	b := p.Data
	if len(b) == 0 {
		return proto.More
	}
	score := proto.Likely
	if b[0] == startBlock {
		b, score = b[1:], proto.Sure
	}
	switch s := header(b, score == proto.Sure); {
	case s > proto.No:
		return score
	case s == proto.More && !p.End:
		return proto.More
	}
	if !p.Gap {
		return proto.No
	}
	for { // it may have begun in the middle of a message
		n := bytes.IndexByte(b, startBlock)
		if n < 0 {
			return proto.No
		}
		if b = b[n+1:]; header(b, true) > proto.No {
			return proto.Likely
		}
	}
}

// header judges the beginning of a message: a name, the separator, and at least two encoding characters. Inside of a
// frame the name is enough.
func header(b []byte, inFrame bool) proto.Score {
	for i, c := range b[:min(len(b), 3)] {
		if i == 0 && c != 'M' && (!inFrame || c != 'F' && c != 'B') || i > 0 && !starts(b[:i], c) {
			return proto.No
		}
	}
	if len(b) < 3 || len(b) == 3 && !inFrame {
		return proto.More
	}
	if len(b) > 3 && !separator(b[3]) {
		return proto.No
	}
	if inFrame {
		return proto.Sure
	}
	for i := 4; i < 6; i++ {
		switch {
		case i >= len(b):
			return proto.More
		case !separator(b[i]) || b[i] == b[3]:
			return proto.No
		}
	}
	return proto.Likely
}

// separator tells whether c may be a delimiter.
func separator(c byte) bool {
	return c > ' ' && c < 0x7f && c-'0' > 9 && c|0x20-'a' > 25
}

// answers tells whether the first message of a side is an acknowledgement.
func answers(b []byte) bool {
	if len(b) > 0 && b[0] == startBlock {
		b = b[1:]
	}
	_, _, status := read(b[:min(len(b), headMax)])
	return status != flow.OutcomeUnknown
}

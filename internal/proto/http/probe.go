package http

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// probe recognises the grammar of start lines: of the client's, of the server's, or in the middle of either.
func probe(client, server proto.Peek, f *flow.Flow) proto.Score {
	if f != nil && f.Transport == flow.UDP { // SSDP looks alike; a datagram is no connection
		return proto.No
	}
	c, s := probeClient(client), probeServer(server)
	switch {
	case c == proto.Sure && s != proto.No || s == proto.Sure && c != proto.No:
		return proto.Sure
	case c == proto.No && s == proto.No:
		return proto.No
	case c == proto.No || s == proto.No:
		// One side is not HTTP: a preface, a proxy's greeting, damage. The other may still be.
		if max(c, s) >= proto.Likely && !contradicts(client, c) && !contradicts(server, s) {
			return proto.Likely
		}
		return proto.No
	}
	return max(c, s)
}

// contradicts tells whether a side begins with a control character: that is another protocol.
func contradicts(p proto.Peek, s proto.Score) bool {
	return s == proto.No && !p.Gap && len(p.Data) > 0 && p.Data[0] < ' ' && p.Data[0] != '\r' && p.Data[0] != '\n' && p.Data[0] != '\t'
}

func probeClient(p proto.Peek) proto.Score {
	b := p.Data[lineEnds(p.Data):]
	if len(b) == 0 {
		return proto.More
	}
	switch begins(true, false, b) {
	case more:
		return unlessOver(p, proto.More)
	case no:
		if oddRequest(b) {
			return proto.Likely
		}
		return middle(p, true)
	}
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return longLine(p, b)
	}
	method, _, old, ok := request(b[:i])
	switch {
	case !ok:
		return middle(p, true)
	case old:
		return proto.Likely
	case method[0] < 'A' || method[0] > 'Z':
		return proto.Likely
	}
	return proto.Sure
}

// oddRequest tells whether the first line is one of a request but for its method, which is no token: servers answer that.
func oddRequest(b []byte) bool {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return false
	}
	line := bytes.TrimRight(b[:i], "\r")
	j := bytes.LastIndexByte(line, ' ')
	return j > 0 && bytes.HasPrefix(line[j+1:], []byte("HTTP/1.")) && len(line)-j <= len(" HTTP/1.1") && bytes.IndexByte(line[:j], ' ') > 0
}

// longLine judges a request line whose end is not in sight.
func longLine(p proto.Peek, b []byte) proto.Score {
	switch begins(true, true, b) {
	case yes:
		if p.End || len(p.Data) >= proto.PeekMax {
			return proto.Likely
		}
		return proto.More
	case more:
		return unlessOver(p, proto.More)
	}
	if p.End || len(p.Data) >= proto.PeekMax {
		return proto.No
	}
	// Lower-case methods and odd targets are taken only with a version behind them.
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\r' {
			return proto.No
		}
	}
	return proto.More
}

func probeServer(p proto.Peek) proto.Score {
	b := p.Data[lineEnds(p.Data):]
	if len(b) == 0 {
		return proto.More
	}
	switch begins(false, true, b) {
	case yes:
		return proto.Sure
	case more:
		return unlessOver(p, proto.More)
	}
	if i := bytes.IndexByte(b, '\n'); begins(false, false, b) == yes && i > 0 && version(b[:i]) {
		return proto.Likely
	}
	return middle(p, false)
}

func unlessOver(p proto.Peek, s proto.Score) proto.Score {
	if p.End || len(p.Data) >= proto.PeekMax {
		return proto.No
	}
	return s
}

// middle looks for a start line inside of what was seen, when its beginning is not.
func middle(p proto.Peek, client bool) proto.Score {
	if !p.Gap {
		return proto.No
	}
	s := side{bol: true, dir: flow.ToServer}
	if !client {
		s.dir = flow.ToClient
	}
	for b := p.Data; len(b) > 0; {
		k, found := s.search(b)
		if !found {
			break
		}
		line := b[k:]
		i := bytes.IndexByte(line, '\n')
		if !client {
			return proto.Likely
		}
		if i < 0 {
			break
		}
		if _, _, old, ok := request(line[:i]); ok && !old {
			return proto.Likely
		}
		b = line[i+1:]
	}
	return unlessOver(p, proto.More)
}

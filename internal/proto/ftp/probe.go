package ftp

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/reply"
)

// probe recognises a control connection from its beginning, and one that goes on.
func probe(client, server proto.Peek, f *flow.Flow) proto.Score {
	cs, ss := probeClient(client), probeServer(server)
	if cs == proto.No || ss == proto.No {
		return proto.No
	}
	best := max(cs, ss)
	switch {
	case cs >= proto.Weak && ss >= proto.Weak && best >= proto.Likely:
		return proto.Sure
	case best >= proto.Likely:
		return best
	}
	usual := f.Server().Port() == 21
	switch {
	case best == proto.Weak && usual:
		return proto.Likely
	case cs == proto.Weak && ss == proto.Weak:
		return proto.Weak
	case !client.End || !server.End:
		return proto.More
	case best == proto.Weak:
		return proto.Weak
	}
	return proto.No
}

// probeClient judges the first lines of the client.
func probeClient(p proto.Peek) proto.Score {
	if len(p.Data) == 0 {
		return proto.More
	}
	score := proto.More
	rest := p.Data
	for n := range 8 {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			break
		}
		var buf [24]byte
		k, arg := lookup(rest[:i+1], &buf)
		rest = rest[i+1:]
		switch k {
		case unknown:
			if p.Gap && n == 0 {
				continue // the rest of a line
			}
			if score == proto.More {
				return proto.No
			}
			return score
		case user, pass, quit, common, list, get:
			score = max(score, proto.Weak)
		case authTLS:
			if bytes.EqualFold(arg, []byte("TLS")) || bytes.EqualFold(arg, []byte("SSL")) || bytes.EqualFold(arg, []byte("TLS-C")) {
				return proto.Likely
			}
			if score == proto.More && !bytes.EqualFold(arg, []byte("GSSAPI")) {
				return proto.No // of a mail protocol
			}
			score = max(score, proto.Weak)
		case other:
			if reply.HasWord(buf[:4], "MAIL") { // of RFC 751, or of SMTP
				return proto.No
			}
			return proto.Likely
		default:
			return proto.Likely
		}
	}
	if score != proto.More || len(rest) < len(p.Data) {
		return score
	}
	return probePartial(rest)
}

// probePartial judges a first line that is not complete.
func probePartial(line []byte) proto.Score {
	if len(line) > 512 {
		return proto.No
	}
	for _, ch := range line[:min(len(line), 5)] {
		letter := ch >= 'a' && ch <= 'z' || ch >= 'A' && ch <= 'Z' || ch == '@'
		if ch == ' ' || ch == '\r' {
			break
		}
		if !letter && ch < 0xF0 {
			return proto.No
		}
	}
	return proto.More
}

// probeServer judges the first lines of the server.
func probeServer(p proto.Peek) proto.Score {
	code, head, ok := reply.First(p.Data, p.Gap)
	if !ok {
		return proto.No
	}
	switch code {
	case 0:
		return proto.More
	case 220, 120, 421:
		if reply.HasWord(head, "SMTP") || reply.HasWord(head, "LMTP") {
			return proto.More
		}
		if reply.HasWord(head, "FTP") {
			return proto.Likely
		}
		return proto.Weak
	case 227, 228, 229, 331, 230, 234, 215, 257, 150, 125, 226:
		return proto.Likely
	}
	return proto.Weak
}

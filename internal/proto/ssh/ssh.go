// Package ssh recognises SSH (RFC 4253 sections 4.2 and 7) by the identification strings of both sides on any port,
// states that the channel is encrypted once the key exchange begins, and asks for no more.
//
// Lines that a server sends before its identification are passed over. What follows the identification and is no key
// exchange is handed back and read as raw bytes. SSH 1 is recognised by the length of its first packet. A connection
// whose beginning was not captured cannot be recognised.
package ssh

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// Protocol returns the analyser.
func Protocol() proto.Protocol {
	return proto.Protocol{
		Name: "ssh", Probe: probe,
		New: func(h proto.Host) flow.Consumer { return &conn{host: h} },
	}
}

const (
	// maxBanner bounds the identification and the lines before it; RFC 4253 allows 255 bytes for the former.
	maxBanner  = 1 << 10
	headSize   = 6         // of a packet: length, padding length, message
	maxPacket  = 256 << 10 // larger than any implementation sends
	msgKexInit = 20
	magic      = "SSH-"
)

// probe wants an identification from one side at least, and nothing else from a client.
func probe(client, server proto.Peek, f *flow.Flow) proto.Score {
	if f.Transport != flow.TCP {
		return proto.No
	}
	c, s := identifies(client), identifies(server)
	switch {
	case c == proto.No && len(client.Data) > 0:
		return proto.No
	case c == proto.Sure && s == proto.Sure:
		return proto.Sure
	case c == proto.Sure:
		return proto.Likely // a server may say something else before
	case s == proto.Sure:
		return proto.Likely
	case c == proto.No || s == proto.No:
		return proto.No
	}
	return proto.More
}

// identifies tells whether a side begins with an identification: Sure, No, or More.
func identifies(p proto.Peek) proto.Score {
	b := p.Data
	n := min(len(b), len(magic))
	if string(b[:n]) != magic[:n] || p.Gap && n > 0 {
		return proto.No
	}
	if len(b) < 6 {
		if p.End || len(b) == 5 && b[4] != '1' && b[4] != '2' {
			return proto.No
		}
		return proto.More
	}
	if (b[4] == '1' || b[4] == '2') && b[5] == '.' {
		return proto.Sure
	}
	return proto.No
}

// conn follows a connection until the key exchange begins. It holds at most maxBanner bytes for each direction.
type conn struct {
	host   proto.Host
	side   [2]side
	stated bool
}

type side struct {
	hold  []byte // up to the end of the identification, then the head of the first packet
	line  int    // where in hold the present line begins
	named bool   // the identification was seen
	old   bool   // SSH 1
}

// Data implements flow.Consumer.
func (c *conn) Data(d flow.Dir, _ uint64, at flow.Time, b []byte) flow.Want {
	s := &c.side[d]
	for len(b) > 0 && !c.stated {
		if !s.named {
			n, ok := s.banner(b)
			b = b[n:]
			if !ok {
				c.notSSH(d, b)
				return 0
			}
			continue
		}
		n := min(headSize-len(s.hold), len(b))
		s.hold = append(s.hold, b[:n]...)
		b = b[n:]
		if len(s.hold) < headSize {
			break
		}
		if !s.exchange() {
			c.notSSH(d, b)
			return 0
		}
		c.state(at)
	}
	if c.stated {
		return flow.Bypass
	}
	return 0
}

// banner takes lines up to the identification. It returns how many bytes it took, and false when there is none.
func (s *side) banner(b []byte) (n int, ok bool) {
	n = min(len(b), maxBanner-len(s.hold))
	if i := bytes.IndexByte(b[:n], '\n'); i >= 0 {
		n = i + 1
		s.hold = append(s.hold, b[:n]...)
		line := s.hold[s.line:]
		s.line = len(s.hold)
		if bytes.HasPrefix(line, []byte(magic)) {
			s.named = true
			s.old = bytes.HasPrefix(line, []byte("SSH-1.")) && !bytes.HasPrefix(line, []byte("SSH-1.99"))
			s.hold, s.line = nil, 0
		}
		return n, s.named || len(s.hold) < maxBanner
	}
	s.hold = append(s.hold, b[:n]...)
	return n, len(s.hold) < maxBanner
}

// exchange tells whether hold is the head of the first packet of a key exchange.
func (s *side) exchange() bool {
	h := s.hold
	n := int(h[0])<<24 | int(h[1])<<16 | int(h[2])<<8 | int(h[3])
	if n < 5 || n > maxPacket {
		return false
	}
	return s.old || h[4] >= 4 && int(h[4]) < n && h[5] == msgKexInit
}

// notSSH gives the connection back. b is what of the last bytes of d was not looked at.
func (c *conn) notSSH(d flow.Dir, b []byte) {
	var rest [2][]byte
	for i := range c.side {
		rest[i] = c.side[i].hold
	}
	rest[d] = append(rest[d], b...)
	c.host.Become("raw", rest)
}

func (c *conn) state(at flow.Time) {
	c.stated = true
	c.side = [2]side{}
	c.host.Fact(flow.Fact{Kind: flow.FactEncrypted, At: at, Detail: "ssh"})
}

// Skip implements flow.Consumer.
func (c *conn) Skip(flow.Dir, uint64, uint64) {}

// Gap implements flow.Consumer. Behind an identification it hides the key exchange; before one, all is in doubt.
func (c *conn) Gap(d flow.Dir, _, _ uint64, at flow.Time, _ coverage.Reason) flow.Want {
	switch {
	case c.stated:
		return flow.Bypass
	case c.side[0].named || c.side[1].named:
		c.state(at)
		return flow.Bypass
	}
	c.notSSH(d, nil)
	return 0
}

// Alt implements flow.Consumer.
func (c *conn) Alt(flow.Dir, uint64, []byte) {}

// Close implements flow.Consumer. Identifications alone encrypt nothing.
func (c *conn) Close(flow.Time, flow.CloseReason) {}

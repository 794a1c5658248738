// Package quic recognises QUIC version 1 (RFC 9000), version 2 (RFC 9369) and the drafts 29 to 32 by their long headers
// on any UDP port. Whoever sees a client's first Initial packets can decrypt them (RFC 9001 section 5.2), so the
// ClientHello is read: server name (SNI), application protocol (ALPN), and the client's fingerprint (JA4). Then the flow
// is stated as encrypted and no more is asked for.
//
// A ClientHello may be spread over several Initial packets in any order, in up to 16 KiB. A Retry is followed. Other
// versions are recognised on port 443 and stated without a name; gQUIC's short headers, and connections whose beginning
// was not captured, are not recognised. Packets that pretend to be QUIC and carry text are handed back.
package quic

import (
	"strings"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/tls/hello"
)

// Protocol returns the analyser.
func Protocol() proto.Protocol {
	return proto.Protocol{
		Name: "quic", Probe: probe,
		New: func(h proto.Host) flow.Consumer { return &conn{host: h} },
	}
}

const (
	maxDatagrams = 12 // looked at before the flow is stated with what is known
	maxTries     = 24 // to decrypt an Initial packet
)

// conn follows a flow until the fact is stated; after that it holds nothing.
type conn struct {
	host   proto.Host
	stated bool
	seen   bool // a packet looked like QUIC
	count  int  // datagrams
	tries  int
	packet header
	keys   *keys  // of the client's Initial packets
	plain  []byte // scratch
	crypto assembly
	detail string
}

// Data implements flow.Consumer.
func (c *conn) Data(d flow.Dir, _ uint64, at flow.Time, b []byte) flow.Want {
	if !c.stated {
		c.datagram(d, at, b)
	}
	if c.stated {
		return flow.Bypass
	}
	return 0
}

// datagram looks at the packets of a datagram.
func (c *conn) datagram(d flow.Dir, at flow.Time, b []byte) {
	c.count++
	short := len(b) > 0 && b[0]&0xc0 == 0x40
	for rest := b; len(rest) > 0 && rest[0]&0x80 != 0; {
		h := &c.packet
		n, ok := h.parse(rest)
		if !ok {
			break
		}
		if c.detail == "" && h.version != 0 {
			c.detail = h.name()
		}
		verified := h.kind == initial && c.initial(h, d, at, rest[:n])
		if c.stated {
			return
		}
		if !verified && printable(rest[h.payload:n]) {
			break // it pretends
		}
		c.seen = true
		rest = rest[n:]
	}
	switch {
	case short && c.seen, c.seen && c.count >= maxDatagrams:
		c.state(at, hello.Client{})
	case !c.seen:
		var rest [2][]byte
		rest[d] = b
		c.host.Become("raw", rest)
	}
}

// initial reads an Initial packet. It returns false when the packet cannot be decrypted, though it may be the server's,
// or a client's whose beginning was not captured.
func (c *conn) initial(h *header, d flow.Dir, at flow.Time, p []byte) bool {
	salt := h.salt()
	if salt == nil || c.tries == maxTries {
		return false
	}
	c.tries++
	k := c.keys
	if k == nil {
		k = deriveKeys(h, salt)
	}
	plain, ok := k.open(c.plain, p, h)
	if !ok && c.keys != nil && d == flow.ToServer { // after a Retry the client begins anew with another identifier
		k = deriveKeys(h, salt)
		plain, ok = k.open(c.plain, p, h)
	}
	if !ok {
		return false
	}
	c.keys, c.plain = k, plain[:0]
	c.crypto.frames(plain)
	if m := c.crypto.message(); m != nil {
		if ch, ok := hello.ParseClient(m); ok {
			c.state(at, ch)
		}
	}
	return true
}

// state states the fact, once.
func (c *conn) state(at flow.Time, h hello.Client) {
	c.stated = true
	detail := c.detail
	if detail == "" {
		detail = "QUIC"
	}
	c.host.Fact(flow.Fact{
		Kind: flow.FactEncrypted, At: at, Name: flow.NewText(strings.ToLower(h.ServerName)),
		Detail: detail, Extra: h.JA4('q'), ALPN: hello.Protocol(h.ALPN),
	})
	*c = conn{host: c.host, stated: true}
}

// Skip implements flow.Consumer.
func (c *conn) Skip(flow.Dir, uint64, uint64) {}

// Gap implements flow.Consumer.
func (c *conn) Gap(flow.Dir, uint64, uint64, flow.Time, coverage.Reason) flow.Want { return 0 }

// Alt implements flow.Consumer.
func (c *conn) Alt(flow.Dir, uint64, []byte) {}

// Close implements flow.Consumer.
func (c *conn) Close(at flow.Time, _ flow.CloseReason) {
	if c.stated || !c.seen {
		return
	}
	ch, _ := hello.ParseClient(c.crypto.prefix())
	c.state(at, ch)
}

// printable tells whether b is text rather than ciphertext, of which three bytes in eight are printable.
func printable(b []byte) bool {
	b = b[:min(len(b), 512)]
	n := 0
	for _, c := range b {
		if c >= ' ' && c < 0x7f || c == '\n' || c == '\r' || c == '\t' {
			n++
		}
	}
	return 8*n > 5*len(b)
}

package smtp

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// tlsFacts is what is known of STARTTLS on this connection.
type tlsFacts struct {
	offered  bool
	tried    bool // the client asked for it
	mail     bool // the client began a mail
	answered bool // an answer to EHLO was seen whole
	stated   uint8
}

// startTLS states what became of STARTTLS, each thing once.
func (c *conn) startTLS(detail string) {
	for i, d := range [...]string{"offered", "accepted", "refused", "unused", "stripped"} {
		if d != detail {
			continue
		}
		if c.tls.stated&(1<<i) == 0 {
			c.tls.stated |= 1 << i
			c.host.Fact(flow.Fact{Kind: flow.FactStartTLS, At: c.at, Dir: flow.ToClient, Detail: d})
		}
	}
}

// tlsVerdict states what follows from the order of things: an offer that was not taken, and a wish without an offer,
// which somebody between may have taken out.
func (c *conn) tlsVerdict() {
	if c.tls.offered && c.tls.mail && !c.tls.tried {
		c.startTLS("unused")
	}
	if c.tls.answered && c.tls.tried && !c.tls.offered {
		c.startTLS("stripped")
	}
}

// capability takes a line of an answer to EHLO. Some firewalls overwrite what they do not like with X.
func (c *conn) capability(text []byte) {
	word, _, _ := bytes.Cut(bytes.TrimSpace(text), []byte(" "))
	if bytes.EqualFold(word, []byte("STARTTLS")) {
		c.reply.tls = true
	}
	if bytes.HasPrefix(word, []byte("XXXX")) && c.reply.code == 250 {
		c.startTLS("stripped")
	}
}

// tlsBegins takes a first byte of TLS where a command should stand.
func (c *conn) tlsBegins(b []byte) int {
	for i := range c.queue.list[c.queue.head:] {
		if c.queue.list[c.queue.head+i].kind == startTLS && !c.lossy {
			c.mode, c.hold = inHold, c.hold[:0]
			return 0
		}
	}
	c.become([2][]byte{flow.ToServer: b})
	return len(b)
}

// held keeps the first bytes of TLS until the go-ahead is delivered.
func (c *conn) held(b []byte) int {
	c.hold = append(c.hold, b...)
	if len(c.hold) > maxHold {
		c.startTLS("accepted")
		c.become([2][]byte{flow.ToServer: c.hold})
	}
	return len(b)
}

// clientRest returns the bytes of the client that were delivered and not read.
func (c *conn) clientRest() []byte {
	switch {
	case c.mode == inHold:
		return c.hold
	case c.mode == inCommand && !c.line.Long():
		return c.line.Held()
	}
	return nil
}

// tlsAnswer takes the answer to STARTTLS. After a go-ahead everything is new, and the recognition begins again: it
// should find TLS, but there are servers that go on in the clear.
func (c *conn) tlsAnswer(ok bool) {
	if ok {
		c.startTLS("accepted")
		rest := [2][]byte{flow.ToServer: c.tail, flow.ToClient: c.after}
		if c.tail == nil {
			rest[flow.ToServer] = c.clientRest()
		}
		c.become(rest)
		return
	}
	c.startTLS("refused")
	if c.mode == inHold { // no TLS after all: scan it
		c.mode = inCommand
		c.stray(flow.ToServer, c.lineOff, c.at, c.hold)
		c.hold = c.hold[:0]
	}
}

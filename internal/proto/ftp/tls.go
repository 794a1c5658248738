package ftp

import "github.com/phiwatch/phiwatch/internal/flow"

// startTLS states what became of AUTH TLS.
func (c *conn) startTLS(detail string) {
	c.host.Fact(flow.Fact{Kind: flow.FactStartTLS, At: c.at, Dir: flow.ToClient, Detail: detail})
}

// authAnswer takes the answer to AUTH. After 234 everything is new, and the recognition begins again.
func (c *conn) authAnswer(code int) {
	switch {
	case code == 234:
		c.startTLS("accepted")
		rest := [2][]byte{flow.ToServer: c.side[flow.ToServer].tail, flow.ToClient: c.side[flow.ToClient].tail}
		if rest[flow.ToServer] == nil {
			rest[flow.ToServer] = c.clientRest()
		}
		c.become(rest)
	case code >= 400:
		c.startTLS("refused")
		if c.held { // no TLS after all: scan it
			c.held = false
			c.stray(flow.ToServer, c.side[flow.ToServer].off, c.at, c.hold)
			c.hold = c.hold[:0]
		}
	}
}

// tlsBegins takes a first byte of TLS where a line should stand. It reports whether the caller must look again.
func (c *conn) tlsBegins(d flow.Dir, b []byte) bool {
	if c.side[d].fragment {
		return false
	}
	if d == flow.ToServer && !c.lossy {
		for i := range c.queue {
			if c.queue[i].kind == authTLS {
				c.held, c.hold = true, c.hold[:0]
				return true
			}
		}
	}
	rest := [2][]byte{}
	rest[d] = b
	if d == flow.ToClient {
		rest[flow.ToServer] = c.clientRest()
	}
	c.become(rest)
	return true
}

// holdBack keeps the first bytes of TLS until the go-ahead is delivered.
func (c *conn) holdBack(b []byte) {
	c.hold = append(c.hold, b...)
	if len(c.hold) > maxHold {
		c.become([2][]byte{flow.ToServer: c.hold})
	}
}

// clientRest returns the bytes of the client that were delivered and not read.
func (c *conn) clientRest() []byte {
	if c.held {
		return c.hold
	}
	if s := &c.side[flow.ToServer]; !s.line.Long() {
		return s.line.Held()
	}
	return nil
}

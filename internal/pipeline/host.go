package pipeline

import (
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Flow implements proto.Host.
func (c *conn) Flow() *flow.Flow {
	if c.flip == 0 {
		return c.f
	}
	if c.view == nil {
		c.view = new(flow.Flow)
	}
	*c.view = *c.f
	c.view.Flip()
	return c.view
}

// Open implements proto.Host.
func (c *conn) Open(m object.Meta) object.Writer { return c.openWriter(m) }

func (c *conn) openWriter(m object.Meta) *writer {
	w := newWriter(c, m)
	c.open = append(c.open, w)
	return w
}

func (c *conn) forget(w *writer) {
	for i, v := range c.open {
		if v == w {
			last := len(c.open) - 1
			c.open[i] = c.open[last]
			c.open = c.open[:last]
			return
		}
	}
}

// Fact implements proto.Host.
func (c *conn) Fact(f flow.Fact) {
	switch f.Kind {
	case flow.FactEncrypted:
		c.f.Security = flow.Encrypted
		c.tls = &tlsInfo{version: f.Detail, ja4: f.Extra, alpn: f.ALPN}
		if !f.Name.Empty() {
			c.names[flow.ToClient] = name{f.Name, "sni"}
		}
	case flow.FactDNS:
		c.w.emit(event{dns: &dnsAnswer{name: f.Name, addr: f.Addr.Unmap(), ttl: f.TTL, at: f.At}})
	case flow.FactStartTLS:
		c.starttls = f.Detail
	case flow.FactServerName:
		c.named(f)
	case flow.FactCredential:
		if f.Extra != "anonymous" { // a login that everybody has gives nothing away
			c.tell("credential", f.Detail, f)
		}
	case flow.FactEvasion:
		c.tell("evasion", f.Detail, f)
	}
}

// named remembers what an end is called. A name in the traffic is the peer's word: the source says whose.
func (c *conn) named(f flow.Fact) {
	source := "ehlo"
	if c.f.Protocol == "http" {
		source = "host"
	}
	if c.names[f.Dir].source != "sni" {
		c.names[f.Dir] = name{f.Name, source}
	}
}

// tell sends a fact that may become an alert, once for each flow and detail.
func (c *conn) tell(kind, detail string, f flow.Fact) {
	key := kind + "/" + detail
	if c.told[key] {
		return
	}
	if c.told == nil {
		c.told = map[string]bool{}
	}
	c.told[key] = true
	c.w.emit(event{noted: &noted{kind: kind, detail: detail, user: f.User, dir: f.Dir, at: f.At, conn: c.info()}})
}

// Expect implements proto.Host: the shard gets a hint for flows of the same pair, the sequencer joins.
func (c *conn) Expect(e flow.Expectation) {
	c.sh.hints.add(e)
	c.w.emit(event{expect: &expected{Expectation: e, conn: c.info()}})
}

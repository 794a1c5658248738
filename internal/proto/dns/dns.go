// Package dns reads DNS over UDP and TCP (RFC 1035, RFC 7766), multicast DNS (RFC 6762) and LLMNR (RFC 4795) on any
// port. Answers name addresses: each A and AAAA record, and each address hint of an HTTPS or SVCB record (RFC 9460), is
// stated as a fact under its owner's name and, where CNAMEs lead to it, under the name that was asked for. Records that
// do not belong to the question are passed over. The messages of each direction are one object, as raw bytes, so that
// text in names and records is scanned, too.
//
// It does not match answers with questions, read additional records, verify DNSSEC, or read NetBIOS names. DNS over TLS,
// HTTPS and QUIC is encrypted.
package dns

import (
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/side"
)

// Protocol returns the analyser.
func Protocol() proto.Protocol {
	return proto.Protocol{
		Name: "dns", Probe: probe,
		New: func(h proto.Host) flow.Consumer {
			return &conn{host: h, udp: h.Flow().Transport == flow.UDP}
		},
	}
}

// conn follows a flow. Over TCP it holds at most one response for each direction, 64 KiB.
type conn struct {
	host proto.Host
	udp  bool
	side [2]stream
}

type stream struct {
	side.Side
	tcp framing
}

// Data implements flow.Consumer.
func (c *conn) Data(d flow.Dir, off uint64, at flow.Time, b []byte) flow.Want {
	if len(b) == 0 {
		return 0
	}
	s := &c.side[d]
	if !s.Opened() {
		m := object.Meta{Protocol: "dns", Dir: d, Off: off, At: at}
		if c.udp {
			m.Tx = transaction(b)
		}
		s.Open(c.host, m)
	}
	s.Write(at, b)
	if c.udp {
		c.message(d, at, b)
		return 0
	}
	for len(b) > 0 && !s.tcp.lost {
		var m []byte
		if m, b = s.tcp.next(b); m != nil {
			c.message(d, at, m)
		}
	}
	return 0
}

// transaction returns the transaction id of a message, plus one.
func transaction(b []byte) uint64 {
	if len(b) < 2 {
		return 1
	}
	return 1 + uint64(b[0])<<8 + uint64(b[1])
}

// message states what a response says.
func (c *conn) message(d flow.Dir, at flow.Time, m []byte) {
	if !response(m) {
		return
	}
	answers(m, func(a answer) {
		c.host.Fact(flow.Fact{Kind: flow.FactDNS, At: at, Dir: d, Name: flow.NewText(a.name), Addr: a.addr, TTL: a.ttl})
	})
}

// Skip implements flow.Consumer.
func (c *conn) Skip(flow.Dir, uint64, uint64) {}

// Gap implements flow.Consumer. Over TCP the framing is lost with it.
func (c *conn) Gap(d flow.Dir, off, n uint64, _ flow.Time, why coverage.Reason) flow.Want {
	s := &c.side[d]
	s.tcp = framing{lost: true}
	s.Gap(off, n, why)
	return 0
}

// Alt implements flow.Consumer.
func (c *conn) Alt(flow.Dir, uint64, []byte) {}

// Close implements flow.Consumer.
func (c *conn) Close(flow.Time, flow.CloseReason) {
	for d := range c.side {
		c.side[d].Close()
	}
}

// framing takes messages out of a TCP stream: two bytes of length before each. Only responses are held; of the others
// as much as tells them from responses.
type framing struct {
	lost bool // of no more use
	head [2]byte
	n    int // bytes of head
	left int // bytes to come of the message
	hold []byte
}

// next takes the next message, or a part of it, from b. m is a whole response, nil if there is none yet.
func (f *framing) next(b []byte) (m, rest []byte) {
	if f.left == 0 {
		n := copy(f.head[f.n:], b)
		f.n += n
		if f.n == len(f.head) {
			f.n, f.left, f.hold = 0, int(f.head[0])<<8|int(f.head[1]), f.hold[:0]
		}
		return nil, b[n:]
	}
	n := min(f.left, len(b))
	f.left -= n
	switch {
	case len(f.hold) == 0 && f.left == 0 && n > 0:
		return b[:n], b[n:] // whole in one piece
	case len(f.hold) < 3 || response(f.hold):
		f.hold = append(f.hold, b[:n]...)
	}
	if f.left == 0 && response(f.hold) {
		m = f.hold
		if cap(f.hold) > 4<<10 {
			f.hold = nil // large responses are rare
		}
	}
	return m, b[n:]
}

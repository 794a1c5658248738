// Package tls recognises TLS and SSL over TCP on any port and states what can be seen of it: the server name (SNI),
// the version, the application protocol (ALPN) and the client's fingerprint (JA4). Then it asks for no more: the rest
// is ciphertext.
//
// It reads records (RFC 8446 section 5, RFC 5246 section 6.2), a ClientHello or ServerHello split over records and
// segments, an SSL 2.0 hello (RFC 6101 appendix E), and it recognises records in the middle of a connection whose
// beginning was not captured.
//
// It cannot decrypt anything, see the real server name behind an encrypted ClientHello (the outer one is reported), and
// it does not read certificates. DTLS is not read. What turns out to be no TLS is handed back to be read as what it is.
package tls

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
		Name: "tls", Probe: probe,
		New: func(h proto.Host) flow.Consumer { return &conn{host: h} },
	}
}

const (
	// maxHello bounds what is held of a hello; the interesting part of a larger one is read.
	maxHello = 16 << 10
	// maxSeek bounds the search for a record in mid-stream.
	maxSeek = proto.PeekMax
)

// conn follows a connection until the fact is stated. Per flow it holds at most maxHello bytes for each direction, and
// nothing after that.
type conn struct {
	host   proto.Host
	side   [2]side
	stated bool
	record bool // a record was seen
	client struct {
		known      bool
		dir        flow.Dir
		version    uint16
		name, alpn string
		ja4        string
	}
	server struct {
		known   bool
		version uint16
		alpn    string
	}
}

// side is one direction.
type side struct {
	head  [headSize]byte
	n     int    // bytes of head
	left  int    // bytes to come of the present record
	kind  byte   // of the present record
	begun bool   // a record was seen
	seek  bool   // the framing is lost: hold is searched for a record
	from  int    // where in hold the search goes on
	hold  []byte // of the hello, or while seeking
	done  bool   // the hello was read, or there is none
}

// Data implements flow.Consumer.
func (c *conn) Data(d flow.Dir, _ uint64, at flow.Time, b []byte) flow.Want {
	s := &c.side[d]
	for len(b) > 0 && !c.stated {
		switch {
		case s.seek:
			if b = c.search(s, at, b); b != nil {
				c.notTLS(d, b)
				return 0
			}
		case s.left > 0:
			n := min(s.left, len(b))
			s.left -= n
			c.fragment(s, d, at, b[:n])
			b = b[n:]
		default:
			n := copy(s.head[s.n:], b)
			s.n += n
			b = b[n:]
			if s.n == headSize && !c.header(s) {
				c.notTLS(d, b)
				return 0
			}
		}
	}
	if c.stated {
		return flow.Bypass
	}
	return 0
}

// header begins a record; false: this is none. When the beginning of the connection was not captured, the search begins.
func (c *conn) header(s *side) bool {
	switch {
	case isRecord(s.head[:]):
		s.kind, s.left = s.head[0], int(s.head[3])<<8|int(s.head[4])
	case !s.begun && isSSL2(s.head[:]):
		s.kind, s.left = kindSSL2, int(s.head[0]&0x7f)<<8|int(s.head[1])-3
		s.hold = append(s.hold[:0], s.head[:]...)
	case !s.begun && !c.host.Flow().Handshake:
		s.seek, s.hold = true, append(s.hold[:0], s.head[:]...)
	default:
		return false
	}
	s.n = 0
	if !s.seek {
		s.begun, c.record = true, true
	}
	return true
}

// fragment reads a piece of a record.
func (c *conn) fragment(s *side, d flow.Dir, at flow.Time, b []byte) {
	switch s.kind {
	case kindData:
		c.state(at)
	case kindHandshake, kindSSL2:
		if s.done {
			return
		}
		s.hold = append(s.hold, b[:min(len(b), maxHello-len(s.hold))]...)
		c.hello(s, d, at, false)
	}
}

// hello reads the hello once it is whole, or as far as it goes when no more of it will come.
func (c *conn) hello(s *side, d flow.Dir, at flow.Time, last bool) {
	body, whole, ok := s.message()
	if !ok || !whole && !last && len(s.hold) < maxHello {
		return
	}
	switch {
	case s.kind == kindSSL2:
		c.ssl2(s, d)
	case s.hold[0] == msgClient:
		if h, ok := hello.ParseClient(body); ok && !c.client.known {
			c.client.known, c.client.dir = true, d
			c.client.version, c.client.name = h.Version, strings.ToLower(h.ServerName)
			c.client.alpn, c.client.ja4 = hello.Protocol(h.ALPN), h.JA4('t')
		}
	case s.hold[0] == msgServer:
		if h, ok := hello.ParseServer(body); ok && !c.server.known {
			c.server.known, c.server.version, c.server.alpn = true, h.Version, hello.Protocol(h.ALPN)
		}
	default: // another message, or an encrypted one: the hellos were missed
		c.state(at)
	}
	s.done, s.hold = true, nil
	if c.client.known && c.server.known {
		c.state(at)
	}
}

// message is the body of the handshake message in hold. ok is false while its type is not known.
func (s *side) message() (body []byte, whole, ok bool) {
	if s.kind == kindSSL2 {
		return nil, s.left == 0, len(s.hold) >= headSize
	}
	if len(s.hold) == 0 {
		return nil, false, false
	}
	if s.hold[0] != msgClient && s.hold[0] != msgServer {
		return nil, true, true
	}
	if len(s.hold) < 4 {
		return nil, false, false
	}
	n := int(s.hold[1])<<16 | int(s.hold[2])<<8 | int(s.hold[3])
	body = s.hold[4:]
	return body[:min(n, len(body))], len(body) >= n, true
}

// ssl2 reads a hello in the form of SSL 2.0. It has neither a name nor a fingerprint.
func (c *conn) ssl2(s *side, d flow.Dir) {
	switch s.hold[2] {
	case msgClient:
		if !c.client.known {
			c.client.known, c.client.dir = true, d
			c.client.version = uint16(s.hold[3])<<8 | uint16(s.hold[4])
		}
	case msgServer2:
		if !c.server.known {
			c.server.known, c.server.version = true, hello.SSL2
		}
	}
}

// search looks for a record in mid-stream. It returns the bytes that were not taken when there is none.
func (c *conn) search(s *side, at flow.Time, b []byte) []byte {
	n := min(len(b), maxSeek-len(s.hold))
	s.hold = append(s.hold, b[:n]...)
	var found bool
	if found, s.from = seek(s.hold, s.from); found {
		c.record = true
		c.state(at)
		return nil
	}
	if len(s.hold) < maxSeek {
		return nil
	}
	if c.client.known || c.server.known { // the other side shows what this is
		c.state(at)
		return nil
	}
	return b[n:]
}

// notTLS gives the connection back. b is what of the last bytes of d was not looked at. Where nothing spoke TLS (a
// STARTTLS that was agreed on and not done), it may be anything; else it is read as raw bytes.
func (c *conn) notTLS(d flow.Dir, b []byte) {
	var rest [2][]byte
	for i := range c.side {
		s := &c.side[i]
		if s.seek {
			rest[i] = s.hold
		} else if s.n > 0 {
			rest[i] = s.head[:s.n]
		}
	}
	rest[d] = append(rest[d][:len(rest[d]):len(rest[d])], b...)
	name := "raw"
	if !c.record {
		name = ""
	}
	c.host.Become(name, rest)
}

// state states the fact, once.
func (c *conn) state(at flow.Time) {
	if c.stated {
		return
	}
	c.stated = true
	c.side = [2]side{}
	version, alpn := c.client.version, c.client.alpn
	if c.server.known {
		version = c.server.version
		if c.server.alpn != "" {
			alpn = c.server.alpn
		}
	}
	c.host.Fact(flow.Fact{
		Kind: flow.FactEncrypted, At: at, Dir: c.client.dir, Name: flow.NewText(c.client.name),
		Detail: hello.VersionName(version), Extra: c.client.ja4, ALPN: alpn,
	})
}

// Skip implements flow.Consumer.
func (c *conn) Skip(flow.Dir, uint64, uint64) {}

// Gap implements flow.Consumer. A hole inside a record keeps the framing, unless it hits the hello.
func (c *conn) Gap(d flow.Dir, _, n uint64, at flow.Time, _ coverage.Reason) flow.Want {
	if c.stated {
		return flow.Bypass
	}
	s := &c.side[d]
	hit := !s.done && len(s.hold) > 0
	if hit && !s.seek {
		c.hello(s, d, at, true)
	}
	switch {
	case c.stated || c.client.known && c.server.known:
		c.state(at)
		return flow.Bypass
	case s.seek:
		s.hold, s.from = s.hold[:0], 0 // bytes before a hole prove nothing about those after it
	case s.left > 0 && n <= uint64(s.left) && s.kind != kindData:
		s.left -= int(n)
		s.done = true
	default:
		s.seek, s.left, s.n, s.hold, s.from = true, 0, 0, nil, 0
	}
	return 0
}

// Alt implements flow.Consumer.
func (c *conn) Alt(flow.Dir, uint64, []byte) {}

// Close implements flow.Consumer. A hello alone is stated, too, even a part of it, and so is a record in mid-stream.
func (c *conn) Close(at flow.Time, _ flow.CloseReason) {
	for d := range c.side {
		if s := &c.side[d]; !c.stated && !s.done && !s.seek && len(s.hold) > 0 {
			c.hello(s, flow.Dir(d), at, true)
		}
	}
	if c.record {
		c.state(at)
	}
}

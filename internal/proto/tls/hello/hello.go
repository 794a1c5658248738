// Package hello reads the ClientHello and ServerHello messages of TLS (RFC 8446 section 4.1, RFC 5246, RFC 6066 server
// names, RFC 7301 ALPN), for TLS over TCP and for QUIC, and makes the JA4 fingerprint of a client
// (https://github.com/FoxIO-LLC/ja4, technical details of JA4).
//
// A message may be cut short: what stands before the cut is read, and Whole is false.
package hello

// Versions of TLS as on the wire.
const (
	SSL2  uint16 = 0x0002
	SSL3  uint16 = 0x0300
	TLS10 uint16 = 0x0301
	TLS11 uint16 = 0x0302
	TLS12 uint16 = 0x0303
	TLS13 uint16 = 0x0304
)

// VersionName names a version in a fixed vocabulary.
func VersionName(v uint16) string {
	switch v {
	case SSL2:
		return "SSL 2.0"
	case SSL3:
		return "SSL 3.0"
	case TLS10:
		return "TLS 1.0"
	case TLS11:
		return "TLS 1.1"
	case TLS12:
		return "TLS 1.2"
	case TLS13:
		return "TLS 1.3"
	}
	return "TLS"
}

// Extensions that are read.
const (
	extServerName = 0
	extSigAlgs    = 13
	extALPN       = 16
	extVersions   = 43
)

const (
	maxCiphers    = 1024 // read of a ClientHello; more are counted as damage
	maxExtensions = 512
	maxName       = 255
)

// Client is a ClientHello.
type Client struct {
	Whole      bool
	Version    uint16 // the highest that is offered
	ServerName string // the peer's
	ALPN       []byte // first protocol offered; borrowed from the message
	highest    uint16 // the highest value offered, known or not: JA4 wants it
	hasName    bool
	hasALPN    bool
	ciphers    []uint16
	extensions []uint16
	sigalgs    []uint16
}

// Server is a ServerHello.
type Server struct {
	Version uint16 // chosen
	ALPN    []byte // chosen, where it is told in the clear; borrowed
}

// reader takes apart nested vectors; a read beyond the end sets short and gives what there is.
type reader struct {
	b     []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.b) {
		r.short = true
		n = len(r.b)
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) u8() int {
	if b := r.take(1); len(b) == 1 {
		return int(b[0])
	}
	return 0
}

func (r *reader) u16() int {
	if b := r.take(2); len(b) == 2 {
		return int(b[0])<<8 | int(b[1])
	}
	r.b = nil
	return 0
}

// Grease tells whether v is a value of RFC 8701, which means nothing.
func Grease(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// ParseClient reads the body of a ClientHello: what follows the four bytes of type and length. ok is false when it is
// none.
func ParseClient(body []byte) (c Client, ok bool) {
	r := reader{b: body}
	c.Version = uint16(r.u16())
	if r.short || !plausible(c.Version) {
		return c, false
	}
	c.highest = c.Version
	r.take(32)
	id := r.u8()
	if id > 32 {
		return c, false
	}
	r.take(id)
	n := r.u16()
	if n%2 != 0 {
		return c, false
	}
	ciphers := r.take(n)
	for i := 0; i+1 < len(ciphers) && len(c.ciphers) < maxCiphers; i += 2 {
		c.ciphers = append(c.ciphers, uint16(ciphers[i])<<8|uint16(ciphers[i+1]))
	}
	r.take(r.u8()) // compression methods
	if len(r.b) == 0 && !r.short {
		c.Whole = len(ciphers) <= 2*maxCiphers
		return c, true // no extensions: SSL 3.0 and old TLS
	}
	n = r.u16()
	e := reader{b: r.take(n), short: r.short}
	for len(e.b) >= 4 && len(c.extensions) < maxExtensions {
		typ := uint16(e.u16())
		data := reader{b: e.take(e.u16())}
		c.extensions = append(c.extensions, typ)
		c.extension(typ, &data)
	}
	c.Whole = !e.short && !r.short && len(e.b) == 0 && len(ciphers) <= 2*maxCiphers
	return c, true
}

func plausible(v uint16) bool { return v>>8 == 3 || v == SSL2 }

func (c *Client) extension(typ uint16, r *reader) {
	switch typ {
	case extServerName:
		c.hasName = true
		list := reader{b: r.take(r.u16())}
		for len(list.b) >= 3 && c.ServerName == "" {
			kind, name := list.u8(), list.take(list.u16())
			if kind == 0 && len(name) <= maxName && !list.short {
				c.ServerName = string(name)
			}
		}
	case extALPN:
		list := reader{b: r.take(r.u16())}
		if len(list.b) > 0 && !c.hasALPN {
			c.hasALPN = true
			if c.ALPN = list.take(list.u8()); list.short {
				c.ALPN = nil
			}
		}
	case extVersions:
		list := reader{b: r.take(r.u8())}
		var best, highest uint16
		for len(list.b) >= 2 {
			v := uint16(list.u16())
			if Grease(v) {
				continue
			}
			highest = max(highest, v)
			if plausible(v) {
				best = max(best, v)
			}
		}
		if best != 0 {
			c.Version = best
		}
		if highest != 0 {
			c.highest = highest
		}
	case extSigAlgs:
		list := reader{b: r.take(r.u16())}
		for len(list.b) >= 2 && len(c.sigalgs) < maxExtensions {
			c.sigalgs = append(c.sigalgs, uint16(list.u16()))
		}
	}
}

// ParseServer reads the body of a ServerHello.
func ParseServer(body []byte) (s Server, ok bool) {
	r := reader{b: body}
	s.Version = uint16(r.u16())
	if r.short || !plausible(s.Version) {
		return s, false
	}
	r.take(32)
	id := r.u8()
	if id > 32 {
		return s, false
	}
	r.take(id + 3) // session, cipher suite, compression method
	e := reader{b: r.take(r.u16())}
	for n := 0; len(e.b) >= 4 && n < maxExtensions; n++ {
		typ := e.u16()
		data := reader{b: e.take(e.u16())}
		switch typ {
		case extVersions:
			if v := uint16(data.u16()); plausible(v) {
				s.Version = v
			}
		case extALPN:
			list := reader{b: data.take(data.u16())}
			if s.ALPN = list.take(list.u8()); list.short {
				s.ALPN = nil
			}
		}
	}
	return s, true
}

// Protocol names an ALPN protocol in a fixed vocabulary: "other" for one that is not registered, "" for none. The
// registry is IANA's list of TLS ALPN protocol IDs.
func Protocol(alpn []byte) string {
	switch s := string(alpn); s {
	case "", "http/0.9", "http/1.0", "http/1.1", "spdy/1", "spdy/2", "spdy/3", "spdy/3.1", "stun.turn",
		"stun.nat-discovery", "h2", "h2c", "webrtc", "c-webrtc", "ftp", "imap", "pop3", "managesieve", "coap", "co",
		"xmpp-client", "xmpp-server", "acme-tls/1", "mqtt", "dot", "ntske/1", "sunrpc", "h3", "h3-29", "smb", "irc",
		"nntp", "nnsp", "doq", "sip/2", "tds/8.0", "dicom", "postgresql", "radius/1.0", "radius/1.1", "smtp":
		return s
	}
	return "other"
}

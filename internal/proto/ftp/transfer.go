package ftp

import (
	"bytes"
	"net/netip"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// transfer is a data connection, announced or used.
type transfer struct {
	e     flow.Expectation
	known bool // the address is known
	used  bool // a transfer command was given
}

// announce begins a data connection whose address is not known yet. The next transfer uses it.
func (c *conn) announce() *transfer {
	t := c.orphan
	c.orphan = nil
	if t == nil {
		c.lastID++
		t = &transfer{e: flow.Expectation{ID: c.lastID, Protocol: name, User: c.user}}
		c.open = append(c.open, t)
	}
	if len(c.open) > maxOpen {
		c.settle(c.open[0], flow.OutcomeUnknown)
	}
	c.setup = t
	return t
}

// tell sends what is known of a data connection.
func (c *conn) tell(t *transfer) {
	if t.known {
		t.e.At = c.at
		c.host.Expect(t.e)
	}
}

// settle ends a data connection with its outcome.
func (c *conn) settle(t *transfer, o flow.Outcome) {
	for i, u := range c.open {
		if u == t {
			c.open = append(c.open[:i], c.open[i+1:]...)
			t.e.Outcome, t.e.Done = o, true
			c.tell(t)
			break
		}
	}
	if c.setup == t && !t.used {
		c.setup = nil
	}
	if c.orphan == t {
		c.orphan = nil
	}
}

// active takes PORT, EPRT and LPRT: the server will connect to the address that the client told.
func (c *conn) active(k kind, arg []byte) *transfer {
	addr, ok := parseHost(k, arg)
	if !ok {
		return nil
	}
	f := c.host.Flow()
	client := f.Client().Addr().Unmap()
	t := c.announce()
	t.known = true
	t.e.Addr, t.e.Peer = addr, f.Server().Addr()
	if addr.Addr() != client {
		t.e.Alt = netip.AddrPortFrom(f.Client().Addr(), addr.Port())
		if !behindNAT(addr.Addr(), client) && !c.bounced {
			c.bounced = true
			c.host.Fact(flow.Fact{Kind: flow.FactEvasion, At: c.at, Dir: flow.ToServer, Addr: addr.Addr(), Detail: "ftp_bounce"})
		}
	}
	c.tell(t)
	return t
}

// behindNAT tells whether an address that one end told of itself can be its address on the other side of a NAT.
func behindNAT(told, seen netip.Addr) bool {
	return told.IsUnspecified() || private(told) && !private(seen)
}

// private tells whether an address means something else elsewhere, that of a carrier's NAT (RFC 6598) included.
func private(a netip.Addr) bool {
	return a.IsPrivate() || netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10).Contains(a)
}

// passive takes the address of a 227, 228 or 229 reply.
func (c *conn) passive(t *transfer, k kind, text []byte) {
	addr, ok := parseHost(k, text)
	if !ok || t.known {
		return
	}
	f := c.host.Flow()
	server := netip.AddrPortFrom(f.Server().Addr(), addr.Port())
	if !addr.Addr().IsValid() || addr.Addr().IsUnspecified() {
		addr = server
	}
	t.known = true
	t.e.Addr, t.e.Peer = addr, f.Client().Addr()
	if addr.Addr() != server.Addr().Unmap() && addr != server {
		t.e.Alt = server
	}
	c.tell(t)
}

// transferCommand takes a command that moves a file or a listing.
func (c *conn) transferCommand(k kind, verb string, arg []byte) *transfer {
	if c.offered && !c.tried && !c.unused {
		c.unused = true
		c.startTLS("unused")
	}
	t := c.setup
	switch {
	case t == nil: // its data connection comes after it, or nobody saw it
		t = c.announce()
		t.used, c.setup, c.orphan = true, nil, t
	case t.used: // another transfer over the same address
		old := t.e
		t = c.announce()
		t.known = true
		t.e.Addr, t.e.Peer, t.e.Alt = old.Addr, old.Peer, old.Alt
	}
	t.used = true
	t.e.Verb, t.e.User = verb, c.user
	if len(arg) > 0 && (k != list || arg[0] != '-') {
		t.e.Name = flow.NewText(join(c.cwd, arg, false))
	} else if k == list {
		t.e.Name = flow.NewText(c.cwd)
	}
	if k != list {
		t.e.Offset = c.rest
		if verb == "APPE" && c.sized != "" && c.sized == t.e.Name.Reveal() {
			t.e.Offset = c.size
		}
	}
	c.rest = 0
	c.tell(t)
	return t
}

// parseHost reads the address of PORT, 227 (h1,h2,h3,h4,p1,p2), LPRT, 228 (af,n,h1..hn,2,p1,p2), EPRT and 229
// (|af|address|port|), wherever in the text it stands. The address of 229 is not valid: it is that of the server.
func parseHost(k kind, b []byte) (netip.AddrPort, bool) {
	switch k {
	case port, pasv:
		return parseSix(b)
	case lprt, lpsv:
		return parseLong(b)
	case eprt, epsv:
		return parseExtended(b)
	}
	return netip.AddrPort{}, false
}

// octets reads numbers up to 255 that are parted by commas, from the first digit on that begins at least want.
func octets(b []byte, dst []byte, want int) (n int) {
	for i := 0; i < len(b); i++ {
		if b[i] < '0' || b[i] > '9' {
			continue
		}
		var end int
		if n, end = octetsAt(b[i:], dst); n >= want {
			return n
		}
		for i += end; i+1 < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
			continue // the rest of a number that is too long
		}
	}
	return 0
}

func octetsAt(b []byte, dst []byte) (n, i int) {
	for i < len(b) && n < len(dst) {
		v, digits := 0, 0
		for i < len(b) && b[i] == ' ' {
			i++
		}
		for i < len(b) && b[i] >= '0' && b[i] <= '9' && digits < 4 {
			v = v*10 + int(b[i]-'0')
			i++
			digits++
		}
		if digits == 0 || v > 255 {
			return n, i
		}
		dst[n] = byte(v)
		n++
		if i >= len(b) || b[i] != ',' {
			return n, i
		}
		i++
	}
	return n, i
}

func parseSix(b []byte) (netip.AddrPort, bool) {
	var v [6]byte
	if octets(b, v[:], 6) < 6 {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(v[:4])), uint16(v[4])<<8|uint16(v[5])), true
}

func parseLong(b []byte) (netip.AddrPort, bool) {
	var v [32]byte
	n := octets(b, v[:], 9)
	if n < 9 {
		return netip.AddrPort{}, false
	}
	size := int(v[1])
	if size != 4 && size != 16 || n < 2+size+3 || v[2+size] != 2 {
		return netip.AddrPort{}, false
	}
	addr, _ := netip.AddrFromSlice(v[2 : 2+size])
	return netip.AddrPortFrom(addr.Unmap(), uint16(v[3+size])<<8|uint16(v[4+size])), true
}

func parseExtended(b []byte) (netip.AddrPort, bool) {
	if i := bytes.IndexByte(b, '('); i >= 0 {
		b = b[i+1:]
	}
	if len(b) < 5 {
		return netip.AddrPort{}, false
	}
	part := bytes.SplitN(b[1:min(len(b), 128)], b[:1], 4)
	if len(part) < 4 {
		return netip.AddrPort{}, false
	}
	p := number(part[2])
	if p <= 0 || p > 65535 {
		return netip.AddrPort{}, false
	}
	addr := netip.Addr{}
	if len(part[1]) > 0 {
		a, err := netip.ParseAddr(string(part[1]))
		if err != nil || a.Zone() != "" {
			return netip.AddrPort{}, false
		}
		addr = a.Unmap()
	}
	return netip.AddrPortFrom(addr, uint16(p)), true
}

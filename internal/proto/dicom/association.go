package dicom

import (
	"bytes"
	"encoding/binary"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// fixedLen is the length of what every association PDU has: version, titles, reserved bytes.
const fixedLen = 68

// Items of an association (PS3.8 section 9.3.2, PS3.7 annex D.3).
const (
	itemProposed = 0x20
	itemAccepted = 0x21
	itemSyntax   = 0x40
	itemUserInfo = 0x50
	itemIdentity = 0x58
)

// associated reads an association request, or its acceptance: titles, and the contexts with their transfer syntaxes.
func (c *conn) associated(s *side, at flow.Time, b []byte) {
	if len(b) < fixedLen {
		return
	}
	if title := bytes.Trim(b[20:36], " \x00"); s.kind == associateRQ && c.user.Empty() {
		c.user = flow.NewText(string(title))
	}
	for b = b[fixedLen:]; len(b) > 0; {
		var kind byte
		var v []byte
		if kind, v, b = item(b); v == nil {
			return
		}
		switch {
		case kind == itemProposed && len(v) >= 4:
			c.proposed[v[0]>>1] = only(v[4:])
		case kind == itemAccepted && len(v) >= 4 && v[2] == 0:
			c.accepted[v[0]>>1] = only(v[4:])
		case kind == itemUserInfo && s.kind == associateRQ:
			c.identified(s, at, v)
		}
	}
}

// item cuts the first item of b: type, a reserved byte, length. The value is nil when there is none.
func item(b []byte) (kind byte, v, rest []byte) {
	if len(b) < 4 {
		return 0, nil, nil
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	kind, b = b[0], b[4:]
	n = min(n, len(b))
	return kind, b[:n:n], b[n:]
}

// only returns the transfer syntax of a context, "" when it has several.
func only(b []byte) string {
	found := ""
	for len(b) > 0 {
		var kind byte
		var v []byte
		if kind, v, b = item(b); v == nil {
			break
		}
		if kind != itemSyntax {
			continue
		}
		if found != "" {
			return ""
		}
		found = uid(v)
	}
	return found
}

// uid returns a unique identifier, "" if v is none.
func uid(v []byte) string {
	v = bytes.TrimRight(v, "\x00 ")
	if len(v) > 64 {
		return ""
	}
	for _, c := range v {
		if c != '.' && c-'0' > 9 {
			return ""
		}
	}
	return string(v)
}

// identified reads the identity of the user (PS3.7 section D.3.3.7): a name, and with type 2 a passcode in the clear.
func (c *conn) identified(s *side, at flow.Time, b []byte) {
	for len(b) > 0 {
		var kind byte
		var v []byte
		if kind, v, b = item(b); v == nil {
			return
		}
		if kind != itemIdentity || len(v) < 4 || v[0] != 1 && v[0] != 2 {
			continue
		}
		n := min(int(binary.BigEndian.Uint16(v[2:])), len(v)-4, 256)
		c.user = flow.NewText(string(bytes.TrimSpace(v[4 : 4+n])))
		if v[0] == 2 {
			c.host.Fact(flow.Fact{Kind: flow.FactCredential, At: at, Dir: s.dir, User: c.user, Detail: "dicom_passcode"})
		}
	}
}

// syntax returns the transfer syntax of a context, "" if it is not known.
func (c *conn) syntax(ctx byte) string {
	if ts := c.accepted[ctx>>1]; ts != "" {
		return ts
	}
	return c.proposed[ctx>>1]
}

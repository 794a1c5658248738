package http

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// span is a piece of the text of a collector.
type span struct{ from, to int32 }

func (s span) of(text string) string { return text[s.from:s.to] }

type item struct {
	role         object.Role
	label, value span
}

// collector gathers the fields of a message: one text, one allocation.
type collector struct {
	text  []byte
	items []item
	full  bool
}

func (c *collector) reset() { c.text, c.items, c.full = c.text[:0], c.items[:0], false }

// release gives up memory that only a long head needed.
func (c *collector) release() {
	if cap(c.text) > maxKeep {
		c.text = nil
	}
	if cap(c.items) > 64 {
		c.items = nil
	}
}

// add takes a field whose value may be percent-encoded. Fields beyond the bound are added to the last one, for they
// must be scanned, too.
func (c *collector) add(r object.Role, label, value []byte) { c.put(r, label, value, false) }

func (c *collector) put(r object.Role, label, value []byte, plus bool) {
	if len(value) == 0 {
		label, value = nil, label
	}
	if c.full || len(value) == 0 {
		return
	}
	if len(c.items) >= maxFields {
		c.text = append(append(append(c.text, '\n'), label...), ' ')
		c.text = unescape(c.text, value, plus)
		c.items[maxFields-1].value.to = int32(len(c.text)) //nolint:gosec // bounded by the head
		return
	}
	from := len(c.text)
	c.text = unescape(c.text, label, plus)
	mid := len(c.text)
	c.text = unescape(c.text, value, plus)
	c.items = append(c.items, item{r, span{int32(from), int32(mid)}, span{int32(mid), int32(len(c.text))}}) //nolint:gosec // as above
}

// boring takes a field that is protocol, unless it holds so many digits that it could be more.
func (c *collector) boring(label, value []byte) {
	n := 0
	for _, b := range value {
		if digit(b) {
			n++
		}
	}
	if n >= 9 {
		c.add(object.RoleHeader, label, value)
	}
}

func (c *collector) strings() string {
	if len(c.text) == 0 {
		return ""
	}
	return string(c.text)
}

func (c *collector) fields(text string) []object.Field {
	if len(c.items) == 0 {
		return nil
	}
	fs := make([]object.Field, len(c.items))
	for i, it := range c.items {
		fs[i] = object.Field{Role: it.role, Label: it.label.of(text), Value: it.value.of(text)}
	}
	return fs
}

// unescape appends b with its percent-encoding undone. What is not one stays as it is.
func unescape(dst, b []byte, plus bool) []byte {
	if !plus && bytes.IndexByte(b, '%') < 0 {
		return append(dst, b...)
	}
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c == '+' && plus:
			c = ' '
		case c == '%' && i+2 < len(b):
			h, l := unhex(b[i+1]), unhex(b[i+2])
			if h < 16 && l < 16 {
				c = h<<4 | l
				i += 2
			}
		}
		dst = append(dst, c)
	}
	return dst
}

// unhex returns the value of a hex digit, 16 for anything else.
func unhex(c byte) byte {
	switch {
	case digit(c):
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 16
}

// uri reads the target of a request.
func (m *message) uri(u []byte) {
	if len(u) > 0 && u[0] != '/' && u[0] != '*' {
		if _, rest, ok := bytes.Cut(u, []byte("://")); ok { // absolute form, to a proxy
			i := bytes.IndexAny(rest, "/?")
			if i < 0 {
				return
			}
			u = rest[i:]
		}
	}
	path, query, _ := bytes.Cut(u, []byte("?"))
	if len(path) > 1 {
		m.col.add(object.RoleURI, nil, path)
		m.nameAt = m.col.lastSegment()
	}
	for len(query) > 0 {
		var q []byte
		if len(m.col.items) >= maxFields-1 { // the rest as one
			q, query = query, nil
		} else {
			q, query, _ = bytes.Cut(query, []byte("&"))
		}
		label, value, ok := bytes.Cut(q, []byte("="))
		if !ok {
			label, value = nil, q
		}
		m.col.put(object.RoleQuery, label, value, true)
	}
}

// lastSegment returns the last segment that is not empty of the value that was added last.
func (c *collector) lastSegment() span {
	if len(c.items) == 0 {
		return span{}
	}
	v := c.items[len(c.items)-1].value
	p := c.text[v.from:v.to]
	end := len(p)
	for end > 0 && p[end-1] == '/' {
		end--
	}
	from := bytes.LastIndexAny(p[:end], "/\\") + 1
	return span{v.from + int32(from), v.from + int32(end)} //nolint:gosec // bounded by the head
}

// field reads a field that does not frame the body. key is the name in lower case.
func (m *message) field(key, name, value []byte) {
	switch string(key) {
	case "content-type":
		m.contentType(value)
	case "content-encoding":
		m.recoded = m.encodings != nil
		for first := true; first || len(value) > 0; first = false {
			var c []byte
			c, value, _ = bytes.Cut(value, []byte(","))
			if n := coding(c); n != "" && len(m.encodings) < 8 {
				m.encodings = append(m.encodings, n)
			}
		}
	case "content-disposition":
		if f := dispositionName(value); f != "" {
			m.file = f
		} else {
			m.col.boring(name, value)
		}
	case "content-range":
		m.contentRange(value)
	case "host":
		m.host = hostName(value)
		if m.host == "" || bytes.ContainsFunc(value, unicode.IsLetter) {
			m.col.boring(name, value)
		}
	case "authorization", "proxy-authorization":
		m.authorization(value)
	case "cookie", "set-cookie":
		m.cookies(value, string(key) == "cookie")
	case "upgrade":
		m.upgrade = true
	case "expect":
		m.expect = bytes.EqualFold(value, []byte("100-continue"))
	case "date", "expires", "last-modified", "if-modified-since", "if-unmodified-since", "etag", "if-none-match", "if-match", "if-range", "age", "range":
		// validators and dates: full of digits that are nobody's
	case "accept", "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "access-control-allow-credentials",
		"access-control-allow-headers", "access-control-allow-methods", "access-control-allow-origin", "access-control-expose-headers",
		"access-control-max-age", "access-control-request-headers", "access-control-request-method", "allow", "alt-svc", "cache-control",
		"connection", "content-language", "content-md5", "content-security-policy", "dnt", "keep-alive", "origin", "p3p", "pragma",
		"proxy-connection", "referrer-policy", "retry-after", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user",
		"server", "strict-transport-security", "te", "trailer", "transfer-encoding", "upgrade-insecure-requests", "user-agent", "vary", "via",
		"www-authenticate", "proxy-authenticate", "x-content-type-options", "x-frame-options", "x-powered-by", "x-xss-protection",
		"x-aspnet-version", "x-ua-compatible", "x-requested-with", "timing-allow-origin", "depth", "sec-websocket-version":
		m.col.boring(name, value)
	default:
		m.col.add(object.RoleHeader, name, value)
	}
}

// cookies reads pairs; of Set-Cookie only the first pair is one, the others are attributes.
func (m *message) cookies(v []byte, all bool) {
	for len(v) > 0 {
		var c []byte
		c, v, _ = bytes.Cut(v, []byte(";"))
		label, value, ok := bytes.Cut(trim(c), []byte("="))
		if !ok {
			label, value = nil, label
		}
		m.col.add(object.RoleCookie, label, bytes.Trim(value, `"`))
		if !all {
			return
		}
	}
}

// authorization keeps the user name of Basic, and of nothing a secret.
func (m *message) authorization(v []byte) {
	scheme, cred, _ := bytes.Cut(v, []byte(" "))
	if !bytes.EqualFold(scheme, []byte("basic")) {
		return
	}
	m.scheme = "basic"
	cred = bytes.TrimRight(trim(cred), "=")
	if len(cred) > 4096 {
		cred = cred[:4096]
	}
	raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(cred)))
	n, _ := base64.RawStdEncoding.Decode(raw, cred) // as far as it goes
	user, _, _ := bytes.Cut(raw[:n], []byte(":"))
	m.user = string(user)
	clear(raw)
}

// hostName returns a Host without port, lower case; "" if it is none.
func hostName(v []byte) string {
	if len(v) == 0 || len(v) > 255 {
		return ""
	}
	if v[0] == '[' {
		if i := bytes.IndexByte(v, ']'); i > 0 {
			return strings.ToLower(string(v[:i+1]))
		}
		return ""
	}
	if i := bytes.IndexByte(v, ':'); i >= 0 {
		v = v[:i]
	}
	return strings.TrimSuffix(strings.ToLower(string(v)), ".")
}

// stated tells what a request states about its ends.
func (a *analyser) stated(m *message, p *pending, text string, at flow.Time) {
	if m.host != "" && m.host != a.name && !m.connect {
		a.name = m.host
		a.host.Fact(flow.Fact{Kind: flow.FactServerName, At: at, Dir: flow.ToClient, Name: flow.NewText(m.host)})
	}
	if m.connect {
		a.host.Fact(flow.Fact{Kind: flow.FactTransfer, At: at, Dir: flow.ToServer, Name: flow.NewText(m.target), Detail: "http_connect"})
	}
	p.user = flow.NewText(m.user)
	if m.scheme == "basic" && (a.told == "" || a.told != m.user) {
		a.told = m.user
		a.host.Fact(flow.Fact{Kind: flow.FactCredential, At: at, Dir: flow.ToServer, User: p.user, Detail: "http_basic"})
	}
}

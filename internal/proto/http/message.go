package http

import (
	"bytes"
	"math"

	"github.com/phiwatch/phiwatch/internal/object"
)

// message is what the head of a message says.
type message struct {
	request, head, old, connect, upgrade, expect bool

	status    int
	hasLength bool
	length    uint64 // the smaller
	longer    uint64 // the larger of lengths that differ
	badLength bool
	chunked   bool
	oddCoding bool // Transfer-Encoding, or the whole head, in disguise
	oddLine   bool // a line that is no field was read
	recoded   bool // Content-Encoding is there twice
	encodings []string
	codings   []string // transfer codings that are not chunked
	media     string
	params    []object.Param
	file      string // from Content-Disposition
	offset    int64  // from Content-Range
	host      string
	target    string // of CONNECT
	user      string
	scheme    string // of Authorization: basic, or ""
	nameAt    span   // last segment of the path
	col       collector
	fold      []byte
}

func (m *message) reset(request bool) {
	col, fold := m.col, m.fold
	col.reset()
	*m = message{request: request, col: col, fold: fold[:0]}
}

// parse reads the lines of a head.
func (m *message) parse(head []byte) {
	line, rest := cutLine(head)
	line, after := m.bareCR(line)
	if m.request {
		m.requestLine(line)
	} else {
		var reason []byte
		m.status, reason = status(line)
		m.oddCoding = len(head) < 5 || string(head[:5]) != "HTTP/"
		m.col.boring([]byte("reason"), reason)
	}
	m.fields(after)
	for len(rest) > 0 {
		if line, rest = cutLine(rest); len(line) == 0 {
			continue
		}
		if len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') { // folded (RFC 9112 section 5.2)
			m.fold = append(m.fold[:0], line...)
			for len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') {
				line, rest = cutLine(rest)
				line = bytes.Trim(line, " \t")
				m.oddLine = m.oddLine || len(line) == 0
				m.fold = append(append(m.fold, ' '), line...)
			}
			m.folded(m.fold)
			continue
		}
		m.fields(line)
	}
}

// fields reads a line, which is one field unless a CR alone ends another in it.
func (m *message) fields(line []byte) {
	for len(line) > 0 {
		var first []byte
		first, line = m.bareCR(line)
		m.header(first)
	}
}

// bareCR cuts a line at a CR behind which a field seems to begin: some parsers take it for the end of a line.
func (m *message) bareCR(line []byte) (first, rest []byte) {
	for from := 0; ; {
		i := bytes.IndexByte(line[from:], '\r')
		if i < 0 {
			return line, nil
		}
		from += i + 1
		for n, c := range line[from:] {
			if c == ':' && n > 0 {
				m.oddCoding = true
				return bytes.TrimRight(line[:from], "\r"), line[from:]
			}
			if !token(c) {
				break
			}
		}
	}
}

// folded reads a field that goes on in other lines. Those that frame the body are not folded by honest programs.
func (m *message) folded(line []byte) {
	framed := m.hasLength || m.chunked
	m.header(line)
	if (m.hasLength || m.chunked) && !framed {
		m.oddCoding = true
	}
}

// cutLine returns the first line without its end, and what follows.
func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		i = len(b)
	} else {
		rest = b[i+1:]
	}
	line = b[:i]
	for len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return line, rest
}

func (m *message) requestLine(line []byte) {
	method, uri, old, _ := request(line)
	m.old = old
	switch string(method) {
	case "HEAD":
		m.head = true
	case "CONNECT":
		m.connect = true
		m.target = hostName(uri)
		return
	}
	m.uri(uri)
}

// header reads one field.
func (m *message) header(line []byte) {
	i := bytes.IndexByte(line, ':')
	if i <= 0 {
		m.oddLine = true
		m.col.add(object.RoleHeader, nil, line)
		return
	}
	name, value := line[:i], line[i+1:]
	disguised := false
	for n := len(name); n > 0 && name[n-1] <= ' '; n-- { // a blank before the colon
		name, disguised = name[:n-1], true
	}
	for len(name) > 0 && name[0] <= ' ' {
		name, disguised = name[1:], true
	}
	var arr [32]byte
	if len(name) > len(arr) {
		m.col.add(object.RoleHeader, name, trim(value))
		return
	}
	key := arr[:len(name)]
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		key[i] = c
	}
	if m.framing(key, value) {
		m.oddCoding = m.oddCoding || disguised
		return
	}
	m.field(key, name, trim(value))
}

// framing reads the fields that say where the body ends.
func (m *message) framing(key, value []byte) bool {
	switch string(key) {
	case "content-length":
		for first := true; first || len(value) > 0; first = false {
			var v []byte
			v, value, _ = bytes.Cut(value, []byte(","))
			m.contentLength(v)
		}
	case "transfer-encoding":
		m.oddCoding = m.oddCoding || m.oddLine
		m.transferEncoding(value)
	default:
		return false
	}
	return true
}

func (m *message) contentLength(v []byte) {
	n, ok := number(bytes.Trim(v, " \t"))
	switch {
	case !ok:
		m.badLength = true
	case !m.hasLength:
		m.hasLength, m.length, m.longer = true, n, n
	default:
		m.length, m.longer = min(m.length, n), max(m.longer, n)
	}
}

// number reads digits; a length beyond 1<<62 is none.
func number(v []byte) (uint64, bool) {
	var n uint64
	for _, c := range v {
		if !digit(c) || n > math.MaxInt64/20 {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, len(v) > 0
}

// transferEncoding reads a list of transfer codings. Anything but chunked alone at its end is a disguise, as seen by
// those who compare whole values.
func (m *message) transferEncoding(v []byte) {
	if m.chunked {
		m.oddCoding = true
	}
	for first := true; first || len(v) > 0; first = false {
		var c []byte
		c, v, _ = bytes.Cut(v, []byte(","))
		c = bytes.Trim(c, " \t")
		name := coding(c)
		switch {
		case name == "chunked":
			m.chunked = true
			m.oddCoding = m.oddCoding || len(c) != len("chunked") || len(v) > 0
		case name == "" || name == "identity":
		case bytes.Contains(bytes.ToLower(c), []byte("chunked")):
			m.chunked, m.oddCoding = true, true
		case len(m.codings) < 8:
			m.codings = append(m.codings, name)
		}
	}
}

// odd tells whether the body can be read in two ways.
func (m *message) odd() bool {
	return m.badLength || m.oddCoding || m.length != m.longer || m.chunked && m.hasLength
}

// rules are the other ways to read the message; honest programs give no reason for one.
func (m *message) rules(head []byte) (r rule) {
	if m.odd() {
		r |= rLines | rStrict | rRaw | rLoose
	}
	if m.length != m.longer {
		r |= rFirst | rLast
	}
	if m.oddLine {
		r |= rLines
	}
	if m.recoded {
		r |= rFirstCoding | rLastCoding
	}
	if m.chunked && !m.request && len(head) > 7 && head[7] == '0' {
		r |= rRaw
	}
	if !m.request && !bytes.HasPrefix(head, []byte("HTTP/")) {
		r |= rBare
	}
	if n := len(head); n > 3 && head[n-2] == '\r' && head[n-3] == '\r' {
		r |= rLines | rFar
	}
	return r
}

// body says how the body is read, and whether there is one. p is the request of a response.
func (m *message) body(s *side, p *pending) bool {
	switch {
	case m.connect, m.old:
		return false
	case !m.request && (m.status == 204 || m.status == 304 || p != nil && p.head):
		return false
	case m.chunked:
		s.state = sChunkSize
		s.left = m.length // if the first line is no size of a chunk
	case m.hasLength:
		s.state, s.left, s.more = sFixed, m.length, m.longer-m.length
	case m.request && !m.badLength && len(m.codings) == 0:
		return false
	case m.request: // who knows how long it is
		s.state, s.next = sPeek, sRest
	default:
		s.state = sRest
	}
	return true
}

// trim cuts blanks and control characters off both ends: some parsers do.
func trim(b []byte) []byte {
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// coding returns a content or transfer coding in lower case, without parameters, quotes and x-.
func coding(c []byte) string {
	c, _, _ = bytes.Cut(c, []byte(";"))
	c = bytes.ToLower(bytes.Trim(trim(c), "\"'"))
	c = bytes.TrimPrefix(c, []byte("x-"))
	switch string(c) { // the usual ones without an allocation
	case "":
		return ""
	case "gzip":
		return "gzip"
	case "deflate":
		return "deflate"
	case "br":
		return "br"
	case "zstd":
		return "zstd"
	case "identity":
		return "identity"
	case "chunked":
		return "chunked"
	}
	return string(c[:min(len(c), 32)])
}

package http

import "bytes"

// verdict is what the first bytes of a line say.
type verdict uint8

const (
	no verdict = iota
	more
	yes
)

// lookahead is the most bytes that begins needs.
const lookahead = 40

// begins tells whether a message may begin with b. Strict is for places in the middle of other bytes. It decides by
// the first bytes only, and the same however they were cut.
func begins(request, strict bool, b []byte) verdict {
	if request {
		return beginsRequest(strict, b)
	}
	const prefix = "HTTP/"
	for i := range len(prefix) {
		if i == len(b) {
			return more
		}
		if c := b[i]; c != prefix[i] && (strict || upper(c) != prefix[i]) {
			return no
		}
	}
	if !strict {
		return yes
	}
	const shape = "1.0 000" // of what follows; 0 is any digit
	for i := range len(shape) {
		j := len(prefix) + i
		if j == len(b) {
			return more
		}
		if c := b[j]; shape[i] == '0' && !digit(c) || shape[i] != '0' && c != shape[i] {
			return no
		}
	}
	return yes
}

// beginsRequest wants a method and a blank; strictly a usual method and the beginning of a target.
func beginsRequest(strict bool, b []byte) verdict {
	for i, c := range b {
		switch {
		case c == ' ' || c == '\t' && !strict:
			if i == 0 {
				return no
			}
			if !strict {
				return yes
			}
			if !known(b[:i]) { // in the middle, half a method is as likely as a new one
				return no
			}
			return target(b[:i], b[i+1:])
		case i >= 32, !token(c), strict && (c < 'A' || c > 'Z') && c != '-' && c != '_':
			return no
		}
	}
	return more
}

// known tells whether a method is a usual one: RFC 9110, 5789, 4918, 3253, 3648, 3744, 5323, 5842, and of some products.
func known(method []byte) bool {
	switch string(method) {
	case "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY",
		"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "SEARCH", "REPORT", "ACL", "MKCALENDAR",
		"VERSION-CONTROL", "CHECKOUT", "CHECKIN", "UNCHECKOUT", "MKWORKSPACE", "UPDATE", "LABEL", "MERGE", "BASELINE-CONTROL", "MKACTIVITY",
		"ORDERPATCH", "BIND", "UNBIND", "REBIND", "LINK", "UNLINK", "MKREDIRECTREF", "UPDATEREDIRECTREF",
		"BCOPY", "BDELETE", "BMOVE", "BPROPFIND", "BPROPPATCH", "POLL", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE", "PURGE",
		"RPC_IN_DATA", "RPC_OUT_DATA", "RPC_CONNECT":
		return true
	}
	return false
}

// target looks at the beginning of a target.
func target(method, b []byte) verdict {
	if len(b) == 0 {
		return more
	}
	switch c := b[0]; {
	case c == '/', c == '*':
		return yes
	case c|0x20 == 'h': // http://
		const scheme = "http"
		for i := range len(scheme) {
			if i == len(b) {
				return more
			}
			if b[i]|0x20 != scheme[i] {
				return no
			}
		}
		return yes
	case string(method) == "CONNECT" && (token(c) || c == '['):
		return yes
	}
	return no
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 32
	}
	return c
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// token tells whether c may be in a method or field name (RFC 9110 section 5.6.2).
func token(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	switch c {
	case '!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~':
		return true
	}
	return false
}

// request takes a request line apart. old: it has no version, so there is no header (HTTP/0.9).
func request(line []byte) (method, uri []byte, old, ok bool) {
	line = bytes.TrimRight(line, "\r\n \t")
	i := bytes.IndexAny(line, " \t")
	if i <= 0 {
		return nil, nil, false, false
	}
	method = line[:i]
	for _, c := range method {
		if !token(c) {
			return nil, nil, false, false
		}
	}
	uri = bytes.TrimLeft(line[i:], " \t")
	j := bytes.LastIndexAny(uri, " \t")
	if v := uri[j+1:]; version(v) { // a target may be missing
		return method, bytes.TrimRight(uri[:max(j, 0)], " \t"), false, true
	}
	// Only GET, with a path alone, is a request of HTTP/0.9.
	old = string(method) == "GET" && j < 0 && len(uri) > 0 && (uri[0] == '/' || bytes.HasPrefix(uri, []byte("http")))
	return method, uri, old, old
}

// version accepts HTTP/0.x and HTTP/1.x, in any case.
func version(b []byte) bool {
	const prefix = "HTTP/"
	if len(b) < len(prefix)+1 {
		return false
	}
	for i := range len(prefix) {
		if upper(b[i]) != prefix[i] {
			return false
		}
	}
	return b[len(prefix)] == '0' || b[len(prefix)] == '1'
}

// status returns the status code of a status line, 0 if it has none, and the reason after it.
func status(line []byte) (code int, reason []byte) {
	line = bytes.TrimRight(line, "\r\n \t")
	i := bytes.IndexAny(line, " \t")
	if i < 0 {
		return 0, nil
	}
	rest := bytes.TrimLeft(line[i:], " \t")
	n := 0
	for n < len(rest) && n < 3 && digit(rest[n]) {
		code = code*10 + int(rest[n]-'0')
		n++
	}
	if n < 3 || n < len(rest) && digit(rest[n]) {
		return 0, rest
	}
	return code, bytes.TrimLeft(rest[3:], " \t")
}

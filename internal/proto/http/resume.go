package http

import "bytes"

// resume finds the head of the next message of a connection that is only known from its middle. A body may end without a
// line end, so a head may begin anywhere; it takes a start line with its version and a field in the line after it.
func resume(b []byte) int {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("HTTP/1."))
		if i < 0 {
			return -1
		}
		i += at
		at = i + len("HTTP/1.")
		line, rest, ok := bytes.Cut(b[i:], []byte("\r\n"))
		if !ok || !fieldFirst(rest) || len(line) < len("HTTP/1.1") {
			continue
		}
		if len(line) == len("HTTP/1.1") {
			if k := methodBefore(b[:i]); k >= 0 {
				return k
			}
			continue
		}
		if line[8] == ' ' && len(line) >= len("HTTP/1.1 200") && digit(line[9]) && digit(line[10]) && digit(line[11]) && (len(line) == 12 || line[12] == ' ') {
			return i
		}
	}
}

// fieldFirst tells whether b begins with a field of a head.
func fieldFirst(b []byte) bool {
	for i, c := range b[:min(len(b), 64)] {
		switch {
		case c == ':':
			return i > 0
		case c|0x20 < 'a' || c|0x20 > 'z':
			if c != '-' {
				return false
			}
		}
	}
	return false
}

// maxBack is how long the method and the target of a request may be.
const maxBack = 8 << 10

// methodBefore returns where the method begins whose target ends with the space at the end of b, -1 if there is none.
func methodBefore(b []byte) int {
	n := len(b) - 1
	if n < 1 || b[n] != ' ' {
		return -1
	}
	b = b[:n]
	from := max(0, len(b)-maxBack)
	i := bytes.LastIndexByte(b[from:], ' ')
	if i < 0 || from+i+1 >= len(b) || b[from+i+1] != '/' && b[from+i+1] != '*' && !bytes.HasPrefix(b[from+i+1:], []byte("http")) {
		return -1
	}
	head := b[:from+i]
	for _, m := range [...]string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND", "PROPPATCH", "MKCOL", "MOVE", "COPY", "LOCK", "UNLOCK", "REPORT", "SEARCH"} {
		if bytes.HasSuffix(head, []byte(m)) {
			return len(head) - len(m)
		}
	}
	return -1
}

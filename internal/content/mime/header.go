package mime

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

const (
	maxHeader = 1 << 20  // of a header block; the rest of it is scanned as text
	maxField  = 64 << 10 // of a field; the rest of it is scanned as text
	maxRepeat = 4        // values kept of a repeated field
	maxName   = 256      // longest field name
)

// header is what is kept of a header block.
type header struct {
	types        []contentType // values of Content-Type
	encodings    []contentType // of Content-Transfer-Encoding
	dispositions []contentType // of Content-Disposition
	fields       int
	field        []byte // of the field that is being read, unfolded
	out          []byte // its value, decoded
	bytes        int
}

func (h *header) reset() {
	h.types, h.encodings, h.dispositions = h.types[:0], h.encodings[:0], h.dispositions[:0]
	h.fields, h.bytes, h.field = 0, 0, h.field[:0]
}

// readHeader reads a header block to the empty line, tells its fields, and keeps what the walker needs. It also ends at
// a boundary line and at a line that can be no field: the body begins there.
func (w *walker) readHeader() {
	h := &w.h
	h.reset()
	for {
		view := w.r.Peek(viewLen)
		if len(view) == 0 {
			break
		}
		if n := emptyLine(view); n > 0 {
			w.r.Discard(n)
			break
		}
		if view[0] != ' ' && view[0] != '\t' || h.fields == 0 {
			w.tell()
			if !w.beginsField(view) {
				break
			}
			h.fields++
		}
		if h.bytes > maxHeader {
			w.e.Skip(coverage.StepsLimit, 0)
			w.restOfHeader()
			break
		}
		w.readLine()
	}
	w.tell()
}

// emptyLine returns the length of the line end that view begins with.
func emptyLine(view []byte) int {
	switch {
	case view[0] == '\n':
		return 1
	case view[0] == '\r' && len(view) > 1 && view[1] == '\n':
		return 2
	case view[0] == '\r': // CR alone ends the lines
		return 1
	}
	return 0
}

// beginsField tells whether the line that view begins with belongs to the header.
func (w *walker) beginsField(view []byte) bool {
	if bytes.HasPrefix(view, dashes) {
		if _, v := w.match(view, true); v == yes {
			return false
		}
	}
	line := firstLine(view)
	if _, ok := fieldName(line); ok {
		return true
	}
	if w.h.fields == 0 && (bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))) {
		return true
	}
	// A stray line: mail programs differ. The header goes on if a field that mail has stands in the next line.
	if len(line) == len(view) || w.h.fields == 0 && len(w.levels) == 0 || bytes.HasPrefix(line, dashes) {
		return false
	}
	name, ok := fieldName(firstLine(view[len(line)+1:]))
	return ok && mailness(name) > 0
}

// fieldName returns the name of the field that line begins.
func fieldName(line []byte) ([]byte, bool) {
	for i, c := range line[:min(len(line), maxName)] {
		switch {
		case c == ':':
			name := bytes.TrimRight(line[:i], " \t")
			return name, len(name) > 0
		case c == ' ' || c == '\t':
			if rest := bytes.TrimLeft(line[i:], " \t"); i == 0 || len(rest) == 0 || rest[0] != ':' {
				return nil, false
			}
		case c < '!' || c > '~':
			return nil, false
		}
	}
	return nil, false
}

// readLine appends a line to the field, without its line end.
func (w *walker) readLine() {
	h := &w.h
	for {
		b := w.r.Fill()
		if len(b) == 0 {
			return
		}
		i := bytes.IndexByte(b, '\n')
		n := i + 1
		if i < 0 {
			i, n = len(b), len(b)
		}
		line := b[:i]
		if n > i && i > 0 && line[i-1] == '\r' {
			line = line[:i-1]
		}
		if k := maxField - len(h.field); len(line) > k {
			k = max(k, 0)
			w.e.Text(line[k:])
			line = line[:k]
		}
		h.field = append(h.field, line...)
		h.bytes += n
		done := n > i
		w.r.Discard(n)
		if done {
			if m := len(h.field); i == 0 && m > 0 && h.field[m-1] == '\r' { // CR and LF came in two pieces
				h.field = h.field[:m-1]
			}
			return
		}
	}
}

// restOfHeader passes an overlong header as text up to its empty line.
func (w *walker) restOfHeader() {
	start := true
	for {
		view := w.r.Peek(viewLen)
		if len(view) == 0 {
			return
		}
		if start {
			if n := emptyLine(view); n > 0 {
				w.r.Discard(n)
				return
			}
			if bytes.HasPrefix(view, dashes) {
				if _, v := w.match(view, true); v == yes {
					return
				}
			}
		}
		i := bytes.IndexByte(view, '\n')
		start = i >= 0
		n := i + 1
		if !start {
			n = len(view)
		}
		w.e.Text(view[:n])
		w.r.Discard(n)
	}
}

// tell tells the field that was read and begins another one.
func (w *walker) tell() {
	h := &w.h
	field := h.field
	h.field = h.field[:0]
	name, ok := fieldName(field)
	if !ok {
		if len(field) > 0 {
			w.e.Text(field)
			w.e.Text(newline)
		}
		return
	}
	value := bytes.TrimSpace(field[bytes.IndexByte(field, ':')+1:])
	h.out = decodeWords(h.out[:0], value)
	role := object.RoleHeader
	var low [maxName]byte
	switch string(lower(low[:0], name)) {
	case "content-type":
		h.types = keepValue(h.types, value)
	case "content-transfer-encoding":
		h.encodings = keepValue(h.encodings, value)
	case "content-disposition":
		h.dispositions = keepValue(h.dispositions, value)
	case "subject":
		role = object.RoleSubject
	case "from", "to", "cc", "bcc", "reply-to", "sender", "return-path", "delivered-to", "x-original-to", "errors-to",
		"resent-from", "resent-to", "resent-cc", "resent-bcc", "resent-sender", "envelope-to", "x-envelope-to",
		"x-envelope-from", "disposition-notification-to", "return-receipt-to", "mail-followup-to", "apparently-to":
		role = object.RoleAddress
	}
	w.e.Field(role, name, h.out)
}

// keepValue keeps the values of a field that may wrongly be repeated.
func keepValue(values []contentType, v []byte) []contentType {
	if len(values) >= maxRepeat {
		return values
	}
	media, params := parseValue(string(v))
	return append(values, contentType{media, params})
}

// lower appends b to dst in lower case.
func lower(dst, b []byte) []byte {
	for _, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// decodeWords appends a field value to dst with its encoded words decoded and other bytes turned to UTF-8.
func decodeWords(dst, value []byte) []byte {
	switch {
	case bytes.Contains(value, []byte("=?")):
		return words(dst, value)
	case isPlain(value):
		return append(dst, value...)
	}
	return charset.Append(dst, value, "")
}

// isPlain tells whether b is printable ASCII with blanks: nothing to convert.
func isPlain(b []byte) bool {
	for _, c := range b {
		if (c < ' ' || c > '~') && c != '\t' {
			return false
		}
	}
	return true
}

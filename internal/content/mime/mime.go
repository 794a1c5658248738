// Package mime opens mail messages and multipart bodies as mail programs read them, which is more than the standards
// allow: RFC 5322 (messages), 2045 and 2046 (MIME), 2047 (encoded words), 2231 (parameters), 7578 (form data); uuencode as
// in POSIX.
//
// It reads nested multiparts, message/rfc822 (also in base64), missing boundary parameters, boundaries without a line
// end before them, missing final boundaries, text before, between and behind the parts and behind base64, bare LF and CR, damaged base64
// and quoted-printable. Two differing boundaries or two differing headers are read both ways where the bytes are at
// hand, and reported as ambiguous. Header fields are told with their values decoded; parts are objects of their own,
// named by filename*, filename or name. A small part of a form without a file name is a field of its form.
//
// The SHA-256 of a part is that of its bytes after the transfer encoding; the line end before a boundary belongs to the
// boundary. It cannot join message/partial, fetch message/external-body, or read what is encrypted with S/MIME or PGP;
// signed S/MIME in its opaque form is not opened yet. A header block beyond 1 MiB is scanned as text.
package mime

import (
	"bytes"
	"strings"
	"sync"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// sureOfMail is the score of what the protocol itself hands over as a mail.
const sureOfMail = content.Sure + 2

// Formats returns the formats of this package: messages and multiparts, uuencode inside text, form fields, and what is
// recognised but cannot be opened.
func Formats() []content.Format {
	return append([]content.Format{Format(), UU(), formField()}, unopened()...)
}

// Format returns the format "mime".
func Format() content.Format {
	walkers := &sync.Pool{New: func() any { return new(walker) }}
	return content.Format{
		Name: "mime", Media: "message/rfc822", Sniff: sniff,
		Decode: func(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
			w, _ := walkers.Get().(*walker)
			w.decode(r, e, m)
			w.forget()
			walkers.Put(w) // not after a panic: its state is not known then
			return coverage.None
		},
	}
}

// sniff scores a message or multipart body.
func sniff(head []byte, m *object.Meta) content.Score {
	if m.Kind == object.Mail {
		return sureOfMail
	}
	if strings.HasPrefix(m.MediaType, "multipart/") {
		if b := m.Param("boundary"); b != "" && hasLine(head, "--"+b) || guessBoundary(head) != "" {
			return content.Sure
		}
		if sniffHeader(head) {
			return content.Likely
		}
		return content.Declared
	}
	if len(head) > 0 && (head[0] == 0x1F || head[0] == 0) {
		return content.No
	}
	switch m.MediaType {
	case "message/rfc822", "message/global", "message/news", "application/mbox":
		if _, ok := fieldName(firstLine(head)); ok || bytes.HasPrefix(head, []byte("From ")) {
			return content.Likely + 10
		}
		return content.Declared
	}
	if sniffHeader(head) {
		return content.Likely + 10
	}
	if bytes.HasPrefix(head, []byte("--")) && guessBoundary(head) != "" {
		return content.Likely
	}
	return content.No
}

func firstLine(b []byte) []byte {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i]
	}
	return b
}

// hasLine tells whether a line of b begins with s.
func hasLine(b []byte, s string) bool {
	for {
		i := bytes.Index(b, []byte(s))
		if i < 0 {
			return false
		}
		if i == 0 || b[i-1] == '\n' || b[i-1] == '\r' {
			return true
		}
		b = b[i+1:]
	}
}

// guessBoundary finds the boundary of a multipart that does not say it: a line of "--" and a token, with a header field
// in the line after it. "" if there is none.
func guessBoundary(head []byte) string {
	for len(head) > 0 {
		line := firstLine(head)
		rest := head[min(len(head), len(line)+1):]
		line = bytes.TrimRight(line, " \t\r")
		if len(line) > 2 && len(line) < maxBoundary && line[0] == '-' && line[1] == '-' && bytes.IndexByte(line, ' ') < 0 {
			if name, ok := fieldName(firstLine(rest)); ok && len(name) > 8 && strings.EqualFold(string(name[:8]), "content-") {
				return string(line[2:])
			}
		}
		head = rest
	}
	return ""
}

// sniffHeader recognises the header block of a message by its names: one name that only mail has, or two that mail
// usually has, before the first line that is no field.
func sniffHeader(head []byte) bool {
	if bytes.HasPrefix(head, []byte("From ")) {
		head = head[min(len(head), len(firstLine(head))+1):]
	}
	points := 0
	for range 64 {
		line := firstLine(head)
		head = head[min(len(head), len(line)+1):]
		if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') && points > 0 {
			continue
		}
		name, ok := fieldName(line)
		if !ok {
			break
		}
		points += mailness(name)
		if points >= 2 {
			return true
		}
		if len(head) == 0 {
			break
		}
	}
	return false
}

// mailness scores a field name.
func mailness(name []byte) int {
	var low [maxName]byte
	switch string(lower(low[:0], name)) {
	case "received", "return-path", "message-id", "mime-version", "delivered-to", "dkim-signature", "x-mailer", "reply-to",
		"in-reply-to", "content-transfer-encoding", "x-original-to", "authentication-results":
		return 2
	case "from", "to", "subject", "date", "cc", "content-type", "content-disposition", "sender", "references", "user-agent":
		return 1
	}
	return 0
}

// decode opens the object r.
func (w *walker) decode(r object.Reader, e object.Emitter, m *object.Meta) {
	w.begin(r, e)
	if strings.HasPrefix(m.MediaType, "multipart/") && !sniffHeader(r.Peek(object.PeekMax)) {
		t := contentType{media: m.MediaType, params: m.Params}
		w.h.reset()
		w.multipart(t, boundaries(m.Params))
	} else {
		w.entity("")
	}
	w.text()
}

// begin makes a walker ready for an object.
func (w *walker) begin(r object.Reader, e object.Emitter) {
	w.r, w.e = r, e
	w.levels = w.levels[:0]
	w.body.reset(r, w)
}

// forget lets go of what belongs to others.
func (w *walker) forget() {
	w.r, w.e = nil, nil
	w.body.reset(nil, w)
	clear(w.levels[:cap(w.levels)])
	w.levels = w.levels[:0]
	w.h.reset()
}

// again reads bytes at hand a second time, with another boundary.
func (w *walker) again(b []byte, t contentType, boundary string) {
	var r chunk.Reader
	r.ResetBytes(b)
	second := new(walker)
	second.begin(&r, w.e)
	second.multipart(t, []string{boundary})
	second.text()
}

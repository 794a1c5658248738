package pipeline

import (
	"bytes"
	"crypto/sha256"

	"github.com/phiwatch/phiwatch/internal/object"
)

// maxHeader is how much of a mail is searched for its Message-ID.
const maxHeader = 16 << 10

// hop gives a mail the name by which its further hops are recognised: a keyed hash of its Message-ID, which relays keep.
func (t *task) hop(head []byte) {
	if t.m.Kind != object.Mail || t.messageID != "" {
		return
	}
	if id := messageID(head[:min(len(head), maxHeader)]); len(id) > 0 {
		t.messageID = t.brain.Engine.ObjectToken(sha256.Sum256(id)).String()
	}
}

// messageID returns the Message-ID of a mail's header, nil if there is none.
func messageID(b []byte) []byte {
	const field = "message-id:"
	for len(b) > 0 {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		switch {
		case len(line) == 0:
			return nil // the header ends
		case len(line) > len(field) && bytes.EqualFold(line[:len(field)], []byte(field)):
			id := bytes.TrimSpace(line[len(field):])
			if len(id) == 0 { // folded
				next, _, _ := bytes.Cut(rest, []byte("\n"))
				id = bytes.TrimSpace(next)
			}
			return id
		}
		b = rest
	}
	return nil
}

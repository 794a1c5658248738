package smtp

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// recipient is one RCPT command and what became of it.
type recipient struct {
	address  string
	accepted object.Accepted
	maybe    object.Accepted // by a reply that may have been that to another command
}

// envelope is the sender and the recipients of a transaction.
type envelope struct {
	from string
	to   []*recipient
	// before is the envelope that this one replaces when the command that began it (EHLO, MAIL) is accepted. When it
	// is rejected, the transaction goes on: both are one.
	before *envelope

	doubtful bool // there may be doubtful replies
}

// ifUsed returns nil for an empty envelope.
func (e *envelope) ifUsed() *envelope {
	if e.from == "" && len(e.to) == 0 && e.before == nil {
		return nil
	}
	if e.before != nil && e.before.before != nil {
		e.before.before = nil // two rejections in a row before an answer: keep it bounded
	}
	return e
}

// accepted drops what was replaced.
func (e *envelope) accepted() { e.before = nil }

// rejected goes on with what was to be replaced.
func (e *envelope) rejected() {
	if b := e.before; b != nil {
		e.to = append(b.to[:len(b.to):len(b.to)], e.to...)
		if len(e.to) > maxRecipients {
			e.to = e.to[:maxRecipients]
		}
		e.from, e.before = b.from, b.before
		e.doubtful = e.doubtful || b.doubtful
		return
	}
	e.from = ""
}

// confirm takes the doubtful replies for certain.
func (e *envelope) confirm() {
	for _, r := range e.to {
		if r.accepted == object.AcceptedUnknown {
			r.accepted = r.maybe
		}
	}
}

// doubt forgets the doubtful replies.
func (e *envelope) doubt() {
	if !e.doubtful {
		return
	}
	e.doubtful = false
	for _, r := range e.to {
		r.maybe = object.AcceptedUnknown
	}
}

// recipients returns the recipients in the order they were given.
func (e *envelope) recipients() []object.Recipient {
	list := make([]object.Recipient, len(e.to))
	for i, r := range e.to {
		list[i] = object.Recipient{
			Address: flow.NewText(r.address), Domain: flow.NewText(domain(r.address)), Accepted: r.accepted,
		}
	}
	return list
}

// fields returns the addresses as fields of the mail.
func (e *envelope) fields() []object.Field {
	list := make([]object.Field, 0, len(e.to)+1)
	if e.from != "" {
		list = append(list, object.Field{Role: object.RoleAddress, Label: "mail from", Value: e.from})
	}
	for _, r := range e.to {
		list = append(list, object.Field{Role: object.RoleAddress, Label: "rcpt to", Value: r.address})
	}
	return list
}

// maxAddress is the most that is kept of an address (RFC 5321: 64 + 1 + 255).
const maxAddress = 320

// address reads the path after FROM: or TO:, with or without angle brackets, and drops a source route.
func address(b []byte) string {
	b = bytes.TrimLeft(b, " \t")
	if len(b) > 0 && b[0] == '<' {
		b = b[1:]
		b = b[:pathEnd(b, '>')]
	} else {
		b = b[:pathEnd(b, ' ')]
	}
	if len(b) > 0 && b[0] == '@' {
		if i := bytes.IndexByte(b, ':'); i >= 0 {
			b = b[i+1:]
		}
	}
	return string(b[:min(len(b), maxAddress)])
}

// pathEnd finds the end of a path outside of quotes.
func pathEnd(b []byte, end byte) int {
	quoted := false
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\\' && quoted:
			i++
		case b[i] == '"':
			quoted = !quoted
		case b[i] == end && !quoted:
			return i
		}
	}
	if i := bytes.IndexByte(b, end); i >= 0 { // quotes that are never closed
		return i
	}
	return len(b)
}

// domain returns the part after the last @, in lower case without a trailing dot.
func domain(addr string) string {
	i := strings.LastIndexByte(addr, '@')
	if i < 0 {
		return ""
	}
	d := strings.TrimSuffix(strings.TrimSpace(addr[i+1:]), ".")
	if utf8.ValidString(d) {
		return strings.ToLower(d)
	}
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, d)
}

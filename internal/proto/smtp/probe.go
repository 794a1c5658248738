package smtp

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/reply"
)

// probe recognises a conversation from its beginning, and one that goes on: after a STARTTLS whose server stays in the
// clear, or where the capture began late.
func probe(client, server proto.Peek, f *flow.Flow) proto.Score {
	cs, ss := probeClient(client), probeServer(server)
	if cs == proto.No || ss == proto.No {
		return proto.No
	}
	best := max(cs, ss)
	switch {
	case cs >= proto.Likely && ss >= proto.Weak:
		return proto.Sure
	case best >= proto.Likely:
		return best
	}
	port := f.Server().Port()
	usual := port == 25 || port == 587 || port == 24 || port == 2525
	if best == proto.Weak && usual {
		return proto.Likely
	}
	if best == proto.Weak && cs == proto.Weak && ss == proto.Weak {
		return proto.Weak // the same commands and numbers as FTP has
	}
	if client.End && server.End {
		if best == proto.Weak {
			return proto.Weak
		}
		return proto.No
	}
	return proto.More
}

// probeClient judges the first line of the client.
func probeClient(p proto.Peek) proto.Score {
	b := p.Data
	if len(b) == 0 {
		return proto.More
	}
	if hasFold(b, "PROXY ") {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			return proto.More
		}
		if b = b[i+1:]; len(b) == 0 {
			return proto.More
		}
	}
	line, whole := b, false
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		line, whole = b[:i+1], true
	}
	var buf [24]byte
	k, verb, arg := lookup(line, &buf)
	if p.Gap && whole && k == unknown { // the rest of a line
		if b = b[len(line):]; len(b) == 0 {
			return proto.More
		}
		return probeClient(proto.Peek{Data: b, End: p.End})
	}
	if !whole {
		return probePartial(k, verb, arg, len(b))
	}
	switch k {
	case hello:
		if len(arg) > 0 && isCommand(line) {
			return proto.Sure
		}
		return proto.Likely
	case mailFrom, rcptTo:
		if isCommand(line) {
			return proto.Sure
		}
		return proto.No
	case startTLS:
		return proto.Weak
	case bdat:
		if isCommand(line) {
			return proto.Likely
		}
	case data:
		return proto.Weak
	case authenticate:
		if isCommand(line) {
			return proto.Likely
		}
	case quit, reset, talk, other:
		return proto.Weak
	}
	return proto.No
}

// probePartial judges a first line that is not complete.
func probePartial(k kind, verb, arg []byte, n int) proto.Score {
	if k != unknown {
		if n > maxFirst {
			return proto.Weak
		}
		return proto.More
	}
	if len(arg) > 0 || len(verb) == 0 {
		return proto.No
	}
	for _, v := range [...]string{
		"EHLO", "HELO", "LHLO", "MAIL", "RCPT", "BDAT", "STARTTLS", "AUTH", "QUIT", "RSET", "NOOP", "PROXY", "X-EXPS",
		"X-ANONYMOUSTLS", "XCLIENT", "DATA", "VRFY", "EXPN", "HELP",
	} {
		if len(verb) <= len(v) && v[:len(verb)] == string(verb) {
			return proto.More
		}
	}
	return proto.No
}

// probeServer judges the first lines of the server.
func probeServer(p proto.Peek) proto.Score {
	code, head, ok := reply.First(p.Data, p.Gap)
	if !ok {
		return proto.No
	}
	switch code {
	case 0:
		return proto.More
	case 220, 554, 421:
		if reply.HasWord(head, "SMTP") || reply.HasWord(head, "LMTP") || reply.HasWord(head, "sendmail") {
			return proto.Likely
		}
		if reply.HasWord(head, "FTP") {
			return proto.More
		}
		return proto.Weak
	case 250:
		if reply.HasWord(head, "8BITMIME") || reply.HasWord(head, "PIPELINING") || reply.HasWord(head, "ENHANCEDSTATUSCODES") {
			return proto.Likely
		}
		return proto.Weak
	}
	if code >= 200 {
		return proto.Weak
	}
	return proto.No
}

// resume finds the line with which the next mail of a connection begins. The text of a mail may quote one, which then is
// read as a command and as nothing else; its recipients are asked for in the lines after it.
func resume(b []byte) int {
	for at := 0; ; {
		i := indexFold(b[at:], "mail from:")
		if i < 0 {
			return -1
		}
		i += at
		if line := b[i:]; i == 0 || b[i-1] == '\n' {
			if j := bytes.IndexByte(line, '\n'); j > 0 && bytes.IndexByte(line[:j], '<') == len("mail from:") && bytes.IndexByte(line[:j], '>') > 0 {
				return i
			}
		}
		at = i + 1
	}
}

// indexFold is bytes.Index for a word in lower case that begins with a letter.
func indexFold(b []byte, word string) int {
	for at := 0; ; at++ {
		i := bytes.IndexAny(b[at:], word[:1]+string(word[0]&^0x20))
		if i < 0 {
			return -1
		}
		if at += i; hasFold(b[at:], word) {
			return at
		}
	}
}

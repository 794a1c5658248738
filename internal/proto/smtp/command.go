package smtp

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto/reply"
)

// kind is what a command is, and what an answer is waited for.
type kind uint8

const (
	unknown kind = iota // no command that is known: answered with 5xx, or an extension
	hello
	mailFrom
	rcptTo
	data
	bdat
	final // the end of DATA, or the last chunk
	authenticate
	startTLS
	reset
	quit
	other // NOOP and the like
	talk  // commands with free text
	blank // an empty line: some servers answer, some do not
	proxy // the PROXY line of a load balancer: no answer
	numKinds
)

// verbKind returns the kind of a verb in upper case.
func verbKind(verb []byte) kind {
	switch string(verb) {
	case "EHLO", "HELO", "LHLO":
		return hello
	case "MAIL", "SEND", "SOML", "SAML":
		return mailFrom
	case "RCPT":
		return rcptTo
	case "DATA":
		return data
	case "BDAT":
		return bdat
	case "AUTH", "X-EXPS":
		return authenticate
	case "STARTTLS", "X-ANONYMOUSTLS":
		return startTLS
	case "RSET":
		return reset
	case "QUIT":
		return quit
	case "NOOP", "HELP", "VRFY", "EXPN", "ETRN", "ATRN":
		return talk
	case "TURN", "XCLIENT", "XFORWARD", "BURL":
		return other
	case "PROXY":
		return proxy
	}
	return unknown
}

// lookup returns the kind, the verb (in buf) and the argument of a command line.
func lookup(line []byte, buf *[24]byte) (k kind, verb, arg []byte) {
	verb, arg = reply.Verb(line, buf)
	return verbKind(verb), verb, arg
}

// isCommand tells whether a line reads like a command and nothing else. Where a client may send text or commands,
// this decides.
func isCommand(line []byte) bool {
	var buf [24]byte
	k, _, arg := lookup(line, &buf)
	switch k {
	case hello:
		return len(arg) > 0 && len(arg) < 256 && bytes.IndexByte(arg, ' ') < 0
	case mailFrom:
		return hasFold(arg, "FROM:")
	case rcptTo:
		return hasFold(arg, "TO:")
	case data, reset, quit, startTLS:
		return len(arg) == 0
	case talk:
		return len(arg) == 0
	case bdat:
		_, _, ok := chunkSize(arg)
		return ok
	case authenticate:
		mech, _, _ := bytes.Cut(arg, []byte(" "))
		return mechanism(mech) != mechOther
	}
	return false
}

// hasFold tells whether b begins with an upper-case prefix, in any case.
func hasFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && bytes.EqualFold(b[:len(prefix)], []byte(prefix))
}

// longLine is what becomes of the part of a line that is too long to keep.
type longLine uint8

const (
	longUnset longLine = iota
	longDrop           // it may be a secret
	longStray          // scanned
)

// command reads a part of a command line, or a line.
func (c *conn) command(off uint64, b []byte) int {
	if !c.line.Begun() {
		if b[0] == 0x16 && !c.fragment {
			return c.tlsBegins(b)
		}
		c.lineOff, c.lineAt, c.long = off, c.at, longUnset
	}
	line, over, n, done := c.line.Next(b)
	if c.line.Long() {
		c.longPart(line, off+uint64(n-len(over)), over)
	}
	if done {
		c.end = off + uint64(n)
		c.tail = b[n:]
		if c.outer != nil {
			c.tail = c.outer
		}
		c.execute(line)
		c.tail = nil
	}
	return n
}

// longPart takes the part of a line that is not kept. When the line turns out to be too long, it decides whether it
// is scanned, and begins with what is kept.
func (c *conn) longPart(line []byte, off uint64, over []byte) {
	if c.long == longUnset {
		if line == nil {
			line = c.line.Held()
		}
		var buf [24]byte
		c.long = longStray
		if k, _, _ := lookup(line, &buf); k == authenticate || c.expectsResponse(line) {
			c.long = longDrop
		} else {
			c.stray(flow.ToServer, c.lineOff, c.lineAt, line)
		}
	}
	if c.long == longStray {
		c.stray(flow.ToServer, off, c.at, over)
	}
}

// execute takes a command line.
func (c *conn) execute(line []byte) {
	if c.fragment {
		c.fragment = false
		if !isCommand(line) {
			if !isToken(line) {
				c.scan(line)
			}
			return
		}
	}
	if c.expectsResponse(line) {
		c.auth.challenge = false
		c.response(reply.Trim(line))
		c.push(entry{kind: authenticate})
		return
	}
	var buf [24]byte
	k, verb, arg := lookup(line, &buf)
	c.auth.stop()
	switch k {
	case unknown:
		c.unknownLine(line, verb)
		return
	case proxy:
		return
	case hello:
		c.helloCommand(verb, arg)
	case mailFrom:
		c.mailCommand(arg)
	case rcptTo:
		c.rcptCommand(arg)
	case data:
		c.dataCommand(line)
	case bdat:
		c.bdatCommand(arg)
	case authenticate:
		c.authCommand(arg)
	case startTLS:
		c.tls.tried = true
		c.tlsVerdict()
		c.push(entry{kind: startTLS})
	case reset:
		c.abandon()
		c.env = &envelope{}
		c.push(entry{kind: other})
	case talk:
		if len(arg) > 0 {
			c.scan(line)
		}
		c.push(entry{kind: other})
	default:
		c.push(entry{kind: k})
	}
	c.lostText = c.lostText && k == talk
}

// scan writes the command line to the strays, unless that was done because it is long.
func (c *conn) scan(line []byte) {
	if !c.line.Long() {
		c.stray(flow.ToServer, c.lineOff, c.lineAt, line)
	}
}

// unknownLine takes a line that is no command: an extension, garbage, or text of a mail whose DATA was lost.
func (c *conn) unknownLine(line, verb []byte) {
	text := reply.Trim(line)
	if len(text) == 0 {
		c.push(entry{kind: blank})
		return
	}
	if string(text) == "." { // the end of a text that was refused and never sent
		c.push(entry{kind: blank})
		return
	}
	if bytes.HasPrefix(verb, []byte("XXXX")) {
		c.startTLS("stripped")
	}
	if c.lostText && isHeader(text) && !c.line.Long() {
		c.lostMail(line)
		return
	}
	if c.lossy && isToken(text) { // may be a secret whose AUTH was lost
		return
	}
	c.scan(line)
	c.push(entry{kind: unknown})
}

// isHeader tells whether a line reads like a header field of a mail.
func isHeader(line []byte) bool {
	i := bytes.IndexByte(line, ':')
	if i < 2 || i > 64 {
		return false
	}
	for _, ch := range line[:i] {
		if ch <= ' ' || ch >= 0x7F {
			return false
		}
	}
	return i+1 < len(line) && line[i+1] == ' '
}

// isToken tells whether a line is one word of base64, as secrets of AUTH are.
func isToken(line []byte) bool {
	line = reply.Trim(line)
	letters := 0
	for _, ch := range line {
		switch {
		case ch >= 'a' && ch <= 'z' || ch >= 'A' && ch <= 'Z':
			letters++
		case ch >= '0' && ch <= '9' || ch == '+' || ch == '/' || ch == '=':
		default:
			return false
		}
	}
	return letters > 0
}

func (c *conn) helloCommand(verb, arg []byte) {
	c.lmtp = verb[0] == 'L'
	if !c.hello && len(arg) > 0 {
		host, _, _ := bytes.Cut(arg, []byte(" "))
		c.serverName(flow.ToServer, host, "ehlo")
	}
	c.hello = true
	c.abandon()
	c.env = &envelope{before: c.env.ifUsed()}
	c.push(entry{kind: hello, env: c.env})
}

func (c *conn) mailCommand(arg []byte) {
	c.tls.mail = true
	c.tlsVerdict()
	c.abandon()
	c.env = &envelope{before: c.env.ifUsed()}
	if hasFold(arg, "FROM:") {
		c.env.from = address(arg[len("FROM:"):])
	}
	c.push(entry{kind: mailFrom, env: c.env})
}

func (c *conn) rcptCommand(arg []byte) {
	e := entry{kind: rcptTo}
	if hasFold(arg, "TO:") && len(c.env.to) < maxRecipients {
		if a := address(arg[len("TO:"):]); a != "" {
			e.rcpt = &recipient{address: a}
			c.env.to = append(c.env.to, e.rcpt)
		}
	}
	c.push(e)
}

// serverName states a name that one side gave itself.
func (c *conn) serverName(d flow.Dir, host []byte, how string) {
	if len(host) == 0 || len(host) > 255 || bytes.IndexByte(host, '.') < 0 && host[0] != '[' {
		return
	}
	c.host.Fact(flow.Fact{Kind: flow.FactServerName, At: c.at, Dir: d, Name: flow.NewText(string(host)), Detail: how})
}

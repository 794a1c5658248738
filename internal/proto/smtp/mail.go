package smtp

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto/reply"
)

// mail is one mail of the connection, from its DATA or first BDAT command to its reply.
type mail struct {
	env     *envelope
	w       object.Writer // nil: nothing of it was seen yet
	off     uint64        // of the first byte of its text
	at      flow.Time     // of its last byte, later of the deciding reply
	size    int64
	lf      bool // the client ends its lines in LF alone
	goAhead bool // DATA was answered with 354
	refused bool // DATA was refused
	loose   bool // its text is read line by line, and ends where commands begin
	huge    bool // a chunk of a size that no server takes
	gap     bool // bytes of it are missing
	cut     bool
	done    bool // it has ended
	closed  bool
	replied int // code of a reply that came although the end was not seen (gap)
	left    int // LMTP: replies that are still to come
	next    int // LMTP: the recipient of the next reply
	status  flow.Outcome
	evasion string
}

func (c *conn) openMail(m *mail, at flow.Time) {
	m.at = at
	m.w = c.host.Open(object.Meta{
		Protocol: name, Kind: object.Mail, Dir: flow.ToServer, Off: m.off, At: at, MediaType: "message/rfc822",
		Size: m.size, User: c.user, Recipients: m.env.recipients(), Fields: m.env.fields(),
	})
}

// dataCommand waits for what follows DATA. It need not be text: the server may refuse.
func (c *conn) dataCommand(line []byte) {
	c.abandon()
	m := &mail{env: c.env, off: c.end, size: -1, lf: !bytes.HasSuffix(line, []byte("\r\n")) && !c.line.Long()}
	c.mail, c.mode = m, inFirst
	c.push(entry{kind: data, mail: m})
}

// firstLine reads the line after DATA while its answer is not known, or after it was refused: a client that learned of
// the refusal, or that ran ahead, goes on with a command; anything else is the text of the mail.
func (c *conn) firstLine(off uint64, b []byte) int {
	m := c.mail
	if len(c.first) == 0 {
		c.firstAt = c.at
		if i := bytes.IndexByte(b, '\n'); m.goAhead || i >= 0 && i < maxFirst {
			if !m.goAhead && c.noText(b[:i+1]) {
				c.chunkAfterAll(b[:i+1])
				c.mail, c.mode = nil, inCommand
			} else {
				c.startText()
			}
			return 0
		}
	}
	n := bytes.IndexByte(b, '\n') + 1
	if n == 0 {
		n = len(b)
	}
	n = min(n, maxFirst-len(c.first))
	c.first = append(c.first, b[:n]...)
	whole := c.first[len(c.first)-1] == '\n'
	switch {
	case whole && c.noText(c.first):
		c.chunkAfterAll(c.first)
		c.mail, c.mode = nil, inCommand
		line := c.first
		c.first, c.outer = c.first[:0], b[n:]
		c.command(m.off, line)
		c.outer = nil
	case whole || len(c.first) == maxFirst:
		c.flushFirst()
	}
	return n
}

// chunkAfterAll scans a command that follows an absurd chunk size as what it is to whoever believes the size: the chunk.
// The client announced data, and a server has to take the octets of a chunk that it refuses (RFC 3030, section 2);
// Postfix refuses the size itself and reads commands. Both readings are possible, so both are made.
func (c *conn) chunkAfterAll(line []byte) {
	m := c.mail
	if !m.huge {
		return
	}
	c.openMail(m, c.at)
	m.w.Write(line)
	m.done = true
	c.closeMail(m)
}

// noText tells whether the line after DATA is a command, or the end of a text that was never sent.
func (c *conn) noText(line []byte) bool {
	return isCommand(line) || c.mail.refused && string(reply.Trim(line)) == "."
}

// startText begins the text of a mail.
func (c *conn) startText() {
	m := c.mail
	c.openMail(m, c.firstAt)
	c.mode, c.textMid, c.textCut = inBody, false, false
	if m.refused || m.loose {
		c.mode = inText
	}
	c.dot.start(m.lf)
}

// flushFirst begins the text with what was held of its first line.
func (c *conn) flushFirst() {
	c.startText()
	b := c.first
	c.first = c.first[:0]
	c.fromClient(c.mail.off, b)
}

// body reads the text of a mail up to its end.
func (c *conn) body(b []byte) int {
	m := c.mail
	m.at = c.at
	n, end := c.dot.feed(b, m.w)
	if c.dot.trick && m.evasion == "" {
		c.smuggling(m)
	}
	if end {
		c.endMail()
	}
	return n
}

// smuggling states that the text has a form that some servers take for its end. Replies to what those servers make of
// the rest cannot be told from others.
func (c *conn) smuggling(m *mail) {
	m.evasion = "smtp_smuggling"
	c.lost()
	c.host.Fact(flow.Fact{Kind: flow.FactEvasion, At: c.at, Dir: flow.ToServer, Detail: m.evasion})
}

// gapInText takes a gap in the text of a mail. The end may have been in it, so that from here on the text is read line
// by line.
func (c *conn) gapInText(n uint64, why coverage.Reason) {
	m := c.mail
	c.flushDot()
	m.w.Gap(int64(n), why)
	m.at, m.gap = c.at, true
	c.mode, c.textMid, c.textCut = inText, false, true
}

// flushDot writes what was held back to see whether it is the end.
func (c *conn) flushDot() {
	switch c.mode {
	case inBody:
		c.dot.release(c.mail.w)
	case inText:
		c.mail.w.Write(c.first)
		c.first = c.first[:0]
	}
}

// text reads the text of a mail line by line, because commands may follow without the proper end.
func (c *conn) text(off uint64, b []byte) int {
	m := c.mail
	m.at = c.at
	n := bytes.IndexByte(b, '\n') + 1
	whole := n > 0
	if !whole {
		n = len(b)
	}
	if c.textMid || n+len(c.first) > maxFirst {
		m.w.Write(c.first)
		m.w.Write(b[:n])
		c.first, c.textMid = c.first[:0], !whole
		c.textCut = c.textCut && !whole
		return n
	}
	if !whole {
		c.first = append(c.first, b...)
		return n
	}
	line := b[:n]
	if len(c.first) > 0 {
		c.first = append(c.first, line...)
		line = c.first
	}
	mid := c.textCut
	c.textCut = false
	switch {
	case c.ends(line):
		start := off + uint64(n) - uint64(len(line))
		c.outer = b[n:]
		if m.replied == 0 {
			c.lost()
		}
		c.endMail()
		c.first = c.first[:0]
		c.command(start, line)
		c.outer = nil
		return n
	case !mid && string(reply.Trim(line)) == ".":
		c.endMail()
	case !mid && line[0] == '.':
		m.w.Write(line[1:])
	default:
		m.w.Write(line)
	}
	c.first = c.first[:0]
	return n
}

// ends tells whether a line of the text is a command after all. After a gap that needs more than a short word.
func (c *conn) ends(line []byte) bool {
	if !isCommand(line) {
		return false
	}
	if m := c.mail; !m.gap || m.refused || m.replied != 0 {
		return true
	}
	return hasFold(line, "MAIL FROM:<") || hasFold(line, "RCPT TO:<")
}

// lostMail begins a mail at a line that reads like its header, when a gap took the commands before it.
func (c *conn) lostMail(line []byte) {
	c.abandon()
	c.mail = &mail{env: c.env, off: c.lineOff, size: -1, gap: true}
	c.openMail(c.mail, c.lineAt)
	c.mail.w.Write(line)
	c.mode, c.textMid, c.textCut, c.lostText = inText, false, false, false
}

// chunkSize reads the argument of BDAT. Sizes that no server would take are none.
func chunkSize(arg []byte) (n uint64, last, ok bool) {
	i := 0
	for ; i < len(arg) && arg[i] >= '0' && arg[i] <= '9'; i++ {
		if n = n*10 + uint64(arg[i]-'0'); n > 1<<40 {
			return 0, false, false
		}
	}
	rest := bytes.TrimSpace(arg[i:])
	last = bytes.EqualFold(rest, []byte("LAST"))
	return n, last, i > 0 && (last || len(rest) == 0)
}

// bdatCommand begins a chunk.
func (c *conn) bdatCommand(arg []byte) {
	n, last, ok := chunkSize(arg)
	if !ok { // the server cannot have taken it; what follows may be text or commands
		c.abandon()
		m := &mail{env: c.env, off: c.end, size: -1, loose: true, huge: len(arg) > 0 && arg[0] >= '0' && arg[0] <= '9'}
		c.mail, c.mode = m, inFirst
		c.push(entry{kind: bdat, mail: m})
		return
	}
	if c.mail == nil {
		c.mail = &mail{env: c.env, off: c.end, size: -1}
		if last {
			c.mail.size = int64(n)
		}
	}
	c.chunk, c.last, c.mode = n, last, inChunk
	if n == 0 {
		if last {
			c.ensureOpen()
		}
		c.endChunk()
	}
}

// ensureOpen opens the mail of a chunk with its first byte.
func (c *conn) ensureOpen() {
	if c.mail.w == nil {
		c.openMail(c.mail, c.at)
	}
}

// chunked reads bytes of a chunk.
func (c *conn) chunked(b []byte) int {
	c.ensureOpen()
	n := int(min(uint64(len(b)), c.chunk))
	c.mail.w.Write(b[:n])
	c.mail.at = c.at
	if c.chunk -= uint64(n); c.chunk == 0 {
		c.endChunk()
	}
	return n
}

func (c *conn) endChunk() {
	c.mode = inCommand
	if c.last {
		c.endMail()
	} else {
		c.push(entry{kind: bdat, mail: c.mail})
	}
}

// abandon ends a mail that was begun with BDAT and never finished.
func (c *conn) abandon() {
	if m := c.mail; m != nil && !m.done {
		m.cut = true
		c.closeMail(m)
	}
	c.mail = nil
}

// endMail ends the text of a mail. The next command begins another transaction.
func (c *conn) endMail() {
	m := c.mail
	m.done = true
	c.mail, c.mode, c.env = nil, inCommand, &envelope{}
	switch {
	case m.loose || m.refused:
		c.lost() // the server answered its lines as if they were commands, nobody knows how often
		c.closeMail(m)
	case m.replied != 0:
		c.closeMail(m)
	default:
		c.wait(m)
	}
}

// wait keeps an ended mail until its reply comes.
func (c *conn) wait(m *mail) {
	c.waiting = append(c.waiting, m)
	held := 0
	for _, w := range c.waiting {
		held += len(w.env.to)
	}
	for len(c.waiting) > maxWaiting || held > 4*maxRecipients && len(c.waiting) > 1 {
		held -= len(c.waiting[0].env.to)
		c.closeMail(c.waiting[0])
	}
	c.push(entry{kind: final, mail: m})
}

// closeMail closes the object of a mail with what is known of it.
func (c *conn) closeMail(m *mail) {
	if m.closed {
		return
	}
	m.closed = true
	for i, w := range c.waiting {
		if w == m {
			c.waiting = append(c.waiting[:i], c.waiting[i+1:]...)
			break
		}
	}
	if m.w == nil {
		return
	}
	out := object.Outcome{Status: m.status, Evasion: m.evasion, At: m.at, Cut: m.cut}
	if len(m.env.to) > 0 {
		out.Recipients = m.env.recipients()
	}
	m.w.Close(out)
}

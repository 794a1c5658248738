package smtp

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto/reply"
)

// fromServer reads replies.
func (c *conn) fromServer(off uint64, b []byte) {
	for len(b) > 0 && !c.gone {
		if !c.answer.Begun() {
			if b[0] == 0x16 && !c.cutReply { // TLS began, and its go-ahead was lost
				c.become([2][]byte{flow.ToServer: c.clientRest(), flow.ToClient: b})
				return
			}
			c.answerOff, c.answerAt, c.answerLong = off, c.at, false
		}
		line, over, n, done := c.answer.Next(b)
		if c.answer.Long() {
			c.longAnswer(line, off+uint64(n-len(over)), over)
		}
		c.after = b[n:]
		if done {
			c.replyLine(line)
		}
		c.after = nil
		off += uint64(n)
		b = b[n:]
	}
}

// longAnswer scans a line that is too long for a reply.
func (c *conn) longAnswer(line []byte, off uint64, over []byte) {
	if !c.answerLong {
		c.answerLong = true
		if line == nil {
			line = c.answer.Held()
		}
		c.stray(flow.ToClient, c.answerOff, c.answerAt, line)
	}
	c.stray(flow.ToClient, off, c.at, over)
}

// replyLine takes a line of the server.
func (c *conn) replyLine(line []byte) {
	if c.cutReply {
		c.cutReply = false
		if code, _ := reply.Starts(line); code == 0 {
			return
		}
	}
	l := c.reader.Line(line)
	if l.Code == 0 {
		if len(reply.Trim(line)) > 0 && !c.answer.Long() {
			c.stray(flow.ToClient, c.answerOff, c.answerAt, line)
		}
		return
	}
	if l.First {
		c.reply = early{code: l.Code, multi: !l.Last}
		c.nameInReply(l)
	}
	if !l.First || c.loneCapability(l) {
		c.capability(l.Text)
	}
	if l.Last {
		c.reply.code, c.reply.at = l.Code, c.at
		c.replied(c.reply, l.Text)
	}
}

// nameInReply states the name of the server, from its greeting or, where that was not seen, its answer to EHLO.
func (c *conn) nameInReply(l reply.Line) {
	if !c.opened && l.Code == 220 || !c.greeted && !c.named && l.Code == 250 && !l.Last {
		c.named = true
		host, _, _ := bytes.Cut(l.Text, []byte(" "))
		c.serverName(flow.ToClient, host, "greeting")
	}
}

// loneCapability tells whether a reply of one line continues the answer to EHLO of a server that forgets the dashes.
func (c *conn) loneCapability(l reply.Line) bool {
	return l.First && l.Last && l.Code == 250 && c.lastKind == hello && c.queue.len() == 0 && isKeyword(l.Text)
}

// isKeyword tells whether a line reads like one of an answer to EHLO.
func isKeyword(text []byte) bool {
	word, _, _ := bytes.Cut(text, []byte(" "))
	switch string(word) {
	case "PIPELINING", "SIZE", "8BITMIME", "STARTTLS", "AUTH", "DSN", "ENHANCEDSTATUSCODES", "HELP", "CHUNKING",
		"SMTPUTF8", "VRFY", "ETRN", "BINARYMIME", "DELIVERBY", "EXPN", "TURN", "XEXCH50", "X-EXPS":
		return true
	}
	return false
}

// replied takes a complete reply.
func (c *conn) replied(r early, text []byte) {
	if !c.opened {
		c.opened = true
		switch {
		case r.code == 220 && (c.queue.len() == 0 || c.queue.front().kind != startTLS),
			c.queue.len() == 0 && r.code >= 400:
			c.greeted = true
			return
		}
	}
	if c.queue.len() == 0 {
		c.unmatched(r, text)
		return
	}
	i := c.queue.find(r.code)
	if i < 0 {
		if r.code == 354 {
			c.unmatched(r, text)
		}
		return
	}
	if i > 0 {
		c.env.doubt() // the replies before this one were not in step
	}
	for range i {
		c.unanswered(*c.queue.front())
		c.queue.pop()
	}
	if e := *c.queue.front(); e.kind == final && !c.lastReply(e.mail) {
		c.settle(e, r)
		return
	}
	e := *c.queue.front()
	c.queue.pop()
	c.settle(e, r)
}

// unmatched takes a reply that no command waits for.
func (c *conn) unmatched(r early, text []byte) {
	if m := c.mail; m != nil && m.gap && (c.mode == inText || c.mode == inBody) {
		if m.replied = r.code; r.code >= 400 {
			m.status = flow.Refused
		} else {
			m.status = flow.Delivered
		}
		return
	}
	if r.code == 354 && c.lostText && c.mode == inCommand && !c.line.Begun() {
		c.abandon()
		c.mail = &mail{env: c.env, off: c.lostOff, size: -1, goAhead: true}
		c.mode, c.lostText, c.fragment, c.lossy = inFirst, false, false, false
		for c.queue.len() > 0 {
			c.unanswered(*c.queue.front())
			c.queue.pop()
		}
		return
	}
	switch {
	case c.lastKind == hello && r.code == 250 && !r.multi && isKeyword(text):
		if r.tls {
			c.tls.offered = true
			c.startTLS("offered")
		}
	case !c.hello && c.lastKind == final: // LMTP, whose LHLO was not seen
	case c.lossy:
		c.env.doubt()
	case c.greeted && len(c.early) < maxPending:
		c.early = append(c.early, r)
	}
}

// push takes a command whose answer is to come, or has come before it.
func (c *conn) push(e entry) {
	for i := 0; i < len(c.early); i++ {
		if !e.kind.takes(c.early[i].code) {
			continue
		}
		if i > 0 {
			c.env.doubt()
		}
		r := c.early[i]
		c.early = append(c.early[:0], c.early[i+1:]...)
		last := e.kind != final || c.lastReply(e.mail)
		if c.settle(e, r); last || c.gone {
			return
		}
		i = -1
	}
	if len(c.early) > 0 {
		c.lost()
	}
	if c.queue.len() >= maxPending {
		for c.queue.len() > 0 {
			c.unanswered(*c.queue.front())
			c.queue.pop()
		}
		c.lost()
	}
	c.queue.push(e)
}

// lastReply tells whether the next reply is the last that the end of a mail has: LMTP answers for each recipient that
// was accepted.
func (c *conn) lastReply(m *mail) bool {
	if !c.lmtp {
		return true
	}
	if m.left == 0 {
		for _, r := range m.env.to {
			if r.accepted != object.AcceptedNo {
				m.left++
			}
		}
		m.left = max(m.left, 1)
	}
	return m.left == 1
}

// unanswered takes a command whose reply was lost.
func (c *conn) unanswered(e entry) {
	if e.kind == final {
		c.closeMail(e.mail)
	}
}

// settle takes the answer to a command.
func (c *conn) settle(e entry, r early) {
	c.lastKind = e.kind
	ok := r.code < 400
	switch e.kind {
	case hello:
		c.helloAnswer(e, r, ok)
	case mailFrom:
		if ok {
			e.env.accepted()
		} else {
			e.env.rejected()
		}
	case rcptTo:
		if e.rcpt != nil && c.lossy {
			e.rcpt.maybe, c.env.doubtful = accepted(ok), true
		} else if e.rcpt != nil {
			e.rcpt.accepted = accepted(ok)
		}
	case data:
		c.dataAnswer(e.mail, ok)
	case bdat:
		if !ok {
			e.mail.status = flow.Refused
		}
	case final:
		c.finalAnswer(e.mail, r, ok)
	case authenticate:
		c.authAnswer(r.code)
	case startTLS:
		c.tlsAnswer(ok)
	case quit:
		c.lossy = c.lossy && !ok
	}
}

func accepted(ok bool) object.Accepted {
	if ok {
		return object.AcceptedYes
	}
	return object.AcceptedNo
}

func (c *conn) helloAnswer(e entry, r early, ok bool) {
	if !ok {
		e.env.rejected()
		return
	}
	e.env.accepted()
	if r.multi {
		c.lossy = false
	}
	c.tls.answered = !c.lossy
	if r.tls {
		c.tls.offered = true
		c.startTLS("offered")
	}
	c.tlsVerdict()
}

// dataAnswer takes the answer to DATA.
func (c *conn) dataAnswer(m *mail, ok bool) {
	if ok {
		c.lossy, m.goAhead = false, true
		m.env.confirm() // 354 is an answer to DATA only: the replies before it were in step
		if c.mail == m && c.mode == inFirst && len(c.first) > 0 {
			c.flushFirst()
		}
		return
	}
	m.refused, m.status = true, flow.Refused
	if !m.done || m.closed {
		return
	}
	for i := range c.queue.list[c.queue.head:] { // its text has ended already, and no reply to it will come
		if e := &c.queue.list[c.queue.head+i]; e.mail == m {
			c.queue.count[e.kind]--
			c.queue.count[blank]++
			*e = entry{kind: blank}
		}
	}
	c.lost()
	c.closeMail(m)
}

// finalAnswer takes a reply to the end of a mail.
func (c *conn) finalAnswer(m *mail, r early, ok bool) {
	if m.closed {
		return
	}
	m.at = r.at
	if !c.lossy {
		if ok {
			m.status = flow.Delivered
		} else if m.status != flow.Delivered {
			m.status = flow.Refused
		}
	}
	if !c.lmtp {
		c.closeMail(m)
		return
	}
	for m.next < len(m.env.to) {
		to := m.env.to[m.next]
		m.next++
		if to.accepted != object.AcceptedNo { // a delivery that is refused takes nothing back: the text was sent
			if ok && !c.lossy {
				to.accepted = object.AcceptedYes
			}
			break
		}
	}
	if m.left--; m.left <= 0 {
		c.closeMail(m)
	}
}

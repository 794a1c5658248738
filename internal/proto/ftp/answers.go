package ftp

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto/reply"
)

// answer is a complete reply.
type answer struct {
	code int
	text string // of its last line, where it matters
}

// moves tells whether a command uses a data connection.
func (k kind) moves() bool { return k == put || k == get || k == list }

// takes tells whether a code can answer a command. Codes of failure answer any.
func (k kind) takes(code int) bool {
	switch {
	case code >= 400:
		return true
	case code < 200:
		return k.moves() || code == 120 || k == unknown
	}
	switch code {
	case 227:
		return k == pasv
	case 228:
		return k == lpsv
	case 229:
		return k == epsv
	case 331, 332, 230, 232:
		return k == user || k == pass || k == acct || k == adat
	case 234, 334, 335, 235:
		return k == authTLS || k == adat
	case 350:
		return k == rest || k == rename || k == other
	case 257:
		return k == pwd || k == other
	case 221:
		return k == quit || k == reinit
	case 225, 226:
		return k.moves() || k == abort
	case 213:
		return k == size || k == other || k == common
	case 200, 202:
		return !k.moves() && k != pasv && k != epsv && k != lpsv && k != user
	}
	return true
}

// replyLine takes a line of the server.
func (c *conn) replyLine(line []byte) {
	s := &c.side[flow.ToClient]
	if s.fragment {
		s.fragment = false
		if code, _ := reply.Starts(line); code == 0 {
			return
		}
	}
	l := c.reader.Line(line)
	if l.Code == 0 {
		if len(reply.Trim(line)) > 0 {
			c.strayLine(flow.ToClient, line)
		}
		return
	}
	if l.Code == 211 && reply.HasWord(l.Text, "AUTH TLS") && !c.offered {
		c.offered = true
		c.startTLS("offered")
	}
	if l.Code == 220 && l.First && !c.opened {
		c.serverName(l.Text)
	}
	if l.Last {
		c.replied(answer{l.Code, keep(l)})
	}
}

// keep returns the text of a reply where it is needed later.
func keep(l reply.Line) string {
	switch l.Code {
	case 227, 228, 229, 257, 213, 125, 150, 226, 250:
		return string(l.Text[:min(len(l.Text), maxPath)])
	}
	return ""
}

// replied takes a complete reply.
func (c *conn) replied(r answer) {
	if r.code == 120 {
		return // the greeting comes later
	}
	if !c.opened {
		c.opened = true
		if r.code == 220 || len(c.queue) == 0 && r.code >= 400 {
			c.greeting = true
			return
		}
	}
	if len(c.queue) == 0 {
		if c.greeting && !c.lossy && len(c.early) < maxPending {
			c.early = append(c.early, r)
		}
		return
	}
	i := 0
	for i < len(c.queue) && !c.queue[i].kind.takes(r.code) {
		i++
	}
	if i == len(c.queue) {
		return
	}
	for _, e := range c.queue[:i] {
		if e.transfer != nil && e.kind.moves() {
			c.settle(e.transfer, flow.OutcomeUnknown)
		}
	}
	e := c.queue[i]
	if r.code < 200 && e.kind.moves() {
		i-- // the final reply is still to come
	}
	n := copy(c.queue, c.queue[i+1:])
	clear(c.queue[n:])
	c.queue = c.queue[:n]
	if r.code >= 200 && len(c.queue) == 0 {
		c.lossy = false
	}
	c.answered(e, r)
}

// answered takes the reply to a command.
func (c *conn) answered(e entry, r answer) {
	ok := r.code < 400
	switch e.kind {
	case pasv, epsv, lpsv, port, eprt, lprt:
		c.setupAnswer(e, r, ok)
	case put, get, list:
		c.transferAnswer(e, r)
	case authTLS:
		c.authAnswer(r.code)
	case cwd, cdup:
		if !ok && c.cwd == e.now {
			c.cwd = e.text
		}
	case pwd:
		if dir, found := quoted(r.text); found && r.code == 257 && c.cwd == e.text {
			c.cwd = cap1(dir)
		}
	case rest:
		if !ok {
			c.rest = 0
		}
	case size:
		if r.code == 213 {
			c.sized, c.size = e.text, number([]byte(r.text))
		}
	case mode:
		if ok {
			c.modeAnswer(string(e.verb[:]) + " " + e.text)
		}
	}
}

func (c *conn) setupAnswer(e entry, r answer, ok bool) {
	switch {
	case e.transfer == nil:
	case ok:
		if e.kind == pasv || e.kind == epsv || e.kind == lpsv {
			c.passive(e.transfer, e.kind, []byte(r.text))
		}
	case !e.transfer.used:
		c.settle(e.transfer, flow.Refused)
	}
}

func (c *conn) transferAnswer(e entry, r answer) {
	t := e.transfer
	if string(e.verb[:]) == "STOU" {
		if file, found := uniqueName(r.text); found {
			t.e.Name = flow.NewText(join(c.cwd, []byte(file), false))
			c.tell(t)
		}
	}
	switch {
	case r.code >= 400:
		c.settle(t, flow.Refused)
	case r.code >= 200:
		c.settle(t, flow.Delivered)
	}
}

// uniqueName finds the name that STOU chose: "FILE: name" (RFC 1123), or a name in quotes or after "name:".
func uniqueName(text string) (string, bool) {
	b := []byte(text)
	for _, key := range [...]string{"FILE:", "name:"} {
		for i := range b {
			if rest := b[i:]; len(rest) > len(key) && bytes.EqualFold(rest[:len(key)], []byte(key)) {
				file := bytes.Trim(rest[len(key):], " \t")
				if len(file) > 0 && file[len(file)-1] == '.' {
					file = file[:len(file)-1]
				}
				if n := len(file); n > 0 && file[n-1] == ')' && bytes.IndexByte(file, '(') < 0 {
					file = file[:n-1]
				}
				return string(bytes.Trim(file, `"`)), len(file) > 0
			}
		}
	}
	return quoted(text)
}

// quoted reads a path in quotes, in which quotes are doubled (RFC 959 appendix II).
func quoted(text string) (string, bool) {
	i := 0
	for i < len(text) && text[i] != '"' {
		i++
	}
	var dir []byte
	for i++; i < len(text); i++ {
		if text[i] == '"' {
			if i+1 >= len(text) || text[i+1] != '"' {
				return string(dir), true
			}
			i++
		}
		dir = append(dir, text[i])
	}
	return "", false
}

// modeAnswer states a mode that changes the bytes on the way.
func (c *conn) modeAnswer(m string) {
	detail := ""
	switch m {
	case "MODE B":
		detail = "ftp_mode_b"
	case "MODE C":
		detail = "ftp_mode_c"
	case "MODE Z":
		detail = "ftp_mode_z"
	case "TYPE E":
		detail = "ftp_type_e"
	case "STRU R":
		detail = "ftp_stru_r"
	default:
		return
	}
	c.host.Fact(flow.Fact{Kind: flow.FactEvasion, At: c.at, Dir: flow.ToServer, Detail: detail})
}

// serverName states the name in a greeting.
func (c *conn) serverName(text []byte) {
	host, _, _ := bytes.Cut(bytes.TrimSpace(text), []byte(" "))
	dot := bytes.LastIndexByte(host, '.')
	if dot < 1 || len(host) > 255 || dot > len(host)-3 {
		return
	}
	for i, ch := range host {
		letter := ch >= 'a' && ch <= 'z' || ch >= 'A' && ch <= 'Z'
		if !letter && (i > dot || ch != '.' && ch != '-' && (ch < '0' || ch > '9')) {
			return
		}
	}
	c.host.Fact(flow.Fact{
		Kind: flow.FactServerName, At: c.at, Dir: flow.ToClient, Name: flow.NewText(string(host)), Detail: "greeting",
	})
}

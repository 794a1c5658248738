package http

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// head collects the head of a message. One that lies whole in b is read in place.
func (a *analyser) head(s *side, off uint64, at flow.Time, b []byte) int {
	held := len(s.buf)
	view := b[:min(len(b), maxHead)]
	if held == 0 {
		if n := lineEnds(b); n > 0 {
			return n
		}
		s.off, s.at, s.seen, s.ok = off, at, 0, false
	} else {
		view = append(s.buf, b[:min(len(b), maxHead-min(held, maxHead))]...)
	}
	switch end, v := a.examine(s, view); v {
	case yes:
		s.buf = view[:0:cap(view)]
		if held == 0 {
			s.buf = nil
		}
		a.message(s, view[:end], at)
		s.release()
		return max(end-held, 0)
	case no:
		s.buf = s.buf[:held]
		if held > 0 {
			s.buf = view[:held]
		}
		s.state, s.bol, s.tried = sStray, true, true
		if a.oldReply(s) {
			a.openOld(s, at)
		}
		return 0
	}
	if held == 0 {
		view = append(s.buf, view...)
	}
	s.buf = view
	if len(s.buf) >= maxHead {
		a.overlong(s, at)
	}
	return len(view) - held
}

// lineEnds is how many bytes stand before a message that are none of it: line ends, and the byte of a keep-alive probe.
func lineEnds(b []byte) int {
	n := 0
	for n < len(b) && (b[n] == '\r' || b[n] == '\n' || b[n] == 0) {
		n++
	}
	return n
}

// examine looks for the end of a head. No: it is none.
func (a *analyser) examine(s *side, view []byte) (int, verdict) {
	if !s.ok {
		if v := begins(s.dir == flow.ToServer, false, view); v != yes {
			return 0, v
		}
		i := bytes.IndexByte(view[s.seen:], '\n')
		if i < 0 {
			s.seen = len(view)
			if len(view) >= maxHead {
				return 0, no
			}
			return 0, more
		}
		s.seen += i
		if s.dir == flow.ToServer {
			_, _, old, ok := request(view[:s.seen])
			if !ok {
				return 0, no
			}
			if old {
				return s.seen + 1, yes
			}
		}
		s.ok = true
	}
	for {
		j := s.seen + 1
		for j < len(view) && view[j] == '\r' {
			j++
		}
		if j >= len(view) {
			return 0, more
		}
		if view[j] == '\n' {
			return j + 1, yes
		}
		i := bytes.IndexByte(view[j:], '\n')
		if i < 0 {
			return 0, more
		}
		s.seen = j + i
	}
}

// oldReply tells whether what is no head is the reply to a request of HTTP/0.9, or to the first request of all: there
// are servers that answer anything with bare text.
func (a *analyser) oldReply(s *side) bool {
	if s.dir != flow.ToClient || len(a.queue) == 0 {
		return false
	}
	return a.queue[0].old || s.off == 0
}

func (a *analyser) openOld(s *side, at flow.Time) {
	p := a.pop()
	p.settle(flow.OutcomeUnknown, at)
	m := object.Meta{Protocol: "http", Kind: object.Response, Dir: s.dir, Off: s.off, At: s.at, Size: -1,
		Name: flow.NewText(p.name), User: p.user, Unlabelled: true}
	s.out = object.Outcome{}
	s.w = a.host.Open(m)
	s.state = sRest
	s.flush(at)
}

// overlong goes on with a head that is longer than what is held: its whole lines are read, then one line at a time.
func (a *analyser) overlong(s *side, at flow.Time) {
	m := &message{}
	m.reset(s.dir == flow.ToServer)
	last := bytes.LastIndexByte(s.buf, '\n') + 1
	m.parse(s.buf[:last])
	m.col.full = true
	rest := s.buf[last:]
	a.strayed(s, s.off+uint64(last), at, rest)
	n := copy(s.buf, rest)
	s.buf = s.buf[:min(n, maxLine)]
	s.long, s.state = m, sLong
}

// longHead reads a line of a long head. Only what frames the body counts; the bytes are scanned as they are.
func (a *analyser) longHead(s *side, off uint64, at flow.Time, b []byte) int {
	n := bytes.IndexByte(b, '\n') + 1
	whole := n > 0
	if !whole {
		n = len(b)
	}
	s.buf = append(s.buf, b[:min(n, max(maxLine-len(s.buf), 0))]...)
	a.strayed(s, off, at, b[:n])
	if !whole {
		return n
	}
	line := bytes.TrimRight(s.buf, "\r\n")
	if len(line) > 0 {
		s.long.header(line)
		s.buf = s.buf[:0]
		return n
	}
	m := s.long
	s.long, s.buf = nil, nil
	s.closeStray(at)
	a.finish(s, m, at)
	return n
}

// message reads a whole head and begins what follows it.
func (a *analyser) message(s *side, head []byte, at flow.Time) {
	s.closeStray(at)
	m := &a.msg
	m.reset(s.dir == flow.ToServer)
	m.parse(head)
	a.hold(s, head, s.at, m.rules(head))
	a.finish(s, m, at)
	m.col.release()
}

// finish begins what follows a head.
func (a *analyser) finish(s *side, m *message, at flow.Time) {
	s.out = object.Outcome{At: at}
	s.guess = false
	s.began, s.first, s.cl, s.left, s.more = false, true, m.hasLength, 0, 0
	if m.odd() {
		a.evasion(s, at)
	}
	text := m.col.strings()
	if m.request {
		a.request(s, m, text, at)
	} else {
		a.response(s, m, text, at)
	}
}

func (a *analyser) request(s *side, m *message, text string, at flow.Time) {
	p := &pending{name: m.fileName(text), head: m.head, old: m.old, connect: m.connect, upgrade: m.upgrade, expect: m.expect}
	a.stated(m, p, text, at)
	body := m.body(s, nil)
	a.open(s, m, p, text, !body)
	p.w, s.req = s.w, p
	a.push(p, at)
	switch {
	case m.connect:
		a.endBody(s, at, false)
		s.state = sHold
	case !body:
		a.endBody(s, at, false)
	default:
		a.bodyBegins(s, at)
	}
}

func (a *analyser) response(s *side, m *message, text string, at flow.Time) {
	var p *pending
	if len(a.queue) > 0 {
		p = a.queue[0]
	}
	if m.status == 101 && (p == nil || p.upgrade) || p != nil && p.connect && m.status/100 == 2 {
		if p != nil {
			a.pop().settle(outcome(m.status), at)
		}
		a.become = true
		s.state = sHead
		return
	}
	if m.status/100 == 1 { // the answer is still to come
		s.state = sHead
		return
	}
	p = a.pop()
	body := m.body(s, p)
	if s.h != nil && p != nil && p.head {
		s.h.nobody = true
	}
	alone := p == nil
	if alone {
		p = &pending{}
	}
	s.out.Status = outcome(m.status)
	a.open(s, m, p, text, !body)
	if !body {
		a.endBody(s, at, false)
	} else {
		a.bodyBegins(s, at)
		if alone && (s.state == sFixed || s.state == sRest) {
			a.doubt(s)
		}
	}
	a.answered(p, m.status, at)
}

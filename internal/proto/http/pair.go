package http

import (
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// pending is a request that waits for its answer, or for the end of its body.
type pending struct {
	w       object.Writer // nil: nothing of it is scanned
	out     object.Outcome
	name    string // of the file, for the response
	user    flow.Text
	head    bool // HEAD
	old     bool // HTTP/0.9
	connect bool
	upgrade bool
	expect  bool // waits for 100 Continue
	done    bool // the body has ended
	settled bool // the answer is known
}

// settle says what became of the request.
func (p *pending) settle(o flow.Outcome, at flow.Time) {
	if p.settled {
		return
	}
	p.settled, p.out.Status = true, o
	if o != flow.OutcomeUnknown {
		p.out.At = at
	}
	p.close()
}

// end says that the body has ended.
func (p *pending) end(out object.Outcome) {
	if p.done {
		return
	}
	p.done = true
	p.out.Cut, p.out.Evasion = out.Cut, out.Evasion
	p.out.At = max(p.out.At, out.At)
	p.close()
}

func (p *pending) close() {
	if p.done && p.settled && p.w != nil {
		p.w.Close(p.out)
		p.w = nil
	}
}

// push remembers a request. Beyond the bound it is not remembered, only counted, so that later ones stay in step.
func (a *analyser) push(p *pending, at flow.Time) {
	if a.unpaired > 0 || len(a.queue) >= maxPending {
		a.unpaired++
		p.settle(flow.OutcomeUnknown, at)
		return
	}
	a.queue = append(a.queue, p)
	a.side[flow.ToClient].mayEnd(at) // a client asks when it has its answer
}

// mayEnd looks for a message at this place, when a body has no end of its own that can be relied upon and the other
// side acts as if it had ended.
func (s *side) mayEnd(at flow.Time) {
	if len(s.buf) > 0 {
		return
	}
	switch {
	case s.state == sStray:
		s.bol, s.tried = true, false
		s.closeStray(at)
	case s.state == sLost, s.state == sChunkData && s.guess, s.state == sRest:
		s.next, s.state = s.state, sPeek
	}
}

// pop returns the request that a final response answers, nil if it is not known.
func (a *analyser) pop() *pending {
	if len(a.queue) == 0 {
		if a.unpaired > 0 {
			a.unpaired--
		}
		return nil
	}
	p := a.queue[0]
	n := copy(a.queue, a.queue[1:])
	a.queue[n] = nil
	a.queue = a.queue[:n]
	return p
}

// outcome is what a status means.
func outcome(status int) flow.Outcome {
	switch {
	case status >= 200 && status < 400:
		return flow.Delivered
	case status >= 400 && status < 600:
		return flow.Refused
	}
	return flow.OutcomeUnknown
}

// answered settles a request by the final response to it.
func (a *analyser) answered(p *pending, status int, at flow.Time) {
	p.settle(outcome(status), at)
	c := &a.side[flow.ToServer]
	c.mayEnd(at)
	switch {
	case p.connect:
		a.unhold(c, at)
	case p.expect && status >= 300 && c.req == p && !c.began && len(c.buf) == 0 && (c.state == sFixed || c.state == sChunkSize):
		c.next, c.state = c.state, sPeek // the body may never come
	}
}

// tunnel keeps what follows a CONNECT until the answer tells whose it is.
func (a *analyser) tunnel(s *side, off uint64, at flow.Time, b []byte) int {
	if len(s.buf) == 0 {
		s.off, s.at = off, at
	}
	n := min(len(b), maxHold-len(s.buf))
	s.buf = append(s.buf, b[:n]...)
	if len(s.buf) < maxHold {
		return n
	}
	a.flushStray(s, at)
	s.state, s.bol, s.tried = sStray, false, false
	a.become = !a.heard // the server is not seen: nobody sends so much without an answer
	return n
}

// unhold reads what followed a CONNECT that was refused.
func (a *analyser) unhold(s *side, at flow.Time) {
	if s.state != sHold {
		return
	}
	held := s.buf
	s.state, s.buf = sHead, nil
	a.run(s, s.off, s.at, held)
}

// Package http follows HTTP/1.x (RFC 9110, RFC 9112), and replies of HTTP/0.9, on any port and in both directions. Each
// request and each response is an object: its body, and as fields the path, query, cookies and those header fields
// that can hold more than protocol. A message without a body is an object without bytes when it has such fields.
//
// Bodies end by Content-Length, by chunks, or with the connection. Content codings, and transfer codings other than
// chunked, are told to the decoders and not undone here. Requests are paired with responses in order; the status
// decides the outcome of both. CONNECT and Upgrade end the analyser when the server agrees. Authorization gives the user
// name of Basic; no secret is kept.
//
// Where a message can be read in two ways (RFC 9112 section 11: two lengths, length and chunks, a length that is no
// number, a coding in disguise, chunks that break off) it is marked http_smuggling, and read so that no byte is left
// out. Up to 256 KiB from such a message on are held and read again when they have come: with the first and the last
// length, without the coding, without fields in disguise, with a CR for a line end, with the head ending at a line that
// is no field, with careless chunks, as HTTP/0.9. What another reading finds and the first has not is an object, marked
// http_framing. Two fields of content codings, and chunks in HTTP/1.0, have second readings, too, and are no evasion.
// Nothing is held for other messages; a head above 64 KiB has one reading only.
//
// Bytes that belong to no message - after a gap in a head, behind the end of a body, trailers, chunk extensions,
// heads above 64 KiB - go to an object of kind Stream.
//
// It cannot read HTTP/2 (h2c is told by its preface or Upgrade and left to others), tell the answer to HEAD from a
// broken one when the request was not seen, or pair after a loss in pipelined traffic; then outcomes are unknown.
package http

import (
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// Bounds of what is held for one direction.
const (
	maxHead    = 64 << 10 // of a head; what is longer is read line by line
	maxLine    = 4 << 10  // of a line in a longer head, or of a chunk size
	maxHold    = 16 << 10 // after a CONNECT that was not answered yet
	maxKeep    = 4 << 10  // of a buffer that is kept from one message to the next
	maxFields  = 256      // of a message
	maxPending = 64       // requests without an answer
)

// smuggling is the one detail of FactEvasion that is told here.
const smuggling = "http_smuggling"

// Protocol returns the analyser.
func Protocol() proto.Protocol {
	return proto.Protocol{Name: "http", Probe: probe, Resume: resume, New: func(h proto.Host) flow.Consumer {
		a := &analyser{host: h}
		a.side[flow.ToClient].dir = flow.ToClient
		return a
	}}
}

// state is where a direction is.
type state uint8

const (
	sHead      state = iota // before or in the head of a message
	sLong                   // in a head that is longer than maxHead
	sPeek                   // where a body goes on or a message begins
	sFixed                  // in a body, or a piece of it, of known length
	sChunkSize              // in the line of a chunk's size
	sChunkExt               // in a line of a chunk's size that is too long
	sChunkData
	sChunkEnd // behind the data of a chunk
	sTrailer
	sLost  // in a chunked body, out of step
	sRest  // in a body that ends with the connection
	sStray // in bytes that belong to no message
	sHold  // after CONNECT
)

// side is one direction.
type side struct {
	dir   flow.Dir
	state state
	next  state // after sPeek, when it is no message
	ok    bool  // sHead: the first line is one
	tried bool  // sStray: what begins here was looked at
	bol   bool  // sStray, sLost: at the beginning of a line
	first bool  // sChunkSize: of the first chunk
	empty bool  // sTrailer: the line has no bytes yet; sChunkEnd: a CR was read
	began bool  // the body has bytes
	guess bool  // chunked, and was out of step
	cl    bool  // chunked, but a length was given, too
	seen  int   // sHead: offset in buf of the last line end that was looked at
	buf   []byte
	off   uint64 // of buf, or of the first byte of the message
	at    flow.Time
	left  uint64 // of the body or chunk
	more  uint64 // of the body, if the larger of two lengths is right
	w     object.Writer
	req   *pending // whose body it is
	out   object.Outcome
	stray object.Writer
	long  *message
	like  object.Meta // of a chunked message
	h     *held       // nil: nothing can be read in two ways
	holds int
}

type analyser struct {
	host     proto.Host
	side     [2]side
	queue    []*pending
	unpaired int // requests after those in the queue that are not remembered
	heard    bool
	evaded   bool
	gone     bool
	become   bool
	name     string // last name given to the server
	told     string // last user name told
	msg      message
}

// Data implements flow.Consumer.
func (a *analyser) Data(d flow.Dir, off uint64, at flow.Time, b []byte) flow.Want {
	if d == flow.ToClient && len(b) > 0 {
		a.heard = true
	}
	a.run(&a.side[d], off, at, b)
	return 0
}

// run feeds bytes to a direction. A step that takes none has changed the state; one that does not go on would be a
// fault of this package, and then the bytes are stray.
func (a *analyser) run(s *side, off uint64, at flow.Time, b []byte) {
	for idle := 0; len(b) > 0 && !a.gone; {
		n := 0
		if s.h == nil { // what a hold begins with is held already
			n = a.step(s, off, at, b)
		} else {
			n = a.keep(s, off, at, b)
		}
		off += uint64(n)
		b = b[n:]
		if a.become {
			if !a.gone {
				a.hand(s, at, b)
			}
			return
		}
		if idle++; n > 0 {
			idle = 0
		} else if idle > 8 {
			a.strayed(s, off, at, b)
			return
		}
	}
}

// keep is a step whose bytes are held, as long as there is room.
func (a *analyser) keep(s *side, off uint64, at flow.Time, b []byte) int {
	room := s.h.room(off)
	if room == 0 {
		a.readings(s, at)
		return a.step(s, off, at, b)
	}
	n := a.step(s, off, at, b[:min(room, len(b))])
	if s.h != nil {
		s.h.add(off, b[:n])
	}
	return n
}

func (a *analyser) step(s *side, off uint64, at flow.Time, b []byte) int {
	switch s.state {
	case sHead:
		return a.head(s, off, at, b)
	case sLong:
		return a.longHead(s, off, at, b)
	case sPeek:
		return a.peek(s, off, at, b)
	case sFixed:
		return a.fixed(s, at, b)
	case sChunkSize:
		return a.chunkSize(s, off, at, b)
	case sChunkExt:
		return a.chunkExt(s, off, at, b)
	case sChunkData:
		return a.chunkData(s, at, b)
	case sChunkEnd:
		return a.chunkEnd(s, at, b)
	case sTrailer:
		return a.trailer(s, off, at, b)
	case sLost:
		return a.lost(s, off, at, b)
	case sRest:
		s.write(at, b)
		return len(b)
	case sHold:
		return a.tunnel(s, off, at, b)
	}
	return a.cruft(s, off, at, b)
}

// Skip implements flow.Consumer. Nothing is ever skipped.
func (a *analyser) Skip(flow.Dir, uint64, uint64) {}

// Alt implements flow.Consumer. The host scans the other version.
func (a *analyser) Alt(flow.Dir, uint64, []byte) {}

// Gap implements flow.Consumer.
func (a *analyser) Gap(d flow.Dir, off, n uint64, at flow.Time, why coverage.Reason) flow.Want {
	s := &a.side[d]
	if d == flow.ToClient {
		a.heard = true
	}
	a.readings(s, at)
	for n > 0 && !a.gone {
		k := a.gap(s, n, at, why)
		off, n = off+k, n-k
	}
	return 0
}

// gap takes a part of a gap and returns its length: as much as belongs to the present state.
func (a *analyser) gap(s *side, n uint64, at flow.Time, why coverage.Reason) uint64 {
	switch s.state {
	case sFixed, sChunkData:
		k := min(n, s.left)
		s.missing(k, why)
		s.left -= k
		if s.left == 0 {
			a.pieceDone(s, at)
		}
		return k
	case sPeek:
		a.unpeek(s, at)
		return 0
	case sRest:
		s.missing(n, why)
	case sChunkSize, sChunkExt, sChunkEnd, sLost:
		s.flush(at)
		s.missing(n, why)
		s.state, s.bol = sLost, true
	case sTrailer:
		a.endBody(s, at, false)
		s.state, s.bol, s.tried = sStray, true, false
	case sHold: // what is missing was not HTTP any more
		a.flushStray(s, at)
		if s.stray != nil {
			s.stray.Gap(int64(n), why)
		}
	default:
		a.gapHead(s, n, at, why)
	}
	return n
}

// gapHead is a gap where no body is: the head is lost, and with it the answer that it was.
func (a *analyser) gapHead(s *side, n uint64, at flow.Time, why coverage.Reason) {
	if s.state == sLong {
		a.finish(s, s.long, at)
		s.long = nil
		if s.w != nil || s.req != nil {
			a.endBody(s, at, true)
		}
		a.become = false
	}
	if s.dir == flow.ToClient && s.state == sHead {
		if p := a.pop(); p != nil {
			p.settle(flow.OutcomeUnknown, at)
		}
	}
	a.flushStray(s, at)
	if s.stray != nil {
		s.stray.Gap(int64(n), why)
	}
	s.state, s.bol, s.tried = sStray, true, false
}

// Close implements flow.Consumer.
func (a *analyser) Close(at flow.Time, why flow.CloseReason) {
	if a.gone {
		return
	}
	for i := range a.side {
		s := &a.side[i]
		switch s.state {
		case sLong:
			a.finish(s, s.long, at)
			s.long = nil
		case sPeek:
			if len(s.buf) > 0 {
				a.unpeek(s, at)
			}
		}
		a.flushStray(s, at)
		s.flush(at)
		cut := true
		switch s.state {
		case sRest:
			cut = why != flow.ClosedFIN
		case sTrailer:
			cut = false
		case sPeek:
			cut = s.unsent()
		}
		a.endBody(s, at, cut)
		s.closeStray(at)
	}
	a.readAll(at)
	for _, p := range a.queue {
		p.settle(flow.OutcomeUnknown, at)
	}
	a.queue, a.gone = nil, true
}

// hand closes everything and hands the flow over. rest is what s has not read.
func (a *analyser) hand(s *side, at flow.Time, rest []byte) {
	var r [2][]byte
	r[s.dir] = rest
	if o := &a.side[s.dir.Other()]; o.state == sHold || o.state == sHead {
		r[o.dir] = o.buf
		o.buf = nil
	}
	for i := range a.side {
		s := &a.side[i]
		if s.long != nil {
			a.finish(s, s.long, at)
			s.long = nil
		}
		a.flushStray(s, at)
		s.flush(at)
		a.endBody(s, at, s.state != sHead && s.state != sHold)
		s.closeStray(at)
	}
	a.readAll(at)
	for _, p := range a.queue {
		p.settle(flow.OutcomeUnknown, at)
	}
	a.queue, a.gone = nil, true
	a.host.Become("", r)
}

func (a *analyser) readAll(at flow.Time) {
	for i := range a.side {
		a.readings(&a.side[i], at)
	}
}

// write gives body bytes to the object.
func (s *side) write(at flow.Time, b []byte) {
	s.began = true
	s.out.At = at
	if s.w != nil {
		s.w.Write(b)
	}
	if s.h != nil {
		s.h.body.Write(b)
	}
}

func (s *side) missing(n uint64, why coverage.Reason) {
	s.began = true
	if s.w != nil {
		s.w.Gap(int64(n), why) //nolint:gosec // below 1<<62
	}
}

// flush gives what is held to the body.
func (s *side) flush(at flow.Time) {
	if len(s.buf) > 0 {
		s.write(at, s.buf)
		s.release()
	}
}

// release empties the buffer, and gives it up if it is large.
func (s *side) release() {
	if s.buf = s.buf[:0]; cap(s.buf) > maxKeep {
		s.buf = nil
	}
}

// evasion tells once that there are two readings, and marks the message.
func (a *analyser) evasion(s *side, at flow.Time) {
	s.out.Evasion = smuggling
	if !a.evaded {
		a.evaded = true
		a.host.Fact(flow.Fact{Kind: flow.FactEvasion, At: at, Dir: s.dir, Detail: smuggling})
	}
}

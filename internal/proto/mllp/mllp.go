// Package mllp follows HL7 v2 conversations over the Minimal Lower Layer Protocol (HL7 Implementation Guide, appendix C;
// HL7 v2 Transport Specification: MLLP, release 1 and 2) on any port: 0x0B, a message, 0x1C 0x0D. Each message is an
// object, the acknowledgements too. A message ends at 0x1C followed by a line end or by the next frame, or where a next
// frame begins without one; any other 0x1C belongs to the message. Messages without frames are cut where a line begins
// with MSH. Everything else that a side says is a stream object, so that it is scanned, too.
//
// The outcome of a message is that of the acknowledgement with its control identifier (MSA-2, MSH-10) in the other
// direction: AA and CA are delivered; AE, AR, CE and CR are refused. An acknowledgement without an identifier is for the
// oldest message. A message waits for it while fewer than 64 others do, and for 30 seconds of packet time.
//
// It does not follow the block acknowledgements of MLLP release 2 (a frame of one byte, 0x06 or 0x15, is a message), nor
// other framings (LLP with checksum, hybrid). MLLP inside of TLS is encrypted.
package mllp

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// Protocol returns the analyser.
func Protocol() proto.Protocol {
	return proto.Protocol{Name: "mllp", Probe: probe, New: func(h proto.Host) flow.Consumer { return newConn(h) }}
}

const (
	startBlock = 0x0B
	endBlock   = 0x1C
	mediaType  = "x-application/hl7-v2+er7"
)

// state is what a direction is in the middle of.
type state uint8

const (
	outside state = iota // between frames, or in messages without any
	framed               // inside of a frame
	behind               // behind the end block: line ends belong to the frame
)

type conn struct {
	host proto.Host
	side [2]side
}

func newConn(h proto.Host) *conn {
	c := &conn{host: h}
	for d := range c.side {
		s := &c.side[d]
		s.host, s.dir, s.line = h, flow.Dir(d), true //nolint:gosec // two directions
	}
	return c
}

// side reads one direction. It holds the bytes of a mark that is not complete and the head of the present message.
type side struct {
	host  proto.Host
	dir   flow.Dir
	state state
	line  bool // outside: the next byte begins a line

	out     object.Writer // of the present message or stream
	message bool          // out is a message
	head    []byte        // of the present message, at most headMax bytes
	last    flow.Time     // of the newest byte of out

	mark   [4]byte // bytes that may begin or end a message
	marked int
	markAt flow.Time // of mark[0]
	off    uint64    // offset of the next byte

	hole   uint64 // bytes missing where nothing is open
	holeAt uint64
	why    coverage.Reason

	queue queue
	ended bool // a message ended in this call: see conn.settle
}

// Data implements flow.Consumer.
func (c *conn) Data(d flow.Dir, off uint64, at flow.Time, b []byte) flow.Want {
	s := &c.side[d]
	c.expire(at)
	s.off = off
	for len(b) > 0 {
		n := s.next(at, b)
		b = b[n:]
		s.off += uint64(n) //nolint:gosec // never negative
		if s.ended {
			c.settle(s)
		}
	}
	return 0
}

// next takes some of b and returns how many bytes.
func (s *side) next(at flow.Time, b []byte) int {
	switch {
	case s.marked > 0:
		return s.resolve(at, b[0])
	case s.state == framed:
		return s.frame(at, b)
	case s.state == behind:
		if b[0] == '\r' || b[0] == '\n' {
			return 1
		}
		s.state, s.line = outside, true
	}
	return s.between(at, b)
}

// frame takes bytes of a frame up to the next byte that may end it.
func (s *side) frame(at flow.Time, b []byte) int {
	n := mark(b)
	if n > 0 {
		s.write(at, b[:n])
	}
	if n < len(b) {
		s.hold(at, b[n])
		n++
	}
	return n
}

// mark returns the index of the first start or end block, len(b) if there is none.
func mark(b []byte) int {
	const window = 4 << 10 // so that many of one kind do not cost a search for the other each
	for from := 0; from < len(b); from += window {
		w := b[from:min(len(b), from+window)]
		n := bytes.IndexByte(w, endBlock)
		if n >= 0 {
			w = w[:n]
		}
		if k := bytes.IndexByte(w, startBlock); k >= 0 {
			n = k
		}
		if n >= 0 {
			return from + n
		}
	}
	return len(b)
}

// between takes bytes that are in no frame.
func (s *side) between(at flow.Time, b []byte) int {
	for i, c := range b {
		switch {
		case c == startBlock:
			s.write(at, b[:i])
			s.finish(at)
			s.state = framed
			return i + 1
		case s.line && c == 'M':
			s.write(at, b[:i])
			s.hold(at, c)
			return i + 1
		}
		s.line = c == '\r' || c == '\n'
	}
	s.write(at, b)
	return len(b)
}

func (s *side) hold(at flow.Time, c byte) {
	if s.marked == 0 {
		s.markAt = at
	}
	s.mark[s.marked] = c
	s.marked++
}

// resolve looks at the byte behind those that are held.
func (s *side) resolve(at flow.Time, c byte) int {
	switch s.mark[0] {
	case endBlock:
		switch c {
		case '\r', '\n':
			s.marked = 0
			s.finish(s.markAt)
			s.state = behind
			return 1
		case startBlock: // the carriage return is missing
			s.marked = 0
			s.finish(s.markAt)
			s.state = framed
			return 1
		}
	case startBlock:
		if starts(s.mark[1:s.marked], c) {
			s.hold(at, c)
			if s.marked == len(s.mark) { // the end block is missing
				s.renew(1)
			}
			return 1
		}
	default:
		if s.marked < 3 && c == "MSH"[s.marked] {
			s.hold(at, c)
			return 1
		}
		if s.marked == 3 && separator(c) {
			s.line = false
			s.renew(0)
			return 0
		}
	}
	s.release()
	return 0
}

// starts tells whether have and c are the beginning of the name of a segment that begins a message or batch.
func starts(have []byte, c byte) bool {
	const rest = "SH"
	switch len(have) {
	case 0:
		return c == 'M' || c == 'F' || c == 'B'
	case 1:
		return c == rest[0] || c == 'H' && have[0] != 'M'
	}
	if have[0] == 'M' {
		return c == 'H'
	}
	return have[1] == 'H' && c == 'S'
}

// renew ends what is open and begins a message with the bytes that are held, from the skipped ones on.
func (s *side) renew(skip int) {
	n, at, off := s.marked, s.markAt, s.off
	held := s.mark
	s.marked = 0
	s.finish(s.last)
	if skip > 0 {
		off++ // the byte that completed the mark is not counted yet
	}
	s.begin(at, off-uint64(n-skip)) //nolint:gosec // n is at least skip
	s.put(at, held[skip:n])
}

// release gives the bytes that are held to what is open: they were no mark.
func (s *side) release() {
	n, held := s.marked, s.mark
	s.marked = 0
	s.line = false
	if n > 0 {
		at := s.off
		s.off -= uint64(n)
		s.write(s.markAt, held[:n])
		s.off = at
	}
}

// Package dicom follows the DICOM upper layer protocol over TCP (PS3.8) on any port, and the messages in it (PS3.7):
// associations, and commands with their data sets in any fragments. Each data set is an object of the media type
// application/dicom in the direction it was sent: images and reports that are stored (C-STORE, also those that the server
// sends for C-GET), queries and the identifiers that answer them (C-FIND, C-MOVE, C-GET, worklists), and what the
// normalised services carry (N-CREATE, N-SET, N-ACTION, N-EVENT-REPORT). The parameter transfer-syntax says how it is
// written, where the association said so: its context was accepted with it, or proposed with no other.
//
// The outcome of a request is that of the response with its message identifier in the other direction: success and warnings
// (PS3.7 annex C) are delivered, failures are refused, pending ones decide nothing. A request waits while fewer than 64
// others do, and for 30 seconds of packet time. A response is answered by nobody. The user is the one that was negotiated,
// else the application entity title of the caller; a passcode in the clear is told as a credential and not kept.
//
// A hole inside of a fragment is a hole in its object. Where a header is missing, bytes are a stream until a data PDU is
// recognised by its lengths; a data set whose command was not seen is a stream, too. What a C-MOVE sends to a third party
// is a connection of its own. DICOM inside of TLS is encrypted. DICOMweb is HTTP's.
package dicom

import (
	"encoding/binary"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
)

const (
	name      = "dicom"
	mediaType = "application/dicom"
)

// Protocol returns the analyser.
func Protocol() proto.Protocol {
	return proto.Protocol{Name: name, Probe: probe, New: func(h proto.Host) flow.Consumer { return newConn(h) }}
}

// Types of PDU (PS3.8 section 9.3).
const (
	associateRQ = 1
	associateAC = 2
	associateRJ = 3
	dataTF      = 4
	releaseRQ   = 5
	abortPDU    = 7
)

// Flags of a fragment (PS3.8 annex E.2).
const (
	isCommand = 1
	isLast    = 2
)

// state is what a direction is in the middle of.
type state uint8

const (
	header    state = iota // of a PDU
	associate              // an association request or its acceptance
	skipped                // a PDU that says nothing
	fragment               // the header of a fragment
	value                  // a fragment
	lost                   // somewhere: looking for a data PDU
)

const (
	headerLen    = 6
	maxAssociate = 64 << 10 // 128 contexts with all transfer syntaxes there are need half of it
	maxCommand   = 16 << 10
	maxControl   = 1 << 20 // length from which a PDU of an association is none
)

type conn struct {
	host     proto.Host
	side     [2]side
	proposed [128]string // transfer syntax of a context that has no other; contexts are odd
	accepted [128]string
	user     flow.Text
}

func newConn(h proto.Host) *conn {
	c := &conn{host: h}
	for d := range c.side {
		c.side[d].c, c.side[d].dir = c, flow.Dir(d) //nolint:gosec // two directions
	}
	return c
}

// side reads one direction.
type side struct {
	c     *conn
	dir   flow.Dir
	state state
	off   uint64 // offset of the next byte
	buf   []byte // a header, an association, or what may be the beginning of a data PDU
	pdu   uint32 // bytes left of the PDU
	left  uint32 // bytes left of the fragment
	kind  byte   // of the PDU
	ctx   byte
	flags byte

	cmd     []byte // a command, as far as it came
	within  bool   // a command has begun and not ended
	damaged bool   // bytes of buf or cmd are missing
	msg     message
	known   bool // msg is the command of the data set that comes

	out    object.Writer // of the data set or the stream
	stream bool          // out is a stream
	last   flow.Time     // of the newest byte of out
	queue  queue
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
	}
	return 0
}

// next takes some of b and returns how many bytes.
func (s *side) next(at flow.Time, b []byte) int {
	switch s.state {
	case header, fragment:
		n := min(headerLen-len(s.buf), len(b))
		s.buf = append(s.buf, b[:n]...)
		if len(s.buf) == headerLen {
			s.off += uint64(n) //nolint:gosec // small; it is taken back below
			s.begin(at)
			s.off -= uint64(n) //nolint:gosec // small
		}
		return n
	case associate:
		n := s.most(b, s.pdu)
		s.buf = append(s.buf, b[:min(n, maxAssociate-len(s.buf))]...)
		s.consume(at, n)
		return n
	case skipped:
		n := s.most(b, s.pdu)
		s.consume(at, n)
		return n
	case value:
		n := s.most(b, s.left)
		s.value(at, b[:n])
		s.consume(at, n)
		return n
	}
	return s.scan(at, b)
}

func (s *side) most(b []byte, left uint32) int { return int(min(uint64(len(b)), uint64(left))) } //nolint:gosec // bounded by len(b)

// begin begins what the header in buf announces.
func (s *side) begin(at flow.Time) {
	ok := false
	if s.state == header {
		ok = s.beginPDU(s.buf)
	} else {
		ok = s.beginFragment(s.buf)
	}
	if !ok {
		s.lose()
		return
	}
	s.buf = s.buf[:0]
	s.consume(at, 0)
}

// beginPDU takes the header of a PDU: type, a reserved byte, length.
func (s *side) beginPDU(h []byte) bool {
	n := binary.BigEndian.Uint32(h[2:])
	s.kind = h[0]
	switch s.kind {
	case associateRQ, associateAC:
		if n < fixedLen || n > maxControl {
			return false
		}
		s.state, s.damaged = associate, false
	case dataTF:
		if n < headerLen {
			return false
		}
		s.state = fragment
	case associateRJ, releaseRQ, releaseRQ + 1, abortPDU:
		if n != 4 {
			return false
		}
		s.state = skipped
	default:
		return false
	}
	s.pdu = n
	return true
}

// beginFragment takes the header of a fragment: length, context, flags.
func (s *side) beginFragment(h []byte) bool {
	n := binary.BigEndian.Uint32(h)
	if n < 2 || uint64(n)+4 > uint64(s.pdu) || h[4]&1 == 0 || h[5]&^3 != 0 {
		return false
	}
	s.left, s.ctx, s.flags = n-2, h[4], h[5]
	s.pdu -= headerLen
	s.state = value
	if s.flags&isCommand != 0 && !s.within {
		s.cut() // the last fragment of a data set never came
		s.cmd, s.within, s.damaged, s.known = s.cmd[:0], true, false, false
	}
	return true
}

// consume takes n bytes of the PDU, and goes on to what comes behind what ends with them.
func (s *side) consume(at flow.Time, n int) {
	s.pdu -= uint32(n) //nolint:gosec // at most pdu
	if s.state == value {
		if s.left -= uint32(n); s.left > 0 { //nolint:gosec // at most left
			return
		}
		if s.flags&isLast != 0 {
			s.ended(at)
		}
		s.state = fragment
	}
	switch {
	case s.state == fragment && s.pdu > 0 && s.pdu < headerLen:
		s.state = skipped
	case s.pdu == 0:
		if s.state == associate && !s.damaged {
			s.c.associated(s, at, s.buf)
		}
		s.state, s.buf = header, s.buf[:0]
	}
}

// ended ends a message, or its command.
func (s *side) ended(at flow.Time) {
	if s.flags&isCommand == 0 {
		s.finish(at)
		return
	}
	s.within = false
	s.msg, s.known = message{}, !s.damaged
	if s.known {
		s.msg = parse(s.cmd)
		s.c.answered(s, at)
	}
	if cap(s.cmd) > maxCommand/4 {
		s.cmd = nil
	}
}

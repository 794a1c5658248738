package dicom

import (
	"encoding/binary"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// Command fields (PS3.7 annex E.1).
const (
	storeRQ  = 0x0001
	response = 0x8000 // this bit
)

// message is what a command says.
type message struct {
	field    uint16
	id       uint16 // of a request
	answers  uint16 // of a response: the request
	status   uint16
	instance string // SOP instance UID
}

// parse reads a command, which is in implicit VR little endian.
func parse(b []byte) (m message) {
	for len(b) >= 8 {
		group, n := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint32(b[4:])
		tag := binary.LittleEndian.Uint16(b[2:])
		b = b[8:]
		if group != 0 || uint64(n) > uint64(len(b)) {
			return m
		}
		v := b[:n]
		b = b[n:]
		number := uint16(0)
		if n >= 2 {
			number = binary.LittleEndian.Uint16(v)
		}
		switch tag {
		case 0x0100:
			m.field = number
		case 0x0110:
			m.id = number
		case 0x0120:
			m.answers = number
		case 0x0900:
			m.status = number
		case 0x1000:
			m.instance = uid(v)
		}
	}
	return m
}

// final tells whether a response is the last one to its request, and what it means.
func (m *message) final() (flow.Outcome, bool) {
	switch {
	case m.status == 0xFF00, m.status == 0xFF01: // pending
		return flow.OutcomeUnknown, false
	case m.status == 0, m.status>>12 == 0xB, m.status == 0x0001, m.status == 0x0107, m.status == 0x0116: // success and warnings
		return flow.Delivered, true
	case m.status == 0xFE00: // cancelled by who asked
		return flow.Delivered, true
	}
	return flow.Refused, true
}

// bare tells whether the request that is answered never has a data set: C-ECHO, N-GET, N-DELETE.
func (m *message) bare() bool {
	switch m.field &^ response {
	case 0x0030, 0x0110, 0x0150:
		return true
	}
	return false
}

// answered applies a response to the request of the other side.
func (c *conn) answered(s *side, at flow.Time) {
	if s.msg.field&response == 0 || s.msg.bare() {
		return
	}
	if status, ok := s.msg.final(); ok {
		c.side[s.dir.Other()].queue.answer(s.msg.answers, status, at)
	}
}

package http

import (
	"crypto/sha256"
	"hash"
	"strings"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Bounds of what second readings may cost in one direction.
const (
	maxHeld   = 256 << 10 // bytes, from the message that can be read in two ways
	maxSeen   = 64        // objects of the first reading that are remembered, to tell what is new
	maxSecond = 16        // objects of second readings, each time
	maxHolds  = 8         // times
)

// rule is one other way to read a message, a bit each.
type rule uint16

const (
	rBare   rule = 1 << iota // the first line is no status line: all of it is the body of HTTP/0.9
	rLines                   // a CR ends a line, too, and the head ends before the first line that is no field
	rFar                     // the head ends with a line that is empty but for one CR, and nothing else
	rStrict                  // a field in disguise is none
	rRaw                     // chunked is not known
	rLoose                   // a CR ends the size of a chunk, what is no size is 0, what is behind a chunk is not looked at
	rFirst                   // the first of several lengths
	rLast                    // the last
	rFirstCoding
	rLastCoding // the same for content codings in several fields
	rEnd
)

// held is what came since a message that can be read in two ways, for the second readings.
type held struct {
	buf    []byte
	off    uint64
	at     flow.Time
	rules  rule
	inBody bool        // buf begins with a chunk
	nobody bool        // the answer to HEAD
	like   object.Meta // of the first message
	req    *pending
	status flow.Outcome
	full   bool

	body, stray hash.Hash // of the objects of the first reading that are open
	open        bool
	enc         string
	seen        map[[sha256.Size]byte]bool
}

// hold begins to keep what comes, from b on, unless that is done already.
func (a *analyser) hold(s *side, b []byte, at flow.Time, r rule) {
	if s.h != nil || s.holds >= maxHolds || r == 0 || len(b) >= maxHeld {
		return
	}
	s.holds++
	s.h = &held{buf: append([]byte(nil), b...), off: s.off, at: at, rules: r, body: sha256.New(), stray: sha256.New(),
		seen: map[[sha256.Size]byte]bool{}}
}

// holdBody is hold for a chunk that can be read in two ways.
func (a *analyser) holdBody(s *side, line []byte) {
	if s.h != nil {
		return
	}
	a.hold(s, line, s.at, rLoose|rRaw)
	if h := s.h; h != nil {
		h.inBody, h.open = true, s.w != nil
		h.like, h.req, h.status = s.like, s.req, s.out.Status
		h.enc = strings.Join(h.like.Encodings, ",")
	}
}

// room is how many bytes from off on may still be held.
func (h *held) room(off uint64) int {
	if h.full || off >= h.off+maxHeld {
		return 0
	}
	return int(h.off + maxHeld - off) //nolint:gosec // at most maxHeld, but for bytes that are read again
}

// add keeps bytes. Those that are read again are kept once.
func (h *held) add(off uint64, b []byte) {
	next := h.off + uint64(len(h.buf))
	if off+uint64(len(b)) <= next {
		return
	}
	if off < next {
		b = b[next-off:]
	}
	h.buf = append(h.buf, b...)
}

// opened tells that the first reading has opened an object.
func (h *held) opened(s *side, m *object.Meta) {
	h.body.Reset()
	h.open, h.enc = s.w != nil && !m.Bodyless, strings.Join(m.Encodings, ",")
	if h.like.Protocol == "" {
		h.like, h.req, h.status = *m, s.req, s.out.Status
	}
}

// closed tells that the first reading has closed its object.
func (h *held) closed() {
	if h.open {
		h.isNew(h.body, h.enc)
	}
	h.open = false
	h.body.Reset()
}

// strayEnd tells that the first reading has closed its stray object.
func (h *held) strayEnd() {
	h.isNew(h.stray, "")
	h.stray.Reset()
}

// isNew tells whether an object has not been seen before.
func (h *held) isNew(sum hash.Hash, enc string) bool {
	sum.Write([]byte(enc))
	var k [sha256.Size]byte
	sum.Sum(k[:0])
	if h.seen[k] {
		return false
	}
	h.seen[k] = true
	h.full = h.full || len(h.seen) >= maxSeen
	return true
}

// readings reads what is held by the other rules, each by itself, and ends the hold. What they find that the first
// reading has not found is an object.
func (a *analyser) readings(s *side, at flow.Time) {
	h := s.h
	if h == nil {
		return
	}
	s.h = nil
	h.closed()
	if s.stray != nil {
		h.strayEnd()
	}
	r := reader{a: a, h: h, dir: s.dir, at: at, sum: sha256.New()}
	for r.rule = 1; r.rule < rEnd; r.rule <<= 1 {
		if h.rules&r.rule != 0 {
			r.read()
		}
	}
}

// Package side follows a direction of a flow as one object, from its first byte to the end of the flow: what protocols
// without messages of their own, or with no end to them, carry. It is shared by the analysers of DNS and of what nobody
// recognised. It holds no bytes.
package side

import (
	"math"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// Side is a direction. The zero value is ready for use.
type Side struct {
	out  object.Writer
	hole uint64 // bytes missing before the first one
	off  uint64 // of the hole
	why  coverage.Reason
	last flow.Time
}

// Opened tells whether there is an object: a direction without a byte has none.
func (s *Side) Opened() bool { return s.out != nil }

// Open begins the object, with the Meta of its first byte; of it, Protocol, Dir, Off, At and Tx are the caller's. A hole
// before the first byte belongs to the object.
func (s *Side) Open(h proto.Host, m object.Meta) {
	m.Kind, m.Size, m.Endless, m.Unlabelled = object.Stream, -1, true, true
	if s.hole > 0 {
		m.Off = s.off
	}
	s.out = h.Open(m)
	s.gap(s.hole, s.why)
}

// Write writes bytes to the object, which must be open.
func (s *Side) Write(at flow.Time, b []byte) {
	s.last = at
	s.out.Write(b)
}

// Gap takes n missing bytes at off.
func (s *Side) Gap(off, n uint64, why coverage.Reason) {
	if s.out != nil {
		s.gap(n, why)
		return
	}
	if s.hole == 0 {
		s.off, s.why = off, why
	}
	s.hole += n
}

func (s *Side) gap(n uint64, why coverage.Reason) {
	if n > 0 {
		s.out.Gap(int64(min(n, math.MaxInt64)), why)
	}
}

// Close ends the object with the flow. Its outcome is not known.
func (s *Side) Close() {
	if s.out != nil {
		s.out.Close(object.Outcome{Status: flow.OutcomeUnknown, At: s.last})
		s.out = nil
	}
}

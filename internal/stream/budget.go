package stream

import (
	"unsafe"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// flowCost is the memory of a flow in the table: its conn, its place in the list, and its slots (a table is at least three
// eighths full).
const flowCost = int(unsafe.Sizeof(conn{})) + 8 + 3*8

// datagramCost is the memory of an unfinished datagram beside its pages, with its entry in the index.
const datagramCost = int(unsafe.Sizeof(datagram{})) + 2*int(unsafe.Sizeof(fragKey{})) + 32

// spillCost is the memory of a spill beside its pages.
const spillCost = int(unsafe.Sizeof(spill{}))

// Charge books bytes that consumers take (n > 0) or give back (n < 0) for the flows of this shard.
func (s *Shard) Charge(n int) { s.lent += n }

// Memory returns the bytes that the shard answers for: its flows, what it buffers, what it keeps for its next use, and
// what its consumers hold. The same packets give the same number.
func (s *Shard) Memory() int {
	return s.mem + s.idle + s.lent + (len(s.conns)-len(s.vacant))*flowCost + len(s.frags.index)*datagramCost
}

// Shed gives memory up until at most level bytes are left: first what costs nothing (spares, flows that have ended or
// never carried a byte), then histories, then flows, the one that is quiet longest first. Their consumers are closed,
// so what was held of them is still looked at.
func (s *Shard) Shed(level int, at flow.Time) {
	if s.Memory() <= level {
		return
	}
	s.dropSpares()
	for s.Memory() > level {
		switch {
		case s.lists[classReset].head != none, s.lists[classFinished].head != none, s.lists[classOpening].head != none:
			s.evict(at)
		case s.lists[listHistory].head != none:
			s.stats.HistoryShed++
			s.forget(s.conns[s.lists[listHistory].head])
			s.dropSpares()
		case s.evict(at):
		case s.frags.head != nil:
			s.giveUp(s.frags.head, coverage.Shed)
		default:
			s.dropSpares()
			return
		}
	}
	s.dropSpares() // what the flows left behind
}

// dropSpares leaves the buffers that wait for their next use to the garbage collector.
func (s *Shard) dropSpares() {
	s.spare, s.spareSmall, s.spareLarge, s.spareSpill, s.idle = nil, nil, nil, nil, 0
}

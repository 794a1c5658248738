package pipeline

import (
	"net/netip"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// entry is an event with its place in the run.
type entry struct {
	order
	event
}

// event is one thing that a shard tells the sequencer; exactly one field is set.
type event struct {
	task   *task
	dns    *dnsAnswer
	noted  *noted
	expect *expected
	closed *closedFlow
	tick   flow.Time
}

// dnsAnswer is a name that an address has.
type dnsAnswer struct {
	name flow.Text
	addr netip.Addr
	ttl  uint32
	at   flow.Time
}

// noted is a fact that may become an alert: a login in the clear, an evasion.
type noted struct {
	kind   string
	detail string
	user   flow.Text
	dir    flow.Dir
	at     flow.Time
	conn   connInfo
}

// expected is an announced data flow with the flow that announced it.
type expected struct {
	flow.Expectation
	conn connInfo
}

// closedFlow is what is told at the end of a flow.
type closedFlow struct {
	conn    connInfo
	at      flow.Time
	cipher  [2]uint64 // encrypted bytes by direction
	streams []streamLine
}

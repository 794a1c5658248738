package stream

import "github.com/phiwatch/phiwatch/internal/flow"

// Config holds the budgets and timeouts of one shard. Times are packet time.
type Config struct {
	ShardBytes int // bytes buffered by all flows of a shard: history, out of order, fragments
	FlowBytes  int // bytes buffered out of order by one flow
	FragBytes  int // bytes buffered by unfinished datagrams of a shard
	Fragments  int // unfinished datagrams of a shard
	Flows      int // flows of a shard; the one idle longest is given up for a new one
	History    int // delivered bytes kept for comparison per direction; a power of two, at least 2048

	UDPIdle     flow.Time // a UDP flow without packets
	TCPOpening  flow.Time // a connection that never carried data
	TCPIdle     flow.Time // an established connection
	TCPFinished flow.Time // both sides finished; late duplicates still find their flow
	TCPReset    flow.Time // after a reset without data behind it
	Hole        flow.Time // a hole nobody acknowledged
	Fragment    flow.Time // an unfinished datagram
	HistoryIdle flow.Time // history of a quiet flow
}

// DefaultConfig returns the budgets of the Contract: with 256 shards at most 1 GiB of buffered bytes, reached by
// hostile input only, and a million flows (a kilobyte each).
func DefaultConfig() Config {
	return Config{
		ShardBytes: 4 << 20, FlowBytes: 1 << 20, FragBytes: 1 << 20, Fragments: 1024, Flows: 4096, History: 16 << 10,
		UDPIdle: 60 * flow.Second, TCPOpening: 300 * flow.Second, TCPIdle: 3600 * flow.Second,
		TCPFinished: flow.Second, TCPReset: 30 * flow.Second,
		Hole: 10 * flow.Second, Fragment: 30 * flow.Second, HistoryIdle: 10 * flow.Second,
	}
}

// sane fills what is missing or out of range, so that a zero Config works.
func (c Config) sane() Config {
	d := DefaultConfig()
	for _, v := range []struct{ p, d *int }{
		{&c.ShardBytes, &d.ShardBytes}, {&c.FlowBytes, &d.FlowBytes}, {&c.FragBytes, &d.FragBytes},
		{&c.Fragments, &d.Fragments}, {&c.Flows, &d.Flows}, {&c.History, &d.History},
	} {
		if *v.p <= 0 {
			*v.p = *v.d
		}
	}
	for _, v := range []struct{ p, d *flow.Time }{
		{&c.UDPIdle, &d.UDPIdle}, {&c.TCPOpening, &d.TCPOpening}, {&c.TCPIdle, &d.TCPIdle},
		{&c.TCPFinished, &d.TCPFinished}, {&c.TCPReset, &d.TCPReset}, {&c.Hole, &d.Hole},
		{&c.Fragment, &d.Fragment}, {&c.HistoryIdle, &d.HistoryIdle},
	} {
		if *v.p <= 0 {
			*v.p = *v.d
		}
	}
	n := smallHistory
	for n < c.History && n < 1<<20 {
		n <<= 1
	}
	c.History = n
	return c
}

// Stats counts what a shard saw. Bytes are payload bytes.
type Stats struct {
	Packets     uint64 `json:"packets"`
	Flows       uint64 `json:"flows"`        // ever begun
	Open        uint64 `json:"open"`         // now in the table
	FlowsShed   uint64 `json:"flows_shed"`   // given up because the table was full
	Segments    uint64 `json:"segments"`     // TCP segments with payload
	Retransmits uint64 `json:"retransmits"`  // segments with bytes that were known before
	OutOfOrder  uint64 `json:"out_of_order"` // segments that came before their turn
	KeepAlives  uint64 `json:"keep_alives"`
	Conflicts   uint64 `json:"conflicts"`   // segments or fragments that told another version
	Conflicting uint64 `json:"conflicting"` // bytes of them
	Gaps        uint64 `json:"gaps"`
	GapBytes    uint64 `json:"gap_bytes"`
	LateBytes   uint64 `json:"late_bytes"`   // bytes that came after their hole was given up
	BadChecksum uint64 `json:"bad_checksum"` // IP, TCP, UDP
	Beaten      uint64 `json:"beaten"`       // bytes with a bad checksum that lost to good ones
	Window      uint64 `json:"window"`       // bytes outside of any plausible window
	Reused      uint64 `json:"reused"`       // connections ended by their ports' next use
	Fragments   uint64 `json:"fragments"`
	Datagrams   uint64 `json:"datagrams"`    // put together from fragments
	FragExpired uint64 `json:"frag_expired"` // datagrams never completed
	FragShed    uint64 `json:"frag_shed"`    // datagrams given up to keep the budget
	ShedBytes   uint64 `json:"shed_bytes"`   // bytes dropped to keep a budget
	HistoryShed uint64 `json:"history_shed"` // histories given up to keep the budget
	Buffered    uint64 `json:"buffered"`     // bytes of memory in use for buffers
}

// Add adds the counts of b.
func (a *Stats) Add(b Stats) {
	for _, v := range []struct{ p, q *uint64 }{
		{&a.Packets, &b.Packets}, {&a.Flows, &b.Flows}, {&a.Open, &b.Open}, {&a.FlowsShed, &b.FlowsShed},
		{&a.Segments, &b.Segments}, {&a.Retransmits, &b.Retransmits}, {&a.OutOfOrder, &b.OutOfOrder},
		{&a.KeepAlives, &b.KeepAlives}, {&a.Conflicts, &b.Conflicts}, {&a.Conflicting, &b.Conflicting},
		{&a.Gaps, &b.Gaps}, {&a.GapBytes, &b.GapBytes}, {&a.LateBytes, &b.LateBytes},
		{&a.BadChecksum, &b.BadChecksum}, {&a.Beaten, &b.Beaten}, {&a.Window, &b.Window}, {&a.Reused, &b.Reused},
		{&a.Fragments, &b.Fragments}, {&a.Datagrams, &b.Datagrams}, {&a.FragExpired, &b.FragExpired},
		{&a.FragShed, &b.FragShed}, {&a.ShedBytes, &b.ShedBytes}, {&a.HistoryShed, &b.HistoryShed},
		{&a.Buffered, &b.Buffered},
	} {
		*v.p += *v.q
	}
}

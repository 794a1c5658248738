package pipeline

// shards is the number of virtual shards. It is part of the result: budgets belong to shards.
const shards = 256

// order is the place of an event in the run: the packet (or tick) that caused it, the shard, and a running number.
type order struct {
	pos   uint64
	shard uint16
	n     uint32
}

func (a order) less(b order) bool {
	if a.pos != b.pos {
		return a.pos < b.pos
	}
	if a.shard != b.shard {
		return a.shard < b.shard
	}
	return a.n < b.n
}

// tickShard orders the sequencer's own tick behind everything that shards did at that tick.
const tickShard = shards

// endPos is the place of the end of the run: behind every packet.
const endPos = ^uint64(0) >> 1

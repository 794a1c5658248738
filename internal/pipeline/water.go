package pipeline

import (
	"math"
	"slices"
	"sync"
)

// One budget holds for the flows of all shards together, and yet a shard must not know the others: what it sheds has to be
// the same whatever the number of workers. So the dispatcher has the memory read at fixed places in the order of packets,
// and what the reading says comes into force two readings later, when every worker is sure to have answered without
// anybody waiting for it in the ordinary case. Between two readings memory grows by what their packets can hold.
const (
	readEvery = 1 << 12 // packets, more than a batch holds
	readLag   = 2       // readings until a level is in force
)

// reading is one reading of the memory of all shards.
type reading struct {
	level   int // bytes that a shard may have left, from an earlier reading
	used    [shards]int
	pending sync.WaitGroup // workers that have not answered
}

// water is the dispatcher's side of it.
type water struct {
	packets uint64
	last    [readLag]*reading // the newest first
}

// level is called before each packet, and puts a reading between the packets where one is due.
func (w *water) level(d *dispatcher, lists [][]item) {
	w.packets++
	if w.packets%readEvery != 0 || d.p.opt.Memory <= 0 {
		return
	}
	r := &reading{level: math.MaxInt}
	if old := w.last[readLag-1]; old != nil {
		if len(lists) > 1 {
			old.pending.Wait()
		}
		r.level = level(&old.used, d.p.opt.Memory)
	}
	copy(w.last[1:], w.last[:])
	w.last[0] = r
	r.pending.Add(len(lists))
	d.pos++
	for i := range lists {
		lists[i] = append(lists[i], item{pos: d.pos, index: isReading, at: d.last, read: r})
	}
}

// level returns how much each shard may keep so that all together keep at most the budget: a shard that has less than its
// share leaves the rest to the others, so that a flood between one pair of addresses costs nobody else a flow.
func level(used *[shards]int, budget int64) int {
	s := slices.Clone(used[:])
	slices.Sort(s)
	left := budget
	for i, n := range s {
		share := left / int64(shards-i)
		if int64(n) > share {
			return int(share)
		}
		left -= int64(n)
	}
	return math.MaxInt
}

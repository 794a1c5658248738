package pipeline

import (
	"sync"
	"sync/atomic"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/stream"
)

// worker runs the shards whose number leaves its own when divided by the number of workers.
type worker struct {
	p       *Pipeline
	id      int
	in      chan work
	shards  [shards]*shard
	entries []*entry
	at      order
	acc     coverage.Account
	now     flow.Time
}

// shard is one virtual shard: the flow table of 1/256 of the address pairs.
type shard struct {
	id    uint16
	w     *worker
	table *stream.Shard
	hints hints
}

// work is one batch as far as it concerns one worker.
type work struct {
	batch *shared
	items []item
	done  uint64 // every position up to here has been dealt with once the work is done
}

// item is a packet of the batch, a tick of the clock, or a reading of the memory.
type item struct {
	pos   uint64
	index int32 // of the packet; isTick, isReading
	shard uint8
	at    flow.Time
	read  *reading
}

// Items that are no packets.
const (
	isTick    = -1
	isReading = -2
)

// shared is a batch in the hands of several workers.
type shared struct {
	flow.Batch
	refs atomic.Int32
}

func (w *worker) run(wg *sync.WaitGroup) {
	defer wg.Done()
	for v := range w.in {
		w.do(v)
	}
}

// do deals with a batch and hands what happened to the sequencer.
func (w *worker) do(v work) {
	for i := range v.items {
		it := &v.items[i]
		switch it.index {
		case isTick:
			w.tick(it.pos, it.at)
			continue
		case isReading:
			w.measure(it.pos, it.at, it.read)
			continue
		}
		sh := w.shard(it.shard)
		w.at = order{pos: it.pos, shard: uint16(it.shard)}
		w.packet(sh, &v.batch.Packets[it.index])
	}
	w.p.seq.submit(w.id, w.entries, v.done)
	w.entries = nil
	w.p.recycle(v)
}

func (w *worker) shard(id uint8) *shard {
	if w.shards[id] == nil {
		sh := &shard{id: uint16(id), w: w}
		sh.table = stream.NewShard(w.p.opt.Stream, sh, &w.acc)
		w.shards[id] = sh
	}
	return w.shards[id]
}

// tick tells every shard what time it is, in the order of their numbers.
func (w *worker) tick(pos uint64, at flow.Time) {
	w.now = at
	for _, sh := range w.shards {
		if sh != nil {
			w.at = order{pos: pos, shard: sh.id}
			w.ticked(sh, at)
		}
	}
	if w.id == 0 {
		w.at = order{pos: pos, shard: tickShard}
		w.emit(event{tick: at})
	}
}

// measure sheds what is above the level of the reading, and tells it how much memory each shard has then.
func (w *worker) measure(pos uint64, at flow.Time, r *reading) {
	for _, sh := range w.shards {
		if sh != nil {
			w.at = order{pos: pos, shard: sh.id}
			w.shed(sh, r.level, at)
			r.used[sh.id] = sh.table.Memory()
		}
	}
	r.pending.Done()
}

// close ends every flow.
func (w *worker) close(at flow.Time) {
	for _, sh := range w.shards {
		if sh != nil {
			w.at = order{pos: endPos, shard: sh.id}
			w.closed(sh, at)
		}
	}
	w.p.seq.submit(w.id, w.entries, endPos)
	w.entries = nil
}

// emit gives an event its place.
func (w *worker) emit(e event) {
	w.entries = append(w.entries, &entry{order: w.at, event: e})
	w.at.n++
}

// Open implements stream.Opener.
func (sh *shard) Open(f *flow.Flow) flow.Consumer { return newConn(sh.w, sh, f) }

// Evasion implements stream.Opener.
func (sh *shard) Evasion(f *flow.Flow, detail string, at flow.Time) {
	if f == nil {
		return
	}
	i := connInfo{ends: f.Ends, transport: f.Transport, vlans: f.VLANs, vlan: f.VLAN, capture: f.Capture, frames: f.Frame, base: f.Base,
		security: f.Security, protocol: f.Protocol, first: f.First, last: f.Last}
	if i.protocol == "" {
		i.protocol = "raw"
	}
	sh.w.emit(event{noted: &noted{kind: "evasion", detail: detail, at: at, conn: i}})
}

// packet runs one packet through its shard. The stream should never panic; if it does, the shard begins anew, which loses
// its flows and says so: the states then do not add up to the bytes.
func (w *worker) packet(sh *shard, p *flow.Packet) {
	defer w.guard(sh)
	sh.table.Packet(p)
}

func (w *worker) ticked(sh *shard, at flow.Time) {
	defer w.guard(sh)
	sh.table.Tick(at)
}

func (w *worker) shed(sh *shard, level int, at flow.Time) {
	defer w.guard(sh)
	sh.table.Shed(level, at)
}

func (w *worker) closed(sh *shard, at flow.Time) {
	defer w.guard(sh)
	sh.table.Close(at)
}

func (w *worker) guard(sh *shard) {
	if r := recover(); r != nil {
		w.p.panicked("stream", r)
		sh.table = stream.NewShard(w.p.opt.Stream, sh, &w.acc)
	}
}

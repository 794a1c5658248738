package pipeline

import (
	"context"
	"errors"
	"io"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/stream"
)

// Source yields batches of packets; io.EOF at the end.
type Source interface {
	Next(ctx context.Context, b *flow.Batch) error
}

// dispatcher reads batches, routes packets to shards and puts the ticks between them.
type dispatcher struct {
	p     *Pipeline
	pos   uint64
	last  flow.Time // newest packet time
	tick  flow.Time // next tick is due when a packet is not older than this
	water water
}

// run reads the source to its end.
func (d *dispatcher) run(ctx context.Context, src Source) error {
	for {
		b := d.p.batch()
		err := src.Next(ctx, &b.Batch)
		if err != nil {
			d.p.spare(b)
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		d.batch(b)
	}
}

// batch routes one batch.
func (d *dispatcher) batch(b *shared) {
	n := len(d.p.workers)
	lists := make([][]item, n)
	for i := range lists {
		lists[i] = d.p.items()
	}
	for i := range b.Packets {
		p := &b.Packets[i]
		d.clock(p.At, lists)
		d.water.level(d, lists)
		d.pos++
		d.count(p)
		id, ok := stream.Route(p, &d.p.acc)
		if !ok {
			continue
		}
		w := int(id) % n
		lists[w] = append(lists[w], item{pos: d.pos, index: int32(i), shard: id})
	}
	b.refs.Store(int32(n))
	for i, w := range d.p.workers {
		v := work{batch: b, items: lists[i], done: d.pos}
		if n == 1 {
			w.do(v)
		} else {
			w.in <- v
		}
	}
}

// fallBack is how far packet time must fall back before the clock follows: one bogus time stamp must not stop it.
const fallBack = 300 * flow.Second

// clock broadcasts a tick before the first packet of each new second. A clock that steps back a little is ignored: time
// stands still until it catches up. A jump forward of any size is one tick.
func (d *dispatcher) clock(at flow.Time, lists [][]item) {
	if at > d.last {
		d.last = at
	}
	if d.tick == 0 {
		d.tick = at - at%flow.Second + flow.Second
		return
	}
	if at < d.tick && at > d.tick-fallBack {
		return
	}
	d.tick = at - at%flow.Second + flow.Second
	d.pos++
	for i := range lists {
		lists[i] = append(lists[i], item{pos: d.pos, index: isTick, at: at})
	}
}

func (d *dispatcher) count(p *flow.Packet) {
	s := &d.p.stats
	s.Packets.Add(1)
	s.Bytes.Add(uint64(len(p.Data)))
	if s.First == 0 || p.At < s.First {
		s.First = p.At
	}
	if p.At > s.Last {
		s.Last = p.At
	}
}

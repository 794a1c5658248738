package pipeline

import (
	"unsafe"

	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// Costs in bytes of memory, measured by TestMemory.
const (
	connCost   = int(unsafe.Sizeof(conn{}))
	writerCost = int(unsafe.Sizeof(writer{}))
	holeCost   = int(unsafe.Sizeof(hole{}))
	pieceCost  = int(unsafe.Sizeof(piece{}))
	segCost    = int(unsafe.Sizeof(segment{}))
	// analyserCost is what an analyser needs for a flow that does not say what it holds.
	analyserCost = 1 << 10
	// streamCost is what a long object needs where it is scanned: its coroutine, its decoders and their windows.
	streamCost = 256 << 10
)

// account tells the shard how much memory the flow takes now.
func (c *conn) account() {
	n := connCost
	if c.pk != nil {
		n += c.pk.cost()
	}
	for _, w := range c.open {
		n += w.cost()
	}
	switch h := c.an.(type) {
	case nil:
	case proto.Holder:
		n += h.Held()
	default:
		n += analyserCost
	}
	if n != c.held {
		c.sh.table.Charge(n - c.held)
		c.held = n
	}
}

// release tells it that the flow takes none any more.
func (c *conn) release() {
	c.sh.table.Charge(-c.held)
	c.held = 0
}

// cost is the memory of what is held for recognition.
func (p *peeks) cost() int { return cap(p.buf[0]) + cap(p.buf[1]) + cap(p.segs)*segCost }

// cost is the memory of an object in the making.
func (w *writer) cost() int {
	n := writerCost + w.meta + cap(w.buf) + cap(w.holes)*holeCost + w.apart + cap(w.aside)*pieceCost + w.others
	for i := range w.full {
		n += cap(w.full[i].buf) + cap(w.full[i].holes)*holeCost
	}
	if w.streams() {
		n += streamCost
	}
	return n
}

// metaCost is the memory of what is known about an object beside its Meta.
func metaCost(m *object.Meta) int {
	n := len(m.Recipients)*128 + len(m.Params)*64
	for i := range m.Fields {
		n += 64 + len(m.Fields[i].Label) + len(m.Fields[i].Value)
	}
	return n
}

package pipeline

import (
	"sort"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Limits of an object whose protocol has no end of message.
const (
	endlessBytes = 16 << 20
	endlessTime  = 600 * flow.Second
	asideMax     = 4 << 20 // bytes held of a transfer that writes out of order
)

// writer is one object on its way from an analyser to the scan workers. Up to wholeMax it is held and queued whole;
// beyond that its pieces go to one scan worker as they come.
type writer struct {
	c       *conn
	m       object.Meta
	task    *task  // nil before its first piece is handed on
	brain   *Brain // in force when it began
	first   uint64 // frame
	buf     []byte
	full    []chunk // pieces before buf, of an object that may still be queued whole
	holes   []hole  // in buf
	size    int64   // bytes written so far, without gaps
	missing int64
	carried uint64 // captured bytes of it, for the account
	total   int64  // bytes and gaps of this piece
	aside   []piece
	apart   int     // bytes in aside
	patches []piece // second versions of bytes in buf
	meta    int     // memory of m beside itself
	others  int     // bytes in patches
	free    bool    // carries no bytes of the account
	failed  bool
	closed  bool
}

// hole is a gap of n bytes at a place in a buffer.
type hole struct {
	at  int
	n   int64
	why coverage.Reason
}

// piece is bytes that wait for their place (WriteAt).
type piece struct {
	off int64
	b   []byte
}

func newWriter(c *conn, m object.Meta) *writer {
	w := &writer{c: c, m: m, meta: metaCost(&m)}
	w.begin()
	return w
}

// begin starts a task for what is written from here on.
func (w *writer) begin() {
	w.task, w.brain, w.first = nil, w.c.w.p.brain.Load(), w.c.f.Frame[1]
	w.size, w.missing, w.carried, w.total, w.holes = 0, 0, 0, 0, nil
}

// Write implements object.Writer.
func (w *writer) Write(b []byte) {
	if w.closed || len(b) == 0 {
		return
	}
	if !w.free {
		w.carried += w.c.attribute(w.m.Dir, uint64(len(b)))
	}
	if w.m.Endless {
		w.cut()
	}
	w.size += int64(len(b))
	w.total += int64(len(b))
	w.store(b)
}

// store puts bytes into the buffer and hands full buffers on.
func (w *writer) store(b []byte) {
	for len(b) > 0 {
		if len(w.buf) >= chunkSize {
			w.hand()
			continue
		}
		n := min(len(b), chunkSize-len(w.buf))
		w.buf = w.c.w.p.buffers.grow(w.buf, n)
		w.buf = append(w.buf, b[:n]...)
		b = b[n:]
	}
}

// hand puts the full buffer aside. An object that has grown beyond wholeMax becomes a chunk stream: its pieces go to the scan
// worker of this object as they come.
func (w *writer) hand() {
	w.full = append(w.full, chunk{buf: w.buf, holes: w.holes})
	w.buf, w.holes = nil, nil
	if w.streams() || len(w.full) >= wholeMax/chunkSize {
		if t := w.made(); !t.stream { // from its first piece on the scan worker reads it, too
			t.stream = true
		}
		for _, c := range w.full {
			w.c.w.p.feed(w.task, c)
		}
		w.full = w.full[:0]
	}
}

// Gap implements object.Writer.
func (w *writer) Gap(n int64, why coverage.Reason) {
	if w.closed || n <= 0 {
		return
	}
	w.missing += n
	w.total += n
	if k := len(w.holes); k > 0 && w.holes[k-1].at == len(w.buf) && w.holes[k-1].why == why {
		w.holes[k-1].n += n
		return
	}
	w.holes = append(w.holes, hole{at: len(w.buf), n: n, why: why})
	if len(w.holes) >= 4096 {
		w.hand()
	}
}

// WriteAt implements object.Writer. Pieces wait for those before them, within asideMax; then what is missing is a gap.
func (w *writer) WriteAt(off int64, b []byte) {
	if w.closed || len(b) == 0 {
		return
	}
	if !w.free {
		w.carried += w.c.attribute(w.m.Dir, uint64(len(b)))
	}
	w.aside = append(w.aside, piece{off, append([]byte(nil), b...)})
	w.apart += len(b)
	sort.SliceStable(w.aside, func(i, j int) bool { return w.aside[i].off < w.aside[j].off })
	w.settle(false)
	for w.apart > asideMax {
		w.settle(true)
	}
}

// settle writes the pieces that are in place, and with force also the first one that is not.
func (w *writer) settle(force bool) {
	for len(w.aside) > 0 {
		p := w.aside[0]
		if p.off > w.total {
			if !force {
				return
			}
			w.Gap(p.off-w.total, coverage.Gap)
			force = false
		}
		if skip := w.total - p.off; skip < int64(len(p.b)) {
			b := p.b[max(skip, 0):]
			w.size += int64(len(b))
			w.total += int64(len(b))
			w.store(b)
		}
		w.aside = w.aside[1:]
		w.apart -= len(p.b)
	}
}

// cut ends an endless object and begins the next, unless it is a file: announced by another flow, or no text. Bytes of
// the present call belong to the next piece.
func (w *writer) cut() {
	if w.total < endlessBytes && w.c.now-w.m.At < endlessTime || w.total == 0 {
		return
	}
	if w.c.joined || w.c.sh.hints.match(w.c.f) || !w.texty() {
		return
	}
	rest := uint64(0)
	carried := w.carried
	w.carried, rest = carried-min(carried, w.pending(carried)), w.pending(carried)
	off := w.m.Off + uint64(w.total)
	w.submit(object.Outcome{At: w.c.now})
	w.m.Off, w.m.At = off, w.c.now
	if w.m.Tx != 0 {
		w.m.Tx++
	}
	w.begin()
	w.carried = rest
}

// made returns the task of the object. It is made late, for most flows have an object that waits for its end.
func (w *writer) made() *task {
	if w.task == nil {
		w.task = &task{m: w.m, brain: w.brain, first: w.first}
	}
	return w.task
}

// streams tells whether pieces of the object were handed on.
func (w *writer) streams() bool { return w.task != nil && w.task.stream }

// texty tells whether the object begins like text.
func (w *writer) texty() bool {
	if w.streams() {
		return texty(w.task.head[:w.task.heads])
	}
	b := w.start()
	return texty(b[:min(len(b), len(task{}.head))])
}

// start is the beginning of the object as far as it is held.
func (w *writer) start() []byte {
	if len(w.full) > 0 {
		return w.full[0].buf
	}
	return w.buf
}

// pending is how many of the carried bytes are not stored yet: those of the call that cuts.
func (w *writer) pending(carried uint64) uint64 { return carried - min(carried, uint64(w.size)) }

// Close implements object.Writer.
func (w *writer) Close(o object.Outcome) {
	if w.closed {
		return
	}
	for len(w.aside) > 0 {
		w.settle(true)
	}
	w.submit(o)
	w.closed = true
	w.c.forget(w)
}

// submit queues the object for scanning and takes its place in the order of the run.
func (w *writer) submit(o object.Outcome) {
	if o.At == 0 {
		o.At = w.c.now
	}
	t := w.made()
	t.outcome, t.carried, t.failed = o, w.carried, w.failed
	t.size, t.missing = w.size, w.missing
	t.conn = w.c.info()
	t.last = w.c.f.Frame[1]
	last := chunk{buf: w.buf, holes: w.holes, end: true}
	whole := append(w.full, last)
	w.buf, w.holes, w.full = nil, nil, nil
	w.c.w.emit(event{task: t})
	if t.stream {
		w.c.w.p.feed(t, last)
		return
	}
	second := w.reading(whole)
	w.c.w.p.queue(t, whole)
	if second != nil {
		w.c.w.emit(event{task: second})
		w.c.w.p.queue(second, second.whole)
	}
}

package pipeline

import (
	"bytes"
	"slices"
)

// Bounds of the second reading of an object whose bytes came in two versions.
const (
	maxPatches = 256
	patchSure  = 8 // bytes of unchanged context that place a second version
)

// patch remembers a second version of bytes that are in the buffer. b has unchanged context on its sides; off is the place of
// its first byte in the stream. An analyser leaves bytes out of an object (dots, chunk heads), so the place is guessed by
// the distance from the end of the stream, and proven by the context.
func (w *writer) patch(off uint64, b []byte) {
	if w.free || w.streams() || len(w.patches) >= maxPatches || len(b) <= patchSure {
		return
	}
	w.join()
	guess := int64(off) - int64(w.c.end[w.m.Dir]) + int64(len(w.buf))
	if at, ok := w.locate(guess, b); ok {
		w.patches = append(w.patches, piece{off: int64(at), b: slices.Clone(b)})
		w.others += len(b) + pieceCost
	}
}

// join makes one buffer of the pieces, so that what lies across two of them can be found and places count from the
// beginning of the object.
func (w *writer) join() {
	if len(w.full) == 0 {
		return
	}
	all := append(w.full, chunk{buf: w.buf, holes: w.holes})
	one := joined(all)
	for _, c := range all {
		w.c.w.p.buffers.put(c.buf)
	}
	w.buf, w.holes, w.full = one.buf, one.holes, nil
}

// joined copies pieces into one.
func joined(cs []chunk) (one chunk) {
	for _, c := range cs {
		for _, h := range c.holes {
			h.at += len(one.buf)
			one.holes = append(one.holes, h)
		}
		one.buf = append(one.buf, c.buf...)
	}
	return one
}

// locate finds the place in the buffer that b is another version of.
func (w *writer) locate(guess int64, b []byte) (int, bool) {
	if w.fits(guess, b) {
		return int(guess), true
	}
	for from := 0; ; {
		i := bytes.Index(w.buf[from:], b[:patchSure])
		if i < 0 {
			return 0, false
		}
		if at := from + i; w.fits(int64(at), b) {
			return at, true
		}
		from += i + 1
	}
}

// fits tells whether b begins or ends like the buffer at a place.
func (w *writer) fits(at int64, b []byte) bool {
	if at < 0 || at+int64(len(b)) > int64(len(w.buf)) {
		return false
	}
	old := w.buf[at:][:len(b)]
	n := len(b) - patchSure
	return bytes.Equal(old[:patchSure], b[:patchSure]) || bytes.Equal(old[n:], b[n:])
}

// reading makes the task of the other reading: the object with every second version in its place. It carries no bytes of
// the account. Nil: there is no other reading.
func (w *writer) reading(cs []chunk) *task {
	if len(w.patches) == 0 {
		return nil
	}
	t := &task{m: w.m, brain: w.c.w.p.brain.Load(), first: w.first}
	t.outcome, t.conn, t.last = w.task.outcome, w.task.conn, w.task.last
	t.outcome.Evasion = "tcp_overlap"
	t.size, t.missing = w.size, w.missing
	one := joined(cs)
	for _, p := range w.patches {
		copy(one.buf[p.off:], p.b)
	}
	one.end = true
	t.whole = []chunk{one}
	w.patches, w.others = nil, 0
	return t
}

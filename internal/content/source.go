package content

import (
	"crypto/sha256"
	"hash"
	"io"

	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/coverage"
)

// tee counts, hashes and extracts what passes.
type tee struct {
	from    chunk.Source
	n       int64
	hash    hash.Hash // kept between uses
	hashing bool
	extract io.WriteCloser
	filler  *bool // the piece that just came stands for a hole: it is no content
}

func (t *tee) begin(hashing bool) {
	t.hashing = hashing
	if !hashing {
		return
	}
	if t.hash == nil {
		t.hash = sha256.New()
	}
	t.hash.Reset()
}

// Next implements chunk.Source.
func (t *tee) Next() ([]byte, bool) {
	b, last := t.from.Next()
	if len(b) == 0 || t.filler != nil && *t.filler {
		return b, last
	}
	t.n += int64(len(b))
	if t.hashing {
		t.hash.Write(b)
	}
	if t.extract != nil {
		if _, err := t.extract.Write(b); err != nil {
			t.close()
		}
	}
	return b, last
}

func (t *tee) close() {
	if t.extract != nil {
		_ = t.extract.Close() // a failing disk is the caller's to notice: it owns the file
		t.extract = nil
	}
}

func (t *tee) end(sum *[32]byte) {
	t.close()
	if t.hashing {
		t.hash.Sum(sum[:0])
	}
}

// carrier turns the Source of a top-level object into slices. A hole reads as one line feed.
type carrier struct {
	w      *Worker
	src    Source
	next   Chunk
	off    int64 // bytes given away
	held   bool  // next is not given away yet
	filler bool  // the piece that was just given stands for a hole
}

var lineFeed = [...]byte{'\n'}

// Next implements chunk.Source.
func (c *carrier) Next() ([]byte, bool) {
	c.filler = false
	if !c.held {
		c.next = c.src.Next()
		if c.next.Gap > 0 {
			c.held, c.filler = true, true
			c.w.hole(hole{c.off, c.next.Gap, c.next.Why})
			c.off++
			lf := lineFeed
			return lf[:], false
		}
	}
	c.held = false
	c.off += int64(len(c.next.Data))
	return c.next.Data, c.next.End
}

// hole is a place in the top-level object, as carried and with one byte for each hole before it, where bytes are missing.
type hole struct {
	off, n int64
	why    coverage.Reason
}

// maxHoles is how many holes are kept in mind for parts that begin before them.
const maxHoles = 256

// hole notes missing bytes: in the top-level object, and in every part that is being read.
func (w *Worker) hole(h hole) {
	if h.why == coverage.None {
		h.why = coverage.Gap
	}
	w.book(h.why, h.n)
	if len(w.holes) < maxHoles {
		w.holes = append(w.holes, h)
	}
	for _, n := range w.nodes[:w.n] {
		n.lacks(h)
	}
}

// ahead notes the holes that were met by looking ahead and lie behind the beginning of the part n. They may lie behind
// its end too; but no part is called complete that is not.
func (w *Worker) ahead(n *node) {
	if len(w.holes) == 0 {
		return
	}
	top := w.nodes[0]
	from := top.reader.Offset()
	if len(top.codings) > 0 {
		from = top.coded.Offset()
	}
	for _, h := range w.holes {
		if h.off >= from {
			n.lacks(h)
		}
	}
}

func (n *node) lacks(h hole) {
	n.holes = true
	n.rec.Missing += h.n
	if n.rec.Reason == coverage.None {
		n.rec.Reason = h.why
	}
}

// carried begins to read a top-level object.
func (n *node) carried(src Source) {
	c := &carrier{w: n.w, src: src}
	n.from, n.wire.filler, n.body.filler = c, &c.filler, &c.filler
}

// open begins to read the node from what it was carried in.
func (n *node) open() {
	from := n.from
	if len(n.meta.Encodings) > 0 {
		n.wire.from = from
		n.wire.begin(n.body.hashing)
		n.coded.Reset(&n.wire)
		from = n.undo()
		if len(n.codings) > 0 {
			n.body.filler = nil
		}
	}
	n.body.from = from
	n.reader.Reset(&n.body)
}

// fillerSource reads a part from a reader with the fast half, in place.
type fillerSource struct {
	f    chunk.Filler
	used int
}

// Next implements chunk.Source.
func (s *fillerSource) Next() ([]byte, bool) {
	s.f.Discard(s.used)
	b := s.f.Fill()
	s.used = len(b)
	return b, len(b) == 0
}

// readerSource reads a part from an ordinary reader.
type readerSource struct {
	r   io.Reader
	buf []byte
}

// emptyReads is how often in a row a reader may return nothing.
const emptyReads = 100

// Next implements chunk.Source.
func (s *readerSource) Next() ([]byte, bool) {
	n := 0
	for empty := 0; n < len(s.buf) && empty < emptyReads; empty++ {
		k, err := s.r.Read(s.buf[n:])
		n += k
		if err != nil {
			return s.buf[:n], true
		}
		if k > 0 {
			empty = 0
		}
	}
	return s.buf[:n], n == 0
}

func nothing() {}

// sourceOf returns r as a source; the function returned gives its buffer back.
func (w *Worker) sourceOf(r io.Reader) (chunk.Source, func()) {
	switch r := r.(type) {
	case chunk.Source:
		return r, nothing
	case chunk.Filler:
		s := &fillerSource{f: r}
		return s, nothing
	}
	var s *readerSource
	if n := len(w.read); n > 0 {
		s = w.read[n-1]
		w.read = w.read[:n-1]
	} else {
		s = &readerSource{buf: make([]byte, 32<<10)}
	}
	s.r = r
	return s, func() {
		s.r = nil
		w.read = append(w.read, s)
	}
}

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
	held   bool // next is not given away yet
	filler bool // the piece that was just given stands for a hole
}

var lineFeed = [...]byte{'\n'}

// Next implements chunk.Source.
func (c *carrier) Next() ([]byte, bool) {
	c.filler = false
	if c.held {
		c.held = false
		return c.next.Data, c.next.End
	}
	c.next = c.src.Next()
	if c.next.Gap <= 0 {
		return c.next.Data, c.next.End
	}
	c.held, c.filler = true, true
	c.w.hole(c.next.Gap, c.next.Why)
	lf := lineFeed
	return lf[:], false
}

// hole notes missing bytes: in the top-level object, and in every part that is being read.
func (w *Worker) hole(n int64, why coverage.Reason) {
	if why == coverage.None {
		why = coverage.Gap
	}
	w.book(why, n)
	for _, nd := range w.nodes[:w.n] {
		nd.holes = true
		nd.rec.Missing += n
		if nd.rec.Reason == coverage.None {
			nd.rec.Reason = why
		}
	}
}

// carried begins to read a top-level object.
func (n *node) carried(src Source) {
	c := &carrier{w: n.w, src: src}
	n.open(c)
	n.wire.filler = &c.filler
	if len(n.codings) == 0 {
		n.body.filler = &c.filler
	}
}

// open begins to read the node from what it was carried in.
func (n *node) open(from chunk.Source) {
	if len(n.meta.Encodings) > 0 {
		n.wire.from = from
		n.wire.begin(n.body.hashing)
		n.coded.Reset(&n.wire)
		from = n.undo()
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

// Package chunk turns a source of byte slices into an object.Reader without copying where the slices allow it.
//
// A piece stays where it is: Fill returns it in place. Only a Peek that crosses the edge of a piece joins bytes, in a
// side buffer, and only as many as were asked for. What is read never depends on how the pieces were cut.
package chunk

import (
	"bytes"
	"io"

	"github.com/phiwatch/phiwatch/internal/object"
)

// Source yields an object in pieces.
type Source interface {
	// Next returns the next piece and whether it is the last one. A piece is valid until the following call, and there
	// is no call after the last one. A piece may be empty, but a source must come to an end.
	Next() (b []byte, last bool)
}

// Filler is the fast half of an object.Reader: what a source needs of the reader below it.
type Filler interface {
	Fill() []byte
	Discard(n int)
}

// Reader is an object.Reader over a Source. Reset it before use; it keeps its memory between uses.
type Reader struct {
	src  Source
	side []byte // unread bytes joined from several pieces; they come before cur
	cur  []byte // unread part of the present piece
	last bool   // no piece follows cur
	buf  []byte // memory of side
	read int64
}

var _ object.Reader = (*Reader)(nil)

// NewReader returns a reader over src.
func NewReader(src Source) *Reader {
	r := &Reader{}
	r.Reset(src)
	return r
}

// Reset begins to read src.
func (r *Reader) Reset(src Source) {
	r.src, r.side, r.cur, r.last, r.read = src, nil, nil, src == nil, 0
}

// ResetBytes begins to read b, which stays in place.
func (r *Reader) ResetBytes(b []byte) {
	r.src, r.side, r.cur, r.last, r.read = nil, nil, b, true, 0
}

// Fill implements object.Reader.
func (r *Reader) Fill() []byte {
	if len(r.side) > 0 {
		return r.side
	}
	if len(r.cur) == 0 && !r.pull() {
		return nil
	}
	return r.cur
}

// pull gets a piece with something in it; cur must be empty.
func (r *Reader) pull() bool {
	for !r.last {
		r.cur, r.last = r.src.Next()
		if len(r.cur) > 0 {
			return true
		}
	}
	r.cur = nil
	return false
}

// Peek implements object.Reader.
func (r *Reader) Peek(n int) []byte {
	n = min(n, object.PeekMax)
	if len(r.side) == 0 {
		if len(r.cur) == 0 && !r.pull() {
			return nil
		}
		if len(r.cur) >= n || r.last {
			return r.cur[:min(n, len(r.cur))]
		}
	}
	for len(r.side) < n {
		if len(r.cur) == 0 && !r.pull() {
			break
		}
		k := min(n-len(r.side), len(r.cur))
		r.join(r.cur[:k])
		r.cur = r.cur[k:]
	}
	return r.side[:min(n, len(r.side))]
}

// join appends b to the side buffer. It is twice as long as it may get full, so that bytes move seldom.
func (r *Reader) join(b []byte) {
	if r.buf == nil {
		r.buf = make([]byte, 2*object.PeekMax)
	}
	if r.side == nil {
		r.side = r.buf[:0]
	}
	if len(r.side)+len(b) > cap(r.side) {
		n := copy(r.buf, r.side)
		r.side = r.buf[:n]
	}
	r.side = append(r.side, b...)
}

// Discard implements object.Reader.
func (r *Reader) Discard(n int) {
	r.read += int64(n)
	if len(r.side) > 0 {
		k := min(n, len(r.side))
		if r.side = r.side[k:]; len(r.side) == 0 {
			r.side = nil
		}
		n -= k
	}
	r.cur = r.cur[n:]
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) { return Read(r, p) }

// Size implements object.Reader: it is known once the last piece has come.
func (r *Reader) Size() int64 {
	if !r.last {
		return -1
	}
	return int64(len(r.side) + len(r.cur))
}

// Offset returns the number of bytes consumed.
func (r *Reader) Offset() int64 { return r.read }

// Rest returns what is left when all of it is at hand in one piece. The slice stays valid after it is consumed.
func (r *Reader) Rest() ([]byte, bool) {
	if len(r.side) == 0 && len(r.cur) == 0 {
		r.pull()
	}
	switch {
	case !r.last, len(r.side) > 0 && len(r.cur) > 0:
		return nil, false
	case len(r.side) > 0:
		return r.side, true
	}
	return r.cur, true
}

// Whole implements object.Reader. The caller has bounded the size.
func (r *Reader) Whole() io.ReaderAt {
	b, _ := r.Gather(1<<63 - 1)
	return bytes.NewReader(b)
}

// Gather takes all that is left into memory and returns it, in place where it is one piece; false when it is longer
// than limit: then the first bytes, somewhat more than limit, were taken and the rest is still to be read.
func (r *Reader) Gather(limit int64) ([]byte, bool) {
	if b, ok := r.Rest(); ok {
		r.Discard(len(b))
		return b, int64(len(b)) <= limit
	}
	var all []byte
	for {
		b := r.Fill()
		if b == nil {
			return all, true
		}
		all = append(all, b...)
		r.Discard(len(b))
		if int64(len(all)) > limit {
			return all, false
		}
	}
}

// Read is io.Reader over a Filler.
func Read(f Filler, p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b := f.Fill()
	if len(b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b)
	f.Discard(n)
	return n, nil
}

// Stream is a Source that is an io.Reader too, to be handed to Emitter.Part.
type Stream struct {
	Source
	rest []byte
	last bool
}

// Read implements io.Reader. Not to be mixed with Next.
func (s *Stream) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		if s.last {
			return 0, io.EOF
		}
		s.rest, s.last = s.Next()
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

package content

import (
	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/content/codec"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// maxCodings is how many content codings of one body are undone.
const maxCodings = 4

// coding is a content coding that is being undone.
type coding struct {
	stream *codec.Stream
	below  object.Reader
	why    coverage.Reason // how it ended
}

// undo undoes the content codings of the node, the last one applied first, and returns what is below them. A label
// that lies is passed over; one that is not known ends it, and the body is taken for what it looks like.
func (n *node) undo() chunk.Source {
	var below object.Reader = &n.coded
	var from chunk.Source = &fillerSource{f: &n.coded}
	labels := n.meta.Encodings
	for i := len(labels) - 1; i >= 0; i-- {
		if labels[i] == "identity" || labels[i] == "" {
			continue
		}
		if len(n.codings) == maxCodings {
			n.note(coverage.DepthLimit, 0)
			break
		}
		method, ok := n.w.pool.Guess(labels[i], below.Peek(object.PeekMax))
		if !ok {
			continue
		}
		s := n.w.unpack(method, below)
		n.codings = append(n.codings, coding{stream: s, below: below})
		from = s
		if i > 0 {
			r := chunk.NewReader(s)
			below, from = r, &fillerSource{f: r}
		}
	}
	if len(n.codings) == 0 {
		n.wire.hashing = false
	}
	return from
}

// endCodings closes the decompressors, innermost data first, and passes as text what they left: the rest of a coding
// that broke in the middle, or bytes behind its end. After a limit the rest is only counted and hashed.
func (n *node) endCodings() {
	for i := len(n.codings) - 1; i >= 0; i-- {
		c := &n.codings[i]
		c.why = c.stream.Reason()
		c.stream.Close()
		limit := c.why == coverage.BytesLimit || c.why == coverage.RatioLimit
		var left int64
		for b := c.below.Fill(); len(b) > 0; b = c.below.Fill() {
			if !limit {
				n.w.v.Text(b)
			}
			left += int64(len(b))
			c.below.Discard(len(b))
		}
		if c.why != coverage.None {
			n.note(c.why, left)
		}
	}
}

// Unpacker is what the driver's Emitter is besides: it lends decompressors whose output counts against the limits.
type Unpacker interface {
	Unpack(method codec.Method, r object.Reader) *codec.Stream
}

// Nester is what the driver's Emitter is besides: it counts nesting inside one object, for multiparts.
type Nester interface {
	Nest() bool // false: the limit is reached
	Unnest()
}

// Sealer is what the driver's Emitter is besides: a decoder says that all of the present part is ciphertext.
type Sealer interface{ Sealed() }

// Unpack lends a decompressor of r. Close it when done, before r is read further.
func Unpack(e object.Emitter, method codec.Method, r object.Reader) *codec.Stream {
	if u, ok := e.(Unpacker); ok {
		return u.Unpack(method, r)
	}
	return new(codec.Pool).Open(method, r, meterOf(DefaultLimits().RatioAfter))
}

// Packed emits what r holds in compressed form as a part of this name. It returns why that ended before its end; what a
// limit left of r is compressed bytes and no text: it is passed over and reported.
func Packed(e object.Emitter, method codec.Method, r object.Reader, name string) coverage.Reason {
	s := Unpack(e, method, r)
	e.Part(&object.Meta{Kind: object.Part, Name: flow.NewText(name), Size: -1}, s)
	why := s.Reason()
	s.Close()
	if why != coverage.BytesLimit && why != coverage.RatioLimit {
		return why
	}
	var n int64
	for b := r.Fill(); len(b) > 0; b = r.Fill() {
		n += int64(len(b))
		r.Discard(len(b))
	}
	e.Skip(why, n)
	return coverage.None
}

// meterOf is the meter of an Emitter that has none.
type meterOf int64

// Unpacked implements codec.Meter.
func (m meterOf) Unpacked(s *codec.Stream, _ int) coverage.Reason {
	if s.Out() > int64(m) {
		return coverage.BytesLimit
	}
	return coverage.None
}

// Closed implements codec.Meter.
func (m meterOf) Closed(*codec.Stream) {}

func (w *Worker) unpack(method codec.Method, r object.Reader) *codec.Stream {
	if len(w.streams) == 0 {
		w.root = flows{}
	}
	s := w.pool.Open(method, r, w)
	w.streams = append(w.streams, s)
	if w.unpacked > w.d.limits.Unpacked { // no piece more, of however many
		s.Stop(coverage.BytesLimit)
	}
	return s
}

// Closed implements codec.Meter.
func (w *Worker) Closed(s *codec.Stream) {
	for i := len(w.streams) - 1; i >= 0; i-- {
		if w.streams[i] == s {
			w.settle(i)
			w.streams = append(w.streams[:i], w.streams[i+1:]...)
			return
		}
	}
}

// settle books what the outermost decompressor took, when it is the one that ends.
func (w *Worker) settle(i int) {
	if i == 0 {
		w.all.in += w.streams[0].In()
	}
}

// abandon forgets decompressors that a decoder has opened and not closed. Their state is not known, so they are not
// used again.
func (w *Worker) abandon(n int) {
	if len(w.streams) > n {
		w.settle(n)
		w.streams = w.streams[:n]
	}
}

// bzip2Weight makes bzip2 count for the time it takes beside the others.
const bzip2Weight = 8

// flows counts bytes into the outermost decompressors, and out of these and all that ran on what they made.
type flows struct{ in, out int64 }

func (f flows) above(ratio int64) bool { return f.out > ratio*f.in }

// Unpacked implements codec.Meter. The ratio is that of all decompressors of the top-level object to the input of the
// outermost ones, so that neither nesting them gains anything nor putting many in a row. Where it is exceeded, those end
// that are part of the excess: what stands behind a bomb is still opened, up to the limit of bytes.
func (w *Worker) Unpacked(s *codec.Stream, n int) coverage.Reason {
	lim := &w.d.limits
	cost := int64(n)
	if s.Method() == codec.Bzip2 {
		cost *= bzip2Weight
	}
	w.unpacked += cost
	w.root.out += int64(n)
	w.all.out += int64(n)
	if w.unpacked > lim.Unpacked {
		return coverage.BytesLimit
	}
	if w.all.out <= lim.RatioAfter || len(w.streams) == 0 {
		return coverage.None
	}
	w.root.in = w.streams[0].In()
	all := flows{in: w.all.in + w.root.in, out: w.all.out}
	if all.above(lim.Ratio) && w.root.above(lim.Ratio) {
		return coverage.RatioLimit
	}
	return coverage.None
}

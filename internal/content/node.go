package content

import (
	"fmt"
	"io"
	"runtime/debug"
	"strconv"

	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/content/codec"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// node is an object or part while it is open. It is the Emitter of its decoder.
type node struct {
	w      *Worker
	parent *node
	meta   *object.Meta
	rec    *object.Record
	format *Format

	from    chunk.Source // as carried
	wire    tee          // over from, when a coding is to be undone
	coded   chunk.Reader // over wire
	codings []coding
	body    tee          // the content
	reader  chunk.Reader // over body

	parts  int // opened so far
	units  int // opened by the decoder and not closed
	depth  int // containers above, other than MIME
	mime   int // messages and multiparts above
	nested int // multiparts that the decoder is inside of

	decoding bool // between the beginning and the end of Decode: what it emits was read
	good     bool // something was read
	bad      bool // something was not
	fatal    bool // and it was not read at all
	sealed   bool // the decoder says that all of it is ciphertext
	ciphers  bool // a part is ciphertext
	plain    bool // a part could not be read and is no ciphertext
	failed   bool // the decoder panicked
	holes    bool // bytes are missing
	short    bool // its decompressor ended before its end
}

// push opens a node below parent.
func (w *Worker) push(parent *node, m *object.Meta) *node {
	if w.n == len(w.nodes) {
		w.nodes = append(w.nodes, &node{w: w})
	}
	n := w.nodes[w.n]
	w.n++
	n.reset()
	n.parent, n.meta = parent, m
	n.rec = &object.Record{Meta: m, MediaType: m.MediaType}
	var path []string
	name := m.Name.Reveal()
	if parent != nil {
		parent.parts++
		if name == "" {
			name = "part-" + strconv.Itoa(parent.parts)
		}
		path = parent.rec.Path
		n.depth, n.mime = parent.depth, parent.mime
		if isMIME(parent.format) {
			n.mime += 1 + parent.nested
		} else {
			n.depth++
		}
	} else if name == "" {
		name = kindName(m.Kind)
	}
	n.rec.Path = append(path[:len(path):len(path)], name)
	n.body.begin(w.o.Hash || parent == nil && w.o.HashTop)
	if w.o.Extract != nil {
		n.body.extract = w.o.Extract(n.rec)
	}
	return n
}

// kindName names a top-level object that has no name.
func kindName(k object.Kind) string {
	if k == object.Mail {
		return "message"
	}
	return k.String()
}

// reset makes a node ready for use and keeps its memory.
func (n *node) reset() {
	coded, reader, codings, wire, body := n.coded, n.reader, n.codings[:0], n.wire, n.body
	*n = node{w: n.w, coded: coded, reader: reader, codings: codings, wire: tee{hash: wire.hash}, body: tee{hash: body.hash}}
}

func (w *Worker) pop() {
	w.n--
	n := w.nodes[w.n]
	n.reader.Reset(nil)
	n.coded.Reset(nil)
	n.parent, n.meta, n.rec, n.format = nil, nil, nil, nil
}

// process reads the object to its end.
func (n *node) process() {
	w := n.w
	streams := len(w.streams)
	why, ok := n.protect((*node).decode)
	n.decoding = false
	if !ok {
		n.failed = true
		n.note(coverage.Panic, 0)
	}
	w.abandon(streams + len(n.codings))
	n.closeUnits()
	if n.body.from == nil { // it failed before there was a reader
		n.body.from = n.from
		n.reader.Reset(&n.body)
	}
	from := n.reader.Offset()
	if _, ok = n.protect((*node).drain); !ok {
		n.failed = true
	}
	w.abandon(streams)
	n.note(why, n.reader.Offset()-from)
	if n.failed {
		w.book(coverage.Panic, n.body.n)
	}
}

// protect runs f, the one place where a decoder's panic is caught. It returns false after a panic.
func (n *node) protect(f func(*node) coverage.Reason) (why coverage.Reason, ok bool) {
	w, depth, name := n.w, n.w.n, ""
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		ok = false
		if n.format != nil {
			name = n.format.Name
		}
		for w.n > depth { // parts that were open: their visitor calls are evened out
			w.nodes[w.n-1].closeUnits()
			w.v.End()
			w.v.Leave()
			w.pop()
		}
		if w.o.Panic != nil {
			w.o.Panic(name, debug.Stack(), fmt.Sprintf("%T", v))
		}
	}()
	return f(n), true
}

// decode chooses a format and runs it.
func (n *node) decode() coverage.Reason {
	w, lim := n.w, &n.w.d.limits
	n.open()
	head := n.reader.Peek(object.PeekMax)
	first, second := w.sniff(head, n.meta)
	n.format = first
	if first == nil {
		return n.raw()
	}
	n.rec.Format = first.Name
	if n.rec.MediaType == "" {
		n.rec.MediaType = first.Media
	}
	if isMIME(first) && n.mime > lim.MIMEDepth || n.depth > lim.Depth {
		return coverage.DepthLimit
	}
	if !w.wanted(first) && !first.Opaque {
		return coverage.None
	}
	var rest []byte
	if second != nil {
		if b, ok := n.reader.Rest(); ok {
			rest = b
		}
	}
	why := n.run(first)
	if len(rest) > 0 && w.wanted(second) {
		if again := n.again(second, rest); why == coverage.None {
			why = again
		}
	}
	return why
}

// raw lets text without a format pass; it counts as read.
func (n *node) raw() coverage.Reason {
	n.good = true
	return coverage.None
}

// run runs a decoder over what is unread.
func (n *node) run(f *Format) coverage.Reason {
	why := coverage.None
	n.decoding = !f.Opaque
	switch {
	case f.Decode == nil:
	case f.Whole:
		b, ok := n.reader.Gather(n.w.d.limits.Whole)
		if !ok {
			n.w.v.Text(b)
			return coverage.Budget
		}
		var r chunk.Reader
		r.ResetBytes(b)
		why = f.Decode(&r, n, n.meta)
		n.leftover(&r)
	default:
		why = f.Decode(&n.reader, n, n.meta)
	}
	n.decoding = false
	if f.Opaque && why == coverage.None && !n.sealed {
		why = coverage.Format
	}
	return why
}

// again reads the same bytes as a second format that is as sure as the first: two formats in one file.
func (n *node) again(f *Format, b []byte) coverage.Reason {
	var r chunk.Reader
	r.ResetBytes(b)
	n.decoding = true
	why := f.Decode(&r, n, n.meta)
	n.decoding = false
	n.closeUnits()
	return why
}

func (n *node) leftover(r *chunk.Reader) {
	if b := r.Fill(); len(b) > 0 {
		n.w.v.Text(b)
	}
}

// closeUnits ends the units that a decoder left open.
func (n *node) closeUnits() {
	for ; n.units > 0; n.units-- {
		n.w.v.End()
	}
}

// drain passes all that is unread as text, then the coded bytes that could not be undone.
func (n *node) drain() coverage.Reason {
	for b := n.reader.Fill(); len(b) > 0; b = n.reader.Fill() {
		n.w.v.Text(b)
		n.reader.Discard(len(b))
	}
	n.endCodings()
	return coverage.None
}

// note records that something of the node was not read.
func (n *node) note(why coverage.Reason, bytes int64) {
	if why == coverage.None {
		return
	}
	n.bad = true
	n.fatal = n.fatal || why.Fatal()
	if n.rec.Reason == coverage.None {
		n.rec.Reason = why
	}
	n.w.book(why, bytes)
}

// Begin implements object.Emitter.
func (n *node) Begin(k object.UnitKind) {
	n.units++
	n.w.v.Begin(k)
}

// End implements object.Emitter.
func (n *node) End() {
	if n.units > 0 {
		n.units--
		n.w.v.End()
	}
}

// Field implements object.Emitter. A name alone does not count as reading: an archive tells the names of members that
// it cannot open.
func (n *node) Field(r object.Role, label, value []byte) {
	n.good = n.good || n.decoding && r != object.RoleName
	n.w.v.Field(r, label, value)
}

// Text implements object.Emitter.
func (n *node) Text(b []byte) {
	if len(b) > 0 {
		n.good = n.good || n.decoding
		n.w.v.Text(b)
	}
}

// Structure implements object.Emitter.
func (n *node) Structure(s object.Structure) { n.w.v.Structure(s) }

// Skip implements object.Emitter.
func (n *node) Skip(why coverage.Reason, bytes int64) { n.note(why, bytes) }

// Step implements object.Emitter.
func (n *node) Step(k int) bool {
	n.w.steps += int64(k)
	return n.w.steps <= n.w.d.limits.Steps
}

// Part implements object.Emitter.
func (n *node) Part(m *object.Meta, r io.Reader) coverage.Reason {
	w := n.w
	w.members++
	if w.members > w.d.limits.Members {
		n.note(coverage.EntriesLimit, 0)
		return coverage.EntriesLimit
	}
	inner := *m
	n.inherit(&inner)
	c := w.push(n, &inner)
	w.ahead(c)
	from, done := w.sourceOf(r)
	c.from = from
	shown := inner
	shown.Name = flow.NewText(c.rec.Path[len(c.rec.Path)-1])
	w.v.Enter(&shown)
	w.v.Begin(object.UnitPart)
	c.process()
	if s, ok := r.(*codec.Stream); ok && s.Reason() != coverage.None {
		c.short = true
		c.note(s.Reason(), 0)
	}
	w.v.End()
	w.v.Leave()
	done()
	w.finish(c)
	n.adopt(c)
	why := c.rec.Reason
	w.pop()
	return why
}

// inherit completes the Meta of a part with what is true of its whole.
func (n *node) inherit(m *object.Meta) {
	p := n.meta
	m.Kind, m.Protocol, m.Dir, m.Off, m.Tx = object.Part, p.Protocol, p.Dir, p.Off, p.Tx
	if m.At == 0 {
		m.At = p.At
	}
}

// Unpack implements Unpacker.
func (n *node) Unpack(method codec.Method, r object.Reader) *codec.Stream {
	return n.w.unpack(method, r)
}

// Nest implements Nester.
func (n *node) Nest() bool {
	if n.mime+n.nested >= n.w.d.limits.MIMEDepth {
		return false
	}
	n.nested++
	return true
}

// Unnest implements Nester.
func (n *node) Unnest() { n.nested = max(0, n.nested-1) }

// Sealed implements Sealer.
func (n *node) Sealed() { n.sealed = true }

package dicom

import (
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// walker reads a data set. Sequences are not nested in it: their items are elements that follow each other, so depth
// costs nothing. It only has to know where values that others wrote with implicit VR (UN) end.
type walker struct {
	r object.Reader
	e object.Emitter
	style
	off    int64  // of the next element within the data set
	syntax []byte // (0002,0010)

	outer style // around an unknown value that is a sequence with implicit VR
	until int64 // where that ends, 0 if it is no defined place
	depth int   // sequences of undefined length inside of it, with itself; 0 none

	pieces bool // inside of a binary value in pieces (encapsulated pixel data)
	tag    uint32
	unseen int64 // bytes not looked at

	amiss   bool  // the elements stopped making sense somewhere
	strayed int64 // bytes up to where they did again

	label []byte // of the element
	seq   []byte // label of the last sequence
	code  code
	about concept
	set   repertoire
	value []byte // decoded
	whole []byte // put together
}

// meta reads file meta information: explicit VR little endian, whatever follows.
func (w *walker) meta() coverage.Reason {
	for isMeta(w.r.Peek(8)) {
		h := w.r.Peek(12)
		w.style = style{}
		if !upper(h[4]) || !upper(h[5]) { // some writers are wrong
			w.implicit = true
		}
		if why := w.element(h); why != coverage.None {
			return why
		}
	}
	w.off, w.until, w.depth = 0, 0, 0
	return coverage.None
}

// run reads elements to the end.
func (w *walker) run() coverage.Reason {
	for {
		h := w.r.Peek(12)
		switch {
		case len(h) == 0:
			return coverage.None
		case len(h) < 8:
			if !zero(h) {
				return coverage.Truncated
			}
			w.r.Discard(len(h)) // padding
			return coverage.None
		}
		if w.until > 0 && w.off >= w.until {
			w.leave()
		}
		if why := w.element(h); why != coverage.None && (why != coverage.Corrupt || !w.resync()) {
			return why
		}
	}
}

// element reads one element whose header h begins with.
func (w *walker) element(h []byte) coverage.Reason {
	if !w.e.Step(1) {
		return coverage.StepsLimit
	}
	el, ok := w.header(h)
	if !ok || len(h) < el.size {
		return coverage.Corrupt
	}
	w.r.Discard(el.size)
	w.off += int64(el.size)
	if el.tag>>16 == itemGroup {
		return w.item(&el)
	}
	w.pieces = false
	if w.code.n > 0 && el.tag != tagScheme {
		w.coded(nil)
	}
	w.name(&el)
	if el.vr.class() == sequence || w.hidden(&el) {
		return coverage.None
	}
	if el.length == undefined { // binary data in pieces
		w.pieces, w.tag = true, el.tag
		return coverage.None
	}
	return w.read(&el)
}

// item reads the header of an item, or the end of one or of a sequence.
func (w *walker) item(el *element) coverage.Reason {
	switch {
	case el.tag == tagSequenceEnd:
		w.pieces = false
		if w.depth > 0 {
			if w.depth--; w.depth == 0 {
				w.leave()
			}
		}
	case el.tag == tagItem && w.pieces && el.length != undefined:
		return w.unread(int64(el.length))
	case el.tag != tagItem && el.tag != tagItemEnd:
		return coverage.Corrupt
	}
	return coverage.None
}

// hidden tells whether an element is a sequence although its VR does not say so, and goes into it.
func (w *walker) hidden(el *element) bool {
	switch {
	case el.vr == vrUN && el.length == undefined:
		w.enter(0)
		w.depth = 1
	case el.vr == 0 && el.length == undefined && el.tag>>16 != pixelGroup:
		if w.depth > 0 {
			w.depth++
		}
	case (el.vr == vrUN || el.vr == 0) && el.length >= 8 && w.itemAhead():
		if el.vr == vrUN {
			w.enter(w.off + int64(el.length))
		}
	default:
		return false
	}
	return true
}

// itemAhead tells whether an item comes next. Unknown values are little endian always.
func (w *walker) itemAhead() bool {
	b := w.r.Peek(4)
	return len(b) == 4 && string(b) == "\xfe\xff\x00\xe0"
}

// enter begins to read a sequence with implicit VR inside of others (PS3.5 section 6.2.2).
func (w *walker) enter(until int64) {
	if w.depth == 0 && w.until == 0 {
		w.outer = w.style
	}
	w.style, w.until, w.depth = style{implicit: true}, until, 0
}

func (w *walker) leave() { w.style, w.until, w.depth = w.outer, 0, 0 }

// name notes how the element is labelled, and what sequence it begins.
func (w *walker) name(el *element) {
	v, keyword := lookup(el.tag)
	if el.vr == vrUN && v.class() == text {
		el.vr = v
	}
	if keyword == "" {
		w.label = number8(w.label[:0], el.tag)
	} else {
		w.label = keyed(w.label[:0], keyword, el.vr == vrPN || roleOf(el.tag) != object.RoleNone)
	}
	if el.vr.class() == sequence {
		w.seq = append(w.seq[:0], w.label...)
		if keyword == "" {
			w.seq = w.seq[:0]
		}
		if w.about.next = el.tag == tagConceptName; !w.about.next && el.tag == tagConceptCode {
			w.seq = w.seq[:0]
		}
		if el.length == undefined && w.depth > 0 {
			w.depth++
		}
	}
}

// number8 appends a tag as the standard writes it.
func number8(b []byte, tag uint32) []byte {
	const digits = "0123456789ABCDEF"
	b = append(b, '(')
	for i := 28; i >= 0; i -= 4 {
		if i == 12 {
			b = append(b, ',')
		}
		b = append(b, digits[tag>>i&15])
	}
	return append(b, ')')
}

// read reads a value of defined length.
func (w *walker) read(el *element) coverage.Reason {
	n := int64(el.length)
	switch {
	case n == 0:
		return coverage.None
	case el.tag == tagSyntax:
		w.syntax = append(w.syntax[:0], w.r.Peek(int(min(n, 64)))...)
		return w.pass(n)
	case el.tag == tagDocument:
		return w.document(n)
	case w.engulfs(el):
		return coverage.Corrupt
	case el.vr.class() == text:
		return w.told(el, n)
	case el.vr.class() == number:
		return w.pass(n)
	case n <= maxGuess && (el.vr == 0 && el.tag>>16 != pixelGroup || el.vr == vrUN || el.private()):
		return w.guessed(el, n)
	case w.implicit && el.vr == 0 && !bulk(el.tag):
		return coverage.Corrupt
	}
	return w.unread(n)
}

// told reads text.
func (w *walker) told(el *element, n int64) coverage.Reason {
	b := w.r.Peek(int(min(n, object.PeekMax)))
	k := clean(b)
	if n > object.PeekMax && k == len(b) {
		return w.running(n, w.set.name())
	}
	if k < len(b) { // the length is wrong, or a hole was there
		w.tell(el, b[:k])
		return coverage.Corrupt
	}
	w.tell(el, b)
	return w.pass(n)
}

// guessed reads a value of unknown kind: text where it looks like that.
func (w *walker) guessed(el *element, n int64) coverage.Reason {
	if n > object.PeekMax {
		return w.running(n, "")
	}
	b := w.r.Peek(int(n))
	switch {
	case readable(b):
		w.tell(el, b)
	case len(b) > shortest:
		w.e.Text(b)
		w.e.Text(newline)
	}
	return w.pass(n)
}

// maxGuess is the length up to which a value of unknown kind is taken for text.
const maxGuess = 1 << 20

// shortest is the length up to which a binary value has no text in it.
const shortest = 8

var newline = []byte{'\n'}

// running reads n bytes of running text.
func (w *walker) running(n int64, name string) coverage.Reason {
	src := &limited{r: w.r, left: n}
	in := object.Reader(src.reader())
	if name != "" {
		in = charset.NewReader(in, name)
	}
	for b := in.Fill(); len(b) > 0; b = in.Fill() {
		w.e.Text(b)
		in.Discard(len(b))
	}
	w.e.Text(newline)
	return w.ended(src, n)
}

// document opens an encapsulated document.
func (w *walker) document(n int64) coverage.Reason {
	src := &limited{r: w.r, left: n}
	w.e.Part(&object.Meta{Kind: object.Part, Name: flow.NewText("EncapsulatedDocument"), Size: n}, src.stream())
	src.drain()
	return w.ended(src, n)
}

func (w *walker) ended(src *limited, n int64) coverage.Reason {
	w.off += n
	if src.left > 0 {
		return coverage.Truncated
	}
	return coverage.None
}

// pass goes n bytes on.
func (w *walker) pass(n int64) coverage.Reason {
	for n > 0 {
		b := w.r.Fill()
		if len(b) == 0 {
			return coverage.Truncated
		}
		k := min(n, int64(len(b)))
		w.r.Discard(int(k))
		w.off += k
		n -= k
	}
	return coverage.None
}

// unread goes n bytes on that are not looked at.
func (w *walker) unread(n int64) coverage.Reason {
	from := w.off
	why := w.pass(n)
	w.unseen += w.off - from
	return why
}

// finish tells what is left to tell.
func (w *walker) finish() {
	w.coded(nil)
	w.about.flush(w)
	if w.unseen > 0 {
		w.e.Skip(coverage.Format, w.unseen)
	}
	if w.amiss {
		w.e.Skip(coverage.Corrupt, w.strayed)
	}
}

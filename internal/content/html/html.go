// Package html opens HTML with a tokenizer of its own (after the WHATWG HTML standard, section 13.2.5, but without a
// tree): text with the tags removed, as a reader of the page would put it together.
//
// Inline elements join what they enclose (123<b>-45-</b>6789), blocks and line breaks end a line, cells of a table are
// separated by a tab. Character references are undone. Comments, scripts and styles are text of their own, so that
// they do not come between two halves of a word. Attributes that can hold a value of somebody's (value, content,
// title, alt, href, data-* ...) are fields labelled element@attribute, or with the name of the form element or meta
// tag. A table with a header row gives rows with the header's cells as labels; any other table is text.
//
// It does not run scripts, apply styles (hidden text is text) or load what a page refers to. A tag of more than 64 KiB
// is text; tables nested more than eight deep are text.
package html

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/entity"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "html", Media: "text/html", Sniff: sniff, Decode: decode}
}

// state is what the tokenizer is in the middle of.
type state uint8

const (
	inText  state = iota
	inRaw         // script or style
	inAside       // comment, declaration or a tag that is too long
)

type parser struct {
	e      object.Emitter
	state  state
	until  string // end of a raw element or of an aside, lower case
	hush   bool   // the aside is not emitted: a document type
	fresh  bool   // the aside has not begun to be emitted
	pre    int    // open pre elements
	sep    byte   // separator that is due before the next text
	start  bool   // nothing but white space since the last tag
	limit  int    // length of out at which it is emitted
	out    []byte // running text that was not emitted yet
	ended  int    // no line ends in the part of out before it
	tail   byte   // last byte emitted as text, '\n' in the beginning
	buf    []byte
	label  []byte
	attrs  [maxAttrs]attr
	depth  int // open tables
	over   int // open tables beyond the limit
	row    row
	tables [maxTables + 1]table // tables[0] is never used
}

// The running text is emitted by lines when it is longer than flushAt, whatever it is when longer than flushMax.
const (
	flushAt  = 16 << 10
	flushMax = 32 << 10
)

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	name := window.Declared(m)
	if name == "" {
		name = metaCharset(r.Peek(1024))
	}
	p := &parser{e: e, tail: '\n', start: true, limit: flushAt, out: make([]byte, 0, flushAt+1024)}
	window.Run(charset.NewReader(r, name), p)
	if p.state != inText && !p.fresh && !p.hush {
		e.Text(newline)
	}
	p.endRow()
	p.flushAll()
	return coverage.None
}

// metaCharset reads the encoding that a page declares in itself.
func metaCharset(head []byte) string {
	i := bytes.Index(head, []byte("charset="))
	if i < 0 {
		return ""
	}
	head = bytes.TrimLeft(head[i+8:], `"' `)
	n := 0
	for n < len(head) && n < 32 && (head[n]|0x20-'a' < 26 || head[n]-'0' < 10 || head[n] == '-' || head[n] == '_') {
		n++
	}
	if n == len(head) || !charset.Known(string(head[:n])) {
		return ""
	}
	return string(head[:n])
}

// Next consumes the tokens of b.
func (p *parser) Next(b []byte, last bool) int {
	i := 0
	for i < len(b) {
		n := 0
		switch {
		case p.state != inText:
			n = p.aside(b[i:], last)
		case b[i] != '<':
			n = p.text(b[i:], last)
		default:
			if n = p.name(b[i:]); n == 0 {
				n = p.markup(b[i:], last)
			}
		}
		if n == 0 { // more bytes are needed
			break
		}
		i += n
	}
	return i
}

// text takes text up to the next tag or the end of b.
func (p *parser) text(b []byte, last bool) int {
	n, busy := endOf(b)
	if n == len(b) && !last {
		n = entity.Cut(b)
	}
	switch {
	case n == 0:
	case !busy && (!p.start || b[0] > ' ') && len(p.out)+n < p.limit:
		if p.start {
			p.separate()
			p.start = false
		}
		p.out = append(p.out, b[:n]...)
	default:
		p.append(b[:n], busy)
	}
	return n
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// endOf returns the index of the next '<', len(b) if there is none; busy is set if there is a reference or a control character
// before it, which may be a line end.
func endOf(b []byte) (n int, busy bool) {
	var seen uint64
	for ; n+8 <= len(b); n += 8 {
		w := binary.LittleEndian.Uint64(b[n:])
		lt, amp := w^(ones*'<'), w^(ones*'&')
		odd := (amp-ones)&^amp | (w-ones*' ')&^w
		if m := (lt - ones) &^ lt & highs; m != 0 {
			seen |= odd & (m - 1) &^ m // what is below the lowest bit of m is right
			return n + bits.TrailingZeros64(m)>>3, seen&highs != 0
		}
		seen |= odd
	}
	for ; n < len(b) && b[n] != '<'; n++ {
		busy = busy || b[n] == '&' || b[n] < ' '
	}
	return n, busy || seen&highs != 0
}

// append adds text to the running text; busy tells that there may be a reference or a line end in it. What becomes of
// it must not depend on how the text was cut into pieces.
func (p *parser) append(v []byte, busy bool) {
	if p.start {
		if v = p.begin(v); len(v) == 0 {
			return
		}
		p.start = false
	}
	if !busy {
		p.add(v, false)
		return
	}
	for {
		i := bytes.IndexByte(v, '&')
		if i < 0 {
			p.add(v, true)
			return
		}
		p.add(v[:i], true)
		n := 0
		p.buf, n = entity.One(p.buf[:0], v[i:], false)
		p.add(p.buf, false)
		v = v[i+n:]
	}
}

// add copies text behind the running text, and emits from it whenever it reaches the limit.
func (p *parser) add(v []byte, busy bool) {
	for len(v) > 0 {
		if len(p.out) >= p.limit {
			p.flush()
			p.limit = len(p.out) + flushAt
		}
		at, n := len(p.out), min(len(v), p.limit-len(p.out))
		p.out = append(p.out, v[:n]...)
		if busy && p.pre == 0 {
			unfold(p.out[at:], '\n')
			unfold(p.out[at:], '\r')
		}
		v = v[n:]
	}
}

// begin puts the separator that is due, and drops white space where it means nothing.
func (p *parser) begin(v []byte) []byte {
	if len(v) > 0 && v[0] > ' ' {
		p.separate()
		return v
	}
	t := v
	for len(t) > 0 && t[0] <= ' ' {
		t = t[1:]
	}
	switch {
	case p.pre > 0:
		t = v
		if len(t) == 0 {
			return nil
		}
	case len(t) == 0 && p.sep == 0 && len(v) > 0:
		p.space()
		return nil
	case len(t) == 0:
		return nil
	case p.sep == 0 && len(t) < len(v):
		p.space()
	}
	p.separate()
	return t
}

// separate puts the separator that is due, but for one before all text.
func (p *parser) separate() {
	if p.sep != 0 && (len(p.out) > 0 || p.tail != '\n') {
		p.out = append(p.out, p.sep)
	}
	p.sep = 0
}

func (p *parser) space() {
	if n := len(p.out); n > 0 && p.out[n-1] != ' ' {
		p.out = append(p.out, ' ')
	} else if n == 0 && p.tail != '\n' && p.tail != ' ' {
		p.out = append(p.out, ' ')
	}
}

// unfold makes line ends of the source spaces: they mean nothing in HTML.
func unfold(v []byte, end byte) {
	for {
		i := bytes.IndexByte(v, end)
		if i < 0 {
			return
		}
		v[i] = ' '
		v = v[i+1:]
	}
}

// line ends the line of running text, cell the cell.
func (p *parser) line() {
	if p.sep != '\t' {
		p.sep = '\n'
	}
}

// flush emits running text by whole lines: the last line may go on, and nothing must come between its pieces.
func (p *parser) flush() {
	if p.row.open {
		if len(p.out) < flushMax {
			return
		}
		p.row.lost = true
	}
	n := p.lines()
	if n == 0 {
		if len(p.out) < flushMax {
			return
		}
		n = len(p.out)
	}
	p.emit(n)
}

func (p *parser) emit(n int) {
	if n == 0 {
		return
	}
	p.e.Text(p.out[:n])
	p.tail = p.out[n-1]
	p.out = p.out[:copy(p.out, p.out[n:])]
	p.ended = 0
}

// lines is how much of the running text are whole lines. What was searched in vain is not searched again: there may be an aside every
// few bytes.
func (p *parser) lines() int {
	from := p.ended
	if i := bytes.LastIndexByte(p.out[from:], '\n'); i >= 0 {
		return from + i + 1
	}
	p.ended = len(p.out)
	return 0
}

func (p *parser) flushAll() {
	p.emit(len(p.out))
}

// aside takes bytes of what is no running text: a script, a style, a comment, a tag that is too long.
func (p *parser) aside(b []byte, last bool) int {
	n, end := find(b, p.until)
	if n < 0 {
		n = len(b)
		if !last {
			n -= min(n, len(p.until)-1)
		}
		p.beside(b[:n])
		return n
	}
	p.beside(b[:n])
	if !p.fresh && !p.hush {
		p.e.Text(newline)
		p.tail = '\n'
	}
	if p.state == inAside {
		n = end
	} // the end tag of a raw element is a tag
	p.state = inText
	return n
}

// beside emits text between two lines of the running text.
func (p *parser) beside(v []byte) {
	for p.fresh && len(v) > 0 && v[0] <= ' ' {
		v = v[1:]
	}
	if len(v) == 0 || p.hush {
		return
	}
	if p.fresh {
		p.fresh = false
		if !p.row.open {
			p.emit(p.lines())
		}
		if p.tail != '\n' {
			p.e.Text(newline)
		}
	}
	p.e.Text(v)
	p.tail = v[len(v)-1]
}

var newline = []byte{'\n'}

// find returns where end, which is in lower case, begins and ends in b, without regard to case.
func find(b []byte, end string) (int, int) {
	at := 0
	for {
		i := bytes.IndexByte(b[at:], end[0])
		if i < 0 || at+i+len(end) > len(b) {
			return -1, -1
		}
		at += i
		k := 1
		for k < len(end) && (b[at+k] == end[k] || b[at+k]|0x20 == end[k] && end[k] >= 'a') {
			k++
		}
		if k == len(end) {
			return at, at + k
		}
		at++
	}
}

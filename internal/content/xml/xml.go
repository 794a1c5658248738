// Package xml opens XML 1.0 documents with a tokenizer of its own that forgives what is not well-formed.
//
// The text of an element is a field whose label is the element's local name or, where an attribute names the element
// (name, naaccrId, key, label, field, displayName), the value of that attribute. Attributes are fields labelled
// element@attribute; an attribute "value" takes the label of its element. What names an identifier from beside it counts as in JSON:
// the system and type of a FHIR identifier, the root of an HL7 v3 id. CDATA is text of its element and joins what stands
// around it, as do comments and processing instructions, which are text of their own. Narrative (the text of a C-CDA section, the XHTML of FHIR) is running text with
// cells and lines separated.
//
// Repeated siblings down to the third level that have children are records; so are the Patient elements of
// NAACCR XML and the entries of a FHIR bundle. A clinical document (HL7 v3 CDA) is one record as a whole.
//
// No entity is ever expanded but the five of XML and numeric references; a document that declares others is reported as
// ambiguous. Prefixes are dropped. Elements below a depth of 256
// have no names; an element's text or a tag of more than 64 KiB is text.
package xml

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/entity"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "xml", Media: "application/xml", Sniff: sniff, Decode: decode}
}

const maxDepth = 256

// state is what the tokenizer is in the middle of, when it is too long to be taken whole.
type state uint8

const (
	between   state = iota
	longText        // element text
	longTag         // a tag
	longOther       // comment, CDATA, instruction or declaration; ends with parser.until
)

// element is an open element.
type element struct {
	name  int32 // where its label begins in parser.names; it ends where the next one begins
	local int32 // length of its local name; the label is that or what is behind it
	unit  bool
	story bool // narrative: running text
	hints int32
	hint  [40]byte // what its children say about a value beside them
	last  uint32   // hash of the name of its last child
}

type parser struct {
	e      object.Emitter
	state  state
	until  string
	depth  int // open elements; stack[0] stands for the document
	below  int // open elements below maxDepth
	units  int
	story  int // open elements with narrative
	said   bool
	kind   object.Structure
	names  []byte
	buf    []byte
	held   []byte // text of the present element that may go on
	label  []byte
	attrs  [32]attr
	stack  []element
	dangle bool // running text was emitted and no separator since
}

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	name := window.Declared(m)
	if name == "" {
		name = encoding(r.Peek(256))
	}
	r = charset.NewReader(r, name)
	p := &parser{e: e, stack: make([]element, 12)}
	window.Run(r, p)
	p.settle()
	for ; p.units > 0; p.units-- {
		e.End()
	}
	return coverage.None
}

// Next consumes the tokens of b.
func (p *parser) Next(b []byte, last bool) int { return window.Each(b, last, p.token) }

// token consumes a token. It returns 0 when more bytes are needed.
func (p *parser) token(b []byte, last bool) int {
	switch {
	case p.state != between:
		return p.long(b, last)
	case b[0] == '<':
		return p.markup(b, last)
	}
	return p.text(b, last)
}

// text takes the text up to the next '<'. It returns 0 when more bytes are needed.
func (p *parser) text(b []byte, last bool) int {
	t := b[:min(len(b), window.Max)]
	n := bytes.IndexByte(t, '<')
	if n < 0 {
		if len(t) < window.Max && !last {
			return 0
		}
		if len(t) == window.Max {
			p.settle()
			p.state = longText
			return p.long(b, last)
		}
		n = len(t)
	}
	if n == 0 || n+1 == len(t) && n+1 < window.Max && !last { // what follows decides whether the text goes on
		return 0
	}
	p.leaf(t[:n], true, n+1 < len(t) && (t[n+1] == '!' || t[n+1] == '?'))
	return n
}

// leaf takes text of the present element. It is held where it goes on behind a comment, an instruction or in CDATA.
func (p *parser) leaf(v []byte, refs, goesOn bool) {
	if p.story > 0 {
		p.running(v, refs)
		return
	}
	if goesOn || len(p.held) > 0 {
		if len(p.held)+len(v) > window.Max {
			p.settle()
		}
		if refs {
			v = p.decoded(v)
		}
		p.held = append(p.held, v...)
		return
	}
	if v = window.Trim(v); len(v) == 0 {
		return
	}
	if refs {
		v = p.decoded(v)
	}
	p.e.Field(object.RoleNone, p.labelOf(p.depth), v)
}

// settle emits the text that was held.
func (p *parser) settle() {
	if v := window.Trim(p.held); len(v) > 0 {
		p.e.Field(object.RoleNone, p.labelOf(p.depth), v)
	}
	p.held = p.held[:0]
}

// running emits narrative.
func (p *parser) running(v []byte, refs bool) {
	if len(v) == 0 {
		return
	}
	if refs {
		v = p.decoded(v)
	}
	p.e.Text(v)
	p.dangle = true
}

// apart ends the running text.
func (p *parser) apart(sep []byte) {
	if p.dangle {
		p.e.Text(sep)
		p.dangle = false
	}
}

func (p *parser) decoded(v []byte) []byte {
	if bytes.IndexByte(v, '&') < 0 {
		return v
	}
	p.buf = entity.Append(p.buf[:0], v, true)
	return p.buf
}

// long takes a piece of what is too long to be taken whole.
func (p *parser) long(b []byte, last bool) int {
	end := p.until
	switch p.state {
	case longText:
		end = "<"
	case longTag:
		end = ">"
	}
	n := bytes.Index(b, []byte(end))
	done := n >= 0
	if !done {
		n = len(b)
		if !last {
			n -= min(n, len(end)-1)
		}
	}
	v := b[:n]
	if p.state == longText && !done && !last {
		v = v[:entity.Cut(v)]
		n = len(v)
	}
	if len(v) > 0 {
		if p.state == longText {
			v = p.decoded(v)
		}
		p.e.Text(v)
	}
	if !done {
		return n
	}
	p.e.Text(newline)
	if p.state != longText {
		n += len(end)
	}
	p.state = between
	return n
}

var (
	newline = []byte{'\n'}
	tab     = []byte{'\t'}
)

// section takes what begins with open and ends with end: a comment, CDATA, an instruction.
func (p *parser) section(b []byte, open int, end string, last bool) ([]byte, int) {
	t := b[:min(len(b), window.Max)]
	if n := bytes.Index(t[min(open, len(t)):], []byte(end)); n >= 0 {
		return t[open : open+n], open + n + len(end)
	}
	if len(t) < window.Max && !last {
		return nil, 0
	}
	p.apart(newline)
	p.state, p.until = longOther, end
	return nil, min(open, len(t))
}

// bang takes comments, CDATA, declarations and instructions.
func (p *parser) bang(b []byte, last bool) int {
	if len(b) < 9 && !last {
		return 0
	}
	switch {
	case bytes.HasPrefix(b, []byte("<!--")):
		v, n := p.section(b, 4, "-->", last)
		p.aside(v)
		return n
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		v, n := p.section(b, 9, "]]>", last)
		if len(v) > 0 {
			p.leaf(v, false, true)
		}
		return n
	case b[1] == '?':
		v, n := p.section(b, 2, "?>", last)
		if !bytes.HasPrefix(v, []byte("xml")) {
			p.aside(v)
		}
		return n
	}
	end := ">"
	if t := b[:min(len(b), window.Max)]; bytes.HasPrefix(t, []byte("<!DOCTYPE")) {
		close, subset := bytes.IndexByte(t, '>'), bytes.IndexByte(t, '[')
		if close < 0 && len(t) < window.Max && !last {
			return 0
		}
		if subset >= 0 && (close < 0 || subset < close) {
			end = "]"
			p.entities(t[subset:])
		}
	}
	v, n := p.section(b, 2, end, last)
	p.aside(v)
	return n
}

// entities says that a document which declares entities of its own has a second reading: they are never expanded.
func (p *parser) entities(subset []byte) {
	if bytes.Contains(subset, []byte("<!ENTITY")) {
		p.e.Skip(coverage.Ambiguous, 0)
	}
}

// aside emits text that is no part of the element's text. It is a field, so that it does not come between two pieces
// of running text that belong together.
func (p *parser) aside(v []byte) {
	if v = window.Trim(v); len(v) > 0 {
		p.e.Field(object.RoleNone, nil, v)
	}
}

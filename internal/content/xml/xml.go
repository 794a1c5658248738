// Package xml opens XML 1.0 documents with a tokenizer of its own that forgives what is not well-formed.
//
// The text of an element is a field whose label is the element's local name or, where an attribute names the element
// (name, naaccrId, key, label, field, displayName), the value of that attribute. Attributes are fields labelled
// element@attribute; an attribute "value" takes the label of its element. What names an identifier from beside it counts as in JSON:
// the system and type of an identifier, the root of an HL7 v3 id. CDATA is text of its element and joins what stands
// around it, as do comments and processing instructions, which are text of their own. Embedded HTML is running text with cells and lines separated.
//
// Repeated siblings down to the third level that have children are records. FHIR, CDA and NAACCR XML are those of fhir,
// cda and naaccr.
//
// No entity is ever expanded but the five of XML and numeric references; a document that declares others is reported as
// ambiguous. Prefixes are dropped. Elements below a depth of 256
// have no names; an element's text or a tag of more than 64 KiB is text.
package xml

import (
	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/xmlscan"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "xml", Media: "application/xml", Sniff: sniff, Decode: decode}
}

// element is an open element.
type element struct {
	label int32 // where what it is called begins in parser.names; it ends where the next one begins
	unit  bool
	story bool // narrative: running text
	hints int32
	hint  [40]byte // what its children say about a value beside them
	last  uint32   // hash of the name of its last child
}

type parser struct {
	e      object.Emitter
	s      *xmlscan.Scanner
	depth  int // open elements; stack[0] stands for the document
	units  int
	story  int // open elements with narrative
	names  []byte
	label  []byte
	stack  []element
	dangle bool // running text was emitted and no separator since
}

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	name := window.Declared(m)
	if name == "" {
		name = xmlscan.Encoding(r.Peek(256))
	}
	r = charset.NewReader(r, name)
	p := &parser{e: e, stack: make([]element, 12)}
	p.s = xmlscan.New(p)
	p.s.Run(r)
	for ; p.units > 0; p.units-- {
		e.End()
	}
	return coverage.None
}

// Chars implements xmlscan.Handler: it takes text of the present element.
func (p *parser) Chars(v []byte, refs bool) {
	if p.story > 0 {
		p.running(v, refs)
		return
	}
	v = window.Trim(v)
	if len(v) == 0 {
		return
	}
	if refs {
		v = p.s.References(v)
	}
	p.e.Field(object.RoleNone, p.labelOf(p.depth), v)
}

// running emits narrative.
func (p *parser) running(v []byte, refs bool) {
	if len(v) == 0 {
		return
	}
	if refs {
		v = p.s.References(v)
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

// Cut implements xmlscan.Handler.
func (p *parser) Cut() { p.apart(newline) }

// Long implements xmlscan.Handler.
func (p *parser) Long(v []byte, end bool) {
	if len(v) > 0 {
		p.e.Text(v)
	}
	if end {
		p.e.Text(newline)
	}
}

var (
	newline = []byte{'\n'}
	tab     = []byte{'\t'}
)

// Entities implements xmlscan.Handler.
func (p *parser) Entities() { p.e.Skip(coverage.Ambiguous, 0) }

// Aside implements xmlscan.Handler: it emits text that is no part of the element's text. It is a field, so that it does not come between two pieces
// of running text that belong together.
func (p *parser) Aside(v []byte) {
	if v = window.Trim(v); len(v) > 0 {
		p.e.Field(object.RoleNone, nil, v)
	}
}

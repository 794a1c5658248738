// Package cda opens HL7 CDA release 2 documents (C-CDA and every other kind), and the messages of HL7 version 3 that carry
// demographics (PRPA: patient discovery and identity feeds).
//
// It is recognised by an element ClinicalDocument, or a message of PRPA, in the namespace urn:hl7-org:v3. A document is one
// unit, in a message each registration is.
//
// Of the patient (recordTarget, patientRole), next of kin and guardians, names, addresses, telecom and birth times are fields
// in their roles. The root of an id says what its extension is (2.16.840.1.113883.4.1 is the register of Social Security
// numbers, .4.927 that of Medicare); the patient's under any other root is a record number. The covered party's of a policy
// is a member's. Codes of ICD are diagnoses, those of NDC and RxNorm drugs. Names and ids of authors, performers, custodians
// and all other entities are a provider's. All other attributes are fields labelled element@attribute.
//
// Narrative is running text with its cells and lines apart. Documents in Base64 (nonXMLBody, observationMedia) are parts, up
// to 4 MiB each. References to documents outside are not followed.
package cda

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/embed"
	"github.com/phiwatch/phiwatch/internal/content/identity"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/xmlscan"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "cda", Media: "application/cda+xml", Sniff: sniff, Decode: decode}
}

// better is a score above that of xml, which is sure of the same bytes.
const better = content.Sure + content.Likely

func sniff(head []byte, _ *object.Meta) content.Score {
	head = bytes.TrimLeft(window.Head(head), " \t\r\n")
	if len(head) == 0 || head[0] != '<' || !bytes.Contains(head, []byte("urn:hl7-org:v3")) || xmlscan.Shape(head) == content.No {
		return content.No
	}
	for _, root := range [...]string{"ClinicalDocument", "PRPA_IN"} {
		i := bytes.Index(head, []byte(root))
		if open := bytes.LastIndexByte(head[:max(0, i)], '<'); i > 0 && open >= 0 && i-open < 16 {
			return better
		}
	}
	return content.No
}

// who is whom an element is about.
type who uint8

const (
	nobody   who = iota
	patient      // the patient, and those next to him
	member       // the covered party or the holder of a policy
	provider     // everybody else
)

// kind is what becomes of an element.
type kind uint8

const (
	plain kind = iota
	id         // those directly of the person
	name
	addr
	story // narrative
	data  // a document in Base64
)

// frame is an open element.
type frame struct {
	name int // where its name begins in parser.names
	who  who
	kind kind
	unit bool
}

type parser struct {
	e      object.Emitter
	s      *xmlscan.Scanner
	names  []byte
	stack  []frame // stack[0] stands for the document
	depth  int
	unit   bool
	dangle bool // running text was emitted and no separator since
	person identity.Name
	addr   identity.Address
	doc    embed.Doc
	media  string
	label  []byte
	buf    []byte
}

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	charsetName := window.Declared(m)
	if charsetName == "" {
		charsetName = xmlscan.Encoding(r.Peek(256))
	}
	p := &parser{e: e, stack: make([]frame, 16)}
	e.Structure(object.StructCCDA)
	p.s = xmlscan.New(p)
	p.s.Run(charset.NewReader(r, charsetName))
	p.document()
	if p.unit {
		e.End()
	}
	return coverage.None
}

// Entities implements xmlscan.Handler.
func (p *parser) Entities() { p.e.Skip(coverage.Ambiguous, 0) }

// Begin implements xmlscan.Handler.
func (p *parser) Begin(t *xmlscan.Tag) bool {
	if t.Deep {
		p.attributes(t, nil)
		return true
	}
	if p.depth+1 == len(p.stack) {
		p.stack = append(p.stack, make([]frame, len(p.stack))...)
	}
	up := &p.stack[p.depth]
	p.depth++
	f := &p.stack[p.depth]
	*f = frame{name: len(p.names), who: about(t, up.who)}
	upName := p.names[up.name:]
	p.names = append(p.names, t.Name...)
	if up.kind == story {
		f.kind = story
		p.boundary(t.Name)
	} else {
		p.begin(f, up, upName, t)
	}
	return true
}

// begin takes the beginning of an element that is no narrative.
func (p *parser) begin(f, up *frame, upName []byte, t *xmlscan.Tag) {
	switch string(t.Name) {
	case "ClinicalDocument", "registrationEvent":
		p.open(f)
	case "name":
		f.kind = name
		p.person.Reset()
	case "addr":
		f.kind = addr
		p.addr.Reset()
	case "text", "value":
		f.kind = p.content(t)
	default:
		if up.kind == name || up.kind == addr { // their parts
			f.kind = up.kind
		}
	}
	switch string(t.Name) {
	case "patient", "patientPerson", "identifiedPerson":
		if !p.unit {
			p.open(f)
		}
	}
	p.attributes(t, upName)
}

// open opens a unit with an element.
func (p *parser) open(f *frame) {
	if p.unit {
		return
	}
	p.unit, f.unit = true, true
	p.e.Begin(object.UnitRecord)
}

// content tells whether an element holds narrative or a document.
func (p *parser) content(t *xmlscan.Tag) kind {
	if bytes.EqualFold(t.Attr("representation"), []byte("B64")) {
		p.document()
		p.media = embed.Media(t.Attr("mediaType"))
		return data
	}
	if string(t.Name) == "text" {
		return story
	}
	return plain
}

// End implements xmlscan.Handler.
func (p *parser) End(n []byte) {
	f := &p.stack[p.depth]
	up := &p.stack[p.depth-1]
	switch {
	case f.kind == story:
		p.boundary(n)
		if up.kind != story {
			p.apart(newline)
		}
	case f.kind == data:
		p.document()
	case f.kind == name && up.kind != name:
		p.buf = p.person.Append(p.buf[:0])
		p.tell(f.who, object.RolePersonName, "name", p.buf)
	case f.kind == addr && up.kind != addr:
		p.place(f.who)
	}
	if f.unit {
		p.unit = false
		p.e.End()
	}
	p.names = p.names[:f.name]
	p.depth--
}

// document opens the document that was gathered.
func (p *parser) document() {
	if !p.doc.Empty() {
		p.doc.Emit(p.e, "document", p.media)
	}
	p.doc.Reset()
}

// Chars implements xmlscan.Handler.
func (p *parser) Chars(v []byte, refs bool) {
	f := &p.stack[p.depth]
	switch f.kind {
	case story:
		if len(v) > 0 {
			if refs {
				v = p.s.References(v)
			}
			p.e.Text(v)
			p.dangle = true
		}
		return
	case data:
		p.doc.Write(v)
		return
	}
	if v = bytes.TrimSpace(v); len(v) == 0 {
		return
	}
	if refs {
		v = p.s.References(v)
	}
	n := p.names[f.name:]
	switch f.kind {
	case name:
		p.naming(n, v)
	case addr:
		p.placing(n, v)
	default:
		p.e.Field(object.RoleNone, n, v)
	}
}

// naming takes a part of a name.
func (p *parser) naming(n, v []byte) {
	switch string(n) {
	case "family":
		p.person.Last.Add(v)
	case "given":
		p.person.First.Add(v)
	case "name":
		p.person.Text.Add(v)
	case "prefix", "suffix":
	default:
		p.e.Field(object.RoleNone, n, v)
	}
}

// place emits an address: its parts if it is the patient's, else as a whole.
func (p *parser) place(w who) {
	if w == patient || w == member {
		p.addr.Tell(p.field)
		return
	}
	p.buf = p.addr.Append(p.buf[:0])
	p.tell(w, object.RoleNone, "address", p.buf)
}

func (p *parser) field(r object.Role, label string, v []byte) {
	if len(v) > 0 {
		p.label = append(p.label[:0], label...)
		p.e.Field(r, p.label, v)
	}
}

// placing takes a part of an address.
func (p *parser) placing(n, v []byte) {
	a := &p.addr
	switch string(n) {
	case "streetAddressLine", "houseNumber", "streetName", "streetNameType", "additionalLocator", "unitID":
		a.Line(v)
	case "city":
		a.City.Set(v)
	case "state":
		a.State.Set(v)
	case "postalCode":
		a.ZIP.Set(v)
	case "addr":
		a.Text.Add(v)
	case "country", "county":
	default:
		p.e.Field(object.RoleNone, n, v)
	}
}

// tell emits what is a person's: in its role if it is the patient's.
func (p *parser) tell(w who, r object.Role, label string, v []byte) {
	if len(v) == 0 {
		return
	}
	p.label = p.label[:0]
	switch w {
	case patient, member:
		p.label = append(p.label, "patient "...)
	default:
		r = object.RoleNone
		p.label = append(p.label, "provider "...)
	}
	p.label = append(p.label, label...)
	p.e.Field(r, p.label, v)
}

// Aside implements xmlscan.Handler.
func (p *parser) Aside(v []byte) {
	if v = bytes.TrimSpace(v); len(v) > 0 {
		p.e.Field(object.RoleNone, nil, v)
	}
}

// Cut implements xmlscan.Handler.
func (p *parser) Cut() {
	if p.stack[p.depth].kind != data {
		p.apart(newline)
	}
}

// Long implements xmlscan.Handler.
func (p *parser) Long(v []byte, end bool) {
	if p.stack[p.depth].kind == data {
		p.doc.Write(v)
		return
	}
	if len(v) > 0 {
		p.e.Text(v)
	}
	if end {
		p.e.Text(newline)
	}
}

// apart ends the running text.
func (p *parser) apart(sep []byte) {
	if p.dangle {
		p.e.Text(sep)
		p.dangle = false
	}
}

// boundary separates running text where an element of narrative begins or ends.
func (p *parser) boundary(n []byte) {
	switch string(n) {
	case "td", "th":
		p.apart(tab)
	case "tr", "table", "paragraph", "item", "list", "br", "caption", "thead", "tbody", "text":
		p.apart(newline)
	}
}

var (
	newline = []byte{'\n'}
	tab     = []byte{'\t'}
)

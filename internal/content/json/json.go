// Package json opens JSON (RFC 8259), newline-delimited and concatenated JSON and JSON text sequences (RFC 7464) with a
// tokenizer of its own.
//
// Each string and number becomes a field; its label is the path of keys that leads to it, joined by '.', at most 64
// bytes from the right. An array's elements carry the array's key. The objects of an array of records and the lines of
// newline-delimited JSON are units of their own; an array that only lists the details of one thing (identifier, telecom,
// coding ...) stays in the unit of that thing. Where an object is a pair of key and value ({"name":"ssn","value":"..."},
// an identifier with its system and type), the value's label is what its siblings say it is. Resources of FHIR are fhir's.
//
// A string of 64 bytes or more that reads like Base64, or is a data: URL of it, is a part, up to 4 MiB.
//
// From the first byte that is not JSON, and below a depth of 64, the rest is text. A string of more than 64 KiB is text.
// Keys are labels only; duplicate keys are all read; invalid UTF-8 and raw control characters in strings pass.
package json

import (
	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/embed"
	"github.com/phiwatch/phiwatch/internal/content/jsonscan"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "json", Media: "application/json", Sniff: sniff, Decode: decode}
}

const maxLabel = 64

// frame is an open object or array.
type frame struct {
	array   bool
	unit    bool  // a unit was opened with it
	records bool  // of an array: its objects are records
	flat    bool  // of an object: nothing nested so far
	class   class // of the key it stands under
	hintLen uint8
	leaves  uint8  // of an object: strings and numbers so far
	count   uint32 // of an array: objects so far
	base    int32  // length of the path outside of it
	hint    [48]byte
}

type parser struct {
	e       object.Emitter
	class   class // of the last key
	depth   int   // open frames; stack[0] stands for the document
	units   int   // open units
	lines   bool  // newline-delimited: top-level objects are records
	said    bool  // the structure was stated
	path    []byte
	pendLen int // a value that waits for a sibling to say what it is
	pendAt  int // depth of its object
	pend    [maxLabel]byte
	label   [4 * maxLabel]byte
	stack   []frame
	doc     embed.Doc // a document in Base64
	long    bool      // a string too long for a token has begun
	coded   bool      // it is Base64
}

func decode(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
	r = charset.NewReader(r, "utf-8")
	p := &parser{e: e, stack: make([]frame, 8)}
	p.stack[0].array = true
	p.lines = jsonscan.IsLines(r.Peek(object.PeekMax))
	window.Run(r, jsonscan.New(p))
	p.gathered() // a string that was cut off
	p.closeUnits()
	return coverage.None
}

func (p *parser) closeUnits() {
	p.flushPending()
	for ; p.units > 0; p.units-- {
		p.e.End()
	}
	for i := range p.stack {
		p.stack[i].unit = false
	}
}

// Broken implements jsonscan.Handler.
func (p *parser) Broken() { p.closeUnits() }

// Text implements jsonscan.Handler.
func (p *parser) Text(b []byte) {
	p.gather(b)
	p.e.Text(b)
}

// EndText implements jsonscan.Handler.
func (p *parser) EndText(key bool) {
	p.e.Text(newline)
	p.gathered()
	if key {
		p.path = p.path[:p.stack[p.depth].base]
		p.class = other
	}
}

var newline = []byte{'\n'}

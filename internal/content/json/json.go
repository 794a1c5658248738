// Package json opens JSON (RFC 8259), newline-delimited and concatenated JSON and JSON text sequences (RFC 7464) with a
// tokenizer of its own.
//
// Each string and number becomes a field; its label is the path of keys that leads to it, joined by '.', at most 64
// bytes from the right. An array's elements carry the array's key. The objects of an array of records, the entries of
// a FHIR bundle and the lines of newline-delimited JSON are units of their own; an array that only lists the details of
// one thing (identifier, telecom, coding ...) stays in the unit of that thing. Where an object is a pair of key and
// value ({"name":"ssn","value":"..."}, a FHIR identifier with its system and type), the value's label is what its
// siblings say it is.
//
// From the first byte that is not JSON, and below a depth of 64, the rest is text. A string of more than 64 KiB is text.
// Keys are labels only; duplicate keys are all read; invalid UTF-8 and raw control characters in strings pass.
package json

import (
	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "json", Media: "application/json", Sniff: sniff, Decode: decode}
}

const (
	maxDepth = 64
	maxLabel = 64
)

// state is what may come next.
type state uint8

const (
	wantValue state = iota
	wantKey
	wantColon
	wantNext
	inLong // in a string that is too long to be a field
	inText // not JSON any more
)

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
	state   state
	class   class // of the last key
	depth   int   // open frames; stack[0] stands for the document
	units   int   // open units
	lines   bool  // newline-delimited: top-level objects are records
	single  bool  // one FHIR resource: its arrays are details of it
	bundle  bool  // a FHIR bundle: its entries are records
	said    bool  // the structure was stated
	isKey   bool  // of a long string
	path    []byte
	buf     []byte // unescaped string
	pendLen int    // a value that waits for a sibling to say what it is
	pendAt  int    // depth of its object
	pend    [maxLabel]byte
	label   [4 * maxLabel]byte
	stack   []frame
}

func decode(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
	r = charset.NewReader(r, "utf-8")
	p := &parser{e: e, stack: make([]frame, 8)}
	p.stack[0].array = true
	p.lines = isLines(r.Peek(object.PeekMax))
	window.Run(r, p)
	p.closeUnits()
	return coverage.None
}

// Next consumes the tokens of b.
func (p *parser) Next(b []byte, last bool) int {
	i := 0
	for i < len(b) {
		if p.state == inLong || p.state == inText {
			n := p.more(b[i:], last)
			if n == 0 {
				return i
			}
			i += n
			continue
		}
		c := b[i]
		if isSpace[c] {
			i++
			continue
		}
		switch p.state {
		case wantValue:
			n := p.value(b[i:], c, last)
			if n == 0 {
				return i
			}
			i += n
		case wantKey:
			n := p.member(b[i:], c, last)
			if n == 0 {
				return i
			}
			i += n
		case wantColon:
			if c != ':' {
				p.broken()
				continue
			}
			p.state = wantValue
			i++
		default:
			if p.next(c) {
				i++
			}
		}
	}
	return i
}

// next takes what follows a value; false: it is not JSON, c was not consumed.
func (p *parser) next(c byte) bool {
	f := &p.stack[p.depth]
	switch {
	case c == ',' && f.array:
		p.state = wantValue
	case c == ',':
		p.state = wantKey
	case c == ']' && f.array && p.depth > 0, c == '}' && !f.array:
		p.pop()
	case p.depth == 0: // the next document
		p.state = wantValue
		return false
	default:
		p.broken()
		return false
	}
	return true
}

// member takes a key or the end of an object. It returns 0 when more bytes are needed.
func (p *parser) member(b []byte, c byte, last bool) int {
	switch c {
	case '"':
		return p.str(b, true, last)
	case '}':
		p.pop()
		return 1
	case ',':
		return 1
	}
	p.broken()
	return p.more(b, last)
}

// value takes a scalar or opens an object or array. It returns 0 when more bytes are needed.
func (p *parser) value(b []byte, c byte, last bool) int {
	switch {
	case c == '"':
		return p.str(b, false, last)
	case c == '{' || c == '[':
		if p.depth == maxDepth {
			break
		}
		p.push(c == '[')
		return 1
	case c == ']' && p.depth > 0 && p.stack[p.depth].array:
		p.pop()
		return 1
	case c == '-' || c-'0' < 10:
		if n := number(b, last); n > 0 {
			p.leaf(b[:n], false)
			return n
		} else if n == 0 {
			return 0
		}
	case c == ',' && p.stack[p.depth].array:
		return 1
	default:
		if n := literal(b, last); n > 0 {
			p.state = wantNext
			return n
		} else if n == 0 {
			return 0
		}
	}
	p.broken()
	return p.more(b, last)
}

// number returns the length of a number, 0 when it may go on behind b, -1 when it is none.
func number(b []byte, last bool) int {
	for i, c := range b {
		if c-'0' < 10 || c == '.' || c == 'e' || c == 'E' || (c == '-' || c == '+') && (i == 0 || b[i-1]|0x20 == 'e') {
			continue
		}
		if i >= window.Max || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' || c == '_' {
			return -1
		}
		return i
	}
	switch {
	case len(b) >= window.Max:
		return -1
	case last:
		return len(b)
	}
	return 0
}

// literal returns the length of true, false or null, and of what some writers put in the place of a number; 0 when it
// may go on behind b, -1 when it is none.
func literal(b []byte, last bool) int {
	n := 0
	for n < len(b) && n < 9 && b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z' {
		n++
	}
	if n == len(b) && n < 9 && n > 0 && !last {
		return 0
	}
	switch string(b[:n]) {
	case "true", "false", "null", "NaN", "Infinity", "undefined", "None", "True", "False":
		return n
	}
	return -1
}

// broken gives up the grammar: the rest is text.
func (p *parser) broken() {
	p.closeUnits()
	p.state = inText
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

var isSpace = [256]bool{' ': true, '\t': true, '\n': true, '\r': true, 0x1e: true}

// Package x12 opens ASC X12 interchanges (X12.5 and X12.6; HIPAA implementation guides 005010): claims (837), payments
// (835), enrolments (834), premiums (820), eligibility (270, 271), claim status (276, 277), services review (278) and
// any other transaction set.
//
// The delimiters are those of each ISA, so interchanges with different ones may follow each other. The ISA has a fixed
// width of 106 bytes; one whose widths are off is read by its sixteen elements. Line ends and blanks between segments
// are ignored.
//
// A record is the subscriber or patient with all that is said of him: it begins at an HL of level 22, 23 or PT, at INS in
// an 834, at CLP in an 835, at ENT in an 820. What comes before, and a transaction set without any of these, is a record
// as a whole; so are the loops of providers. Names, identifiers, birth dates, addresses, telephone numbers and diagnoses
// are fields with the role that the guides give them; every other element is a field labelled by its segment and place
// (NM109), components and repetitions one by one.
//
// A segment of 64 KiB or more, one that has no segment identifier, and binary data (BIN, BDS) are text. After four segments in a row
// that are none, what follows up to the next ISA is text and counts as corrupt. Binary data that are encoded are not
// decoded. A part of an interchange that does not begin with an ISA is not recognised.
package x12

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "x12", Media: "application/edi-x12", Sniff: sniff, Decode: decode}
}

const (
	maxElements = 64 // of a segment; what follows is text
	maxBad      = 4  // segments in a row that are none, before the interchange is given up
)

// state is what the tokenizer is in the middle of.
type state uint8

const (
	outside  state = iota // looking for an ISA
	segments              // inside of an interchange
	long                  // a segment that is too long to be taken whole
)

type parser struct {
	e       object.Emitter
	state   state
	dirty   bool // outside: there was something other than white space
	term    byte // segment terminator
	sep     byte // element separator
	class   [256]byte
	bad     int   // segments in a row that are none
	corrupt int64 // bytes that were no segments
	raw     int64 // bytes of binary data to come

	test  bool // ISA15: the interchange is a test
	unit  bool
	set   [3]byte // transaction set
	who   who     // whom the segments that follow are about
	place []byte  // of who: street, until the town comes

	id    []byte
	el    [maxElements][]byte // el[1] is the first element
	n     int                 // el[:n] are set
	parts uint64              // elements with components or repetitions
	done  uint64              // elements that were emitted
	label [5]byte
	buf   []byte
}

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	p := &parser{e: e}
	e.Structure(object.StructX12)
	window.Run(charset.NewReader(r, window.Declared(m)), p)
	p.end()
	if p.corrupt > 0 {
		e.Skip(coverage.Corrupt, p.corrupt)
	}
	return coverage.None
}

// Next consumes the segments of b.
func (p *parser) Next(b []byte, last bool) int {
	i := 0
	for i < len(b) {
		var n int
		switch {
		case p.raw > 0:
			n = p.binary(b[i:])
		case p.state == outside:
			n = p.seek(b[i:], last)
		case p.state == long:
			n = p.more(b[i:])
		default:
			n = p.next(b[i:], last)
		}
		if n == 0 {
			break
		}
		i += n
	}
	return i
}

// next takes a segment. It returns 0 when more bytes are needed.
func (p *parser) next(b []byte, last bool) int {
	switch c := b[0]; {
	case c <= ' ' && p.class[c] == 0:
		n := 1
		for n < len(b) && b[n] <= ' ' && p.class[b[n]] == 0 {
			n++
		}
		return n
	case c == 'I':
		if len(b) < len(isa) && !last {
			return 0
		}
		if bytes.HasPrefix(b, isa) {
			p.leave()
			return p.seek(b, last)
		}
	case c == 'B':
		if n, wait := p.bin(b, last); n > 0 || wait {
			return n
		}
	}
	t := b[:min(len(b), window.Max)]
	n := bytes.IndexByte(t, p.term)
	if n < 0 {
		if len(t) < window.Max && !last {
			return 0
		}
		if len(t) == window.Max {
			p.odd(nil)
			p.state = long
			return p.more(b)
		}
		n = len(t)
	}
	p.segment(t[:n])
	return min(len(b), n+1)
}

// more takes a piece of a segment that is too long.
func (p *parser) more(b []byte) int {
	n := bytes.IndexByte(b, p.term)
	done := n >= 0
	if !done {
		n = len(b)
	}
	if n > 0 {
		p.corrupt += int64(n)
		p.e.Text(b[:n])
	}
	if !done {
		return n
	}
	p.e.Text(newline)
	p.state = segments
	if p.bad >= maxBad {
		p.leave()
		p.dirty = true
	}
	return n + 1
}

var newline = []byte{'\n'}

// odd takes a segment that is none.
func (p *parser) odd(s []byte) {
	p.bad++
	p.flush()
	if len(s) == 0 {
		return
	}
	p.corrupt += int64(len(s))
	p.e.Text(s)
	p.e.Text(newline)
	if p.bad >= maxBad {
		p.leave()
		p.dirty = true
	}
}

// segment splits a segment into elements and emits them.
func (p *parser) segment(s []byte) {
	n := identifier(s)
	if n == 0 || n < len(s) && s[n] != p.sep {
		if len(s) > 0 {
			p.odd(s)
		}
		return
	}
	p.bad = 0
	p.id = s[:n]
	p.done = 0
	copy(p.label[:], p.id)
	rest := p.split(s[min(n+1, len(s)):])
	p.meaning()
	p.remains()
	if len(rest) > 0 {
		p.e.Text(rest)
		p.e.Text(newline)
	}
	if string(p.id) == "IEA" {
		p.leave()
	}
}

// identifier returns the length of the segment identifier that s begins with: a capital and one or two more or digits.
func identifier(s []byte) int {
	n := 0
	for n < len(s) && n < 4 && (s[n]-'A' < 26 || n > 0 && s[n]-'0' < 10) {
		n++
	}
	if n < 2 || n > 3 {
		return 0
	}
	return n
}

// Classes of bytes: the delimiters of the interchange.
const (
	isSeparator = 1 + iota
	isComponent // or repetition
	isTerminator
)

// split cuts the elements of a segment. It returns what is behind the last one that there is room for.
func (p *parser) split(s []byte) []byte {
	p.parts, p.n = 0, 1
	from := 0
	for i, c := range s {
		switch p.class[c] {
		case 0:
		case isSeparator:
			if p.n == maxElements-1 {
				p.el[p.n] = s[from:i]
				p.n++
				return s[i+1:]
			}
			p.el[p.n] = s[from:i]
			p.n++
			from = i + 1
		case isComponent:
			p.parts |= 1 << p.n
		}
	}
	p.el[p.n] = s[from:]
	p.n++
	return nil
}

// remains emits the elements that no meaning was found for.
func (p *parser) remains() {
	for i := 1; i < p.n; i++ {
		v := p.el[i]
		if len(v) == 0 || p.done>>i&1 != 0 {
			continue
		}
		if p.parts>>i&1 != 0 {
			p.components(i, v)
			continue
		}
		p.emit(object.RoleNone, p.named(i), v)
	}
}

// components emits the components and repetitions of an element one by one.
func (p *parser) components(i int, v []byte) {
	l := p.named(i)
	for len(v) > 0 {
		n := p.component(v)
		p.emit(object.RoleNone, l, v[:n])
		v = v[min(n+1, len(v)):]
	}
}

// component returns the length of the component that v begins with.
func (p *parser) component(v []byte) int {
	for n, c := range v {
		if p.class[c] == isComponent {
			return n
		}
	}
	return len(v)
}

// named returns the label of an element by its place.
func (p *parser) named(i int) []byte {
	n := len(p.id)
	p.label[n], p.label[n+1] = '0'+byte(i/10), '0'+byte(i%10)
	return p.label[:n+2]
}

// emit emits a field unless it is blank.
func (p *parser) emit(r object.Role, label, v []byte) {
	if len(v) > 0 && (v[0] <= ' ' || v[len(v)-1] <= ' ') {
		v = trim(v)
	}
	if len(v) > 0 {
		p.e.Field(r, label, v)
	}
}

func trim(v []byte) []byte {
	for len(v) > 0 && v[0] <= ' ' {
		v = v[1:]
	}
	for len(v) > 0 && v[len(v)-1] <= ' ' {
		v = v[:len(v)-1]
	}
	return v
}

// begin opens a record in place of the one that is open.
func (p *parser) begin() {
	p.end()
	p.unit = true
	p.e.Begin(object.UnitRecord)
	if p.test {
		p.e.Field(object.RoleTest, usage, asTest)
	}
}

// end closes the record.
func (p *parser) end() {
	p.flush()
	p.who = nobody
	if p.unit {
		p.e.End()
		p.unit = false
	}
}

// leave ends the interchange.
func (p *parser) leave() {
	p.end()
	p.state, p.dirty, p.bad = outside, false, 0
	p.set = [3]byte{}
}

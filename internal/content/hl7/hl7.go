// Package hl7 opens HL7 v2 messages in the vertical bar encoding (HL7 v2.1 to v2.9, chapter 2): single ones, several
// behind each other, and batches (FHS, BHS, BTS, FTS), with or without the blocks of MLLP between them.
//
// Delimiters are those of each MSH, FHS or BHS. Segments end by CR, LF, CRLF, or a block of MLLP. Escapes are decoded: the
// delimiters, hexadecimal data, line breaks; highlighting and charset switches are dropped. The value "" is null and not
// told. MSH-18 names the charset.
//
// Each message is a unit. Identifiers, names, birth dates, addresses, telephone numbers and diagnoses of the patient,
// next of kin, guarantor and insured are fields with the role that chapter 2A and 3 to 6 give them; observations are
// labelled by what was observed; encapsulated data (ED) in Base64 are parts; every other component is a field labelled
// by its segment and place (PID-29).
//
// A line that is no segment (text that goes on in a new line, what stands before the first message) and a segment longer
// than 1 MiB are text. A document that begins in the middle of a message is read with the usual encoding characters. XML
// encoding is xml's.
package hl7

import (
	"encoding/binary"
	"math/bits"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "hl7v2", Media: "application/hl7-v2", Sniff: sniff, Decode: decode}
}

const (
	maxSegment = 1 << 20 // a longer one is text
	maxFields  = 256     // of a segment; what follows is text
)

// What a field has in it.
const (
	hasParts  = 1 << iota // components, repetitions or subcomponents
	hasEscape             // an escape character
)

type parser struct {
	e     object.Emitter
	carry []byte // a segment that is not complete
	long  bool   // in a segment that is too long
	d     delimiters
	class [256]byte // of the delimiters
	unit  bool
	obx   int // observations in this message

	id    []byte
	el    [maxFields][]byte // el[i] is field i; of MSH, FHS and BHS field i+1
	has   [maxFields]uint8
	n     int
	v     []byte            // a repetition
	at    [maxParts + 1]int // at[i] is where its component i begins
	c     int               // the number of its components
	label [8]byte
	value []byte // unescaped
	whole []byte // put together: names, addresses
	name  []byte // of an observation
	data  []byte // decoded
}

func decode(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
	p := &parser{e: e}
	e.Structure(object.StructHL7)
	r = charset.NewReader(r, declared(r.Peek(headMax)))
	for b := r.Fill(); len(b) > 0; b = r.Fill() {
		p.feed(b)
		r.Discard(len(b))
	}
	if p.long {
		e.Text(newline)
	} else if len(p.carry) > 0 {
		p.segment(p.carry)
	}
	p.end()
	return coverage.None
}

var newline = []byte{'\n'}

// feed takes the segments of b. One that b cuts is carried.
func (p *parser) feed(b []byte) {
	for len(b) > 0 {
		n := end(b)
		ended := n < len(b)
		switch {
		case p.long:
			p.text(b[:n])
		case len(p.carry)+n > maxSegment:
			p.text(p.carry)
			p.text(b[:n])
			p.carry, p.long = p.carry[:0], true
		case !ended:
			p.carry = append(p.carry, b...)
		case len(p.carry) > 0:
			p.carry = append(p.carry, b[:n]...)
			p.segment(p.carry)
			p.carry = p.carry[:0]
		default:
			p.segment(b[:n])
		}
		if !ended {
			return
		}
		if p.long {
			p.text(newline)
			p.long = false
		}
		b = b[n+1:]
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// end returns the length of the segment that b begins with.
func end(b []byte) int {
	n := 0
	for n < len(b) {
		for n+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[n:])
			if m := (w - ones*' ') &^ w & highs; m != 0 { // a control character
				n += bits.TrailingZeros64(m) >> 3
				break
			}
			n += 8
		}
		if n == len(b) {
			break
		}
		switch b[n] {
		case '\r', '\n', 0x0B, 0x1C:
			return n
		}
		n++
	}
	return n
}

func (p *parser) text(b []byte) {
	if len(b) > 0 {
		p.e.Text(b)
	}
}

// segment takes a segment, or a line that is none.
func (p *parser) segment(s []byte) {
	s = window.Trim(s)
	if len(s) == 0 {
		return
	}
	if d, ok := header(s); ok {
		p.end()
		p.use(d)
		p.id = s[:3]
		if s[0] == 'M' {
			p.begin()
		}
		p.fields(s)
		return
	}
	if p.d.sep == 0 && known(s) { // the beginning is missing
		p.use(delimiters{s[3], '^', '~', '\\', '&'})
	}
	if !p.named(s) {
		p.e.Text(s)
		p.e.Text(newline)
		return
	}
	p.id = s[:3]
	switch string(p.id) {
	case "BTS", "FTS":
		p.end()
	default:
		if !p.unit {
			p.begin()
		}
	}
	p.fields(s)
}

// named tells whether s begins with the name of a segment.
func (p *parser) named(s []byte) bool {
	return p.d.sep != 0 && len(s) >= 3 && s[0]-'A' < 26 && upper(s[1]) && upper(s[2]) && (len(s) == 3 || s[3] == p.d.sep)
}

func upper(c byte) bool { return c-'A' < 26 || c-'0' < 10 }

// use makes the delimiters of a header those of what follows.
func (p *parser) use(d delimiters) {
	if d == p.d {
		return
	}
	p.d = d
	clear(p.class[:])
	for _, c := range [...]byte{d.comp, d.rep, d.sub} {
		p.class[c] = hasParts
	}
	p.class[d.esc] = hasEscape
	p.class[0] = 0 // those that are not set
	p.class[d.sep] = isSeparator
}

const isSeparator = 0x80

// fields splits a segment and tells its fields.
func (p *parser) fields(s []byte) {
	copy(p.label[:], p.id)
	p.label[3] = '-'
	rest := p.split(s[3:])
	p.meaning()
	if len(rest) > 0 {
		p.e.Text(rest)
		p.e.Text(newline)
	}
}

// split cuts the fields of a segment, from its first separator on. It returns what there is no room for.
func (p *parser) split(s []byte) []byte {
	p.n = 1
	if len(s) == 0 {
		return nil
	}
	s = s[1:]
	from, has := 0, uint8(0)
	for i, c := range s {
		k := p.class[c]
		if k == 0 {
			continue
		}
		if k != isSeparator {
			has |= k
			continue
		}
		p.el[p.n], p.has[p.n] = s[from:i], has
		p.n++
		from, has = i+1, 0
		if p.n == maxFields {
			return s[from:]
		}
	}
	p.el[p.n], p.has[p.n] = s[from:], has
	p.n++
	return nil
}

// begin opens the unit of a message.
func (p *parser) begin() {
	p.unit, p.obx = true, 0
	p.e.Begin(object.UnitMessage)
}

// end closes it.
func (p *parser) end() {
	if p.unit {
		p.e.End()
		p.unit = false
	}
}

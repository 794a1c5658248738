// Package ncpdp opens pharmacy claims of the NCPDP Telecommunication Standard, version D.0: a header of fixed width (56
// bytes of a request, 31 of a response), then segments that begin with 0x1E, fields that begin with 0x1C and two letters
// or digits of identifier, and 0x1D before each transaction. Several transmissions may follow each other by lines.
//
// A transmission is a record: its patient and insured come before its transactions. Fields 310-CA and 311-CB (patient) and 312-CC
// and 313-CD (cardholder) are a person's name, 322-CM to 325-CP an address, 304-C4 a birth date, 302-C2 the cardholder's
// number, 332-CY what its qualifier says, 115-N5 a Medicaid number, 326-CQ a telephone, 350-HN a mail address, 407-D7 a
// drug, 424-DO a diagnosis, 411-DB the prescriber. Every other field is labelled by its identifier; headers are text.
//
// Fields of 64 KiB or more are text. The envelopes of the batch standard, versions before D.0, and SCRIPT (which is XML)
// are not recognised.
package ncpdp

import (
	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "ncpdp", Media: "application/edi-ncpdp", Sniff: sniff, Decode: decode}
}

const (
	fieldMark   = 0x1c
	groupMark   = 0x1d
	segmentMark = 0x1e

	request  = 56 // length of the header
	response = 31
)

// sniff wants a header with its version at its place, and the first segment behind it.
func sniff(head []byte, _ *object.Meta) content.Score {
	for len(head) > 0 && head[0] <= ' ' && head[0] < fieldMark {
		head = head[1:]
	}
	if header(head, request, 6) || header(head, response, 0) {
		return content.Sure
	}
	return content.No
}

func header(b []byte, n, version int) bool {
	if len(b) < n+3 || string(b[version:version+2]) != "D0" {
		return false
	}
	for _, c := range b[:n] {
		if c < ' ' || c > '~' {
			return false
		}
	}
	b = b[n:]
	if b[0] == groupMark {
		b = b[1:]
	}
	return b[0] == segmentMark && b[1] == fieldMark
}

type parser struct {
	e      object.Emitter
	unit   bool
	long   bool // in a field that is too long to be taken whole
	names  [2]name
	place  [4][maxPart]byte // street, town, state, code
	placed [4]int
	qual   [2]byte // the last qualifier
	buf    []byte
}

// name is a person's, until both parts of it have come.
type name struct {
	first, last [maxPart]byte
	nf, nl      int
}

const maxPart = 64

func decode(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
	p := &parser{e: e}
	window.Run(r, p)
	p.end()
	return coverage.None
}

// Next consumes the fields of b.
func (p *parser) Next(b []byte, last bool) int { return window.Each(b, last, p.token) }

// token consumes a token. It returns 0 when more bytes are needed.
func (p *parser) token(b []byte, last bool) int {
	switch {
	case p.long:
		return p.more(b)
	case b[0] == segmentMark || b[0] == groupMark:
		p.flush()
		return 1
	}
	return p.next(b, last)
}

// length returns how many bytes of b come before the next mark, or len(b).
func length(b []byte) int {
	for n, c := range b {
		if c-fieldMark <= segmentMark-fieldMark || c == '\n' {
			return n
		}
	}
	return len(b)
}

// next takes a field or what stands outside of fields. It returns 0 when more bytes are needed.
func (p *parser) next(b []byte, last bool) int {
	marked := 0
	if b[0] == fieldMark {
		marked = 1
	}
	t := b[:min(len(b), window.Max)]
	n := marked + length(t[marked:])
	if n == len(t) && !last {
		if n < window.Max {
			return 0
		}
	}
	if n >= window.Max {
		p.long = true
		return max(marked, p.more(b[marked:])+marked)
	}
	if marked > 0 {
		p.field(t[1:n])
		return n
	}
	if n == 0 { // a line feed: the transmission ends
		p.end()
		return 1
	}
	p.outside(t[:n])
	return n
}

// more takes a piece of what is too long.
func (p *parser) more(b []byte) int {
	n := length(b)
	if n > 0 {
		p.e.Text(b[:n])
	}
	if n < len(b) {
		p.e.Text(newline)
		p.long = false
	}
	return n
}

var newline = []byte{'\n'}

// outside takes a header.
func (p *parser) outside(v []byte) {
	p.end()
	p.unit = true
	p.e.Begin(object.UnitRecord)
	p.e.Text(v)
	p.e.Text(newline)
}

// end closes the record.
func (p *parser) end() {
	p.flush()
	if p.unit {
		p.e.End()
		p.unit = false
	}
}

// emit emits a field unless it is blank.
func (p *parser) emit(r object.Role, label, v []byte) {
	for len(v) > 0 && v[0] <= ' ' {
		v = v[1:]
	}
	for len(v) > 0 && v[len(v)-1] <= ' ' {
		v = v[:len(v)-1]
	}
	if len(v) > 0 {
		p.e.Field(r, label, v)
	}
}

// Package cclf opens the beneficiary file of the Claim and Claim Line Feed that CMS sends to accountable care organisations
// (CCLF8, Part A and B beneficiary demographics): lines of fixed width that begin with a Medicare beneficiary identifier.
//
// It is recognised by its first lines: an identifier of that form in columns 1 to 11, and a date of birth in columns 33 to 42,
// or a name that says CCLF8 or ZC8. Each line is a row; identifier, claim number, birth date, name and address are fields in
// their roles. What is in no field of a role is text. A line of more than 64 KiB is text.
//
// The claim files (CCLF1 to 7, 9, A and B) are not recognised: they are text.
package cclf

import (
	"bytes"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/identity"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "cclf", Media: "text/x-cclf", Sniff: sniff, Decode: decode}
}

// Columns of the record, from CMS' CCLF information packet. An end is the column before the next field.
const (
	mbiEnd   = 11
	hicEnd   = 22
	birth    = 32 // the bytes before it
	birthEnd = 42
	first    = 81
	firstEnd = 111
	middle   = 111
	midEnd   = 126
	last     = 126
	lastEnd  = 166
	street   = 188
	strEnd   = 438
	cityEnd  = 538
	stateEnd = 540
	zipEnd   = 545
	zip4End  = 549
)

// maxLines is the number of lines that are looked at.
const maxLines = 3

func sniff(head []byte, m *object.Meta) content.Score {
	head = window.Head(head)
	said := m != nil && named(m.Name.Reveal())
	for n := range maxLines {
		i := bytes.IndexByte(head, '\n')
		line := head
		if i >= 0 {
			line, head = head[:i], head[i+1:]
		} else if n > 0 {
			return content.Sure // its end is missing, or it is the end
		}
		if !beneficiary(line) || !said && !dated(line) {
			return content.No
		}
		if i < 0 || len(head) == 0 {
			break
		}
	}
	return content.Sure
}

// named tells whether a file is called as CMS calls it.
func named(name string) bool {
	name = strings.ToUpper(name)
	return strings.Contains(name, "CCLF8") || strings.Contains(name, ".ZC8") || strings.HasPrefix(name, "ZC8")
}

// beneficiary tells whether a line begins with an identifier that nothing follows but the claim number.
func beneficiary(line []byte) bool {
	if len(line) < hicEnd || !identity.Beneficiary(line[:mbiEnd]) {
		return false
	}
	c := line[mbiEnd]
	return c == ' ' || len(line) > birthEnd && (c-'0' < 10 || c-'A' < 26)
}

// dated tells whether a line has the date of birth where it belongs.
func dated(line []byte) bool {
	if len(line) < birthEnd {
		return false
	}
	for i, c := range line[birth:birthEnd] {
		if i == 4 || i == 7 {
			if c != '-' {
				return false
			}
		} else if c-'0' > 9 {
			return false
		}
	}
	return true
}

type parser struct {
	e     object.Emitter
	long  bool
	addr  identity.Address
	label []byte
	buf   []byte
}

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	e.Structure(object.StructTable)
	window.Run(charset.NewReader(r, window.Declared(m)), &parser{e: e})
	return coverage.None
}

var newline = []byte{'\n'}

// Next implements window.Tokenizer.
func (p *parser) Next(b []byte, last bool) int {
	i := 0
	for i < len(b) {
		t := b[i:min(len(b), i+window.Max)]
		n := bytes.IndexByte(t, '\n')
		switch {
		case n >= 0:
			p.line(t[:n])
			i += n + 1
			continue
		case len(t) == window.Max || p.long:
			p.e.Text(t)
			p.long = true
		case last:
			p.line(t)
		default:
			return i
		}
		i += len(t)
	}
	return i
}

// line takes a line.
func (p *parser) line(v []byte) {
	if p.long || !beneficiary(v) {
		p.long = false
		if len(v) > 0 {
			p.e.Text(v)
		}
		p.e.Text(newline)
		return
	}
	p.e.Begin(object.UnitRow)
	p.fields(v)
	p.e.End()
}

func (p *parser) fields(v []byte) {
	p.emit(object.RoleMBI, "BENE_MBI_ID", v[:mbiEnd])
	p.emit(object.RoleHICN, "BENE_HIC_NUM", cut(v, mbiEnd, hicEnd))
	if !dated(v) { // a short form: what follows is not where it belongs
		p.text(v[hicEnd:])
		return
	}
	p.text(cut(v, hicEnd, birth))
	p.emit(object.RoleBirthDate, "BENE_DOB", v[birth:birthEnd])
	p.text(cut(v, birthEnd, first))
	n := identity.Name{Last: nil}
	n.Last.Set(cut(v, last, lastEnd))
	n.First.Set(cut(v, first, firstEnd))
	n.First.Add(cut(v, middle, midEnd))
	p.buf = n.Append(p.buf[:0])
	p.emit(object.RolePersonName, "BENE_NAME", p.buf)
	p.text(cut(v, lastEnd, street))
	p.place(v)
	p.text(cut(v, zip4End, len(v)))
}

// place emits the address.
func (p *parser) place(v []byte) {
	a := &p.addr
	a.Reset()
	for at := street; at < strEnd; { // two lines of 45, four of 40
		n := 45
		if at >= street+2*45 {
			n = 40
		}
		a.Line(cut(v, at, at+n))
		at += n
	}
	a.City.Set(cut(v, strEnd, cityEnd))
	a.State.Set(cut(v, cityEnd, stateEnd))
	zip, more := cut(v, stateEnd, zipEnd), cut(v, zipEnd, zip4End)
	a.ZIP.Set(zip)
	if identity.Number(zip) && identity.Number(more) {
		a.ZIP = append(a.ZIP, more...)
	}
	a.Tell(p.emit)
}

// cut returns the columns behind from up to to, as far as v has them.
func cut(v []byte, from, to int) []byte {
	to = min(to, len(v))
	return v[min(from, to):to]
}

func (p *parser) emit(r object.Role, label string, v []byte) {
	if v = bytes.TrimSpace(v); len(v) > 0 {
		p.label = append(p.label[:0], label...)
		p.e.Field(r, p.label, v)
	}
}

// text emits what has no role.
func (p *parser) text(v []byte) {
	if v = bytes.TrimSpace(v); len(v) > 0 {
		p.e.Text(v)
		p.e.Text(newline)
	}
}

// Package naaccr opens tumour registry data of the North American Association of Central Cancer Registries: NAACCR XML
// (versions 14 to 26, items by naaccrId or naaccrNum) and the fixed-width records of versions 14, 15, 16 and 18 (types I, C,
// M and A).
//
// XML is recognised by the root NaaccrData; fixed width by the record type in column 1, the version in columns 17 to 19, and
// lines of the length that both give.
//
// A Patient with its tumours is a unit; so is a line. Name, birth date, Social Security number, Medicare beneficiary
// identifier, medical record number, addresses and telephone are fields in their roles, the primary site is a diagnosis.
// All other items of XML are fields labelled by their naaccrId; of fixed width, what is in no field of a role is text. The
// registry's own patient number names nobody outside of the registry and has no role: records of type I (incidence) are
// health without a person.
//
// A line of more than 64 KiB is text. Fixed width before version 14 and user-defined dictionaries have no roles.
package naaccr

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/identity"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/xmlscan"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "naaccr", Media: "text/x-naaccr", Sniff: sniff, Decode: decode}
}

// better is a score above that of xml, which is sure of the same bytes.
const better = content.Sure + content.Likely

func sniff(head []byte, _ *object.Meta) content.Score {
	head = window.Head(head)
	if layoutOf(head) != nil && long(head) {
		return better
	}
	i := bytes.Index(head, []byte("NaaccrData"))
	if i > 0 && bytes.LastIndexByte(head[:i], '<') >= i-16 && xmlscan.Shape(head) > content.No {
		return better
	}
	return content.No
}

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	e.Structure(object.StructNAACCR)
	set := window.Declared(m)
	head := window.Head(r.Peek(64))
	if layoutOf(head) != nil {
		f := &flat{record: record{e: e}}
		window.Run(charset.NewReader(r, set), f)
		return coverage.None
	}
	if set == "" {
		set = xmlscan.Encoding(r.Peek(256))
	}
	x := &doc{record: record{e: e}}
	x.s = xmlscan.New(x)
	x.s.Run(charset.NewReader(r, set))
	x.end()
	if x.unit {
		e.End()
	}
	return coverage.None
}

// record is a patient while the items come.
type record struct {
	e                   object.Emitter
	last, first, middle identity.Field
	dx, now             identity.Address // at diagnosis, and today
	label               []byte
	buf                 []byte
}

// item takes an item. A name and an address wait for their other parts.
func (r *record) item(it *item, label, v []byte) {
	if v = bytes.TrimSpace(v); len(v) == 0 {
		return
	}
	role := object.RoleNone
	if it != nil {
		if r.part(it.kind, v) {
			return
		}
		role = roles[it.kind]
		if len(label) == 0 {
			r.label = append(r.label[:0], it.id...)
			label = r.label
		}
	}
	r.e.Field(role, label, v)
}

// part takes a part of a name or address.
func (r *record) part(k kind, v []byte) bool {
	switch k {
	case nameLast:
		r.last.Set(v)
	case nameFirst:
		r.first.Set(v)
	case nameMiddle:
		r.middle.Set(v)
	case dxStreet:
		r.dx.Line(v)
	case dxCity:
		r.dx.City.Set(v)
	case dxState:
		r.dx.State.Set(v)
	case dxZIP:
		r.dx.ZIP.Set(v)
	case nowStreet:
		r.now.Line(v)
	case nowCity:
		r.now.City.Set(v)
	case nowState:
		r.now.State.Set(v)
	case nowZIP:
		r.now.ZIP.Set(v)
	default:
		return false
	}
	return true
}

// end emits the name of the patient and what is left of the addresses.
func (r *record) end() {
	n := identity.Name{Last: r.last, First: r.first}
	n.First.Add(r.middle)
	r.buf = n.Append(r.buf[:0])
	r.whole(object.RolePersonName, "name", r.buf)
	r.last, r.first, r.middle = r.last[:0], r.first[:0], r.middle[:0]
	r.dx.Tell(r.whole)
	r.now.Tell(r.whole)
	r.dx.Reset()
	r.now.Reset()
}

func (r *record) whole(role object.Role, label string, v []byte) {
	if len(v) > 0 {
		r.label = append(r.label[:0], label...)
		r.e.Field(role, r.label, v)
	}
}

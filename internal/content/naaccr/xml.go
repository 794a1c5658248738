package naaccr

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/xmlscan"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// maxValue is the length of the value of an item that is a field; a longer one is text.
const maxValue = 64 << 10

// doc takes NAACCR XML.
type doc struct {
	record
	s      *xmlscan.Scanner
	unit   bool
	open   bool // an item
	it     *item
	id     []byte
	value  []byte
	inUnit int // elements below Patient
}

// Begin implements xmlscan.Handler.
func (d *doc) Begin(t *xmlscan.Tag) bool {
	d.close()
	if !t.Deep && d.unit {
		d.inUnit++
	}
	switch string(t.Name) {
	case "Patient":
		if !d.unit && !t.Deep {
			d.unit, d.inUnit = true, 0
			d.e.Begin(object.UnitRecord)
		}
	case "Item":
		d.begin(t)
		return true
	}
	for i := range t.Attrs {
		a := &t.Attrs[i]
		if v := t.Value(a); len(v) > 0 && !bytes.HasPrefix(t.Key(a), []byte("xmlns")) {
			d.label = append(append(append(d.label[:0], t.Name...), '@'), xmlscan.Local(t.Key(a))...)
			d.e.Field(object.RoleAttribute, d.label, d.s.References(v))
		}
	}
	return true
}

// begin takes the beginning of an item.
func (d *doc) begin(t *xmlscan.Tag) {
	d.open, d.it, d.id, d.value = true, nil, d.id[:0], d.value[:0]
	id, num := t.Attr("naaccrId"), t.Attr("naaccrNum")
	if d.it = byID(id); d.it == nil && len(num) > 0 {
		d.it = byNum(number(num))
	}
	switch {
	case d.it != nil: // it has a name of its own
	case len(id) > 0:
		d.id = append(d.id, id[:min(len(id), 64)]...)
	default:
		d.id = append(append(d.id, "naaccr "...), num[:min(len(num), 16)]...)
	}
	if v := t.Attr("value"); len(v) > 0 {
		d.value = append(d.value, d.s.References(v)...)
	}
}

// number reads a small number, 0 if it is none.
func number(v []byte) int {
	n := 0
	for _, c := range v {
		if c-'0' > 9 || n > 1e6 {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// close emits the item that is open.
func (d *doc) close() {
	if d.open {
		d.open = false
		d.item(d.it, d.id, d.value)
	}
}

// End implements xmlscan.Handler.
func (d *doc) End(name []byte) {
	d.close()
	if !d.unit {
		return
	}
	if d.inUnit > 0 {
		d.inUnit--
		return
	}
	if string(name) == "Patient" {
		d.end()
		d.unit = false
		d.e.End()
	}
}

// Chars implements xmlscan.Handler.
func (d *doc) Chars(v []byte, refs bool) {
	if refs {
		v = d.s.References(v)
	}
	if d.open {
		if len(d.value)+len(v) <= maxValue {
			d.value = append(d.value, v...)
			return
		}
		d.close()
	}
	if v = bytes.TrimSpace(v); len(v) > 0 {
		d.e.Field(object.RoleNone, nil, v)
	}
}

// Entities implements xmlscan.Handler.
func (d *doc) Entities() { d.e.Skip(coverage.Ambiguous, 0) }

// Aside implements xmlscan.Handler.
func (d *doc) Aside(v []byte) {
	if v = bytes.TrimSpace(v); len(v) > 0 {
		d.e.Field(object.RoleNone, nil, v)
	}
}

// Cut implements xmlscan.Handler.
func (d *doc) Cut() { d.close() }

// Long implements xmlscan.Handler.
func (d *doc) Long(v []byte, end bool) {
	if len(v) > 0 {
		d.e.Text(v)
	}
	if end {
		d.e.Text(newline)
	}
}

var newline = []byte{'\n'}

package dicom

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/object"
)

// tell tells a value that is text.
func (w *walker) tell(el *element, b []byte) {
	if el.tag == tagCharset {
		w.set.declare(b)
		return
	}
	b = w.decoded(b)
	if len(b) == 0 {
		return
	}
	switch el.vr {
	case vrLT, vrST, vrUT, vrUR:
		w.one(el, b)
		return
	}
	for {
		n := bytes.IndexByte(b, '\\')
		if n < 0 {
			w.one(el, b)
			return
		}
		w.one(el, b[:n])
		b = b[n+1:]
	}
}

// one tells one value of an element.
func (w *walker) one(el *element, v []byte) {
	if v = trim(v); len(v) == 0 {
		return
	}
	switch el.tag {
	case tagRecordType:
		w.record(v)
	case tagRemoved:
		if string(v) == "YES" {
			w.e.Field(object.RoleTest, w.label, v)
		}
	case tagCode, tagLongCode:
		w.code.keep(v)
		return
	case tagScheme:
		w.coded(v)
		return
	case tagMeaning:
		w.meaning(v)
		return
	case tagValueType:
		w.about.flush(w)
	case tagTextValue, tagPersonName:
		w.reported(el, v)
		return
	}
	role := roleOf(el.tag)
	switch {
	case el.vr == vrPN:
		w.person(role, v)
	case role == object.RoleStreet:
		w.address(v)
	default:
		if l := plain(el.tag); l != "" {
			w.label = append(w.label[:0], l...)
		}
		w.e.Field(suits(role, v), w.label, v)
	}
}

// record begins a unit for each patient of a directory.
func (w *walker) record(v []byte) {
	if string(v) == "PATIENT" {
		w.e.End()
		w.e.Begin(object.UnitRecord)
	}
}

// providerName labels the names of people other than the patient.
const providerName = "provider name"

// person tells a name (PN): up to three writings of it.
func (w *walker) person(r object.Role, v []byte) {
	if r == object.RoleNone {
		w.label = append(w.label[:0], providerName...)
	}
	for len(v) > 0 {
		n := bytes.IndexByte(v, '=')
		if n < 0 {
			n = len(v)
		}
		w.written(r, v[:n])
		v = v[min(len(v), n+1):]
	}
}

// written tells one writing, family^given^middle^prefix^suffix, as "FAMILY, GIVEN MIDDLE".
func (w *walker) written(r object.Role, v []byte) {
	w.whole = w.whole[:0]
	for i := 0; i < 3 && len(v) > 0; i++ {
		n := bytes.IndexByte(v, '^')
		if n < 0 {
			n = len(v)
		}
		if s := trim(v[:n]); len(s) > 0 {
			switch {
			case len(w.whole) == 0:
			case i == 1:
				w.whole = append(w.whole, ", "...)
			default:
				w.whole = append(w.whole, ' ')
			}
			w.whole = append(w.whole, s...)
		}
		v = v[min(len(v), n+1):]
	}
	if len(w.whole) > 0 {
		w.e.Field(r, w.label, w.whole)
	}
	if v = bytes.Trim(v, "^ "); len(v) > 0 { // prefix and suffix
		w.e.Field(object.RoleNone, w.label, v)
	}
}

// address tells an address. It is one text; some write its parts as those of a name.
func (w *walker) address(v []byte) {
	w.whole = w.whole[:0]
	for len(v) > 0 {
		n := bytes.IndexByte(v, '^')
		if n < 0 {
			n = len(v)
		}
		if s := trim(v[:n]); len(s) > 0 {
			if len(w.whole) > 0 {
				w.whole = append(w.whole, ", "...)
			}
			w.whole = append(w.whole, s...)
		}
		v = v[min(len(v), n+1):]
	}
	if len(w.whole) > 0 {
		w.e.Field(object.RoleStreet, w.label, w.whole)
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

// readable tells whether a value of unknown kind is text: printable, and not only a number, a version or a time.
func readable(b []byte) bool {
	b = trim(b)
	letters, digits, marks := 0, 0, 0
	for _, c := range b {
		switch {
		case c-'0' < 10:
			digits++
		case c|0x20-'a' < 26 || c >= 0xA0:
			letters++
		case c == '.' || c == '\\':
			marks++
		case c < ' ' && c != '\r' && c != '\n' && c != '\t' && c != '\f' && c != 0x1b, c >= 0x7f:
			return false
		}
	}
	return letters > 1 && letters+digits > 2 || marks == 0 && digits > 6
}

package identity

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/object"
)

// maxField bounds what is kept of each part of a name or address.
const maxField = 96

// Name is a name while its parts come. The zero value is empty.
type Name struct{ Text, Last, First Field }

// Reset makes it empty.
func (n *Name) Reset() { n.Text, n.Last, n.First = n.Text[:0], n.Last[:0], n.First[:0] }

// Append appends "LAST, FIRST MIDDLE" to dst, else the name as a whole.
func (n *Name) Append(dst []byte) []byte {
	if len(n.Last)+len(n.First) == 0 {
		return append(dst, n.Text...)
	}
	dst = append(dst, n.Last...)
	if len(n.Last) > 0 && len(n.First) > 0 {
		dst = append(dst, ", "...)
	}
	return append(dst, n.First...)
}

// Address is an address while its parts come. The zero value is empty.
type Address struct{ Text, Street, More, City, State, ZIP Field }

// Reset makes it empty.
func (a *Address) Reset() {
	a.Text, a.Street, a.More = a.Text[:0], a.Street[:0], a.More[:0]
	a.City, a.State, a.ZIP = a.City[:0], a.State[:0], a.ZIP[:0]
}

// Line adds a line: the first is the street.
func (a *Address) Line(v []byte) {
	if len(a.Street) == 0 {
		a.Street.Set(v)
	} else {
		a.More.Add(v)
	}
}

// Empty tells whether there is no part but the text as a whole.
func (a *Address) Empty() bool {
	return len(a.Street)+len(a.More)+len(a.City)+len(a.State)+len(a.ZIP) == 0
}

// Tell tells the parts of a person's address one by one, so that the street is found by itself as well as with its city.
// Without a street it is no person's, and told as a whole.
func (a *Address) Tell(tell func(r object.Role, label string, v []byte)) {
	if len(a.Street) == 0 {
		r := object.RoleNone
		if a.Empty() {
			r = object.RoleStreet
		}
		tell(r, "place", a.Append(nil))
		return
	}
	tell(object.RoleStreet, "address", a.Street)
	tell(object.RoleNone, "address line 2", a.More)
	tell(object.RoleNone, "city", a.City)
	tell(object.RoleNone, "state", a.State)
	tell(object.RoleNone, "zip", a.ZIP)
}

// Append appends "street, city, ST ZIP" to dst, else the address as a whole.
func (a *Address) Append(dst []byte) []byte {
	if a.Empty() {
		return append(dst, a.Text...)
	}
	from := len(dst)
	dst = joined(dst, from, ", ", a.Street)
	dst = joined(dst, from, " ", a.More)
	dst = joined(dst, from, ", ", a.City)
	dst = joined(dst, from, ", ", a.State)
	sep := " "
	if len(a.State) == 0 {
		sep = ", "
	}
	if z := a.ZIP; len(z) == 9 && Number(z) {
		return append(append(joined(dst, from, sep, z[:5]), '-'), z[5:]...)
	}
	return joined(dst, from, sep, a.ZIP)
}

func joined(dst []byte, from int, sep string, v []byte) []byte {
	if len(v) == 0 {
		return dst
	}
	if len(dst) > from {
		dst = append(dst, sep...)
	}
	return append(dst, v...)
}

// Field is a part of a name or address.
type Field []byte

// Add appends v behind a space.
func (f *Field) Add(v []byte) {
	v = bytes.TrimSpace(v)
	if len(v) == 0 || len(v)+len(*f) >= maxField {
		return
	}
	if len(*f) > 0 {
		*f = append(*f, ' ')
	}
	*f = append(*f, v...)
}

// Set makes v the whole field.
func (f *Field) Set(v []byte) {
	*f = (*f)[:0]
	f.Add(v)
}

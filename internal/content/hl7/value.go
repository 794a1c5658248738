package hl7

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/identity"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// cut returns the length of v up to a delimiter.
func cut(v []byte, c byte, has uint8) int {
	if has&hasParts == 0 || c == 0 {
		return len(v)
	}
	for i := range v {
		if v[i] == c {
			return i
		}
	}
	return len(v)
}

// maxParts is the number of components that are told apart; a further one stays with the last.
const maxParts = 16

// parts finds the components of v.
func (p *parser) parts(v []byte, has uint8) {
	p.v, p.c, p.at[1] = v, 1, 0
	if has&hasParts == 0 || p.d.comp == 0 {
		return
	}
	for i, c := range v {
		if c == p.d.comp {
			if p.c == maxParts {
				return
			}
			p.c++
			p.at[p.c] = i + 1
		}
	}
}

// nth returns a component, from 1.
func (p *parser) nth(n int) []byte {
	switch {
	case n > p.c:
		return nil
	case n == p.c:
		return p.v[p.at[n]:]
	}
	return p.v[p.at[n] : p.at[n+1]-1]
}

// after returns what stands behind the nth component.
func (p *parser) after(n int) []byte {
	if n >= p.c {
		return nil
	}
	return p.v[p.at[n+1]:]
}

// leaves tells each component, subcomponent and repetition of v.
func (p *parser) leaves(r object.Role, l, v []byte, has uint8) {
	if len(v) == 0 {
		return
	}
	if has&hasParts == 0 {
		p.tell(r, l, v, has)
		return
	}
	from := 0
	for i, c := range v {
		if p.class[c] == hasParts {
			p.tell(r, l, v[from:i], has)
			from = i + 1
		}
	}
	p.tell(r, l, v[from:], has)
}

// tell tells a value that has no parts, unless it is blank or null.
func (p *parser) tell(r object.Role, l, v []byte, has uint8) {
	if has&hasEscape != 0 && bytes.IndexByte(v, p.d.esc) >= 0 {
		p.value = p.unescape(p.value[:0], v)
		v = p.value
	}
	if len(v) == 0 {
		return
	}
	if v[0] <= ' ' || v[len(v)-1] <= ' ' {
		v = window.Trim(v)
	}
	if len(v) > 0 && !null(v) {
		p.e.Field(r, l, v)
	}
}

func null(v []byte) bool { return len(v) == 2 && v[0] == '"' && v[1] == '"' }

// part appends a component to what is put together, behind sep if there is something already. Of subcomponents only the
// first are taken, as many as n.
func (p *parser) part(sep string, v []byte, n int, has uint8) {
	for ; n > 0 && len(v) > 0; n-- {
		k := cut(v, p.d.sub, has)
		s := window.Trim(v[:k])
		v = v[min(len(v), k+1):]
		if len(s) == 0 || null(s) {
			continue
		}
		if len(p.whole) > 0 {
			p.whole = append(p.whole, sep...)
		}
		sep = " "
		if has&hasEscape != 0 {
			p.whole = p.unescape(p.whole, s)
		} else {
			p.whole = append(p.whole, s...)
		}
	}
}

// person tells a name (XPN) that begins at component i as "FAMILY, GIVEN MIDDLE", and what else it has by component.
func (p *parser) person(r object.Role, l []byte, i int, has uint8) {
	p.whole = p.whole[:0]
	p.part("", p.nth(i), 1, has)
	p.part(", ", p.nth(i+1), 1, has)
	p.part(" ", p.nth(i+2), 1, has)
	if len(p.whole) > 0 {
		p.e.Field(r, l, p.whole)
	}
	p.leaves(object.RoleNone, l, p.after(i+2), has)
}

var providerName = []byte("provider name")

// provider tells a provider (XCN): an NPI where it may be one, and the name.
func (p *parser) provider(l []byte, has uint8) {
	id := p.nth(1)
	if len(id) == 10 && number(id) {
		p.tell(object.RoleNPI, l, id, has)
	} else {
		p.leaves(object.RoleNone, l, id, has)
	}
	p.person(object.RoleNone, providerName, 2, has)
}

// address tells an address (XAD) as "street, city, ST ZIP". Country and type are no part of it.
func (p *parser) address(l []byte, has uint8) {
	p.whole = p.whole[:0]
	p.part("", p.nth(1), 3, has)
	p.part(" ", p.nth(2), 1, has)
	p.part(", ", p.nth(3), 1, has)
	sep := ", "
	if state := p.nth(4); len(state) > 0 && !null(state) {
		p.part(sep, state, 1, has)
		sep = " "
	}
	zip := p.nth(5)
	if len(zip) == 9 && number(zip) {
		p.part(sep, zip[:5], 1, has)
		p.part("-", zip[5:], 1, has)
	} else {
		p.part(sep, zip, 1, has)
	}
	if len(p.whole) > 0 {
		p.e.Field(object.RoleStreet, l, p.whole)
	}
	p.leaves(object.RoleNone, l, p.after(5), has)
}

// phone tells a telephone number (XTN): the first component, else area code and number, and the address of a mailbox.
func (p *parser) phone(l []byte, has uint8) {
	r := object.RolePhone
	if string(p.nth(3)) == "FX" {
		r = object.RoleFax
	}
	first := p.nth(1)
	switch {
	case bytes.IndexByte(first, '@') >= 0:
		p.tell(object.RoleEmail, l, first, has)
	default:
		p.tell(r, l, first, has)
	}
	if mail := p.nth(4); bytes.IndexByte(mail, '@') >= 0 {
		p.tell(object.RoleEmail, l, mail, has)
	}
	area, local := window.Trim(p.nth(6)), window.Trim(p.nth(7))
	if len(local) >= 7 && len(local) < 16 && len(area) < 8 {
		p.whole = append(append(p.whole[:0], area...), '-')
		if len(local) == 7 && number(local) {
			p.whole = append(append(append(p.whole, local[:3]...), '-'), local[3:]...)
		} else {
			p.whole = append(p.whole, local...)
		}
		p.e.Field(r, l, trimmed(p.whole))
	}
	p.leaves(object.RoleNone, l, p.after(7), has)
}

// trimmed takes the hyphen away that stands where there is no area code.
func trimmed(v []byte) []byte {
	if v[0] == '-' {
		return v[1:]
	}
	return v
}

// identifier tells an identifier (CX) with the role that its type gives it.
func (p *parser) identifier(k kind, l []byte, has uint8) {
	id := p.nth(1)
	id = id[:cut(id, p.d.sub, has)]
	p.tell(typed(window.Trim(p.nth(5)), id, roles[k]), l, id, has)
	p.leaves(object.RoleNone, l, p.after(1), has)
}

// typed returns the role of an identifier by its type (table 0203); def is that of one without.
func typed(code, id []byte, def object.Role) object.Role {
	if len(code) == 0 && len(id) == 11 && id[3] == '-' && id[6] == '-' {
		return object.RoleSSN
	}
	return identity.Typed(code, id, def)
}

func number(v []byte) bool {
	for _, c := range v {
		if c-'0' > 9 {
			return false
		}
	}
	return len(v) > 0
}

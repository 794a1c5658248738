package hl7

import (
	"bytes"

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

// nth returns a component of v, from 1.
func (p *parser) nth(v []byte, n int, has uint8) []byte {
	for ; ; n-- {
		k := cut(v, p.d.comp, has)
		if n == 1 {
			return v[:k]
		}
		if k == len(v) {
			return nil
		}
		v = v[k+1:]
	}
}

// after returns v behind its nth component.
func (p *parser) after(v []byte, n int, has uint8) []byte {
	for ; n > 0; n-- {
		k := cut(v, p.d.comp, has)
		v = v[min(len(v), k+1):]
	}
	return v
}

// leaves tells each component, subcomponent and repetition of v.
func (p *parser) leaves(r object.Role, l, v []byte, has uint8) {
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
		v = trim(v)
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
		s := trim(v[:k])
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

// person tells a name (XPN) as "FAMILY, GIVEN MIDDLE", and what else it has by component.
func (p *parser) person(r object.Role, l, v []byte, has uint8) {
	p.whole = p.whole[:0]
	p.part("", p.nth(v, 1, has), 1, has)
	p.part(", ", p.nth(v, 2, has), 1, has)
	p.part(" ", p.nth(v, 3, has), 1, has)
	if len(p.whole) > 0 {
		p.e.Field(r, l, p.whole)
	}
	p.leaves(object.RoleNone, l, p.after(v, 3, has), has)
}

var providerName = []byte("provider name")

// provider tells a provider (XCN): an NPI where it may be one, and the name.
func (p *parser) provider(l, v []byte, has uint8) {
	id := p.nth(v, 1, has)
	if len(id) == 10 && number(id) {
		p.tell(object.RoleNPI, l, id, has)
	} else {
		p.leaves(object.RoleNone, l, id, has)
	}
	p.person(object.RoleNone, providerName, p.after(v, 1, has), has)
}

// address tells an address (XAD) as "street, city, ST ZIP". Country and type are no part of it.
func (p *parser) address(l, v []byte, has uint8) {
	p.whole = p.whole[:0]
	p.part("", p.nth(v, 1, has), 3, has)
	p.part(" ", p.nth(v, 2, has), 1, has)
	p.part(", ", p.nth(v, 3, has), 1, has)
	sep := ", "
	if state := p.nth(v, 4, has); len(state) > 0 && !null(state) {
		p.part(sep, state, 1, has)
		sep = " "
	}
	zip := p.nth(v, 5, has)
	if len(zip) == 9 && number(zip) {
		p.part(sep, zip[:5], 1, has)
		p.part("-", zip[5:], 1, has)
	} else {
		p.part(sep, zip, 1, has)
	}
	if len(p.whole) > 0 {
		p.e.Field(object.RoleStreet, l, p.whole)
	}
	p.leaves(object.RoleNone, l, p.after(v, 5, has), has)
}

// phone tells a telephone number (XTN): the first component, else area code and number, and the address of a mailbox.
func (p *parser) phone(l, v []byte, has uint8) {
	r := object.RolePhone
	if string(p.nth(v, 3, has)) == "FX" {
		r = object.RoleFax
	}
	first := p.nth(v, 1, has)
	switch {
	case bytes.IndexByte(first, '@') >= 0:
		p.tell(object.RoleEmail, l, first, has)
	default:
		p.tell(r, l, first, has)
	}
	if mail := p.nth(v, 4, has); bytes.IndexByte(mail, '@') >= 0 {
		p.tell(object.RoleEmail, l, mail, has)
	}
	area, local := trim(p.nth(v, 6, has)), trim(p.nth(v, 7, has))
	if len(local) >= 7 && len(local) < 16 && len(area) < 8 {
		p.whole = append(append(p.whole[:0], area...), '-')
		if len(local) == 7 && number(local) {
			p.whole = append(append(append(p.whole, local[:3]...), '-'), local[3:]...)
		} else {
			p.whole = append(p.whole, local...)
		}
		p.e.Field(r, l, trimmed(p.whole))
	}
	p.leaves(object.RoleNone, l, p.after(v, 7, has), has)
}

// trimmed takes the hyphen away that stands where there is no area code.
func trimmed(v []byte) []byte {
	if v[0] == '-' {
		return v[1:]
	}
	return v
}

// identifier tells an identifier (CX) with the role that its type gives it.
func (p *parser) identifier(k kind, l, v []byte, has uint8) {
	id := p.nth(v, 1, has)
	id = id[:cut(id, p.d.sub, has)]
	p.tell(typed(trim(p.nth(v, 5, has)), id, roles[k]), l, id, has)
	p.leaves(object.RoleNone, l, p.after(v, 1, has), has)
}

// typed returns the role of an identifier by its type (table 0203); def is that of one without.
func typed(code, id []byte, def object.Role) object.Role {
	switch string(code) {
	case "MR", "MRN", "PI", "PT", "MRT", "PE", "MPI", "EPI":
		return object.RoleMRN
	case "SS", "SSN":
		return object.RoleSSN
	case "MC", "MCR":
		if !beneficiary(id) {
			return object.RoleHICN
		}
		return object.RoleMBI
	case "MA", "MCD":
		return object.RoleMedicaid
	case "DL":
		return object.RoleLicense
	case "AN", "VN", "ANON", "ANT", "PNT":
		return object.RoleAccount
	case "MB", "MI", "SN", "SR", "NH", "HC", "JHN", "PC":
		if beneficiary(id) {
			return object.RoleMBI
		}
		return object.RoleMemberID
	case "NPI":
		return object.RoleNPI
	case "":
		if len(id) == 11 && id[3] == '-' && id[6] == '-' {
			return object.RoleSSN
		}
	}
	return def
}

// beneficiary tells whether an identifier has the form of a Medicare beneficiary identifier, hyphens or not.
func beneficiary(v []byte) bool {
	const form = "CANNANNAANN" // C: 1 to 9, A: a letter, N: a digit; the third and sixth may be letters, too
	n := 0
	for i, c := range v {
		if c == '-' && (i == 4 || i == 8) {
			continue
		}
		if n == len(form) {
			return false
		}
		digit, letter := c-'0' < 10, c|0x20-'a' < 26
		switch {
		case form[n] == 'A' && !letter, form[n] == 'C' && (!digit || c == '0'), form[n] == 'N' && !digit && (!letter || n != 2 && n != 5):
			return false
		}
		n++
	}
	return n == len(form)
}

func number(v []byte) bool {
	for _, c := range v {
		if c-'0' > 9 {
			return false
		}
	}
	return len(v) > 0
}

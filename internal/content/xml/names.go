package xml

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/xmlscan"
	"github.com/phiwatch/phiwatch/internal/object"
)

// labelOf is the label of the element at a depth: the name that an attribute gave it, else its local name.
func (p *parser) labelOf(d int) []byte {
	if d == 0 {
		return nil
	}
	l := p.names[p.stack[d].label:]
	if d < p.depth {
		l = l[:p.stack[d+1].label-p.stack[d].label]
	}
	return l
}

// mayRecord tells whether an element of that name may be a record here.
func (p *parser) mayRecord(name []byte) bool {
	if known(name) {
		return true
	}
	return p.stack[p.depth].last == hash(name) && !detail(name)
}

// known has the names that records have.
func known(name []byte) bool {
	switch string(name) {
	case "Patient", "patient", "PATIENT", "record", "Record", "RECORD", "row", "Row", "ROW", "entry", "Entry", "Tumor",
		"person", "Person", "PERSON", "member", "Member", "employee", "Employee", "claim", "Claim", "subscriber", "Subscriber",
		"client", "Client", "customer", "Customer":
		return true
	}
	return false
}

// detail has the names that are repeated inside of a record.
func detail(name []byte) bool {
	switch string(name) {
	case "identifier", "id", "name", "telecom", "address", "addr", "phone", "email", "contact", "coding", "code",
		"templateId", "component", "section", "value", "diagnosis", "Diagnosis", "note", "text", "extension", "author",
		"participant", "medication", "Medication", "allergy", "procedure", "observation", "identifiers", "property", "param",
		"parameter", "field", "attribute", "item", "Identifier", "Name", "Address", "Phone", "Contact", "Code":
		return true
	}
	return false
}

// narrative tells elements that hold running text.
func narrative(name []byte) bool { return string(name) == "html" }

// explains tells elements that say what the value beside them is.
func explains(name []byte) bool {
	switch string(name) {
	case "system", "type", "code", "coding", "key", "label", "display", "use":
		return true
	}
	return false
}

// naming ranks attributes that name their element.
func naming(name []byte) int {
	switch string(name) {
	case "naaccrId", "name", "Name":
		return 3
	case "key", "label", "field", "displayName", "Key":
		return 2
	case "fieldName", "title", "caption":
		return 1
	}
	return 0
}

// emitAttrs emits the attributes of the innermost element, or of one that is too deep to be that.
func (p *parser) emitAttrs(t *xmlscan.Tag) {
	rank, best := 0, -1
	var root []byte
	for i := range t.Attrs {
		k := xmlscan.Local(t.Key(&t.Attrs[i]))
		if r := naming(k); r > rank {
			rank, best = r, i
		}
		if string(k) == "root" {
			root = t.Value(&t.Attrs[i])
		}
	}
	if best >= 0 && !t.Deep {
		if v := t.Value(&t.Attrs[best]); len(v) > 0 && len(v) <= 64 {
			p.names = append(p.names[:p.stack[p.depth].label], v...)
		} else {
			best = -1
		}
	}
	for i := range t.Attrs {
		k, v := t.Key(&t.Attrs[i]), t.Value(&t.Attrs[i])
		if len(v) == 0 || i == best && rank == 3 || isNamespace(k) {
			continue
		}
		v = p.s.References(v)
		l := p.attrLabel(t, xmlscan.Local(k), v, best >= 0)
		if root != nil && string(k) == "extension" {
			if s := registry(root); s != "" {
				l = append(p.label[:0], s...)
			}
		}
		p.e.Field(object.RoleAttribute, l, v)
	}
}

func isNamespace(k []byte) bool {
	return bytes.HasPrefix(k, []byte("xmlns")) || bytes.HasPrefix(k, []byte("xsi:"))
}

// attrLabel makes the label of attribute k with the value v.
func (p *parser) attrLabel(t *xmlscan.Tag, k, v []byte, named bool) []byte {
	if string(k) == "value" && !t.Deep {
		up := &p.stack[p.depth-1]
		switch {
		case explains(t.Name):
			up.addHint(v)
		case string(t.Name) == "value" && up.hints > 0:
			p.label = append(append(p.label[:0], up.hint[:up.hints]...), " value"...)
			return p.label
		case named:
			return p.labelOf(p.depth)
		}
	}
	p.label = append(p.label[:0], t.Name...)
	p.label = append(p.label, '@')
	p.label = append(p.label, k[:min(len(k), 64)]...)
	return p.label
}

// addHint keeps the last segment of v.
func (el *element) addHint(v []byte) {
	if i := bytes.LastIndexByte(v, '/'); i >= 0 && i+1 < len(v) {
		v = v[i+1:]
	}
	if bytes.HasPrefix(v, []byte("urn:oid:")) {
		if s := registry(v[8:]); s != "" {
			v = []byte(s)
		}
	}
	if len(v) > 32 || len(v)+1 > len(el.hint)-int(el.hints) {
		return
	}
	if el.hints > 0 {
		el.hint[el.hints] = ' '
		el.hints++
	}
	el.hints += int32(copy(el.hint[el.hints:], v))
}

// registry names the object identifiers of national registers.
func registry(oid []byte) string {
	switch string(oid) {
	case "2.16.840.1.113883.4.1":
		return "ssn"
	case "2.16.840.1.113883.4.927":
		return "mbi"
	case "2.16.840.1.113883.4.6":
		return "npi"
	}
	return ""
}

package xml

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// labelOf is the label of the element at a depth: the name that an attribute gave it, else its local name.
func (p *parser) labelOf(d int) []byte {
	if d == 0 {
		return nil
	}
	el := &p.stack[d]
	l := p.names[el.name:]
	if d < p.depth {
		l = p.names[el.name:p.stack[d+1].name]
	}
	if len(l) > int(el.local) {
		return l[el.local:]
	}
	return l
}

// root takes the document element: it tells the schema.
func (p *parser) root(name, tag []byte, attrs []attr) {
	if p.said {
		return
	}
	switch string(name) {
	case "ClinicalDocument":
		p.kind = object.StructCCDA
	case "NaaccrData":
		p.kind = object.StructNAACCR
	default:
		for _, a := range attrs {
			if bytes.HasPrefix(tag[a.name:a.nameEnd], []byte("xmlns")) && string(tag[a.value:a.valueEnd]) == "http://hl7.org/fhir" {
				p.kind = object.StructFHIR
			}
		}
	}
	if p.kind != object.StructText {
		p.said = true
		p.e.Structure(p.kind)
	}
}

// mayRecord tells whether an element of that name may be a record here.
func (p *parser) mayRecord(name []byte) bool {
	switch p.kind {
	case object.StructCCDA:
		return false
	case object.StructNAACCR:
		return string(name) == "Patient"
	case object.StructFHIR:
		return string(name) == "entry"
	}
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
func narrative(name []byte, k object.Structure) bool {
	switch k {
	case object.StructCCDA:
		return string(name) == "text"
	case object.StructFHIR:
		return string(name) == "div"
	}
	return string(name) == "html"
}

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

// emitAttrs emits the attributes of el.
func (p *parser) emitAttrs(el *element, name, tag []byte, attrs []attr) {
	rank, best := 0, -1
	root := -1
	for i := range attrs {
		a := &attrs[i]
		k := local(tag[a.name:a.nameEnd])
		if r := naming(k); r > rank {
			rank, best = r, i
		}
		if string(k) == "root" {
			root = i
		}
	}
	if best >= 0 && p.below == 0 {
		a := &attrs[best]
		if v := window.Trim(tag[a.value:a.valueEnd]); len(v) > 0 && len(v) <= 64 {
			p.names = append(p.names, v...)
		} else {
			best = -1
		}
	}
	for i := range attrs {
		a := &attrs[i]
		k, v := tag[a.name:a.nameEnd], window.Trim(tag[a.value:a.valueEnd])
		if len(v) == 0 || i == best && rank == 3 || isNamespace(k) {
			continue
		}
		v = p.decoded(v)
		l := p.attrLabel(el, name, local(k), v, best >= 0)
		if root >= 0 && string(k) == "extension" {
			if s := registry(tag[attrs[root].value:attrs[root].valueEnd]); s != "" {
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
func (p *parser) attrLabel(el *element, name, k, v []byte, named bool) []byte {
	if string(k) == "value" && p.below == 0 {
		up := &p.stack[p.depth-1]
		switch {
		case explains(name):
			up.addHint(v)
		case string(name) == "value" && up.hints > 0:
			p.label = append(append(p.label[:0], up.hint[:up.hints]...), " value"...)
			return p.label
		case named:
			return p.labelOf(p.depth)
		}
	}
	p.label = append(p.label[:0], name...)
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

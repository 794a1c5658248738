package json

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/object"
)

// class tells keys apart that say what a sibling is, or that have their meaning from a sibling.
type class uint8

const (
	other    class = iota
	hinting        // its string says what the sibling "value" is
	nesting        // as hinting; also an object or array whose own hints count for the parent
	naming         // an id: a hint if it is a word
	valuing        // a value that a sibling may explain
	resource       // resourceType
)

// classOf classes a key.
func classOf(k []byte) class {
	if len(k) < 2 || len(k) > 24 {
		return other
	}
	switch string(k) {
	case "type", "code", "coding":
		return nesting
	case "system", "name", "key", "label", "display", "url", "use", "text", "title", "field", "column", "property",
		"attribute", "question", "prompt", "Name", "Key", "Label", "Type", "Code", "Field":
		return hinting
	case "id":
		return naming
	case "val", "answer", "content", "Value", "VALUE", "data":
		return valuing
	}
	if len(k) >= 5 && string(k[:5]) == "value" && (len(k) == 5 || k[5] < 'a') {
		return valuing
	}
	return other
}

// Key implements jsonscan.Handler: a key becomes the label of what follows.
func (p *parser) Key(k []byte) {
	p.class = classOf(k)
	p.path = p.path[:p.stack[p.depth].base]
	if len(p.path) > 0 {
		p.path = append(p.path, '.')
	}
	if len(k) > maxLabel {
		k = k[:maxLabel]
	}
	p.path = append(p.path, k...)
}

// nearest is the last key of the path.
func (p *parser) nearest() []byte { return lastKey(p.path) }

func lastKey(path []byte) []byte { return path[bytes.LastIndexByte(path, '.')+1:] }

// pathLabel is the path, cut from the left at a key if it is too long.
func (p *parser) pathLabel() []byte {
	l := p.path
	if len(l) <= maxLabel {
		return l
	}
	l = l[len(l)-maxLabel:]
	if i := bytes.IndexByte(l, '.'); i >= 0 {
		return l[i+1:]
	}
	return l
}

// Leaf implements jsonscan.Handler.
func (p *parser) Leaf(v []byte, isString bool) {
	f := &p.stack[p.depth]
	if f.leaves < 255 {
		f.leaves++
	}
	if len(v) == 0 {
		return
	}
	if isString && len(v) >= minEncoded {
		p.embedded(v)
	}
	if f.array {
		p.e.Field(object.RoleNone, p.pathLabel(), v)
		return
	}
	switch p.class {
	case valuing:
		p.explained(f, v)
		return
	case hinting, nesting:
		if isString {
			f.addHint(v)
			if p.pendAt == p.depth {
				p.flushPending()
			}
		}
	case naming:
		if isString && isWord(v) {
			f.addHint(v)
		}
	}
	p.e.Field(object.RoleNone, p.pathLabel(), v)
}

// explained takes a value whose label is what its siblings say; if none did yet, it waits for them.
func (p *parser) explained(f *frame, v []byte) {
	if f.hintLen > 0 {
		p.e.Field(object.RoleNone, p.hintLabel(p.depth, p.nearest()), v)
		return
	}
	if len(v) > len(p.pend) {
		p.e.Field(object.RoleNone, p.pathLabel(), v)
		return
	}
	p.flushPending()
	p.pendLen, p.pendAt = copy(p.pend[:], v), p.depth
}

// flushPending emits the value that waits, if there is one.
func (p *parser) flushPending() {
	if n := p.pendLen; n > 0 {
		p.pendLen = 0
		p.e.Field(object.RoleNone, p.hintLabel(p.pendAt, valueLabel), p.pend[:n])
	}
}

var valueLabel = []byte("value")

// hintLabel is the label of the value with a key in the object at a depth: the key that the object stands under, what
// its siblings say, and the key.
func (p *parser) hintLabel(depth int, key []byte) []byte {
	f := &p.stack[depth]
	l := p.label[:0]
	if depth > 0 && !p.stack[depth-1].array {
		l = append(append(l, lastKey(p.path[:f.base])...), ' ')
	}
	if f.hintLen > 0 {
		l = append(append(l, f.hint[:f.hintLen]...), ' ')
	}
	return append(l, key...)
}

// addHint keeps the last segment of v, and words for the object identifiers that stand for national identifiers.
func (f *frame) addHint(v []byte) {
	if i := bytes.LastIndexByte(v, '/'); i >= 0 && i+1 < len(v) {
		v = v[i+1:]
	}
	if bytes.HasPrefix(v, oidPrefix) {
		switch string(v[len(oidPrefix):]) {
		case "2.16.840.1.113883.4.1":
			v = []byte("ssn")
		case "2.16.840.1.113883.4.927":
			v = []byte("mbi")
		case "2.16.840.1.113883.4.6":
			v = []byte("npi")
		}
	}
	room := len(f.hint) - int(f.hintLen)
	if len(v) > 32 || len(v)+1 > room {
		return
	}
	if f.hintLen > 0 {
		f.hint[f.hintLen] = ' '
		f.hintLen++
	}
	f.hintLen += uint8(copy(f.hint[f.hintLen:], v))
}

var oidPrefix = []byte("urn:oid:")

func isWord(v []byte) bool {
	for _, c := range v {
		if (c|0x20 < 'a' || c|0x20 > 'z') && c != '_' && c != '-' && c != ' ' {
			return false
		}
	}
	return true
}

// Open implements jsonscan.Handler.
func (p *parser) Open(array bool) {
	if p.depth+1 == len(p.stack) {
		p.stack = append(p.stack, make([]frame, len(p.stack))...)
	}
	up := &p.stack[p.depth]
	cl := p.class
	if up.array {
		cl = up.class
	} else {
		up.flat = false
	}
	p.depth++
	f := &p.stack[p.depth]
	f.array, f.unit, f.records, f.flat = array, false, false, !array
	f.class, f.hintLen, f.leaves, f.count = cl, 0, 0, 0
	f.base = int32(len(p.path))
	if array {
		f.records = p.isRecords(up)
		return
	}
	if !up.array {
		return
	}
	up.count++
	if p.depth == 1 && !p.lines && up.count < 2 || p.depth > 1 && !up.records || p.units > 0 {
		return
	}
	if up.count == 2 && up.flat && !p.said {
		p.said = true
		p.e.Structure(object.StructTable)
	}
	f.unit = true
	p.units++
	p.e.Begin(object.UnitRecord)
}

// isRecords tells whether the objects of an array that is opened inside of up are records.
func (p *parser) isRecords(up *frame) bool {
	if p.units > 0 || p.depth > 5 {
		return false
	}
	if up.array {
		return p.depth == 1 || up.records
	}
	k := p.nearest()
	if len(k) > 24 || details(k) {
		return false
	}
	return up.leaves < 3 || collection(k)
}

// Close implements jsonscan.Handler.
func (p *parser) Close() {
	f := &p.stack[p.depth]
	if p.pendAt == p.depth {
		p.flushPending()
	}
	p.depth--
	up := &p.stack[p.depth]
	if f.class == nesting && f.hintLen > 0 {
		up.addHint(f.hint[:f.hintLen])
		if p.pendAt == p.depth {
			p.flushPending()
		}
	}
	if up.array && !f.array {
		up.flat = f.flat && (up.count == 1 || up.flat)
	}
	if f.unit {
		f.unit = false
		p.units--
		p.e.End()
	}
	p.path = p.path[:f.base]
}

// details tells keys of arrays that list details of one thing.
func details(k []byte) bool {
	switch string(k) {
	case "identifier", "identifiers", "ids", "name", "names", "telecom", "address", "addresses", "contact", "contacts",
		"phone", "phones", "phoneNumbers", "email", "emails", "coding", "codings", "code", "codes", "extension",
		"extensions", "modifierExtension", "tags", "diagnosis", "diagnoses", "dx", "medication", "medications", "meds",
		"prescriptions", "allergies", "conditions", "problems", "procedures", "labs", "vitals", "observations",
		"insurance", "insurances", "coverage", "coverages", "notes", "lines", "attributes", "properties", "fields",
		"params", "parameters", "values", "visits", "encounters", "appointments", "documents", "attachments", "link",
		"links", "communication", "interpretation", "category", "participant", "performer", "component", "contained",
		"photo", "qualification", "history", "relatives", "dependents", "answers", "answer", "questions", "custom",
		"customFields", "metadata", "headers", "cookies":
		return true
	}
	return false
}

// collection tells keys of arrays that list things, whatever stands beside them.
func collection(k []byte) bool {
	switch string(k) {
	case "patients", "records", "rows", "data", "results", "items", "entries", "entry", "members", "users", "people",
		"persons", "employees", "claims", "list", "subscribers", "clients", "customers", "value", "objects", "documents",
		"hits", "resources", "content", "d":
		return true
	}
	return false
}

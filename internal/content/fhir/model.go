package fhir

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/embed"
	"github.com/phiwatch/phiwatch/internal/content/identity"
	"github.com/phiwatch/phiwatch/internal/object"
)

// kind is the datatype of an element, as far as it matters.
type kind uint8

const (
	plain kind = iota
	identifier
	humanName
	address
	telecom
	coding
	attachment
	reference
	numKinds
)

// kindOf returns the datatype of a property that is an object.
func kindOf(key []byte) kind {
	switch string(key) {
	case "identifier", "valueIdentifier", "masterIdentifier", "groupIdentifier":
		return identifier
	case "name", "valueHumanName":
		return humanName
	case "address", "valueAddress":
		return address
	case "telecom", "valueContactPoint":
		return telecom
	case "coding", "valueCoding", "security", "tag":
		return coding
	case "attachment", "photo", "valueAttachment", "presentedForm", "contentAttachment", "sourceAttachment":
		return attachment
	case "subject", "patient", "beneficiary":
		return reference
	}
	return plain
}

// frame is an element that is open.
type frame struct {
	key       int // where its key begins in model.keys
	res       int // the resource that it belongs to, in model.res
	kind      kind
	own       bool // it is that resource
	entry     bool // an entry began with it
	contained bool // in a resource that is in another one
	hints     uint8
	hint      [48]byte // what says of its value what it is: the url of an extension, the text of a question
}

// resource is a resource that is open, or that fields still wait for.
type resource struct {
	class class
	up    int // the one around it
}

// maxResources bounds the resources inside of each other and of one entry; further ones count for the one around them.
const maxResources = 1024

type model struct {
	out
	keys  []byte
	stack []frame // stack[0] stands for the document
	depth int
	in    [numKinds]uint16 // elements of a kind that are open

	ident struct{ system, value, code, text identity.Field }
	name  identity.Name
	addr  identity.Address
	tele  struct{ system, value identity.Field }
	code  struct{ system, code, display identity.Field }
	doc   embed.Doc
	media string
	title identity.Field
	isDoc bool // what is too long for a token is the attachment's data
}

func newModel(e object.Emitter) *model {
	m := &model{stack: make([]frame, 16)}
	m.e = e
	m.res = append(m.res, resource{class: other})
	return m
}

// open takes the beginning of an element.
func (m *model) open(key []byte) {
	if m.depth+1 == len(m.stack) {
		m.stack = append(m.stack, make([]frame, len(m.stack))...)
	}
	up := &m.stack[m.depth]
	m.depth++
	f := &m.stack[m.depth]
	f.key, f.res, f.kind, f.contained = len(m.keys), up.res, kindOf(key), up.contained
	f.own, f.entry, f.hints = false, false, 0
	m.keys = append(m.keys, key[:min(len(key), maxKey)]...)
	if m.in[f.kind] > 0 && f.kind != reference { // of what is inside of its like only the outer one is put together
		f.kind = plain
	}
	m.in[f.kind]++
	m.reset(f.kind)
	c := m.classOf(up.res)
	switch {
	case m.depth == 1:
		m.begin(f)
		m.alone, m.marked = true, false
		m.resource(f)
	case string(key) == "entry" && up.own && (c == bundle || c == unknown):
		m.begin(f)
		m.alone = false
	case string(key) == "contained":
		f.contained = true
		m.resource(f)
	case string(key) == "resource" && up.kind == plain && c <= bundle:
		m.resource(f)
	}
}

// begin begins an entry.
func (m *model) begin(f *frame) {
	m.finish()
	f.entry = true
	m.res = m.res[:f.res+1]
	m.wait()
}

// resource makes f a resource whose type is still to come.
func (m *model) resource(f *frame) {
	f.own = true
	if len(m.res) < maxResources {
		m.res = append(m.res, resource{up: f.res})
		f.res = len(m.res) - 1
	}
}

// reset empties what an element is put together in.
func (m *model) reset(k kind) {
	switch k {
	case identifier:
		m.ident.system, m.ident.value, m.ident.code, m.ident.text = m.ident.system[:0], m.ident.value[:0], m.ident.code[:0], m.ident.text[:0]
	case humanName:
		m.name.Reset()
	case address:
		m.addr.Reset()
	case telecom:
		m.tele.system, m.tele.value = m.tele.system[:0], m.tele.value[:0]
	case coding:
		m.code.system, m.code.code, m.code.display = m.code.system[:0], m.code.code[:0], m.code.display[:0]
	case attachment:
		m.media, m.title = "", m.title[:0]
	}
}

// close takes the end of the innermost element.
func (m *model) close() {
	if m.depth == 0 {
		return
	}
	f := &m.stack[m.depth]
	switch f.kind {
	case identifier:
		m.identified(f)
	case humanName:
		m.named(f)
	case address:
		m.placed(f)
	case telecom:
		m.reached(f)
	case coding:
		m.coded(f)
	case attachment:
		m.attached()
	}
	m.in[f.kind]--
	if f.own && m.res[f.res].class == unknown { // it was none
		m.res[f.res].class = m.classOf(m.res[f.res].up)
		m.settle()
	}
	if f.entry {
		m.finish()
	}
	m.keys = m.keys[:f.key]
	m.depth--
	m.settle()
	if f.own && len(m.ops) == 0 && f.res == len(m.res)-1 && f.res > m.stack[m.depth].res {
		m.res = m.res[:f.res]
	}
}

// end takes the end of the document.
func (m *model) end() {
	m.attached()
	m.depth, m.keys, m.in = 0, m.keys[:0], [numKinds]uint16{}
	m.finish()
	m.closeUnit()
}

// typed takes the type of the resource that is open.
func (m *model) typed(v []byte) {
	f := &m.stack[m.depth]
	if m.depth == 0 || !known(v) {
		return
	}
	if !f.own {
		m.resource(f)
	}
	if m.res[f.res].class != unknown {
		return
	}
	c := classOf(v)
	m.res[f.res].class = c
	if c == patient {
		if m.isPatient && !f.contained { // one of several in something that is no bundle
			m.finish()
			m.wait()
		}
		m.isPatient, m.inner = m.isPatient || !f.contained, m.inner || f.contained
	}
	m.ready()
	m.settle()
}

// leaf takes a value.
func (m *model) leaf(key, v []byte) {
	f := &m.stack[m.depth]
	if v = bytes.TrimSpace(v); len(v) == 0 {
		return
	}
	if string(key) == "resourceType" {
		m.typed(v)
	} else if m.element(f, key, v) {
		return
	}
	m.generic(f, key, v)
}

// element takes a value that belongs to a datatype, or that has a meaning by its key.
func (m *model) element(f *frame, key, v []byte) bool {
	switch f.kind {
	case identifier:
		return m.identifier(key, v)
	case humanName:
		return m.naming(key, v)
	case address:
		return m.place(key, v)
	case telecom:
		return set(key, v, "system", &m.tele.system) || set(key, v, "value", &m.tele.value)
	case coding:
		return set(key, v, "system", &m.code.system) || set(key, v, "code", &m.code.code) || set(key, v, "display", &m.code.display)
	case attachment:
		return m.document(key, v)
	case reference:
		return m.refers(f, key, v)
	}
	return m.keyed(f, key, v)
}

func set(key, v []byte, name string, to *identity.Field) bool {
	if string(key) != name {
		return false
	}
	if len(v) > 90 { // the end says what it is
		v = v[len(v)-90:]
	}
	to.Set(v)
	return true
}

// keyed takes what has a meaning by its key.
func (m *model) keyed(f *frame, key, v []byte) bool {
	switch string(key) {
	case "birthDate":
		m.put(op{res: f.res, role: object.RoleBirthDate, label: "birth date", mode: personal}, nil, v)
	case "deceasedDateTime":
		m.put(op{res: f.res, label: "date of death"}, nil, v)
	case "subscriberId":
		m.put(op{res: f.res, role: identity.Member(v), label: "subscriber id"}, nil, v)
	case "fullUrl":
		m.ids[1] = lastSegment(v)
		m.put(op{res: f.res, label: "url"}, nil, v)
	case "id":
		if f.own && !f.contained && m.ids[0] == 0 {
			m.ids[0] = lastSegment(v)
			m.put(op{res: f.res, label: "id"}, nil, v)
			m.ready()
			return true
		}
		m.put(op{res: f.res, label: "id"}, nil, v)
	case "div":
		m.narrative(v)
	case "name":
		if !f.own || m.in[humanName] > 0 {
			f.addHint(v)
			return false
		}
		m.put(op{res: f.res, label: "organization name"}, nil, v)
	case "data":
		return m.holdsData(f) && m.document(key, v)
	default:
		return m.hinting(f, key, v)
	}
	return true
}

// hinting takes what says of another value what it is, and texts of concepts.
func (m *model) hinting(f *frame, key, v []byte) bool {
	switch string(key) {
	case "url", "linkId":
		f.addHint(v)
	case "text":
		if string(m.key(f)) == "item" || string(m.key(f)) == "question" {
			f.hints = 0
			f.addHint(v)
			return false
		}
		if m.in[identifier] > 0 {
			m.ident.text.Set(v)
			return true
		}
		if !f.own {
			m.described(f, v)
			return true
		}
	}
	return false
}

// key is that of an open element.
func (m *model) key(f *frame) []byte {
	k := m.keys[f.key:]
	if f != &m.stack[m.depth] {
		for i := range m.depth {
			if f == &m.stack[i] {
				return k[:m.stack[i+1].key-f.key]
			}
		}
	}
	return k
}

// addHint keeps the last segment of v.
func (f *frame) addHint(v []byte) {
	if i := bytes.LastIndexByte(v, '/'); i >= 0 && i+1 < len(v) {
		v = v[i+1:]
	}
	if len(v) <= len(f.hint) {
		f.hints = uint8(copy(f.hint[:], v)) //nolint:gosec // its length
	}
}

// generic emits a value under its keys, or under what stands for them.
func (m *model) generic(f *frame, key, v []byte) {
	l := m.label[:0]
	if bytes.HasPrefix(key, []byte("value")) {
		for d := m.depth; d > 0 && d > m.depth-3; d-- {
			if h := &m.stack[d]; h.hints > 0 {
				l = append(append(l, h.hint[:h.hints]...), " value"...)
				break
			}
		}
	}
	if len(l) == 0 {
		if k := m.key(f); !f.own && len(k) > 0 && m.depth > 0 {
			l = append(append(l, k...), '.')
		}
		l = append(l, key[:min(len(key), maxKey)]...)
	}
	m.label = l
	m.put(op{res: f.res}, l, v)
}

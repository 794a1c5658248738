package fhir

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/identity"
	"github.com/phiwatch/phiwatch/internal/object"
)

// identifier takes a property of an identifier.
func (m *model) identifier(key, v []byte) bool {
	switch {
	case set(key, v, "system", &m.ident.system), set(key, v, "value", &m.ident.value):
	case string(key) == "use", string(key) == "id":
	default:
		return false
	}
	return true
}

// identified emits an identifier that is complete.
func (m *model) identified(f *frame) {
	id := &m.ident
	if len(id.value) == 0 {
		return
	}
	r, ok := bySystem(id.system, id.value)
	if !ok {
		r = identity.Typed(id.code, id.value, object.RoleNone)
	}
	for _, t := range [...][]byte{id.text, tail(id.system)} {
		if r == object.RoleNone && !ok {
			r = byText(t, id.value)
		}
	}
	o := op{res: f.res, role: r, mode: identifying, label: "identifier"}
	if ok && r == object.RoleNone || m.in[reference] > 0 {
		o.mode = always
	}
	if m.in[reference] > 0 && m.subject == 0 && !f.contained {
		m.subject = lastSegment(id.value)
		m.ready()
	}
	m.put(o, nil, id.value)
	if len(id.system) > 0 {
		m.put(op{res: f.res, label: "url"}, nil, id.system)
	}
}

// tail is the last segment of a system.
func tail(v []byte) []byte {
	if i := bytes.LastIndexAny(v, "/:"); i >= 0 {
		return v[i+1:]
	}
	return v
}

// bySystem returns the role of the identifiers of a system, if it is known.
func bySystem(system, id []byte) (r object.Role, ok bool) {
	if i := bytes.Index(system, []byte("2.16.840.1.113883.4.")); i >= 0 {
		r = identity.Registry(system[i:], id)
		return r, r != object.RoleNone
	}
	switch string(tail(system)) {
	case "us-ssn":
		return object.RoleSSN, true
	case "us-mbi", "us-medicare", "hicn":
		return identity.Medicare(id), true
	case "us-npi":
		return object.RoleNPI, true
	case "us-dea", "dea-number":
		return object.RoleDEA, true
	case "mbi-hash", "hicn-hash": // nobody's number
		return object.RoleNone, true
	}
	if bytes.Contains(system, []byte("sid/passport-")) {
		return object.RoleLicense, true
	}
	return object.RoleNone, false
}

// byText returns the role of an identifier by words about it.
func byText(text, id []byte) object.Role {
	var buf [96]byte
	t := buf[:copy(buf[:], text)]
	for i, c := range t {
		if c-'A' < 26 {
			t[i] = c | 0x20
		}
	}
	switch {
	case len(t) == 0:
	case has(t, "social sec"), has(t, "ssn"):
		return object.RoleSSN
	case has(t, "mrn"), has(t, "medical rec"), has(t, "medical-rec"), has(t, "medicalrecord"):
		return object.RoleMRN
	case has(t, "medicaid"):
		return object.RoleMedicaid
	case has(t, "medicare"), has(t, "mbi"):
		return identity.Medicare(id)
	case has(t, "member"), has(t, "subscriber"), has(t, "insurance"), has(t, "policy"):
		return identity.Member(id)
	case has(t, "driver"), has(t, "passport"), has(t, "licen"):
		return object.RoleLicense
	case has(t, "npi"), has(t, "national provider"):
		return object.RoleNPI
	case has(t, "account"):
		return object.RoleAccount
	}
	return object.RoleNone
}

func has(t []byte, word string) bool { return bytes.Contains(t, []byte(word)) }

// naming takes a property of a name.
func (m *model) naming(key, v []byte) bool {
	switch string(key) {
	case "family":
		m.name.Last.Add(v)
	case "given":
		m.name.First.Add(v)
	case "text":
		m.name.Text.Set(v)
	case "use", "prefix", "suffix", "id":
	default:
		return false
	}
	return true
}

func (m *model) named(f *frame) {
	m.buf = m.name.Append(m.buf[:0])
	m.put(op{res: f.res, role: object.RolePersonName, label: "provider name", mode: personal}, nil, m.buf)
}

// place takes a property of an address.
func (m *model) place(key, v []byte) bool {
	a := &m.addr
	switch string(key) {
	case "line":
		a.Line(v)
	case "city":
		a.City.Set(v)
	case "state":
		a.State.Set(v)
	case "postalCode":
		a.ZIP.Set(v)
	case "text":
		a.Text.Set(v)
	case "use", "type", "country", "district", "id":
	default:
		return false
	}
	return true
}

// placed emits an address: its parts if it is a person's, else as a whole.
func (m *model) placed(f *frame) {
	m.addr.Tell(func(r object.Role, label string, v []byte) {
		m.put(op{res: f.res, role: r, label: label, mode: ifPerson}, nil, v)
	})
	m.buf = m.addr.Append(m.buf[:0])
	m.put(op{res: f.res, label: "office contact", mode: ifOther}, nil, m.buf)
}

// reached emits a telephone number or an address of mail.
func (m *model) reached(f *frame) {
	v := []byte(m.tele.value)
	if i := bytes.IndexByte(v, ':'); i >= 0 && i < 7 { // tel:, mailto:
		v = v[i+1:]
	}
	r := object.RolePhone
	switch {
	case bytes.IndexByte(v, '@') >= 0:
		r = object.RoleEmail
	case string(m.tele.system) == "fax":
		r = object.RoleFax
	case string(m.tele.system) == "url":
		r = object.RoleNone
	}
	m.put(op{res: f.res, role: r, label: "office contact", mode: personal}, nil, v)
}

// coded emits a code with its display.
func (m *model) coded(f *frame) {
	c := &m.code
	up := &m.stack[m.depth-1]
	key := m.key(f)
	if string(key) == "security" || string(key) == "tag" {
		if string(c.code) == "HTEST" {
			m.mark(f)
		}
		return
	}
	if m.in[identifier] > 0 {
		if len(m.ident.code) == 0 || identity.Typed(m.ident.code, nil, object.RoleNone) == object.RoleNone {
			m.ident.code.Set(c.code)
		}
		if len(m.ident.text) == 0 {
			m.ident.text.Set(c.display)
		}
		return
	}
	if string(key) != "coding" {
		up = f
	}
	if len(c.code) > 0 {
		r, l := system(c.system)
		m.put(op{res: f.res, role: r, label: l}, nil, c.code)
	}
	if len(c.display) > 0 {
		m.described(up, c.display)
	}
}

// described emits the words for a code, labelled by what is coded.
func (m *model) described(f *frame, v []byte) {
	o := op{res: f.res}
	var key []byte
	switch key = m.key(f); string(key) {
	case "code":
		o.mode = describing
	case "medicationCodeableConcept", "medication", "concept":
		o.label = "medication"
	case "diagnosisCodeableConcept":
		o.label = "diagnosis"
	case "reasonCode", "reason":
		o.label = "reason for visit"
	case "procedureCodeableConcept", "productOrService":
		o.label = "procedure"
	case "substance":
		o.label = "allergy"
	}
	m.put(o, key, v)
}

// system returns the role and label of the codes of a system.
func system(v []byte) (object.Role, string) {
	switch t := tail(v); string(t) {
	case "icd-10-cm", "icd-10", "2.16.840.1.113883.6.90", "2.16.840.1.113883.6.3", "icd-o-3":
		return object.RoleDiagnosis, "diagnosis code"
	case "icd-9-cm", "icd-9", "2.16.840.1.113883.6.103":
		return object.RoleNone, "icd-9 diagnosis"
	case "ndc", "2.16.840.1.113883.6.69":
		return object.RoleNone, "ndc"
	case "rxnorm", "2.16.840.1.113883.6.88":
		return object.RoleDrug, "rxnorm"
	case "sct":
		return object.RoleNone, "snomed"
	case "loinc.org", "2.16.840.1.113883.6.1":
		return object.RoleNone, "loinc"
	case "cpt", "2.16.840.1.113883.6.12":
		return object.RoleNone, "cpt"
	case "HCPCSReleaseCodeSets", "hcpcs", "2.16.840.1.113883.6.285":
		return object.RoleNone, "hcpcs"
	}
	return object.RoleNone, "coded"
}

// refers takes a property of a reference to the patient.
func (m *model) refers(f *frame, key, v []byte) bool {
	switch string(key) {
	case "reference":
		who := bytes.HasPrefix(v, []byte("urn:")) || bytes.HasPrefix(v, []byte("Patient/")) || bytes.Contains(v, []byte("/Patient/"))
		if who && !f.contained && m.subject == 0 {
			m.subject = lastSegment(v)
			m.ready()
		}
		m.put(op{res: f.res, label: "reference"}, nil, v)
	case "display":
		m.put(op{res: f.res, role: object.RolePersonName, label: "patient name", mode: always}, nil, v)
	default:
		return m.keyed(f, key, v)
	}
	return true
}

// lastSegment is a hash of what a reference and the one it refers to have in common.
func lastSegment(v []byte) uint64 {
	if i := bytes.Index(v, []byte("/_history/")); i >= 0 {
		v = v[:i]
	}
	h := uint64(14695981039346656037)
	for _, c := range tail(v) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h | 1
}

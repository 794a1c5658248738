package fhir

import (
	"github.com/phiwatch/phiwatch/internal/object"
)

// mode tells how the role and label of a field depend on the resource that it stands in.
type mode uint8

const (
	always      mode = iota
	personal         // the role if it is a person's
	identifying      // an identifier
	describing       // words for the code of the resource
	ifPerson         // only if it is a person's
	ifOther          // only if it is not
	running          // text
)

// op is a field, or text, that waits.
type op struct {
	res   int
	role  object.Role
	mode  mode
	label string // "": what stands in the arena
	l, v  int    // bytes of label and value in the arena
}

// maxWait is how many bytes of an entry may wait for its patient and the types of its resources.
const maxWait = 64 << 10

// out emits fields when it is known whose they are.
type out struct {
	e     object.Emitter
	res   []resource
	ops   []op
	arena []byte
	buf   []byte
	label []byte

	held      bool // the patient of the entry is not known
	isPatient bool // the entry is one
	alone     bool // it is no entry of a bundle
	marked    bool // the bundle is a test
	inner     bool // its patient is contained in it
	loose     bool // nothing else belongs to the unit
	unit      bool
	patient   bool      // the patient is in the unit
	ids       [2]uint64 // of the entry: its id and URL
	subject   uint64    // whom it refers to
	owners    [4]uint64 // of the unit
	nOwners   int

	kept      bool // an attachment waits
	keptMedia string
	keptName  []byte
}

// classOf returns the class of a resource: of one that is none, that of the one around it.
func (m *model) classOf(res int) class { return m.res[res].class }

// wait begins an entry.
func (m *model) wait() {
	m.held, m.isPatient, m.inner, m.ids, m.subject = true, false, false, [2]uint64{}, 0
}

// ready releases an entry if it is known whose it is.
func (m *model) ready() {
	if m.held && (m.subject != 0 || m.isPatient && m.ids[0] != 0) {
		m.release()
	}
}

// release decides which unit the entry belongs to.
func (m *model) release() {
	if !m.held {
		return
	}
	m.held = false
	keys := [...]uint64{m.subject, 0}
	if m.isPatient {
		keys = m.ids
	}
	about := keys[0]|keys[1] != 0 || m.isPatient
	loose := !about && (m.alone || m.inner)
	switch {
	case !m.unit:
	case m.isPatient && m.patient, m.loose, loose:
		m.closeUnit()
	case about && m.nOwners > 0 && !m.owns(keys[0]) && !m.owns(keys[1]):
		m.closeUnit()
	}
	if !m.unit {
		m.unit = true
		m.loose = loose
		m.e.Begin(object.UnitRecord)
		if m.marked {
			m.e.Field(object.RoleTest, testLabel, testCode)
		}
	}
	m.patient = m.patient || m.isPatient
	for _, k := range keys {
		if k != 0 && !m.owns(k) && m.nOwners < len(m.owners) {
			m.owners[m.nOwners] = k
			m.nOwners++
		}
	}
}

func (m *model) owns(key uint64) bool {
	for _, k := range m.owners[:m.nOwners] {
		if k == key {
			return true
		}
	}
	return false
}

func (m *model) closeUnit() {
	if m.unit {
		m.e.End()
	}
	m.unit, m.patient, m.loose, m.nOwners = false, false, false, 0
}

// finish ends the entry. What stands in a bundle beside its entries belongs to no unit.
func (m *model) finish() {
	if m.held && m.depth > 0 && m.container() {
		m.held = false
		m.closeUnit()
	}
	m.release()
	m.flush()
}

// container tells whether the entry that is open is a bundle around others.
func (m *model) container() bool {
	return m.alone && len(m.res) > 1 && m.res[1].class == bundle
}

// mark marks the unit, or all units of a bundle, as a test.
func (m *model) mark(f *frame) {
	if m.res[f.res].class == bundle {
		m.marked = true
		return
	}
	m.put(op{res: f.res, role: object.RoleTest, label: string(testLabel)}, nil, testCode)
}

var (
	testLabel = []byte("meta.security")
	testCode  = []byte("HTEST")
)

// put emits a field, now or when it is known whose it is.
func (m *model) put(o op, label, v []byte) {
	if len(v) == 0 {
		return
	}
	if o.label != "" {
		label = nil
	}
	if len(m.arena)+len(label)+len(v) > maxWait {
		m.release()
		m.flush()
	}
	o.l, o.v = len(label), len(v)
	m.ops = append(m.ops, o)
	m.arena = append(append(m.arena, label...), v...)
	m.settle()
}

// text emits running text in its turn.
func (m *model) text(v []byte) {
	if len(v) > 0 {
		m.put(op{res: m.stack[m.depth].res, mode: running}, nil, v)
	}
}

// settle emits what waits, unless something is to come that decides about it.
func (m *model) settle() {
	if m.held || m.classOf(m.stack[m.depth].res) == unknown {
		return
	}
	m.flush()
}

// flush emits what waits.
func (m *model) flush() {
	at := 0
	for i := range m.ops {
		o := &m.ops[i]
		l := m.arena[at : at+o.l]
		v := m.arena[at+o.l : at+o.l+o.v]
		at += o.l + o.v
		m.tell(o, l, v)
	}
	m.ops, m.arena = m.ops[:0], m.arena[:0]
	if m.kept {
		m.kept = false
		name := string(m.keptName)
		if name == "" {
			name = "attachment"
		}
		m.doc.Emit(m.e, name, m.keptMedia)
	}
}

// tell emits a field with the role that it has in its resource.
func (m *model) tell(o *op, l, v []byte) {
	r, name, c := o.role, o.label, m.classOf(o.res)
	switch o.mode {
	case running:
		m.e.Text(v)
		return
	case personal:
		if c == patient || c == related {
			name = "patient"
		} else {
			r = object.RoleNone
		}
	case ifPerson, ifOther:
		if (c == patient || c == related) != (o.mode == ifPerson) {
			return
		}
	case describing:
		name = c.describes()
	case identifying:
		r, name = identifies(c, r, v), c.identified()
	}
	if name != "" {
		m.label = append(m.label[:0], name...)
		l = m.label
	}
	m.e.Field(r, l, v)
}

// identifies returns the role of an identifier of a resource.
func identifies(c class, r object.Role, v []byte) object.Role {
	switch {
	case r == object.RoleNPI, r == object.RoleDEA:
	case c == provider:
		return object.RoleNone
	case r == object.RoleNone && c == patient && len(v) <= 24:
		return object.RoleMRN
	case r == object.RoleNone && c == account:
		return object.RoleAccount
	}
	return r
}

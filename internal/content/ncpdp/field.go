package ncpdp

import "github.com/phiwatch/phiwatch/internal/object"

// Labels of fields that the standard gives a name.
var (
	patient      = []byte("patient name")
	cardholder   = []byte("cardholder name")
	address      = []byte("patient address")
	prescriber   = []byte("prescriber id")
	prescription = []byte("prescription number")
	doctor       = []byte("prescriber name")
	drug         = []byte("ndc")
	group        = []byte("group number")
)

// field takes a field: two letters or digits, and the value.
func (p *parser) field(s []byte) {
	if len(s) < 2 {
		p.emit(object.RoleNone, nil, s)
		return
	}
	id, v := s[:2], s[2:]
	if p.kept(id, v) {
		return
	}
	r, label := p.meaning(id)
	if label == nil {
		label = id
	}
	p.emit(r, label, v)
	p.qual = [2]byte{}
	if len(v) == 2 {
		copy(p.qual[:], v)
	}
}

// meaning is what an identifier says of the value behind it, together with the qualifier before it.
func (p *parser) meaning(id []byte) (object.Role, []byte) {
	switch string(id) {
	case "C2":
		return object.RoleMemberID, nil
	case "C4":
		return object.RoleBirthDate, nil
	case "CY":
		return p.patientID(), nil
	case "N5":
		return object.RoleMedicaid, nil
	case "CQ":
		return object.RolePhone, nil
	case "HN":
		return object.RoleEmail, nil
	case "D7":
		return object.RoleNone, drug
	case "DO":
		return object.RoleDiagnosis, nil
	case "DB":
		switch string(p.qual[:]) {
		case "01":
			return object.RoleNPI, nil
		case "12":
			return object.RoleDEA, nil
		}
		return object.RoleNone, prescriber
	case "DR":
		return object.RoleNone, doctor
	case "D2":
		return object.RoleNone, prescription
	case "C1":
		return object.RoleNone, group
	}
	return object.RoleNone, nil
}

// patientID is what 331-CX says of 332-CY.
func (p *parser) patientID() object.Role {
	switch string(p.qual[:]) {
	case "01":
		return object.RoleSSN
	case "02":
		return object.RoleLicense
	case "06":
		return object.RoleMedicaid
	}
	return object.RoleMRN
}

// kept keeps the parts of names and addresses until they are complete. Parts that are too long are fields of their own.
func (p *parser) kept(id, v []byte) bool {
	if len(v) > maxPart {
		return false
	}
	switch string(id) {
	case "CA":
		p.names[0].nf = copy(p.names[0].first[:], v)
	case "CB":
		p.names[0].nl = copy(p.names[0].last[:], v)
	case "CC":
		p.names[1].nf = copy(p.names[1].first[:], v)
	case "CD":
		p.names[1].nl = copy(p.names[1].last[:], v)
	case "CM", "CN", "CO", "CP":
		i := id[1] - 'M'
		p.placed[i] = copy(p.place[i][:], v)
	default:
		return false
	}
	return true
}

// flush emits what was kept of a segment.
func (p *parser) flush() {
	for i, l := range [...][]byte{patient, cardholder} {
		n := &p.names[i]
		p.buf = append(p.buf[:0], n.last[:n.nl]...)
		if n.nl > 0 && n.nf > 0 {
			p.buf = append(p.buf, ", "...)
		}
		p.buf = append(p.buf, n.first[:n.nf]...)
		n.nf, n.nl = 0, 0
		p.emit(object.RolePersonName, l, p.buf)
	}
	p.buf = p.buf[:0]
	for i := range p.place {
		if p.placed[i] == 0 {
			continue
		}
		switch {
		case len(p.buf) == 0:
		case i == 3:
			p.buf = append(p.buf, ' ')
		default:
			p.buf = append(p.buf, ", "...)
		}
		p.buf = append(p.buf, p.place[i][:p.placed[i]]...)
		p.placed[i] = 0
	}
	p.emit(object.RoleStreet, address, p.buf)
}

package x12

import (
	"github.com/phiwatch/phiwatch/internal/content/identity"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// who is whom segments are about.
type who uint8

const (
	nobody   who = iota
	person       // subscriber, patient, or anyone else who is neither provider nor organisation
	provider     // a provider who is a natural person, and all that is an organisation
)

// meaning emits the elements that the present segment gives a meaning, and opens records.
func (p *parser) meaning() {
	if len(p.place) > 0 && string(p.id) != "N4" {
		p.flush()
	}
	switch string(p.id) {
	case "ISA":
		p.test = string(p.at(15)) == "T"
		p.as(15, object.RoleNone, usage)
	case "ST":
		p.begin()
		p.set = [3]byte{}
		copy(p.set[:], p.at(1))
	case "SE", "GE":
		p.end()
	case "HL":
		p.level()
	case "INS", "ENT", "CLP", "PLB", "LX":
		p.opens()
	case "NM1":
		p.name()
	case "N1":
		p.who = nobody
		p.identified(3, 4)
		p.as(2, object.RoleNone, organisation)
	case "N3":
		p.street()
	case "N4":
		p.town()
	case "DMG":
		if p.who != provider {
			p.as(2, object.RoleBirthDate, nil)
		}
	case "REF":
		p.reference()
	case "PER":
		p.contact()
	case "CLM":
		p.who = nobody
		p.as(1, object.RoleAccount, account)
	default:
		p.clinical()
	}
}

// clinical emits diagnoses, procedures, drugs and dates.
func (p *parser) clinical() {
	switch string(p.id) {
	case "HI":
		for i := 1; i < p.n; i++ {
			p.coded(i)
		}
	case "SV1", "SV3", "SVD":
		i := 1
		if p.id[2] == 'D' {
			i = 3
		}
		p.procedure(i)
	case "SV2":
		p.procedure(2)
	case "SVC":
		p.procedure(1)
		p.procedure(6)
	case "LIN":
		if string(p.at(2)) == "N4" {
			p.as(3, object.RoleNone, ndc)
		}
	case "DTP":
		p.as(3, object.RoleNone, dated(p.at(1)))
	case "PAT":
		p.as(6, object.RoleNone, death)
	case "SBR":
		p.as(3, object.RoleNone, group)
	case "NTE", "MSG":
		p.as(2-int(p.id[0]&1), object.RoleNone, note)
	}
}

// at returns an element, empty if there is none.
func (p *parser) at(i int) []byte {
	if i < p.n {
		return p.el[i]
	}
	return nil
}

// as emits an element with a role or label; without a label it has that of its place.
func (p *parser) as(i int, r object.Role, label []byte) {
	if i >= p.n || len(p.el[i]) == 0 || r == object.RoleNone && label == nil {
		return
	}
	if p.parts>>i&1 != 0 && r == object.RoleNone {
		return
	}
	if label == nil {
		label = p.named(i)
	}
	p.done |= 1 << i
	p.emit(r, label, p.el[i])
}

// level opens a record at the levels of the hierarchy that are a subscriber, a patient, or one above of them. Levels
// below (event, service) belong to the patient.
func (p *parser) level() {
	switch string(p.at(3)) {
	case "EV", "SS":
	default:
		p.begin()
	}
}

// opens opens a record at segments that begin a person's loop in the transaction set that they are in.
func (p *parser) opens() {
	set := string(p.set[:])
	switch string(p.id) {
	case "INS":
		if set == "834" {
			p.begin()
		}
	case "ENT":
		if set == "820" {
			p.begin()
		}
		p.who = person
		p.identified(3, 4)
	case "CLP":
		p.begin()
		p.as(1, object.RoleAccount, account)
		p.as(7, object.RoleNone, claim)
	default: // what follows the claims of a payment
		if set == "835" {
			p.begin()
		}
	}
}

// name takes NM1.
func (p *parser) name() {
	p.who = entity(p.at(1), p.at(2))
	p.identified(8, 9)
	switch {
	case p.who == person:
		p.full(object.RolePersonName, nil)
	case string(p.at(2)) == "1":
		p.full(object.RoleNone, providerName)
	default:
		p.as(3, object.RoleNone, organisation)
	}
}

// full emits "LAST, FIRST MIDDLE" of NM1.
func (p *parser) full(r object.Role, label []byte) {
	if p.parts&(1<<3|1<<4|1<<5) != 0 {
		return
	}
	last, first, middle := window.Trim(p.at(3)), window.Trim(p.at(4)), window.Trim(p.at(5))
	p.buf = append(p.buf[:0], last...)
	if len(last) > 0 && len(first)+len(middle) > 0 {
		p.buf = append(p.buf, ',')
	}
	p.buf = joined(p.buf, first)
	p.buf = joined(p.buf, middle)
	if label == nil {
		label = p.named(3)
	}
	p.emit(r, label, p.buf)
	p.done |= 1<<3 | 1<<4 | 1<<5
}

// joined appends v behind a space.
func joined(dst, v []byte) []byte {
	if len(v) == 0 {
		return dst
	}
	if len(dst) > 0 {
		dst = append(dst, ' ')
	}
	return append(dst, v...)
}

// identified emits the identifier that is qualified by the element before it.
func (p *parser) identified(q, i int) {
	v := p.at(i)
	r, label := qualified(p.at(q), p.who)
	if (r == object.RoleHICN || r == object.RoleMemberID) && identity.Beneficiary(v) {
		r = object.RoleMBI
	}
	p.as(i, r, label)
}

// reference takes REF.
func (p *parser) reference() {
	q, v := p.at(1), p.at(2)
	r, label := referenced(q)
	if (r == object.RoleHICN || r == object.RoleMemberID) && identity.Beneficiary(v) {
		r = object.RoleMBI
	}
	p.as(2, r, label)
	if string(q) == "0F" && len(v) == 9 && digits(v) { // often the social security number
		p.emit(object.RoleNone, subscriber, v)
	}
}

// maxPlace bounds an address; longer ones are emitted by element.
const maxPlace = 256

// street keeps the street of a person until the town comes.
func (p *parser) street() {
	a, b := window.Trim(p.at(1)), window.Trim(p.at(2))
	if p.who != person || p.parts&(1<<1|1<<2) != 0 || len(a)+len(b) == 0 || len(a)+len(b) > maxPlace {
		return
	}
	p.place = joined(joined(p.place[:0], a), b)
	p.done |= 1<<1 | 1<<2
}

// town completes the address of a person.
func (p *parser) town() {
	if p.who != person {
		return
	}
	city, state, zip := window.Trim(p.at(1)), window.Trim(p.at(2)), window.Trim(p.at(3))
	if len(p.place) == 0 || p.parts&(1<<1|1<<2|1<<3) != 0 || len(city)+len(state)+len(zip) > maxPlace {
		p.flush()
		return
	}
	if len(city) > 0 {
		p.place = joined(append(p.place, ','), city)
	}
	if len(state)+len(zip) > 0 {
		p.place = append(p.place, ',')
	}
	p.place = joined(p.place, state)
	if len(zip) == 9 && digits(zip) {
		p.place = joined(p.place, zip[:5])
		p.place = append(append(p.place, '-'), zip[5:]...)
	} else {
		p.place = joined(p.place, zip)
	}
	p.done |= 1<<1 | 1<<2 | 1<<3
	p.flush()
}

// flush emits the address that was kept.
func (p *parser) flush() {
	if len(p.place) > 0 {
		p.emit(object.RoleStreet, address, p.place)
		p.place = p.place[:0]
	}
}

// contact takes PER: a name, and pairs of the kind of a number and the number.
func (p *parser) contact() {
	p.as(2, object.RoleNone, contactName)
	for i := 3; i+1 < p.n && i < 9; i += 2 {
		r := reached(p.el[i])
		if r == object.RoleNone {
			continue
		}
		if p.who != person { // of an office
			p.as(i+1, object.RoleNone, office)
			continue
		}
		p.as(i+1, r, nil)
	}
}

// coded emits the code of a composite of HI.
func (p *parser) coded(i int) {
	v := p.el[i]
	n := p.component(v)
	if n == len(v) || !diagnosis(v[:n]) {
		return
	}
	l := p.named(i)
	p.emit(object.RoleNone, l, v[:n])
	ninth := v[0] != 'A'
	v = v[n+1:]
	n = p.component(v)
	if ninth && n > 0 && (v[0]-'0' < 10 || v[0] == 'V') {
		p.emit(object.RoleNone, icd9, v[:n])
	} else {
		p.emit(object.RoleDiagnosis, l, v[:n])
	}
	p.done |= 1 << i
	if n < len(v) {
		p.components(i, v[n+1:])
	}
}

// procedure emits the components of the element that says what was done.
func (p *parser) procedure(i int) {
	v := p.at(i)
	if len(v) == 0 || p.parts>>i&1 == 0 {
		return
	}
	p.done |= 1 << i
	what := procedure
	for k := 0; len(v) > 0; k++ {
		n := p.component(v)
		l := p.named(i)
		switch k {
		case 0:
			what = performed(v[:n])
		case 1:
			l = what
		}
		p.emit(object.RoleNone, l, v[:n])
		v = v[min(n+1, len(v)):]
	}
}

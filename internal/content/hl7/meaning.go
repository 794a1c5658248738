package hl7

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// kind is what a field is.
type kind uint8

const (
	other     kind = iota
	patientID      // CX, a medical record number when no type is given
	anyID          // CX, of no role when no type is given
	accountID      // CX, an account number when no type is given
	memberID       // CX, a member number when no type is given
	ssn
	license
	mbi
	medicaid
	person   // XPN
	provider // XCN
	birth
	address // XAD
	phone   // XTN
	diagnosis
	described // a code with its text, labelled by what it is
	comment   // text
)

// places says what the fields of a segment are.
type places struct {
	field uint8
	kind  kind
	label string
}

// pid to obx are the segments that have fields of a kind. Numbers as in HL7 v2.8, chapters 3, 4, 6 and 7.
func of(id []byte) []places {
	switch string(id) {
	case "PID":
		return pid[:]
	case "NK1":
		return nk1[:]
	case "GT1":
		return gt1[:]
	case "IN1":
		return in1[:]
	case "IN2":
		return in2[:]
	case "MRG":
		return mrg[:]
	case "PV1":
		return pv1[:]
	case "PV2":
		return pv2[:]
	case "DG1":
		return dg1[:]
	case "PR1":
		return pr1[:]
	case "AL1", "IAM":
		return al1[:]
	case "ORC":
		return orc[:]
	case "OBR":
		return obr[:]
	}
	return further(id)
}

func further(id []byte) []places {
	switch string(id) {
	case "RXA":
		return rxa[:]
	case "RXE", "RXD", "RXG":
		return rxe[:]
	case "RXO":
		return rxo[:]
	case "FT1":
		return ft1[:]
	case "PRB":
		return prb[:]
	case "NTE":
		return nte[:]
	case "SPM":
		return spm[:]
	}
	return nil
}

var (
	pid = [...]places{{2, patientID, ""}, {3, patientID, ""}, {4, patientID, ""}, {5, person, ""}, {6, person, ""}, {7, birth, ""}, {9, person, ""},
		{11, address, ""}, {13, phone, ""}, {14, phone, ""}, {18, accountID, ""}, {19, ssn, ""}, {20, license, ""}, {29, other, "date of death"},
		{40, phone, ""}}
	nk1 = [...]places{{2, person, ""}, {4, address, ""}, {5, phone, ""}, {6, phone, ""}, {16, birth, ""}, {30, person, ""}, {31, phone, ""},
		{32, address, ""}, {33, anyID, ""}, {37, ssn, ""}, {40, phone, ""}}
	gt1 = [...]places{{2, anyID, ""}, {3, person, ""}, {4, person, ""}, {5, address, ""}, {6, phone, ""}, {7, phone, ""}, {8, birth, ""}, {12, ssn, ""},
		{19, anyID, ""}}
	in1 = [...]places{{16, person, ""}, {18, birth, ""}, {19, address, ""}, {36, memberID, ""}, {49, memberID, ""}}
	in2 = [...]places{{2, ssn, ""}, {6, mbi, ""}, {8, medicaid, ""}, {40, person, ""}, {61, memberID, ""}, {63, phone, ""}, {64, phone, ""}}
	mrg = [...]places{{1, patientID, ""}, {2, patientID, ""}, {3, accountID, ""}, {4, patientID, ""}, {5, accountID, ""}, {7, person, ""}}
	pv1 = [...]places{{7, provider, ""}, {8, provider, ""}, {9, provider, ""}, {17, provider, ""}, {19, accountID, ""}, {50, accountID, ""},
		{52, provider, ""}}
	pv2 = [...]places{{3, described, "reason for visit"}}
	dg1 = [...]places{{3, diagnosis, "diagnosis"}, {4, comment, "diagnosis"}, {16, provider, ""}}
	pr1 = [...]places{{3, described, "procedure"}, {4, comment, "procedure"}, {8, provider, ""}, {11, provider, ""}}
	al1 = [...]places{{3, described, "allergy"}, {5, comment, "reaction"}}
	orc = [...]places{{10, provider, ""}, {11, provider, ""}, {12, provider, ""}, {16, described, "reason for order"}}
	obr = [...]places{{4, described, "test"}, {10, provider, ""}, {13, comment, "clinical information"}, {16, provider, ""}, {28, provider, ""},
		{31, described, "reason for study"}}
	rxa = [...]places{{5, described, "medication"}, {10, provider, ""}}
	rxe = [...]places{{2, described, "medication"}, {13, provider, ""}}
	rxo = [...]places{{1, described, "medication"}, {14, provider, ""}}
	ft1 = [...]places{{19, diagnosis, "diagnosis"}, {20, provider, ""}, {21, provider, ""}, {25, described, "procedure"}}
	prb = [...]places{{3, diagnosis, "problem"}}
	nte = [...]places{{3, comment, ""}}
	spm = [...]places{{4, described, "specimen"}}
)

// meaning tells the fields of a segment, in their order.
func (p *parser) meaning() {
	list := of(p.id)
	first, observation := 0, string(p.id) == "OBX"
	switch string(p.id) {
	case "MSH", "FHS", "BHS":
		first = 1 // field i is i+1; MSH-2 is the delimiters
	}
	for i := 1 + first; i < p.n; i++ {
		for len(list) > 0 && int(list[0].field) < i {
			list = list[1:]
		}
		v := p.el[i]
		if len(v) == 0 || len(v) == 2 && v[0] == '"' && v[1] == '"' {
			continue
		}
		switch {
		case first == 1 && i == 10 && p.id[0] == 'M':
			p.processing(v)
		case observation && i == 5:
			p.observe()
		case observation && i == 3:
			p.coded(p.place(3), v, p.has[3])
		case len(list) > 0 && int(list[0].field) == i:
			p.placed(i, &list[0])
		default:
			p.leaves(object.RoleNone, p.place(i+first), v, p.has[i])
		}
	}
}

// processing tells MSH-11 (chapter 2, table 0103): P is production, T training, D debugging. The latter two mark a message.
func (p *parser) processing(v []byte) {
	p.leaves(object.RoleNone, p.place(11), v, hasParts)
	if id := v[:cut(v, p.d.comp, hasParts)]; len(id) == 1 && (id[0] == 'T' || id[0] == 'D') {
		p.e.Field(object.RoleTest, p.place(11), id)
	}
}

// place returns the label of a field by its place.
func (p *parser) place(i int) []byte {
	n := 4
	if i >= 100 {
		p.label[n] = '0' + byte(i/100)
		n++
	}
	if i >= 10 {
		p.label[n] = '0' + byte(i/10%10)
		n++
	}
	p.label[n] = '0' + byte(i%10)
	return p.label[:n+1]
}

// placed tells a field of a kind, repetition by repetition.
func (p *parser) placed(i int, at *places) {
	l, has := p.place(i), p.has[i]
	if at.label != "" {
		p.name = append(p.name[:0], at.label...)
		l = p.name
	}
	for v := p.el[i]; len(v) > 0; {
		n := cut(v, p.d.rep, has)
		p.repetition(at.kind, l, v[:n], has)
		v = v[min(len(v), n+1):]
	}
}

// repetition tells one repetition of a field.
func (p *parser) repetition(k kind, l, v []byte, has uint8) {
	if k >= person && k <= phone || k <= memberID {
		p.parts(v, has)
	}
	switch k {
	case patientID, anyID, accountID, memberID:
		p.identifier(k, l, has)
	case ssn, license, mbi, medicaid, birth:
		p.first(roles[k], l, v, has)
	case person:
		p.person(object.RolePersonName, l, 1, has)
	case provider:
		p.provider(l, has)
	case address:
		p.address(l, has)
	case phone:
		p.phone(l, has)
	case diagnosis:
		n := cut(v, p.d.comp, has)
		p.parts(v, has)
		if bytes.HasPrefix(p.nth(3), ninth) {
			p.tell(object.RoleNone, icd9, v[:n], has)
		} else {
			p.tell(object.RoleDiagnosis, l, v[:n], has)
		}
		p.leaves(object.RoleNone, l, v[min(len(v), n+1):], has)
	case comment:
		p.comment(l, v, has)
	case described:
		p.coded(l, v, has)
	default:
		p.leaves(object.RoleNone, l, v, has)
	}
}

// coded tells a code with its text (CE, CWE): the code by the name of its system, which stands behind the text, and the alternate code
// the same way.
func (p *parser) coded(l, v []byte, has uint8) {
	p.parts(v, has)
	for i := 1; i <= 4 && i <= p.c; i += 3 {
		c := l
		if name := systemOf(window.Trim(p.nth(i + 2))); name != nil {
			c = name
		}
		p.leaves(object.RoleNone, c, p.nth(i), has)
		for k := i + 1; k < i+3 && k <= p.c; k++ {
			p.leaves(object.RoleNone, l, p.nth(k), has)
		}
	}
	p.leaves(object.RoleNone, l, p.after(6), has)
}

var (
	loinc  = []byte("loinc")
	cpt    = []byte("cpt")
	hcpcs  = []byte("hcpcs")
	ndc    = []byte("ndc")
	rxnorm = []byte("rxnorm")
	icd9   = []byte("icd-9 diagnosis")
	ninth  = []byte("I9")
)

// systemOf is the label of the codes of a coding system (table 0396), nil if they are of no kind.
func systemOf(v []byte) []byte {
	switch string(v) {
	case "LN", "LOINC":
		return loinc
	case "C4", "CPT4", "CPT", "C5":
		return cpt
	case "HCPCS", "HCPT", "HPC":
		return hcpcs
	case "NDC":
		return ndc
	case "RXNORM", "RxNorm":
		return rxnorm
	}
	return nil
}

var roles = [...]object.Role{
	patientID: object.RoleMRN, accountID: object.RoleAccount, memberID: object.RoleMemberID, ssn: object.RoleSSN, license: object.RoleLicense,
	mbi: object.RoleMBI, medicaid: object.RoleMedicaid, birth: object.RoleBirthDate, comment: object.RoleNone,
}

// first gives the first component its role.
func (p *parser) first(r object.Role, l, v []byte, has uint8) {
	n := cut(v, p.d.comp, has)
	first := v[:n]
	p.tell(r, l, first[:cut(first, p.d.sub, has)], has)
	p.leaves(object.RoleNone, l, v[min(len(v), n+1):], has)
}

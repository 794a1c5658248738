// Package identity has what the decoders of health formats share about people: what the type of an identifier makes of it, and
// how names and addresses are put together, so that a person reads the same whatever the format.
package identity

import "github.com/phiwatch/phiwatch/internal/object"

// Typed returns the role of an identifier by its type (HL7 table 0203, v2-0203 in FHIR); def is that of a type without one.
// Payers number people by Medicare's identifiers, too: one of that form is one.
func Typed(code, id []byte, def object.Role) object.Role {
	switch string(code) {
	case "MR", "MRN", "PI", "PT", "MRT", "PE", "MPI", "EPI":
		return object.RoleMRN
	case "SS", "SSN", "SB":
		return object.RoleSSN
	case "MC", "MCR":
		return Medicare(id)
	case "MA", "MCD":
		return object.RoleMedicaid
	case "DL", "PPN":
		return object.RoleLicense
	case "AN", "VN", "ANON", "ANT", "PNT":
		return object.RoleAccount
	case "MB", "MI", "SN", "SR", "NH", "HC", "JHN", "PC":
		return Member(id)
	case "NPI":
		return object.RoleNPI
	case "DEA":
		return object.RoleDEA
	}
	return def
}

// Medicare returns the role of an identifier of Medicare: that of today, else the health insurance claim number before it.
func Medicare(id []byte) object.Role {
	if Beneficiary(id) {
		return object.RoleMBI
	}
	return object.RoleHICN
}

// Member returns the role of the identifier of a member of a plan.
func Member(id []byte) object.Role {
	if Beneficiary(id) {
		return object.RoleMBI
	}
	return object.RoleMemberID
}

// Beneficiary tells whether an identifier has the form of a Medicare beneficiary identifier (1EG4-TE5-MK73), hyphens or not,
// in letters of any case. CMS' synthetic ones, with letters that no real one has, are of that form.
func Beneficiary(v []byte) bool {
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

// Registry returns the role of what is registered under an object identifier of HL7's table of assigning authorities,
// RoleNone for another one.
func Registry(oid, id []byte) object.Role {
	const hl7 = "2.16.840.1.113883.4."
	if len(oid) <= len(hl7) || string(oid[:len(hl7)]) != hl7 {
		return object.RoleNone
	}
	switch oid = oid[len(hl7):]; string(oid) {
	case "1":
		return object.RoleSSN
	case "927":
		return Medicare(id)
	case "572":
		return Medicare(id)
	case "6":
		return object.RoleNPI
	case "814":
		return object.RoleDEA
	}
	if len(oid) > 2 && string(oid[:2]) == "3." { // drivers' licences, by state
		return object.RoleLicense
	}
	return object.RoleNone
}

// Number tells whether v consists of digits.
func Number(v []byte) bool {
	for _, c := range v {
		if c-'0' > 9 {
			return false
		}
	}
	return len(v) > 0
}

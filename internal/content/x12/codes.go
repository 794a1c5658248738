package x12

import (
	"github.com/phiwatch/phiwatch/internal/object"
)

// Labels of elements that the standard gives a name.
var (
	usage        = []byte("usage indicator")
	asTest       = []byte("T") // of usage
	organisation = []byte("organization")
	providerName = []byte("provider name")
	account      = []byte("patient account number")
	claim        = []byte("claim number")
	ndc          = []byte("ndc")
	death        = []byte("date of death")
	group        = []byte("group number")
	note         = []byte("note")
	subscriber   = []byte("subscriber number")
	address      = []byte("address")
	contactName  = []byte("contact name")
	office       = []byte("office contact")
	procedure    = []byte("procedure")
	hcpcs        = []byte("procedure code")
	icd9         = []byte("icd-9 diagnosis")
	taxID        = []byte("tax id")
	caseNumber   = []byte("case number")
	client       = []byte("client number")
	license      = []byte("provider license")
	authority    = []byte("authorization number")
	employee     = []byte("employee number")
)

// entity tells who NM101 and NM102 are.
func entity(code, kind []byte) who {
	switch string(code) {
	case "IL", "QC", "70", "74", "31", "03", "S3", "PW", "45":
		return person
	// Providers, submitters, receivers and payers.
	case "82", "85", "71", "72", "73", "77", "DN", "DK", "DQ", "P3", "1P", "2B", "FA", "80", "87", "SJ", "86", "QB", "H5", "DD", "6Y",
		"40", "41", "PR", "PE", "P4", "P5", "GP", "X3", "1I", "1R", "13", "36", "TT", "AY", "OB", "ACV", "1T", "3D", "1D", "G3", "QV":
		return provider
	}
	if string(kind) == "2" {
		return provider
	}
	return person
}

// qualified is what NM108, N103 and ENT03 say of the identifier behind them.
func qualified(q []byte, w who) (object.Role, []byte) {
	switch string(q) {
	case "34":
		return object.RoleSSN, nil
	case "XX":
		return object.RoleNPI, nil
	case "EI":
		return object.RoleNone, employee
	}
	if w != person {
		if string(q) == "FI" || string(q) == "24" {
			return object.RoleNone, taxID
		}
		return object.RoleNone, nil
	}
	switch string(q) {
	case "MI", "II", "C", "ZZ", "IG", "1W":
		return object.RoleMemberID, nil
	case "FI": // of a natural person it is the social security number
		return object.RoleSSN, nil
	case "HN":
		return object.RoleHICN, nil
	case "MR", "MC", "N":
		return object.RoleMedicaid, nil
	}
	return object.RoleNone, nil
}

// referenced is what REF01 says of REF02.
func referenced(q []byte) (object.Role, []byte) {
	switch string(q) {
	case "SY":
		return object.RoleSSN, nil
	case "EA":
		return object.RoleMRN, nil
	case "1W", "0F", "HJ", "IG":
		return object.RoleMemberID, nil
	case "F6":
		return object.RoleHICN, nil
	case "NQ":
		return object.RoleMedicaid, nil
	case "EJ":
		return object.RoleAccount, nil
	case "HPI":
		return object.RoleNPI, nil
	case "1L", "6P":
		return object.RoleNone, group
	case "23":
		return object.RoleNone, client
	case "3H":
		return object.RoleNone, caseNumber
	case "0B":
		return object.RoleNone, license
	case "EI", "TJ":
		return object.RoleNone, taxID
	case "F8", "D9", "1K", "Y4":
		return object.RoleNone, claim
	case "G1", "9F":
		return object.RoleNone, authority
	}
	return object.RoleNone, nil
}

// reached is what the kind of a number in PER says of the number.
func reached(q []byte) object.Role {
	switch string(q) {
	case "TE", "HP", "WP", "CP", "AP", "NP", "VM", "BN", "PC":
		return object.RolePhone
	case "EM":
		return object.RoleEmail
	case "FX", "HF":
		return object.RoleFax
	}
	return object.RoleNone
}

// performed names the code of a procedure by the qualifier before it: HC is CPT or HCPCS, AD is CDT, whose codes have the form of HCPCS.
func performed(q []byte) []byte {
	switch string(q) {
	case "HC", "AD":
		return hcpcs
	case "N4":
		return ndc
	}
	return procedure
}

// diagnosis tells whether the first component of a composite of HI says that a diagnosis follows.
func diagnosis(q []byte) bool {
	switch string(q) {
	case "ABK", "ABF", "ABJ", "ABN", "APR", "BK", "BF", "BJ", "BN", "PR":
		return true
	}
	return false
}

var (
	service    = []byte("service date")
	statement  = []byte("statement date")
	admission  = []byte("admission date")
	discharge  = []byte("discharge date")
	onset      = []byte("onset date")
	accident   = []byte("accident date")
	covered    = []byte("coverage date")
	disability = []byte("disability date")
)

// dated names the dates of DTP.
func dated(q []byte) []byte {
	switch string(q) {
	case "472", "150", "151", "232", "233":
		return service
	case "434":
		return statement
	case "435":
		return admission
	case "096":
		return discharge
	case "431", "453", "438":
		return onset
	case "439":
		return accident
	case "348", "349", "356", "357", "303", "291", "307":
		return covered
	case "360", "361", "314":
		return disability
	}
	return nil
}

package naaccr

import "github.com/phiwatch/phiwatch/internal/object"

// kind is what an item is, as far as it matters.
type kind uint8

const (
	plain kind = iota
	nameLast
	nameFirst
	nameMiddle
	dxStreet
	dxCity
	dxState
	dxZIP
	nowStreet
	nowCity
	nowState
	nowZIP
	birth
	mrn
	mbi
	ssn
	phone
	alias
	site
	provider
)

var roles = [...]object.Role{
	birth: object.RoleBirthDate, mrn: object.RoleMRN, mbi: object.RoleMBI, ssn: object.RoleSSN, phone: object.RolePhone,
	provider: object.RoleNPI,
}

// item is an item of the data dictionary that has a role, or whose label says what it is. Columns from 1; 0: the record has
// none.
type item struct {
	num      int
	id       string
	kind     kind
	v14, v18 int // its first column in versions 14 to 16, and in version 18
	n        int // columns
}

// items is from NAACCR's dictionaries of versions 14 to 26.
var items = [...]item{
	{40, "registryId", plain, 0, 0, 0}, // nobody's
	{20, "registryCase", plain, 42, 42, 8},
	{70, "addrAtDxCity", dxCity, 95, 74, 50},
	{80, "addrAtDxState", dxState, 145, 124, 2},
	{100, "addrAtDxPostalCode", dxZIP, 147, 126, 9},
	{240, "dateOfBirth", birth, 196, 226, 8},
	{400, "primarySite", site, 540, 554, 4},
	{1810, "addrCurrentCity", nowCity, 2131, 2803, 50},
	{1820, "addrCurrentState", nowState, 2181, 2853, 2},
	{1830, "addrCurrentPostalCode", nowZIP, 2183, 2855, 9},
	{2230, "nameLast", nameLast, 3340, 4049, 40},
	{2240, "nameFirst", nameFirst, 3380, 4089, 40},
	{2250, "nameMiddle", nameMiddle, 3420, 4129, 40},
	{2280, "nameAlias", alias, 3466, 4175, 40},
	{2390, "nameMaiden", alias, 3506, 4215, 40},
	{2290, "nameSpouseParent", alias, 3546, 4255, 60},
	{2300, "medicalRecordNumber", mrn, 3606, 4315, 11},
	{2320, "socialSecurityNumber", ssn, 3619, 4328, 9},
	{2315, "medicareBeneficiaryIdentifier", mbi, 0, 4337, 11},
	{2330, "addrAtDxNoStreet", dxStreet, 3628, 4348, 60},
	{2335, "addrAtDxSupplementl", dxStreet, 3688, 4408, 60},
	{2350, "addrCurrentNoStreet", nowStreet, 3748, 4468, 60},
	{2355, "addrCurrentSupplementl", nowStreet, 3808, 4528, 60},
	{2360, "telephone", phone, 3868, 4588, 10},
	{2465, "npiPhysicianManaging", provider, 0, 0, 0},
	{2475, "npiPhysicianFollowUp", provider, 0, 0, 0},
	{2485, "npiPhysicianPrimarySurg", provider, 0, 0, 0},
	{2495, "npiPhysician3", provider, 0, 0, 0},
	{2505, "npiPhysician4", provider, 0, 0, 0},
}

// byID returns the item of a naaccrId, nil if it has no part here.
func byID(id []byte) *item {
	if string(id) == "patientIdNumber" {
		return byNum(20)
	}
	for i := range items {
		if it := &items[i]; len(it.id) == len(id) && it.id == string(id) {
			return it
		}
	}
	return nil
}

func byNum(num int) *item {
	for i := range items {
		if items[i].num == num {
			return &items[i]
		}
	}
	return nil
}

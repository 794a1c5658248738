package evaltest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Kinds, as the alert spells them.
const (
	SSN      = "ssn"
	ITIN     = "itin"
	MBI      = "mbi"
	HICN     = "hicn"
	Medicaid = "medicaid"
	MRN      = "mrn"
	Member   = "member_id"
	NPI      = "npi"
	DEA      = "dea"
	DOB      = "dob"
	Name     = "name"
	Address  = "address"
	ZIP      = "zip"
	Phone    = "phone"
	Fax      = "fax"
	Email    = "email"
	ICD10    = "icd10"
	ICD9     = "icd9"
	ICDO3    = "icdo3"
	CPT      = "cpt"
	HCPCS    = "hcpcs"
	NDC      = "ndc"
	LOINC    = "loinc"
	Drug     = "drug"
	VIN      = "vin"
	UDI      = "device_udi"
	Card     = "credit_card"
	Account  = "account"
	License  = "license"
)

// Kinds returns all kinds that are planted, in the order of the tables.
func Kinds() []string {
	return []string{SSN, ITIN, MBI, HICN, Medicaid, MRN, Member, DOB, Name, Address, Phone, Fax, Email, Account, License, Card,
		NPI, DEA, ICD10, ICD9, ICDO3, CPT, HCPCS, NDC, LOINC, Drug, VIN, UDI, ZIP}
}

// Person is a generated person with everything that a document may say of one. Numbers are without separators.
type Person struct {
	First, Middle, Last string
	Sex                 string // F or M
	Year, Month, Day    int    // of birth
	SSN, ITIN           string // nine digits
	MBI                 string // eleven characters
	HICN                string // nine digits and a beneficiary identification code
	MRN, Member         string
	Medicaid            string
	Phone, Fax          string // ten digits
	Email               string
	Street, City, State string
	ZIP, Plus4          string

	Doctor                  string // as one writes it, without a title
	DoctorFirst, DoctorLast string
	NPI, DEA                string

	ICD10, ICD9      string // with their dots
	Term             string // of ICD10
	Site, Morphology string // C50.9, 8500/3
	CPT, HCPCS, NDC  string // NDC as 5-4-2
	LOINC, Test      string
	Drug             string
	VIN, UDI         string
	Card             string
	Account, License string
	Visit            [3]int
}

// People generates n people from a seed. Their SSNs, MBIs, record numbers and names are distinct.
func People(n int, seed uint64) []Person {
	r := source(seed, "people")
	seen := map[string]bool{}
	list := make([]Person, 0, n)
	for len(list) < n {
		p := newPerson(r)
		if seen[p.SSN] || seen[p.MBI] || seen[p.MRN] || seen[p.Full()] || seen[p.Member] {
			continue
		}
		for _, v := range []string{p.SSN, p.MBI, p.MRN, p.Full(), p.Member} {
			seen[v] = true
		}
		list = append(list, p)
	}
	return list
}

func newPerson(r *rand.Rand) Person {
	p := Person{Sex: pick(r, "F", "M"), Last: surname(r), Middle: string(rune('A' + r.IntN(23)))}
	if p.Sex == "F" {
		p.First = pick(r, firstF...)
	} else {
		p.First = pick(r, firstM...)
	}
	p.Year, p.Month, p.Day = 1926+r.IntN(96), 1+r.IntN(12), 1+r.IntN(28)
	p.SSN, p.ITIN, p.MBI = newSSN(r), newITIN(r), newMBI(r)
	p.HICN = newSSN(r) + pick(r, "A", "A", "A", "B", "B1", "B6", "C1", "C2", "D", "D1", "M", "T", "W", "W1")
	p.MRN, p.Member, p.Medicaid = newMRN(r), newMember(r), newMedicaid(r)
	p.Phone, p.Fax = newPhone(r), newPhone(r)
	p.Email = newEmail(r, &p)
	town := pick(r, towns...)
	p.Street, p.City, p.State = newStreet(r), town.city, town.state
	p.ZIP, p.Plus4 = fmt.Sprintf("%s%02d", town.zip3, 1+r.IntN(98)), fmt.Sprintf("%04d", 1001+r.IntN(8000))
	p.DoctorFirst, p.DoctorLast = pick(r, firstF...), surname(r)
	p.Doctor = p.DoctorFirst + " " + p.DoctorLast
	p.NPI, p.DEA = newNPI(r), newDEA(r, p.DoctorLast)
	dx := pick(r, diagnoses...)
	p.ICD10, p.Term, p.ICD9 = dx.icd10, dx.term, dx.icd9
	site := pick(r, sites...)
	p.Site, p.Morphology = site[0], site[1]
	p.CPT, p.HCPCS, p.NDC = pick(r, cpts...), pick(r, hcpcs...), newNDC(r)
	lab := pick(r, labs...)
	p.LOINC, p.Test = lab[0], lab[1]
	p.Drug = pick(r, drugs...)
	p.VIN, p.UDI, p.Card = newVIN(r), newUDI(r), newCard(r)
	p.Account, p.License = newAccount(r), newLicense(r)
	p.Visit = [3]int{2025, 1 + r.IntN(12), 1 + r.IntN(28)}
	return p
}

func surname(r *rand.Rand) string {
	s := pick(r, lastNames...)
	switch r.IntN(25) {
	case 0:
		return s + "-" + pick(r, lastNames...)
	case 1:
		return "O'" + s
	}
	return s
}

// Full is the name in the usual order, without the middle name.
func (p *Person) Full() string { return p.First + " " + p.Last }

// Reversed is the name as lists have it.
func (p *Person) Reversed() string { return p.Last + ", " + p.First }

// Date forms of a year, month and day.
const (
	iso = iota
	us
	usShort
	compact
	oracle
	long
)

func date(form, y, m, d int) string {
	months := []string{"", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	switch form {
	case us:
		return fmt.Sprintf("%02d/%02d/%04d", m, d, y)
	case usShort:
		return fmt.Sprintf("%d/%d/%04d", m, d, y)
	case compact:
		return fmt.Sprintf("%04d%02d%02d", y, m, d)
	case oracle:
		return fmt.Sprintf("%02d-%s-%04d", d, strings.ToUpper(months[m][:3]), y)
	case long:
		return fmt.Sprintf("%s %d, %04d", months[m], d, y)
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
}

// Born is the date of birth in a form.
func (p *Person) Born(form int) string { return date(form, p.Year, p.Month, p.Day) }

// Seen is the date of the visit in a form.
func (p *Person) Seen(form int) string { return date(form, p.Visit[0], p.Visit[1], p.Visit[2]) }

// split324 writes nine digits in the groups of an SSN.
func split324(s, sep string) string { return s[:3] + sep + s[3:5] + sep + s[5:] }

// tel writes a telephone number in one of the usual ways.
func tel(s string, r *rand.Rand) string {
	a, b, c := s[:3], s[3:6], s[6:]
	return pick(r, a+"-"+b+"-"+c, "("+a+") "+b+"-"+c, a+"."+b+"."+c, "+1 "+a+"-"+b+"-"+c, "("+a+")"+b+"-"+c, "1-"+a+"-"+b+"-"+c, a+" "+b+" "+c)
}

// card writes a card number in groups of four, or without.
func cardText(s string, r *rand.Rand) string {
	if len(s) != 16 || r.IntN(3) == 0 {
		return s
	}
	sep := pick(r, " ", "-")
	return s[:4] + sep + s[4:8] + sep + s[8:12] + sep + s[12:]
}

// mbiText writes an MBI as on the card, or as in files.
func mbiText(s string, r *rand.Rand) string {
	if r.IntN(3) == 0 {
		return s[:4] + "-" + s[4:7] + "-" + s[7:]
	}
	return s
}

// Place is the address on one line.
func (p *Person) Place() string {
	return p.Street + ", " + p.City + ", " + p.State + " " + p.ZIP
}

func undot(s string) string { return strings.ReplaceAll(s, ".", "") }

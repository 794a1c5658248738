package evaltest

import (
	"sort"
	"strings"
	"unicode"
)

// canon returns the canonical values of a kind, as the Contract of tokens has them.
func (p *Person) canon(kind string) []string {
	switch kind {
	case DOB:
		return []string{p.Born(iso)}
	case Name:
		return []string{nameCanon(p.Full()), nameCanon(p.First + " " + p.Middle + " " + p.Last)}
	case Address:
		v := upperAlnum(p.Street + p.City + p.State + p.ZIP)
		return []string{v}
	}
	return []string{Canon(kind, p.raw(kind))}
}

func (p *Person) raw(kind string) string {
	switch kind {
	case SSN:
		return p.SSN
	case ITIN:
		return p.ITIN
	case MBI:
		return p.MBI
	case HICN:
		return p.HICN
	case Medicaid:
		return p.Medicaid
	case MRN:
		return p.MRN
	case Member:
		return p.Member
	case NPI:
		return p.NPI
	case DEA:
		return p.DEA
	case ZIP:
		return p.ZIP
	case Phone:
		return p.Phone
	case Fax:
		return p.Fax
	case Email:
		return p.Email
	case ICD10:
		return p.ICD10
	case ICD9:
		return p.ICD9
	case ICDO3:
		return p.Site
	case CPT:
		return p.CPT
	case HCPCS:
		return p.HCPCS
	case NDC:
		return p.NDC
	case LOINC:
		return p.LOINC
	case Drug:
		return p.Drug
	case VIN:
		return p.VIN
	case UDI:
		return p.UDI
	case Card:
		return p.Card
	case Account:
		return p.Account
	case License:
		return p.License
	}
	return ""
}

// Canon is the canonical form of a value other than a name, a date or an address.
func Canon(kind, v string) string {
	switch kind {
	case SSN, ITIN, NPI, Card, CPT:
		return keepDigits(v)
	case Phone, Fax:
		d := keepDigits(v)
		return d[max(0, len(d)-10):]
	case ZIP:
		d := keepDigits(v)
		return d[:min(5, len(d))]
	case MBI, HICN, DEA, MRN, Member, Medicaid, Account, License, VIN, NDC, ICD10, ICD9:
		return upperAlnum(v)
	case Name:
		return nameCanon(v)
	case Address:
		return upperAlnum(v)
	}
	return strings.ToLower(strings.TrimSpace(v))
}

func keepDigits(s string) string {
	return strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, s)
}

func upperAlnum(s string) string {
	return strings.Map(func(c rune) rune {
		if c < 128 && (unicode.IsLetter(c) || unicode.IsDigit(c)) {
			return unicode.ToUpper(c)
		}
		return -1
	}, s)
}

func nameCanon(s string) string {
	s = strings.ToUpper(strings.NewReplacer("'", "", "’", "").Replace(s))
	words := strings.FieldsFunc(s, func(c rune) bool { return !unicode.IsLetter(c) })
	sort.Strings(words)
	return strings.Join(words, " ")
}

package policy

import (
	"fmt"
	"strings"

	"github.com/phiwatch/phiwatch/internal/finding"
)

// kindNames are the kinds of identifiers in words: one, and many.
var kindNames = map[finding.Kind][2]string{
	"ssn": {"Social Security number", ""}, "itin": {"taxpayer number (ITIN)", "taxpayer numbers (ITIN)"},
	"mbi": {"Medicare number (MBI)", "Medicare numbers (MBI)"}, "hicn": {"Medicare claim number (HICN)", "Medicare claim numbers (HICN)"},
	"medicaid": {"Medicaid number", ""}, "mrn": {"medical record number", ""}, "member_id": {"health plan member number", ""},
	"npi": {"provider number (NPI)", "provider numbers (NPI)"}, "dea": {"prescriber number (DEA)", "prescriber numbers (DEA)"},
	"dob": {"date of birth", "dates of birth"}, "name": {"name", ""}, "address": {"address", "addresses"}, "zip": {"ZIP code", ""},
	"phone": {"phone number", ""}, "fax": {"fax number", ""}, "email": {"e-mail address", "e-mail addresses"},
	"icd10": {"diagnosis code (ICD-10)", "diagnosis codes (ICD-10)"}, "icd9": {"diagnosis code (ICD-9)", "diagnosis codes (ICD-9)"},
	"icdo3": {"tumour code (ICD-O-3)", "tumour codes (ICD-O-3)"}, "cpt": {"procedure code (CPT)", "procedure codes (CPT)"},
	"hcpcs": {"procedure code (HCPCS)", "procedure codes (HCPCS)"}, "ndc": {"drug code (NDC)", "drug codes (NDC)"},
	"loinc": {"laboratory code (LOINC)", "laboratory codes (LOINC)"}, "drug": {"drug", ""}, "vin": {"vehicle number", ""},
	"device_udi": {"device identifier", ""}, "credit_card": {"payment card number", ""}, "account": {"account number", ""},
	"license": {"licence number", ""}, "ip": {"IP address", "IP addresses"}, "url": {"web address", "web addresses"},
	"index": {"exact match with the hospital's own index", "exact matches with the hospital's own index"},
}

// kindText is a count of a kind in words.
func kindText(k finding.Kind, n int) string {
	w, ok := kindNames[k]
	if !ok {
		return fmt.Sprintf("%d of %s", n, k)
	}
	if n == 1 {
		return "1 " + w[0]
	}
	if w[1] == "" {
		w[1] = w[0] + "s"
	}
	return fmt.Sprintf("%d %s", n, w[1])
}

// reasonWords is a reason of coverage in words.
func reasonWords(r string) string {
	if w, ok := reasonNames[r]; ok {
		return w
	}
	if r == "" {
		return "reason not stated"
	}
	return strings.ReplaceAll(r, "_", " ")
}

var reasonNames = map[string]string{
	"format": "a format that is not opened yet", "password": "protected by a password", "gap": "packets are missing", "shed": "given up under load",
	"protocol": "the protocol was lost", "depth_limit": "nested too deep", "bytes_limit": "unpacks to too much", "ratio_limit": "unpacks suspiciously well",
	"entries_limit": "too many members", "steps_limit": "too much work for its size", "corrupt": "damaged", "truncated": "ends early",
	"charset": "text in an unknown encoding", "snaplen": "cut by the capture", "bypassed": "not looked at on purpose", "unjoined": "pieces whose neighbours were not seen",
	"ambiguous": "two readings", "panic": "a decoder failed", "watchdog": "took too long", "budget": "no memory left",
}

// bytesText is a number of bytes for people.
func bytesText(n int64) string {
	switch {
	case n == 1:
		return "1 byte"
	case n < 10_000:
		return fmt.Sprintf("%d bytes", n)
	case n < 10_000_000:
		return fmt.Sprintf("%d kB", n/1000)
	case n < 10_000_000_000:
		return fmt.Sprintf("%d MB", n/1_000_000)
	}
	return fmt.Sprintf("%d GB", n/1_000_000_000)
}

// countryText is a country with its code.
func countryText(code string) string {
	if n := countryName(code); n != code {
		return n + " (" + code + ")"
	}
	if code == "" {
		return "an unknown country"
	}
	return code
}

// countryName is the short English name of a country, the code where it is not known.
func countryName(code string) string {
	if len(code) != 2 {
		return code
	}
	i := strings.Index(countries, "\n"+code+" ")
	if i < 0 {
		return code
	}
	name, _, _ := strings.Cut(countries[i+4:], "\n")
	return name
}

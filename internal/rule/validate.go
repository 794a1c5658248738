package rule

// validator checks a canonical value; test tells that it is a known sample or synthetic value.
type validator func(v []byte) (ok, test bool)

func validatorNamed(name string) (validator, bool) {
	switch name {
	case "":
		return nil, true
	case "ssn":
		return validSSN, true
	case "itin":
		return validITIN, true
	case "mbi":
		return validMBI, true
	case "hicn":
		return validHICN, true
	case "npi":
		return validNPI, true
	case "dea":
		return validDEA, true
	case "nanp":
		return validNANP, true
	case "number":
		return validNumber, true
	case "atin":
		return validATIN, true
	case "zip":
		return validZIP, true
	case "card":
		return validCard, true
	case "card labelled":
		return labelledCard, true
	case "vin":
		return validVIN, true
	case "udi":
		return validUDI, true
	}
	return codeValidator(name)
}

// codeValidator is validatorNamed for codes that name nobody.
func codeValidator(name string) (validator, bool) {
	switch name {
	case "icd10":
		return validICD10, true
	case "icd9":
		return validICD9, true
	case "icdo3":
		return validICDO3, true
	case "cpt":
		return validCPT, true
	case "hcpcs":
		return validHCPCS, true
	case "ndc":
		return validNDC, true
	case "loinc":
		return validLOINC, true
	case "snomed":
		return validSNOMED, true
	}
	return nil, false
}

func num(v []byte) int {
	n := 0
	for _, c := range v {
		n = n*10 + int(c-'0')
	}
	return n
}

func digits(v []byte) bool {
	for _, c := range v {
		if !IsDigit(c) {
			return false
		}
	}
	return true
}

// validSSN: area 001-899 but 666, group 01-99, serial 0001-9999 (SSA POMS RM 10201.035). Geography and the high group list
// mean nothing since 2011. Numbers of section 1.3 that cannot be issued, and those that were misused in public, are test
// values: seen, never paged.
func validSSN(v []byte) (ok, test bool) {
	if len(v) != 9 || !digits(v) {
		return false, false
	}
	if sampleSSN(string(v)) {
		return true, true
	}
	area, group, serial := num(v[:3]), num(v[3:5]), num(v[5:])
	if area == 999 && group >= 10 && serial >= 1000 || area == 111 && group == 0 { // Synthea; C-CDA examples
		return true, true
	}
	return area > 0 && area < 900 && area != 666 && group > 0 && serial > 0, false
}

func sampleSSN(s string) bool {
	switch s {
	case "078051120", "219099999", "123456789", "000000000", "111111111", "333333333", "666666666", "777777777",
		"888888888", "999999999", "444222222", "111223333":
		return true
	}
	return s >= "987654320" && s <= "987654329"
}

// validITIN: 9NN with group 50-65, 70-88, 90-92, 94-99.
func validITIN(v []byte) (ok, test bool) {
	if len(v) != 9 || !digits(v) || v[0] != '9' || sampleSSN(string(v)) {
		return false, false
	}
	g := num(v[3:5])
	ok = g >= 50 && g <= 65 || g >= 70 && g <= 88 || g >= 90 && g <= 92 || g >= 94
	if ok && v[1] == '9' && v[2] == '9' && num(v[5:]) >= 1000 { // Synthea SSNs lie in the same range
		return true, true
	}
	return ok, false
}

// validNumber: a number that somebody was given; one digit or letter over and over stands for none, and neither does the number of a
// document that everybody quotes (RFC 2131).
func validNumber(v []byte) (ok, test bool) {
	if len(v) > 3 && digits(v[3:]) {
		switch string(v[:3]) {
		case "RFC", "ISO", "IEC", "PEP", "DIN":
			return len(v) > len("RFC")+6, false // longer ones are a member's, with the letters of a plan
		case "CVE":
			return false, false
		}
	}
	for i := range v {
		if v[i] != v[0] {
			return true, false
		}
	}
	return false, false
}

// validATIN: 9NN-93-NNNN, a number for a child whose adoption is pending.
func validATIN(v []byte) (ok, test bool) {
	return len(v) == 9 && digits(v) && v[0] == '9' && num(v[3:5]) == 93, false
}

// validZIP: five digits that the Postal Service can have given out; no ZIP code begins with 000.
func validZIP(v []byte) (ok, test bool) {
	return len(v) == 5 && digits(v) && num(v[:3]) > 0, false
}

// validMBI checks the CMS format; the shape has checked most of it. CMS' synthetic ids have S in position 2, and its
// sample card is 1EG4-TE5-MK73 (or MK72).
func validMBI(v []byte) (ok, test bool) {
	if len(v) != 11 {
		return false, false
	}
	if s := string(v); s == "1EG4TE5MK73" || s == "1EG4TE5MK72" {
		return true, true
	}
	const mask = "DAmdAmdAAdd"
	synthetic := v[1] == 'S'
	for i, c := range v {
		if synthetic && IsLetter(c) && mask[i] != 'd' && mask[i] != 'D' {
			continue
		}
		var want uint8
		switch mask[i] {
		case 'D':
			want = ClassNonzero
		case 'd':
			want = ClassDigit
		case 'A':
			want = ClassMBI
		default:
			want = ClassDigit | ClassMBI
		}
		if classes[c]&want == 0 {
			return false, false
		}
	}
	return true, synthetic
}

// validNPI: Luhn over 80840 and the number; the prefix adds 24.
func validNPI(v []byte) (ok, test bool) {
	if len(v) != 10 || !digits(v) || v[0] != '1' && v[0] != '2' {
		return false, false
	}
	sum := 24
	for i := range 9 {
		d := int(v[i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return (10-sum%10)%10 == int(v[9]-'0'), string(v) == "1234567893"
}

// validDEA: registrant letter, initial or 9, and the check digit.
func validDEA(v []byte) (ok, test bool) {
	if len(v) != 9 || !IsLetter(v[0]) || !IsLetter(v[1]) && v[1] != '9' || !digits(v[2:]) {
		return false, false
	}
	switch v[0] {
	case 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'R', 'S', 'T', 'U', 'X':
	default:
		return false, false
	}
	d := func(i int) int { return int(v[1+i] - '0') }
	sum := d(1) + d(3) + d(5) + 2*(d(2)+d(4)+d(6))
	return sum%10 == d(7), string(v) == "AB1234563"
}

// validNANP: area and exchange [2-9]XX, no N11. 555-01XX is fictitious.
func validNANP(v []byte) (ok, test bool) {
	if len(v) != 10 || !digits(v) {
		return false, false
	}
	if v[0] < '2' || v[3] < '2' || v[1] == '1' && v[2] == '1' || v[4] == '1' && v[5] == '1' {
		return false, false
	}
	return true, string(v[3:8]) == "55501"
}

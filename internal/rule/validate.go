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
	case "icd10":
		return validICD10, true
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

// validHICN: an SSN with a beneficiary code, or a Railroad Retirement prefix with 6 or 9 digits.
func validHICN(v []byte) (ok, test bool) {
	i := 0
	for i < len(v) && IsLetter(v[i]) {
		i++
	}
	if i > 0 { // RRB
		switch string(v[:i]) {
		case "A", "CA", "H", "JA", "MA", "MH", "PA", "PD", "PH", "WA", "WCA", "WCD", "WCH", "WD", "WH":
			n := len(v) - i
			return (n == 6 || n == 9) && digits(v[i:]), false
		case "T": // synthetic
			return len(v)-i >= 8 && digits(v[i:len(v)-1]), true
		}
		return false, false
	}
	if len(v) < 10 || len(v) > 11 || !digits(v[:9]) {
		return false, false
	}
	ok, test = validSSN(v[:9])
	return ok && validBIC(string(v[9:])), test
}

func validBIC(s string) bool {
	switch s[0] {
	case 'A', 'M', 'T', 'G':
		return len(s) == 1 || s == "M1"
	case 'B', 'D', 'E', 'W', 'C', 'F', 'J', 'K':
		return len(s) == 1 || IsDigit(s[1]) && s[1] > '0' || s[0] == 'W' && (s[1] == 'B' || s[1] == 'C')
	case 'H':
		return len(s) == 2 && s[1] >= 'A' && s[1] <= 'C'
	}
	return false
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
	case 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'P', 'R', 'S', 'T', 'U', 'X':
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

// validICD10: letter, digit, digit or A or B, then up to four letters or digits.
func validICD10(v []byte) (ok, test bool) {
	if len(v) < 3 || len(v) > 7 || !IsLetter(v[0]) || !IsDigit(v[1]) {
		return false, false
	}
	return IsDigit(v[2]) || v[2] == 'A' || v[2] == 'B', false
}

package rule

// validICD10 checks the shape of ICD-10-CM: letter, digit, digit (or the letter of one of the seven categories that have one), then up to
// four letters or digits; the category must lie in the ranges of the chapters.
func validICD10(v []byte) (ok, test bool) {
	if len(v) < 3 || len(v) > 7 || !IsLetter(v[0]) || !IsDigit(v[1]) {
		return false, false
	}
	if !IsDigit(v[2]) {
		switch string(v[:3]) {
		case "C4A", "C7A", "C7B", "D3A", "M1A", "O9A", "Z3A":
			return true, false
		}
		return false, false
	}
	n := num(v[1:3])
	switch v[0] {
	case 'C', 'P':
		return n <= 97, false
	case 'D', 'E':
		return n <= 90, false
	case 'F':
		return n > 0, false
	case 'H', 'K':
		return n <= 95, false
	case 'T':
		return n == 7 || n >= 14 && n <= 88, false
	case 'U':
		return n <= 85, false
	}
	return true, false
}

// validICD9 checks the shape of ICD-9-CM diagnoses: 001 to 999, V01 to V91, E000 to E030 and E800 to E999, with up to two digits
// behind the dot (E: one). In use until 2015-09-30.
func validICD9(v []byte) (ok, test bool) {
	if len(v) < 3 || len(v) > 5 || !digits(v[1:]) {
		return false, false
	}
	switch n := v[0]; {
	case n == 'V':
		c := num(v[1:3])
		return c >= 1 && c <= 91, false
	case n == 'E':
		if len(v) < 4 {
			return false, false
		}
		c := num(v[1:4])
		return c <= 30 || c >= 800, false
	case IsDigit(n):
		return num(v[:3]) > 0, false
	}
	return false, false
}

// validICDO3 checks a code of ICD-O-3: a topography, C00 to C80 and a digit, or a morphology, 8000 to 9993 with the behaviour 0, 1,
// 2, 3, 6 or 9.
func validICDO3(v []byte) (ok, test bool) {
	if len(v) > 0 && v[0]|0x20 == 'c' {
		t := v[1:]
		if len(t) == 4 && t[2] == '.' {
			return digits(t[:2]) && IsDigit(t[3]) && num(t[:2]) <= 80, false
		}
		return len(t) == 3 && digits(t) && num(t[:2]) <= 80, false
	}
	if len(v) == 6 && v[4] == '/' {
		switch v[5] {
		case '0', '1', '2', '3', '6', '9':
		default:
			return false, false
		}
		v = v[:4]
	}
	if len(v) != 4 || !digits(v) {
		return false, false
	}
	n := num(v)
	return n >= 8000 && n <= 9993, false
}

// validCPT checks the structure of a five-character code of procedure, of which the four or five digits are left: 00100 to 99607,
// or four of category II or III, where a letter stood last. The table belongs to the American Medical Association and is not here.
func validCPT(v []byte) (ok, test bool) {
	switch {
	case !digits(v):
		return false, false
	case len(v) == 4:
		return num(v) > 0, false
	case len(v) == 5:
		n := num(v)
		return n >= 100 && n <= 99607, false
	}
	return false, false
}

// validHCPCS checks a code of HCPCS level II: one of the letters that CMS has given to a section, and four digits.
func validHCPCS(v []byte) (ok, test bool) {
	if len(v) != 5 || !digits(v[1:]) {
		return false, false
	}
	switch v[0] &^ 0x20 {
	case 'A', 'B', 'C', 'D', 'E', 'G', 'H', 'J', 'K', 'L', 'M', 'P', 'Q', 'R', 'S', 'T', 'U', 'V':
		return true, false
	}
	return false, false
}

// validNDC checks the digits of a national drug code: 10 (21 CFR 207.33, until 2033), 11 (HIPAA) or 12 (91 FR 10749). No labeler is 0,
// and no code is one digit over and over.
func validNDC(v []byte) (ok, test bool) {
	if len(v) < 10 || len(v) > 12 || !digits(v) || num(v[:4]) == 0 && v[4] == '0' {
		return false, false
	}
	for _, c := range v {
		if c != v[0] {
			return true, false
		}
	}
	return false, false
}

// validLOINC checks a LOINC code: up to seven digits, a dash, and the check digit (mod 10, as in ISO/IEC 7812-1).
func validLOINC(v []byte) (ok, test bool) {
	n := len(v)
	if n < 4 || n > 9 || v[n-2] != '-' || !digits(v[:n-2]) || !IsDigit(v[n-1]) || v[0] == '0' {
		return false, false
	}
	var buf [8]byte
	k := copy(buf[:], v[:n-2])
	buf[k] = v[n-1]
	return luhn(buf[:k+1]), false
}

// validSNOMED checks an SCTID: 6 to 18 digits, no leading zero, a partition of concepts, descriptions or relationships, and the check
// digit of Verhoeff (SNOMED International, Release File Specifications 6).
func validSNOMED(v []byte) (ok, test bool) {
	n := len(v)
	if n < 6 || n > 18 || !digits(v) || v[0] == '0' {
		return false, false
	}
	if v[n-3] > '1' || v[n-2] > '2' {
		return false, false
	}
	return verhoeff(v), false
}

// verhoeff tells whether the last of the digits is the check digit of J. Verhoeff's dihedral scheme (1969) of the others.
func verhoeff(v []byte) bool {
	c := 0
	for i := range v {
		d := int(v[len(v)-1-i] - '0')
		c = dihedral(c, permuted(d, i))
	}
	return c == 0
}

// dihedral multiplies in the dihedral group of order ten: 0 to 4 are rotations, 5 to 9 reflections.
func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return 5 + (a+b-5)%5
	case b < 5:
		return 5 + (a-5-b+5)%5
	}
	return (a - b + 5) % 5
}

// permuted applies the scheme's permutation i times to a digit.
func permuted(d, i int) int {
	const p = "\x01\x05\x07\x06\x02\x08\x03\x00\x09\x04"
	for range i % 8 {
		d = int(p[d])
	}
	return d
}

// icdKinds are the kinds of codes whose labels tell the edition by a numeral: ICD-9, icd10_code.
const icdKinds = 1<<KICD9 | 1<<KICD10

// edition leaves a label to the edition of the ICD whose numeral stands behind its first word. The ninth diagnosis (DX9) has one too.
func (s *Sense) edition(label []byte) {
	if s.Kinds&icdKinds == 0 {
		return
	}
	for i := 3; i < len(label) && i < maxPhrase; i++ {
		if !IsDigit(label[i]) {
			continue
		}
		k := i
		if !IsLetter(label[k-1]) {
			k--
		}
		if k < 3 || label[k-1]|0x20 != 'd' || label[k-2]|0x20 != 'c' || label[k-3]|0x20 != 'i' {
			return
		}
		one := i+1 == len(label) || !IsDigit(label[i+1])
		switch {
		case label[i] == '9' && one:
			s.Kinds = s.Kinds&^icdKinds | 1<<KICD9
		case label[i] == '1' && !one && label[i+1] == '0' && (i+2 == len(label) || !IsDigit(label[i+2])):
			s.Kinds = s.Kinds&^icdKinds | 1<<KICD10
		}
		return
	}
}

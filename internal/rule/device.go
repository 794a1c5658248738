package rule

import "bytes"

// validVIN: seventeen characters without I, O and Q, four digits at the end, and the check digit in position 9 (49 CFR 565.15). Cars
// that were never meant for North America may have none; they are not found.
func validVIN(v []byte) (ok, test bool) {
	if len(v) != 17 || !digits(v[13:]) {
		return false, false
	}
	const weights = "\x08\x07\x06\x05\x04\x03\x02\x0a\x00\x09\x08\x07\x06\x05\x04\x03\x02"
	sum, same := 0, true
	for i, c := range v {
		n := vinValue(c)
		if n < 0 {
			return false, false
		}
		sum += n * int(weights[i])
		same = same && c == v[0]
	}
	want := byte('0' + sum%11)
	if sum%11 == 10 {
		want = 'X'
	}
	return v[8] == want, same
}

func vinValue(c byte) int {
	if IsDigit(c) {
		return int(c - '0')
	}
	const values = "12345678\x0012345\x007\x0092345678" + "9" // A to Z, 0 for I, O and Q
	if c < 'A' || c > 'Z' || values[c-'A'] == 0 {
		return -1
	}
	return int(values[c-'A'] - '0')
}

// validUDI checks a unique device identifier in the human readable forms of the FDA's three issuing agencies (UDI formats by
// issuing agency, version 1.3). Without a serial number it names a model and no device, and is none here.
func validUDI(v []byte) (ok, test bool) {
	switch {
	case bytes.HasPrefix(v, []byte("(01)")):
		return validGS1(v), false
	case len(v) > 0 && v[0] == '+':
		return validHIBCC(v), false
	case bytes.HasPrefix(v, []byte("=/")):
		i := bytes.Index(v, []byte("=,")) // the serial number
		return i > 8 && len(v)-i > 4, false
	}
	return false, false
}

// validGS1: (01) with fourteen digits whose last is a check digit, and (21) with up to twenty characters among what follows.
func validGS1(v []byte) bool {
	if len(v) < 18 || !digits(v[4:18]) {
		return false
	}
	sum := 0
	for i, c := range v[4:18] {
		d := int(c - '0')
		if i%2 == 0 {
			d *= 3
		}
		sum += d
	}
	if sum%10 != 0 {
		return false
	}
	i := bytes.Index(v[18:], []byte("(21)"))
	if i < 0 {
		return false
	}
	serial := v[18+i+4:]
	if j := bytes.IndexByte(serial, '('); j >= 0 {
		serial = serial[:j]
	}
	return len(serial) > 0 && len(serial) <= 20
}

// validHIBCC: +, a labeler that begins with a letter, and behind a slash a serial number: $$+ or $+ with it, or /S.
func validHIBCC(v []byte) bool {
	if len(v) < 8 || !IsLetter(v[1]) || !IsAlnum(v[2]) || !IsAlnum(v[3]) || !IsAlnum(v[4]) {
		return false
	}
	i := bytes.IndexByte(v, '/')
	if i < 6 {
		return false
	}
	rest := v[i:]
	return bytes.HasPrefix(rest, []byte("/$+")) || bytes.HasPrefix(rest, []byte("/$$+")) || bytes.Contains(rest, []byte("/s")) || bytes.Contains(rest, []byte("/S"))
}

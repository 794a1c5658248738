package rule

import "strings"

// bics are the beneficiary identification codes of the Social Security Administration, as the states' eligibility handbooks
// print them (Texas Works C-1420, Washington ACES manual), with those that CMS adds for Medicare alone (M, M1, T). They are
// written in groups: the first letter, and after it all that may follow; a '.' says that the letter may stand alone.
const bics = "A. B.123456789ADGHJKLNPQRTWY C123456789ABCDEFGHIJK D.123456789ACDGHJKLMNPQRSTVWXYZ E.123456789ABCDFGHJKM F12345678 G. " +
	"HABC J1234 K123456789ABCDEFGHJLM LMW M.1 T.ABCDEFGHJKLMNPQRSTUVWXYZ23456789 W.123456789BCFGJRT"

// rrbs are the prefixes of claim numbers of the Railroad Retirement Board.
const rrbs = " A CA H JA MA MH PA PD PH WA WCA WCD WCH WD WH "

// validHICN: an SSN with a beneficiary code, or a Railroad Retirement prefix with 6 digits (before 1964) or 9 (an SSN). A claim number
// that begins with T is CMS' synthetic one.
func validHICN(v []byte) (ok, test bool) {
	i := 0
	for i < len(v) && IsLetter(v[i]) {
		i++
	}
	if i == 0 {
		if len(v) < 10 || len(v) > 11 || !digits(v[:9]) {
			return false, false
		}
		ok, test = validSSN(v[:9])
		return ok && validBIC(string(v[9:])), test
	}
	if i == 1 && v[0] == 'T' {
		return len(v)-i >= 8 && digits(v[i:len(v)-1]), true
	}
	rest := v[i:]
	if !strings.Contains(rrbs, " "+string(v[:i])+" ") || !digits(rest) {
		return false, false
	}
	if len(rest) == 9 {
		return validSSN(rest)
	}
	return len(rest) == 6, false
}

// validBIC tells whether s, of one or two characters, is a beneficiary identification code.
func validBIC(s string) bool {
	for group := range strings.FieldsSeq(bics) {
		if group[0] != s[0] {
			continue
		}
		if len(s) == 1 {
			return group[1] == '.'
		}
		return strings.IndexByte(group[1:], s[1]) >= 0 && s[1] != '.'
	}
	return false
}

package lines

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/object"
)

// isCCLF8 tells whether a text begins with records of the Claim and Claim Line Feed, file 8 (beneficiary demographics; CMS,
// CCLF information packet): a Medicare number in columns 1 to 11, a date of birth in 33 to 42, three records or all alike.
func isCCLF8(head []byte) bool {
	n := 0
	for n < 5 {
		line, rest, more := bytes.Cut(head, newline)
		line = trimEnd(line)
		if len(line) < 166 {
			return n > 0 && len(line) == 0
		}
		if !medicare(line) || !day(line[32:42]) || bytes.IndexByte(line[:168], '|') >= 0 {
			return false
		}
		n++
		if !more {
			break
		}
		head = rest
	}
	return n > 0
}

// medicare tells whether b begins with the form of a Medicare number: digit, letter, either, and so on.
func medicare(b []byte) bool {
	const form = "dandandaadd" // d digit, a letter, n either
	for i := range len(form) {
		d, a := b[i]-'0' < 10, b[i]-'A' < 26
		switch form[i] {
		case 'd':
			if !d {
				return false
			}
		case 'a':
			if !a {
				return false
			}
		default:
			if !d && !a {
				return false
			}
		}
	}
	return true
}

// day tells whether b is a date as 1945-03-12.
func day(b []byte) bool {
	for i, c := range b {
		if i == 4 || i == 7 {
			if c != '-' {
				return false
			}
		} else if c-'0' > 9 {
			return false
		}
	}
	return true
}

// cclf8 sets the columns of that file.
func (p *parser) cclf8() {
	p.kind, p.exact = fixed, true
	at := 0
	for _, f := range [...]struct {
		n     int
		label string
		role  object.Role
	}{
		{11, "BENE_MBI_ID", object.RoleMBI}, {11, "BENE_HIC_NUM", object.RoleHICN}, {2, "FIPS state", 0}, {3, "FIPS county", 0}, {5, "zip", 0},
		{10, "BENE_DOB", object.RoleBirthDate}, {1, "sex", 0}, {1, "race", 0}, {3, "age", 0}, {2, "BENE_MDCR_STUS_CD", 0}, {2, "BENE_DUAL_STUS_CD", 0},
		{10, "BENE_DEATH_DT", 0}, {10, "BENE_RNG_BGN_DT", 0}, {10, "BENE_RNG_END_DT", 0}, {30, "first name", 0}, {15, "middle name", 0},
		{40, "last name", 0}, {1, "BENE_ORGNL_ENTLMT_RSN_CD", 0}, {1, "BENE_ENTLMT_BUYIN_IND", 0}, {10, "BENE_PART_A_ENRLMT_BGN_DT", 0},
		{10, "BENE_PART_B_ENRLMT_BGN_DT", 0}, {45, "street", 0}, {45, "address line 2", 0}, {40, "address line 3", 0}, {40, "address line 4", 0},
		{40, "address line 5", 0}, {40, "address line 6", 0}, {100, "city", 0}, {2, "state", 0}, {5, "zip", 0}, {4, "zip plus", 0},
	} {
		p.cols = append(p.cols, column{at, []byte(f.label), f.role})
		at += f.n
	}
}

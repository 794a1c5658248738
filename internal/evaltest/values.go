package evaltest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

func digitsOf(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + r.IntN(10))
	}
	return string(b)
}

func letters(r *rand.Rand, n int, from string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = from[r.IntN(len(from))]
	}
	return string(b)
}

const alphabet = "ABCDEFGHJKLMNPRTUVWXYZ"

// newSSN makes a number that could be issued since 2011 (20 CFR 422.103; SSA POMS RM 10201.035) and is no published sample.
func newSSN(r *rand.Rand) string {
	for {
		s := fmt.Sprintf("%03d%02d%04d", 1+r.IntN(899), 1+r.IntN(99), 1+r.IntN(9999))
		if s[:3] != "666" && s != "078051120" && s != "219099999" && s != "123456789" && s != "111223333" && s != "444222222" &&
			strings.Trim(s, s[:1]) != "" {
			return s
		}
	}
}

// newITIN makes an individual taxpayer number: groups 50-65, 70-88, 90-92, 94-99 (IRM 3.21.263).
func newITIN(r *rand.Rand) string {
	for {
		if g := 50 + r.IntN(50); g != 93 && g != 89 && (g < 66 || g > 69) {
			return fmt.Sprintf("9%02d%02d%04d", r.IntN(100), g, r.IntN(10000))
		}
	}
}

// newMBI follows "Understanding the MBI Format" (CMS): C A AN N A AN N A A N N.
func newMBI(r *rand.Rand) string {
	const a = "ACDEFGHJKMNPQRTUVWXY"
	l := func() string { return letters(r, 1, a) }
	an := func() string { return letters(r, 1, a+"0123456789") }
	n := func() string { return digitsOf(r, 1) }
	return fmt.Sprint(1+r.IntN(9)) + l() + an() + n() + l() + an() + n() + l() + l() + n() + n()
}

func newMRN(r *rand.Rand) string {
	switch r.IntN(6) {
	case 0:
		return "00" + digitsOf(r, 6)
	case 1:
		return "E" + digitsOf(r, 8)
	case 2:
		return "H" + "0" + digitsOf(r, 8)
	case 3:
		return fmt.Sprint(1+r.IntN(9)) + digitsOf(r, 9)
	case 4:
		return fmt.Sprint(1+r.IntN(9)) + digitsOf(r, 5)
	}
	return fmt.Sprint(1+r.IntN(9)) + digitsOf(r, 7)
}

func newMember(r *rand.Rand) string {
	switch r.IntN(5) {
	case 0:
		return "R" + digitsOf(r, 8)
	case 1:
		return "W" + digitsOf(r, 9)
	case 2:
		return fmt.Sprint(1+r.IntN(9)) + digitsOf(r, 10)
	case 3:
		return letters(r, 3, alphabet) + digitsOf(r, 9) + "0" + fmt.Sprint(1+r.IntN(5))
	}
	return letters(r, 3, alphabet) + fmt.Sprint(1+r.IntN(9)) + digitsOf(r, 8)
}

func newMedicaid(r *rand.Rand) string {
	switch r.IntN(4) {
	case 0:
		return "9" + digitsOf(r, 7) + letters(r, 1, "ACDEFG")
	case 1:
		return letters(r, 2, alphabet) + digitsOf(r, 5) + letters(r, 1, alphabet)
	case 2:
		return fmt.Sprint(1+r.IntN(9)) + digitsOf(r, 11)
	}
	return fmt.Sprint(1+r.IntN(9)) + digitsOf(r, 9)
}

func newPhone(r *rand.Rand) string {
	npa := pick(r, "208", "212", "303", "312", "404", "415", "503", "602", "614", "617", "704", "713", "801", "843", "904")
	for {
		nxx := fmt.Sprint(2+r.IntN(8)) + digitsOf(r, 2)
		if nxx != "555" && nxx[1:] != "11" {
			return npa + nxx + digitsOf(r, 4)
		}
	}
}

func newEmail(r *rand.Rand, p *Person) string {
	l := strings.NewReplacer("'", "", "-", "").Replace(p.Last)
	s := pick(r, p.First+"."+l, p.First[:1]+l, p.First+"_"+l, l+p.First[:1]) + fmt.Sprint(r.IntN(999))
	return strings.ToLower(s) + "@" + pick(r, "ivorypost.net", "lakemailbox.com", "tallpinemail.org", "bluefernmail.com", "riverbendpost.us")
}

func newStreet(r *rand.Rand) string {
	return fmt.Sprintf("%d %s%s %s", 10+r.IntN(9900), pick(r, "", "", "", "N ", "S ", "W "), pick(r, streets...),
		pick(r, "St", "Ave", "Rd", "Ln", "Dr", "Way", "Ct", "Street", "Avenue", "Blvd"))
}

// newNPI ends in the Luhn digit over 80840 and the number (69 FR 3434).
func newNPI(r *rand.Rand) string {
	s := fmt.Sprint(1+r.IntN(2)) + digitsOf(r, 8)
	return s + luhn("80840"+s)
}

// luhn is the check digit that makes s followed by it valid.
func luhn(s string) string {
	sum := 0
	for i := range s {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return fmt.Sprint((10 - sum%10) % 10)
}

// newDEA has the check digit of 21 CFR 1301: odd places plus twice the even ones.
func newDEA(r *rand.Rand, last string) string {
	d := digitsOf(r, 6)
	n := func(i int) int { return int(d[i] - '0') }
	sum := n(0) + n(2) + n(4) + 2*(n(1)+n(3)+n(5))
	return pick(r, "A", "B", "F", "M") + strings.ToUpper(strings.TrimPrefix(last, "O'")[:1]) + d + fmt.Sprint(sum%10)
}

func newNDC(r *rand.Rand) string {
	return fmt.Sprintf("%05d-%04d-%02d", 2+r.IntN(70000), r.IntN(10000), 1+r.IntN(60))
}

// newVIN has its check character in the ninth place (49 CFR 565.15).
func newVIN(r *rand.Rand) string {
	const set = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
	s := []byte(pick(r, "1HG", "1FT", "2T1", "3VW", "5YJ", "JTD") + letters(r, 5, set) + "0" + letters(r, 2, "LMNPRST") + digitsOf(r, 6))
	weight := []int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}
	values := map[byte]int{'A': 1, 'B': 2, 'C': 3, 'D': 4, 'E': 5, 'F': 6, 'G': 7, 'H': 8, 'J': 1, 'K': 2, 'L': 3, 'M': 4, 'N': 5, 'P': 7,
		'R': 9, 'S': 2, 'T': 3, 'U': 4, 'V': 5, 'W': 6, 'X': 7, 'Y': 8, 'Z': 9}
	sum := 0
	for i, c := range s {
		v, ok := values[c]
		if !ok {
			v = int(c - '0')
		}
		sum += v * weight[i]
	}
	s[8] = "0123456789X"[sum%11]
	return string(s)
}

// newUDI is a GS1 identifier in its printed form with date, lot and serial number.
func newUDI(r *rand.Rand) string {
	di := "00" + digitsOf(r, 11)
	sum := 0
	for i := range di {
		w := 3
		if (len(di)-i)%2 == 0 {
			w = 1
		}
		sum += w * int(di[i]-'0')
	}
	return fmt.Sprintf("(01)%s%d(17)%02d%02d%02d(10)%s(21)%s", di, (10-sum%10)%10, 26+r.IntN(5), 1+r.IntN(12), 1+r.IntN(28),
		letters(r, 1, alphabet)+digitsOf(r, 5), digitsOf(r, 9))
}

func newCard(r *rand.Rand) string {
	if r.IntN(5) == 0 {
		s := "3782" + digitsOf(r, 10)
		return s + luhn(s)
	}
	s := pick(r, "400000", "411111", "424242", "510510", "555555", "222300") + digitsOf(r, 9)
	return s + luhn(s)
}

func newAccount(r *rand.Rand) string {
	if r.IntN(3) == 0 {
		return letters(r, 1, alphabet) + digitsOf(r, 9)
	}
	return fmt.Sprint(1+r.IntN(9)) + digitsOf(r, 7+r.IntN(4))
}

func newLicense(r *rand.Rand) string {
	switch r.IntN(4) {
	case 0:
		return letters(r, 1, alphabet) + digitsOf(r, 7)
	case 1:
		return letters(r, 1, alphabet) + digitsOf(r, 12)
	case 2:
		return letters(r, 2, alphabet) + digitsOf(r, 6)
	}
	return fmt.Sprint(1+r.IntN(9)) + digitsOf(r, 7)
}

package rule

import "bytes"

// iin is a range of the first six digits of card numbers, and the lengths that go with it.
type iin struct {
	from, to int
	lengths  [3]uint8
}

// iins are the issuer identification numbers of the networks that issue in the United States or are taken there (ISO/IEC 7812-1
// and the networks' public ranges). It is never written.
var iins = [...]iin{
	{300000, 305999, [3]uint8{14, 16}},     // Diners Club
	{309500, 309599, [3]uint8{14, 16}},     // Diners Club
	{340000, 349999, [3]uint8{15}},         // American Express
	{352800, 358999, [3]uint8{16}},         // JCB
	{360000, 369999, [3]uint8{14, 16}},     // Diners Club
	{370000, 379999, [3]uint8{15}},         // American Express
	{380000, 399999, [3]uint8{14, 16}},     // Diners Club
	{400000, 499999, [3]uint8{13, 16, 19}}, // Visa
	{510000, 559999, [3]uint8{16}},         // Mastercard
	{222100, 272099, [3]uint8{16}},         // Mastercard since 2017
	{601100, 601199, [3]uint8{16, 19}},     // Discover
	{622126, 622925, [3]uint8{16, 17, 19}}, // UnionPay, with Discover
	{624000, 626999, [3]uint8{16, 17, 19}}, // UnionPay
	{628200, 628899, [3]uint8{16, 17, 19}}, // UnionPay
	{644000, 659999, [3]uint8{16, 19}},     // Discover
}

// validCard: an issuer's range, its length, Luhn, and three tests for numbers that are no accident: one digit more than seven
// times, two digits five times each, and blocks of four at equal distances. The numbers that the networks and payment processors
// publish for tests are samples.
func validCard(v []byte) (ok, test bool) {
	ok, test = cardNumber(v)
	return ok && (test || !repetitive(v)), test
}

// labelledCard is validCard for a number that is said to be one: the digits of real cards do repeat, those of one digit alone do not.
func labelledCard(v []byte) (ok, test bool) {
	ok, test = cardNumber(v)
	return ok && (test || bytes.Count(v, v[len(v)/2:len(v)/2+1]) < len(v)-3), test
}

func cardNumber(v []byte) (ok, test bool) {
	if len(v) < 13 || len(v) > 19 || !digits(v) || !issued(v) || !luhn(v) {
		return false, false
	}
	return true, sampleCard(string(v))
}

func issued(v []byte) bool {
	n := num(v[:6])
	for i := range iins {
		if r := &iins[i]; n >= r.from && n <= r.to {
			l := uint8(len(v)) //nolint:gosec // at most 19
			return l == r.lengths[0] || l == r.lengths[1] || l == r.lengths[2]
		}
	}
	return false
}

// luhn tells whether the last of the digits is the check digit of ISO/IEC 7812-1 of the others.
func luhn(v []byte) bool {
	sum := 0
	for i := range v {
		d := int(v[len(v)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// repetitive tells numbers that somebody, or a counter, made up.
func repetitive(v []byte) bool {
	var n [10]int
	often := 0
	for _, c := range v {
		n[c-'0']++
	}
	for _, k := range n {
		if k > 7 {
			return true
		}
		if k > 4 {
			often++
		}
	}
	if often > 1 || len(v) != 16 {
		return often > 1
	}
	a, b, c, d := num(v[:4]), num(v[4:8]), num(v[8:12]), num(v[12:])
	return b-a == c-d || b-a == c-b && c-b == d-c
}

func sampleCard(s string) bool {
	switch s {
	case "4111111111111111", "4242424242424242", "4012888888881881", "4000056655665556", "4222222222222", "4000002500003155", "4000000000000002",
		"4000000000000077", "4000000000009995", "4917610000000000", "4988438843884305", "4166676667666746", "4646464646464644", "4263982640269299",
		"5555555555554444", "5105105105105100", "5200828282828210", "5454545454545454", "5431111111111111", "5019717010103742",
		"2223003122003222", "2223000048400011", "2222400070000005", "2222410740360010", "378282246310005", "371449635398431", "378734493671000", "370000000000002",
		"374245455400126", "6011111111111117", "6011000990139424", "6011000000000004", "6011601160116611", "6221260000000000", "6205500000000000004",
		"3530111333300000", "3566002020360505", "3569990010095841", "30569309025904", "38520000023237", "36227206271667", "36006666333344":
		return true
	}
	return false
}

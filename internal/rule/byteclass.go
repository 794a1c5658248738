package rule

// Classes of bytes, as bits.
const (
	ClassDigit   = 1 << iota
	ClassNonzero // 1 to 9
	ClassLetter
	ClassMBI   // letters of the MBI alphabet: no S, L, O, I, B, Z
	ClassUpper // A to Z
	ClassGap   // may stand between a label and its value
	ClassSpace
	ClassHigh // part of a character outside ASCII
)

// classes is the table of byte classes. It is never written.
var classes = makeClasses()

func makeClasses() (t [256]uint8) {
	for c := range 256 {
		b := byte(c)
		l := b | 0x20
		switch {
		case b >= '0' && b <= '9':
			t[c] |= ClassDigit
			if b > '0' {
				t[c] |= ClassNonzero
			}
		case l >= 'a' && l <= 'z':
			t[c] |= ClassLetter
			if l != 's' && l != 'l' && l != 'o' && l != 'i' && l != 'b' && l != 'z' {
				t[c] |= ClassMBI
			}
			if b < 'a' {
				t[c] |= ClassUpper
			}
		case b >= 0x80:
			t[c] |= ClassHigh
		}
	}
	for _, b := range []byte(" \t\r\n:;#=\"'>([{|.-_*,/\\&@\x00") {
		t[b] |= ClassGap
	}
	for _, b := range []byte(" \t\r\n\v\f") {
		t[b] |= ClassSpace
	}
	return t
}

// Class returns the classes of a byte.
func Class(b byte) uint8 { return classes[b] }

// IsDigit tells whether b is an ASCII digit.
func IsDigit(b byte) bool { return b-'0' < 10 }

// IsLetter tells whether b is an ASCII letter.
func IsLetter(b byte) bool { return b|0x20-'a' < 26 }

// IsAlnum tells whether b is an ASCII letter or digit.
func IsAlnum(b byte) bool { return classes[b]&(ClassDigit|ClassLetter) != 0 }

func upper(b byte) byte {
	if b-'a' < 26 {
		return b - 32
	}
	return b
}

func lower(b byte) byte {
	if b-'A' < 26 {
		return b + 32
	}
	return b
}

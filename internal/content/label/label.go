// Package label tells whether a cell of a table or a piece of a line reads like the name of a column or of a value.
package label

// MaxLen is the length of the longest label.
const MaxLen = 64

// Like tells whether c reads like a label: short, with a letter, more letters than digits, and neither an address nor a sentence.
func Like(c []byte) bool {
	if len(c) == 0 || len(c) > MaxLen {
		return false
	}
	letters, digits, words := 0, 0, 1
	for i, b := range c {
		switch {
		case b|0x20-'a' < 26 || b >= 0x80:
			letters++
		case b-'0' < 10:
			digits++
		case b == '@' || b < ' ' && b != '\t' && b != '\n':
			return false
		case b == ' ' && i > 0:
			words++
		}
	}
	return letters > 0 && digits <= letters && words <= 8
}

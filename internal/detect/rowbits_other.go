//go:build !amd64

package detect

// vectors tells whether classes is fast.
const vectors = false

// classes fills out with bitmaps of 64 bytes: digits, letters, delimiters, quotes, and whatever makes a row one to be told.
func classes(b *[64]byte, delim byte, out *[5]uint64) { classesPlain(b, delim, out) }

// digits64 is the digit bitmap of 64 bytes.
func digits64(b *[64]byte) uint64 { return digitsPlain(b) }

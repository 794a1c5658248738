package detect

import features "golang.org/x/sys/cpu"

// classesAVX2 is rowBits.block for the 64 bytes at p.
//
//go:noescape
func classesAVX2(p *byte, delim byte, out *[5]uint64)

// digitsAVX2 is digits64 for the 64 bytes at p.
//
//go:noescape
func digitsAVX2(p *byte) uint64

// vectors tells whether the processor has what these functions need. It is never written.
var vectors = features.X86.HasAVX2

// classes fills out with bitmaps of 64 bytes: digits, letters, delimiters, quotes, and whatever makes a row one to be told.
func classes(b *[64]byte, delim byte, out *[5]uint64) {
	if vectors {
		classesAVX2(&b[0], delim, out)
		return
	}
	classesPlain(b, delim, out)
}

// digits64 is the digit bitmap of 64 bytes.
func digits64(b *[64]byte) uint64 {
	if vectors {
		return digitsAVX2(&b[0])
	}
	return digitsPlain(b)
}

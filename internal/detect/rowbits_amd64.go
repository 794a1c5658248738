package detect

import features "golang.org/x/sys/cpu"

// classesAVX2 is rowBits.block for the 64 bytes at p.
//
//go:noescape
func classesAVX2(p *byte, delim byte, out *[5]uint64)

// vectors tells whether the processor has what classesAVX2 needs. It is never written.
var vectors = features.X86.HasAVX2

// classes fills out with bitmaps of 64 bytes: digits, letters, delimiters, quotes, and whatever makes a row one to be told.
func classes(b *[64]byte, delim byte, out *[5]uint64) {
	if vectors {
		classesAVX2(&b[0], delim, out)
		return
	}
	classesPlain(b, delim, out)
}

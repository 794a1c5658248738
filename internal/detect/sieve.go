package detect

import "math/bits"

// sieve tells in a few steps which of the shapes that have the same digits may lie at an anchor, however many they are: a site's
// rules differ in their letters. Each byte before the anchor has a row of bits, one for each shape that it fits.
type sieve struct {
	words int      // of 64 shapes; 0: so few that they are tried one by one
	rows  []uint64 // by how far before the anchor, then by the byte, then words
}

const (
	sieveDepth = 3 // bytes before the anchor
	sieveFrom  = 6 // shapes from which it is worth it
)

func newSieve(refs []shapeRef) (v sieve) {
	if len(refs) < sieveFrom {
		return v
	}
	v.words = (len(refs) + 63) / 64
	v.rows = make([]uint64, sieveDepth*256*v.words)
	for i := range refs {
		for d := range sieveDepth {
			for c := range 256 {
				if refs[i].s.Fits(d+1, byte(c)) {
					v.rows[(d<<8|c)*v.words+i/64] |= 1 << (i % 64)
				}
			}
		}
	}
	return v
}

// sifted tries the shapes of rules that name a person which the bytes before an anchor leave.
func (s *Scan) sifted(b []byte, at int, set *shapeSet) {
	v := &set.sieve
	var c [sieveDepth]int // before the text there is nothing that a shape has
	for d := 0; d < sieveDepth && d < at; d++ {
		c[d] = int(b[at-1-d])
	}
	for w := range v.words {
		left := v.rows[c[0]*v.words+w]
		for d := 1; d < sieveDepth && left != 0; d++ {
			left &= v.rows[(d<<8|c[d])*v.words+w]
		}
		for ; left != 0; left &= left - 1 {
			s.shape(b, at, &set.primary[w<<6+bits.TrailingZeros64(left)], true)
		}
	}
}

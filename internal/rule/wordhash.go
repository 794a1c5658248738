package rule

import (
	"encoding/binary"
	"math/bits"
)

const (
	eachByte = 0x0101010101010101
	highBits = 0x80 * eachByte
	lowBits  = 0x7f * eachByte
	caseBits = 0x20 * eachByte
	wordMul  = 0x9e3779b97f4a7c15
)

// wordHash is a hash of a word of letters that does not see case, eight letters at a time.
func wordHash(w []byte) uint32 {
	var h uint64
	for len(w) >= 8 {
		h = wordStep(h, binary.LittleEndian.Uint64(w)|caseBits)
		w = w[8:]
	}
	if len(w) > 0 {
		var x uint64
		for i, c := range w {
			x |= uint64(c|0x20) << (8 * i)
		}
		h = wordStep(h, x)
	}
	return uint32(h) //nolint:gosec // the lower half is meant
}

func wordStep(h, x uint64) uint64 {
	h = (h ^ x) * wordMul
	return h ^ h>>32
}

// wordAt returns the hash and the end of the word that begins with the letter b[i].
func wordAt(b []byte, i int) (hash uint32, end int) {
	var h uint64
	first := uint64(0xff) // the first letter may be a capital; others make it a matter of camel case
	for j := i; j+8 <= len(b); j += 8 {
		x := binary.LittleEndian.Uint64(b[j:])
		l := x&lowBits | caseBits
		letters := (l + 0x1f*eachByte) &^ (l + 0x05*eachByte) &^ x & highBits
		n := bits.TrailingZeros64(^letters&highBits) >> 3
		word := uint64(1)<<(8*n) - 1 // all bits when n is 8
		if letters&^(x<<2)&word&^first != 0 {
			break
		}
		if n < 8 {
			if n > 0 {
				h = wordStep(h, l&word)
			}
			return uint32(h), j + n //nolint:gosec // the lower half is meant
		}
		h = wordStep(h, l)
		first = 0
	}
	end = i + 1
	for end < len(b) && IsLetter(b[end]) && !(b[end] < 'a' && camel(b, end)) {
		end++
	}
	return wordHash(b[i:end]), end
}

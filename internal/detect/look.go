package detect

import (
	"encoding/binary"
	"math/bits"
)

// look is what one look at a value of up to 64 bytes tells, as bitmaps of its bytes, the first byte lowest. Most cells of
// a table are sorted out by it alone.
type look struct {
	digits, letters uint64
	at              bool // there is an '@'
	wide            bool // there is a byte outside ASCII
}

const (
	lowBits = 0x7f7f7f7f7f7f7f7f
	gather  = 0x0102040810204080 // times one bit for each byte: those bits side by side, in the highest byte
)

// lookAt looks at v, which has 64 bytes at most.
func lookAt(v []byte) (k look) {
	n := len(v)
	if n > 16 && vectors && cap(v) >= 64 {
		var out [5]uint64
		classes((*[64]byte)(v[:64]), 0, &out)
		if in := uint64(1)<<n - 1; out[4]&in == 0 {
			return look{digits: out[0] & in, letters: out[1] & in}
		}
	}
	if n >= 8 {
		for i := 0; i+8 <= n; i += 8 {
			k.word(binary.LittleEndian.Uint64(v[i:]), i)
		}
		if n&7 != 0 {
			k.word(binary.LittleEndian.Uint64(v[n-8:]), n-8) // some bytes twice: their bits are the same
		}
		return k
	}
	var x uint64
	if n >= 4 {
		x = uint64(binary.LittleEndian.Uint32(v)) | uint64(binary.LittleEndian.Uint32(v[n-4:]))<<(8*(n-4))
	} else {
		for i, c := range v {
			x |= uint64(c) << (8 * i)
		}
	}
	k.word(x, 0)
	return k
}

// word takes the eight bytes of x, whose first one is byte i of the value.
func (k *look) word(x uint64, i int) {
	m := x & lowBits
	d := (m + 0x5050505050505050) &^ (m + 0x4646464646464646) // from '0' on, but not from behind '9' on
	l := m | 0x2020202020202020
	l = (l + 0x1f1f1f1f1f1f1f1f) &^ (l + 0x0505050505050505)
	k.digits |= (d &^ x & highBits >> 7) * gather >> 56 << i
	k.letters |= (l &^ x & highBits >> 7) * gather >> 56 << i
	a := x ^ 0x4040404040404040
	k.at = k.at || (a-eachByte)&^a&highBits != 0
	k.wide = k.wide || x&highBits != 0
}

// bare tells a plain number: digits with one other character at most, no letter. Every rule for such wants a label.
func (k *look) bare(n int) bool { return bits.OnesCount64(k.digits) >= n-1 && k.letters == 0 }

// starts are the digit runs of a value at which a rule may match.
func (k *look) starts() uint64 { return k.digits &^ (k.digits << 1) & (k.digits>>1 | k.digits>>2) }

// codeLike tells a value that can be the code of a diagnosis, and not the name of a code system: a letter, a digit, and a
// few more of either.
func (k *look) codeLike(n int) bool { return k.letters&1 != 0 && k.digits&2 != 0 && n <= 8 }

package detect

import "encoding/binary"

const (
	eachByte = 0x0101010101010101
	highBits = 0x8080808080808080
)

// digitBits returns a bit for each of eight bytes (first byte lowest) that is an ASCII digit.
func digitBits(x uint64) uint64 {
	y := x ^ 0x3030303030303030
	other := (y&^uint64(highBits) + 0x7676767676767676) | y
	return (^other & highBits >> 7) * 0x0102040810204080 >> 56
}

// digitWord returns the digit bitmap of b[i:i+64]; what lies behind the end of b is no digit.
func digitWord(b []byte, i int) uint64 {
	if i+64 <= len(b) {
		return digits64((*[64]byte)(b[i:]))
	}
	if i >= len(b) {
		return 0
	}
	var pad [64]byte
	copy(pad[:], b[i:])
	return digits64(&pad)
}

// digitsPlain is digits64 without vectors.
func digitsPlain(v *[64]byte) uint64 {
	return digitBits(binary.LittleEndian.Uint64(v[0:])) |
		digitBits(binary.LittleEndian.Uint64(v[8:]))<<8 |
		digitBits(binary.LittleEndian.Uint64(v[16:]))<<16 |
		digitBits(binary.LittleEndian.Uint64(v[24:]))<<24 |
		digitBits(binary.LittleEndian.Uint64(v[32:]))<<32 |
		digitBits(binary.LittleEndian.Uint64(v[40:]))<<40 |
		digitBits(binary.LittleEndian.Uint64(v[48:]))<<48 |
		digitBits(binary.LittleEndian.Uint64(v[56:]))<<56
}

// ascii tells whether all bytes of b are below 0x80.
func ascii(b []byte) bool {
	i := 0
	var or uint64
	for ; i+32 <= len(b); i += 32 {
		v := b[i : i+32 : i+32]
		or = binary.LittleEndian.Uint64(v[0:]) | binary.LittleEndian.Uint64(v[8:]) |
			binary.LittleEndian.Uint64(v[16:]) | binary.LittleEndian.Uint64(v[24:])
		if or&highBits != 0 {
			return false
		}
	}
	for ; i < len(b); i++ {
		if b[i] >= 0x80 {
			return false
		}
	}
	return true
}

// hasDigit tells whether a short value has a digit.
func hasDigit(b []byte) bool {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if digitBits(binary.LittleEndian.Uint64(b[i:])) != 0 {
			return true
		}
	}
	for ; i < len(b); i++ {
		if b[i]-'0' < 10 {
			return true
		}
	}
	return false
}

package detect

import (
	"encoding/binary"
	"math/bits"
)

// rowBits are bitmaps of the bytes of a row, the first byte lowest.
type rowBits struct {
	digits, letters, delims, quotes [skimWords]uint64
}

// read makes the bitmaps of a row, the last of their words empty. whole: there are no quotes other than those around whole cells. odd:
// there are bytes outside ASCII, carriage returns, an '@', or the sign that stands for a number.
func (r *rowBits) read(row []byte, delim byte) (whole, odd bool) {
	var odds, quotes uint64
	var out [5]uint64
	k := 0
	for i := 0; i < len(row); i, k = i+64, k+1 {
		left := len(row) - i
		if left >= 64 || cap(row)-i >= 64 {
			classes((*[64]byte)(row[i:i+64]), delim, &out)
		} else {
			var pad [64]byte
			copy(pad[:], row[i:])
			classes(&pad, delim, &out)
		}
		if left < 64 { // what lies behind the row does not count
			for j := range out {
				out[j] &= 1<<left - 1
			}
		}
		r.digits[k], r.letters[k], r.delims[k], r.quotes[k] = out[0], out[1], out[2], out[3]
		quotes |= out[3]
		odds |= out[4]
	}
	r.digits[k], r.letters[k], r.delims[k], r.quotes[k] = 0, 0, 0, 0
	return quotes == 0 || r.unquote(row), odds != 0
}

// end returns where the cell ends that begins at byte i of a row.
func (r *rowBits) end(row []byte, i int) int {
	for w := i >> 6; w<<6 < len(row); w++ {
		m := r.delims[w]
		if w == i>>6 {
			m &= ^uint64(0) << (i & 63)
		}
		if m != 0 {
			return w<<6 + bits.TrailingZeros64(m)
		}
	}
	return len(row)
}

// classesPlain is classes without vectors.
func classesPlain(b *[64]byte, delim byte, out *[5]uint64) {
	*out = [5]uint64{}
	delims := uint64(delim) * eachByte
	for j := 0; j < 64; j += 8 {
		x := binary.LittleEndian.Uint64(b[j:])
		m := x & lowBits
		d := (m + 0x50*eachByte) &^ (m + 0x46*eachByte) &^ x & highBits >> 7
		l := m | 0x20*eachByte
		l = (l + 0x1f*eachByte) &^ (l + 0x05*eachByte) &^ x & highBits >> 7
		odd := x&highBits>>7 | equal(x, '@'*eachByte) | equal(x, '\r'*eachByte) | equal(x, '#'*eachByte)
		out[0] |= d * gather >> 56 << j
		out[1] |= l * gather >> 56 << j
		out[2] |= equal(x, delims) * gather >> 56 << j
		out[3] |= equal(x, '"'*eachByte) * gather >> 56 << j
		out[4] |= odd * gather >> 56 << j
	}
}

// equal has the lowest bit of each byte of x set that is that of y; both are ASCII.
func equal(x, y uint64) uint64 {
	x ^= y
	return ^((x&lowBits + lowBits) | x) & highBits >> 7
}

// unquote takes the delimiters inside of quotes from the bitmap. It returns false if a quote stands anywhere but at either end of a cell.
func (r *rowBits) unquote(row []byte) bool {
	inside := uint64(0) // all bits inside of quotes
	for k := 0; k<<6 < len(row); k++ {
		x := r.quotes[k]
		x ^= x << 1
		x ^= x << 2
		x ^= x << 4
		x ^= x << 8
		x ^= x << 16
		x ^= x << 32
		x ^= inside
		r.delims[k] &^= x
		inside = uint64(int64(x) >> 63) //nolint:gosec // the sign is spread
	}
	if inside != 0 {
		return false
	}
	open := false
	for k := 0; k<<6 < len(row); k++ {
		for q := r.quotes[k]; q != 0; q &= q - 1 {
			i := k<<6 + bits.TrailingZeros64(q)
			if edge := i + 1; open {
				if edge < len(row) && r.delims[edge>>6]>>(edge&63)&1 == 0 {
					return false
				}
			} else if edge = i - 1; i > 0 && r.delims[edge>>6]>>(edge&63)&1 == 0 {
				return false
			}
			open = !open
		}
	}
	return true
}

// bitsFrom returns the 64 bits from bit i on.
func bitsFrom(w *[skimWords]uint64, i int) uint64 {
	k, o := i>>6, i&63
	return w[k]>>o | w[k+1]<<1<<(63-o)
}

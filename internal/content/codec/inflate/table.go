package inflate

import "math/bits"

const (
	maxCode = 15 // bits of a code, RFC 1951, 3.2.7

	litBits = 11   // that the table of literals and lengths is looked up by
	litSize = 4096 // a power of two; with sub-tables 288 symbols need 2342 entries at most
	litMask = litSize - 1

	distBits = 8
	distSize = 512 // 32 symbols need 402 at most
	distMask = distSize - 1

	metaBits = 7 // the longest code of the code for lengths
	metaSize = 1 << metaBits
)

// An entry of a table:
//
//	0-4    how many bits to drop: those of the code and extra bits
//	8-11   how many of these are of the code
//	13-15  isBad, isEnd, isSub
//	16-23  a literal
//	16-24  the base of a length; 25-29 the mask of its extra bits
//	16-31  the base of a distance; 32-44 the mask of its extra bits
//	31     isLiteral, in the table of literals and lengths
//
// Codes longer than what the table is looked up by share an entry that leads to a sub-table: 16-28 tell where that begins,
// 8-11 by how many bits it is looked up.
type entry interface{ uint32 | uint64 }

const (
	isLiteral = 1 << 31
	isSub     = 1 << 15
	isEnd     = 1 << 14
	isBad     = 1 << 13
	special   = isSub | isEnd | isBad

	dropMask        = 63 // no entry has bit 5, 12; so shifts by these need no masking
	codeShift       = 8
	codeMask        = 63
	baseShift       = 16
	lengthMask      = 1<<9 - 1
	lengthExtra     = 25
	lengthExtraMask = 31
	distanceMask    = 1<<16 - 1
	distanceExtra   = 32
)

const (
	numLit     = 288
	numDist    = 32
	numMeta    = 19
	endOfBlock = 256
)

// What the symbols mean: entries without the bits of the code.
var (
	litSymbols  = makeLitSymbols()
	distSymbols = makeDistSymbols()
	metaSymbols = makeMetaSymbols()
)

func makeLitSymbols() (s [numLit]uint32) {
	for i := range endOfBlock {
		s[i] = isLiteral | uint32(i)<<baseShift
	}
	s[endOfBlock] = isEnd
	base := 3
	for i := endOfBlock + 1; i < 285; i++ {
		extra := max(0, (i-261)/4)
		s[i] = uint32(base)<<baseShift | (1<<extra-1)<<lengthExtra | uint32(extra) //nolint:gosec // small
		base += 1 << extra
	}
	s[285] = maxMatch << baseShift
	s[286], s[287] = isBad, isBad
	return s
}

func makeDistSymbols() (s [numDist]uint64) {
	base := 1
	for i := range 30 {
		extra := max(0, i/2-1)
		s[i] = uint64(base)<<baseShift | (1<<extra-1)<<distanceExtra | uint64(extra) //nolint:gosec // small
		base += 1 << extra
	}
	s[30], s[31] = isBad, isBad
	return s
}

func makeMetaSymbols() (s [numMeta]uint32) {
	for i := range s {
		s[i] = uint32(i) << baseShift //nolint:gosec // small
	}
	return s
}

// The tables of fixed codes. They have no sub-tables.
var (
	fixedLits  = makeFixedLits()
	fixedDists = makeFixedDists()
)

func makeFixedLits() (t [1 << litBits]uint32) {
	var lengths [numLit]uint8 // RFC 1951, 3.2.6
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	build(t[:], litBits, lengths[:], litSymbols[:])
	return t
}

func makeFixedDists() (t [1 << distBits]uint64) {
	var lengths [numDist]uint8
	for i := range lengths {
		lengths[i] = 5
	}
	build(t[:], distBits, lengths[:], distSymbols[:])
	return t
}

// builder makes a table.
type builder[T entry] struct {
	table   []T
	width   int // bits that it is looked up by
	symbols []T
	sorted  [numLit]uint16 // symbols by the lengths of their codes
	unused  int            // of these without a code
	counts  [maxCode + 1]int
	size    int // of the table so far
}

// build makes the table of the code whose lengths these are. It takes complete codes, none at all, and a code of a single
// symbol of one bit, as zlib does; false: another one.
func build[T entry](table []T, width int, lengths []uint8, symbols []T) bool {
	b := builder[T]{table: table, width: width, symbols: symbols}
	longest, used := b.sort(lengths)
	switch {
	case used == 1<<maxCode:
		b.fill()
		return true
	case longest == 0:
		b.size = 1
		table[0] = isBad // whatever comes
	case longest == 1 && used == 1<<(maxCode-1):
		b.size = 2
		table[0], table[1] = b.entry(0, 1), isBad|1
	default:
		return false
	}
	b.grow(width)
	return true
}

// sort sorts the symbols. It returns the longest code and how much of all codes they use, in units of 2^-15.
func (b *builder[T]) sort(lengths []uint8) (longest, used int) {
	for _, n := range lengths {
		b.counts[n&maxCode]++
	}
	var at [maxCode + 1]int
	for n := 1; n <= maxCode; n++ {
		c := b.counts[n]
		at[n] = at[n-1] + b.counts[n-1]
		used += c << (maxCode - n)
		if c > 0 {
			longest = n
		}
	}
	for i, n := range lengths { // those without a code too, in front: to ask for these takes longer
		b.sorted[at[n&maxCode]] = uint16(i) //nolint:gosec // small
		at[n&maxCode]++
	}
	b.unused = b.counts[0]
	return longest, used
}

// entry returns the entry of the i-th symbol with a code, n bits of whose code are left to look it up by.
func (b *builder[T]) entry(i, n int) T {
	return b.symbols[b.sorted[b.unused+i]] + T(n) + T(n)<<codeShift //nolint:gosec // small
}

// grow doubles the table until it is looked up by so many bits: those of longer codes come above those of shorter ones.
func (b *builder[T]) grow(width int) {
	for b.size < 1<<width {
		copy(b.table[b.size:], b.table[:b.size])
		b.size *= 2
	}
}

// fill makes the table of a complete code. Codes are counted up in the order of sorted, first bit lowest.
func (b *builder[T]) fill() {
	n := 1
	for b.counts[n] == 0 {
		n++
	}
	b.size = 1 << min(n, b.width)
	code, left := 0, b.counts[n]
	for i := 0; ; i++ {
		if n > b.width {
			b.fillSub(i, code, n, left)
			return
		}
		b.table[code] = b.entry(i, n)
		if code == 1<<n-1 {
			b.grow(b.width)
			return
		}
		code = following(code, n)
		for left--; left == 0; left = b.counts[n] {
			n++
			b.grow(min(n, b.width))
		}
	}
}

// fillSub makes the sub-tables, from the i-th symbol on.
func (b *builder[T]) fillSub(i, code, n, left int) {
	prefix, start, end := -1, 0, 1<<b.width
	for ; ; i++ {
		if p := code & (1<<b.width - 1); p != prefix {
			prefix, start = p, end
			w := b.subWidth(n, left)
			end = start + 1<<w
			b.table[prefix] = isSub | T(b.width) | T(w)<<codeShift | T(start)<<baseShift //nolint:gosec // small
		}
		e, stride := b.entry(i, n-b.width), 1<<(n-b.width)
		for k := start + code>>b.width; k < end; k += stride {
			b.table[k] = e
		}
		if code == 1<<n-1 {
			return
		}
		code = following(code, n)
		for left--; left == 0; left = b.counts[n] {
			n++
		}
	}
}

// subWidth returns how many bits a sub-table is looked up by whose first code has n bits, with so many left of that
// length.
func (b *builder[T]) subWidth(n, left int) int {
	w := n - b.width
	for used := left; used < 1<<w; {
		w++
		used = used<<1 + b.counts[b.width+w]
	}
	return w
}

// following returns the code of n bits behind code, which is not all ones.
func following(code, n int) int {
	bit := 1 << (bits.Len(uint(code^(1<<n-1))) - 1) //nolint:gosec // not negative
	return code&(bit-1) | bit
}

package inflate

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// writer writes streams that no packer would.
type writer struct {
	b []byte
	n int // bits
}

func (w *writer) bits(v, n int) {
	for i := range n {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(v>>i&1) << (w.n % 8)
		w.n++
	}
}

func (w *writer) bytes() []byte { return bytes.Clone(w.b) }

func (w *writer) symbol(codes map[int][2]int, s int) {
	code, n := codes[s][0], codes[s][1]
	for i := range n {
		w.bits(code>>(n-1-i), 1)
	}
}

// codesOf returns the code and its length of each symbol.
func codesOf(lengths []int) map[int][2]int {
	m := map[int][2]int{}
	for code, s := range newRefCode(lengths).symbols {
		m[s] = [2]int{code &^ (1 << lengths[s]), lengths[s]}
	}
	return m
}

func fixedLit() map[int][2]int {
	lengths := make([]int, 288)
	for i := range lengths {
		lengths[i] = []int{8, 9, 7, 8}[btoi(i >= 144)+btoi(i >= 256)+btoi(i >= 280)]
	}
	return codesOf(lengths)
}

func fixedDist() map[int][2]int {
	lengths := make([]int, 32)
	for i := range lengths {
		lengths[i] = 5
	}
	return codesOf(lengths)
}

func (w *writer) fixed(final bool) { w.bits(btoi(final)|1<<1, 3) }

func (w *writer) stored(final bool, b []byte) {
	w.bits(btoi(final), 3)
	w.n = len(w.b) * 8
	w.bits(len(b), 16)
	w.bits(len(b)^0xFFFF, 16)
	w.b = append(w.b, b...)
	w.n = len(w.b) * 8
}

// dynamic writes the header of a block with these codes, without repetitions.
func (w *writer) dynamic(final bool, lit, dist []int) {
	w.bits(btoi(final)|2<<1, 3)
	w.bits(len(lit)-257, 5)
	w.bits(len(dist)-1, 5)
	w.bits(15, 4)
	meta := make([]int, 19)
	for i, s := range metaOrder {
		if s < 16 {
			meta[s] = 4
		}
		w.bits(meta[metaOrder[i]], 3)
	}
	codes := codesOf(meta)
	for _, n := range lit {
		w.symbol(codes, n)
	}
	for _, n := range dist {
		w.symbol(codes, n)
	}
}

// match writes a match. It uses the symbols of RFC 1951, 3.2.5, found by trying.
func (w *writer) match(lit, dist map[int][2]int, length, distance int) {
	for s := 285; ; s-- {
		base, extra := int(litSymbols[s]>>baseShift&lengthMask), int(litSymbols[s]&dropMask)
		if base <= length {
			w.symbol(lit, s)
			w.bits(length-base, extra)
			break
		}
	}
	for s := 29; ; s-- {
		base, extra := int(distSymbols[s]>>baseShift&distanceMask), int(distSymbols[s]&dropMask)
		if base <= distance {
			w.symbol(dist, s)
			w.bits(distance-base, extra)
			return
		}
	}
}

// lengthsOf makes a complete code of n symbols by chance, leaning to long codes, no longer than 15 bits.
func lengthsOf(rnd *rand.Rand, n int) []int {
	leaves := []int{1, 1}
	for len(leaves) < n {
		i := rnd.IntN(len(leaves))
		if k := rnd.IntN(len(leaves)); leaves[k] > leaves[i] && rnd.IntN(3) > 0 {
			i = k
		}
		if leaves[i] < 15 {
			leaves[i]++
			leaves = append(leaves, leaves[i])
		}
	}
	rnd.Shuffle(n, func(i, k int) { leaves[i], leaves[k] = leaves[k], leaves[i] })
	return leaves
}

// TestCodes: codes of all shapes, matches of all lengths and distances.
func TestCodes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	d := new(Decoder)
	for range 60 {
		w := &writer{}
		made := 0
		for block := range 8 {
			lit, dist := fixedLit(), fixedDist()
			if rnd.IntN(4) == 0 {
				w.fixed(block == 7)
			} else {
				l, m := lengthsOf(rnd, 286), lengthsOf(rnd, 30)
				w.dynamic(block == 7, l, m)
				lit, dist = codesOf(l), codesOf(m)
			}
			for range 2000 {
				if made == 0 || rnd.IntN(3) > 0 {
					w.symbol(lit, rnd.IntN(256))
					made++
					continue
				}
				length := 3 + rnd.IntN(256)
				w.match(lit, dist, length, 1+rnd.IntN(min(made, 1<<(1+rnd.IntN(15)))))
				made += length
			}
			w.symbol(lit, endOfBlock)
		}
		check(t, d, w.bytes(), 1+rnd.IntN(50))
	}
}

func TestFarthest(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	window := make([]byte, windowLen)
	for i := range window {
		window[i] = byte(rnd.Uint32())
	}
	w := &writer{}
	w.stored(false, window)
	w.fixed(true)
	for range 3000 {
		w.match(fixedLit(), fixedDist(), maxMatch, windowLen)
	}
	w.symbol(fixedLit(), endOfBlock)
	check(t, new(Decoder), w.bytes(), 1)
}

// TestOddCodes: what zlib takes and what it does not.
func TestOddCodes(t *testing.T) {
	lit := func(n map[int]int) []int {
		l := make([]int, 286)
		for s, k := range n {
			l[s] = k
		}
		return l
	}
	few := lit(map[int]int{'a': 2, 'b': 2, endOfBlock: 2, 257: 2}) // 00, 01, 10, 11: three bytes
	for name, c := range map[string]struct {
		lit, dist []int
		bits      string
		want      Status
		out       string
	}{
		"no distances":            {few, []int{0}, "00 01 10", Done, "ab"},
		"no distances, one used":  {few, []int{0}, "00 11 0", Corrupt, "a"},
		"one distance":            {few, []int{1}, "01 11 0 10", Done, "bbbb"},
		"one distance, not it":    {few, []int{1}, "01 11 1 10", Corrupt, "b"},
		"one distance, too far":   {few, []int{1}, "11 0", Corrupt, ""},
		"one distance, two bits":  {few, []int{2}, "00 10", Corrupt, ""},
		"incomplete distances":    {few, []int{2, 2}, "00 10", Corrupt, ""},
		"too many distances":      {few, []int{1, 1, 1}, "00 10", Corrupt, ""},
		"only the end":            {lit(map[int]int{endOfBlock: 1}), []int{0}, "0", Done, ""},
		"only the end, not it":    {lit(map[int]int{endOfBlock: 1}), []int{0}, "1", Corrupt, ""},
		"only the end, two bits":  {lit(map[int]int{endOfBlock: 2}), []int{1}, "00", Corrupt, ""},
		"no end":                  {lit(map[int]int{'a': 1, 'b': 1}), []int{0}, "0 0 1 0 0 0 0 0", NeedInput, ""},
		"incomplete":              {lit(map[int]int{'a': 2, endOfBlock: 2}), []int{1}, "00 01", Corrupt, ""},
		"over-subscribed":         {lit(map[int]int{'a': 1, 'b': 1, endOfBlock: 1}), []int{1}, "00", Corrupt, ""},
		"no literals, no lengths": {lit(nil), []int{1, 1}, "0", Corrupt, ""},
	} {
		w := &writer{}
		w.dynamic(true, c.lit, c.dist)
		for _, bit := range strings.ReplaceAll(c.bits, " ", "") {
			w.bits(int(bit-'0'), 1)
		}
		check(t, new(Decoder), w.bytes(), 1)
		out, _, s := decode(new(Decoder), w.bytes(), 0)
		if s != c.want || c.want != NeedInput && string(out) != c.out {
			t.Errorf("%s: %q, %d", name, out, s)
		}
	}
}

// TestEmptyBlocks: blocks without bytes make no output and leave nothing behind, however many there are.
func TestEmptyBlocks(t *testing.T) {
	for name, block := range emptyBlocks() {
		w := &writer{}
		for range 4_000 {
			block(w)
		}
		w.stored(true, []byte("the end"))
		check(t, new(Decoder), w.bytes(), 1, 3)
		if out, _, s := decode(new(Decoder), w.bytes(), 0); s != Done || string(out) != "the end" {
			t.Errorf("%s: %d bytes, %d", name, len(out), s)
		}
	}
}

func emptyBlocks() map[string]func(*writer) {
	end := make([]int, 257)
	end[endOfBlock] = 1
	codes := fixedLit()
	return map[string]func(*writer){
		"stored":  func(w *writer) { w.stored(false, nil) },
		"fixed":   func(w *writer) { w.fixed(false); w.symbol(codes, endOfBlock) },
		"dynamic": func(w *writer) { w.dynamic(false, end, []int{0}); w.bits(0, 1) },
	}
}

// TestBomb: a piece for each call, whatever the input would make.
func TestBomb(t *testing.T) {
	const size = 32 << 20
	src := pack(make([]byte, size), 9)
	d := new(Decoder)
	d.Reset()
	zeros, pieces := make([]byte, PieceLen), 0
	for s := Full; s == Full; {
		var n int
		n, s = d.Decode(src)
		src = src[n:]
		if p := d.Pending(); len(p) > PieceLen+maxMatch+2 {
			t.Fatalf("%d bytes at once", len(p))
		}
		if b := d.Take(); s == Full && !bytes.Equal(b, zeros) || s != Full && s != Done {
			t.Fatalf("status %d, %d bytes", s, len(b))
		}
		pieces++
	}
	if pieces != size/PieceLen+1 {
		t.Errorf("%d pieces", pieces)
	}
}

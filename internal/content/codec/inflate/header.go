package inflate

const (
	maxLit  = 286 // symbols of dynamic codes, RFC 1951, 3.2.5 and 3.2.7
	maxDist = 30
)

// header is that of a dynamic block while it is read.
type header struct {
	lits, dists, metas int // how many lengths of codes there are: of literals and lengths, of distances, of the code for these
	next               int // length to be read
	lengths            [maxLit + maxDist]uint8
	meta               [metaSize]uint32 // table of the code for lengths
}

// all returns how many lengths there are of both codes.
func (h *header) all() int { return h.lits + h.dists }

// metaOrder is the order of the lengths of the code for lengths, RFC 1951, 3.2.7.
var metaOrder = [numMeta]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// Types of blocks, RFC 1951, 3.2.3.
const (
	typeStored = iota
	typeFixed
	typeDynamic
)

// block reads the header of a block.
func (d *Decoder) block(in *input) bool {
	if d.final {
		d.state = stateDone
		return true
	}
	if !d.need(in, 3) {
		return false
	}
	d.final = d.bits&1 != 0
	switch d.bits >> 1 & 3 {
	case typeStored:
		d.state = stateStored
	case typeFixed:
		d.fixedCodes()
	case typeDynamic:
		d.state = stateCounts
	default:
		d.state = stateCorrupt
	}
	d.drop(3)
	return true
}

// storedHeader reads how long a stored block is.
func (d *Decoder) storedHeader(in *input) bool {
	d.drop(d.count & 7)
	if !d.need(in, 32) {
		return false
	}
	n, inverse := uint16(d.bits), uint16(d.bits>>16) //nolint:gosec // cut on purpose
	d.drop(32)
	if n != ^inverse {
		d.state = stateCorrupt
		return true
	}
	d.giveBack(in)
	d.stored, d.state = int(n), stateCopy
	return true
}

// copyStored copies the bytes of a stored block. There are no bits at hand.
func (d *Decoder) copyStored(in *input) bool {
	n := copy(d.buf[d.to:min(d.limit, d.to+d.stored)], in.src[in.pos:])
	in.pos += n
	d.to += n
	if d.stored -= n; d.stored == 0 {
		d.state = stateBlock
		return true
	}
	return d.to >= d.limit
}

func (d *Decoder) fixedCodes() {
	d.state = stateSymbols
	if d.fixed {
		return
	}
	copy(d.lit[:], fixedLits[:])
	copy(d.dist[:], fixedDists[:])
	d.fixed = true
}

// counts reads how many lengths dynamic codes have.
func (d *Decoder) counts(in *input) bool {
	if !d.need(in, 14) {
		return false
	}
	h := &d.header
	h.lits = int(d.bits&31) + 257
	h.dists = int(d.bits>>5&31) + 1
	h.metas = int(d.bits>>10&15) + 4
	d.drop(14)
	if h.lits > maxLit || h.dists > maxDist {
		return d.corrupt(0)
	}
	h.next = 0
	clear(h.lengths[:numMeta])
	d.state = stateMeta
	return true
}

// meta reads the lengths of the code for lengths.
func (d *Decoder) meta(in *input) bool {
	h := &d.header
	for ; h.next < h.metas; h.next++ {
		if !d.need(in, 3) {
			return false
		}
		h.lengths[metaOrder[h.next]] = uint8(d.bits & 7)
		d.drop(3)
	}
	if !build(h.meta[:], metaBits, h.lengths[:numMeta], metaSymbols[:]) {
		return d.corrupt(0)
	}
	h.next = 0
	d.state = stateLengths
	return true
}

// lengths reads the lengths of dynamic codes.
func (d *Decoder) lengths(in *input) bool {
	h := &d.header
	for h.next < h.all() && d.state == stateLengths {
		d.need(in, metaBits+7)
		e := h.meta[d.bits&(metaSize-1)]
		n := uint(e & dropMask)
		switch symbol := e >> baseShift; {
		case n > d.count:
			return false
		case e&isBad != 0:
			return d.corrupt(n)
		case symbol < 16:
			d.drop(n)
			h.lengths[h.next] = uint8(symbol)
			h.next++
		case !d.repetition(symbol, n):
			return false
		}
	}
	if d.state == stateLengths {
		d.dynamicCodes()
	}
	return true
}

// repetition takes a symbol of n bits that stands for several lengths; false: its extra bits are not there.
func (d *Decoder) repetition(symbol uint32, n uint) bool {
	h := &d.header
	extra, times, value := uint(7), 11, uint8(0)
	switch symbol {
	case 16:
		if h.next == 0 {
			return d.corrupt(n)
		}
		extra, times, value = 2, 3, h.lengths[h.next-1]
	case 17:
		extra, times = 3, 3
	}
	if d.count < n+extra {
		return false
	}
	times += int(d.bits >> n & (1<<extra - 1)) //nolint:gosec // small
	d.drop(n + extra)
	if h.next+times > h.all() {
		return d.corrupt(0)
	}
	for range times {
		h.lengths[h.next] = value
		h.next++
	}
	return true
}

func (d *Decoder) dynamicCodes() {
	h := &d.header
	d.state, d.fixed = stateSymbols, false
	if !build(d.lit[:], litBits, h.lengths[:h.lits], litSymbols[:]) ||
		!build(d.dist[:], distBits, h.lengths[h.lits:h.all()], distSymbols[:]) {
		d.state = stateCorrupt
	}
}

// corrupt consumes the n bits that show that the stream is no good.
func (d *Decoder) corrupt(n uint) bool {
	d.drop(n)
	d.state = stateCorrupt
	return true
}

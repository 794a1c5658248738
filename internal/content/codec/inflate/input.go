package inflate

import "encoding/binary"

// input is what Decode was given.
type input struct {
	src []byte
	pos int // of what is not in Decoder.bits
}

// need gets n bits, 48 at most, into d.bits; false: there are not so many. They all stay in d.bits then: as no step takes
// a part of what it needs, they belong to the stream.
func (d *Decoder) need(in *input, n uint) bool {
	if d.count < n {
		d.refill(in)
	}
	return d.count >= n
}

// refill gets as many bits as fit, 56 at least unless the input ends.
func (d *Decoder) refill(in *input) {
	if in.pos+8 <= len(in.src) {
		n := (63 - d.count) >> 3
		d.bits |= binary.LittleEndian.Uint64(in.src[in.pos:]) << d.count
		in.pos += int(n) //nolint:gosec // 7 at most
		d.count += n * 8
		d.bits &= 1<<d.count - 1
		return
	}
	for d.count < 56 && in.pos < len(in.src) {
		d.bits |= uint64(in.src[in.pos]) << d.count
		in.pos++
		d.count += 8
	}
}

// drop consumes n bits.
func (d *Decoder) drop(n uint) {
	d.bits >>= n
	d.count -= n
}

// giveBack puts the whole bytes in d.bits back. What an earlier piece of the input left there has been used: it was less
// than the step needed that it was left for.
func (d *Decoder) giveBack(in *input) {
	in.pos -= int(d.count >> 3) //nolint:gosec // 7 at most
	d.count &= 7
	d.bits &= 1<<d.count - 1
}

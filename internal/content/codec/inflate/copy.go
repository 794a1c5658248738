package inflate

import "encoding/binary"

// copyLong copies what a match has more than 16 bytes. It writes up to slack bytes more.
func (d *Decoder) copyLong(to, distance, length uint) {
	if length > 64 || distance < 16 {
		d.double(to, distance, to+length) // from the start: what was just written is slow to read
		return
	}
	for end := to + length; to+16 < end; to += 16 {
		s, t := (*[16]byte)(d.buf[to-distance+16:]), (*[16]byte)(d.buf[to+16:])
		binary.LittleEndian.PutUint64(t[:8], binary.LittleEndian.Uint64(s[:8]))
		binary.LittleEndian.PutUint64(t[8:], binary.LittleEndian.Uint64(s[8:]))
	}
}

// repeat copies a match less than 8 bytes away. It writes up to slack bytes more.
func (d *Decoder) repeat(to, distance, length uint) {
	v := binary.LittleEndian.Uint64(d.buf[to-distance:]) & (1<<(8*distance) - 1)
	v |= v << (8 * distance)
	v |= v << (16 * distance)
	v |= v << (32 * distance)
	step := 8 - 8%distance // a multiple of it
	end := to + length
	for stop := min(end, to+4*step); to < stop; to += step {
		binary.LittleEndian.PutUint64(d.buf[to:], v)
	}
	if to < end {
		d.double(to, 4*step, end)
	}
}

// double fills buf from to to end with the period bytes before, over and over.
func (d *Decoder) double(to, period, end uint) {
	for to < end {
		n := min(period, end-to)
		copy(d.buf[to:to+n], d.buf[to-period:])
		to += n
		period *= 2
	}
}

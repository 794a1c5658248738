package inflate

import "encoding/binary"

// margin is how much input fast may load in a round.
const margin = 16

// fast decodes as long as neither the input nor the room for output may come to its end within a round. A round is up to
// three literals, or up to two and a match: of 56 bits that are there when it begins, they take 42 at most up to where a
// distance begins.
//
// It is one long function, as its variables stay in registers so: n counts modulo 64, with an entry's other bits above,
// and b has bits above n, which are the next ones of the input too.
func (d *Decoder) fast(in *input) {
	src, pos := in.src, uint(in.pos)
	b, n, to := d.bits, d.count, uint(d.to)
	limit, begin := uint(d.limit-2), uint(d.begin) // a third symbol still begins in front of d.limit, as in slow
	if len(src) < margin {
		return
	}
	end := uint(len(src) - margin)
	for pos <= end && to < limit && to < lastLimit {
		b |= binary.LittleEndian.Uint64(src[pos:pos+8]) << (n & 63)
		pos += ^n >> 3 & 7 // whole bytes that found room
		n |= 56
		e := d.lit[b&(1<<litBits-1)]
		if e&isLiteral != 0 {
			d.buf[to] = byte(e >> baseShift)
			to++
			b >>= e & dropMask
			n -= uint(e)
			e = d.lit[b&(1<<litBits-1)]
			if e&isLiteral != 0 {
				d.buf[to] = byte(e >> baseShift)
				to++
				b >>= e & dropMask
				n -= uint(e)
				e = d.lit[b&(1<<litBits-1)]
				if e&isLiteral != 0 {
					d.buf[to] = byte(e >> baseShift)
					to++
					b >>= e & dropMask
					n -= uint(e)
					continue
				}
			}
		}
		if e&special != 0 {
			if e&isSub != 0 {
				b >>= litBits
				n -= litBits
				e = d.lit[(uint64(e>>baseShift)+b&(1<<(e>>codeShift&codeMask)-1))&litMask]
				if e&isLiteral != 0 {
					d.buf[to] = byte(e >> baseShift)
					to++
					b >>= e & dropMask
					n -= uint(e)
					continue
				}
			}
			if e&special != 0 {
				b >>= e & dropMask
				n -= uint(e)
				d.state = stateBlock
				if e&isBad != 0 {
					d.state = stateCorrupt
				}
				break
			}
		}
		length := uint(e>>baseShift&lengthMask) + uint(b>>(e>>codeShift&codeMask)&uint64(e>>lengthExtra&lengthExtraMask))
		b >>= e & dropMask
		n -= uint(e)

		b |= binary.LittleEndian.Uint64(src[pos:pos+8]) << (n & 63) // 28 bits may be needed
		pos += ^n >> 3 & 7
		n |= 56
		f := d.dist[b&(1<<distBits-1)]
		if f&special != 0 {
			if f&isSub != 0 {
				b >>= distBits
				n -= distBits
				f = d.dist[(f>>baseShift+b&(1<<(f>>codeShift&codeMask)-1))&distMask]
			}
			if f&isBad != 0 {
				b >>= f & dropMask
				n -= uint(f)
				d.state = stateCorrupt
				break
			}
		}
		distance := uint(f>>baseShift&distanceMask) + uint(b>>(f>>codeShift&codeMask)&(f>>distanceExtra))
		b >>= f & dropMask
		n -= uint(f)
		if distance > to-begin {
			d.state = stateCorrupt
			break
		}
		if from := to - distance; distance >= 8 {
			s, t := (*[16]byte)(d.buf[from:from+16]), (*[16]byte)(d.buf[to:to+16])
			binary.LittleEndian.PutUint64(t[:8], binary.LittleEndian.Uint64(s[:8]))
			binary.LittleEndian.PutUint64(t[8:], binary.LittleEndian.Uint64(s[8:]))
			if length > 16 {
				d.copyLong(to, distance, length)
			}
		} else {
			d.repeat(to, distance, length)
		}
		to += length
	}
	in.pos, d.to = int(pos), int(to)
	d.count = n & 63
	d.bits = b & (1<<d.count - 1)
}

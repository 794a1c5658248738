package table

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/phiwatch/phiwatch/internal/content/window"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// endOf returns the index of the next delimiter or line end in b at or after i, len(b) if there is none.
func (p *parser) endOf(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		d, n, r := w^p.delims, w^(ones*'\n'), w^(ones*'\r')
		m := ((d-ones)&^d | (n-ones)&^n | (r-ones)&^r) & highs
		if m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c == p.delim || c == '\n' || c == '\r' {
			break
		}
	}
	return i
}

// cells takes the plain cells of b from i on, eight bytes at a time, and returns where the first one begins that is cut,
// quoted, or too long. Each byte is looked at once.
func (p *parser) cells(b []byte, i int) int {
	from := i
	for w := i; w+8 <= len(b); w += 8 {
		x := binary.LittleEndian.Uint64(b[w:])
		d, n, r := x^p.delims, x^(ones*'\n'), x^(ones*'\r')
		// A byte above a hit may be flagged that is none: each one is looked at.
		for m := ((d-ones)&^d | (n-ones)&^n | (r-ones)&^r) & highs; m != 0; m &= m - 1 {
			j := w + bits.TrailingZeros64(m)>>3
			c := b[j]
			if c != p.delim && c != '\n' && c != '\r' {
				continue
			}
			if j-from >= window.Max {
				return from
			}
			if j > from {
				p.cell(b[from:j])
			}
			if c == p.delim {
				p.col++
			} else {
				p.endRow()
			}
			if from = j + 1; from < len(b) && b[from] == '"' {
				return from
			}
		}
	}
	return from
}

// short takes a quoted cell of at most 64 bytes that has no quote inside and ends at once behind its quotes: nearly all of
// them. It returns 0 for any other.
func (p *parser) short(b []byte) int {
	for w := 1; w+8 < len(b) && w < 64; w += 8 {
		x := binary.LittleEndian.Uint64(b[w:]) ^ ones*'"'
		m := (x - ones) &^ x & highs
		if m == 0 {
			continue
		}
		j := w + bits.TrailingZeros64(m)>>3
		if c := b[j+1]; c != p.delim && c != '\n' && c != '\r' {
			return 0
		}
		if j > 1 {
			p.cell(b[1:j])
		}
		return p.after(b, j+1)
	}
	return 0
}

// quoted takes a cell that begins with a quote, b[0] at index at of the bytes given to Next. It returns 0 when more bytes are needed.
func (p *parser) quoted(b []byte, at int, last bool) int {
	t := b[:min(len(b), window.Max)]
	whole := last && len(t) == len(b)
	doubled, lines := false, false
	i := 1
	for {
		k := bytes.IndexByte(t[i:], '"')
		if k < 0 {
			break
		}
		lines = lines || bytes.IndexByte(t[i:i+k], '\n') >= 0
		i += k
		end, need := p.closes(t, i+1)
		switch {
		case need && !whole: // the cut decides
		case end >= 0:
			v := t[1:i]
			if doubled {
				v = p.halve(v)
			}
			if len(v) > 0 {
				p.cell(v)
			}
			return p.after(b, end)
		case i+1 < len(t) && t[i+1] == '"':
			doubled = true
			i += 2
			continue
		case lines:
			p.literal = p.off + int64(at+i) // closed in the middle of a later row: it was no opening quote
			return p.plain(b, last)
		default:
			i++
			continue
		}
		break
	}
	if len(t) < window.Max && !last {
		return 0
	}
	p.literal = p.off + int64(at+len(t))
	return p.plain(b, last)
}

// closes tells whether what follows a quote, at t[i:], ends the cell: end is the index of the delimiter, the line end or the
// end of t, else -1; need is set when that depends on bytes behind t.
func (p *parser) closes(t []byte, i int) (end int, need bool) {
	for i < len(t) && t[i] == ' ' {
		i++
	}
	if i == len(t) {
		return i, true
	}
	if c := t[i]; c == p.delim || c == '\n' || c == '\r' {
		return i, false
	}
	return -1, false
}

// plain takes a cell whose quote is a character like any other.
func (p *parser) plain(b []byte, last bool) int {
	j := p.endOf(b[:min(len(b), window.Max)], 0)
	if j == window.Max {
		p.long = true
		return p.more(b)
	}
	if j == len(b) && !last {
		p.long = true // the search for the closing quote went over it: it cannot wait any longer
		return p.more(b)
	}
	p.cell(b[:j])
	return p.after(b, j)
}

// halve makes doubled quotes single ones, in the scratch.
func (p *parser) halve(v []byte) []byte {
	out := p.buf[:0]
	for {
		i := bytes.IndexByte(v, '"')
		if i < 0 || i+1 >= len(v) {
			break
		}
		out = append(out, v[:i+1]...)
		v = v[i+1:]
		if v[0] == '"' {
			v = v[1:]
		}
	}
	p.buf = append(out, v...)
	return p.buf
}

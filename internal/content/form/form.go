// Package form opens application/x-www-form-urlencoded bodies (WHATWG URL standard, section 5.1): each pair is a field
// with the role of a query parameter and the name as its label. Percent-encoding and '+' are undone in names and
// values. A value that is itself JSON or markup, or longer than 64 KiB, is text.
package form

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "form", Media: mediaType, Sniff: sniff, Decode: decode}
}

const mediaType = "application/x-www-form-urlencoded"

type parser struct {
	e    object.Emitter
	long bool // in a pair that is too long to be a field
	name []byte
	buf  []byte
}

func decode(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
	window.Run(r, &parser{e: e})
	return coverage.None
}

// Next consumes the pairs of b.
func (p *parser) Next(b []byte, last bool) int {
	i := 0
	for i < len(b) {
		if p.long {
			n := p.more(b[i:], last)
			if n == 0 {
				break
			}
			i += n
			continue
		}
		t := b[i:min(len(b), i+window.Max)]
		n := end(t)
		if n == len(t) {
			if n < window.Max && !last {
				break
			}
			if n == window.Max {
				p.long = true
				continue
			}
		}
		p.pair(t[:n])
		i = min(len(b), i+n+1)
	}
	return i
}

// end returns the length of the pair that b begins with.
func end(b []byte) int {
	// Some writers end pairs by lines (text/plain forms), and holes read as a line feed.
	n := 0
	for ; n+8 <= len(b); n += 8 {
		w := binary.LittleEndian.Uint64(b[n:])
		amp, nl := w^(ones*'&'), w^(ones*'\n')
		if m := ((amp-ones)&^amp | (nl-ones)&^nl) & highs; m != 0 {
			return n + bits.TrailingZeros64(m)>>3
		}
	}
	for n < len(b) && b[n] != '&' && b[n] != '\n' {
		n++
	}
	return n
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

func (p *parser) pair(v []byte) {
	if n := len(v); n > 0 && v[n-1] == '\r' {
		v = v[:n-1]
	}
	if len(v) == 0 {
		return
	}
	var name []byte
	if k := bytes.IndexByte(v, '='); k >= 0 {
		name, v = v[:k], v[k+1:]
	}
	p.name = Unescape(p.name[:0], name[:min(len(name), 256)])
	if bytes.IndexByte(v, '%') >= 0 || bytes.IndexByte(v, '+') >= 0 {
		p.buf = Unescape(p.buf[:0], v)
		v = p.buf
	}
	switch {
	case len(v) == 0:
	case len(v) > 1 && (v[0] == '{' || v[0] == '[' || v[0] == '<'):
		p.e.Text(v)
		p.e.Text(newline)
	default:
		p.e.Field(object.RoleQuery, p.name, v)
	}
}

// more emits a piece of a pair that is too long to be a field.
func (p *parser) more(b []byte, last bool) int {
	b = b[:min(len(b), window.Max)]
	n := end(b)
	done := n < len(b)
	if !done && !last { // an escape may be cut
		if k := bytes.LastIndexByte(b[max(0, n-2):n], '%'); k >= 0 {
			n = max(0, n-2) + k
		}
	}
	if n > 0 {
		p.buf = Unescape(p.buf[:0], b[:n])
		p.e.Text(p.buf)
	}
	if done {
		p.e.Text(newline)
		p.long = false
		n++
	}
	return n
}

var newline = []byte{'\n'}

// Unescape appends v to dst with '+' and percent-encoding undone; what is no encoding stays as it is.
func Unescape(dst, v []byte) []byte {
	for i := 0; i < len(v); i++ {
		c := v[i]
		switch {
		case c == '+':
			c = ' '
		case c == '%' && i+2 < len(v):
			hi, lo := nibble(v[i+1]), nibble(v[i+2])
			if hi|lo < 16 {
				c = hi<<4 | lo
				i += 2
			}
		}
		dst = append(dst, c)
	}
	return dst
}

func nibble(c byte) byte {
	switch {
	case c-'0' < 10:
		return c - '0'
	case c|0x20-'a' < 6:
		return c | 0x20 - 'a' + 10
	}
	return 0xff
}

// sniff believes a declaration unless the bytes are of another kind; without one it wants two pairs or more in URL-safe bytes only.
func sniff(head []byte, m *object.Meta) content.Score {
	said := m != nil && m.MediaType == mediaType
	pairs, clean := shape(head)
	switch {
	case said && pairs > 0 && clean:
		return content.Likely + content.Declared
	case said:
		return content.Declared
	case pairs >= 2 && clean:
		return content.Likely
	}
	return content.No
}

// shape counts the pairs in head and tells whether all bytes are such as forms have.
func shape(head []byte) (pairs int, clean bool) {
	name, equal := 0, false
	for i, c := range head {
		switch {
		case c == '&':
			if !equal && name > 0 || name == 0 && !equal {
				return pairs, false
			}
			name, equal = 0, false
		case c == '=':
			if name == 0 {
				return pairs, false
			}
			if !equal {
				pairs++
			}
			equal = true
		case safe[c]:
			if !equal {
				if name++; name > 128 {
					return pairs, false
				}
			}
		case (c == '\r' || c == '\n') && i >= len(head)-2 && len(head) < object.PeekMax:
		default:
			return pairs, false
		}
	}
	return pairs, len(head) > 0
}

var safe = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
	}
	for _, c := range []byte("%+-._~*!()',:;/?@$[]|") {
		t[c] = true
	}
	return t
}()

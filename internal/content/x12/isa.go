package x12

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

const (
	fixed  = 106 // length of an ISA with its terminator
	maxISA = 256 // of one whose widths are off
	blank  = 256 // white space before the first ISA that is put up with
)

var isa = []byte("ISA")

// header is what an ISA says.
type header struct {
	size                      int // with the terminator
	sep, component, term, rep byte
}

// places are where the separators of an ISA are.
var places = [...]int{3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103}

// read reads the ISA that b begins with. b should have maxISA bytes unless the object ends before.
func read(b []byte) (h header, ok bool) {
	if len(b) < 32 || b[6] != b[3] || !bytes.HasPrefix(b, isa) {
		return h, false
	}
	h.sep = b[3]
	at := places
	if !exact(b) && !loose(b[:min(len(b), maxISA)], &at) {
		return h, false
	}
	end := at[15]
	if end+2 >= len(b) {
		return h, false
	}
	h.component, h.term, h.size = b[end+1], b[end+2], end+3
	if rep := window.Trim(b[at[10]+1 : at[11]]); len(rep) == 1 && delimits(rep[0]) && rep[0] != h.component && rep[0] != h.term {
		h.rep = rep[0]
	}
	v := b[at[11]+1 : at[12]] // the version, as 00501
	if len(v) != 5 || !digits(v) {
		return h, false
	}
	return h, delimits(h.sep) && delimits(h.component) && delimits(h.term) && h.sep != ' ' && h.term != ' ' &&
		h.sep != h.component && h.sep != h.term && h.component != h.term
}

// exact tells whether the separators are where the standard has them.
func exact(b []byte) bool {
	if len(b) < fixed {
		return false
	}
	for _, i := range places {
		if b[i] != b[3] {
			return false
		}
	}
	return true
}

// loose finds the separators wherever they are.
func loose(b []byte, at *[16]int) bool {
	n := 0
	for i := 3; i < len(b); i++ {
		if b[i] == b[3] {
			at[n] = i
			if n++; n == len(at) {
				return true
			}
		}
	}
	return false
}

// delimits tells whether c may be a delimiter: neither a letter nor a digit nor NUL nor a part of a wide character.
func delimits(c byte) bool {
	return c != 0 && c < 0x80 && c-'0' >= 10 && c|0x20-'a' >= 26
}

func digits(v []byte) bool {
	for _, c := range v {
		if c-'0' >= 10 {
			return false
		}
	}
	return true
}

// sniff wants a readable ISA; white space may precede it.
func sniff(head []byte, _ *object.Meta) content.Score {
	b := window.Head(head)
	n := 0
	for n < len(b) && n < blank && b[n] <= ' ' {
		n++
	}
	if _, ok := read(b[n:]); ok {
		return content.Sure
	}
	return content.No
}

// seek looks for an ISA; what comes before is text. It returns 0 when more bytes are needed.
func (p *parser) seek(b []byte, last bool) int {
	if !p.dirty && b[0] <= ' ' {
		n := 1
		for n < len(b) && b[n] <= ' ' {
			n++
		}
		return n
	}
	k := bytes.Index(b, isa)
	switch {
	case k < 0 && last:
		k = len(b)
	case k < 0:
		k = max(0, len(b)-len(isa)+1)
	}
	if k > 0 {
		p.garbage(b[:k])
		return k
	}
	if len(b) < maxISA && !last {
		return 0
	}
	h, ok := read(b)
	if !ok {
		n := min(len(isa), len(b))
		p.garbage(b[:n])
		return n
	}
	p.enter(&h)
	p.segment(b[:h.size-1])
	return h.size
}

// garbage emits what is outside of an interchange.
func (p *parser) garbage(b []byte) {
	p.dirty = true
	for _, c := range b {
		if c > ' ' {
			p.corrupt++
		}
	}
	p.e.Text(b)
}

// enter begins an interchange.
func (p *parser) enter(h *header) {
	p.state, p.dirty, p.bad = segments, false, 0
	p.sep, p.term = h.sep, h.term
	p.class = [256]byte{}
	if h.rep != 0 {
		p.class[h.rep] = isComponent
	}
	p.class[h.component] = isComponent
	p.class[h.sep] = isSeparator
	p.class[h.term] = isTerminator
}

// maxLength bounds the digits of a length.
const maxLength = 15

// bin takes the beginning of a segment with binary data: BIN*length*data or BDS*filter*length*data. The data may
// have any byte, so they are taken by their length.
func (p *parser) bin(b []byte, last bool) (n int, wait bool) {
	if len(b) < 4 {
		return 0, !last
	}
	if b[3] != p.sep || string(b[:3]) != "BIN" && string(b[:3]) != "BDS" {
		return 0, false
	}
	skip := 1
	if b[1] == 'D' {
		skip = 2
	}
	at, from := 3, 3
	for ; skip >= 0; skip-- {
		k := bytes.IndexByte(b[at:min(len(b), at+maxLength+2)], p.sep)
		if k < 0 {
			return 0, len(b) < at+maxLength+2 && !last
		}
		from, at = at, at+k+1
	}
	length := int64(0)
	for _, c := range b[from : at-1] {
		if c-'0' >= 10 {
			return 0, false
		}
		length = length*10 + int64(c-'0')
	}
	if length == 0 || from == at-1 || at-1-from > maxLength {
		return 0, false
	}
	p.flush()
	p.bad = 0
	p.raw = length
	return at, false
}

// binary emits binary data as text.
func (p *parser) binary(b []byte) int {
	n := len(b)
	if int64(n) > p.raw {
		n = int(p.raw)
	}
	p.e.Text(b[:n])
	if p.raw -= int64(n); p.raw == 0 {
		p.e.Text(newline)
	}
	return n
}

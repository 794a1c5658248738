// Package embed gathers documents that stand in others as Base64, piece by piece.
package embed

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Max is the length in bytes of the longest document that is gathered. What is behind is not looked at.
const Max = 4 << 20

// Doc is a document while it is gathered. The zero value is empty.
type Doc struct {
	data []byte
	over int64 // bytes that found no room
	w    uint32
	n    int
}

// Reset makes it empty.
func (d *Doc) Reset() {
	if cap(d.data) > 1<<20 {
		d.data = nil
	}
	*d = Doc{data: d.data[:0]}
}

// Empty tells whether nothing was written.
func (d *Doc) Empty() bool { return len(d.data) == 0 && d.n < 2 }

// Write decodes a piece. What is no letter of the alphabet is passed over, and padding ends nothing: some senders encode
// line by line.
func (d *Doc) Write(v []byte) {
	for _, c := range v {
		k := digit(c)
		if k > 63 {
			if c == '=' {
				d.rest()
			}
			continue
		}
		d.w = d.w<<6 | uint32(k)
		if d.n++; d.n < 4 {
			continue
		}
		d.n = 0
		if len(d.data)+3 > Max {
			d.over += 3
			continue
		}
		d.data = append(d.data, byte(d.w>>16), byte(d.w>>8), byte(d.w))
	}
}

// rest takes the bytes of a group of two or three letters.
func (d *Doc) rest() {
	switch {
	case len(d.data)+3 > Max:
	case d.n == 2:
		d.data = append(d.data, byte(d.w>>4))
	case d.n == 3:
		d.data = append(d.data, byte(d.w>>10), byte(d.w>>2))
	}
	d.n = 0
}

// Emit opens the document as a part of a name and a declared media type, if there is one, and empties it.
func (d *Doc) Emit(e object.Emitter, name, media string) {
	d.rest()
	if len(d.data) > 0 {
		m := object.Meta{Kind: object.Part, Name: flow.NewText(name), MediaType: media, Size: int64(len(d.data))}
		e.Part(&m, bytes.NewReader(d.data))
	}
	if d.over > 0 {
		e.Skip(coverage.BytesLimit, d.over)
	}
	d.Reset()
}

// Media returns a declared media type in lower case without parameters, "" if it is none.
func Media(v []byte) string {
	if i := bytes.IndexByte(v, ';'); i >= 0 {
		v = v[:i]
	}
	v = bytes.ToLower(bytes.TrimSpace(v))
	if len(v) > 80 || bytes.IndexByte(v, '/') < 1 {
		return ""
	}
	for _, c := range v {
		if c-'a' > 25 && c-'0' > 9 && bytes.IndexByte([]byte("/+-._"), c) < 0 {
			return ""
		}
	}
	return string(v)
}

func digit(c byte) byte {
	switch {
	case c-'A' < 26:
		return c - 'A'
	case c-'a' < 26:
		return c - 'a' + 26
	case c-'0' < 10:
		return c - '0' + 52
	case c == '+' || c == '-':
		return 62
	case c == '/' || c == '_':
		return 63
	}
	return 0xff
}

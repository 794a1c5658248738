package hl7

import (
	"bytes"
	"strconv"

	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// maxField is the length from which a comment is running text.
const maxField = 160

// observe tells the value of an observation (OBX-5) by its type, labelled by what was observed.
func (p *parser) observe() {
	p.obx++
	v, has := p.el[5], p.has[5]
	l := p.observed()
	switch string(window.Trim(p.el[2])) {
	case "ED":
		if p.encapsulated(l, v, has) {
			return
		}
	case "TX", "FT", "ST":
		for len(v) > 0 {
			n := cut(v, p.d.rep, has)
			p.comment(l, v[:n], has)
			v = v[min(len(v), n+1):]
		}
		return
	}
	p.leaves(object.RoleNone, l, v, has)
}

// observed returns the text of what was observed, else its code, else the place.
func (p *parser) observed() []byte {
	v, has := p.el[3], p.has[3]
	p.parts(v, has)
	name := window.Trim(p.nth(2))
	if len(name) == 0 {
		name = window.Trim(p.nth(1))
	}
	if len(name) == 0 {
		return p.place(5)
	}
	name = name[:min(len(name), 128)]
	if has&hasEscape == 0 {
		return name
	}
	p.name = p.unescape(p.name[:0], name)
	return p.name
}

// comment tells text in which components are no such: a field if it is short, else running text.
func (p *parser) comment(l, v []byte, has uint8) {
	if len(v) <= maxField {
		p.tell(object.RoleNone, l, v, has)
		return
	}
	if has&hasEscape != 0 && bytes.IndexByte(v, p.d.esc) >= 0 {
		p.value = p.unescape(p.value[:0], v)
		v = p.value
	}
	p.text(v)
	p.e.Text(newline)
}

// encapsulated opens data in Base64 (ED): source, type, subtype, encoding, data.
func (p *parser) encapsulated(l, v []byte, has uint8) bool {
	p.parts(v, has)
	if !bytes.EqualFold(window.Trim(p.nth(4)), []byte("base64")) {
		return false
	}
	data := p.after(4)
	if len(data) == 0 {
		return false
	}
	p.leaves(object.RoleNone, l, v[:len(v)-len(data)], has)
	if has&hasEscape != 0 && p.d.esc != 0 && bytes.IndexByte(data, p.d.esc) >= 0 { // line breaks
		p.value = p.unescape(p.value[:0], data)
		data = p.value
	}
	p.data = unbase64(p.data[:0], data)
	m := object.Meta{Name: flow.NewText("OBX-" + strconv.Itoa(p.obx)), Size: int64(len(p.data))}
	p.e.Part(&m, bytes.NewReader(p.data))
	return true
}

// unbase64 appends what v encodes. What is no letter of the alphabet is passed over, and padding ends nothing: some senders
// encode line by line.
func unbase64(dst, v []byte) []byte {
	var w uint32
	n := 0
	for _, c := range v {
		k := digit(c)
		if k > 63 {
			if c == '=' {
				dst = rest(dst, w, n)
				n = 0
			}
			continue
		}
		w = w<<6 | uint32(k)
		if n++; n == 4 {
			dst = append(dst, byte(w>>16), byte(w>>8), byte(w))
			n = 0
		}
	}
	return rest(dst, w, n)
}

// rest appends the bytes of a group of two or three letters.
func rest(dst []byte, w uint32, n int) []byte {
	switch n {
	case 2:
		return append(dst, byte(w>>4))
	case 3:
		return append(dst, byte(w>>10), byte(w>>2))
	}
	return dst
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

package html

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/entity"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Classes of bytes inside a tag.
const (
	plain = iota
	space
	equals
	angle
)

var class = [256]uint8{' ': space, '\t': space, '\n': space, '\r': space, '\f': space, '/': space, '=': equals, '>': angle}

// markup takes what begins with '<'. It returns 0 when more bytes are needed.
func (p *parser) markup(b []byte, last bool) int {
	if len(b) < 4 && !last {
		return 0
	}
	if len(b) < 3 {
		p.append(b, true)
		return len(b)
	}
	c, closing := b[1], false
	if c == '/' {
		c, closing = b[2], true
	}
	if c|0x20-'a' < 26 {
		return p.tag(b, closing, last)
	}
	p.hush = false
	switch {
	case bytes.HasPrefix(b, []byte("<!--")):
		p.state, p.until, p.fresh = inAside, "-->", true
		if len(b) > 4 && b[4] == '>' { // an empty comment in two ways
			p.state = inText
			return 5
		}
		return 4
	case c == '!' || c == '?' || closing:
		p.state, p.until, p.fresh = inAside, ">", true
		p.hush = c|0x20 == '!'|0x20 && b[2]|0x20 == 'd' && (len(b) < 4 || b[3]|0x20 == 'o')
		return 2
	}
	p.append(b[:1], false)
	return 1
}

// attr is an attribute by its place in the tag.
type attr struct{ name, nameEnd, value, valueEnd int }

// tag takes a tag.
func (p *parser) tag(b []byte, closing, last bool) int {
	t := b[:min(len(b), window.Max)]
	i := 1
	if closing {
		i = 2
	}
	start := i
	var key uint64
	for i < len(t) && class[t[i]] == plain {
		key = key<<8 | uint64(t[i]|0x20)
		i++
	}
	nameEnd := i
	if i < len(t) && t[i] != '>' {
		i = tagEnd(t, i)
	}
	if i >= len(t) {
		if len(t) < window.Max && !last {
			return 0
		}
		p.state, p.until, p.fresh, p.hush = inAside, ">", true, false
		return 1
	}
	kind := inline
	if nameEnd-start <= 8 {
		kind = elements.find(key)
	}
	p.start = true
	p.element(kind, t[start:nameEnd], closing)
	if !closing && nameEnd < i {
		p.attributes(t[:i], start, nameEnd)
	}
	return i + 1
}

// tagEnd returns the index of the '>' that ends the tag, len(t) if it is not there. i is behind the name.
func tagEnd(t []byte, i int) int {
	for i < len(t) {
		switch class[t[i]] {
		case angle:
			return i
		case equals:
			for i++; i < len(t) && class[t[i]] == space && t[i] != '/'; i++ {
			}
			if i >= len(t) {
				return len(t)
			}
			if q := t[i]; q == '"' || q == '\'' {
				n := bytes.IndexByte(t[i+1:], q)
				if n < 0 {
					return len(t)
				}
				i += n + 2
				continue
			}
			for i < len(t) && (class[t[i]] != space || t[i] == '/') && t[i] != '>' {
				i++
			}
		default:
			i++
		}
	}
	return len(t)
}

// attributes emits the attributes of a tag whose end has been seen.
func (p *parser) attributes(t []byte, start, nameEnd int) {
	i := nameEnd
	name := t[start:nameEnd]
	var title []byte // what names the element
	var held [2]attr // value and content wait for it
	n := 0
	for i < len(t) {
		if class[t[i]] != plain { // '>' too: one that a stray '=' has put into quotes
			i++
			continue
		}
		var a attr
		a, i = readAttr(t, i)
		if a.valueEnd == a.value {
			continue
		}
		k, v := t[a.name:a.nameEnd], t[a.value:a.valueEnd]
		switch interest(k, v) {
		case never:
			if len(k) == 2 && title == nil && k[0]|0x20 == 'i' {
				title = v
			}
		case names:
			title = v
		case held2:
			if n < len(held) {
				held[n] = a
				n++
				continue
			}
			p.field(name, k, v)
		case always:
			p.field(name, k, v)
		}
	}
	for _, a := range held[:n] {
		k, v := t[a.name:a.nameEnd], t[a.value:a.valueEnd]
		if title != nil && len(title) <= 64 {
			p.e.Field(object.RoleAttribute, title, p.decoded(v))
			continue
		}
		p.field(name, k, v)
	}
}

// readAttr reads the attribute at t[i:], which ends before the tag's '>'.
func readAttr(t []byte, i int) (attr, int) {
	a := attr{name: i}
	for i < len(t) && class[t[i]] == plain {
		i++
	}
	a.nameEnd = i
	for i < len(t) && class[t[i]] == space && t[i] != '/' {
		i++
	}
	if i >= len(t) || t[i] != '=' {
		return a, i
	}
	for i++; i < len(t) && class[t[i]] == space && t[i] != '/'; i++ {
	}
	if i >= len(t) {
		return a, i
	}
	if q := t[i]; q == '"' || q == '\'' {
		n := bytes.IndexByte(t[i+1:], q)
		if n < 0 {
			n = len(t) - i - 1
		}
		a.value, a.valueEnd = i+1, i+1+n
		return a, min(len(t), i+n+2)
	}
	a.value = i
	for i < len(t) && (class[t[i]] != space || t[i] == '/') {
		i++
	}
	a.valueEnd = i
	return a, i
}

func (p *parser) field(name, k, v []byte) {
	p.label = append(p.label[:0], name[:min(len(name), 32)]...)
	p.label = append(p.label, '@')
	p.label = append(p.label, k[:min(len(k), 64)]...)
	p.e.Field(object.RoleAttribute, p.label, p.decoded(v))
}

func (p *parser) decoded(v []byte) []byte {
	if bytes.IndexByte(v, '&') < 0 {
		return v
	}
	p.buf = entity.Append(p.buf[:0], v, false)
	return p.buf
}

// Interest in an attribute.
const (
	never  = iota
	always // a field
	held2  // a field whose label is the element's name attribute
	names  // names the element
)

// interest tells what an attribute is good for. Long values are always emitted: a quote that was never closed
// swallows text, and some readers show it.
func interest(k, v []byte) int {
	if len(v) > 200 {
		return always
	}
	switch len(k) {
	case 2: // id
		if (k[0]|0x20) == 'i' && digits(v) {
			return always
		}
	case 3: // alt src
		if c := k[0] | 0x20; c == 'a' || c == 's' && digits(v) {
			return always
		}
	case 4: // name href data
		switch k[0] | 0x20 {
		case 'n':
			return names
		case 'h', 'd':
			if digits(v) {
				return always
			}
		}
	case 5: // value title label
		switch k[0] | 0x20 {
		case 'v':
			return held2
		case 't', 'l':
			return always
		}
	case 6: // action onload
		if c := k[0] | 0x20; (c == 'a' || c == 'o') && digits(v) {
			return always
		}
	case 7: // content summary onclick
		switch k[0] | 0x20 {
		case 'c':
			return held2
		case 's':
			return always
		case 'o':
			if digits(v) {
				return always
			}
		}
	case 8: // property
		if k[0]|0x20 == 'p' && k[3]|0x20 == 'p' {
			return names
		}
	}
	if len(k) > 5 && (k[4] == '-' || string(k) == "placeholder" || k[0]|0x20 == 'o' && digits(v)) {
		return always // data-*, aria-*, on*
	}
	return never
}

// digits tells whether there is a digit or an '@' in v.
func digits(v []byte) bool {
	for _, c := range v {
		if c-'0' < 10 || c == '@' {
			return true
		}
	}
	return false
}

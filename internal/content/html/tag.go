package html

import (
	"bytes"
	"encoding/binary"
	"math/bits"

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

// name takes a tag of a known name and nothing else, which most are. It returns 0 if it is another, or near the end of b.
func (p *parser) name(b []byte) int {
	if len(b) < 16 {
		return 0
	}
	from, closing := 1, false
	if b[1] == '/' {
		from, closing = 2, true
	}
	w := binary.LittleEndian.Uint64(b[from:])
	gt := w ^ (ones * '>')
	gt = (gt - ones) &^ gt & highs // its lowest bit is the '>'
	if gt == 0 {
		return 0
	}
	kind, ok := elements.find((w | ones*0x20) & ((gt ^ (gt - 1)) >> 8))
	if !ok {
		return 0
	}
	p.start = true
	n := bits.TrailingZeros64(gt) >> 3
	if kind != inline {
		p.element(kind, b[from:from+n], closing)
	}
	return from + n + 1
}

// attr is an attribute by its place in the tag.
type attr struct{ name, nameEnd, value, valueEnd int }

// tag takes a tag.
func (p *parser) tag(b []byte, closing, last bool) int {
	t := b[:min(len(b), window.Max)]
	start := 1
	if closing {
		start = 2
	}
	nameEnd := start
	for nameEnd < len(t) && class[t[nameEnd]] == plain {
		nameEnd++
	}
	n, i := scan(t, nameEnd, &p.attrs)
	if n < 0 { // there are too many, or it is not so simple
		i = tagEnd(t, nameEnd)
	}
	if i >= len(t) {
		if len(t) < window.Max && !last {
			return 0
		}
		p.state, p.until, p.fresh, p.hush = inAside, ">", true, false
		return 1
	}
	name, kind := t[start:nameEnd], inline
	if len(name) <= 8 {
		kind = elements.kind(t, start, nameEnd)
	}
	p.start = true
	p.element(kind, name, closing)
	switch {
	case closing:
	case n < 0:
		p.attributes(name, t[:i], nameEnd)
	case n > 0:
		p.listed(name, t, p.attrs[:n])
	}
	return i + 1
}

// maxAttrs is how many attributes with a value a tag has that is read in one pass.
const maxAttrs = 16

// scan finds the attributes that have a value, and the '>' that ends the tag. It gives up, with n < 0, if the tag's end
// is not there, at more than maxAttrs, and at a '=' without a name.
func scan(t []byte, i int, list *[maxAttrs]attr) (n, end int) {
	for i < len(t) {
		switch class[t[i]] {
		case angle:
			return n, i
		case equals:
			return -1, 0
		case space:
			i++
			continue
		}
		a, next := readAttr(t, i, '>')
		i = next
		if a.valueEnd == a.value || a.idle(t) {
			continue
		}
		if n == len(list) {
			return -1, 0
		}
		list[n] = a
		n++
	}
	return -1, 0
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

// idle tells attributes of a short name that interest will have none in: class, style, rel. Most are.
func (a *attr) idle(t []byte) bool {
	n := a.nameEnd - a.name
	return n < len(initials) && initials[n]>>(t[a.name]&31)&1 == 0 && a.valueEnd-a.value <= maxIdle
}

// initials has the letters that names begin with which interest looks at, as bits, by the length of the name.
var initials = [...]uint32{2: 1 << ('i' & 31), 3: 1<<('a'&31) | 1<<('s'&31), 4: 1<<('n'&31) | 1<<('h'&31) | 1<<('d'&31), 5: 1<<('v'&31) | 1<<('t'&31) | 1<<('l'&31)}

// maxIdle is how long the value of an attribute may be that says nothing.
const maxIdle = 200

// attributes emits the attributes of a tag whose end has been seen: t ends there.
func (p *parser) attributes(name, t []byte, i int) {
	var h held
	for i < len(t) {
		if class[t[i]] != plain { // '>' too: one that a stray '=' has put into quotes
			i++
			continue
		}
		var a attr
		a, i = readAttr(t, i, 0)
		if a.valueEnd > a.value {
			p.attribute(name, t, a, &h)
		}
	}
	p.release(name, t, &h)
}

// listed emits attributes that were found by scan.
func (p *parser) listed(name, t []byte, list []attr) {
	var h held
	for _, a := range list {
		p.attribute(name, t, a, &h)
	}
	p.release(name, t, &h)
}

// held is what value and content wait for: what names the element.
type held struct {
	title []byte
	list  [2]attr
	n     int
}

func (p *parser) attribute(name, t []byte, a attr, h *held) {
	k, v := t[a.name:a.nameEnd], t[a.value:a.valueEnd]
	switch interest(k, v) {
	case never:
		if len(k) == 2 && h.title == nil && k[0]|0x20 == 'i' {
			h.title = v
		}
	case names:
		h.title = v
	case held2:
		if h.n < len(h.list) {
			h.list[h.n] = a
			h.n++
			return
		}
		p.field(object.RoleAttribute, name, k, v)
	case always:
		p.field(object.RoleAttribute, name, k, v)
	case links:
		p.field(object.RoleLink, name, k, v)
	}
}

// release emits the values that waited.
func (p *parser) release(name, t []byte, h *held) {
	for _, a := range h.list[:h.n] {
		k, v := t[a.name:a.nameEnd], t[a.value:a.valueEnd]
		if h.title != nil && len(h.title) <= 64 {
			p.e.Field(object.RoleAttribute, h.title, p.decoded(v))
			continue
		}
		p.field(object.RoleAttribute, name, k, v)
	}
}

// readAttr reads the attribute at t[i:]. A value without quotes ends at the byte end, too, unless that is 0: then t ends with the tag.
func readAttr(t []byte, i int, end byte) (attr, int) {
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
	for i < len(t) && (class[t[i]] != space || t[i] == '/') && (t[i] != end || end == 0) {
		i++
	}
	a.valueEnd = i
	return a, i
}

func (p *parser) field(r object.Role, name, k, v []byte) {
	p.label = append(p.label[:0], name[:min(len(name), 32)]...)
	p.label = append(p.label, '@')
	p.label = append(p.label, k[:min(len(k), 64)]...)
	p.e.Field(r, p.label, p.decoded(v))
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
	links  // a field that is an address, or a script: not text
)

// interest tells what an attribute is good for. Long values are always emitted: a quote that was never closed
// swallows text, and some readers show it.
func interest(k, v []byte) int {
	if len(v) > maxIdle {
		return always
	}
	switch len(k) {
	case 2: // id
		if (k[0]|0x20) == 'i' && digits(v) {
			return always
		}
	case 3: // alt src
		switch k[0] | 0x20 {
		case 'a':
			return always
		case 's':
			if digits(v) {
				return links
			}
		}
	case 4: // name href data
		switch k[0] | 0x20 {
		case 'n':
			return names
		case 'h', 'd':
			if digits(v) {
				return links
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
			return links
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

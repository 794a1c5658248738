package xml

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// attr is an attribute of the tag at hand, by its place in the tag.
type attr struct{ name, nameEnd, value, valueEnd int32 }

// Classes of bytes inside a tag.
const (
	plain = iota
	space
	quote
	equals
	slash
	angle
)

var class = [256]uint8{' ': space, '\t': space, '\n': space, '\r': space, '"': quote, '\'': quote, '=': equals, '/': slash, '>': angle, '<': angle}

// markup takes what begins with '<'. It returns 0 when more bytes are needed.
func (p *parser) markup(b []byte, last bool) int {
	if len(b) < 2 {
		if !last {
			return 0
		}
		p.leaf(b, false, false)
		return 1
	}
	c := b[1]
	switch {
	case c == '!' || c == '?':
		return p.bang(b, last)
	case c == '/':
		p.settle()
		return p.closing(b, last)
	case c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == ':' || c >= 0x80:
		p.settle()
		return p.opening(b, last)
	}
	p.leaf(b[:1], false, false)
	return 1
}

// tooLong makes the tag text, or says that it needs more bytes.
func (p *parser) tooLong(b []byte, last bool) int {
	if len(b) < window.Max && !last {
		return 0
	}
	p.apart(newline)
	p.state = longTag
	return 1
}

func (p *parser) closing(b []byte, last bool) int {
	n := bytes.IndexByte(b[:min(len(b), window.Max)], '>')
	if n < 0 {
		return p.tooLong(b, last)
	}
	if p.below > 0 {
		p.below--
		return n + 1
	}
	name := local(window.Trim(b[2:n]))
	for d := p.depth; d > 0; d-- {
		if d < p.depth-8 {
			break
		}
		el := &p.stack[d]
		if string(p.names[el.name:el.name+el.local]) == string(name) {
			for p.depth >= d {
				p.pop()
			}
			break
		}
	}
	return n + 1
}

func local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

// opening takes a start tag: it is read into p.attrs first, and emitted when its end has been seen.
func (p *parser) opening(b []byte, last bool) int {
	t := b[:min(len(b), window.Max)]
	i := 1
	for i < len(t) && class[t[i]] < equals && class[t[i]] != space {
		i++
	}
	nameEnd := i
	n, empty, end := p.readAttrs(t, i)
	if end < 0 {
		return p.tooLong(b, last)
	}
	name := local(t[1:nameEnd])
	if len(name) > 64 {
		name = name[:64]
	}
	record := false
	if p.depth > 0 && p.depth <= 3 && p.units == 0 && p.mayRecord(name) {
		child, known := hasChild(b[end:], last)
		if !known {
			return 0
		}
		record = child || empty && n > 1
	}
	p.open(name, t, p.attrs[:n], record)
	if empty {
		p.pop()
	}
	return end
}

// readAttrs reads attributes from t[i:] to the end of the tag, and returns how many, whether the element is empty and the
// index behind the tag, -1 if the tag does not end in t. More attributes than there is room for are read over: their values are given to overflow.
func (p *parser) readAttrs(t []byte, i int) (n int, empty bool, end int) {
	for i < len(t) {
		switch class[t[i]] {
		case space, equals, quote:
			i++
			continue
		case slash:
			empty = true
			i++
			continue
		case angle:
			if t[i] == '<' {
				return n, false, i // the tag was never closed
			}
			return n, empty, i + 1
		}
		empty = false
		var a attr
		a.name = int32(i)
		for i < len(t) && class[t[i]] == plain {
			i++
		}
		a.nameEnd = int32(i)
		for i < len(t) && class[t[i]] == space {
			i++
		}
		if i >= len(t) {
			return n, false, -1
		}
		if t[i] == '=' {
			if i = value(t, i+1, &a); i < 0 {
				return n, false, -1
			}
		}
		if n < len(p.attrs) {
			p.attrs[n] = a
			n++
		} else { // the last one covers all that is behind it
			p.attrs[n-1].valueEnd = max(a.valueEnd, p.attrs[n-1].valueEnd)
		}
	}
	return n, false, -1
}

// value reads the value of an attribute from t[i:], -1 if it does not end in t.
func value(t []byte, i int, a *attr) int {
	for i < len(t) && class[t[i]] == space {
		i++
	}
	if i >= len(t) {
		return -1
	}
	if q := t[i]; class[q] == quote {
		i++
		n := i
		for n < len(t) && t[n] != q && n-i < 24 {
			n++
		}
		if n < len(t) && t[n] != q {
			k := bytes.IndexByte(t[n:], q)
			if k < 0 {
				return -1
			}
			n += k
		}
		if n >= len(t) {
			return -1
		}
		a.value, a.valueEnd = int32(i), int32(n)
		return n + 1
	}
	a.value = int32(i)
	for i < len(t) && class[t[i]] != space && class[t[i]] != angle {
		i++
	}
	a.valueEnd = int32(i)
	return i
}

// hasChild tells whether an element begins right behind a start tag; known is false when more bytes are needed.
func hasChild(b []byte, last bool) (child, known bool) {
	for i, c := range b {
		if c <= ' ' {
			if i > window.Max/2 {
				return false, true
			}
			continue
		}
		if c != '<' {
			return false, true
		}
		if i+1 < len(b) {
			return b[i+1] != '/', true
		}
		break
	}
	return false, last
}

// open pushes an element and emits its attributes.
func (p *parser) open(name, tag []byte, attrs []attr, record bool) {
	if p.depth+1 == len(p.stack) {
		p.stack = append(p.stack, make([]element, len(p.stack))...)
	}
	up := &p.stack[p.depth]
	up.last = hash(name)
	p.boundary(name)
	if record {
		p.e.Begin(object.UnitRecord)
		p.units++
	}
	if p.depth == maxDepth {
		p.below++
		p.emitAttrs(up, name, tag, attrs)
		if record {
			p.e.End()
			p.units--
		}
		return
	}
	p.depth++
	el := &p.stack[p.depth]
	el.name, el.local = int32(len(p.names)), int32(len(name))
	el.unit, el.hints, el.last = record, 0, 0
	el.story = p.story > 0 || narrative(name, p.kind)
	if el.story {
		p.story++
	}
	p.names = append(p.names, name...)
	if p.depth == 1 {
		p.root(name, tag, attrs)
	}
	p.emitAttrs(el, name, tag, attrs)
}

func hash(name []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range name {
		h = (h ^ uint32(c)) * 16777619
	}
	return h | 1
}

// pop closes the innermost element.
func (p *parser) pop() {
	if p.below > 0 {
		p.below--
		return
	}
	el := &p.stack[p.depth]
	name := p.names[el.name : el.name+el.local]
	p.boundary(name)
	up := &p.stack[p.depth-1]
	if el.hints > 0 && explains(name) {
		up.addHint(el.hint[:el.hints])
	}
	if el.story {
		p.story--
		if p.story == 0 {
			p.apart(newline)
		}
	}
	p.names = p.names[:el.name]
	p.depth--
	if el.unit {
		el.unit = false
		p.units--
		p.e.End()
	}
}

// boundary separates running text where an element begins or ends.
func (p *parser) boundary(name []byte) {
	if p.story == 0 {
		return
	}
	switch string(name) {
	case "td", "th":
		p.apart(tab)
	case "tr", "table", "paragraph", "item", "list", "br", "p", "div", "li", "ul", "ol", "caption", "title", "text",
		"thead", "tbody", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd":
		p.apart(newline)
	}
}

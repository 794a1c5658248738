package xml

import (
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/xmlscan"
	"github.com/phiwatch/phiwatch/internal/object"
)

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

// Begin implements xmlscan.Handler: it pushes an element and emits its attributes.
func (p *parser) Begin(t *xmlscan.Tag) bool {
	record := false
	if p.depth > 0 && p.depth <= 3 && p.units == 0 && p.mayRecord(t.Name) {
		child, known := hasChild(t.Rest, t.Last)
		if !known {
			return false
		}
		record = child || t.Empty && len(t.Attrs) > 1
	}
	p.open(t, record)
	return true
}

func (p *parser) open(t *xmlscan.Tag, record bool) {
	if p.depth+1 == len(p.stack) {
		p.stack = append(p.stack, make([]element, len(p.stack))...)
	}
	up := &p.stack[p.depth]
	up.last = hash(t.Name)
	p.boundary(t.Name)
	if record {
		p.e.Begin(object.UnitRecord)
		p.units++
	}
	if t.Deep {
		p.emitAttrs(t)
		if record {
			p.e.End()
			p.units--
		}
		return
	}
	p.depth++
	el := &p.stack[p.depth]
	*el = element{label: int32(len(p.names)), unit: record, story: p.story > 0 || narrative(t.Name)} //nolint:gosec // few names
	if el.story {
		p.story++
	}
	p.names = append(p.names, t.Name...)
	p.emitAttrs(t)
}

func hash(name []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range name {
		h = (h ^ uint32(c)) * 16777619
	}
	return h | 1
}

// End implements xmlscan.Handler.
func (p *parser) End(name []byte) {
	el := &p.stack[p.depth]
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
	p.names = p.names[:el.label]
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

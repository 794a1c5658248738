package fhir

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/xmlscan"
	"github.com/phiwatch/phiwatch/internal/coverage"
)

// jsonDoc tells the model what JSON says. Arrays are left out: their elements have the key of the array.
type jsonDoc struct {
	m     *model
	key   []byte // of what comes next
	keys  []byte // of what is open
	stack []level
}

type level struct {
	array bool
	from  int // of its key in keys
}

// maxKey is the length of a key that is kept.
const maxKey = 64

// Key implements jsonscan.Handler.
func (d *jsonDoc) Key(k []byte) { d.key = append(d.key[:0], k[:min(len(k), maxKey)]...) }

// Leaf implements jsonscan.Handler.
func (d *jsonDoc) Leaf(v []byte, _ bool) {
	d.m.leaf(d.key, v)
	if n := len(d.stack); n > 0 && !d.stack[n-1].array {
		d.key = d.key[:0] // what comes next has its own
	}
}

// Open implements jsonscan.Handler.
func (d *jsonDoc) Open(array bool) {
	d.stack = append(d.stack, level{array, len(d.keys)})
	d.keys = append(d.keys, d.key...)
	if !array {
		d.m.open(d.key)
	}
}

// Close implements jsonscan.Handler.
func (d *jsonDoc) Close() {
	n := len(d.stack) - 1
	l := d.stack[n]
	d.stack, d.keys = d.stack[:n], d.keys[:l.from]
	if !l.array {
		d.m.close()
	}
	d.key = d.key[:0]
	if n > 0 && d.stack[n-1].array {
		d.key = append(d.key, d.keys[d.stack[n-1].from:]...)
	}
}

// Text implements jsonscan.Handler.
func (d *jsonDoc) Text(b []byte) { d.m.long(d.key, b) }

// EndText implements jsonscan.Handler.
func (d *jsonDoc) EndText(bool) { d.m.endLong() }

// Broken implements jsonscan.Handler.
func (d *jsonDoc) Broken() {
	d.m.end()
	d.key = d.key[:0]
}

// xmlDoc tells the model what XML says. A value stands in an attribute, and a resource is an element with a capital.
type xmlDoc struct {
	m     *model
	s     *xmlscan.Scanner
	story int // open elements of narrative
}

// Begin implements xmlscan.Handler.
func (d *xmlDoc) Begin(t *xmlscan.Tag) bool {
	if d.story > 0 || string(t.Name) == "div" {
		d.m.apart(t.Name)
		if !t.Deep {
			d.story++
		}
		d.attributes(t)
		return true
	}
	if v := t.Attr("value"); len(v) > 0 {
		d.m.leaf(t.Name, d.s.References(v))
	}
	if !t.Deep {
		d.m.open(t.Name)
		if len(t.Name) > 0 && t.Name[0]-'A' < 26 {
			d.m.typed(t.Name)
		}
	}
	d.attributes(t)
	return true
}

// attributes tells those that are no values: the url of an extension, the id of an element, and those of narrative.
func (d *xmlDoc) attributes(t *xmlscan.Tag) {
	for i := range t.Attrs {
		k := xmlscan.Local(t.Key(&t.Attrs[i]))
		if string(k) == "value" && d.story == 0 || bytes.HasPrefix(t.Key(&t.Attrs[i]), []byte("xmlns")) {
			continue
		}
		if v := t.Value(&t.Attrs[i]); len(v) > 0 {
			d.m.leaf(k, d.s.References(v))
		}
	}
}

// End implements xmlscan.Handler.
func (d *xmlDoc) End(name []byte) {
	if d.story > 0 {
		d.story--
		d.m.apart(name)
		return
	}
	d.m.close()
}

// Chars implements xmlscan.Handler.
func (d *xmlDoc) Chars(v []byte, refs bool) {
	if len(v) == 0 || d.story == 0 && len(bytes.TrimSpace(v)) == 0 {
		return
	}
	if refs {
		v = d.s.References(v)
	}
	d.m.text(v)
	if d.story == 0 {
		d.m.text(newline)
	}
}

// Entities implements xmlscan.Handler.
func (d *xmlDoc) Entities() { d.m.e.Skip(coverage.Ambiguous, 0) }

// Aside implements xmlscan.Handler.
func (d *xmlDoc) Aside(v []byte) {
	if v = bytes.TrimSpace(v); len(v) > 0 {
		d.m.leaf(nil, v)
	}
}

// Cut implements xmlscan.Handler.
func (d *xmlDoc) Cut() {}

// Long implements xmlscan.Handler.
func (d *xmlDoc) Long(v []byte, end bool) {
	if len(v) > 0 {
		d.m.long(nil, v)
	}
	if end {
		d.m.endLong()
	}
}

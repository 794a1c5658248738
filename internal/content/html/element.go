package html

import "encoding/binary"

// kind is what an element does to the running text.
type kind uint8

const (
	inline kind = iota // nothing: what it encloses is joined
	block              // ends the line
	pre                // a block that keeps its line ends
	raw                // script and style
	tabled
	rowed
	celled
	headed // a cell of a header
)

// names of the elements that are not inline; longer names are inline but for the few below.
var blocks = [...]string{"address", "article", "aside", "body", "br", "caption", "center", "dd", "details", "dir", "div", "dl",
	"dt", "fieldset", "figure", "footer", "form", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html",
	"legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "section", "select", "summary", "tbody", "textarea",
	"tfoot", "thead", "title", "ul", "meta", "link", "iframe", "button"}

// joins are the usual elements that are inline. To be in the table saves them a closer look.
var joins = [...]string{"a", "abbr", "b", "bdi", "big", "circle", "cite", "code", "defs", "del", "dfn", "em", "font", "g", "i", "img", "input",
	"ins", "kbd", "label", "mark", "nobr", "path", "q", "rect", "s", "samp", "small", "source", "span", "strike", "strong", "sub", "sup", "svg",
	"time", "tt", "u", "use", "var", "video", "wbr"}

// lookup is a hash table of element names of up to eight bytes, the first byte lowest, in lower case.
type lookup [512]struct {
	key  uint64
	kind kind
}

// elements is never changed.
var elements = func() *lookup {
	var t lookup
	for _, n := range blocks {
		t.add(n, block)
	}
	for _, n := range joins {
		t.add(n, inline)
	}
	t.add("pre", pre)
	t.add("script", raw)
	t.add("style", raw)
	t.add("table", tabled)
	t.add("tr", rowed)
	t.add("td", celled)
	t.add("th", headed)
	return &t
}()

// slot is where the search for a key begins. The factor is one of those that give each name a slot of its own.
func slot(key uint64) int { return int(key * 0x2960d5454b414e71 >> 55) }

func (t *lookup) add(name string, k kind) {
	key := keyOf([]byte(name))
	i := slot(key)
	for t[i].key != 0 {
		i = (i + 1) & (len(t) - 1)
	}
	t[i].key, t[i].kind = key, k
}

// keyOf returns the key of a name of up to eight bytes.
func keyOf(name []byte) (key uint64) {
	for i, c := range name {
		key |= uint64(c|0x20) << (8 * i)
	}
	return key
}

// find returns the kind of a name, and whether it is known; it is inline if not.
func (t *lookup) find(key uint64) (k kind, ok bool) {
	for i := slot(key) & (len(t) - 1); t[i].key != 0; i = (i + 1) & (len(t) - 1) {
		if t[i].key == key {
			return t[i].kind, true
		}
	}
	return inline, false
}

// kind returns the kind of the name b[i:j] of up to eight bytes.
func (t *lookup) kind(b []byte, i, j int) kind {
	var key uint64
	if i+8 <= len(b) {
		key = (binary.LittleEndian.Uint64(b[i:]) | ones*0x20) & (1<<(8*(j-i)) - 1)
	} else {
		key = keyOf(b[i:j])
	}
	k, _ := t.find(key)
	return k
}

// element separates text where a tag stands.
func (p *parser) element(k kind, name []byte, closing bool) {
	switch k {
	case inline:
		if len(name) == 10 && (name[0]|0x20 == 'b' || name[3]|0x20 == 'c') { // blockquote, figcaption
			p.line()
		}
	case block:
		p.line()
	case pre:
		p.line()
		if !closing {
			p.pre++
		} else if p.pre > 0 {
			p.pre--
		}
	case raw:
		if closing {
			return
		}
		p.state, p.fresh, p.hush = inRaw, true, false
		p.until = "</script"
		if name[1]|0x20 == 't' {
			p.until = "</style"
		}
	case tabled:
		if closing {
			p.closeTable()
		} else {
			p.openTable()
		}
	case rowed:
		p.endRow()
		if !closing {
			p.beginRow()
		}
	case celled, headed:
		p.endCell()
		if !closing {
			p.beginCell(k == headed)
		}
	}
}

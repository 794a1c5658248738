package html

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

// lookup is a hash table of element names of up to eight bytes.
type lookup [256]struct {
	key  uint64
	kind kind
}

// elements is never changed.
var elements = func() *lookup {
	var t lookup
	for _, n := range blocks {
		t.add(n, block)
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

func slot(key uint64) uint8 { return uint8(key * 0x9e3779b97f4a7c15 >> 56) }

func (t *lookup) add(name string, k kind) {
	var key uint64
	for i := range len(name) {
		key = key<<8 | uint64(name[i]|0x20)
	}
	i := slot(key)
	for t[i].key != 0 {
		i++
	}
	t[i].key, t[i].kind = key, k
}

// find returns the kind of a name; it is inline if unknown. The table is a quarter full, so it ends soon.
func (t *lookup) find(key uint64) kind {
	for i := slot(key); t[i].key != 0; i++ {
		if t[i].key == key {
			return t[i].kind
		}
	}
	return inline
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

package html

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/label"
	"github.com/phiwatch/phiwatch/internal/object"
)

const (
	maxTables  = 8
	maxColumns = 64
)

// table is an open table.
type table struct {
	labels []byte // of the header, one behind the other
	ends   [maxColumns]int32
	n      int  // columns of the header
	rows   int  // rows of two cells or more so far
	header bool // the labels are a header's
	maybe  bool // the labels are the first row's; the second row tells whether they are a header's
	layout bool // it holds tables: its rows are no records
}

// row is the row at hand. Its text is the end of the running text.
type row struct {
	open  bool
	lost  bool // not to be taken apart
	cell  bool // a cell is open
	start int  // of the row in parser.out
	n     int
	heads int // cells that are header cells
	from  [maxColumns]int32
	to    [maxColumns]int32
}

func (p *parser) openTable() {
	p.sep = '\n'
	if p.depth > 0 {
		p.tables[p.depth].layout = true
	}
	p.row.open, p.row.lost = false, false
	if p.depth == maxTables {
		p.over++
		return
	}
	p.depth++
	t := &p.tables[p.depth]
	t.n, t.rows, t.header, t.maybe, t.layout = 0, 0, false, false, false
	t.labels = t.labels[:0]
}

func (p *parser) closeTable() {
	p.endRow()
	p.sep = '\n'
	if p.over > 0 {
		p.over--
	} else if p.depth > 0 {
		p.depth--
	}
}

func (p *parser) beginRow() {
	p.sep = '\n'
	if p.depth == 0 || p.over > 0 || p.tables[p.depth].layout {
		return
	}
	p.row.open, p.row.lost, p.row.cell = true, false, false
	p.row.start, p.row.n, p.row.heads = len(p.out), 0, 0
}

func (p *parser) beginCell(head bool) {
	r := &p.row
	if !r.open {
		if p.sep != '\n' {
			p.sep = '\t'
		}
		if p.depth == 0 || p.over > 0 || p.tables[p.depth].layout {
			return
		}
		p.beginRow()
	}
	if r.n == maxColumns {
		r.lost = true
	}
	if r.n > 0 {
		p.sep = '\t'
	}
	if r.lost {
		return
	}
	r.cell = true
	r.from[r.n], r.to[r.n] = int32(len(p.out)), -1
	r.n++
	if head {
		r.heads++
	}
}

func (p *parser) endCell() {
	r := &p.row
	if r.open && r.cell && !r.lost {
		r.to[r.n-1] = int32(len(p.out))
		r.cell = false
		return
	}
	if !r.open && p.sep == 0 {
		p.sep = '\t'
	}
}

// cellText returns the text of a cell of the row.
func (p *parser) cellText(i int) []byte {
	return bytes.TrimSpace(p.out[p.row.from[i]:p.row.to[i]])
}

// endRow ends a row: it is a header, a record, or stays text.
func (p *parser) endRow() {
	r := &p.row
	if !r.open {
		return
	}
	p.endCell()
	r.open = false
	p.sep = '\n'
	if r.lost || r.n < 2 || p.depth == 0 {
		return
	}
	t := &p.tables[p.depth]
	t.rows++
	switch {
	case r.heads == r.n:
		p.keepLabels(t)
		t.header, t.maybe = true, false
	case t.header:
		p.record(t)
	case t.rows == 1 && r.n > 2 && p.allLabels():
		p.keepLabels(t)
		t.maybe = true
	case t.maybe:
		t.maybe = false
		if t.header = p.differs(t); t.header {
			p.record(t)
		}
	}
}

// keepLabels makes the row's cells the labels of the table.
func (p *parser) keepLabels(t *table) {
	t.labels = t.labels[:0]
	t.n = p.row.n
	for i := range t.n {
		c := p.cellText(i)
		t.labels = append(t.labels, c[:min(len(c), 64)]...)
		t.ends[i] = int32(len(t.labels))
	}
}

func (t *table) label(i int) []byte {
	if i >= t.n {
		return nil
	}
	from := int32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.labels[from:t.ends[i]]
}

func (p *parser) allLabels() bool {
	for i := range p.row.n {
		if c := p.cellText(i); !label.Like(c) {
			return false
		}
	}
	return true
}

// differs tells whether a column of the row has digits where the first row has none.
func (p *parser) differs(t *table) bool {
	for i := range min(p.row.n, t.n) {
		if digits(p.cellText(i)) && !digits(t.label(i)) {
			return true
		}
	}
	return false
}

// record emits the row as a unit and takes its text back.
func (p *parser) record(t *table) {
	p.e.Begin(object.UnitRow)
	for i := range p.row.n {
		if c := p.cellText(i); len(c) > 0 {
			p.e.Field(object.RoleNone, t.label(i), c)
		}
	}
	p.e.End()
	p.out = p.out[:p.row.start]
	p.ended = min(p.ended, len(p.out))
}

package lines

import (
	"bytes"
	"unicode/utf8"

	"github.com/phiwatch/phiwatch/internal/content/label"
	"github.com/phiwatch/phiwatch/internal/object"
)

// column is a column of a table: where it begins in a line, in characters, and what it is called.
type column struct {
	from  int
	label []byte
	role  object.Role
}

const (
	maxColumns = 512
	maxLabel   = 64
)

// span is a piece of a line.
type span struct{ from, to int }

// ruler takes a line of dashes: with a header before it, it begins a table.
func (p *parser) ruler(b []byte) bool {
	switch c := b[0]; c {
	case '-', '=', '+', '|', ' ', '_', ':', '0', '1', '*':
	default:
		return false
	}
	if len(b) > 1 && (b[0] == '0' || b[0] == '1') && b[1] != ' ' && b[1] != '-' && b[1] != '=' {
		return false
	}
	if recordMark(b) {
		p.flush()
		p.kind, p.expanded = none, b[0] == '-'
		p.endRecord()
		p.text(b)
		return true
	}
	groups, bars, ok := rulerOf(b)
	if !ok {
		return false
	}
	switch {
	case bars && len(p.held) > 0 && bytes.IndexByte(p.held, '|') >= 0 && p.begin(boxed):
		p.cutBars()
	case !bars && (groups > 1 || label.Known(p.held) != label.Unknown) && len(p.held) > 0 && p.begin(fixed):
		p.cutRuler(b)
		p.brief = groups == 1
	default:
		p.flush()
		p.again = bars && p.kind == boxed && !p.page
		if !bars && groups > 1 && !p.page {
			p.kind = none
		}
		p.page = false
	}
	p.text(b)
	return true
}

// rulerOf tells whether b is a ruler: groups of two dashes or more, between blanks, or between bars and crosses.
func rulerOf(b []byte) (groups int, bars, ok bool) {
	run := 0
	for i, c := range b {
		switch c {
		case '-', '=', '_':
			if run++; run == 2 {
				groups++
			}
			continue
		case '+', '|':
			bars = true
		case ':': // of Markdown
		case ' ':
		case '0', '1': // the carriage control of a print line
			if i > 0 {
				return 0, false, false
			}
		default:
			return 0, false, false
		}
		run = 0
	}
	return groups, bars, groups > 0
}

// begin begins a table whose header is the line held, if that can be one.
func (p *parser) begin(k kind) bool {
	letters, digits := 0, 0
	for _, c := range p.held {
		switch {
		case c|0x20-'a' < 26 || c >= 0x80:
			letters++
		case c-'0' < 10:
			digits++
		}
	}
	if letters == 0 || digits > letters || p.again && digits > 0 {
		return false
	}
	p.endRecord()
	p.heads = append(p.heads[:0], p.held...)
	p.held = p.held[:0]
	p.text(p.heads)
	p.kind, p.loose, p.brief, p.again, p.expanded, p.rows = k, false, false, false, false, 0
	p.cols = p.cols[:0]
	return true
}

// cutRuler makes columns of the groups of a ruler.
func (p *parser) cutRuler(b []byte) {
	in := false
	for i, c := range b {
		dash := c == '-' || c == '=' || c == '_'
		if dash && !in && len(p.cols) < maxColumns {
			p.cols = append(p.cols, column{from: i})
		}
		in = dash
	}
	p.name()
}

// name gives the columns their labels, from the header's line.
func (p *parser) name() {
	for i := range p.cols {
		p.cols[i].label = copied(p.cell(p.heads, i))
	}
}

func copied(b []byte) []byte {
	b = trim(b)
	return append([]byte(nil), b[:min(len(b), maxLabel)]...)
}

// cutBars makes columns of the header between bars.
func (p *parser) cutBars() {
	eachBar(p.heads, func(_ int, c []byte) {
		if len(p.cols) < maxColumns {
			p.cols = append(p.cols, column{label: copied(c)})
		}
	})
}

// eachBar calls f with the cells of a line with bars. One bar at the beginning or end is the frame.
func eachBar(b []byte, f func(i int, c []byte)) {
	b = trim(b)
	b = bytes.TrimSuffix(bytes.TrimPrefix(b, bar), bar)
	for i := 0; ; i++ {
		c, rest, more := bytes.Cut(b, bar)
		f(i, trim(c))
		if !more {
			return
		}
		b = rest
	}
}

var bar = []byte{'|'}

// row takes a line of the table at hand.
func (p *parser) row(b []byte) bool {
	switch {
	case p.kind == none:
		return p.stacked(b)
	case bytes.Equal(b, p.heads): // of another page
		p.flush()
		p.text(b)
		p.page = true
		return true
	case p.kind == boxed:
		if bytes.IndexByte(b, '|') < 0 {
			p.kind = none
			return false
		}
		if p.again { // it may be the header of another table
			p.hold(b)
			p.again = true
			return true
		}
		return p.bars(b)
	}
	if !digit(b) && p.stackedHeader(b) {
		return false
	}
	if !p.fits(b) {
		return p.stacked(b)
	}
	p.flush()
	if p.loose && p.rows == 0 {
		p.values(b)
	} else {
		p.endRecord()
		p.beginRow()
		p.values(b)
		p.e.End()
	}
	p.rows++
	return true
}

func (p *parser) beginRow() {
	if !p.told {
		p.told = true
		p.e.Structure(object.StructTable)
	}
	p.e.Begin(object.UnitRow)
}

// values emits the cells of a row.
func (p *parser) values(b []byte) {
	if p.loose && p.rows == 0 && len(p.cols) > 0 {
		for i := range p.cols { // a form of labels above values is one record
			if c := trim(p.cell(b, i)); len(c) > 0 && len(p.cols[i].label) > 0 {
				p.field(p.cols[i].label, c)
			}
		}
		return
	}
	for i := range p.cols {
		if c := trim(p.cell(b, i)); len(c) > 0 {
			p.e.Field(p.cols[i].role, p.cols[i].label, c)
		}
	}
}

// bars emits a row between bars.
func (p *parser) bars(b []byte) bool {
	n := 0
	eachBar(b, func(_ int, c []byte) {
		if n++; len(c) > 0 && n == 1 {
			return
		}
	})
	if n > len(p.cols)+1 || n < 2 && len(p.cols) > 1 {
		return false
	}
	p.held = p.held[:0]
	p.endRecord()
	p.beginRow()
	eachBar(b, func(i int, c []byte) {
		switch {
		case len(c) == 0:
		case i < len(p.cols):
			p.e.Field(object.RoleNone, p.cols[i].label, c)
		default:
			p.e.Field(object.RoleNone, nil, c)
		}
	})
	p.e.End()
	return true
}

// at returns the index in b of the character n.
func (p *parser) at(b []byte, n int) int {
	if len(p.index) == 0 {
		return min(n, len(b))
	}
	if n >= len(p.index) {
		return len(b)
	}
	return int(p.index[n])
}

// measure prepares at for b: columns are counted in characters.
func (p *parser) measure(b []byte) {
	p.index = p.index[:0]
	for _, c := range b {
		if c < utf8.RuneSelf {
			continue
		}
		for i := 0; i < len(b); {
			p.index = append(p.index, int32(i)) //nolint:gosec // a line has 8 KiB at most
			_, n := utf8.DecodeRune(b[i:])
			i += n
		}
		return
	}
}

// cell returns the text of a column of a line. A word that a border cuts belongs to the column where it begins.
func (p *parser) cell(b []byte, i int) []byte {
	if i == 0 {
		p.measure(b)
	}
	from, to := 0, len(b)
	if i > 0 {
		from = border(b, p.at(b, p.cols[i].from))
	}
	if i+1 < len(p.cols) {
		to = border(b, p.at(b, p.cols[i+1].from))
	}
	if from >= to {
		return nil
	}
	return b[from:to]
}

// border moves a border that is inside of a word behind it.
func border(b []byte, i int) int {
	for i > 0 && i < len(b) && b[i-1] != ' ' && b[i] != ' ' {
		i++
	}
	return i
}

// fits tells whether a line stands in the columns: two cells have something, and few borders cut a word.
func (p *parser) fits(b []byte) bool {
	p.measure(b)
	if len(trim(b[:p.at(b, p.cols[0].from)])) > 0 || bytes.HasPrefix(b, prompt) { // carriage control: the heading of a page
		return false
	}
	filled, cut, crossed := 0, 0, 0
	for i := range p.cols {
		from := p.at(b, p.cols[i].from)
		if from >= len(b) {
			break
		}
		to := len(b)
		if i+1 < len(p.cols) {
			to = p.at(b, p.cols[i+1].from)
		}
		if len(trim(b[from:to])) > 0 {
			filled++
		}
		if i > 0 {
			if crossed++; b[from-1] != ' ' {
				cut++
			}
		}
	}
	return (filled > 1 || len(p.cols) == 1 && filled == 1) && cut*4 <= crossed
}

var prompt = []byte("SQL>")

// chunks cuts a line where two blanks or more, or a tab, stand. It returns 0 if there are more than fit.
func chunks(b []byte, s []span) int {
	n, i := 0, 0
	for i < len(b) {
		for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
			i++
		}
		if i == len(b) {
			break
		}
		from := i
		for i < len(b) && b[i] != '\t' && (b[i] != ' ' || i+1 < len(b) && b[i+1] != ' ' && b[i+1] != '\t') {
			i++
		}
		if n == len(s) {
			return 0
		}
		s[n] = span{from, i}
		n++
	}
	return n
}

// Package table opens delimiter-separated tables (RFC 4180 and what programs really write): comma, tab, semicolon, bar,
// caret or tilde; LF, CRLF or CR; quoted cells with doubled quotes, embedded delimiters and line ends.
//
// Each row is a unit, each cell that is not empty a field whose label is the header's cell of its column, in every row
// however long the file is. The header is looked for in the first 64 lines (8 KiB), behind titles and notices; it and they are text
// as well. A second line of words that end labels (Name, Number, of Birth) continues it. A table without a header has no
// labels. The columns of a CMS extract (RIF, CCLF with a header) have the roles that its data dictionary gives them. A quote that is never closed, or is closed in the middle of a later row, is a character like any other, so it
// cannot swallow the table. A cell of more than 64 KiB is text. A transfer that begins in the middle of a file has no header.
package table

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "table", Media: "text/csv", Sniff: sniff, Decode: decode}
}

type parser struct {
	e       object.Emitter
	delim   byte
	unit    bool   // the row's unit is open
	long    bool   // in a cell that is too long to be a field
	col     int    // of the cell that comes next
	off     int64  // of the bytes given to Next
	literal int64  // up to this offset a quote is a character like any other
	delims  uint64 // delim, eight times
	labels  [][]byte
	skimmer object.Skimmer // nil: every row is told
	roles   []object.Role  // of the columns of a CMS file, else nil
	buf     []byte
}

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	r = charset.NewReader(r, window.Declared(m))
	head := r.Peek(object.PeekMax)
	l := probe(head, m)
	p := &parser{e: e, delim: l.delim, delims: uint64(l.delim) * ones}
	if p.delim == 0 { // declared, and nothing to be seen of it
		p.delim, p.delims = ',', ','*ones
	}
	e.Structure(object.StructTable)
	if l.header {
		p.heads(head, &l)
	}
	if l.body > 0 {
		e.Text(head[:l.body])
		r.Discard(l.body)
	}
	p.skim()
	window.Run(r, p)
	p.endRow()
	return coverage.None
}

// heads takes the labels from the header. The cells of a second line continue those of the first.
func (p *parser) heads(head []byte, l *layout) {
	if l.below == 0 {
		p.labels = labels(head[l.titles:l.body], l.delim)
	} else {
		p.labels = labels(bytes.TrimRight(head[l.titles:l.below], "\r\n"), l.delim)
		for i, c := range labels(head[l.below:l.body], l.delim) {
			switch {
			case i >= len(p.labels):
				p.labels = append(p.labels, c)
			case len(c) > 0:
				c = append(append(append([]byte(nil), p.labels[i]...), ' '), c...)
				p.labels[i] = window.Trim(c[:min(len(c), maxLabel)])
			}
		}
	}
	p.roles = rolesOf(p.labels)
}

// labels copies the cells of the header.
func labels(line []byte, delim byte) [][]byte {
	line = append([]byte(nil), line...)
	var ls [][]byte
	for at := 0; ; {
		c, next, more := splitCell(line, at, delim)
		if len(c) > maxLabel {
			c = c[:maxLabel]
		}
		ls = append(ls, c)
		if !more || len(ls) == maxColumns {
			return ls
		}
		at = next
	}
}

const (
	maxLabel   = 64
	maxColumns = 4096
)

// Next consumes the cells of b.
func (p *parser) Next(b []byte, last bool) int {
	if p.skimmer == nil {
		n := p.tell(b, len(b), last)
		p.off += int64(n)
		return n
	}
	i := 0
	for i < len(b) {
		to := 0
		if p.col == 0 && !p.unit && !p.long {
			if i, to = p.rows(b, i, last); to == i {
				break
			}
		} else {
			to = lineEnd(b, i)
		}
		from := p.off
		p.off += int64(i)
		n := p.tell(b[i:], to-i, last)
		p.off = from
		if n == 0 {
			break
		}
		i += n
	}
	p.off += int64(i)
	return i
}

// tell tells the cells of b that begin before to, which is behind a row or the end of b. b begins at p.off. It returns the number of
// bytes taken: of all of these cells, unless bytes are missing to the end of one.
func (p *parser) tell(b []byte, to int, last bool) int {
	i := 0
	for i < to {
		if p.long {
			i += p.more(b[i:])
			continue
		}
		if b[i] == '"' && p.off+int64(i) >= p.literal {
			n := p.short(b[i:])
			if n == 0 {
				n = p.quoted(b[i:], i, last)
			}
			if n == 0 {
				break
			}
			i += n
			continue
		}
		j := p.cells(b[:to], i)
		if j > i {
			i = j
			continue
		}
		if j = p.endOf(b, i); j == len(b) && !last && j-i < window.Max {
			break
		}
		if j-i >= window.Max {
			p.long = true
			continue
		}
		if j > i {
			p.cell(b[i:j])
		}
		i = p.after(b, j)
	}
	return i
}

// after takes the delimiter or line end at b[j], and returns where the next cell begins.
func (p *parser) after(b []byte, j int) int {
	if j == len(b) {
		return j
	}
	if b[j] == p.delim {
		p.col++
	} else {
		p.endRow()
	}
	return j + 1
}

func (p *parser) endRow() {
	if p.unit {
		p.e.End()
		p.unit = false
	}
	p.col = 0
}

// cell emits a cell.
func (p *parser) cell(v []byte) {
	if v[0] <= ' ' || v[len(v)-1] <= ' ' {
		if v = window.Trim(v); len(v) == 0 {
			return
		}
	}
	if !p.unit {
		p.unit = true
		p.e.Begin(object.UnitRow)
	}
	if p.roles != nil && p.col < len(p.labels) {
		p.e.Field(p.roles[p.col], p.labels[p.col], v)
		return
	}
	if p.col < len(p.labels) {
		p.e.Field(object.RoleNone, p.labels[p.col], v)
		return
	}
	p.e.Field(object.RoleNone, nil, v)
}

// more emits a piece of a cell that is too long to be a field.
func (p *parser) more(b []byte) int {
	j := p.endOf(b, 0)
	if j > 0 {
		p.e.Text(b[:j])
		return j
	}
	p.long = false
	p.e.Text(newline)
	return p.after(b, 0)
}

var newline = []byte{'\n'}

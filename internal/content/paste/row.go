package paste

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/label"
	"github.com/phiwatch/phiwatch/internal/content/window"
)

// line returns b without its end, the blanks around it but tabs before it, and the marks of a quoted mail.
func line(b []byte) []byte {
	for len(b) > 0 && (b[0] == '>' || b[0] == ' ') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}

// ruler tells whether b parts a header from its rows.
func ruler(b []byte) bool {
	for _, c := range b {
		switch c {
		case '-', '=', '+', '|', ':', ' ', '\t', ',', '_':
		default:
			return false
		}
	}
	return true
}

// row cuts b and tells whether it is a row. The first must have digits, and so must those with another number of cells. What begins
// with a label is another header, or a line of a form.
func (t *Table) row(b []byte) bool {
	if len(b) > MaxLine {
		return false
	}
	t.cut(b, t.delim, false)
	for n := len(t.cells); n > len(t.labels) && t.cells[n-1].from == t.cells[n-1].to; n-- { // delimiters without anything behind them
		t.cells = t.cells[:n-1]
	}
	if len(t.cells) > len(t.labels) && t.tight && t.delim != '\t' { // Roe, Ann: a comma with a blank is part of the cell
		if t.cut(b, t.delim, true); len(t.cells) != len(t.labels) {
			t.cut(b, t.delim, false)
		}
	}
	if len(t.cells) == len(t.labels)+1 && t.delim == ',' && t.name >= 0 && !digit(b[t.cells[t.name+1].from:t.cells[t.name+1].to]) {
		t.join(t.name)
	}
	n := len(t.cells)
	if n < 2 || n+1 < len(t.labels) || n > len(t.labels)+1 || !digit(b) && (t.rows == 0 || n != len(t.labels)) {
		return false
	}
	if first := t.cells[0]; classOf(cell(b[first.from:first.to])) >= label.Common {
		return false
	}
	filled := 0
	for _, s := range t.cells {
		if s.to > s.from {
			filled++
		}
		if s.to-s.from > maxCell || bytes.Count(b[s.from:s.to], []byte{' '}) > maxBlanks {
			return false
		}
	}
	return filled > 1
}

// maxBlanks is how many blanks a cell may have: more are a sentence.
const maxBlanks = 12

// join makes one cell of cell i and the next: a family name and a given one.
func (t *Table) join(i int) {
	t.cells[i].to = t.cells[i+1].to
	t.cells = append(t.cells[:i+1], t.cells[i+2:]...)
}

func digit(b []byte) bool {
	for _, c := range b {
		if c-'0' < 10 {
			return true
		}
	}
	return false
}

// cut cuts b into cells without the blanks around them, none if there are more than a table may have. With soft, a
// delimiter before a blank is part of its cell. Bars at both ends are a frame.
func (t *Table) cut(b []byte, d byte, soft bool) {
	at, end := 0, len(b)
	if d == '|' && end > 1 && b[0] == d && b[end-1] == d {
		at, end = 1, end-1
	}
	t.cells = t.cells[:0]
	for at <= end {
		if len(t.cells) == maxCells {
			t.cells = t.cells[:0]
			return
		}
		to := cellEnd(b[:end], at, d, soft)
		s := span{at, to}
		for s.from < s.to && b[s.from] <= ' ' {
			s.from++
		}
		for s.to > s.from && b[s.to-1] <= ' ' {
			s.to--
		}
		t.cells = append(t.cells, s)
		at = to + 1
	}
}

// cellEnd returns the index of the delimiter behind the cell that begins at b[at]. A quote that is not closed before a
// delimiter is a character like any other.
func cellEnd(b []byte, at int, d byte, soft bool) int {
	i := at
	for i < len(b) && b[i] == ' ' {
		i++
	}
	if i < len(b) && b[i] == '"' {
		for k := i + 1; k < len(b); k++ {
			if b[k] == '"' && (k+1 == len(b) || b[k+1] == d) {
				return k + 1
			}
		}
	}
	for i = at; i < len(b); i++ {
		if b[i] == d && !(soft && i+1 < len(b) && b[i+1] == ' ') {
			break
		}
	}
	return i
}

// cell returns a cell without its quotes.
func cell(c []byte) []byte {
	if len(c) > 1 && c[0] == '"' && c[len(c)-1] == '"' {
		c = window.Trim(c[1 : len(c)-1])
	}
	return c
}

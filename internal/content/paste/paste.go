// Package paste finds delimiter-separated tables inside of running text: what is copied from a sheet into a mail, between a
// greeting and a signature, and a header with a single row, which is too little to tell a file of them by.
//
// A table begins with a header, a line of short labels between commas, tabs, semicolons or bars of which one at least is
// what persons are asked for, and goes on as long as lines follow that have as many cells, one more or one less, and digits. The
// marks that mails quote each other with (>) may stand before each line. Nothing is looked ahead for: the header is text like
// that around it.
//
// Not read: rows above which no header stands, two columns with a comma and a blank between them, cells with line ends in them.
package paste

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/label"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// MaxLine is the length in bytes of the longest line that is taken for a header or a row.
const MaxLine = 4 << 10

const (
	maxHeader = 1 << 10
	maxLabel  = 40 // bytes of a cell of a header
	maxWords  = 4  // of a cell of a header
	maxCells  = 64
	maxCell   = 256 // bytes of a cell of a row
	maxGap    = 1   // blank lines between rows: some programs double all line ends
)

// Table is the table that is being read. The zero value is in none.
type Table struct {
	delim  byte
	tight  bool // no blank stands behind the header's delimiters
	labels [][]byte
	name   int // the column of a person's whole name, -1: none
	rows   int
	gap    int
	told   bool // that the text holds a table

	cells []span // of the line at hand
}

type span struct{ from, to int }

// In tells whether a header was found and no line since then ended its table.
func (t *Table) In() bool { return len(t.labels) > 0 }

// Stop ends the table.
func (t *Table) Stop() { t.labels = t.labels[:0] }

// Row takes the next line, without its end, and tells whether it is a row, which Emit tells of while b is unchanged. Any other line is text.
func (t *Table) Row(b []byte) bool {
	b = line(b)
	if t.In() {
		switch {
		case len(b) == 0:
			if t.gap++; t.gap > maxGap {
				t.Stop()
			}
			return false
		case t.row(b):
			t.gap = 0
			t.rows++
			return true
		case t.rows == 0 && ruler(b):
			return false
		}
		t.Stop()
	}
	t.header(b)
	return false
}

// Emit tells e of the row that Row found in b.
func (t *Table) Emit(b []byte, e object.Emitter) {
	b = line(b)
	if !t.told {
		t.told = true
		e.Structure(object.StructTable)
	}
	e.Begin(object.UnitRow)
	for i, s := range t.cells {
		v := cell(b[s.from:s.to])
		switch {
		case len(v) == 0:
		case i < len(t.labels):
			e.Field(object.RoleNone, t.labels[i], v)
		default:
			e.Field(object.RoleNone, nil, v)
		}
	}
	e.End()
}

// header begins a table if b is a header.
func (t *Table) header(b []byte) {
	if len(b) < 5 || len(b) > maxHeader {
		return
	}
	for _, d := range delims {
		k := bytes.IndexByte(b, d)
		if k < 0 || k > maxLabel || alone(b[k:]) || !endsWithLabel(b, d) || !t.judge(b, d) {
			continue
		}
		t.delim, t.rows, t.gap, t.name = d, 0, 0, -1
		t.labels = t.labels[:0]
		for i, s := range t.cells {
			c := cell(b[s.from:s.to])
			if label.Known(c) == label.Name {
				t.name = i
			}
			t.labels = append(t.labels, append([]byte(nil), c...))
		}
		return
	}
}

// endsWithLabel tells whether few words stand behind the last d of b. It spares nearly all sentences the closer look.
func endsWithLabel(b []byte, d byte) bool {
	words := 0
	for i := len(b) - 1; i >= 0 && b[i] != d; i-- {
		if b[i] == ' ' {
			if words++; words > maxWords {
				return false
			}
		}
	}
	return true
}

// judge tells whether b is a header with the delimiter d. Where a blank stands behind the delimiters, as in a sentence,
// half of the labels must be well-known ones.
func (t *Table) judge(b []byte, d byte) bool {
	if first := cell(window.Trim(b[:bytes.IndexByte(b, d)])); len(first) > 0 && !likely(first) { // nearly all sentences
		return false
	}
	if t.cut(b, d, false); len(t.cells) < 2 {
		return false
	}
	filled, known, sure := 0, 0, 0
	for _, s := range t.cells {
		if c := cell(b[s.from:s.to]); len(c) > 0 {
			if !likely(c) {
				return false
			}
			filled++
		}
	}
	for _, s := range t.cells {
		switch k := classOf(cell(b[s.from:s.to])); {
		case k >= label.Common:
			sure++
			known++
		case k == label.Generic:
			known++
		}
	}
	t.tight = d == '\t' || !bytes.Contains(b, []byte{d, ' '})
	switch {
	case sure == 0 || filled < 2:
		return false
	case filled == 2: // else it may be a label and its value
		return known == 2
	}
	return known*2 >= filled || sure > 1 && (t.tight || d == '|')
}

// likely tells whether c may be the label of a column: few words, and no mark that parts a label from its value.
func likely(c []byte) bool {
	if len(c) > maxLabel {
		return false
	}
	words := 1
	for i, b := range c {
		switch b {
		case ' ':
			words++
		case '=', '!', '?', '<', '>', '{', '}', '$', '\\':
			return false
		case ':':
			if i+1 < len(c) {
				return false
			}
		}
	}
	return words <= maxWords && label.Like(c)
}

// classOf classifies a label by all of it, or by the words that it ends with: Employee SSN.
func classOf(c []byte) label.Class {
	for len(c) > 0 && (c[len(c)-1] == '#' || c[len(c)-1] == '.' || c[len(c)-1] == ':' || c[len(c)-1] == ' ') {
		c = c[:len(c)-1]
	}
	k := label.Known(c)
	for i := 0; i < len(c) && k == label.Unknown; i++ {
		if c[i] == ' ' || c[i] == '_' {
			k = label.Known(c[i+1:])
		}
	}
	return k
}

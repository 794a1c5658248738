package naaccr

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// layout is that of a record by its version.
type layout struct {
	v18       bool
	incidence int // columns of type I: those without the person
}

var (
	layout14 = layout{false, 3339}
	layout18 = layout{true, 4048}
)

// layoutOf returns the layout that the first columns of a record state, nil if they state none.
func layoutOf(b []byte) *layout {
	if len(b) < 20 || b[1] != ' ' && b[1]-'0' > 9 {
		return nil
	}
	switch b[0] {
	case 'I', 'C', 'M', 'A':
	default:
		return nil
	}
	for _, c := range b[2:16] { // reserved
		if c != ' ' {
			return nil
		}
	}
	switch string(b[16:19]) {
	case "140", "150", "160":
		return &layout14
	case "180":
		return &layout18
	}
	return nil
}

// long tells whether the first line is as long as its version asks for, less the blanks that some writers drop at its end.
func long(head []byte) bool {
	n := bytes.IndexByte(head, '\n')
	if n < 0 {
		n = len(head)
	}
	return n >= layoutOf(head).incidence/4
}

// flat takes fixed-width records.
type flat struct {
	record
	long bool // in a line that is too long
}

// Next implements window.Tokenizer.
func (f *flat) Next(b []byte, last bool) int {
	i := 0
	for i < len(b) {
		t := b[i:min(len(b), i+window.Max)]
		n := bytes.IndexByte(t, '\n')
		switch {
		case n >= 0:
			f.line(t[:n])
			i += n + 1
			continue
		case len(t) == window.Max || f.long:
			f.e.Text(t)
			f.long = true
		case last:
			f.line(t)
		default:
			return i
		}
		i += len(t)
	}
	return i
}

// line takes a line.
func (f *flat) line(v []byte) {
	if len(v) > 0 && v[len(v)-1] == '\r' {
		v = v[:len(v)-1]
	}
	l := layoutOf(v)
	if f.long || l == nil {
		f.long = false
		if len(v) > 0 {
			f.e.Text(v)
		}
		f.e.Text(newline)
		return
	}
	f.e.Begin(object.UnitRecord)
	f.fields(l, v)
	f.e.End()
}

// fields emits the fields of a record, and what is in none as text.
func (f *flat) fields(l *layout, v []byte) {
	at := 0
	for i := range items {
		it := &items[i]
		col := it.v14
		if l.v18 {
			col = it.v18
		}
		if col == 0 || col > len(v) || it.kind != plain && it.num >= 2230 && v[0] == 'I' {
			continue
		}
		from := col - 1
		f.text(v[min(at, from):from])
		at = min(len(v), from+it.n)
		f.item(it, nil, v[from:at])
	}
	f.end()
	f.text(v[at:])
}

// text emits what has no role. Where there are two blanks or more, a column is empty: it separates.
func (f *flat) text(v []byte) {
	f.buf = f.buf[:0]
	blanks := 0
	for _, c := range v {
		if c <= ' ' {
			blanks++
			continue
		}
		switch {
		case blanks == 1:
			f.buf = append(f.buf, ' ')
		case blanks > 1:
			f.buf = append(f.buf, '\n')
		}
		blanks = 0
		f.buf = append(f.buf, c)
	}
	if len(f.buf) > 0 {
		f.e.Text(f.buf)
		f.e.Text(newline)
	}
}

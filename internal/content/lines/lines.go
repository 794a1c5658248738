// Package lines opens texts whose lines have a structure that is not that of a delimited file: what reports, terminals,
// forms and logs print.
//
//   - Columns that are aligned with blanks: below a ruler of dashes (SQL*Plus, sqlcmd, RST, print lines of mainframes), or
//     below a header whose words the rows stand under. Headings are looked for in the whole text, so pages may repeat them
//     or have others.
//   - Columns between bars: psql, mysql, Markdown, grid tables.
//   - label: value, label = value, label .... value, [label] value, several on a line, the label on a line above its
//     value or a row of labels above a row of values; records of psql -x and mysql \G; INI.
//   - key=value logs with three pairs or more on a line.
//   - Rows of delimiter-separated tables between such lines (package paste).
//
// A row is a unit and a cell a field whose label is that of its column. Pairs belong to one record until the first of
// its labels, or that of a person's name or number, comes again. Headings, and every line that fits nothing, are text, in
// their order. A line of more than 64 KiB is text. Memory is constant, work linear in the length of the text.
//
// Not read: columns without a header; tabs
// that stand for blanks; values that go on in the next line.
package lines

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/label"
	"github.com/phiwatch/phiwatch/internal/content/paste"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "lines", Media: "text/plain", Sniff: sniff, Decode: decode}
}

type parser struct {
	e    object.Emitter
	long bool // in a line that is too long

	held  []byte // the line before, while it may be a header; nil: none
	kind  kind
	cols  []column
	heads []byte // the header's line: it may come again
	rows  int    // below the present header
	told  bool   // that the text holds a table
	loose bool   // the header is one by its words alone: its first row is a piece of a form
	brief bool   // the table ends with a blank line
	page  bool   // the line before was the header, again
	again bool   // a ruler came: the next line may be a header

	expanded bool // in records of psql -x
	odd      int  // values whose labels running text would not show: above, in brackets, behind dots
	record   bool // a record of pairs is open
	first    []byte
	seen     [label.Birth + 1]bool
	number   []byte // the first label of a record number in the record

	paste   *paste.Table // nil: while it is decided what the text is
	pending []byte       // a label whose value comes in the next cell or line
	index   []int32      // of the characters of a line that is not ASCII
	pairs   [maxPairs]pair
}

// kind is the kind of the table that the parser is in.
type kind uint8

const (
	none  kind = iota
	fixed      // columns by position
	boxed      // columns between bars
)

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	r = charset.NewReader(r, window.Declared(m))
	p := &parser{e: e, paste: &paste.Table{}}
	head := r.Peek(object.PeekMax)
	p.aligned(head)
	window.Run(r, p)
	p.flush()
	p.endRecord()
	return coverage.None
}

// Next consumes the lines of b.
func (p *parser) Next(b []byte, last bool) int {
	i := 0
	for i < len(b) {
		t := b[i:min(len(b), i+window.Max)]
		n := bytes.IndexByte(t, '\n')
		switch {
		case p.long && n < 0:
			if len(t) < window.Max && !last { // wait: where a text is cut must not depend on the chunks
				return i
			}
			p.e.Text(t)
			i += len(t)
		case p.long:
			p.e.Text(t[:n+1])
			p.long = false
			i += n + 1
		case n >= 0:
			p.line(t[:n])
			i += n + 1
		case len(t) == window.Max:
			p.flush()
			p.long = true
		case last:
			p.line(t)
			i = len(b)
		default:
			return i
		}
	}
	return i
}

// line takes a line without its end.
func (p *parser) line(b []byte) {
	b = trimEnd(b)
	if len(b) > 0 && b[0] == '\f' {
		b = b[1:]
	}
	if len(b) == 0 {
		p.blank()
		return
	}
	if len(b) <= maxLine {
		if p.pasted(b) || p.ruler(b) || p.row(b) || p.keyed(b) {
			return
		}
	}
	p.pending = p.pending[:0]
	if len(b) > maxLine {
		p.flush()
		p.text(b)
		return
	}
	p.hold(b)
}

// maxLine is the length of the longest line that is taken apart. A print line has 132 characters, a wide spool some
// thousands.
const maxLine = 8 << 10

// pasted takes a row of a delimiter-separated table.
func (p *parser) pasted(b []byte) bool {
	if p.paste == nil || p.kind != none {
		return false
	}
	if !p.paste.Row(b) {
		return false
	}
	p.flush()
	p.endRecord()
	p.paste.Emit(b, p.e)
	return true
}

func (p *parser) blank() {
	p.pasted(nil)
	p.flush()
	p.pending = p.pending[:0]
	if p.brief {
		p.kind, p.loose, p.brief = none, false, false
	}
	p.e.Text(newline)
}

// hold keeps a line back: what follows may make it a header.
func (p *parser) hold(b []byte) {
	p.flush()
	p.held = append(p.held[:0], b...)
}

// flush passes the line that was held back.
func (p *parser) flush() {
	if len(p.held) == 0 {
		return
	}
	h := p.held
	p.held = p.held[:0]
	if p.again && p.kind == boxed {
		p.again = false
		if p.bars(h) {
			return
		}
	}
	p.prose(h)
}

func (p *parser) text(b []byte) {
	p.e.Text(b)
	p.e.Text(newline)
}

var newline = []byte{'\n'}

func trim(v []byte) []byte {
	for len(v) > 0 && v[0] <= ' ' {
		v = v[1:]
	}
	return trimEnd(v)
}

func trimEnd(v []byte) []byte {
	for len(v) > 0 && v[len(v)-1] <= ' ' {
		v = v[:len(v)-1]
	}
	return v
}

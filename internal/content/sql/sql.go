// Package sql opens dumps of databases: what mysqldump, pg_dump, sqlite3 .dump, and the export of SQL Server and Oracle
// tools write.
//
// Each row of INSERT or REPLACE ... VALUES (...),(...) and of COPY ... FROM stdin is a unit, each value a field whose
// label is the column's name: from the column list of the statement, else from the CREATE TABLE that was seen before it.
// NULL and DEFAULT are no values. Of a function call (TO_DATE, CAST) the first literal is the column's value, the others are
// fields without a label. Quotes are those of the standard ('it”s', "name"), of MySQL (`name`, \'), of PostgreSQL (E'\n', $$)
// and of SQL Server ([name], N'text'). Whether a backslash escapes is told by the dialect, and where that is not known by
// what follows.
//
// Running text may stand above the statements: what a mail asks to be run. All else - comments, other statements - is text. A statement may have any length: memory is constant but for the columns of
// 256 tables. A literal of more than 64 KiB is text.
//
// Not read: COPY in CSV format and INSERT ... SELECT are text; values in hexadecimal are not decoded.
package sql

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
	return content.Format{Name: "sql", Media: "application/sql", Sniff: sniff, Decode: decode}
}

// state is what the parser is in.
type state uint8

const (
	begin   state = iota // before the first word of a statement
	other                // a statement that is text
	insert               // INSERT, before its table
	columns              // the column list of INSERT or COPY
	listed               // behind it
	values               // between rows
	row                  // in a row
	create               // CREATE TABLE, before its columns
	defs                 // in the definitions of columns
	copies               // COPY, before its end
	data                 // rows of COPY
)

type parser struct {
	e        object.Emitter
	state    state
	dialect  dialect
	copyStmt bool
	copying  bool // it is FROM stdin
	csv      bool
	until    string // in a comment, or a literal that is too long, up to this
	depth    int    // of parentheses
	item     bool   // at the beginning of a definition
	unit     bool   // the row's unit is open
	escaped  bool   // an E stands before the literal
	given    bool   // the column has its value
	col      int
	table    []byte
	cols     [][]byte // of the statement
	tables   map[string][][]byte
	buf      []byte
}

const (
	maxTables  = 256
	maxColumns = 1024
	maxName    = 64
	maxQuoted  = 130 // the longest name that a database takes, with its quotes
)

// dialect tells whether a backslash in a literal is an escape.
type dialect uint8

const (
	unknown  dialect = iota
	escaping         // MySQL, MariaDB
	standard
)

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	r = charset.NewReader(r, window.Declared(m))
	e.Structure(object.StructTable)
	head := r.Peek(object.PeekMax)
	p := &parser{e: e, dialect: dialectOf(head), tables: map[string][][]byte{}}
	if n := preamble(head); n > 0 && !starts(firstWord(head)) { // an apostrophe in it begins no literal
		e.Text(head[:n])
		r.Discard(n)
	}
	window.Run(r, p)
	p.endRow()
	return coverage.None
}

// Next consumes the tokens of b. What lies between from and i is text.
func (p *parser) Next(b []byte, last bool) int {
	i, from := 0, 0
	for i < len(b) {
		n := 0
		switch {
		case p.until == "" && p.state == row:
			p.text(b[from:i])
			n = p.value(b[i:], last)
			from = i + n
		case p.until == "" && p.state == data:
			p.text(b[from:i])
			n = p.copyLine(b[i:], last)
			from = i + n
		default:
			n = p.token(b[i:], last)
		}
		if n == 0 {
			break
		}
		i += n
	}
	if from < i {
		p.text(b[from:i])
	}
	return i
}

func (p *parser) text(b []byte) {
	if len(b) > 0 {
		p.e.Text(b)
	}
}

// token takes one token outside of rows.
func (p *parser) token(b []byte, last bool) int {
	if p.until != "" {
		return p.comment(b, last)
	}
	c := b[0]
	switch {
	case c <= ' ':
		n := 1
		for n < len(b) && b[n] <= ' ' {
			n++
		}
		return n
	case c == '-' || c == '/' || c == '#':
		if len(b) < 2 && !last {
			return 0
		}
		if p.opens(b) {
			return min(2, len(b))
		}
		return 1
	case c == '\'' || c == '"' || c == '`' || c == '[' && p.state != other:
		return p.quoted(b, last)
	case word[c]:
		n := 1
		for n < len(b) && word[b[n]] && n < window.Max {
			n++
		}
		if n == len(b) && !last && n < window.Max {
			return 0
		}
		p.word(b[:n])
		return n
	}
	p.mark(c)
	return 1
}

// opens tells whether a comment begins.
func (p *parser) opens(b []byte) bool {
	switch {
	case b[0] == '#' && p.dialect == escaping:
		p.until = "\n"
	case len(b) < 2:
		return false
	case b[0] == '-' && b[1] == '-':
		p.until = "\n"
	case b[0] == '/' && b[1] == '*':
		p.until = "*/"
	}
	return p.until != ""
}

// comment passes a comment, or the rest of a long literal.
func (p *parser) comment(b []byte, last bool) int {
	if k := bytes.Index(b, []byte(p.until)); k >= 0 {
		n := k + len(p.until)
		p.until = ""
		return n
	}
	n := len(b)
	if !last {
		n -= len(p.until) - 1
	}
	return n
}

// quoted takes a literal or a quoted name outside of rows.
func (p *parser) quoted(b []byte, last bool) int {
	q := b[0]
	if q == '[' {
		q = ']'
	}
	limit := window.Max
	if q != '\'' {
		limit = maxQuoted
	}
	t := b[:min(len(b), limit)]
	for i := 1; i < len(t); i++ {
		if t[i] == '\\' && q == '\'' && p.dialect == escaping {
			i++
			continue
		}
		if t[i] != q {
			continue
		}
		if i+1 == len(t) && !last && len(t) < limit {
			return 0
		}
		if i+1 < len(t) && t[i+1] == q && q != ']' {
			i++
			continue
		}
		if q != '\'' {
			p.name(t[1:i])
		}
		return i + 1
	}
	if len(t) < limit && !last {
		return 0
	}
	if q != '\'' {
		return 1 // it is not closed: a character like any other
	}
	p.until = "'"
	return len(t)
}

var word = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 || c == '_' || c == '$' || c == '@' || c == '\\'
	}
	return t
}()

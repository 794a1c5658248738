package sql

import (
	"bytes"
	"strings"
)

// word takes a word outside of rows.
func (p *parser) word(w []byte) {
	k := keyword(w)
	switch p.state {
	case begin:
		p.statement(k)
	case insert:
		switch k {
		case "into", "ignore", "overwrite", "table", "low_priority", "delayed", "high_priority", "or", "replace", "only":
		case "values", "value":
			p.enter()
		case "select", "set", "default", "with", "exec":
			p.state = other
		default:
			p.name(w)
		}
	case columns, defs:
		if p.state == defs && p.item && p.depth == 1 && reserved(k) {
			p.item = false
			return
		}
		p.name(w)
	case other:
		if k == "insert" || k == "go" { // nothing need end the statement before
			p.state = begin
			p.statement(k)
		}
	case listed:
		switch k {
		case "values", "value":
			p.enter()
		case "select", "set", "default", "with":
			p.state = other
		}
	case values:
		p.state = other // ON DUPLICATE KEY, RETURNING
		if k == "insert" || k == "go" {
			p.state = begin
			p.statement(k)
		}
	case create:
		switch k {
		case "if", "not", "exists", "table", "temporary", "temp", "unlogged", "global", "local", "external", "foreign", "or", "replace", "only":
		case "as", "select", "like":
			p.state = other
		case "index", "view", "function", "procedure", "trigger", "sequence", "database", "schema", "unique", "type", "user", "role", "extension":
			p.state = other
		default:
			p.name(w)
		}
	case copies:
		p.csv = p.csv || k == "csv" || k == "binary"
		switch k {
		case "from", "stdin", "to", "stdout", "with", "format", "csv":
			p.copying = p.copying || k == "stdin"
		default:
			if !p.copying && len(p.cols) == 0 {
				p.name(w)
			}
		}
	}
}

// statement begins a statement by its first word.
func (p *parser) statement(k string) {
	p.table, p.cols, p.depth, p.col = p.table[:0], nil, 0, 0
	p.copying, p.csv, p.copyStmt = false, false, k == "copy"
	switch k {
	case "insert", "replace":
		p.state = insert
	case "create":
		p.state = create
	case "copy":
		p.state = copies
	case "go": // of SQL Server: it ends statements
	default:
		p.state = other
	}
}

// keyword returns a word in lower case, "" if it is too long to be a keyword.
func keyword(w []byte) string {
	if len(w) > 16 {
		return ""
	}
	return strings.ToLower(string(w))
}

// reserved tells words that begin a definition which is no column.
func reserved(k string) bool {
	switch k {
	case "primary", "key", "unique", "constraint", "index", "foreign", "check", "fulltext", "spatial", "like", "exclude", "period", "partition":
		return true
	}
	return false
}

// name takes a name: of the table, or of a column.
func (p *parser) name(w []byte) {
	switch p.state {
	case insert, create, copies:
		if p.depth == 0 { // of a qualified name the last part counts
			p.table = append(p.table[:0], bytes.ToLower(w[:min(len(w), maxName)])...)
		}
	case columns:
		p.column(w)
	case defs:
		if p.item && p.depth == 1 {
			p.column(w)
		}
		p.item = false
	}
}

func (p *parser) column(w []byte) {
	if len(p.cols) < maxColumns {
		p.cols = append(p.cols, bytes.Clone(w[:min(len(w), maxName)]))
	}
}

// mark takes a sign outside of rows.
func (p *parser) mark(c byte) {
	switch c {
	case '(':
		p.open()
	case ')':
		p.close()
	case ',':
		if p.state == defs {
			p.item = p.depth == 1
		}
	case ';':
		p.end()
	}
}

func (p *parser) open() {
	switch p.state {
	case insert, copies:
		if p.depth == 0 && len(p.table) > 0 && len(p.cols) == 0 && !p.copying {
			p.state = columns
		}
		p.depth++
	case create:
		p.state, p.item = defs, true
		p.depth = 1
	case values:
		p.state, p.depth, p.col, p.given = row, 1, 0, false
	case begin, other, columns, listed, row, defs, data:
		p.depth++
	}
}

func (p *parser) close() {
	p.depth = max(0, p.depth-1)
	if p.depth > 0 {
		return
	}
	switch p.state {
	case columns:
		p.state = listed
		if p.copyStmt {
			p.state = copies
		}
	case defs:
		if len(p.table) > 0 && len(p.tables) < maxTables {
			p.tables[string(p.table)] = p.cols
		}
		p.state = other
	}
}

// enter begins the rows of an INSERT.
func (p *parser) enter() {
	p.state = values
	p.known()
}

func (p *parser) known() {
	if len(p.cols) == 0 {
		p.cols = p.tables[string(p.table)]
	}
}

// end ends a statement.
func (p *parser) end() {
	if p.copying && !p.csv {
		p.known()
		p.state = data
		return
	}
	p.state = begin
}

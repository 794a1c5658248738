package table

import (
	"bytes"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/label"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// layout is how a table is laid out.
type layout struct {
	delim  byte // 0: no table was found
	lines  int  // lines that agree on the number of columns
	cols   int
	header bool
	titles int // length of what stands before the header
	body   int // where the rows begin
}

// Bounds of what is looked at.
const (
	maxLines = 24
	maxHead  = 8 << 10
)

var delims = [...]byte{'\t', ',', ';', '|'}

// line is a line of the head with its number of each delimiter.
type line struct {
	from, to int // without its line end
	n        [len(delims)]int16
}

func sniff(head []byte, m *object.Meta) content.Score {
	said, weak := declared(m)
	head = window.Head(head)
	if !said && !weak && !plausible(head) || bytes.IndexByte(head[:min(len(head), 512)], 0) >= 0 {
		return content.No
	}
	l := probe(head, m)
	ok := l.delim != 0 && l.lines >= 3 && (l.cols > 2 || l.header)
	switch {
	case said && (ok || l.delim != 0 && l.header):
		return content.Likely + content.Declared
	case ok:
		return content.Likely
	case said && plausible(head):
		return content.Declared
	}
	return content.No
}

// declared tells whether m says that it is a table; weak is a type that browsers also give to tables.
func declared(m *object.Meta) (said, weak bool) {
	if m == nil {
		return false, false
	}
	switch m.MediaType {
	case "text/csv", "application/csv", "text/tab-separated-values", "text/comma-separated-values", "text/x-csv", "application/x-csv", "text/tsv":
		return true, false
	case "application/vnd.ms-excel":
		weak = true
	}
	if m.Name == nil {
		return false, weak
	}
	n := m.Name.Reveal()
	if i := strings.LastIndexByte(n, '.'); i >= 0 && len(n)-i <= 5 {
		switch strings.ToLower(n[i:]) {
		case ".csv", ".tsv", ".tab", ".psv":
			return true, weak
		}
	}
	return false, weak
}

// plausible rules out at a glance what begins like something else.
func plausible(head []byte) bool {
	if len(head) == 0 {
		return false
	}
	switch head[0] {
	case '<', '{', '[', '%', 0, 0x0b:
		return false
	}
	if len(head) > 4 && head[3] == '|' {
		switch string(head[:3]) {
		case "MSH", "FHS", "BHS":
			return false
		}
	}
	return true
}

// probe finds the layout of the table that head begins.
func probe(head []byte, m *object.Meta) layout {
	var buf [maxLines]line
	whole := len(head) < object.PeekMax
	ls := split(head, buf[:], whole)
	resumed := m != nil && m.Offset > 0
	if resumed && len(ls) > 1 {
		ls = ls[1:]
	}
	var best layout
	at := 0
	for d := range delims {
		if l, i := agree(ls, d); l.lines*l.cols > best.lines*best.cols {
			best, at = l, i
		}
	}
	if best.delim == 0 {
		return oneColumn(head, ls, m)
	}
	if !resumed {
		best.findHeader(head, ls[at:])
	}
	return best
}

// split cuts the head into lines and counts delimiters outside of quotes.
func split(head []byte, ls []line, whole bool) []line {
	head = head[:min(len(head), maxHead)]
	whole = whole && len(head) < maxHead
	n, cell, quoted := 0, true, false
	ls[0] = line{}
	for i, c := range head {
		if !special[c] {
			cell = cell && c == ' '
			continue
		}
		switch {
		case c == '"':
			if quoted {
				quoted = i+1 < len(head) && (!special[head[i+1]] || head[i+1] == '"')
				if i+1 < len(head) && head[i+1] == '"' {
					quoted = false // the second one opens it again
					cell = true
					continue
				}
			} else if cell {
				quoted = true
			}
			cell = false
		case quoted:
		case c == '\n' || c == '\r':
			cell = true
			if ls[n].from == i { // nothing on it
				ls[n] = line{from: i + 1}
				continue
			}
			ls[n].to = i
			if n++; n == len(ls) {
				return ls
			}
			ls[n] = line{from: i + 1}
		default:
			cell = true
			for k := range delims {
				if delims[k] == c {
					ls[n].n[k]++
				}
			}
		}
	}
	if whole && ls[n].from < len(head) {
		ls[n].to = len(head)
		n++
	}
	return ls[:n]
}

var special = [256]bool{'"': true, '\n': true, '\r': true, '\t': true, ',': true, ';': true, '|': true}

// agree looks for a number of delimiters that the lines agree on, and returns the first line that has it.
func agree(ls []line, d int) (layout, int) {
	best, at := layout{}, 0
	for i := range ls {
		n := ls[i].n[d]
		if n == 0 || best.lines > 0 && int(n)+1 == best.cols || i > 12 {
			continue
		}
		same := 0
		for k := i; k < len(ls); k++ {
			if ls[k].n[d] == n {
				same++
			}
		}
		if same*5 >= (len(ls)-i)*4 && same > best.lines {
			best, at = layout{delim: delims[d], lines: same, cols: int(n) + 1}, i
		}
	}
	return best, at
}

// oneColumn is the layout of a declared table with a single column.
func oneColumn(head []byte, ls []line, m *object.Meta) layout {
	said, _ := declared(m)
	if !said || len(ls) < 2 || m.Offset > 0 {
		return layout{}
	}
	first := head[ls[0].from:ls[0].to]
	for _, l := range ls[1:] {
		if !digit(head[l.from:l.to]) {
			return layout{}
		}
	}
	if !label.Like(first) || digit(first) {
		return layout{}
	}
	return layout{delim: ',', lines: len(ls), cols: 1, header: true, titles: ls[0].from, body: ls[0].to}
}

// findHeader looks at the first line that is not nearly empty.
func (l *layout) findHeader(head []byte, ls []line) {
	for i := range min(len(ls), 10) {
		text := head[ls[i].from:ls[i].to]
		filled, like := judge(text, l.delim)
		if filled < 2 || filled*2 < l.cols {
			continue
		}
		if like == filled && distinct(text, l.delim) && l.differs(head, text, ls[i+1:]) {
			l.header, l.titles, l.body = true, ls[i].from, ls[i].to
		}
		return
	}
}

// judge counts the cells that are not empty and those that read like labels.
func judge(text []byte, delim byte) (filled, like int) {
	for at, more := 0, true; more; {
		var c []byte
		c, at, more = splitCell(text, at, delim)
		if len(c) == 0 {
			continue
		}
		filled++
		if label.Like(c) {
			like++
		}
	}
	return filled, like
}

// distinct tells whether the first cells differ from each other.
func distinct(text []byte, delim byte) bool {
	var cells [32][]byte
	n, same := 0, 0
	for at, more := 0, true; more && n < len(cells); {
		var c []byte
		c, at, more = splitCell(text, at, delim)
		if len(c) == 0 {
			continue
		}
		for _, d := range cells[:n] {
			if bytes.EqualFold(c, d) {
				same++
				break
			}
		}
		cells[n] = c
		n++
	}
	return same*4 <= n
}

// differs tells whether the rows differ in shape from the line: a column without digits there has digits here. If all
// is words, the words decide.
func (l *layout) differs(head, text []byte, rows []line) bool {
	if len(rows) == 0 || known(text, l.delim) {
		return true
	}
	for i := range min(len(rows), 8) {
		row := head[rows[i].from:rows[i].to]
		a, b, more, more2 := 0, 0, true, true
		for more && more2 {
			var h, c []byte
			h, a, more = splitCell(text, a, l.delim)
			c, b, more2 = splitCell(row, b, l.delim)
			if len(h) > 0 && !digit(h) && digit(c) {
				return true
			}
		}
	}
	return false
}

func digit(c []byte) bool {
	for _, b := range c {
		if b-'0' < 10 {
			return true
		}
	}
	return false
}

// splitCell returns the cell of a line at an index, without quotes and blanks, where the next one begins, and whether there is one.
func splitCell(b []byte, at int, delim byte) (cell []byte, next int, more bool) {
	i := at
	if i < len(b) && b[i] == '"' {
		for i++; i < len(b); i++ {
			if b[i] == '"' && (i+1 == len(b) || b[i+1] == delim) {
				return trim(b[at+1 : i]), min(i+2, len(b)), i+1 < len(b)
			}
		}
		i = at
	}
	for i < len(b) && b[i] != delim {
		i++
	}
	if i == len(b) {
		return trim(b[at:]), i, false
	}
	return trim(b[at:i]), i + 1, true
}

// known tells whether one of the cells is made of words that headers have.
func known(text []byte, delim byte) bool {
	for at, more := 0, true; more; {
		var c []byte
		c, at, more = splitCell(text, at, delim)
		switch strings.ToLower(string(c[:min(len(c), 24)])) {
		case "id", "name", "first name", "last name", "firstname", "lastname", "first_name", "last_name", "surname", "ssn",
			"social security number", "dob", "date of birth", "birth date", "birthdate", "date", "address", "street", "city", "state", "zip",
			"phone", "telephone", "email", "e-mail", "mrn", "patient", "patient name", "patient id", "account", "gender", "sex", "age", "diagnosis",
			"code", "type", "amount", "status", "provider", "npi", "member id", "insurance", "notes", "description", "country", "user", "title",
			"department", "value", "key", "label":
			return true
		}
	}
	return false
}

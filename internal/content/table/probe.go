package table

import (
	"bytes"

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
	dense  bool // the lines fill at least two columns, and make up most of the head
	header bool
	titles int // length of what stands before the header
	below  int // where the second line of the header begins; 0: it has one
	body   int // where the rows begin
}

// Bounds of what is looked at.
const (
	maxLines = 24
	maxDeep  = 64 // where the end of the head looks like a table
	maxTitle = 48 // lines before the table
	maxHead  = 8 << 10
)

var delims = [...]byte{'\t', ',', ';', '|', '^', '~'}

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
	ok := l.delim != 0 && l.lines >= 3 && (l.cols > 2 || l.header) && (said || weak || l.dense)
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
	switch content.Suffix(m) {
	case ".csv", ".tsv", ".tab", ".psv":
		return true, weak
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
	if len(head) > 2 {
		switch string(head[:2]) {
		case "/*", "//", "#!", "#i", "#d", "--":
			return false
		}
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
	var buf [maxDeep]line
	whole := len(head) < object.PeekMax
	said, _ := declared(m)
	n := maxLines
	if said || endsAlike(head) {
		n = maxDeep
	}
	ls := split(head, buf[:n], whole)
	resumed := m != nil && m.Offset > 0
	if resumed && len(ls) > 1 {
		ls = ls[1:]
	}
	share := 80
	if said {
		share = 50
	}
	var best layout
	at := 0
	for d := range delims {
		if l, i := agree(ls, d, share); l.lines*l.cols > best.lines*best.cols {
			best, at = l, i
		}
	}
	if best.delim == 0 {
		return oneColumn(head, ls, m)
	}
	if !resumed {
		best.findHeader(head, ls[at:])
	}
	best.dense = best.isDense(head, ls, at)
	return best
}

// endsAlike tells whether the last lines of the head have as many delimiters as each other: a table behind a long preamble.
// It spares most texts the look at more lines.
func endsAlike(head []byte) bool {
	head = head[:min(len(head), maxHead)]
	to := bytes.LastIndexByte(head, '\n')
	if to < 0 {
		return false
	}
	var buf [5]line
	from := to
	for range len(buf) {
		from = bytes.LastIndexByte(head[:max(0, from)], '\n')
		if to-from > 1<<10 {
			return false
		}
	}
	ls := split(head[from+1:to+1], buf[:], true)
	for d := range delims {
		same := 0
		for i := range ls {
			if n := ls[i].n[d]; n > 0 && n == ls[len(ls)/2].n[d] {
				same++
			}
		}
		if same >= 4 {
			return true
		}
	}
	return false
}

// isDense looks at what tells tables from source code: most lines belong to it, and have more than one cell filled.
func (l *layout) isDense(head []byte, ls []line, at int) bool {
	if at > 5 && !(l.header && l.cols > 2) || l.lines*5 < len(ls)*3 {
		return false
	}
	rows, filled := 0, 0
	for _, x := range ls[at:min(len(ls), at+12)] {
		if n, _, _ := judge(head[x.from:x.to], l.delim); n > 0 {
			rows++
			if n > 1 && n*3 >= l.cols {
				filled++
			}
		}
	}
	return filled*5 >= rows*4
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

var special = [256]bool{'"': true, '\n': true, '\r': true, '\t': true, ',': true, ';': true, '|': true, '^': true, '~': true}

// agree looks for a number of delimiters that share percent of the lines agree on, and returns the first line that has it.
func agree(ls []line, d, share int) (layout, int) {
	best, at := layout{}, 0
	for i := range ls {
		n := ls[i].n[d]
		if n == 0 || i > 0 && n == ls[i-1].n[d] || i > maxTitle { // a later beginning of the same gains nothing
			continue
		}
		same := 0
		for k := i; k < len(ls); k++ {
			if ls[k].n[d] == n {
				same++
			}
		}
		if same*100 >= (len(ls)-i)*share && same > best.lines {
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

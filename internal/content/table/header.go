package table

import (
	"bytes"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content/label"
	"github.com/phiwatch/phiwatch/internal/content/window"
)

// findHeader looks at the first line that is not nearly empty.
func (l *layout) findHeader(head []byte, ls []line) {
	for i := range min(len(ls), 10) {
		text := head[ls[i].from:ls[i].to]
		filled, like, numbers := judge(text, l.delim)
		if filled < 2 || filled*2 < l.cols {
			continue
		}
		if numbers == 0 && like*2 >= filled && distinct(text, l.delim) && l.differs(head, text, ls[i+1:]) {
			l.header, l.titles, l.body = true, ls[i].from, ls[i].to
			if i+1 < len(ls) && continues(head[ls[i+1].from:ls[i+1].to], l.delim) {
				l.below, l.body = ls[i+1].from, ls[i+1].to
			}
		}
		return
	}
}

// judge counts the cells that are not empty, those that read like labels, and those that are numbers. A year is a number
// unless there are labels beside it: tables over the years have such headers.
func judge(text []byte, delim byte) (filled, like, numbers int) {
	years := 0
	for at, more := 0, true; more; {
		var c []byte
		c, at, more = splitCell(text, at, delim)
		if len(c) == 0 {
			continue
		}
		filled++
		switch {
		case label.Like(c):
			like++
		case isYear(c):
			years++
		case shapeOf(c) == number:
			numbers++
		}
	}
	if like == 0 {
		numbers += years
	}
	return filled, like + years, numbers
}

// continues tells whether a line is the second half of a header: words that stand last in labels, and no digits.
func continues(text []byte, delim byte) bool {
	filled, tails := 0, 0
	for at, more := 0, true; more; {
		var c []byte
		c, at, more = splitCell(text, at, delim)
		if len(c) == 0 {
			continue
		}
		if filled++; digit(c) || len(c) > 24 {
			return false
		}
		switch strings.ToLower(strings.TrimRight(string(c), ".#: ")) {
		case "name", "number", "num", "no", "nbr", "id", "identifier", "date", "birth", "of birth", "code", "security number", "security no",
			"address", "type", "dt", "cd", "nm":
			tails++
		}
	}
	return filled > 1 && tails*2 >= filled
}

func isYear(c []byte) bool {
	return len(c) == 4 && (c[0] == '1' && c[1] == '9' || c[0] == '2' && c[1] == '0') && c[2]-'0' < 10 && c[3]-'0' < 10
}

// Shapes of cells.
const (
	blank  = iota
	word   // letters only
	mixed  // letters and digits
	number // digits, no letters: also dates, phone numbers
)

func shapeOf(c []byte) int {
	letters, digits := false, false
	for _, b := range c {
		letters = letters || b|0x20-'a' < 26 || b >= 0x80
		digits = digits || b-'0' < 10
	}
	switch {
	case letters && digits:
		return mixed
	case letters:
		return word
	case digits:
		return number
	}
	return blank
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

// marked tells whether a line begins with a label and its mark: Phone:, a tab, the number.
func (l *layout) marked(text []byte) bool {
	c, _, _ := splitCell(text, 0, l.delim)
	return len(c) > 1 && (c[len(c)-1] == ':' || c[len(c)-1] == '=')
}

// differs tells whether the rows differ in shape from the line: a column of words there has digits here. If all is
// words, the words decide.
func (l *layout) differs(head, text []byte, rows []line) bool {
	if len(rows) > 0 && l.marked(text) && l.marked(head[rows[0].from:rows[0].to]) {
		return false
	}
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
			if a, b := shapeOf(h), shapeOf(c); a != blank && a < b {
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
				return window.Trim(b[at+1 : i]), min(i+2, len(b)), i+1 < len(b)
			}
		}
		i = at
	}
	for i < len(b) && b[i] != delim {
		i++
	}
	if i == len(b) {
		return window.Trim(b[at:]), i, false
	}
	return window.Trim(b[at:i]), i + 1, true
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

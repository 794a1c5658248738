package detect

import "github.com/phiwatch/phiwatch/internal/rule"

// lineReach is how far from a number the cells of its line are looked at.
const lineReach = 160

// line looks at the line of a delimited SSN without a label in running text: a table that nobody decoded, with a header far
// away or none. A date that can be one of birth and a name in cells of their own make it a person, as in a row.
func (s *Scan) line(b []byte, at int) {
	lo, hi := at, at
	for lo > 0 && at-lo < lineReach && !lineEnd(b, lo-1) {
		lo--
	}
	for hi < len(b) && hi-at < lineReach && !lineEnd(b, hi) {
		hi++
	}
	var birth, name []byte
	var day rule.Date
	for i := lo; i < hi; {
		var c []byte
		c, i = nextCell(b[:hi], i)
		switch {
		case len(c) < 5 || len(c) > 48:
		case rule.IsDigit(c[0]):
			if d, n, ok := rule.ParseBirth(c, s.today); ok && n == len(c) && birth == nil && !allDigits(c) {
				birth, day = c, d
			}
		case c[0]-'A' < 26 && name == nil && s.e.lex.FullName(c):
			name = c
		}
	}
	if birth == nil || name == nil {
		return
	}
	pos := s.win.base + int64(at)
	from := len(s.arena)
	s.arena = day.Append(s.arena)
	s.adoptAt(rule.KDOB, s.e.date, span{from, len(s.arena) - from}, pos)
	from = len(s.arena)
	s.arena = rule.AppendName(s.arena, name)
	s.adoptAt(rule.KName, s.e.name, span{from, len(s.arena) - from}, pos)
}

func (s *Scan) adoptAt(kind int, r *rule.Rule, v span, pos int64) {
	s.adopt(kind, r, v, inField|isPlain, 0)
	s.cands[len(s.cands)-1].pos = pos
}

// lineEnd tells whether b[i] ends a line of text, and is not a length or a control byte between binary cells.
func lineEnd(b []byte, i int) bool {
	return b[i] == '\n' && (i == 0 || b[i-1] >= ' ' || b[i-1] == '\r' && i > 1 && b[i-2] >= ' ')
}

// nextCell returns the cell that begins at b[i:], without quotes, and where the next one begins.
func nextCell(b []byte, i int) (cell []byte, next int) {
	for i < len(b) && (b[i] <= ' ' || b[i] == '"') {
		i++
	}
	quoted := i > 0 && b[i-1] == '"'
	j := i
	for j < len(b) && b[j] >= ' ' {
		if c := b[j]; c == '"' || !quoted && (c == ',' || c == ';' || c == '|') {
			break
		}
		j++
	}
	return trim(b[i:j]), j + 1
}

func allDigits(b []byte) bool {
	for _, c := range b {
		if !rule.IsDigit(c) {
			return false
		}
	}
	return true
}

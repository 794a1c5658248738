package detect

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/rule"
)

const (
	maxLine  = 240 // longer lines are no row of a form
	maxAlone = 48  // a line of one cell that is longer is no label
)

// captions remembers the line above the one that was last asked about: every value of the line asks.
type captions struct {
	from, to int // the line; it is known while a value stands in it
	upper    row // of the line above, none if nothing in it is a label
	lower    row // of the line itself; n < 0 until somebody needs it
}

// columnar tells by the two bytes before it whether a value may begin a cell of a row, below one that is no number.
func columnar(c, before byte) bool {
	switch c {
	case ' ':
		return before == ' ' || before == '|' || before == '\n'
	case '\n':
		return !rule.IsDigit(before)
	}
	return c == '\t' || c == '|'
}

// overhead looks for a label in the line above a value that none is attached to on its line, and tells whether it has one. The
// last label of a row of labels is not that of the value at the beginning of the next line.
func (s *Scan) overhead(b []byte, at int, m *labelMemo) bool {
	has := m.ok && !s.heads
	if has && (m.hit.Start < 0 || bytes.IndexByte(b[m.hit.Start:at], '\n') < 0) || !has && !maybeNumber(b[at:min(len(b), at+12)]) {
		return has
	}
	var h rule.Hit
	ok, rows := s.above(b, at, &h)
	switch {
	case ok:
		m.hit = h
		s.formed = true
		return true
	case rows:
		s.formed = true
		return false
	}
	return has
}

// maybeNumber tells by its first bytes whether a value may be one that a label over it names: three digits among them, or a word
// before a digit (May 4, 1936).
func maybeNumber(b []byte) bool {
	n := 0
	for i, c := range b {
		if rule.IsDigit(c) {
			if n++; n > 2 || i > 2 && b[i-1] == ' ' && rule.IsLetter(b[i-2]) {
				return true
			}
		}
	}
	return false
}

// above finds the label that stands in the line above the value at b[at:], over it, as printed forms have it. rows tells that
// the line above is a row of several cells, labels among them, so that none but the one over a value can be its label.
func (s *Scan) above(b []byte, at int, h *rule.Hit) (ok, rows bool) {
	m := &s.caps
	if at < m.from || at > m.to {
		s.captions(b, at)
	}
	if m.upper.n == 0 {
		return false, false
	}
	if m.lower.n < 0 {
		m.lower.split(b, m.from, m.to)
	}
	i := m.lower.at(at)
	if i < 0 {
		return false, m.upper.n > 1
	}
	k := m.lower.over(i, &m.upper)
	if k < 0 || m.lower.cell[i][0] != at && !opens(b[m.lower.cell[i][0]:at]) {
		return false, m.upper.n > 1
	}
	sense, ok := s.e.lex.Caption(b[m.upper.cell[k][0]:m.upper.cell[k][1]])
	if !ok {
		return false, m.upper.n > 1
	}
	*h = rule.Hit{Sense: sense, Start: -1, End: -1, Marked: true}
	return true, m.upper.n > 1
}

// opens tells whether only marks stand at the beginning of a cell, before its value.
func opens(b []byte) bool {
	for _, c := range b {
		if c != '(' && c != '"' && c != '#' && c != '*' && c != '\'' && c != '+' && c != '[' {
			return false
		}
	}
	return true
}

// captions looks at the line of b[at] and the one above it.
func (s *Scan) captions(b []byte, at int) {
	m := &s.caps
	m.upper.n, m.lower.n = 0, -1
	from := at
	if b[at-1] == '\n' {
		if !lastCell(b, at-1) { // most lines end here
			m.from, m.to = at, at
			return
		}
	} else {
		low := max(0, at-maxLine)
		if from = bytes.LastIndexByte(b[low:at], '\n') + 1 + low; from == low && low > 0 {
			m.from, m.to = low, min(len(b), at+maxLine) // too long
			return
		}
	}
	m.from, m.to = from, min(len(b), from+2*maxLine)
	if i := bytes.IndexByte(b[from:m.to], '\n'); i >= 0 {
		m.to = from + i
	}
	if from == 0 || !lastCell(b, from-1) {
		return
	}
	up, upEnd := lineBefore(b, from)
	if blank(b, up, upEnd) {
		up, upEnd = lineBefore(b, up)
	}
	if upEnd-up < 2 || !mayCaption(b[up:upEnd]) {
		return
	}
	m.upper.split(b, up, upEnd)
	m.upper.named(s.e.lex, b)
}

// lastCell tells whether what stands before b[end], the end of a line, may be a label at the end of a row: few digits, no mark that
// labels have not, and not long.
func lastCell(b []byte, end int) bool {
	nd, wide := 0, 0
	for i := end - 1; i >= 0 && end-i < maxAlone; i-- {
		c := b[i]
		switch {
		case rule.IsLetter(c):
			wide = 0
		case rule.IsDigit(c):
			if nd++; nd > 2 {
				return false
			}
			wide = 0
		case c == ' ':
			if wide++; wide == 2 && end-i > 3 {
				return true
			}
		case c == '\n' || c == '\t' || c == '|' || c == '\r':
			if end-i > 2 {
				return true
			}
		case c == '<' || c == '>' || c == '{' || c == '}' || c == ';' || c == '=' && nd > 0:
			return false
		default:
			wide = 0
		}
	}
	return end < maxAlone
}

// captioned tells whether a line of b[from:to], or the one before it, is a row of several cells with labels for the line below.
func (s *Scan) captioned(b []byte, from, to int) bool {
	i := max(0, from-maxLine)
	var next [len(cellGaps)]int // where each gap is found next
	for k := range next {
		next[k] = i - 1
	}
	var r row
	for i < to {
		gap := to
		for k, sep := range cellGaps {
			if next[k] < i {
				n := bytes.Index(b[i:to], []byte(sep))
				if next[k] = to; n >= 0 {
					next[k] = i + n
				}
			}
			gap = min(gap, next[k])
		}
		end := lineTo(b, gap)
		if gap == to {
			return false
		}
		low := max(0, gap-maxLine)
		start := bytes.LastIndexByte(b[low:gap], '\n') + 1 + low
		if i = end + 1; end < 0 {
			i = gap + maxLine
			continue
		}
		if end-start <= maxLine && lastCell(b, end) && mayCaption(b[start:end]) {
			r.split(b, start, end)
			if r.named(s.e.lex, b); r.n > 1 {
				return true
			}
		}
	}
	return false
}

// cellGaps are what stands between the cells of a row.
var cellGaps = [...]string{"  ", "\t"} // never written; rows with bars are tables of their own

// lineBefore returns the bounds of the line that ends before the one that begins at from; empty if it is too long.
func lineBefore(b []byte, from int) (start, end int) {
	if end = from - 1; end <= 0 {
		return 0, 0
	}
	low := max(0, end-maxLine-1)
	start = bytes.LastIndexByte(b[low:end], '\n') + 1 + low
	if start == low && low > 0 {
		return end, end
	}
	return start, end
}

// blank tells a line of nothing but a rule: dashes between labels and values.
func blank(b []byte, from, to int) bool {
	if to-from > maxLine || to <= from {
		return false
	}
	for _, c := range b[from:to] {
		switch c {
		case '-', '=', '_', '+', '|', ' ', '\r', '\t':
		default:
			return false
		}
	}
	return b[to-1] != ' ' && to-from > 2
}

// mayCaption tells by its beginning whether a line may hold labels: a letter first, or the number of an item of a form, and no more
// than maxAlone characters to the end of the first cell.
func mayCaption(b []byte) bool {
	if len(b) > maxLine {
		return false
	}
	i := 0
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '|' || b[i] == '"' || b[i] == '*' || b[i] == '#' || b[i] == '>') {
		i++
	}
	if i+3 >= len(b) && (i >= len(b) || !rule.IsLetter(b[i])) ||
		!rule.IsLetter(b[i]) && !(rule.IsDigit(b[i]) && (b[i+1] == '.' || b[i+2] == '.' || b[i+3] == '.')) {
		return false
	}
	b = b[i:]
	for k, c := range b[:min(len(b), maxAlone+2)] {
		if c == '\t' || c == '|' || c == ' ' && k+1 < len(b) && b[k+1] == ' ' {
			return true
		}
	}
	return len(b) <= maxAlone
}

// below finds the cell under a label that is all of its own cell, and returns its bounds.
func (s *Scan) below(b []byte, h *rule.Hit) (from, to int) {
	low := max(0, h.Start-maxLine)
	start := bytes.LastIndexByte(b[low:h.Start], '\n') + 1 + low
	end := lineTo(b, h.End)
	if start == low && low > 0 || end < 0 {
		return 0, 0
	}
	next := end + 1
	stop := lineTo(b, next)
	if stop < 0 && len(b)-next < maxLine {
		stop = len(b)
	}
	if stop > next && blank(b, next, stop) {
		next = stop + 1
		if stop = lineTo(b, next); stop < 0 {
			stop = min(len(b), next+maxLine)
		}
	}
	if stop <= next {
		return 0, 0
	}
	var upper, lower row
	upper.split(b, start, end)
	i := upper.at(h.Start)
	if i < 0 {
		return 0, 0
	}
	if sense, ok := s.e.lex.Caption(b[upper.cell[i][0]:upper.cell[i][1]]); !ok || sense.Kinds != h.Kinds {
		return 0, 0
	}
	lower.split(b, next, stop)
	k := upper.over(i, &lower)
	if k < 0 {
		return 0, 0
	}
	return lower.cell[k][0], lower.cell[k][1]
}

// lineTo returns the end of the line that b[i] is in, -1 if it is too far away.
func lineTo(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	n := bytes.IndexByte(b[i:min(len(b), i+maxLine)], '\n')
	if n < 0 {
		return -1
	}
	return i + n
}

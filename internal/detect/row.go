package detect

import "github.com/phiwatch/phiwatch/internal/rule"

const maxCells = 16 // of a row

// row is a line and its cells: two spaces, a tab or a bar stand between them.
type row struct {
	from, to int
	n        int
	cell     [maxCells][2]int
}

// split finds the cells of b[from:to].
func (r *row) split(b []byte, from, to int) {
	r.from, r.to, r.n = from, to, 0
	for i := from; i < to && r.n < maxCells; {
		if c := b[i]; c <= ' ' || c == '|' || c == '>' && i == from {
			i++
			continue
		}
		j := i
		for j < to && b[j] != '\t' && b[j] != '|' && b[j] != '\r' && !(b[j] == ' ' && j+1 < to && b[j+1] == ' ') {
			j++
		}
		end := j
		for end > i && b[end-1] == ' ' {
			end--
		}
		r.cell[r.n] = [2]int{i, end}
		r.n++
		i = j
	}
}

// named empties a row in which nothing is a label: a single cell, or one of several.
func (r *row) named(x *rule.Lexicon, b []byte) {
	if r.n == 1 && r.to-r.from > maxAlone {
		r.n = 0
	}
	for i := range r.n {
		c := b[r.cell[i][0]:r.cell[i][1]]
		if _, ok := x.Caption(c); ok {
			return
		}
	}
	r.n = 0
}

// at returns the cell that holds b[at], -1 if none does.
func (r *row) at(at int) int {
	for i := range r.n {
		if at >= r.cell[i][0] && at < r.cell[i][1] {
			return i
		}
	}
	return -1
}

// over returns the cell of another row that stands over or under the i-th: the one of the same number if both rows have as
// many, else the one that begins in the same column, or the only one whose columns it shares; -1 if there is none.
func (r *row) over(i int, o *row) int {
	if r.n == o.n {
		return i
	}
	found, many := -1, false
	from, to := r.cell[i][0]-r.from, r.cell[i][1]-r.from
	for k := range o.n {
		a, b := o.cell[k][0]-o.from, o.cell[k][1]-o.from
		if a == from {
			return k
		}
		if a < to && b > from {
			many = found >= 0
			found = k
		}
	}
	if many {
		return -1
	}
	return found
}

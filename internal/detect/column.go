package detect

import "github.com/phiwatch/phiwatch/internal/rule"

// Nine digits in a table without a header are a Social Security number only if their column says so: twenty values or more
// that all may be one, in no order, of more than one area, and hardly any twice; and if a date that can be one of birth and a name
// stand in cells of the same row. Until the column has said so its rows are held.
const (
	maxColumns   = 4
	maxHeldName  = 48
	maxHeld      = 64 // rows of a column that has not yet said so
	maxBadShare  = 50 // one in so many values may be none
	maxLeadShare = 4  // one in so many may be what the values of one area outnumber all others by
)

// columns are those of one table.
type columns struct {
	part int
	row  int // number of the newest row with nine digits
	list [maxColumns]column
	n    int
}

// column is a column of nine digits.
type column struct {
	ordinal    int // of its cells in their rows
	row        int // of the newest value
	value      [9]byte
	n, bad     int // values, and those that cannot be
	up, down   int // values above and below the one before
	last       int
	area, lead int // of a majority vote on the first three digits (Boyer and Moore)
	held       [maxHeld]heldRow
	rows       int // held
}

// heldRow is a person in the making.
type heldRow struct {
	ssn  [9]byte
	day  rule.Date
	name [maxHeldName]byte
	size int
}

func (s *Scan) resetColumns() {
	for i := range s.cols.list[:s.cols.n] {
		clear(s.cols.list[i].held[:]) // a peer's text
	}
	s.cols.n, s.cols.part = 0, -1
}

// nine takes a cell of nine digits without a header. Tables have several columns of them (accounts, routing numbers): each is judged apart.
func (s *Scan) nine(u *unit, value []byte) {
	t := &s.cols
	if t.part != u.part {
		s.resetColumns()
		t.part = u.part
	}
	if !u.nine {
		u.nine = true
		t.row++
	}
	for i := range t.list[:t.n] {
		if c := &t.list[i]; c.ordinal == u.ordinal {
			c.add(value, s.e.bareSSN)
			c.row = t.row
			return
		}
	}
	if t.n < maxColumns {
		t.list[t.n] = column{ordinal: u.ordinal}
		t.n++
		s.nine(u, value)
	}
}

func (c *column) add(value []byte, r *rule.Rule) {
	n := 0
	for _, d := range value {
		n = n*10 + int(d-'0')
	}
	if c.n > 0 && n > c.last {
		c.up++
	} else if c.n > 0 && n < c.last {
		c.down++
	}
	c.n, c.last = c.n+1, n
	copy(c.value[:], value)
	switch area := n / 1e6; {
	case area == c.area:
		c.lead++
	case c.lead == 0:
		c.area, c.lead = area, 1
	default:
		c.lead--
	}
	if ok, test := r.Valid(value); !ok || test {
		c.bad++
	}
}

// plausible tells whether the values seen so far can be Social Security numbers of people in no order.
func (c *column) plausible() bool {
	if c.n < columnRows || c.bad*maxBadShare > c.n {
		return false
	}
	moves := c.up + c.down
	return c.lead*maxLeadShare <= c.n && moves*10 >= (c.n-1)*9 && min(c.up, c.down)*10 >= moves*2
}

// column makes people of a row without a header that has nine digits, a date and a name, once their column is plausible.
func (s *Scan) column(u *unit) {
	if u.nameCell.n > maxHeldName {
		return
	}
	for i := range s.cols.list[:s.cols.n] {
		c := &s.cols.list[i]
		if c.row != s.cols.row {
			continue
		}
		if ok, test := s.e.bareSSN.Valid(c.value[:]); !ok || test {
			continue
		}
		name := s.arena[u.nameCell.from : u.nameCell.from+u.nameCell.n]
		if !c.plausible() {
			c.hold(u.day, name)
			continue
		}
		for k := range c.held[:c.rows] {
			h := &c.held[k]
			s.person(h.ssn[:], h.day, h.name[:h.size])
		}
		c.rows = 0
		s.person(c.value[:], u.day, name)
	}
}

// hold keeps the newest row.
func (c *column) hold(day rule.Date, name []byte) {
	if c.rows == len(c.held) {
		return
	}
	h := &c.held[c.rows]
	h.ssn, h.day, h.size = c.value, day, copy(h.name[:], name)
	c.rows++
}

// person adopts the cells of a row.
func (s *Scan) person(ssn []byte, day rule.Date, name []byte) {
	from := len(s.arena)
	s.arena = append(s.arena, ssn...)
	s.adopt(rule.KSSN, s.e.bareSSN, span{from, len(s.arena) - from}, inField|isPlain|isColumn, 0)
	from = len(s.arena)
	s.arena = day.Append(s.arena)
	s.adopt(rule.KDOB, s.e.date, span{from, len(s.arena) - from}, inField|isPlain, 0)
	from = len(s.arena)
	s.arena = rule.AppendName(s.arena, name)
	s.adopt(rule.KName, s.e.name, span{from, len(s.arena) - from}, inField|isPlain, 0)
}

package detect

import (
	"bytes"
	"math/bits"

	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// skim is what is known of the columns of a table whose rows are looked at as a whole before anything is made of their cells. A
// row is silent if no cell of it can become a candidate, or say what the next one is: what its cells would leave behind ends with
// the row. Whatever is not sure to be silent is told cell by cell, so all rules are in one place.
type skim struct {
	delim  byte
	plans  []plan
	senses []rule.Sense
	loud   int // rows in a row that were not silent
	row    rowBits
}

// plan is what a column is looked at for.
type plan uint8

const (
	planBare  plan = iota // no label: nine digits count, and a word may be the label of the next cell
	planNamed             // a label that says nothing of a kind
	planPlain             // and nothing at all
	planOther             // a provider's: what its cells hold is nobody's
	planTold              // the label of a kind, or a key: every cell is told
)

// Bounds of what is looked at as a whole.
const (
	maxSkim    = 2 << 10 // bytes of a row
	maxSkimmed = 256     // columns
	skimWords  = maxSkim/64 + 2
	loudRows   = 16
)

var _ object.Skimmer = (*Scan)(nil)

// Skim implements object.Skimmer.
func (s *Scan) Skim(labels [][]byte, delim byte) bool {
	k := &s.skim
	k.plans, k.senses = k.plans[:0], k.senses[:0]
	k.delim, k.loud = delim, 0
	if s.trace != nil || len(labels) > maxSkimmed {
		return false
	}
	for _, l := range labels {
		sn := s.senseOf(l, len(k.plans))
		p := planNamed
		switch {
		case sn == &noSense:
			p = planBare
		case sn.Part == rule.Key || sn.Kinds != 0 && sn.Flags&rule.Provider == 0 || sn.Health == 1+catMedication:
			p = planTold
		case sn.Flags&rule.Provider != 0:
			p = planOther
		case sn.Health == 0 && sn.Flags&rule.Employment == 0:
			p = planPlain
		}
		k.plans, k.senses = append(k.plans, p), append(k.senses, *sn)
	}
	return true
}

// Row implements object.Skimmer.
func (s *Scan) Row(row []byte) bool {
	if s.win.any {
		s.endText()
	}
	if len(row) > maxSkim {
		return false
	}
	whole, odd := s.skim.row.read(row, s.skim.delim)
	if !whole || odd && (bytes.IndexByte(row, '\r') >= 0 || !ascii(row)) {
		return false
	}
	if odd || s.expected() || !s.silent(row) {
		s.tell(row, odd && bytes.IndexByte(row, '@') >= 0)
		return true
	}
	s.skim.loud = 0
	return true
}

// expected tells whether a row is told without asking: where so many before it were not silent, hardly one is, and only one in so many
// is asked.
func (s *Scan) expected() bool {
	k := &s.skim
	k.loud++
	return k.loud > loudRows && k.loud%loudRows != 0
}

// tell makes of a row what Begin, Field and End would, from the bitmaps that there are already. at: there is an '@' in it.
func (s *Scan) tell(row []byte, at bool) {
	r := &s.skim.row
	open := false
	for col, from, to := 0, 0, r.end(row, 0); ; col, from, to = col+1, to+1, r.end(row, to+1) {
		if i, j := cellOf(row, from, to); i < j {
			if !open {
				open = true
				s.push(object.UnitRow, s.top().part)
			}
			s.tellCell(row[i:j], i, col, at)
		}
		if to >= len(row) {
			break
		}
	}
	if open {
		s.endText()
		s.end()
	}
}

// tellCell is Field for the cell v, which begins at byte i of the row.
func (s *Scan) tellCell(v []byte, i, col int, at bool) {
	u := s.top()
	u.ordinal++
	if len(s.arena)-u.arena > maxArena {
		s.relieve(u)
	}
	n := len(v)
	if n > longField {
		s.Text(v)
		s.endText()
		return
	}
	var k look
	if n <= maxLook {
		r := &s.skim.row
		cell := uint64(1)<<n - 1 // all bits when n is 64
		k = look{digits: bitsFrom(&r.digits, i) & cell, letters: bitsFrom(&r.letters, i) & cell, at: at && bytes.IndexByte(v, '@') >= 0}
	}
	sn := &noSense
	if col < len(s.skim.plans) && s.skim.plans[col] != planBare {
		if sn = &s.skim.senses[col]; s.skim.plans[col] == planPlain && n <= maxLook && k.bare(n) && !u.quals {
			return // a plain number needs a label
		}
	}
	s.labelled(u, sn, v, k)
}

// cellOf returns the bounds of what stands in the cell row[from:to], without blanks and the quotes around it.
func cellOf(row []byte, from, to int) (int, int) {
	if from, to = trimmed(row, from, to); from < to && row[from] == '"' { // rowBits.read has seen that there is another at the end
		return trimmed(row, from+1, to-1)
	}
	return from, to
}

// silent tells whether a row leaves nothing behind.
func (s *Scan) silent(row []byte) bool {
	k := &s.skim
	told := 0 // cells that are not empty
	w, m := 0, k.row.delims[0]
	for from, col := 0, 0; ; col++ {
		for m == 0 && w<<6 < len(row) {
			w++
			m = k.row.delims[w]
		}
		to := len(row)
		if m != 0 {
			to = w<<6 + bits.TrailingZeros64(m)
		}
		if to > from {
			p := planBare
			if col < len(k.plans) {
				p = k.plans[col]
			}
			switch {
			case (p == planPlain || p == planNamed) && to-from <= maxShort && row[from] > '"' && row[to-1] > ' ':
				told++
				if !s.silentShort(row, from, to-from, told) {
					return false
				}
			case !s.silentCell(row, from, to, p, &told):
				return false
			}
		}
		if to == len(row) {
			return true
		}
		m &= m - 1
		from = to + 1
	}
}

// silentShort looks at the cell of n bytes at row[from:] under a label that says nothing, which has nothing to be trimmed. Nearly all
// cells end here.
func (s *Scan) silentShort(row []byte, from, n, told int) bool {
	r := &s.skim.row
	d := bitsFrom(&r.digits, from) & (1<<n - 1)
	if d == 0 && told > keyColumns {
		return true
	}
	k := look{digits: d, letters: bitsFrom(&r.letters, from) & (1<<n - 1)}
	if k.bare(n) {
		return true
	}
	v := row[from : from+n]
	return (told > keyColumns || !s.isKey(v, k)) && !s.anyLoud(v, k)
}

// isKey tells whether a cell says what the next one is.
func (s *Scan) isKey(v []byte, k look) bool {
	if k.digits&1 != 0 || k.digits == 0 && !s.e.lex.MayBe(v, k.letters) || !s.mayKey(v, k) {
		return false // there is no number sign in a row
	}
	_, ok := s.keyed(&noSense, v)
	return ok
}

// silentCell looks at the cell row[from:to].
func (s *Scan) silentCell(row []byte, from, to int, p plan, told *int) bool {
	if from, to = cellOf(row, from, to); from >= to {
		return true
	}
	if p == planTold {
		return false
	}
	*told++
	v, n := row[from:to], to-from
	if n > maxLook {
		return n <= longField && (p == planOther || !hasDigit(v) && s.silentWords(v))
	}
	r := &s.skim.row
	cell := uint64(1)<<n - 1 // all bits when n is 64
	k := look{digits: bitsFrom(&r.digits, from) & cell, letters: bitsFrom(&r.letters, from) & cell}
	switch {
	case k.bare(n):
		return n != 9 || k.digits != 1<<9-1 || p != planBare
	case n <= 48 && (p == planBare || *told <= keyColumns) && s.isKey(v, k):
		return false
	case p == planOther:
		return true
	}
	return !s.anyLoud(v, k) && (n <= maxShort || s.silentWords(v))
}

// trimmed is trim for row[from:to].
func trimmed(row []byte, from, to int) (int, int) {
	for from < to && row[from] <= ' ' {
		from++
	}
	for to > from && row[to-1] <= ' ' {
		to--
	}
	return from, to
}

// anyLoud tells whether a rule may match at any digit run of a value whose label names no kind: one that needs no label, or any
// behind words that may be one. The words before the last run are those before all others, too.
func (s *Scan) anyLoud(v []byte, k look) bool {
	last := 0
	for starts := k.starts(); starts != 0; starts &= starts - 1 {
		last = bits.TrailingZeros64(starts)
		if s.loud(v, last, k.digits) {
			return true
		}
	}
	l := k.letters & (1<<last - 1)
	if l&(l-1) == 0 { // one letter, or none
		return l != 0 && s.e.lex.LabelLetter(v[bits.TrailingZeros64(l)])
	}
	return s.e.lex.MayLabelIn(v[:last])
}

// loud tells whether a rule that needs no label may match at the digit run v[i:] of a cell.
func (s *Scan) loud(v []byte, i int, d uint64) bool {
	before := uint8(0)
	if i > 0 {
		before = rule.Class(v[i-1])
	}
	layout := d >> i & (1<<rule.LayoutBits - 1)
	if f := s.e.bare[layout]; f == 0xff || f&before != 0 {
		if set := &s.e.shapes[s.e.layout[layout]]; set.wrapped || set.cut {
			return true
		}
		for _, shape := range s.e.near[s.e.layout[layout]] {
			if shape.Anchor > i {
				break
			}
			if shape.At(v, i-shape.Anchor) {
				return true
			}
		}
	}
	return i > 2 && v[i-1] == ' ' && layout&0x3f == 0x1f // a ZIP code, and maybe an address before it
}

// silentWords tells whether the words of a cell make no candidate: they do not name a person, are nobody's keywords, and no URL.
func (s *Scan) silentWords(v []byte) bool {
	if bytes.Contains(v, []byte("://")) {
		return false
	}
	var h rule.Hit
	for w := s.e.lex.Tell(v, 0, len(v)); w.Next(&h); {
		if h.Word != 0 || h.Kinds>>rule.KName&1 != 0 {
			return false
		}
	}
	return true
}

package detect

import (
	"bytes"
	"math/bits"

	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// skim is what is known of the columns of a table whose rows are looked at as a whole before anything is made of their cells. A
// row is silent if no cell of it can become a candidate, or say what the next one is: what the calls for such a row would leave
// behind ends with the row. Whatever is not sure to be silent is told cell by cell, so all rules are in one place.
type skim struct {
	delim   byte
	plans   []plan
	headers bool // there are labels
	row     rowBits
}

// plan is what a column is looked at for.
type plan uint8

const (
	planBare  plan = iota // no label: nine digits count, and a word may be the label of the next cell
	planNamed             // a label that says nothing of a kind
	planOther             // a provider's: what its cells hold is nobody's
	planTold              // the label of a kind, or a key: every cell is told
)

// Bounds of what is looked at as a whole.
const (
	maxSkim     = 2 << 10 // bytes of a row
	maxSkimmed  = 256     // columns
	skimWords   = maxSkim/64 + 2
	maxSkimCell = longField
)

var _ object.Skimmer = (*Scan)(nil)

// Skim implements object.Skimmer.
func (s *Scan) Skim(labels [][]byte, delim byte) bool {
	k := &s.skim
	k.plans = k.plans[:0]
	k.delim = delim
	k.headers = len(labels) > 0
	if s.trace != nil || len(labels) > maxSkimmed {
		return false
	}
	for _, l := range labels {
		sn := s.senseOf(l, len(k.plans))
		p := planNamed
		switch {
		case sn == &noSense:
			p = planBare
		case sn.Part == rule.Key || sn.Kinds != 0 && sn.Flags&rule.Provider == 0:
			p = planTold
		case sn.Flags&rule.Provider != 0:
			p = planOther
		}
		k.plans = append(k.plans, p)
	}
	return true
}

// Silent implements object.Skimmer.
func (s *Scan) Silent(row []byte) bool {
	if s.win.any {
		s.endText()
	}
	k := &s.skim
	if len(row) > maxSkim || !k.row.read(row, k.delim) {
		return false
	}
	told := 0 // cells that are not empty
	w, m := 0, k.row.delims[0]
	for from, col := 0, 0; ; col++ {
		for m == 0 && w<<6 < len(row) {
			w++
			m = k.row.delims[w]
		}
		to, last := w<<6+bits.TrailingZeros64(m), false
		if m == 0 || to >= len(row) {
			to, last = len(row), true
		}
		if to > from {
			p := planBare
			if col < len(k.plans) {
				p = k.plans[col]
			}
			if !s.silentCell(row, from, to, p, &told) {
				return false
			}
		}
		if last {
			return true
		}
		m &= m - 1
		from = to + 1
	}
}

// silentCell looks at the cell row[from:to].
func (s *Scan) silentCell(row []byte, from, to int, p plan, told *int) bool {
	for from < to && row[from] <= ' ' {
		from++
	}
	for to > from && row[to-1] <= ' ' {
		to--
	}
	if from == to {
		return true
	}
	if row[from] == '"' { // rowBits.read has seen that the quotes of a cell are a pair around it
		for from, to = from+1, to-1; from < to && row[from] <= ' '; {
			from++
		}
		for to > from && row[to-1] <= ' ' {
			to--
		}
		if from >= to {
			return true
		}
	}
	if p == planTold {
		return false
	}
	*told++
	n := to - from
	if n > maxLook {
		return n <= maxSkimCell && s.silentText(row[from:to], p)
	}
	r := &s.skim.row
	cell := uint64(1)<<n - 1 // all bits when n is 64
	d, l := bitsFrom(&r.digits, from)&cell, bitsFrom(&r.letters, from)&cell
	if l == 0 && bits.OnesCount64(d) >= n-1 { // see look.bare
		return !(n == 9 && d == 1<<9-1 && p == planBare)
	}
	v := row[from:to]
	if d == 0 && n <= 48 && (p == planBare || *told <= keyColumns) && s.e.lex.MayBe(v, l) {
		if _, ok := s.keyed(&noSense, v); ok {
			return false
		}
	}
	if p == planOther {
		return true
	}
	return !s.anyLoud(v, look{digits: d, letters: l}) && (n <= maxShort || s.silentWords(v))
}

// anyLoud tells whether a rule may match at any digit run of a value whose label names no kind.
func (s *Scan) anyLoud(v []byte, k look) bool {
	for starts := k.starts(); starts != 0; starts &= starts - 1 {
		if s.loud(v, bits.TrailingZeros64(starts), k.digits, k.letters) {
			return true
		}
	}
	return false
}

// loud tells whether a rule may match at the digit run v[i:] of a cell: one that needs no label, or any behind words that may be one.
func (s *Scan) loud(v []byte, i int, d, l uint64) bool {
	before := uint8(0)
	if i > 0 {
		before = rule.Class(v[i-1])
	}
	layout := d >> i & (1<<rule.LayoutBits - 1)
	if f := s.e.bare[layout]; f == 0xff || f&before != 0 {
		for _, ref := range s.e.free[s.e.layout[layout]] {
			if ref.s.At(v, i-ref.s.Anchor) {
				return true
			}
		}
	}
	if i > 2 && v[i-1] == ' ' && layout&0x3f == 0x1f { // a ZIP code, and maybe an address before it
		return true
	}
	if l &= 1<<i - 1; l&(l-1) == 0 { // one letter, or none
		return l != 0 && s.e.lex.LabelLetter(v[bits.TrailingZeros64(l)])
	}
	return s.e.lex.MayLabelIn(v[:i])
}

// silentText is silentCell for cells that one look does not cover.
func (s *Scan) silentText(v []byte, p plan) bool {
	if p == planOther {
		return true
	}
	return !hasDigit(v) && s.silentWords(v)
}

// silentWords tells whether the words of a cell make no candidate: they do not name a person, are nobody's keywords, and no URL.
func (s *Scan) silentWords(v []byte) bool {
	if bytes.Contains(v, []byte("://")) {
		return false
	}
	var h rule.Hit
	for w := s.e.lex.Walk(v, 0, len(v)); w.Next(&h); {
		if h.Word != 0 || h.Kinds>>rule.KName&1 != 0 {
			return false
		}
	}
	return true
}

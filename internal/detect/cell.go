package detect

import (
	"bytes"
	"math/bits"

	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// unlabelled takes a value whose label says nothing: it is scanned like text. In a row it may be a cell of a table
// without a header, or itself the label of the next cell.
func (s *Scan) unlabelled(u *unit, sn *rule.Sense, value []byte, k look) {
	n := len(value)
	if n > maxLook {
		if sn.Flags&rule.Provider == 0 && !bare(value) {
			s.scan(value, rule.Sense{Flags: sn.Flags & rule.Rival}, k)
		}
		return
	}
	if k.bare(n) {
		if sn == &noSense && u.kind == object.UnitRow && s.e.bareSSN != nil {
			switch {
			case n == 9 && k.digits == 1<<9-1:
				s.nine(u, value)
			case n == 8 && k.digits == 1<<8-1 && !u.dated && rule.Century(value):
				s.bornCell(u, value)
			}
		}
		return // a plain number needs a label, and is none
	}
	state := n == 2 && u.kind == object.UnitRow && u.ordinal > 2 && rule.IsState(value[0], value[1]) // MI and MN label middle names elsewhere
	if k.digits&1 == 0 && n <= 48 && !state && (sn.Part == rule.Key || (sn == &noSense || u.ordinal <= keyColumns || u.kind != object.UnitRow) && s.mayKey(value, k)) {
		if q, ok := s.keyed(sn, value); ok {
			u.qual, u.quals = q, true
			return
		}
	}
	if sn.Health == 1+catMedication && k.letters&1 != 0 && s.drugCell(u, sn, value) {
		return
	}
	if u.kind == object.UnitRow && sn.Kinds|uint64(sn.Flags) == 0 {
		s.maybe(u, value, k)
	}
	if sn.Flags&rule.Provider == 0 && (n > maxShort || k.at || k.starts() != 0) {
		s.scan(value, rule.Sense{Flags: sn.Flags & rule.Rival}, k)
	}
}

// keyColumns is in how many columns of a table with a header a cell may be the label of the next one.
const keyColumns = 3

// mayKey tells whether a value may say what the next one is: a label and nothing else, or the name of a system of codes with its edition.
func (s *Scan) mayKey(value []byte, k look) bool {
	if k.digits != 0 {
		return len(value) > 3 && codingSystem(value[0]) && bits.OnesCount64(k.letters) > 2 && s.e.lex.MayLabel(value)
	}
	return s.e.lex.MayLabel(value) && (s.e.lex.MayBe(value, k.letters) || bytes.IndexByte(value, '#') >= 0)
}

// codingSystem tells whether the name of a system of codes that has an edition may begin with a letter: ICD-10, CPT-4.
func codingSystem(c byte) bool { return c|0x20 == 'i' || c|0x20 == 'c' }

// drugCell takes the name of a drug under a label that speaks of medication, but is of no kind: Rx, current medication.
func (s *Scan) drugCell(u *unit, sn *rule.Sense, value []byte) bool {
	for i := range s.e.byKind[rule.KDrug] {
		if f := &s.e.byKind[rule.KDrug][i]; f.form == keywordForm && s.known(f.r, value, attached(sn)) {
			s.code(u, rule.KDrug, labelPoints{})
			return true
		}
	}
	return false
}

// bare is look.bare for a value of any length.
func bare(v []byte) bool {
	other := 0
	for _, c := range v {
		if c-'0' > 9 {
			if other++; other > 1 || rule.IsLetter(c) {
				return false
			}
		}
	}
	return true
}

// maybe keeps the first cell that reads like a date of birth, and what reads like a name: the first cell of several words, and those of
// a single one. The cell before the code of a state is a city. Few rows need them: what has to be made of them is made then.
func (s *Scan) maybe(u *unit, value []byte, k look) {
	n, at := len(value), u.ordinal-1
	switch {
	case k.digits&1 != 0 && n > 6 && !u.dated && (n <= 11 || n == 19 && value[4] == '-' && string(value[11:]) == "00:00:00"):
		s.bornCell(u, value)
	case value[0]-'A' >= 26 || n > 48 || k.digits != 0 || n < 2:
	case n == 2:
		if rule.IsState(value[0], value[1]) {
			u.notName(at - 1)
		}
	case n >= 5 && bytes.IndexByte(value, ' ') > 0:
		if u.nameCell.n == 0 && s.e.lex.FullName(value) {
			u.nameCell, u.nameAt = span{len(s.arena), n}, at
			s.arena = append(s.arena, value...)
		}
	case u.nwords < len(u.words) && rule.OneName(value):
		u.words[u.nwords], u.wordAt = span{len(s.arena), n}, at
		u.nwords++
		s.arena = append(s.arena, value...)
	}
}

// bornCell keeps a cell that reads like a date of birth, be it with the midnight that databases write behind it.
func (s *Scan) bornCell(u *unit, value []byte) {
	if len(value) == 19 {
		value = value[:10]
	}
	if d, read, ok := rule.ParseBirth(value, s.today); ok && read == len(value) {
		u.day, u.dated = d, true
	}
}

// notName takes back what cell at was taken for: it is the name of a city.
func (u *unit) notName(at int) {
	if u.nameCell.n > 0 && u.nameAt == at {
		u.nameCell = span{}
	}
	if u.nwords > 0 && u.wordAt == at {
		u.nwords--
		u.wordAt = -1
	}
}

// wordName makes a name of the first two cells of a single word, where no cell holds a whole one.
func (s *Scan) wordName(u *unit) {
	if u.nameCell.n > 0 || u.nwords < 2 {
		return
	}
	from := len(s.arena)
	for i, w := range u.words[:2] {
		if i > 0 {
			s.arena = append(s.arena, ' ')
		}
		s.arena = append(s.arena, s.arena[w.from:w.from+w.n]...)
	}
	u.nameCell = span{from, len(s.arena) - from}
}

// value scans a short value as text of its own, under a label that means sn.
func (s *Scan) value(b []byte, sn rule.Sense) {
	var k look
	if len(b) <= maxLook {
		k = lookAt(b)
	}
	s.scan(b, sn, k)
}

func (s *Scan) scan(b []byte, sn rule.Sense, k look) {
	if sn.Kinds == 0 && len(b) <= maxLook && !s.anyLoud(b, k) {
		k.digits = 0 // nothing comes of them
	}
	if len(b) <= maxShort && !k.at && k.starts() == 0 {
		return
	}
	s.field, s.sense = true, sn
	s.before.at, s.near.to, s.tok = -1, -1, -1
	u := s.top()
	n := len(s.cands)
	if len(b) <= maxShort {
		s.short(b, k)
	} else {
		s.medium(b, k, &u.newer)
	}
	if u.kind == object.UnitRow && len(s.cands) > n && s.cands[n].kind == rule.KSSN && s.cands[n].flags&isAttached == 0 {
		s.parts[u.part].rows++
	}
	s.field, s.sense = false, rule.Sense{}
}

// short tries all rules on a value of a few bytes.
func (s *Scan) short(b []byte, k look) {
	for starts := k.starts(); starts != 0; starts &= starts - 1 {
		i := bits.TrailingZeros64(starts)
		layout := k.digits >> i & (1<<rule.LayoutBits - 1)
		if s.sense.Kinds == 0 && k.letters&(1<<i-1) == 0 {
			s.plain(b, i, layout)
			continue
		}
		s.anchor(b, i, layout, atPersons)
		s.anchor(b, i, layout, atSupport)
	}
	if !k.at || s.e.email == nil {
		return
	}
	if at := bytes.IndexByte(b, '@'); at > 0 {
		if start, end := rule.EmailAt(b, at); end > 0 {
			s.add(s.e.email, b, start, end, labelPoints{flags: isPlain})
		}
	}
}

// plain tries the rules at a digit run that has no letter before it, so that there can be no label: those that need none.
func (s *Scan) plain(b []byte, at int, layout uint64) {
	set := &s.e.shapes[s.e.layout[layout]]
	if set.wrapped {
		s.unwrap(b, at)
	}
	if set.cut {
		s.unwrapPhone(b, at)
	}
	free := s.e.free[s.e.layout[layout]]
	if len(free) == 0 {
		return
	}
	behind, c := uint8(0), byte(0)
	if at > 0 {
		c = b[at-1]
		behind = rule.Class(c)
	}
	for j := range free {
		if ref := &free[j]; ref.s.Behind(behind, c) {
			s.shape(b, at, ref, ref.r.Primary)
		}
	}
}

// medium reads a value as text, in both passes. A link in which nothing is found is not read for words.
func (s *Scan) medium(b []byte, k look, ev *evidence) {
	n := len(s.cands)
	if len(b) > maxLook || k.starts() != 0 {
		s.anchors(b, 0, len(b), atPersons)
		s.before.at, s.near.to = -1, -1
		s.anchors(b, 0, len(b), atSupport)
	}
	if len(b) > maxLook || k.at {
		s.emails(b, 0, len(b))
	}
	s.urls(b, 0, len(b))
	if s.link && len(s.cands) == n {
		return
	}
	s.words(b, 0, len(b), ev, true)
}

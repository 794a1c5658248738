package detect

import (
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// assemble makes candidates of names and addresses that came in parts, and of the cells of a row without a header.
func (s *Scan) assemble(u *unit) {
	s.joinAddress(u)
	if u.first.n > 0 && u.last.n > 0 {
		s.joinName(u)
	}
	if u.kind == object.UnitRow && u.dated && (u.nameCell.n > 0 || u.nwords >= 2) {
		s.wordName(u)
		s.headless(u)
		if u.nine {
			s.column(u)
		}
	}
}

// handOn gives a part of a name or an address that is all that a part of the object holds to the unit above: a form that is sent as
// multipart/form-data has each of its fields in a part of its own.
func (s *Scan) handOn(u, up *unit) {
	if len(s.cands) > u.cands {
		return
	}
	mine := [...]*span{&u.first, &u.last, &u.street, &u.city, &u.state, &u.zip}
	for i, to := range [...]*span{&up.first, &up.last, &up.street, &up.city, &up.state, &up.zip} {
		v := *mine[i]
		if v.n == 0 {
			continue
		}
		*mine[i] = span{}
		*to = span{u.arena, v.n}
		s.arena = append(s.arena[:u.arena], s.arena[v.from:v.from+v.n]...)
		u.arena = len(s.arena)
		if up.first.n > 0 && up.last.n > 0 {
			s.joinName(up)
			u.cands, u.arena = len(s.cands), len(s.arena)
		}
		return
	}
}

// headless looks at a row without a header: a delimited SSN, a date that can be one of birth and a name in cells of
// their own are a person, whatever the columns are called.
func (s *Scan) headless(u *unit) {
	for i := u.cands; i < len(s.cands); i++ {
		c := &s.cands[i]
		if c.kind != rule.KSSN || c.flags&(isRival|isTest) != 0 {
			continue
		}
		from := len(s.arena)
		s.arena = u.day.Append(s.arena)
		s.adopt(rule.KDOB, s.e.date, span{from, len(s.arena) - from}, inField|isPlain, 0)
		from = len(s.arena)
		s.arena = rule.AppendName(s.arena, s.arena[u.nameCell.from:u.nameCell.from+u.nameCell.n])
		s.adopt(rule.KName, s.e.name, span{from, len(s.arena) - from}, inField|isPlain, 0)
		return
	}
}

// adopt makes a candidate of a canonical value that is in the arena.
func (s *Scan) adopt(kind int, r *rule.Rule, v span, flags uint16, label int8) {
	if r == nil || v.n == 0 {
		return
	}
	s.cands = append(s.cands, cand{r: r, pos: s.win.base, canon: v.from, size: v.n, part: s.top().part,
		kind: uint8(kind), label: label, flags: flags}) //nolint:gosec // an index of kinds
}

func (s *Scan) joinName(u *unit) {
	s.buf = append(s.buf[:0], s.arena[u.first.from:u.first.from+u.first.n]...)
	s.buf = append(s.buf, ' ')
	s.buf = append(s.buf, s.arena[u.last.from:u.last.from+u.last.n]...)
	from := len(s.arena)
	s.arena = rule.AppendName(s.arena, s.buf)
	s.adopt(rule.KName, s.e.name, span{from, len(s.arena) - from}, inField|isAttached, 25)
	u.first, u.last = span{}, span{}
}

func (s *Scan) joinAddress(u *unit) {
	if u.street.n == 0 || u.city.n == 0 || u.zip.n == 0 && u.state.n == 0 {
		u.street, u.city, u.state, u.zip = span{}, span{}, span{}, span{}
		return
	}
	from := len(s.arena)
	for _, v := range [...]span{u.street, u.city, u.state, u.zip} {
		s.arena = append(s.arena, s.arena[v.from:v.from+v.n]...)
	}
	s.adopt(rule.KAddress, s.e.address, span{from, len(s.arena) - from}, inField|isAttached, 25)
	u.street, u.city, u.state, u.zip = span{}, span{}, span{}, span{}
}

// part takes a part of a name or an address.
func (s *Scan) part(u *unit, kind int, p rule.Part, value []byte, lp labelPoints) bool {
	if p == rule.Patient {
		return false
	}
	switch kind {
	case rule.KName:
		s.namePart(u, p, value)
		return true
	case rule.KAddress, rule.KZIP:
		s.addressPart(u, p, value)
		return true
	}
	return false
}

func (s *Scan) namePart(u *unit, p rule.Part, value []byte) {
	if !rule.OneName(value) {
		return
	}
	v := span{len(s.arena), len(value)}
	switch p {
	case rule.First:
		s.arena = append(s.arena, value...)
		u.first = v
	case rule.Last:
		s.arena = append(s.arena, value...)
		u.last = v
	}
	if u.first.n > 0 && u.last.n > 0 {
		s.joinName(u)
	}
}

func (s *Scan) addressPart(u *unit, p rule.Part, value []byte) {
	if p == rule.Street && u.street.n > 0 && u.city.n > 0 {
		s.joinAddress(u)
	}
	if len(value) > 80 || p == rule.Street && !streetLike(value) {
		return
	}
	from := len(s.arena)
	if p == rule.ZIPCode {
		s.arena = rule.Canon(s.arena, rule.KZIP, value)
	} else {
		s.arena = rule.AppendAddress(s.arena, value)
	}
	v := span{from, len(s.arena) - from}
	switch p {
	case rule.Street:
		if u.street.n == 0 { // a second line is no part of it
			u.street = v
		}
	case rule.City:
		u.city = v
	case rule.State:
		u.state = v
	case rule.ZIPCode:
		u.zip = v
	}
}

// streetLike tells a line of an address from a code of its use or kind (HP, home): it has a number, or several words.
func streetLike(v []byte) bool {
	for _, c := range v {
		if rule.IsDigit(c) || c == ' ' {
			return true
		}
	}
	return false
}

// wholeAddress takes an address that stands in one field: to its ZIP code, or a street alone, whose city may follow in
// other fields.
func (s *Scan) wholeAddress(u *unit, r *rule.Rule, value []byte, lp labelPoints) bool {
	n := len(value)
	for zip := n - 5; zip >= 0 && zip >= n-10; zip -= 5 {
		if start, end := rule.AddressAt(value, zip); end == n && start == 0 {
			s.add(r, value, 0, n, lp)
			return true
		}
	}
	if rule.IsDigit(value[0]) {
		s.addressPart(u, rule.Street, value)
		return true
	}
	return false
}

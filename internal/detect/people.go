package detect

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// people counts individuals. A unit about one person ties its identifiers together, so that the same person under an SSN
// in one place and a record number in another is one where a third place shows both. In a unit about several people
// nothing ties them: the kind with the most distinct values counts them, the others only widen the range.
type people struct {
	crowd finding.Crowd
	seen  [strongKinds]int32 // by slot
	first [strongKinds]uint64
	used  []uint8 // slots that are not zero in seen
	buf   []byte
}

func (p *people) reset() {
	p.crowd.Reset()
}

// strongKinds is the number of kinds that name a person by themselves.
const strongKinds = 8 + rule.MaxKinds - rule.FirstStrong

// slot is the index of such a kind.
func slot(kind uint8) uint8 {
	if kind >= rule.FirstStrong {
		return kind - rule.FirstStrong + 8
	}
	return kind & 7
}

// unit takes the identifiers of a unit. Those that count were taken by their findings and have their hash from there.
func (p *people) unit(s *Scan, u *unit, cs []cand) {
	for _, k := range p.used {
		p.seen[k] = 0
	}
	p.used = p.used[:0]
	most, kind := int32(0), uint8(0)
	for i := range cs {
		c := &cs[i]
		if !isStrong(c.kind) || c.flags&isTest != 0 || int(c.score) < minIdentity {
			continue
		}
		h, k := c.hash, slot(c.kind)
		if p.seen[k] == 0 || p.first[k] != h && p.fresh(cs[:i], c.kind, h) {
			if p.seen[k] == 0 {
				p.first[k] = h
				p.used = append(p.used, k)
			}
			if p.seen[k]++; p.seen[k] > most {
				most, kind = p.seen[k], c.kind
			}
		}
	}
	all := false
	if most > 1 && s.onePerson(u) {
		most = max(1, p.seen[rule.KSSN]) // several record numbers of one person; but not several Social Security numbers
		kind, all = rule.KSSN, most == 1
	} else if most > 1 && kind == rule.KMRN && s.oneChart(u) {
		most, kind = p.others(kind)
		all = most == 1
	} else if most > 1 && p.oneRow(s, u, cs) {
		most, all = 1, true
	}
	switch {
	case most == 0:
		p.weak(s, cs)
	case all:
		p.whole(cs)
	case most == 1:
		p.one()
	default:
		p.several(cs, kind)
	}
}

// onePerson tells whether a unit is of a format whose decoder makes a unit of each patient: whatever numbers stand in it are
// those of one person. In HL7 v2 and X12 they may be those of a guarantor or another insured.
func (s *Scan) onePerson(u *unit) bool {
	switch s.parts[u.part].format {
	case object.StructFHIR, object.StructCCDA, object.StructNAACCR:
		return u.kind == object.UnitRecord
	}
	return false
}

// oneChart tells whether the record numbers of a unit are those of one person, of several sites: PID-3 of HL7 v2 repeats. What insurers
// and guarantors have are no record numbers.
func (s *Scan) oneChart(u *unit) bool {
	return s.parts[u.part].format == object.StructHL7 && (u.kind == object.UnitMessage || u.kind == object.UnitRecord)
}

// maxOwn is how many numbers of a kind one person has in a row.
const maxOwn = 3

// oneRow tells whether a row or record with several numbers of a kind is about one person all the same: an identifier of the patient beside
// the record number, members' numbers of two insurers. What a person has once must not stand there twice, and one of these, a number of
// another kind or a single name ties them. Numbers that rows inside left here are those of a list.
func (p *people) oneRow(s *Scan, u *unit, cs []cand) bool {
	if u.kind != object.UnitRow && u.kind != object.UnitRecord || u.left > 0 || len(cs) > maxLeft {
		return false
	}
	tied := false
	for _, k := range p.used {
		switch n := p.seen[k]; k {
		case slot(rule.KMRN), slot(rule.KMemberID), slot(rule.KMedicaid):
			if n > maxOwn {
				return false
			}
			tied = tied || n == 1
		default:
			if n > 1 {
				return false
			}
			tied = true
		}
	}
	days := s.distinct(cs, rule.KDOB)
	return days < 2 && (tied || days == 1 || s.distinct(cs, rule.KName) == 1)
}

// distinct counts the values of a kind in a few candidates, up to 2.
func (s *Scan) distinct(cs []cand, kind uint8) int {
	var first []byte
	n := 0
	for i := range cs {
		c := &cs[i]
		if c.kind != kind {
			continue
		}
		switch v := s.arena[c.canon : c.canon+c.size]; {
		case n == 0:
			first, n = v, 1
		case !bytes.Equal(v, first):
			return 2
		}
	}
	return n
}

// others is the kind with the most distinct values but one, and their number; 1 if there is none.
func (p *people) others(but uint8) (most int32, kind uint8) {
	most, kind = 1, but
	for _, k := range p.used {
		if k < 8 && k != slot(but) && p.seen[k] > most {
			most, kind = p.seen[k], k
		}
	}
	return most, kind
}

// whole ties every identifier of a unit that is one person's.
func (p *people) whole(cs []cand) {
	p.one()
	first, _ := p.crowd.Known.Find(p.first[p.used[0]])
	for i := range cs {
		c := &cs[i]
		if first < 0 {
			return
		}
		if !isStrong(c.kind) || c.flags&isTest != 0 || int(c.score) < minIdentity {
			continue
		}
		if k, _ := p.crowd.Known.Find(c.hash); k >= 0 {
			p.crowd.Known.Join(first, k)
		}
	}
}

// fresh tells whether no earlier candidate of the kind has the hash.
func (p *people) fresh(cs []cand, kind uint8, h uint64) bool {
	if len(cs) > 256 {
		return true // many people: nobody looks at the exact number here, the set does
	}
	for i := range cs {
		if c := &cs[i]; c.kind == kind && c.hash == h {
			return false
		}
	}
	return true
}

// one ties the identifiers of one person. The person is known by the strongest, which is the only one that is counted once there are
// too many to tie.
func (p *people) one() {
	sortSlots(p.used)
	first := -1
	for _, k := range p.used {
		i, _ := p.crowd.Known.Find(p.first[k])
		if i < 0 {
			return
		}
		if first < 0 {
			first = i
			continue
		}
		p.crowd.Known.Join(first, i)
	}
}

// sortSlots puts the few slots of a unit in order.
func sortSlots(u []uint8) {
	for i := 1; i < len(u); i++ {
		for j := i; j > 0 && u[j] < u[j-1]; j-- {
			u[j], u[j-1] = u[j-1], u[j]
		}
	}
}

func (p *people) several(cs []cand, kind uint8) {
	for i := range cs {
		c := &cs[i]
		if !isStrong(c.kind) || c.flags&isTest != 0 || int(c.score) < minIdentity {
			continue
		}
		if c.kind == kind {
			p.crowd.Known.Find(c.hash)
		} else {
			p.crowd.Loose.Add(c.hash)
		}
	}
}

// weak counts people who are known by a name and a date of birth only: as many as there are names beside dates.
func (p *people) weak(s *Scan, cs []cand) {
	var name, birth []byte
	for i := range cs {
		c := &cs[i]
		switch v := s.arena[c.canon : c.canon+c.size]; c.kind {
		case rule.KName:
			name = v
		case rule.KDOB:
			birth = v
		default:
			continue
		}
		if name != nil && birth != nil {
			p.buf = append(append(append(p.buf[:0], name...), 0), birth...)
			p.crowd.Known.Find(s.e.hash(rule.KName, p.buf))
			name, birth = nil, nil
		}
	}
	if name != nil && p.crowd.Known.Count() == 0 {
		p.crowd.Known.Find(s.e.hash(rule.KName, name))
	}
}

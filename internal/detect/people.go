package detect

import (
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// people counts individuals. A unit about one person ties its identifiers together, so that the same person under an SSN
// in one place and a record number in another is one where a third place shows both. In a unit about several people
// nothing ties them: the kind with the most distinct values counts them, the others only widen the range.
type people struct {
	ids   idSet
	loose idSet              // identifiers that belong to nobody in particular
	seen  [strongKinds]int32 // by slot
	first [strongKinds]uint64
	used  []uint8 // slots that are not zero in seen
	buf   []byte
}

func (p *people) reset() {
	p.ids.reset()
	p.loose.reset()

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
func (p *people) unit(s *Scan, cs []cand) {
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
	switch {
	case most == 0:
		p.weak(s, cs)
	case most == 1:
		p.one()
	default:
		p.several(cs, kind)
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

// one ties the identifiers of one person.
func (p *people) one() {
	tie := int32(-1)
	for _, k := range p.used {
		i, _ := p.ids.find(p.first[k])
		if i < 0 {
			return
		}
		r := p.ids.root(int32(i)) //nolint:gosec // small
		if tie >= 0 {
			p.ids.list[r].up = tie
			continue
		}
		tie = r
	}
}

func (p *people) several(cs []cand, kind uint8) {
	for i := range cs {
		c := &cs[i]
		if !isStrong(c.kind) || c.flags&isTest != 0 || int(c.score) < minIdentity {
			continue
		}
		if c.kind == kind {
			p.ids.find(c.hash)
		} else {
			p.loose.add(c.hash)
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
			p.ids.find(s.e.hash(rule.KName, p.buf))
			name, birth = nil, nil
		}
	}
	if name != nil && len(p.ids.list) == 0 {
		p.ids.find(s.e.hash(rule.KName, name))
	}
}

// count returns the range.
func (p *people) count() finding.Individuals {
	if p.ids.sketch != nil {
		n := p.ids.count()
		return finding.Individuals{Low: n, High: n + p.loose.count()}
	}
	low := 0
	for i := range p.ids.list {
		if p.ids.root(int32(i)) == int32(i) { //nolint:gosec // small
			low++
		}
	}
	extra := 0
	for i := range p.loose.list {
		if !p.ids.has(p.loose.list[i].hash) {
			extra++
		}
	}
	if low == 0 && extra > 0 {
		low = 1
	}
	return finding.Individuals{Low: low, High: max(low, low+extra)}
}

func (t *idSet) has(h uint64) bool {
	if len(t.table) == 0 {
		return false
	}
	mask := uint64(len(t.table) - 1) //nolint:gosec // positive
	for k := h & mask; t.table[k] != 0; k = (k + 1) & mask {
		if t.list[t.table[k]-1].hash == h {
			return true
		}
	}
	return false
}

package detect

import (
	"math/bits"

	"github.com/phiwatch/phiwatch/internal/rule"
)

// labelMemo remembers the label before a place in the buffer: several rules ask for it.
type labelMemo struct {
	at  int
	ok  bool
	hit rule.Hit
}

// aim is what a walk over the digit runs looks for.
type aim uint8

const (
	atPersons aim = iota
	atSupport
	atRows
)

// anchors walks over the digit runs of b[from:to] and tries the rules whose layout of digits fits: those that name a
// person, those that only support one, or those that need a label in the line above.
func (s *Scan) anchors(b []byte, from, to int, way aim) {
	s.caps.from, s.caps.to = -1, -1
	var carry uint64
	if from > 0 && rule.IsDigit(b[from-1]) {
		carry = 1
	}
	w := digitWord(b, from)
	for i := from; i < to; i += 64 {
		next := digitWord(b, i+64)
		starts := w &^ (w<<1 | carry)
		starts &= (w>>1 | next<<63) | (w>>2 | next<<62)
		if left := to - i; left < 64 {
			starts &= 1<<left - 1
		}
		for ; starts != 0; starts &= starts - 1 {
			k := bits.TrailingZeros64(starts)
			layout := (w>>k | next<<1<<(63-k)) & (1<<rule.LayoutBits - 1)
			s.anchor(b, i+k, layout, way)
		}
		carry = w >> 63
		w = next
	}
}

// anchor tries the rules at one digit run.
func (s *Scan) anchor(b []byte, at int, layout uint64, way aim) {
	behind, c := uint8(0), byte(0)
	if at > 0 {
		c = b[at-1]
		behind = rule.Class(c)
	}
	if hot := s.e.hot[layout]; way == atPersons && hot != 0xff && hot&behind == 0 {
		s.token(b, at)
		return
	}
	set := &s.e.shapes[s.e.layout[layout]]
	if way == atPersons {
		if set.sieve.words > 0 {
			s.sifted(b, at, set)
		} else {
			for j := range set.primary {
				if ref := &set.primary[j]; ref.s.Behind(behind, c) {
					s.shape(b, at, ref, true)
				}
			}
		}
		if len(set.labelled[0]) > 0 {
			s.labelledShapes(b, at, set.labelled[0], true)
		}
		if set.wrapped {
			s.unwrap(b, at)
		}
		s.token(b, at)
		return
	}
	if way == atRows {
		s.underLabel(b, at, set.labelled[0])
		return
	}
	for j := range set.support {
		if ref := &set.support[j]; ref.s.Behind(behind, c) {
			s.shape(b, at, ref, false)
		}
	}
	if len(set.labelled[1]) > 0 {
		s.labelledShapes(b, at, set.labelled[1], false)
	}
	if set.cut {
		s.unwrapPhone(b, at)
	}
	if layout&0x3f == 0x1f && at > 2 && b[at-1] == ' ' && s.e.address != nil { // five digits: a ZIP code
		if start, end := rule.AddressAt(b, at); end > 0 {
			s.add(s.e.address, b, start, end, s.points(b, start, s.e.address))
		}
	}
}

// underLabel tries the rules that need a label at a digit run that may begin a cell of a row, or stands in its first word or date.
func (s *Scan) underLabel(b []byte, at int, refs []shapeRef) {
	if at < 2 {
		return
	}
	c := b[at-1]
	if columnar(c, b[at-2]) {
		if len(refs) > 0 {
			s.labelledShapes(b, at, refs, true)
		}
	} else if !rule.IsAlnum(c) && c != '-' && (c != ' ' || b[at-2] != ',' && !rule.IsLetter(b[at-2])) {
		return
	}
	s.token(b, at)
}

// labelledShapes tries shapes that need a label and begin at the anchor: one look at the label sorts them out.
func (s *Scan) labelledShapes(b []byte, at int, refs []shapeRef, primary bool) {
	if at == 0 && s.field && s.sense.Kinds == 0 {
		return
	}
	h := s.label(b, at)
	if h == nil || h.Kinds == 0 {
		return
	}
	for j := range refs {
		if ref := &refs[j]; ref.r.Names(&h.Sense) {
			s.shape(b, at, ref, primary)
		}
	}
}

// label returns the label attached to b[at:], with the sense of the field where b is the value of one.
func (s *Scan) label(b []byte, at int) *rule.Hit {
	m := &s.before
	if m.at != at {
		m.at = at
		if !s.heads {
			m.ok = s.e.lex.Before(b, at, &m.hit)
		}
		if s.rows || m.ok && b[at-1] == '\n' {
			s.labelOver(b, at, m)
		}
		if !m.ok && s.field && (s.sense.Kinds != 0 || s.sense.Flags != 0) && at < 48 {
			m.ok = true
			m.hit = rule.Hit{Sense: s.sense, Start: -1, End: -1, Marked: true}
			if s.sense.Part != rule.Whole && s.sense.Part != rule.Patient {
				m.ok = false
			}
		}
	}
	if !m.ok {
		return nil
	}
	return &m.hit
}

// labelOver is label where the line above counts too.
func (s *Scan) labelOver(b []byte, at int, m *labelMemo) {
	m.ok = m.ok && !s.heads
	if !s.field && at > 1 && columnar(b[at-1], b[at-2]) {
		m.ok = s.overhead(b, at, m)
	}
}

// shape tries one shape at an anchor.
func (s *Scan) shape(b []byte, at int, ref *shapeRef, primary bool) {
	start := at - ref.s.Anchor
	r := ref.r
	if s.trace != nil && s.trace.meter != nil {
		s.trace.meter.note(r, try{at: at, ref: ref})
	}
	if start == 0 && s.field && r.Label == rule.NeedAttached && s.sense.Kinds == 0 || !ref.s.At(b, start) {
		return
	}
	end := start + ref.s.Len
	before, after := rule.Free(b, start, end)
	if !after {
		return
	}
	var h *rule.Hit
	if !before || r.Label == rule.NeedAttached {
		if h = s.label(b, start); h == nil || !r.Labelled(h) || !before && h.End != start {
			return
		}
	}
	if r.Label == rule.NeedTerm && !s.e.lex.TermBefore(b, start) {
		return
	}
	if primary && r.Label == rule.NeedNone && rule.Listed(b, start, end) {
		if h = s.label(b, start); h == nil || !r.Labelled(h) {
			return
		}
	}
	from := len(s.arena)
	s.arena = rule.Canon(s.arena, r.KindIndex(), b[start:end])
	ok, test := r.Valid(s.arena[from:])
	if !ok {
		s.arena = s.arena[:from]
		if primary && r.Label == rule.NeedNone {
			s.parts[s.top().part].bad++
		}
		return
	}
	lp := s.points(b, start, r)
	if test {
		lp.flags |= isTest
	}
	s.put(r, start, from, lp)
	if r.KindIndex() == rule.KSSN && lp.flags&(isAttached|isRival|isTest) == 0 && !s.field {
		s.line(b, start)
	}
}

// maxTokenBefore is how much of a token may stand before its first digit run.
const maxTokenBefore = 18

// token tries the rules for what stands behind a label: numbers of records and members, and dates of birth.
func (s *Scan) token(b []byte, at int) {
	t := at
	for t > 0 && at-t < maxTokenBefore && (rule.IsAlnum(b[t-1]) || b[t-1] == '-' && t > 1 && rule.IsAlnum(b[t-2])) {
		t--
	}
	if at-t >= maxTokenBefore || t == s.tok {
		return
	}
	s.tok = t
	if t == 0 {
		if !s.field || s.sense.Kinds == 0 { // nothing before it, and no label that names a kind
			return
		}
	} else if rule.Class(b[t-1])&rule.ClassGap == 0 && !plus(b, t) {
		return
	}
	at = t
	if plus(b, t) {
		at--
	}
	h := s.label(b, at)
	if h == nil {
		if h = s.namedDay(b, &t); h == nil {
			return
		}
	}
	if h.Kinds == 0 || h.Flags&(rule.Provider|rule.Qualifier) != 0 {
		return
	}
	if h.Kinds>>rule.KDOB&1 != 0 && s.e.date != nil && s.e.date.Labelled(h) {
		s.behind(s.e.date, b, t, h)
		return
	}
	for _, r := range s.e.token {
		if r.Labelled(h) {
			s.behind(r, b, t, h)
		}
	}
}

// behind tries the rule of dates of birth, or one of tokens, behind its label.
func (s *Scan) behind(r *rule.Rule, b []byte, t int, h *rule.Hit) {
	if s.trace != nil && s.trace.meter != nil {
		s.trace.meter.note(r, try{at: t, hit: *h})
	}
	if r == s.e.date {
		s.birth(b, t, h)
		return
	}
	start := r.TokenStart(b, t)
	if n := r.TokenAt(b[start:]); n > 0 {
		s.add(r, b, start, start+n, tokenPoints(h, n))
	}
}

// tokenPoints is attached for a token of so many bytes behind a label in running text. With no mark between, a token of four is as
// soon the number of a year, a port, a message.
func tokenPoints(h *rule.Hit, n int) labelPoints {
	lp := attached(&h.Sense)
	if !h.Marked && n <= 4 {
		lp.points = 10
	}
	return lp
}

// birth reads the date of birth behind a label.
func (s *Scan) birth(b []byte, t int, h *rule.Hit) {
	start := t
	if h.End >= 0 {
		for start = h.End; start < t && !rule.IsAlnum(b[start]); {
			start++
		}
	}
	d, _, ok := rule.ParseBirth(b[start:], s.today)
	if !ok && start != t {
		start = t
		d, _, ok = rule.ParseBirth(b[t:], s.today)
	}
	if !ok {
		return
	}
	from := len(s.arena)
	s.arena = d.Append(s.arena)
	s.put(s.e.date, start, from, attached(&h.Sense))
}

// namedDay looks back from a year over a day and the name of a month: born on January 9, 1991.
func (s *Scan) namedDay(b []byte, t *int) *rule.Hit {
	i := *t
	if i < 8 || b[i-1] != ' ' || i+4 > len(b) || b[i] != '1' && b[i] != '2' {
		return nil
	}
	if i--; b[i-1] == ',' {
		i--
	}
	for n := 0; i > 1 && rule.IsDigit(b[i-1]) && n < 2; n++ {
		i--
	}
	if i >= *t-1 || !rule.IsDigit(b[i]) || b[i-1] != ' ' || !rule.IsLetter(b[i-2]) {
		return nil
	}
	for i--; i > 0 && rule.IsLetter(b[i-1]); {
		i--
	}
	if *t-i > 20 {
		return nil
	}
	h := s.label(b, i)
	if h != nil {
		*t = i
	}
	return h
}

// add makes a candidate of b[start:end], if it passes the rule's validator.
func (s *Scan) add(r *rule.Rule, b []byte, start, end int, lp labelPoints) bool {
	from := len(s.arena)
	s.arena = rule.Canon(s.arena, r.KindIndex(), b[start:end])
	ok, test := r.Valid(s.arena[from:])
	if !ok {
		s.arena = s.arena[:from]
		return false
	}
	if test {
		lp.flags |= isTest
	}
	s.put(r, start, from, lp)
	return true
}

// put makes a candidate of the canonical value at the end of the arena.
func (s *Scan) put(r *rule.Rule, start, from int, lp labelPoints) {
	size := len(s.arena) - from
	u := s.top()
	pos := s.win.base + int64(start)
	if s.field {
		pos = s.win.base
		lp.flags |= inField
	}
	if size == 0 {
		return
	}
	if !s.field && s.again(u, r, pos, from) {
		s.arena = s.arena[:from]
		return
	}
	s.cands = append(s.cands, cand{r: r, pos: pos, canon: from, size: size, part: u.part, kind: uint8(r.KindIndex()),
		label: lp.points, flags: lp.flags})
	if lp.sense != nil && !s.field {
		u.newer.label(lp.sense)
	}
	if len(s.cands)-u.cands > maxGroup {
		s.relieve(u)
	}
}

// again tells whether another rule of the kind has just made a candidate of the same value in its place.
func (s *Scan) again(u *unit, r *rule.Rule, pos int64, from int) bool {
	for i := len(s.cands) - 1; i >= u.cands && i >= len(s.cands)-4; i-- {
		c := &s.cands[i]
		if int(c.kind) == r.KindIndex() && c.pos == pos && string(s.arena[c.canon:c.canon+c.size]) == string(s.arena[from:]) {
			return true
		}
	}
	return false
}

// label notes the evidence of a label attached to a value in running text.
func (e *evidence) label(sn *rule.Sense) {
	if sn.Health != 0 && sn.Kinds&codes != 0 {
		e.code = true
	}
	if !vague(sn) {
		e.strong(sn, clinicalLabel)
	}
}

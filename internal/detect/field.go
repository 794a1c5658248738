package detect

import (
	"bytes"
	"math/bits"

	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// labelCache knows the senses of the labels seen in this object. The columns of a table come in the same order row after
// row, so the first look is at the place of the field in its unit.
type labelCache struct {
	slots [64]labelSlot
	used  int
	known map[string]rule.Sense
	odd   rule.Sense // of a label that found no room
}

type labelSlot struct {
	label string
	sense rule.Sense
}

const maxLabels = 1024

func (c *labelCache) reset() {
	clear(c.slots[:c.used]) // labels are a peer's text
	c.used = 0
	if len(c.known) > 0 {
		clear(c.known)
	}
}

// noSense is what no label means. It is never written.
var noSense rule.Sense

// senseOf classifies a label. What it returns is valid until the next call; it is handed on by reference because every
// cell of a table comes by here.
func (s *Scan) senseOf(label []byte, ordinal int) *rule.Sense {
	if len(label) == 0 {
		return &noSense
	}
	c := &s.labels
	i := ordinal & (len(c.slots) - 1)
	if c.slots[i].label == string(label) {
		return &c.slots[i].sense
	}
	sn, ok := c.known[string(label)]
	if !ok {
		sn = s.e.lex.Classify(label[:min(len(label), 128)])
	}
	if ok || len(c.known) < maxLabels {
		l := string(label)
		if c.known == nil {
			c.known = make(map[string]rule.Sense)
		}
		c.known[l] = sn
		c.slots[i] = labelSlot{l, sn}
		c.used = max(c.used, i+1)
		return &c.slots[i].sense
	}
	c.odd = sn
	return &c.odd
}

// Field implements object.Visitor.
func (s *Scan) Field(r object.Role, label, value []byte) {
	if s.win.any {
		s.endText()
	}
	if s.trace != nil && !s.trace.deep {
		s.trace.field(s, r, label, value)
		return
	}
	u := s.top()
	ordinal := u.ordinal
	u.ordinal++
	if r == object.RoleTest {
		s.note()
		return
	}
	if value = trim(value); len(value) == 0 {
		return
	}
	if len(s.arena)-u.arena > maxArena {
		s.relieve(u)
	}
	if r != object.RoleNone && s.role(u, r, label, value) {
		return
	}
	if len(value) > longField {
		s.Text(value)
		s.endText()
		return
	}
	var k look
	if len(value) <= maxLook {
		k = lookAt(value)
	} else {
		k.wide = !ascii(value)
	}
	if k.wide || r >= object.RoleQuery && r <= object.RoleCookie && bytes.IndexByte(value, '%') >= 0 {
		var f folder
		s.buf = f.flush(f.append(s.buf[:0], value))
		if value = trim(s.buf); len(value) == 0 { // it was nothing but marks that nobody sees
			return
		}
		if k = (look{}); len(value) <= maxLook {
			k = lookAt(value)
		}
	}
	s.link = r == object.RoleLink
	s.labelled(u, s.senseOf(label, ordinal), value, k)
	s.link = false
}

const (
	longField = 160 // longer values are running text
	maxLook   = 64  // values up to here are known by one look
	maxShort  = 24  // longer values are read for words
	maxArena  = 1 << 18
)

// role takes the fields that are treated by their role alone.
func (s *Scan) role(u *unit, r object.Role, label, value []byte) bool {
	switch r {
	case object.RoleAddress: // nobody's health
		return true
	case object.RoleSubject:
		s.title(string(value), 0)
		return true
	case object.RoleName, object.RoleURI:
		s.title(string(value), isListed)
		return true
	case object.RoleHeader:
		if boring(label) {
			return true
		}
	}
	if k := s.e.roles[r&63]; k > 0 {
		s.located(u, int(k-1), value)
		return true
	}
	return false
}

func trim(v []byte) []byte {
	for len(v) > 0 && v[0] <= ' ' {
		v = v[1:]
	}
	for len(v) > 0 && v[len(v)-1] <= ' ' {
		v = v[:len(v)-1]
	}
	return v
}

// boring tells headers that hold numbers and addresses of machines.
func boring(label []byte) bool {
	if len(label) == 0 {
		return true
	}
	switch label[0] | 0x20 {
	case 'x':
		return false
	case 's':
		return len(label) != len("subject")
	case 'c':
		return !bytes.EqualFold(label, []byte("comments")) && !bytes.EqualFold(label, []byte("cookie"))
	case 'r':
		return !bytes.EqualFold(label, []byte("referer"))
	case 'k':
		return !bytes.EqualFold(label, []byte("keywords"))
	case 't':
		return !bytes.EqualFold(label, []byte("thread-topic"))
	case 'p':
		return false
	case 'l':
		return !bytes.EqualFold(label, []byte("location"))
	}
	return true
}

// title scans a file name, subject or path: what it says of health holds for all that is in it. flags mark what is found.
func (s *Scan) title(v string, flags uint16) {
	if v == "" {
		return
	}
	u := s.top()
	s.res.valueBuf = append(s.res.valueBuf[:0], v[:min(len(v), 1024)]...)
	b := s.res.valueBuf
	if !plain(b) {
		var f folder
		b = f.flush(f.append(s.buf[:0], b))
		s.buf = b
	}
	var h rule.Hit
	for w := s.e.lex.Walk(b, 0, len(b)); w.Next(&h); {
		if h.Health != 0 || h.Flags&rule.Employment != 0 {
			u.ev.strong(&h.Sense, clinical)
		}
	}
	n := len(s.cands)
	s.value(b, rule.Sense{})
	for i := n; i < len(s.cands); i++ {
		s.cands[i].flags |= flags
	}
}

// located takes a value that the schema of its document names.
func (s *Scan) located(u *unit, kind int, value []byte) {
	if kind == rule.KICD10 || kind == rule.KDrug {
		u.ev.code = true
		u.ev.cats |= 1 << codeCategory(kind)
	}
	if len(value) > longField || !s.whole(u, kind, value, labelPoints{25, isAttached | isRole, nil}) {
		s.value(value[:min(len(value), longField)], rule.Sense{Kinds: 1 << kind})
	}
	u.fields++
}

// codeKinds are the kinds whose values stand in a field that is itself called code: {"system": "icd-10-cm", "code": ...}.
const codeKinds = 1<<rule.KICD10 | 1<<rule.KICD9

// numberKinds are those of them that begin with a digit: {"system": "http://loinc.org", "code": ...}.
const numberKinds = 1<<rule.KLOINC | 1<<rule.KNDC | 1<<rule.KCPT | 1<<rule.KDrug

// labelled takes the value of a field whose label means sn.
func (s *Scan) labelled(u *unit, sn *rule.Sense, value []byte, k look) {
	if u.quals && sn.Kinds == 0 && (sn.Part != rule.Key || u.qual.Kinds&codeKinds != 0 && k.codeLike(len(value)) ||
		u.qual.Kinds&numberKinds != 0 && k.digits&1 != 0) {
		u.quals = false
		u.qual.Flags |= sn.Flags
		sn = &u.qual
	}
	if (sn.Health != 0 || sn.Flags&rule.Employment != 0) && !vague(sn) {
		u.ev.strong(sn, clinicalLabel)
	}
	if sn.Kinds == 0 || sn.Flags&rule.Provider != 0 {
		s.unlabelled(u, sn, value, k)
		return
	}
	if len(value) <= 40 && k.letters&1 != 0 && k.digits == 0 && !isPart(sn.Part) && s.e.lex.MayLabel(value) {
		if q, ok := s.e.lex.Exact(value); ok && q.Kinds != 0 && q.Flags&rule.Rival == 0 {
			u.qual, u.quals = q, true // {"name": "ssn", "value": ...}
			return
		}
	}
	u.fields++
	lp := attached(sn)
	if sn.Flags&rule.Rival != 0 {
		lp = labelPoints{flags: isRival}
	}
	done := false
	for set := sn.Kinds; set != 0 && !done; set &= set - 1 {
		kind := sn.Kind(bits.TrailingZeros64(set))
		done = sn.Part != rule.Whole && s.part(u, kind, sn.Part, value, lp) || s.whole(u, kind, value, lp)
	}
	if !done && (k.digits != 0 || len(value) > maxShort) {
		s.scan(value, *sn, k)
	}
}

// isPart tells parts of names and addresses: their values may be words that label something elsewhere (MN, a state).
func isPart(p rule.Part) bool { return p >= rule.First && p <= rule.ZIPCode }

// whole tries the rules of a kind on a whole value.
func (s *Scan) whole(u *unit, kind int, value []byte, lp labelPoints) bool {
	s.field = true
	ok := s.fits(u, kind, value, lp)
	s.field = false
	return ok
}

func (s *Scan) fits(u *unit, kind int, value []byte, lp labelPoints) bool {
	from := len(s.arena)
	for i := range s.e.byKind[kind] {
		f := &s.e.byKind[kind][i]
		r := f.r
		switch f.form {
		case shapeForm:
			if len(value) > 31 || f.lens>>len(value)&1 == 0 {
				continue
			}
			c := r.Compiled()
			for i := range c {
				if c[i].Len != len(value) || !c[i].At(value, 0) {
					continue
				}
				s.arena = rule.Canon(s.arena, kind, value)
				ok, test := r.Valid(s.arena[from:])
				if !ok {
					s.arena = s.arena[:from]
					continue
				}
				if test {
					lp.flags |= isTest
				}
				s.code(u, kind, lp)
				s.put(r, 0, from, lp)
				return true
			}
		case tokenForm:
			if n := r.TokenAt(value); n == len(value) && s.add(r, value, 0, n, lp) {
				return true
			}
		case keywordForm:
			if s.known(r, value, lp) {
				s.code(u, kind, lp)
				return true
			}
		case urlForm:
			if at := bytes.Index(value, []byte("://")); at > 0 {
				if a, b := rule.URLAt(value, at); b > 0 {
					s.add(r, value, a, b, lp)
					return true
				}
			}
		case dateForm:
			if d, n, ok := rule.ParseBirth(value, s.today); ok && (n == len(value) || value[n] == 'T' || value[n] == ' ' || rule.IsDigit(value[n])) {
				s.arena = d.Append(s.arena)
				s.put(r, 0, from, lp)
				return true
			}
		case nameForm:
			if s.e.lex.FullName(value) {
				s.add(r, value, 0, len(value), lp)
				return true
			}
		case addressForm:
			if s.wholeAddress(u, r, value, lp) {
				return true
			}
		case emailForm:
			if at := bytes.IndexByte(value, '@'); at > 0 {
				if a, b := rule.EmailAt(value, at); b > 0 {
					s.add(r, value, a, b, lp)
					return true
				}
			}
		}
	}
	return false
}

// known takes a value that begins with a word of a keyword rule: the name of a drug, and its strength.
func (s *Scan) known(r *rule.Rule, value []byte, lp labelPoints) bool {
	var h rule.Hit
	w := s.e.lex.Walk(value, 0, min(len(value), maxShort))
	return w.Next(&h) && h.Start == 0 && int(h.Word) == r.KindIndex() && s.add(r, value, 0, h.End, lp)
}

// code notes labelled codes and providers as evidence.
func (s *Scan) code(u *unit, kind int, lp labelPoints) {
	if lp.flags&isRival != 0 {
		return
	}
	switch {
	case kind == rule.KNPI || kind == rule.KDEA:
		u.ev.provider = true
		u.ev.cats |= 1 << catProvider
	case kind < rule.NumKinds && codes>>kind&1 != 0:
		u.ev.code = true
		u.ev.cats |= 1 << codeCategory(kind)
	}
}

// keyed tells whether a value is the name of what comes next.
func (s *Scan) keyed(sn *rule.Sense, value []byte) (rule.Sense, bool) {
	if sn.Part == rule.Key {
		q := s.e.lex.Classify(value)
		return q, q.Kinds != 0
	}
	q, ok := s.e.lex.Exact(value)
	if !ok && len(value) > 3 && codingSystem(value[0]) && hasDigit(value) {
		q, ok = s.e.lex.Caption(value)
	}
	q.Flags &^= rule.Rival // to others: fax number
	return q, ok && q.Kinds != 0 && q.Flags&rule.Qualifier == 0
}

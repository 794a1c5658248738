package detect

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// Sizes of the text window. A segment is scanned once so much text follows that every match that begins in it can be
// seen whole; the segment before it stays, for labels and for a late look at its words.
const (
	segment    = 16 << 10
	ahead      = 512
	back       = 320
	windowSize = 2*segment + 2*ahead + back
)

// window holds the end of the running text, folded.
type window struct {
	buf  []byte
	base int64 // offset of buf[0] in all running text of the object
	done int   // scanned up to here
	prev int   // the segment before begins here
	read bool  // the words of the segment before were read
	need bool  // the segment before has what names a person
	any  bool  // there is text
	fold folder
}

func (w *window) reset() {
	w.buf, w.base, w.done, w.prev = w.buf[:0], 0, 0, 0
	w.read, w.need, w.any = false, false, false
	w.fold.n = 0
}

// Text implements object.Visitor. Calls in a row are one running text.
func (s *Scan) Text(b []byte) {
	w := &s.win
	w.any = w.any || len(b) > 0
	for len(b) > 0 {
		room := cap(w.buf) - len(w.buf)
		if room < ahead {
			s.advance(false)
			room = cap(w.buf) - len(w.buf)
		}
		n := min(len(b), room-16, 4096)
		if w.fold.n == 0 && plain(b[:n]) {
			w.buf = append(w.buf, b[:n]...)
		} else {
			w.buf = w.fold.append(w.buf, b[:n]) // never longer than what it reads and what was waiting
		}
		b = b[n:]
		if len(w.buf)-w.done >= segment+ahead {
			s.advance(false)
		}
	}
}

// endText ends the running text: what is left is scanned.
func (s *Scan) endText() {
	w := &s.win
	if !w.any {
		return
	}
	w.buf = w.fold.flush(w.buf)
	s.advance(true)
	w.base += int64(len(w.buf)) + 1
	w.buf, w.done, w.prev = w.buf[:0], 0, 0
	w.read, w.need, w.any = false, false, false
}

// advance scans every segment that is complete; all that is left when last is set.
func (s *Scan) advance(last bool) {
	w := &s.win
	for len(w.buf)-w.done >= segment+ahead || last && w.done < len(w.buf) {
		to := len(w.buf)
		if to-w.done > segment {
			to = w.cut()
		}
		s.segment(w.done, to, last && to == len(w.buf))
		w.prev, w.done = w.done, to
		if from := w.prev - back; from > segment/2 && !last {
			n := copy(w.buf, w.buf[from:])
			w.buf = w.buf[:n]
			w.base += int64(from)
			w.prev, w.done = back, w.done-from
		}
	}
}

// cut returns where the segment that begins at done ends: behind the last line feed of its last eighth if there is one,
// so that lines stay whole where that is cheap.
func (w *window) cut() int {
	to := w.done + segment
	if i := bytes.LastIndexByte(w.buf[to-segment/8:to], '\n'); i >= 0 {
		return to - segment/8 + i + 1
	}
	return to
}

// segment scans buf[from:to]. Only one that can name a person, and its neighbours, are read for everything else.
func (s *Scan) segment(from, to int, last bool) {
	w := &s.win
	u := s.top()
	if u.bytes >= segment/2 {
		// The unit is long: what is more than a segment away has no bearing on a person here.
		switch {
		case s.oneRecord(u):
			u.ev.merge(&u.older)
		case u.segments > 0:
			s.judgeOld(u)
		}
		u.mark = len(s.cands)
		u.segments++
		u.bytes = 0
		u.older.shift(&u.newer)
	}
	u.bytes += to - from
	n := len(s.cands)
	s.before.at, s.near.to, s.tok = -1, -1, -1
	s.anchors(w.buf, from, to, atPersons)
	found := s.anybody(n) || s.formed || s.about(u, n)
	s.formed = false
	if !found && last && from == 0 { // a short text may be a form
		found = s.captioned(w.buf, from, to)
	}
	if found && w.prev < from && !w.read {
		s.second(w.buf, w.prev, from, &u.older)
	}
	w.read = found || w.need
	switch {
	case w.read:
		s.second(w.buf, from, to, &u.newer)
	case last && from == 0:
		s.words(w.buf, from, min(to, headWords), &u.newer, false)
	}
	w.need = found
	if s.trace != nil {
		s.trace.near(s, w.buf, from, to, false, s.cands[n:])
	}
}

// anybody tells whether a candidate from the n-th on names a person.
func (s *Scan) anybody(n int) bool {
	for i := n; i < len(s.cands); i++ {
		if k := s.cands[i].kind; isStrong(k) || k == rule.KDOB {
			return true
		}
	}
	return false
}

// about tells whether a text stands in the record of a form whose newest fields name a person: a remark of any length is read for all that
// it says.
func (s *Scan) about(u *unit, n int) bool {
	return u.kind == object.UnitRecord && s.parts[u.part].format < object.StructHL7 && s.anybody(max(u.cands, n-maxRecent))
}

// maxRecent is how many candidates before a text are looked at.
const maxRecent = 32

// headWords is how much of a text without identifiers is read for what it says of the units beside it.
const headWords = 4096

// shift makes room for the evidence of a new segment.
func (e *evidence) shift(newer *evidence) {
	*e = *newer
	*newer = evidence{}
}

// oneRecord tells whether a unit is a record of a healthcare format, which is about one person from its beginning to its end
// however much narrative stands between (a C-CDA document), and holds no more than a record should.
func (s *Scan) oneRecord(u *unit) bool {
	return (u.kind == object.UnitRecord || u.kind == object.UnitMessage) && s.parts[u.part].format >= object.StructHL7 &&
		len(s.cands)-u.cands < maxGroup && len(s.arena)-u.arena < maxArena
}

// judgeOld judges the candidates of a long text that are more than a segment old.
func (s *Scan) judgeOld(u *unit) {
	old := s.cands[u.cands:u.mark]
	if len(old) == 0 {
		return
	}
	ev := s.context(u)
	ev.merge(&u.older)
	ev.merge(&u.newer)
	s.mark(old)
	s.judge(u, old, &ev)
	n := copy(s.cands[u.cands:], s.cands[u.mark:])
	s.cands = s.cands[:u.cands+n]
	u.mark = u.cands
	s.compact(u)
}

// compact drops values from the arena that no candidate of the innermost unit needs. Parts of names and addresses do
// not outlive running text.
func (s *Scan) compact(u *unit) {
	at := u.arena
	for i := u.cands; i < len(s.cands); i++ {
		c := &s.cands[i]
		n := copy(s.arena[at:], s.arena[c.canon:c.canon+c.size])
		c.canon = at
		at += n
	}
	s.arena = s.arena[:at]
	u.first, u.last, u.street, u.city, u.state, u.zip = span{}, span{}, span{}, span{}, span{}, span{}
	u.nameCell, u.nwords, u.dated, u.nine = span{}, 0, false, false
}

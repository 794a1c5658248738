package detect

import (
	"github.com/phiwatch/phiwatch/internal/rule"
)

// labelPoints is what the labels near a match say of it.
type labelPoints struct {
	points int8
	flags  uint16
	sense  *rule.Sense // of the attached label; nil: none, or nobody asks
}

// points weighs the labels near a match: attached, within 40, 150, 300 bytes, or another's.
func (s *Scan) points(b []byte, start int, r *rule.Rule) labelPoints {
	if r.KindIndex() == rule.KPhone {
		start = beforeCountry(b, start)
	}
	if h := s.label(b, start); h != nil {
		if r.Labelled(h) {
			return attached(&h.Sense)
		}
		if h.Flags&rule.Rival != 0 || h.Kinds != 0 && h.Part == rule.Whole && h.Kinds&^(1<<rule.KName|1<<rule.KAddress) != 0 {
			return labelPoints{flags: isRival}
		}
	}
	if !r.Primary && r.KindIndex() != rule.KICD10 {
		return labelPoints{flags: isPlain}
	}
	return s.around(b, start, r)
}

// beforeCountry returns where the country code begins that stands before a telephone number, else start: its label stands before that.
func beforeCountry(b []byte, start int) int {
	if start < 2 || b[start-1] != ' ' && b[start-1] != '.' || b[start-2] != '1' || start > 2 && rule.IsAlnum(b[start-3]) {
		return start
	}
	if start -= 2; start > 0 && b[start-1] == '+' {
		start--
	}
	return start
}

func attached(sn *rule.Sense) labelPoints {
	lp := labelPoints{25, isAttached, sn}
	if sn.Health == 1+catPatient {
		lp.flags |= isPatient
	}
	if vague(sn) {
		lp.flags |= isVague
	}
	return lp
}

// vague tells labels of a member's or a record's number that trades of all kinds have too (contract, unit): they are no evidence of health.
func vague(sn *rule.Sense) bool {
	return sn.Flags&rule.Vague != 0 || sn.Flags&rule.Weak != 0 && sn.Kinds>>rule.KMemberID&1 != 0
}

// nearby is how far before a match labels are looked for, in bytes.
const nearby = 300

// nearMemo keeps the phrases that were met before the last match, for the next one of the same text: where candidates stand close
// to each other, their surroundings are read once.
type nearMemo struct {
	at   int // the last match
	to   int // the walk has come to here, behind the last phrase; -1: nothing is kept
	hits []nearHit
}

// nearHit is a phrase at b[start:end].
type nearHit struct {
	start, end int
	sense      rule.Sense
}

// runUp is how much before the first byte of interest a walk begins, so that where it begins does not show in the phrases it
// meets: the same text has the same ones, whatever was kept.
const runUp = 64

// around looks for the rule's own label, or a rival, in the bytes before a match.
func (s *Scan) around(b []byte, start int, r *rule.Rule) labelPoints {
	own, rival := -1, -1
	for i := range s.phrases(b, start) {
		h := &s.near.hits[i]
		if h.end > start {
			break
		}
		switch {
		case r.Names(&h.sense) && h.sense.Flags&(rule.Weak|rule.Qualifier) == 0:
			own = h.end
		case h.sense.Flags&rule.Rival != 0:
			rival = h.end
		}
	}
	if rival > own && start-rival <= 40 && !hasDigit(b[rival:start]) {
		return labelPoints{flags: isRival}
	}
	if own < 0 {
		return labelPoints{flags: isPlain}
	}
	switch d := start - own; {
	case d <= 40:
		return labelPoints{points: 25}
	case d <= 150:
		return labelPoints{points: 10}
	}
	return labelPoints{points: 5, flags: isPlain}
}

// phrases has the phrases that begin in the bytes before a match in s.near.hits, and returns how many they are.
func (s *Scan) phrases(b []byte, start int) int {
	m := &s.near
	from := max(0, start-nearby)
	if m.to < from || start < m.at {
		m.to, m.hits = max(0, from-runUp), m.hits[:0]
	}
	var h rule.Hit
	for w := s.e.lex.Walk(b, m.to, start); m.to < start && w.Next(&h); {
		m.to = max(m.to, h.End)
		if h.Kinds != 0 || h.Flags&rule.Rival != 0 {
			m.hits = append(m.hits, nearHit{h.Start, h.End, h.Sense})
		}
	}
	m.at, m.to = start, max(m.to, start)
	k := 0
	for k < len(m.hits) && m.hits[k].start < from {
		k++
	}
	m.hits = m.hits[:copy(m.hits, m.hits[k:])]
	return len(m.hits)
}

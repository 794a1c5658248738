package detect

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/rule"
)

// second reads b[from:to] for what only supports: shapes, addresses, mail addresses, names, health terms.
func (s *Scan) second(b []byte, from, to int, ev *evidence) {
	s.before.at, s.tok[1] = -1, -1
	if s.rows = s.captioned(b, from, to); s.rows {
		s.underLabels(b, from, to)
	}
	s.anchors(b, from, to, atSupport)
	s.emails(b, from, to)
	s.urls(b, from, to)
	s.rows, s.formed = false, false
	s.words(b, from, to, ev, true)
}

// underLabels reads b[from:to] once more, for numbers of records and dates of birth under a row of labels. Ordinary text has
// none, and does not pay for the look.
func (s *Scan) underLabels(b []byte, from, to int) {
	s.before.at, s.tok = -1, noToken
	rows := s.rows
	s.rows, s.heads = true, true
	s.anchors(b, from, to, atRows)
	s.rows, s.heads = rows, false
	s.before.at, s.tok = -1, noToken
}

// emails looks for mail addresses.
func (s *Scan) emails(b []byte, from, to int) {
	for i := from; i < to; {
		k := bytes.IndexByte(b[i:to], '@')
		if k < 0 {
			break
		}
		i += k
		if start, end := rule.EmailAt(b, i); end > 0 && s.e.email != nil {
			s.add(s.e.email, b, start, end, s.points(b, start, s.e.email))
		}
		i++
	}
}

// urls looks for URLs that carry a secret or name a record.
func (s *Scan) urls(b []byte, from, to int) {
	for i := from; i < to && s.e.url != nil; i++ {
		k := bytes.Index(b[i:to], []byte("://"))
		if k < 0 {
			break
		}
		i += k
		if start, end := rule.URLAt(b, i); end > 0 {
			s.add(s.e.url, b, start, end, labelPoints{flags: isPlain})
		}
	}
}

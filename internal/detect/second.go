package detect

// second reads b[from:to] for what only supports: shapes, addresses, mail addresses, names, health terms.
func (s *Scan) second(b []byte, from, to int, ev *evidence) {
	s.before.at, s.near.to, s.tok = -1, -1, -1
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
	s.before.at, s.near.to, s.tok = -1, -1, -1
	rows := s.rows
	s.rows, s.heads = true, true
	s.anchors(b, from, to, atRows)
	s.rows, s.heads = rows, false
	s.before.at, s.near.to, s.tok = -1, -1, -1
}

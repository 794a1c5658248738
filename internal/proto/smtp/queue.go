package smtp

import "github.com/phiwatch/phiwatch/internal/flow"

// entry is a command that waits for its answer.
type entry struct {
	kind kind
	mail *mail
	rcpt *recipient
	env  *envelope
}

// early is a reply: one at hand, or one that came before its command was delivered.
type early struct {
	code  int
	at    flow.Time
	multi bool // of several lines
	tls   bool // offers STARTTLS
}

// queue is a bounded queue of entries.
type queue struct {
	list  []entry
	head  int
	count [numKinds]uint16 // of the entries of each kind
}

func (q *queue) len() int { return len(q.list) - q.head }

func (q *queue) push(e entry) {
	if q.head > 0 && len(q.list) == cap(q.list) {
		n := copy(q.list, q.list[q.head:])
		clear(q.list[n:])
		q.list, q.head = q.list[:n], 0
	}
	q.list = append(q.list, e)
	q.count[e.kind]++
}

func (q *queue) front() *entry { return &q.list[q.head] }

func (q *queue) pop() {
	q.count[q.list[q.head].kind]--
	q.list[q.head] = entry{}
	if q.head++; q.head == len(q.list) {
		q.list, q.head = q.list[:0], 0
	}
}

// find returns the place of the first entry that a code can answer, -1 if there is none. The entries before it will
// be dropped, so that each is passed once.
func (q *queue) find(code int) int {
	some := false
	for k, n := range q.count {
		some = some || n > 0 && kind(k).takes(code)
	}
	if !some {
		return -1
	}
	for i, e := range q.list[q.head:] {
		if e.kind.takes(code) {
			return i
		}
	}
	return -1
}

// takes tells whether a code can answer a command. Codes of failure answer any.
func (k kind) takes(code int) bool {
	if code >= 400 {
		return true
	}
	switch k {
	case data:
		return code == 354
	case authenticate:
		return code == 334 || code == 235
	case startTLS:
		return code == 220
	case quit:
		return code == 221
	case blank:
		return false
	case hello, mailFrom, rcptTo, bdat, final:
		return code >= 250 && code < 260
	case unknown, other:
		return code < 300 && code != 220 && code != 221 || code == 334 || code == 354 && k == unknown
	}
	return code < 300
}

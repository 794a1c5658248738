package mllp

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

const (
	maxPending = 64               // messages of a direction that wait for their acknowledgement
	maxEarly   = 16               // acknowledgements that were seen before their message
	patience   = 30 * flow.Second // how long a message waits
)

// message is one that has ended. Its identifiers are kept as hashes: they are the peer's text.
type message struct {
	out     object.Writer
	id      uint64 // MSH-10, 0 none
	answers uint64 // MSA-2, 0 none
	status  flow.Outcome
	at      flow.Time // of the last byte
}

// early is an acknowledgement whose message has not ended yet.
type early struct {
	id     uint64
	status flow.Outcome
	at     flow.Time
}

// queue has the messages of a direction: those that wait, oldest first, and the newest, which was not looked at yet.
type queue struct {
	list  []message
	new   message
	any   bool
	early []early
}

// push puts a message that has ended at the end.
func (q *queue) push(w object.Writer, head []byte, at flow.Time) {
	q.new, q.any = message{out: w, at: at}, true
	q.new.id, q.new.answers, q.new.status = read(head)
}

// fresh returns the message that was not looked at yet.
func (q *queue) fresh() (message, bool) { return q.new, q.any }

// drop closes the new message: it is an acknowledgement, nobody answers it.
func (q *queue) drop() {
	q.new.close(flow.OutcomeUnknown, q.new.at)
	q.new, q.any = message{}, false
}

// wait puts the new message behind those that wait, unless it was acknowledged already.
func (q *queue) wait() {
	m := q.new
	q.new, q.any = message{}, false
	for i := range q.early {
		if e := q.early[i]; m.id != 0 && e.id == m.id {
			q.early = append(q.early[:i], q.early[i+1:]...)
			m.close(e.status, max(e.at, m.at))
			return
		}
	}
	if len(q.list) == maxPending {
		q.take(0).close(flow.OutcomeUnknown, 0)
	}
	q.list = append(q.list, m)
}

func (q *queue) take(i int) *message {
	m := q.list[i]
	copy(q.list[i:], q.list[i+1:])
	n := len(q.list) - 1
	q.list[n] = message{}
	q.list = q.list[:n]
	return &m
}

// answer closes the message that is acknowledged.
func (q *queue) answer(id uint64, status flow.Outcome, at flow.Time) {
	for i := range q.list {
		if m := &q.list[i]; id == 0 || m.id == 0 || m.id == id {
			q.take(i).close(status, at)
			return
		}
	}
	if id == 0 {
		return
	}
	if len(q.early) == maxEarly {
		q.early = q.early[:copy(q.early, q.early[1:])]
	}
	q.early = append(q.early, early{id, status, at})
}

func (q *queue) expire(now flow.Time) {
	for len(q.list) > 0 && now-q.list[0].at > patience {
		q.take(0).close(flow.OutcomeUnknown, 0)
	}
}

func (q *queue) close() {
	for i := range q.list {
		q.list[i].close(flow.OutcomeUnknown, 0)
	}
	*q = queue{}
}

func (m *message) close(status flow.Outcome, at flow.Time) {
	if at == 0 {
		at = m.at
	}
	m.out.Close(object.Outcome{Status: status, At: at})
}

// read returns the identifier of a message, and what it acknowledges.
func read(head []byte) (id, answers uint64, status flow.Outcome) {
	if len(head) < 4 || string(head[1:3]) != "SH" {
		return 0, 0, flow.OutcomeUnknown
	}
	sep := head[3]
	for nth := 0; len(head) > 0 && nth < 8; nth++ {
		n := bytes.IndexAny(head, "\r\n")
		if n < 0 {
			n = len(head)
		}
		seg := head[:n]
		head = head[min(len(head), n+1):]
		switch {
		case nth == 0:
			id = hash(field(seg, sep, 9)) // MSH-1 is the separator itself
		case len(seg) > 4 && string(seg[:3]) == "MSA" && seg[3] == sep:
			return id, hash(field(seg, sep, 2)), verdict(field(seg, sep, 1))
		}
	}
	return id, 0, flow.OutcomeUnknown
}

// field returns the nth field of a segment.
func field(seg []byte, sep byte, nth int) []byte {
	for ; nth > 0; nth-- {
		n := bytes.IndexByte(seg, sep)
		if n < 0 {
			return nil
		}
		seg = seg[n+1:]
	}
	if n := bytes.IndexByte(seg, sep); n >= 0 {
		seg = seg[:n]
	}
	return bytes.TrimSpace(seg)
}

func verdict(code []byte) flow.Outcome {
	switch string(code) {
	case "AA", "CA":
		return flow.Delivered
	case "AE", "AR", "CE", "CR":
		return flow.Refused
	}
	return flow.OutcomeUnknown
}

// hash is FNV-1a, 0 for nothing.
func hash(v []byte) uint64 {
	if len(v) == 0 {
		return 0
	}
	h := uint64(14695981039346656037)
	for _, c := range v {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return max(h, 1)
}

package dicom

import (
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

const (
	maxPending = 64               // requests of a direction that wait for their response
	maxEarly   = 16               // responses that were seen before their request ended
	patience   = 30 * flow.Second // how long a request waits
)

// request is one whose data set has ended.
type request struct {
	out object.Writer
	id  uint16
	at  flow.Time // of the last byte
}

// early is a response whose request has not ended yet.
type early struct {
	id     uint16
	status flow.Outcome
	at     flow.Time
}

// queue has the requests of a direction that wait, oldest first.
type queue struct {
	list  []request
	early []early
}

// wait puts a request behind those that wait, unless it was answered already.
func (q *queue) wait(r request) {
	for i, e := range q.early {
		if e.id == r.id {
			q.early = append(q.early[:i], q.early[i+1:]...)
			r.close(e.status, max(e.at, r.at))
			return
		}
	}
	if len(q.list) == maxPending {
		r := q.take(0)
		r.close(flow.OutcomeUnknown, r.at)
	}
	q.list = append(q.list, r)
}

func (q *queue) take(i int) request {
	r := q.list[i]
	n := len(q.list) - 1
	copy(q.list[i:], q.list[i+1:])
	q.list[n] = request{}
	q.list = q.list[:n]
	return r
}

// answer closes the oldest request with this identifier.
func (q *queue) answer(id uint16, status flow.Outcome, at flow.Time) {
	for i := range q.list {
		if q.list[i].id == id {
			r := q.take(i)
			r.close(status, at)
			return
		}
	}
	if len(q.early) == maxEarly {
		q.early = q.early[:copy(q.early, q.early[1:])]
	}
	q.early = append(q.early, early{id, status, at})
}

func (q *queue) expire(now flow.Time) {
	for len(q.list) > 0 && now-q.list[0].at > patience {
		r := q.take(0)
		r.close(flow.OutcomeUnknown, r.at)
	}
}

func (q *queue) close() {
	for i := range q.list {
		q.list[i].close(flow.OutcomeUnknown, q.list[i].at)
	}
	*q = queue{}
}

func (r *request) close(status flow.Outcome, at flow.Time) {
	r.out.Close(object.Outcome{Status: status, At: at})
}

package pipeline

import (
	"sync/atomic"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// task is one object: written by its flow's worker, scanned by one scan worker, finished by the sequencer. The fields of
// the first group are set before it is handed over, those of the second by the scan worker before ready.
type task struct {
	m       object.Meta
	brain   *Brain
	outcome object.Outcome
	conn    connInfo
	first   uint64 // frame
	last    uint64
	size    int64
	missing int64
	carried uint64
	failed  bool
	stream  bool // pieces go to one scan worker
	head    [64]byte
	heads   int
	scanner *scanner
	cor     *coroutine

	whole     []chunk
	result    content.Result
	find      finding.Result
	records   []record
	token     string
	messageID string // keyed, "" none
	ready     atomic.Bool
}

// chunk is a piece of an object, owned by whoever holds it.
type chunk struct {
	buf   []byte
	holes []hole
	end   bool
}

// texty tells by its first bytes whether an endless object reads like text. Files of other kinds are not cut.
func texty(head []byte) bool {
	for _, b := range head {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != 0x1b && b != '\f' && b != 0x0b && b != 0x1c {
			return false
		}
	}
	return true
}

// record is a line of --objects, with its names made safe.
type record struct {
	object.Record
	path  []finding.Label
	name  finding.Label
	media finding.Label
}

// queue hands a whole object to the scan pool; in replay it waits for room.
func (p *Pipeline) queue(t *task, cs []chunk) {
	t.whole = cs
	p.room.enter(cost(cs...))
	p.wholes <- t
}

// cost is the memory of pieces in a queue.
func cost(cs ...chunk) (n int64) {
	for _, c := range cs {
		n += int64(cap(c.buf)) + taskCost
	}
	return n
}

// feed hands a piece of a long object to its scan worker.
func (p *Pipeline) feed(t *task, c chunk) {
	if t.scanner == nil {
		t.scanner = p.scanners[int(p.turn.Add(1))%len(p.scanners)]
		t.heads = copy(t.head[:], c.buf)
	}
	p.room.enter(cost(c))
	t.scanner.own <- fed{t, c}
}

// taskCost is what a queued piece costs beside its bytes.
const taskCost = 1024

// eventTime is the packet time of an object's end.
func (t *task) eventTime() flow.Time { return t.outcome.At }

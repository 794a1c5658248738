package pipeline

import (
	"sync"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// sequencer puts what the workers tell into the order of the packets that caused it, and alone holds what spans flows:
// names, expectations, aggregates. An object waits in its place until its scan is done; what comes behind it waits too.
type sequencer struct {
	p  *Pipeline
	mu sync.Mutex

	queues [][]*entry // of each worker, in order
	done   []uint64   // position up to which each worker has told everything

	acc       coverage.Account
	names     *names
	joins     *joins
	daily     *daily
	receivers *receivers
	seen      map[string]int // ids of this run: a repetition gets an ordinal
	relay     *relays
	hosts     hosts
	waits     waiting
	err       error
}

func newSequencer(p *Pipeline) *sequencer {
	n := p.opt.Workers
	return &sequencer{p: p, queues: make([][]*entry, n), done: make([]uint64, n), names: newNames(), joins: newJoins(), daily: newDaily(), receivers: newReceivers(),
		seen: map[string]int{}, relay: newRelays()}
}

// submit takes the events of one worker, and that it has told everything up to position done.
func (s *sequencer) submit(worker int, es []*entry, done uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queues[worker] = append(s.queues[worker], es...)
	s.done[worker] = done
	s.advance()
}

// finished is called when the scan of an object is done.
func (s *sequencer) finished(t *task) {
	t.ready.Store(true)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
}

// advance deals with every event whose turn has come.
func (s *sequencer) advance() {
	for {
		w := s.first()
		if w < 0 {
			return
		}
		e := s.queues[w][0]
		if e.task != nil && !e.task.ready.Load() {
			return
		}
		s.queues[w][0] = nil
		s.queues[w] = s.queues[w][1:]
		s.deal(&e.event)
	}
}

// first returns the worker whose next event is the first of all, -1 if a worker may still tell an earlier one.
func (s *sequencer) first() int {
	best := -1
	for w, q := range s.queues {
		if len(q) > 0 && (best < 0 || q[0].less(s.queues[best][0].order)) {
			best = w
		}
	}
	if best < 0 {
		return -1
	}
	pos := s.queues[best][0].pos
	for w, q := range s.queues {
		if len(q) == 0 && s.done[w] < pos {
			return -1
		}
	}
	return best
}

func (s *sequencer) deal(e *event) {
	switch {
	case e.task != nil:
		s.object(e.task)
	case e.dns != nil:
		s.names.put(e.dns)
	case e.noted != nil:
		s.noted(e.noted)
	case e.expect != nil:
		for _, h := range s.joins.expect(e.expect) {
			s.deliver(h)
		}
	case e.closed != nil:
		s.closed(e.closed)
	case e.tick != 0:
		s.tick(e.tick)
	}
}

// object holds data flows that another flow may name, and delivers everything else.
func (s *sequencer) object(t *task) {
	if t.conn.protocol == s.p.protocols.Raw.Name {
		early, held := s.joins.data(t)
		for _, h := range early {
			s.deliver(h)
		}
		if held {
			return
		}
	}
	s.deliver(t)
}

func (s *sequencer) tick(at flow.Time) {
	for _, t := range s.joins.expire(at) {
		s.deliver(t)
	}
	s.tell(s.waits.until(at))
	s.names.expire(at)
	for _, a := range s.daily.roll(at) {
		s.aggregate(a)
	}
	s.receivers.roll(at)
}

// end deals with everything that is left.
func (s *sequencer) end(at flow.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	for _, t := range s.joins.all() {
		s.deliver(t)
	}
	s.tell(s.waits.until(1<<63 - 1))
	for _, a := range s.daily.all() {
		s.aggregate(a)
	}
	s.p.stats.Receivers = s.receivers.all()
}

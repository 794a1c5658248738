package pipeline

import "sync"

// gate bounds the bytes in a queue. In replay the producer waits; a single item larger than the bound passes alone.
type gate struct {
	mu   sync.Mutex
	cond sync.Cond
	used int64
	max  int64
}

func newGate(limit int64) *gate {
	g := &gate{max: limit}
	g.cond.L = &g.mu
	return g
}

// enter waits until n bytes fit.
func (g *gate) enter(n int64) {
	g.mu.Lock()
	for g.used > 0 && g.used+n > g.max {
		g.cond.Wait()
	}
	g.used += n
	g.mu.Unlock()
}

// waiting tells whether anything is in the queue.
func (g *gate) waiting() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.used > 0
}

// leave gives n bytes back.
func (g *gate) leave(n int64) {
	g.mu.Lock()
	g.used -= n
	g.mu.Unlock()
	g.cond.Broadcast()
}

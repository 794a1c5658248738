package pipeline

import (
	"crypto/sha256"
	"iter"
	"sync"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
)

// scanner is one worker of the scan pool: whole objects come from the common queue, pieces of long ones on its own.
type scanner struct {
	p    *Pipeline
	own  chan fed
	kits []*kit
}

type fed struct {
	t *task
	c chunk
}

// kit is the scratch of one walk. A suspended walk keeps its kit.
type kit struct {
	brain *Brain
	walk  *content.Worker
	scan  *detect.Scratch
}

func (s *scanner) run(wg *sync.WaitGroup) {
	defer wg.Done()
	wholes, own := s.p.wholes, s.own
	for wholes != nil || own != nil {
		select {
		case t, ok := <-wholes:
			if !ok {
				wholes = nil
				continue
			}
			s.whole(t)
		case f, ok := <-own:
			if !ok {
				own = nil
				continue
			}
			s.piece(f)
		}
	}
}

func (s *scanner) kit(b *Brain) *kit {
	for i := len(s.kits) - 1; i >= 0; i-- {
		if k := s.kits[i]; k.brain == b {
			s.kits = append(s.kits[:i], s.kits[i+1:]...)
			return k
		}
	}
	k := &kit{brain: b, walk: b.Driver.NewWorker()}
	if s.p.opt.Detect {
		k.scan = b.Engine.NewScratch()
	}
	return k
}

func (s *scanner) back(k *kit) {
	if k.brain == s.p.brain.Load() && len(s.kits) < 4 {
		s.kits = append(s.kits, k)
	}
}

// whole scans an object that is in memory.
func (s *scanner) whole(t *task) {
	k := s.kit(t.brain)
	cs := t.whole
	t.hop(cs[0].buf)
	s.walk(k, t, newWhole(cs))
	if t.find.Verdict != finding.None && t.token == "" {
		s.name(k, t, cs)
	}
	s.back(k)
	t.whole = nil
	s.release(cs...)
	s.p.seq.finished(t)
}

// name computes the digest that an alert names the object by. It is done after the scan, for the few that need it.
func (s *scanner) name(k *kit, t *task, cs []chunk) {
	if len(t.m.Encodings) == 0 {
		h := sha256.New()
		for _, c := range cs {
			h.Write(c.buf)
		}
		t.token = t.brain.Engine.ObjectToken([32]byte(h.Sum(nil))).String()
		return
	}
	r := k.walk.Walk(&t.m, newWhole(cs), nil, content.Options{HashTop: true})
	t.token = t.brain.Engine.ObjectToken(r.SHA256).String()
}

func (s *scanner) release(cs ...chunk) {
	s.p.room.leave(cost(cs...))
	for _, c := range cs {
		s.p.buffers.put(c.buf)
	}
}

// walk runs decoders and detection over a source. A panic of the driver or of detection costs the object, no more.
func (s *scanner) walk(k *kit, t *task, src content.Source) {
	defer func() {
		if r := recover(); r != nil {
			s.p.panicked("scan", r)
			t.result = content.Result{State: coverage.Uninspected, Size: t.size, Wire: t.size,
				Reasons: []content.Why{{Reason: coverage.Panic, Bytes: t.size}}}
			k.walk = t.brain.Driver.NewWorker()
			if k.scan != nil {
				k.scan = t.brain.Engine.NewScratch()
			}
		}
	}()
	o := content.Options{Hash: s.p.opt.Objects != nil, HashTop: t.stream, Scan: s.p.opt.Detect, Closed: !s.p.opt.parts(), Panic: s.p.decoderPanic, Extract: s.p.extract}
	if s.p.opt.Objects != nil {
		o.Record = func(r *object.Record) { t.records = append(t.records, s.p.labelled(t.brain, r)) }
	}
	if k.scan == nil {
		t.result = k.walk.Walk(&t.m, src, nil, o)
		return
	}
	scan := t.brain.Engine.Scan(k.scan, &t.m)
	t.result = k.walk.Walk(&t.m, src, scan, o)
	t.find = scan.Finish()
	if t.result.Hashed && t.find.Verdict != finding.None {
		t.token = t.brain.Engine.ObjectToken(t.result.SHA256).String()
	}
}

// cutter deals the bytes of a chunk and its holes in order.
type cutter struct {
	c   chunk
	at  int
	gap int // next hole
}

func (q *cutter) next() (content.Chunk, bool) {
	if q.gap < len(q.c.holes) {
		h := q.c.holes[q.gap]
		if q.at == h.at {
			q.gap++
			return content.Chunk{Gap: h.n, Why: h.why}, true
		}
		b := q.c.buf[q.at:h.at]
		q.at = h.at
		return content.Chunk{Data: b}, true
	}
	if q.at < len(q.c.buf) {
		b := q.c.buf[q.at:]
		q.at = len(q.c.buf)
		return content.Chunk{Data: b}, true
	}
	return content.Chunk{}, false
}

// wholeSource is the source of an object in memory.
type wholeSource struct {
	cutter
	rest []chunk
}

func newWhole(cs []chunk) *wholeSource { return &wholeSource{cutter: cutter{c: cs[0]}, rest: cs[1:]} }

// Next implements content.Source.
func (w *wholeSource) Next() content.Chunk {
	c, ok := w.next()
	for !ok && len(w.rest) > 0 {
		w.cutter, w.rest = cutter{c: w.rest[0]}, w.rest[1:]
		c, ok = w.next()
	}
	c.End = !ok || w.at == len(w.c.buf) && w.gap == len(w.c.holes) && w.over()
	return c
}

// over tells whether nothing is left in the pieces to come.
func (w *wholeSource) over() bool {
	for _, c := range w.rest {
		if len(c.buf)+len(c.holes) > 0 {
			return false
		}
	}
	return true
}

// coroutine is a walk that stops whenever it needs more of its object.
type coroutine struct {
	cut    cutter
	ended  bool
	yield  func(struct{}) bool
	resume func() (struct{}, bool)
	kit    *kit
}

// Next implements content.Source: it gives the processor back until the next piece is there.
func (c *coroutine) Next() content.Chunk {
	for {
		if v, ok := c.cut.next(); ok {
			return v
		}
		if c.ended || !c.yield(struct{}{}) {
			return content.Chunk{End: true}
		}
	}
}

// piece runs the walk of a long object until it has consumed one more piece.
func (s *scanner) piece(f fed) {
	t := f.t
	if t.cor == nil {
		t.hop(f.c.buf)
		c := &coroutine{kit: s.kit(t.brain)}
		c.resume, _ = iter.Pull(func(yield func(struct{}) bool) {
			c.yield = yield
			s.walk(c.kit, t, c)
		})
		t.cor = c
	}
	c := t.cor
	c.cut, c.ended = cutter{c: f.c}, f.c.end
	running := true
	for running && (c.cut.at < len(f.c.buf) || c.cut.gap < len(f.c.holes) || c.ended) {
		_, running = c.resume()
	}
	s.release(f.c)
	if f.c.end {
		s.back(c.kit)
		t.cor = nil
		s.p.seq.finished(t)
	}
}

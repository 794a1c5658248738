package pipeline

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/stream"
)

// Options of a run.
type Options struct {
	Workers   int // shards' and scan workers, each; at least 1
	Detect    bool
	Stream    stream.Config
	Protocols Protocols
	Queue     int64     // bytes of objects that wait for the scan workers
	Memory    int64     // bytes that all flows together may hold, 0: no bound but those of the shards
	Objects   io.Writer // --objects, nil: none
	Streams   io.Writer // --streams, nil: none
	Extract   func(*object.Record) io.WriteCloser
	Captures  func() []string // names by capture index
	Emit      func(*alert.Alert) error
	Sensor    string
	Version   string
	KeyID     string
	Log       *zap.Logger
}

func (o *Options) streams() bool { return o.Streams != nil }

// parts tells whether the parts of objects are wanted: with detection they are scanned, else somebody must ask for them.
func (o *Options) parts() bool { return o.Detect || o.Objects != nil || o.Extract != nil }

// Pipeline runs one timeline of packets to its end.
type Pipeline struct {
	opt       Options
	protocols Protocols
	brain     atomic.Pointer[Brain]
	workers   []*worker
	scanners  []*scanner
	wholes    chan *task
	room      *gate
	buffers   buffers
	turn      atomic.Uint32
	seq       *sequencer
	acc       coverage.Account // of the dispatcher
	stats     Stats
	batches   chan *shared
	lists     sync.Pool
}

// Stats are the counters of a run. Packets and Bytes may be read while it goes on, the rest after its end.
type Stats struct {
	Packets   atomic.Uint64
	Bytes     atomic.Uint64 // captured
	Flows     uint64
	Panics    atomic.Uint64
	First     flow.Time
	Last      flow.Time
	Objects   uint64
	Parts     uint64
	Alerts    map[string]uint64 // by severity
	Receivers []ReceiverDay     // by receiver and day
	Account   coverage.Account
	Stream    stream.Stats
}

// New makes a pipeline under a Brain.
func New(b *Brain, o Options) *Pipeline {
	o.Workers = max(o.Workers, 1)
	if o.Queue == 0 {
		o.Queue = 64 << 20
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	p := &Pipeline{opt: o, protocols: o.Protocols, room: newGate(o.Queue), wholes: make(chan *task, 4096), batches: make(chan *shared, 4*o.Workers+4)}
	p.brain.Store(b)
	p.seq = newSequencer(p)
	for i := range o.Workers {
		p.workers = append(p.workers, &worker{p: p, id: i, in: make(chan work, 4)})
		p.scanners = append(p.scanners, &scanner{p: p, own: make(chan fed, 64)})
	}
	for range cap(p.batches) {
		p.batches <- &shared{}
	}
	return p
}

// Swap puts a new Brain in force for the objects that begin from now on.
func (p *Pipeline) Swap(b *Brain) { p.brain.Store(b) }

// Stats returns the counters.
func (p *Pipeline) Stats() *Stats { return &p.stats }

// Run reads the source to its end, or until ctx is done; what was read is then finished, and told.
func (p *Pipeline) Run(ctx context.Context, src Source) error {
	var working, scanning sync.WaitGroup
	for _, s := range p.scanners {
		scanning.Add(1)
		go s.run(&scanning)
	}
	if len(p.workers) > 1 {
		for _, w := range p.workers {
			working.Add(1)
			go w.run(&working)
		}
	}
	d := &dispatcher{p: p}
	err := d.run(ctx, src)
	for _, w := range p.workers {
		close(w.in)
	}
	working.Wait()
	for _, w := range p.workers {
		w.close(d.last)
	}
	close(p.wholes)
	for _, s := range p.scanners {
		close(s.own)
	}
	scanning.Wait()
	p.seq.end(d.last)
	p.sum()
	if err == nil {
		err = p.seq.err
	}
	return err
}

// sum adds up the accounts.
func (p *Pipeline) sum() {
	a := &p.stats.Account
	a.Merge(&p.acc)
	a.Merge(&p.seq.acc)
	for _, w := range p.workers {
		a.Merge(&w.acc)
		for _, sh := range w.shards {
			if sh != nil {
				p.stats.Stream.Add(sh.table.Stats())
			}
		}
	}
	p.stats.Flows = p.stats.Stream.Flows
}

func (p *Pipeline) batch() *shared {
	b := <-p.batches
	b.Reset()
	return b
}

func (p *Pipeline) spare(b *shared) { p.batches <- b }

// recycle gives a batch back when its last worker is done with it.
func (p *Pipeline) recycle(v work) {
	if v.items != nil {
		l := v.items[:0]
		p.lists.Put(&l)
	}
	if v.batch.refs.Add(-1) == 0 {
		p.spare(v.batch)
	}
}

func (p *Pipeline) items() []item {
	if v, ok := p.lists.Get().(*[]item); ok {
		return *v
	}
	return make([]item, 0, 512)
}

func (p *Pipeline) captureName(i uint32) string {
	if p.opt.Captures == nil {
		return ""
	}
	if names := p.opt.Captures(); int(i) < len(names) {
		return names[i]
	}
	return ""
}

// panicked logs a recovered panic: its type and stack, never its text, which may quote traffic.
func (p *Pipeline) panicked(where string, r any) {
	p.stats.Panics.Add(1)
	p.opt.Log.Error("recovered from a panic; the flow or object is given up", zap.String("where", where), zap.String("type", fmt.Sprintf("%T", r)), zap.String("stack", stackOnly(debug.Stack())))
}

func (p *Pipeline) decoderPanic(format string, stack []byte, typ string) {
	p.stats.Panics.Add(1)
	p.opt.Log.Error("a decoder panicked; the object is given up", zap.String("format", format), zap.String("type", typ), zap.String("stack", stackOnly(stack)))
}

// extract is called by scan workers for each record.
func (p *Pipeline) extract(r *object.Record) io.WriteCloser {
	if p.opt.Extract == nil {
		return nil
	}
	return p.opt.Extract(r)
}

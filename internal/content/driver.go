package content

import (
	"io"

	"github.com/phiwatch/phiwatch/internal/content/codec"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Limits bound the work on one top-level object. They count work, not time, so a run with the same limits gives the
// same result.
type Limits struct {
	MIMEDepth  int   // messages and multiparts inside each other
	Depth      int   // other containers inside each other
	Members    int   // parts in all
	Ratio      int64 // bytes made by decompressors in all to the carried bytes they took ...
	RatioAfter int64 // ... once they have made so many
	Unpacked   int64 // bytes made by decompressors in all; bytes as carried do not count
	Steps      int64 // Emitter.Step
	Whole      int64 // bytes of an object whose format needs it whole
}

// DefaultLimits are the limits of the Contract.
func DefaultLimits() Limits {
	return Limits{
		MIMEDepth: 128, Depth: 8, Members: 10_000, Ratio: 200, RatioAfter: 64 << 20, Unpacked: 1 << 30,
		Steps: 1 << 28, Whole: 64 << 20,
	}
}

// Driver opens objects with a list of formats. It is immutable and shared by all scan workers.
type Driver struct {
	formats []Format
	limits  Limits
}

// NewDriver returns a driver. Of formats with equal scores the earlier one wins.
func NewDriver(formats []Format, lim Limits) *Driver {
	return &Driver{formats: append([]Format(nil), formats...), limits: lim}
}

// Chunk is a piece of an object on its way from its flow.
type Chunk struct {
	Data []byte          // valid until the following Next
	Gap  int64           // so many bytes are missing before Data
	Why  coverage.Reason // of the gap
	End  bool            // this is the last one; there is no call of Next after it
}

// Source yields a top-level object. Next may hand control to another coroutine before it returns.
type Source interface{ Next() Chunk }

// Options say what is wanted of a walk.
type Options struct {
	Hash    bool // SHA-256 of every record
	HashTop bool // SHA-256 of the top-level object
	// Scan: the visitor is told of fields and text. Without, only formats that hold other objects are decoded.
	Scan bool
	// Closed: without Scan, of those only mails and multiparts.
	Closed bool
	// Fields: the fields of the top-level Meta are told to the visitor before the body.
	Fields bool
	// Record is called for each object and part when it is finished, parents after their parts. The record is the
	// callee's to keep.
	Record func(*object.Record)
	// Extract returns where the bytes of an object or part go, nil: nowhere. It may set Record.Extract.
	Extract func(*object.Record) io.WriteCloser
	// Panic is told of a decoder that failed: its format, its stack, and the type of the value. No peer's bytes.
	Panic func(format string, stack []byte, typ string)
}

// Why is a reason with the number of bytes it concerns, 0 if that is not known.
type Why struct {
	Reason coverage.Reason
	Bytes  int64
}

// Result is what became of a top-level object.
type Result struct {
	State     coverage.State
	Reasons   []Why // of the object and all that is in it, each once, in the order of the reasons
	Size      int64 // bytes after the content coding was undone
	Wire      int64 // bytes as carried
	Missing   int64 // bytes that were never seen
	Complete  bool
	SHA256    [32]byte
	Hashed    bool
	Format    string // "" none
	MediaType string // declared, else recognised by content
}

// Worker is the memory of one scan worker. Not safe for concurrent use.
type Worker struct {
	d     *Driver
	pool  codec.Pool
	nodes []*node // by nesting; the first n are in use
	n     int
	v     object.Visitor
	o     Options
	read  []*readerSource // free

	scores   []Score
	holes    []hole
	members  int
	steps    int64
	unpacked int64
	streams  []*codec.Stream // at work, outermost first
	root     flows           // of the outermost one and those above it
	all      flows           // of all; in without that of the outermost one at work
	reasons  [coverage.NumReasons]int64
	seen     [coverage.NumReasons]bool
}

// NewWorker returns the memory for one scan worker.
func (d *Driver) NewWorker() *Worker { return &Worker{d: d} }

// Walk opens the object m and tells v what is in it. v may be nil without Scan.
//
// The path of a record grows by the name of each part. A part without a name is called "part-N", N being its ordinal
// among the parts of its parent, from 1; a top-level object without a name is called after its kind, a mail "message".
// Visitor.Enter gets a Meta with that name; a Record keeps the name as it was.
//
// A part is inside Enter, Begin(UnitPart) ... End, Leave; the top-level object inside Begin(UnitPart) ... End.
func (w *Worker) Walk(m *object.Meta, src Source, v object.Visitor, o Options) Result {
	w.start(v, o)
	n := w.push(nil, m)
	n.carried(src)
	if o.Fields {
		for i := range m.Fields {
			f := &m.Fields[i]
			w.v.Field(f.Role, []byte(f.Label), []byte(f.Value))
		}
	}
	w.v.Begin(object.UnitPart)
	n.process()
	w.v.End()
	w.finish(n)
	r := n.result()
	w.pop()
	w.v, w.o = nil, Options{}
	return r
}

func (w *Worker) start(v object.Visitor, o Options) {
	if v == nil || !o.Scan {
		v = deaf{}
	}
	w.v, w.o = v, o
	w.n, w.members, w.steps, w.unpacked = 0, 0, 0, 0
	w.root, w.all = flows{}, flows{}
	w.streams, w.holes = w.streams[:0], w.holes[:0]
	clear(w.reasons[:])
	clear(w.seen[:])
}

// book notes a reason for the result.
func (w *Worker) book(why coverage.Reason, bytes int64) {
	w.seen[why] = true
	w.reasons[why] += bytes
}

func (n *node) result() Result {
	w := n.w
	r := Result{
		State: n.rec.State, Size: n.rec.Size, Wire: n.rec.Wire, Missing: n.rec.Missing, Complete: n.rec.Complete,
		SHA256: n.rec.SHA256, Hashed: n.rec.Hashed, Format: n.rec.Format, MediaType: n.rec.MediaType,
	}
	for i, seen := range w.seen {
		if seen {
			r.Reasons = append(r.Reasons, Why{coverage.Reason(i), w.reasons[i]}) //nolint:gosec // a small index
		}
	}
	return r
}

// deaf is the visitor of those who only want objects.
type deaf struct{}

func (deaf) Enter(*object.Meta)                {}
func (deaf) Leave()                            {}
func (deaf) Begin(object.UnitKind)             {}
func (deaf) End()                              {}
func (deaf) Field(object.Role, []byte, []byte) {}
func (deaf) Text([]byte)                       {}
func (deaf) Structure(object.Structure)        {}

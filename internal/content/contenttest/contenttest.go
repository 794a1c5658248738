// Package contenttest is the conformance test that every format must pass, and what it takes to write one: sources that cut
// an object into pieces, and a visitor that writes down what it is told.
package contenttest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Case is an object and what must come of it.
type Case struct {
	Name string
	Data []byte
	Meta object.Meta
	// Paths are the paths of the records, joined by "/", in the order of their records; nil: not compared.
	Paths []string
	// Contains are texts that must be told, as text or in fields.
	Contains []string
	// State and Format of the top-level object; State is compared when Format is not empty.
	State  coverage.State
	Format string
	// Reasons that must be among those of the result.
	Reasons []coverage.Reason
}

// hang is how long one walk may take on a slow and busy machine.
const hang = 20 * time.Second

// Accept runs the conformance test: each case as it is, byte by byte and in odd pieces with the same outcome, cut off at
// every byte (long ones: at many), with holes, with bytes changed, and under tight limits.
func Accept(t *testing.T, formats []content.Format, cases []Case) {
	t.Helper()
	d := content.NewDriver(formats, content.DefaultLimits())
	w := d.NewWorker()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			whole := Walk(w, &c.Meta, Pieces(c.Data, 0), t)
			c.compare(t, whole)
			for _, n := range []int{1, 3, 1000, 16 << 10} {
				if n < 1000 && len(c.Data) > 64<<10 {
					continue
				}
				if other := Walk(w, &c.Meta, Pieces(c.Data, n), t); other.Log() != whole.Log() {
					t.Errorf("pieces of %d bytes give another outcome\n%s\nwhole:\n%s", n, clip(other.Log()), clip(whole.Log()))
				}
			}
			truncate(t, w, &c)
			damage(t, w, &c)
			tight(t, formats, &c)
		})
	}
}

func clip(s string) string { return s[:min(len(s), 3000)] }

func (c *Case) compare(t *testing.T, r *Recorder) {
	t.Helper()
	if c.Paths != nil {
		if got := strings.Join(r.Paths, "\n"); got != strings.Join(c.Paths, "\n") {
			t.Errorf("paths:\n%s\nwant:\n%s", got, strings.Join(c.Paths, "\n"))
		}
	}
	log := r.Log()
	for _, s := range c.Contains {
		if !strings.Contains(log, s) {
			t.Errorf("%q was not told:\n%s", s, clip(log))
		}
	}
	if c.Format != "" && (r.Result.Format != c.Format || r.Result.State != c.State) {
		t.Errorf("format %q, state %v; want %q, %v; reasons %v", r.Result.Format, r.Result.State, c.Format, c.State, r.Result.Reasons)
	}
next:
	for _, want := range c.Reasons {
		for _, why := range r.Result.Reasons {
			if why.Reason == want {
				continue next
			}
		}
		t.Errorf("no reason %v in %v", want, r.Result.Reasons)
	}
}

// truncate cuts the object off at every byte, or at many places of a long one.
func truncate(t *testing.T, w *content.Worker, c *Case) {
	step := max(1, len(c.Data)/2000)
	if len(c.Data) > 64<<10 {
		step = len(c.Data) / 50
	}
	for n := 0; n < len(c.Data); n += step {
		Walk(w, &c.Meta, Pieces(c.Data[:n], 1<<16), t)
	}
}

// damage changes bytes, deterministically, and makes holes.
func damage(t *testing.T, w *content.Worker, c *Case) {
	if len(c.Data) == 0 || len(c.Data) > 1<<20 {
		return
	}
	rnd := uint32(len(c.Data)) //nolint:gosec // a seed
	next := func(n int) int {
		rnd = rnd*1664525 + 1013904223
		return int(rnd>>8) % n
	}
	rounds := 300
	if len(c.Data) > 64<<10 {
		rounds = 20
	}
	for range rounds {
		data := bytes.Clone(c.Data)
		for range 1 + next(8) {
			i := next(len(data))
			if next(2) == 0 {
				i = next(min(len(data), 1024))
			}
			data[i] = byte(next(256))
		}
		Walk(w, &c.Meta, Pieces(data, 1<<16), t)
		from := next(len(data))
		Walk(w, &c.Meta, &holey{data: data, from: from, to: min(len(data), from+1+next(100))}, t)
	}
}

// tight runs the case under limits that it is likely to hit.
func tight(t *testing.T, formats []content.Format, c *Case) {
	lim := content.Limits{MIMEDepth: 1, Depth: 1, Members: 1, Ratio: 2, RatioAfter: 1 << 10, Unpacked: 16 << 10, Steps: 10, Whole: 1 << 10}
	w := content.NewDriver(formats, lim).NewWorker()
	r := Walk(w, &c.Meta, Pieces(c.Data, 1<<16), t)
	if parts := len(r.Paths) - 1; parts > lim.Members {
		t.Errorf("%d parts, the limit is %d", parts, lim.Members)
	}
}

// Walk walks an object and returns what was told of it. It fails the test when a decoder panics, when calls are not
// balanced, or when the walk takes too long.
func Walk(w *content.Worker, m *object.Meta, src content.Source, t testing.TB) *Recorder {
	t.Helper()
	r := &Recorder{}
	began := time.Now()
	r.Result = w.Walk(m, src, r, content.Options{
		Hash: true, Scan: true, Record: r.record,
		Panic: func(format string, stack []byte, typ string) { t.Fatalf("%s panics: %s\n%s", format, typ, stack) },
	})
	if took := time.Since(began); took > hang {
		t.Errorf("took %v", took)
	}
	if r.parts != 0 || r.units != 0 || r.fault != "" {
		t.Errorf("unbalanced: %d parts, %d units open %s", r.parts, r.units, r.fault)
	}
	return r
}

// Pieces is a source of data in pieces of n bytes; 0: in one. What a piece was is spoiled when the next one is asked for.
func Pieces(data []byte, n int) content.Source { return &pieces{data: data, n: n} }

type pieces struct {
	data, prev []byte
	n          int
}

func (p *pieces) Next() content.Chunk {
	if p.n <= 0 {
		return content.Chunk{Data: p.data, End: true}
	}
	for i := range p.prev {
		p.prev[i] = 0xEE
	}
	n := min(p.n, len(p.data))
	p.prev = bytes.Clone(p.data[:n])
	p.data = p.data[n:]
	return content.Chunk{Data: p.prev, End: len(p.data) == 0 && n != 1}
}

// holey is a source with a hole.
type holey struct {
	data     []byte
	from, to int
	state    int
}

func (h *holey) Next() content.Chunk {
	h.state++
	if h.state == 1 {
		return content.Chunk{Data: h.data[:h.from]}
	}
	return content.Chunk{Data: h.data[h.to:], Gap: int64(h.to - h.from), Why: coverage.Gap, End: true}
}

// Recorder is a visitor that writes down what it is told.
type Recorder struct {
	Result  content.Result
	Paths   []string
	Records []*object.Record
	Parts   []string // names of the parts entered
	log     strings.Builder
	running bool // a text is running
	parts   int
	units   int
	fault   string
}

func (r *Recorder) record(rec *object.Record) {
	r.Records = append(r.Records, rec)
	r.Paths = append(r.Paths, strings.Join(rec.Path, "/"))
	r.line("record %s size %d %x %v %v complete %v", strings.Join(rec.Path, "/"), rec.Size, rec.SHA256[:4], rec.State, rec.Reason, rec.Complete)
}

func (r *Recorder) line(format string, args ...any) {
	if r.running {
		r.log.WriteString("\n")
		r.running = false
	}
	fmt.Fprintf(&r.log, format+"\n", args...)
}

// Log returns all that was told, texts in a row put together.
func (r *Recorder) Log() string { return r.log.String() }

// Enter implements object.Visitor.
func (r *Recorder) Enter(m *object.Meta) {
	r.parts++
	r.Parts = append(r.Parts, m.Name.Reveal())
	r.line("enter %s %s", m.Name.Reveal(), m.MediaType)
}

// Leave implements object.Visitor.
func (r *Recorder) Leave() {
	if r.parts--; r.parts < 0 {
		r.fault = "leave without enter"
	}
	r.line("leave")
}

// Begin implements object.Visitor.
func (r *Recorder) Begin(k object.UnitKind) {
	r.units++
	r.line("begin %d", k)
}

// End implements object.Visitor.
func (r *Recorder) End() {
	if r.units--; r.units < 0 {
		r.fault = "end without begin"
	}
	r.line("end")
}

// Field implements object.Visitor.
func (r *Recorder) Field(role object.Role, label, value []byte) {
	r.line("field %d %s=%s", role, label, value)
}

// Text implements object.Visitor.
func (r *Recorder) Text(b []byte) {
	if !r.running {
		r.log.WriteString("text ")
		r.running = true
	}
	r.log.Write(b)
}

// Structure implements object.Visitor.
func (r *Recorder) Structure(s object.Structure) { r.line("structure %v", s) }

// Named returns a Meta of a file of this name.
func Named(name string) object.Meta {
	return object.Meta{Protocol: "test", Kind: object.File, Name: flow.NewText(name), Size: -1}
}

// Fuzz fuzzes a list of formats: no panic, no hang, balanced calls, and the same outcome whatever the pieces.
func Fuzz(f *testing.F, formats []content.Format, m object.Meta, seeds ...[]byte) {
	f.Helper()
	for _, s := range seeds {
		f.Add(s, uint16(1))
		f.Add(s, uint16(1000))
	}
	lim := content.DefaultLimits()
	lim.RatioAfter, lim.Unpacked, lim.Members = 1<<20, 4<<20, 200
	d := content.NewDriver(formats, lim)
	f.Fuzz(func(t *testing.T, data []byte, n uint16) {
		w := d.NewWorker()
		whole := Walk(w, &m, Pieces(data, 0), t)
		if len(data) > 64<<10 && n < 100 {
			n = 100
		}
		cut := Walk(w, &m, Pieces(data, int(n)+1), t)
		if whole.Log() != cut.Log() {
			t.Fatalf("pieces of %d bytes give another outcome\n%s\nwhole:\n%s", int(n)+1, clip(cut.Log()), clip(whole.Log()))
		}
		if whole.Result.Size != int64(len(data)) {
			t.Fatalf("size %d of %d bytes", whole.Result.Size, len(data))
		}
	})
}

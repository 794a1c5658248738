// Package windowtest runs decoders in tests: over pieces of any size, with what they emit written down.
package windowtest

import (
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Pieces is a source of a reader that yields pieces of N bytes.
type Pieces struct {
	Data string
	N    int
}

// Next implements chunk.Source.
func (p *Pieces) Next() ([]byte, bool) {
	n := min(p.N, len(p.Data))
	b := []byte(p.Data[:n])
	p.Data = p.Data[n:]
	return b, len(p.Data) == 0
}

// Recorder writes down what a decoder emits, one line for each call; text calls in a row are one.
type Recorder struct {
	B     strings.Builder
	depth int
	text  []byte
	Bad   string // a broken promise of the decoder
}

func (r *Recorder) flush() {
	if len(r.text) > 0 {
		fmt.Fprintf(&r.B, "text %q\n", r.text)
		r.text = r.text[:0]
	}
}

// Begin implements object.Emitter.
func (r *Recorder) Begin(k object.UnitKind) {
	r.flush()
	r.depth++
	fmt.Fprintf(&r.B, "begin %d\n", k)
}

// End implements object.Emitter.
func (r *Recorder) End() {
	r.flush()
	r.depth--
	if r.depth < 0 {
		r.Bad = "End without Begin"
	}
	r.B.WriteString("end\n")
}

// Field implements object.Emitter.
func (r *Recorder) Field(role object.Role, label, value []byte) {
	r.flush()
	if len(value) == 0 {
		r.Bad = "empty field"
	}
	fmt.Fprintf(&r.B, "field %d %s=%q\n", role, label, value)
}

// Text implements object.Emitter.
func (r *Recorder) Text(b []byte) {
	if len(b) == 0 {
		r.Bad = "empty text"
	}
	r.text = append(r.text, b...)
}

// Structure implements object.Emitter.
func (r *Recorder) Structure(s object.Structure) {
	r.flush()
	fmt.Fprintf(&r.B, "structure %s\n", s)
}

// Part implements object.Emitter.
func (r *Recorder) Part(_ *object.Meta, in io.Reader) coverage.Reason {
	r.flush()
	b, _ := io.ReadAll(in)
	fmt.Fprintf(&r.B, "part %q\n", b)
	return coverage.None
}

// Skip implements object.Emitter.
func (r *Recorder) Skip(why coverage.Reason, n int64) {
	r.flush()
	fmt.Fprintf(&r.B, "skip %s %d\n", why, n)
}

// Step implements object.Emitter.
func (r *Recorder) Step(int) bool { return true }

// Run decodes data in pieces of n bytes and returns what was emitted.
func Run(t testing.TB, f content.Format, m *object.Meta, data string, n int) string {
	t.Helper()
	var r Recorder
	in := chunk.NewReader(&Pieces{data, n})
	why := f.Decode(in, &r, m)
	if left := in.Fill(); len(left) > 0 && why == coverage.None {
		t.Errorf("%d bytes left unread", len(left))
	}
	r.flush()
	if r.depth != 0 {
		t.Errorf("%d units left open", r.depth)
	}
	if r.Bad != "" {
		t.Errorf("%s in %q", r.Bad, short(data))
	}
	if why != coverage.None {
		fmt.Fprintf(&r.B, "reason %s\n", why)
	}
	return r.B.String()
}

// Same demands that data reads the same in pieces of any size, and returns how it reads.
func Same(t testing.TB, f content.Format, m *object.Meta, data string) string {
	t.Helper()
	want := Run(t, f, m, data, len(data)+1)
	for _, n := range []int{1, 7, 300, 65536} {
		if n > len(data) || len(data)/n > 1<<17 {
			continue
		}
		if got := Run(t, f, m, data, n); got != want {
			t.Fatalf("pieces of %d bytes read otherwise:\n%s\nwhole:\n%s\ninput %q", n, short(got), short(want), short(data))
		}
	}
	return want
}

func short(s string) string {
	if len(s) > 3000 {
		return s[:3000] + "..."
	}
	return s
}

// Sink counts what is emitted, for benchmarks.
type Sink struct{ Fields, Bytes, Units int }

// Begin implements object.Emitter.
func (s *Sink) Begin(object.UnitKind) { s.Units++ }

// End implements object.Emitter.
func (s *Sink) End() {}

// Field implements object.Emitter.
func (s *Sink) Field(_ object.Role, l, v []byte) { s.Fields++; s.Bytes += len(v) }

// Text implements object.Emitter.
func (s *Sink) Text(b []byte) { s.Bytes += len(b) }

// Structure implements object.Emitter.
func (s *Sink) Structure(object.Structure) {}

// Part implements object.Emitter.
func (s *Sink) Part(*object.Meta, io.Reader) coverage.Reason { return coverage.None }

// Skip implements object.Emitter.
func (s *Sink) Skip(coverage.Reason, int64) {}

// Step implements object.Emitter.
func (s *Sink) Step(int) bool { return true }

// cpu is the processor time of the process: the wall clock of a shared machine says little.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Bench measures a decoder over data in pieces of 64 KiB.
func Bench(b *testing.B, f content.Format, m *object.Meta, data []byte) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var s Sink
	began, n := cpu(), 0
	for b.Loop() {
		f.Decode(chunk.NewReader(&slices{data}), &s, m)
		n++
	}
	if took := cpu() - began; took > 0 {
		b.ReportMetric(float64(n)*float64(len(data))/1e6/took.Seconds(), "cpuMB/s")
	}
	if s.Bytes == 0 {
		b.Fatal("nothing emitted")
	}
}

// slices is a source without copies.
type slices struct{ data []byte }

func (p *slices) Next() ([]byte, bool) {
	n := min(64<<10, len(p.data))
	b := p.data[:n]
	p.data = p.data[n:]
	return b, len(p.data) == 0
}

// Reader returns a reader of data in pieces of n bytes.
func Reader(data string, n int) object.Reader { return chunk.NewReader(&Pieces{data, n}) }

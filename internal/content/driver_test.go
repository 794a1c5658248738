package content_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/sha256"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// plain takes everything as text.
var plain = content.Format{Name: "plain", Media: "text/plain",
	Sniff: func([]byte, *object.Meta) content.Score { return 1 },
	Decode: func(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
		for b := r.Fill(); len(b) > 0; b = r.Fill() {
			e.Text(b)
			r.Discard(len(b))
		}
		return coverage.None
	}}

// begins makes a format that is sure of what begins with a mark.
func begins(name, mark string, decode func(object.Reader, object.Emitter, *object.Meta) coverage.Reason) content.Format {
	return content.Format{Name: name, Decode: decode, Sniff: func(head []byte, _ *object.Meta) content.Score {
		if bytes.HasPrefix(head, []byte(mark)) {
			return content.Sure
		}
		return content.No
	}}
}

// box opens "[" as a part with all that follows.
var box = begins("box", "[", func(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
	r.Discard(1)
	return e.Part(&object.Meta{Size: -1}, r)
})

func worker(lim content.Limits, fs ...content.Format) *content.Worker {
	return content.NewDriver(append(fs, plain), lim).NewWorker()
}

func with(w func(io.Writer) io.WriteCloser, text string) []byte {
	var b bytes.Buffer
	c := w(&b)
	_, _ = io.WriteString(c, text)
	_ = c.Close()
	return b.Bytes()
}

func gz(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
func zl(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
func br(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }
func zs(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z }
func fl(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, 6); return z }

func TestCodings(t *testing.T) {
	text := strings.Repeat("Patient SSN 219-09-9999, seen today.\n", 50)
	short := "ssn=219-09-9999"
	cases := []struct {
		name    string
		labels  []string
		body    []byte
		want    string
		encoded bool
		why     coverage.Reason
	}{
		{"gzip", []string{"gzip"}, with(gz, text), text, true, 0},
		{"x-gzip", []string{"x-gzip"}, with(gz, short), short, true, 0},
		{"deflate zlib", []string{"deflate"}, with(zl, text), text, true, 0},
		{"deflate raw", []string{"deflate"}, with(fl, text), text, true, 0},
		{"deflate raw, short", []string{"deflate"}, with(fl, short), short, true, 0},
		{"br", []string{"br"}, with(br, text), text, true, 0},
		{"br, short", []string{"br"}, with(br, short), short, true, 0},
		{"zstd", []string{"zstd"}, with(zs, text), text, true, 0},
		{"identity", []string{"identity"}, []byte(text), text, false, 0},
		{"stacked", []string{"gzip", "br", "identity", "deflate"}, with(zl, string(with(br, string(with(gz, text))))), text, true, 0},
		{"gzip that is none", []string{"gzip"}, []byte(text), text, false, 0},
		{"deflate that is none", []string{"deflate"}, []byte(short), short, false, 0},
		{"br that is none", []string{"br"}, []byte(text), text, false, 0},
		{"one of two is none", []string{"gzip", "gzip"}, with(gz, text), text, true, 0},
		{"gzip labelled deflate", []string{"deflate"}, with(gz, text), text, true, 0},
		{"raw deflate labelled gzip", []string{"gzip"}, with(fl, text), text, true, 0},
		{"unknown", []string{"x-rot13"}, []byte(text), text, false, 0},
		{"empty", []string{"gzip"}, nil, "", false, 0},
		{"cut", []string{"gzip"}, with(gz, text)[:60], "Patient SSN 219-09-9999", true, coverage.Truncated},
		{"broken, the rest is text", []string{"gzip"}, append(with(fl, "")[:0], append(with(gz, text)[:40], "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF from behind 219-09-9998"...)...), "behind 219-09-9998", true, coverage.Corrupt},
		{"text behind the end", []string{"gzip"}, append(with(gz, text), "behind 219-09-9998"...), "behind 219-09-9998", true, 0},
	}
	w := worker(content.DefaultLimits())
	for _, c := range cases {
		m := object.Meta{Kind: object.Response, Encodings: c.labels, Size: -1}
		var logs []string
		for _, n := range []int{0, 1, 100} {
			r := contenttest.Walk(w, &m, contenttest.Pieces(c.body, n), t)
			logs = append(logs, r.Log())
			rec := r.Records[0]
			if !strings.Contains(r.Log(), c.want) || rec.HasEnc != c.encoded || r.Result.Wire != int64(len(c.body)) {
				t.Errorf("%s: encoded %v, wire %d of %d\n%s", c.name, rec.HasEnc, r.Result.Wire, len(c.body), r.Log())
			}
			if c.why == 0 && (r.Result.State != coverage.Inspected || !rec.Complete) || c.why != 0 && (rec.Reason != c.why || rec.Complete) {
				t.Errorf("%s: %v, %v, complete %v", c.name, r.Result.State, rec.Reason, rec.Complete)
			}
			if c.encoded && rec.Encoded != sha256.Sum256(c.body) {
				t.Errorf("%s: other digest of the body as carried", c.name)
			}
			if c.why == 0 && c.want == text && rec.SHA256 != sha256.Sum256([]byte(text)) {
				t.Errorf("%s: other digest", c.name)
			}
		}
		if logs[0] != logs[1] || logs[0] != logs[2] {
			t.Errorf("%s: the pieces matter\n%s\n%s", c.name, logs[0], logs[1])
		}
	}
}

func TestPanicIsCaught(t *testing.T) {
	bad := begins("bad", "!", func(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
		e.Begin(object.UnitRow)
		e.Text(r.Peek(3))
		var none []int
		return coverage.Reason(none[len(r.Peek(1))]) //nolint:govet // it panics, as it is meant to
	})
	outer := begins("outer", "O", func(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
		e.Part(&object.Meta{}, strings.NewReader("!inner 219-09-9999"))
		e.Text([]byte("outer goes on"))
		return coverage.None
	})
	w := worker(content.DefaultLimits(), bad, outer)
	var told []string
	rec := &contenttest.Recorder{}
	m := object.Meta{Kind: object.File}
	got := w.Walk(&m, contenttest.Pieces([]byte("Outer"), 0), rec, content.Options{Scan: true, Panic: func(f string, stack []byte, typ string) {
		told = append(told, f+" "+typ)
		if len(stack) == 0 {
			t.Error("no stack")
		}
	}})
	if len(told) != 1 || told[0] != "bad runtime.boundsError" {
		t.Errorf("told %q", told)
	}
	if !strings.Contains(rec.Log(), "219-09-9999") || !strings.Contains(rec.Log(), "outer goes on") {
		t.Errorf("lost text:\n%s", rec.Log())
	}
	if got.State != coverage.PartlyInspected || got.Reasons[0].Reason != coverage.Panic {
		t.Errorf("%v %v", got.State, got.Reasons)
	}
	got = w.Walk(&m, contenttest.Pieces([]byte("!alone"), 0), rec, content.Options{Scan: true})
	if got.State != coverage.Uninspected {
		t.Errorf("alone: %v", got.State)
	}
}

// gap is a source with holes.
type gap struct {
	chunks []content.Chunk
}

func (g *gap) Next() content.Chunk {
	c := g.chunks[0]
	g.chunks = g.chunks[1:]
	return c
}

func TestGaps(t *testing.T) {
	w := worker(content.DefaultLimits(), box)
	m := object.Meta{Kind: object.File}
	r := contenttest.Walk(w, &m, &gap{[]content.Chunk{{Data: []byte("[one")}, {Gap: 100, Why: coverage.Shed, Data: []byte("two")}, {Gap: 5}, {End: true}}}, t)
	res := r.Result
	if res.Missing != 105 || res.Size != 7 || res.Complete || res.State != coverage.PartlyInspected || res.SHA256 != sha256.Sum256([]byte("[onetwo")) {
		t.Errorf("%+v", res)
	}
	if !strings.Contains(r.Log(), "text one\ntwo\n") || r.Records[0].Complete || r.Records[0].Missing != 105 {
		t.Errorf("%+v\n%s", r.Records[0], r.Log())
	}
	if len(res.Reasons) != 2 || res.Reasons[0] != (content.Why{Reason: coverage.Gap, Bytes: 5}) || res.Reasons[1] != (content.Why{Reason: coverage.Shed, Bytes: 100}) {
		t.Errorf("%v", res.Reasons)
	}
}

func TestDepth(t *testing.T) {
	w := worker(content.DefaultLimits(), box)
	m := object.Meta{Kind: object.File}
	r := contenttest.Walk(w, &m, contenttest.Pieces([]byte(strings.Repeat("[", 8)+"inside"), 0), t)
	if len(r.Records) != 9 || r.Result.State != coverage.Inspected || !strings.Contains(r.Log(), "text inside") {
		t.Errorf("8 deep: %d records, %v", len(r.Records), r.Result)
	}
	r = contenttest.Walk(w, &m, contenttest.Pieces([]byte(strings.Repeat("[", 20)+"inside"), 0), t)
	if len(r.Records) != 10 || r.Result.State != coverage.PartlyInspected || r.Result.Reasons[0].Reason != coverage.DepthLimit || !strings.Contains(r.Log(), "inside") {
		t.Errorf("20 deep: %d records, %v", len(r.Records), r.Result)
	}
	if got := r.Paths[0]; got != "file"+strings.Repeat("/part-1", 9) {
		t.Errorf("path %s", got)
	}
}

func TestPolyglot(t *testing.T) {
	a := begins("a", "x", func(_ object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
		e.Text([]byte("as a"))
		return coverage.None
	})
	b := begins("b", "x", func(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
		e.Text([]byte("as b " + string(r.Peek(10))))
		return coverage.None
	})
	w := worker(content.DefaultLimits(), a, b)
	m := object.Meta{Kind: object.File}
	log := contenttest.Walk(w, &m, contenttest.Pieces([]byte("x-ray"), 0), t).Log()
	if !strings.Contains(log, "as a") || !strings.Contains(log, "as b x-ray") {
		t.Error(log)
	}
}

func TestOpaqueAndSealed(t *testing.T) {
	shut := begins("shut", "S", nil)
	shut.Opaque = true
	seal := begins("seal", "E", func(_ object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
		e.(content.Sealer).Sealed()
		return coverage.Password
	})
	w := worker(content.DefaultLimits(), shut, seal, box)
	for text, want := range map[string]coverage.State{"Shut 219-09-9999": coverage.Uninspected, "E219-09-9999": coverage.Encrypted, "[E219-09-9999": coverage.Encrypted, "[S219-09-9999": coverage.Uninspected} {
		m := object.Meta{Kind: object.File}
		r := contenttest.Walk(w, &m, contenttest.Pieces([]byte(text), 0), t)
		if r.Result.State != want || !strings.Contains(r.Log(), "219-09-9999") {
			t.Errorf("%s: %v\n%s", text, r.Result, r.Log())
		}
	}
}

func TestWhole(t *testing.T) {
	whole := begins("whole", "W", func(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
		b := make([]byte, 5)
		n, _ := r.Whole().ReadAt(b, 1)
		e.Text(append([]byte("tail "), b[:n]...))
		r.Discard(len(r.Fill()))
		return coverage.None
	})
	whole.Whole = true
	lim := content.DefaultLimits()
	lim.Whole = 100
	w := worker(lim, whole)
	m := object.Meta{Kind: object.File}
	if r := contenttest.Walk(w, &m, contenttest.Pieces([]byte("Whole"), 2), t); !strings.Contains(r.Log(), "text tail hole\n") {
		t.Error(r.Log())
	}
	r := contenttest.Walk(w, &m, contenttest.Pieces([]byte("W"+strings.Repeat("219-09-9999 ", 20)), 7), t)
	if r.Result.State != coverage.Uninspected || r.Result.Reasons[0].Reason != coverage.Budget || strings.Count(r.Log(), "219-09-9999") != 20 {
		t.Errorf("%v\n%s", r.Result, r.Log())
	}
}

func TestStepsAndMembers(t *testing.T) {
	var steps, parts int
	many := begins("many", "M", func(_ object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
		for e.Step(1) {
			steps++
		}
		for e.Part(&object.Meta{}, strings.NewReader("x")) == coverage.None {
			parts++
		}
		return coverage.EntriesLimit
	})
	lim := content.DefaultLimits()
	lim.Steps, lim.Members = 100, 50
	w := worker(lim, many)
	m := object.Meta{Kind: object.File}
	r := contenttest.Walk(w, &m, contenttest.Pieces([]byte("M"), 0), t)
	if steps != 100 || parts != 50 || len(r.Records) != 51 || r.Result.State != coverage.PartlyInspected {
		t.Errorf("%d steps, %d parts, %d records, %v", steps, parts, len(r.Records), r.Result)
	}
}

type keeper struct {
	bytes.Buffer
	closed bool
}

func (k *keeper) Close() error { k.closed = true; return nil }

func TestExtractAndNoScan(t *testing.T) {
	w := worker(content.DefaultLimits())
	m := object.Meta{Kind: object.File, Encodings: []string{"gzip"}}
	out := &keeper{}
	rec := &contenttest.Recorder{}
	res := w.Walk(&m, contenttest.Pieces(with(gz, "the content"), 0), rec, content.Options{Extract: func(r *object.Record) io.WriteCloser {
		r.Extract = "name"
		return out
	}})
	if out.String() != "the content" || !out.closed || rec.Log() != "" || res.Hashed || res.Size != 11 {
		t.Errorf("%q %v %q %+v", out.String(), out.closed, rec.Log(), res)
	}
}

// TestNoAllocation: an object in one piece is opened without memory for its bytes.
func TestNoAllocation(t *testing.T) {
	w := worker(content.DefaultLimits())
	m := object.Meta{Kind: object.Stream}
	data := bytes.Repeat([]byte("text "), 100_000)
	v := &counter{}
	got := testing.AllocsPerRun(100, func() {
		w.Walk(&m, contenttest.Pieces(data, 0), v, content.Options{Scan: true})
	})
	if got > 8 {
		t.Errorf("%v allocations for an object", got)
	}
}

type counter struct {
	contenttest.Recorder
	n int
}

func (c *counter) Begin(object.UnitKind) {}
func (c *counter) End()                  {}
func (c *counter) Text(b []byte)         { c.n += len(b) }

func BenchmarkWalk(b *testing.B) {
	w := worker(content.DefaultLimits())
	m := object.Meta{Kind: object.File}
	data := bytes.Repeat([]byte("text "), 200_000)
	for _, hash := range []bool{false, true} {
		b.Run(map[bool]string{false: "plain", true: "sha256"}[hash], func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			v := &counter{}
			for b.Loop() {
				w.Walk(&m, contenttest.Pieces(data, 0), v, content.Options{Scan: true, HashTop: hash})
			}
		})
	}
}

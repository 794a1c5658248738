package codec

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"

	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/coverage"
)

type pieces struct {
	data []byte
	n    int
}

func (p *pieces) Next() ([]byte, bool) {
	n := min(p.n, len(p.data))
	b := bytes.Clone(p.data[:n])
	p.data = p.data[n:]
	return b, len(p.data) == 0
}

func texts() map[string][]byte {
	rnd := rand.New(rand.NewPCG(1, 1))
	noise := make([]byte, 200_000)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	return map[string][]byte{
		"empty": nil, "short": []byte("x"), "text": []byte(strings.Repeat("a row, 219-09-9999, of a table\n", 9000)), "noise": noise, "zeros": make([]byte, 1<<20),
	}
}

func packers() map[Method]func(io.Writer) io.WriteCloser {
	return map[Method]func(io.Writer) io.WriteCloser{
		Deflate: func(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, 6); return z },
		Zlib:    func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
		Gzip:    func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		Zstd:    func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z },
		Brotli:  func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
	}
}

// TestExact: what comes out is right, whatever the pieces, and the reader is left exactly behind the packed bytes.
func TestExact(t *testing.T) {
	pool := &Pool{}
	for method, packer := range packers() {
		for name, text := range texts() {
			var b bytes.Buffer
			w := packer(&b)
			_, _ = w.Write(text)
			_ = w.Close()
			packed := b.Len()
			tail := strings.Repeat("behind it ", 2000)
			if method != Zstd && method != Brotli { // these read on: more frames may follow, or they read in blocks
				b.WriteString(tail)
			} else {
				tail = ""
			}
			for _, n := range []int{1, 13, 4096, 1 << 20} {
				r := chunk.NewReader(&pieces{b.Bytes(), n})
				s := pool.Open(method, r, unmetered{})
				got, err := io.ReadAll(s)
				if err != nil || !bytes.Equal(got, text) || s.Reason() != coverage.None || s.Out() != int64(len(text)) {
					t.Errorf("method %d, %s, pieces of %d: %d bytes, %v, %v", method, name, n, len(got), err, s.Reason())
				}
				s.Close()
				rest, _ := io.ReadAll(r)
				if string(rest) != tail || s.In() != int64(packed) {
					t.Errorf("method %d, %s, pieces of %d: %d bytes left of %d, in %d of %d", method, name, n, len(rest), len(tail), s.In(), packed)
				}
			}
		}
	}
}

// limit stops a stream after some bytes.
type limit int64

func (l limit) Unpacked(s *Stream, _ int) coverage.Reason {
	if s.Out() > int64(l) {
		return coverage.BytesLimit
	}
	return coverage.None
}
func (limit) Closed(*Stream) {}

func TestMeterStops(t *testing.T) {
	pool := &Pool{}
	for method, packer := range packers() {
		var b bytes.Buffer
		w := packer(&b)
		_, _ = w.Write(make([]byte, 4<<20))
		_ = w.Close()
		r := &chunk.Reader{}
		r.ResetBytes(b.Bytes())
		s := pool.Open(method, r, limit(1<<20))
		got, _ := io.ReadAll(s)
		if s.Reason() != coverage.BytesLimit || len(got) < 1<<20 || len(got) > 1<<20+outLen {
			t.Errorf("method %d: %d bytes, %v", method, len(got), s.Reason())
		}
		s.Close()
	}
}

func FuzzGuess(f *testing.F) {
	for _, label := range []string{"gzip", "deflate", "br", "zstd"} {
		f.Add(label, []byte("plain text"))
		f.Add(label, []byte{0x4B, 0x4C, 0x02, 0x00})
	}
	f.Fuzz(func(_ *testing.T, label string, data []byte) {
		pool := &Pool{}
		m, ok := pool.Guess(label, data)
		if !ok {
			return
		}
		r := &chunk.Reader{}
		r.ResetBytes(data)
		s := pool.Open(m, r, limit(1<<20))
		_, _ = io.Copy(io.Discard, s)
		s.Close()
	})
}

func BenchmarkInflate(b *testing.B) {
	text := texts()["text"]
	for method, packer := range packers() {
		var buf bytes.Buffer
		w := packer(&buf)
		_, _ = w.Write(text)
		_ = w.Close()
		b.Run(map[Method]string{Deflate: "deflate", Zlib: "zlib", Gzip: "gzip", Zstd: "zstd", Brotli: "brotli"}[method], func(b *testing.B) {
			pool := &Pool{}
			r := &chunk.Reader{}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				r.ResetBytes(buf.Bytes())
				s := pool.Open(method, r, unmetered{})
				for last := false; !last; {
					_, last = s.Next()
				}
				s.Close()
			}
		})
	}
}

package codec

import (
	"bytes"
	stdflate "compress/flate"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/coverage"
)

// rows returns n bytes of a table.
func rows(n int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%d,row %x,%d\n", i, i*i, i%7)
	}
	return b.Bytes()[:n]
}

func deflated(text []byte) []byte {
	var b bytes.Buffer
	w, _ := stdflate.NewWriter(&b, 6)
	_, _ = w.Write(text)
	_ = w.Close()
	return b.Bytes()
}

func gzipped(text []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(text)
	_ = w.Close()
	return b.Bytes()
}

// endless yields data and must not be asked for more.
type endless struct {
	t    *testing.T
	data []byte
	n    int
}

func (e *endless) Next() ([]byte, bool) {
	if len(e.data) == 0 {
		e.t.Error("asked for more than the stream needs")
		return nil, true
	}
	b := e.data[:min(e.n, len(e.data))]
	e.data = e.data[len(b):]
	return b, false
}

// TestAsksForNoMore: the end of a stream is known without a look at what comes behind it, which may be long in coming.
func TestAsksForNoMore(t *testing.T) {
	pool := &Pool{}
	for _, size := range []int{0, 1, 1000, outLen, 3 * outLen} {
		for _, n := range []int{1, 100, 1 << 20} {
			text := rows(size)
			s := pool.Open(Deflate, chunk.NewReader(&endless{t, deflated(text), n}), unmetered{})
			if got, _ := io.ReadAll(s); !bytes.Equal(got, text) || s.Reason() != coverage.None {
				t.Errorf("%d bytes in pieces of %d: %d, %v", size, n, len(got), s.Reason())
			}
			s.Close()
		}
	}
}

// TestMembersDoNotShow: pieces are as long as ever, whatever the members. A wrong sum ends nothing.
func TestMembersDoNotShow(t *testing.T) {
	var text, packed []byte
	for i, n := range []int{50_000, 0, 10, 90_000, outLen, 1, 40_000} {
		part := rows(n)
		member := gzipped(part)
		if i == 2 {
			member[len(member)-8]++
		}
		text, packed = append(text, part...), append(packed, member...)
	}
	pool := &Pool{}
	for _, n := range []int{1, 1000, 1 << 20} {
		s := pool.Open(Gzip, chunk.NewReader(&pieces{packed, n}), unmetered{})
		var got []byte
		for last := false; !last; {
			var b []byte
			b, last = s.Next()
			if !last && len(b) != outLen {
				t.Errorf("a piece of %d bytes", len(b))
			}
			got = append(got, b...)
		}
		if !bytes.Equal(got, text) || s.Reason() != coverage.Corrupt || s.In() != int64(len(packed)) {
			t.Errorf("%d bytes from %d, %v", len(got), s.In(), s.Reason())
		}
		s.Close()
	}
}

// ins keeps how much was used at each piece.
type ins struct{ at []byte }

func (m *ins) Unpacked(s *Stream, n int) coverage.Reason {
	m.at = binary.AppendVarint(binary.AppendVarint(m.at, s.In()), int64(n))
	return coverage.None
}
func (*ins) Closed(*Stream) {}

// TestDamaged: what can be decoded comes first, and how much was used does not depend on how the input was cut.
func TestDamaged(t *testing.T) {
	pool := &Pool{}
	text := rows(200_000)
	for _, size := range []int{10, 1000, 100_000, 199_000} {
		cut := deflated(text[:size])
		for name, c := range map[string]struct {
			packed []byte
			why    coverage.Reason
			more   int // bytes of input that are not used
		}{
			"cut":     {cut[:len(cut)-2], coverage.Truncated, 0},
			"nothing": {nil, coverage.Truncated, 0},
			"damaged": {append(stored(text[:size]), 7, 'b', 'e', 'h', 'i', 'n', 'd'), coverage.Corrupt, 6},
		} {
			var want []byte
			for _, n := range []int{1 << 20, 1, 999} {
				m := &ins{}
				r := chunk.NewReader(&pieces{c.packed, n})
				s := pool.Open(Deflate, r, m)
				got, _ := io.ReadAll(s)
				s.Close()
				rest, _ := io.ReadAll(r)
				if s.Reason() != c.why || s.In() != int64(len(c.packed)-c.more) || len(rest) != c.more || !bytes.HasPrefix(text, got) {
					t.Errorf("%s, %d: %d bytes from %d of %d, %v, %d left", name, size, len(got), s.In(), len(c.packed), s.Reason(), len(rest))
				}
				if name == "damaged" && len(got) != size || name == "cut" && len(got) < size-300 {
					t.Errorf("%s, %d: %d bytes", name, size, len(got))
				}
				if want == nil {
					want = m.at
				}
				if !bytes.Equal(m.at, want) {
					t.Errorf("%s, %d, pieces of %d: other pieces, or another part of the input for them", name, size, n)
				}
			}
		}
	}
}

// stored returns text in stored blocks, none of them the last.
func stored(text []byte) (b []byte) {
	for len(text) > 0 {
		n := min(len(text), 0xFFFF)
		b = append(b, 0, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
		b = append(b, text[:n]...)
		text = text[n:]
	}
	return b
}

func TestNoAllocs(t *testing.T) {
	packed := map[Method][]byte{Deflate: deflated(rows(200_000)), Gzip: append(gzipped(rows(100_000)), gzipped(rows(1000))...)}
	pool := &Pool{}
	r := &chunk.Reader{}
	for method, b := range packed {
		n := testing.AllocsPerRun(5, func() {
			r.ResetBytes(b)
			s := pool.Open(method, r, unmetered{})
			for last := false; !last; {
				_, last = s.Next()
			}
			s.Close()
		})
		if n != 0 {
			t.Errorf("method %d: %v allocations", method, n)
		}
	}
}

package chunk

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/phiwatch/phiwatch/internal/object"
)

// cut yields data in pieces of random length, in a buffer that is spoiled by the following call.
type cut struct {
	data []byte
	rnd  *rand.Rand
	max  int
	prev []byte
}

func (c *cut) Next() ([]byte, bool) {
	for i := range c.prev {
		c.prev[i] = 0xEE
	}
	n := min(c.rnd.IntN(c.max+1), len(c.data))
	c.prev = append([]byte(nil), c.data[:n]...)
	c.data = c.data[n:]
	return c.prev, len(c.data) == 0 && c.rnd.IntN(2) == 0
}

func TestReaderIsIndependentOfPieces(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	want := make([]byte, 100_000)
	for i := range want {
		want[i] = byte(rnd.Uint32())
	}
	for _, size := range []int{1, 7, 4096, 40_000} {
		r := NewReader(&cut{data: want, rnd: rnd, max: size})
		var got []byte
		for {
			var b []byte
			if rnd.IntN(2) == 0 {
				b = r.Fill()
			} else {
				n := rnd.IntN(object.PeekMax) + 1
				b = r.Peek(n)
				if len(b) < n && len(got)+len(b) != len(want) {
					t.Fatalf("piece %d: Peek(%d) returned %d bytes before the end", size, n, len(b))
				}
			}
			if len(b) == 0 {
				break
			}
			k := rnd.IntN(len(b)) + 1
			got = append(got, b[:k]...)
			r.Discard(k)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("piece %d: other bytes came out", size)
		}
		if r.Offset() != int64(len(want)) {
			t.Fatalf("offset %d", r.Offset())
		}
	}
}

func TestReaderInPlace(t *testing.T) {
	data := []byte("in place")
	r := &Reader{}
	r.ResetBytes(data)
	if b := r.Fill(); &b[0] != &data[0] {
		t.Error("Fill copied")
	}
	if b := r.Peek(3); &b[0] != &data[0] || len(b) != 3 {
		t.Error("Peek copied")
	}
	if r.Size() != 8 {
		t.Errorf("size %d", r.Size())
	}
	rest, ok := r.Rest()
	if !ok || &rest[0] != &data[0] {
		t.Error("Rest copied")
	}
}

func TestGatherStopsAtLimit(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	r := NewReader(&cut{data: make([]byte, 1000), rnd: rnd, max: 10})
	head, ok := r.Gather(100)
	if ok || len(head) <= 100 {
		t.Fatalf("gathered %d, %v", len(head), ok)
	}
	rest, err := io.ReadAll(r)
	if err != nil || len(head)+len(rest) != 1000 {
		t.Fatalf("rest %d, %v", len(rest), err)
	}
}

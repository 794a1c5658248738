package inflate

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
)

// texts returns texts of n bytes of the kinds that are seen packed most.
func texts(n int) map[string][]byte {
	rnd := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 4000)
	for i := range words {
		w := make([]byte, 2+rnd.IntN(9))
		for k := range w {
			w[k] = "etaoinshrdlucmfwypvbgkqjxz"[min(rnd.IntN(26), rnd.IntN(26))]
		}
		words[i] = string(w)
	}
	word := func() string { return words[int(float64(len(words))*rnd.Float64()*rnd.Float64()*rnd.Float64())] }
	fill := func(more func(b *strings.Builder)) []byte {
		var b strings.Builder
		for b.Len() < n {
			more(&b)
		}
		return []byte(b.String()[:n])
	}
	return map[string][]byte{
		"csv": fill(func(b *strings.Builder) {
			fmt.Fprintf(b, "%d,%s,%s,%04d-%02d-%02d,%d.%02d,%s\n", rnd.IntN(1e9), word(), word(), 1930+rnd.IntN(90), 1+rnd.IntN(12),
				1+rnd.IntN(28), rnd.IntN(5000), rnd.IntN(100), []string{"open", "closed", "paid"}[rnd.IntN(3)])
		}),
		"html": fill(func(b *strings.Builder) {
			fmt.Fprintf(b, "<tr class=\"row %s\"><td><a href=\"/item/%d\">%s %s</a></td><td>%d</td></tr>\n", word(), rnd.IntN(1e6), word(), word(), rnd.IntN(1000))
		}),
		"prose": fill(func(b *strings.Builder) {
			for range 8 + rnd.IntN(12) {
				b.WriteString(word())
				b.WriteByte(' ')
			}
			b.WriteString(". ")
		}),
	}
}

func pack(text []byte, level int) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, level)
	_, _ = w.Write(text)
	_ = w.Close()
	return b.Bytes()
}

func BenchmarkDecode(b *testing.B) {
	for name, text := range texts(1 << 20) {
		compare(b, name, pack(text, 6), len(text))
		compare(b, name+"/4k", pack(text[:4<<10], 6), 4<<10)
	}
	for name, block := range emptyBlocks() {
		w := &writer{}
		for range 10_000 {
			block(w)
		}
		w.stored(true, nil)
		compare(b, "empty/"+name, w.bytes(), len(w.bytes()))
	}
	compare(b, "zeros", pack(make([]byte, 1<<20), 6), 1<<20)
}

// compare measures bytes, of output or what they stand for, in a second.
func compare(b *testing.B, name string, packed []byte, n int) {
	b.Run(name+"/own", func(b *testing.B) {
		d := new(Decoder)
		b.SetBytes(int64(n))
		b.ReportAllocs()
		for b.Loop() {
			d.Reset()
			for src, s := packed, Full; s == Full; {
				var n int
				n, s = d.Decode(src)
				src = src[n:]
				d.Take()
			}
		}
	})
	b.Run(name+"/klauspost", func(b *testing.B) {
		r := flate.NewReader(bytes.NewReader(nil))
		br, in := bufio.NewReaderSize(nil, 8<<10), bytes.NewReader(nil)
		out := make([]byte, PieceLen)
		b.SetBytes(int64(n))
		b.ReportAllocs()
		for b.Loop() {
			in.Reset(packed)
			br.Reset(in)
			_ = r.(flate.Resetter).Reset(br, nil)
			for {
				if _, err := io.ReadFull(r, out); err != nil {
					break
				}
			}
		}
	})
}

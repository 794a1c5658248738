package inflate

import (
	"bytes"
	stdflate "compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/klauspost/compress/flate"
)

// decode decodes pieces of n bytes, 0: all at once, with nothing between them now and then.
func decode(d *Decoder, src []byte, n int) (out []byte, used int, s Status) {
	d.Reset()
	for {
		end := len(src)
		if n > 0 {
			end = min(end, used+n)
		}
		if k, s := d.Decode(nil); k != 0 || s == Full && len(d.Pending()) < PieceLen {
			panic("takes what is not there")
		}
		k, s := d.Decode(src[used:end])
		used += k
		out = append(out, d.Take()...)
		if s == Full || s == NeedInput && end < len(src) {
			continue
		}
		return append(out, d.Pending()...), used, s
	}
}

// check compares with the reference, to the bit, and with the two other decoders as far as these agree with each other
// about what is no good.
func check(t *testing.T, d *Decoder, src []byte, pieces ...int) {
	t.Helper()
	want, wantUsed, wantStatus := reference(src)
	for _, n := range append(pieces, 0) {
		got, used, s := decode(d, src, n)
		if s != wantStatus || used != wantUsed || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes in pieces of %d: %d bytes (right: %v) from %d, status %d; want %d from %d, %d", len(src), n, len(got),
				bytes.Equal(got, want), used, s, len(want), wantUsed, wantStatus)
		}
	}
	others(t, src, want, wantUsed, wantStatus)
}

// others holds the reference against other decoders. They give up a few symbols before the end of a stream that is cut
// off, as they look for longer codes than there come. Klauspost's takes an empty code for the one before.
func others(t *testing.T, src, want []byte, wantUsed int, wantStatus Status) {
	t.Helper()
	for i, open := range []func(io.Reader) io.ReadCloser{stdflate.NewReader, flate.NewReader} {
		r := bytes.NewReader(src)
		got, err := io.ReadAll(io.LimitReader(open(r), int64(len(want))+1))
		used := len(src) - r.Len()
		if i == 1 && wantStatus == Corrupt {
			continue
		}
		switch {
		case wantStatus == Done && (err != nil || used != wantUsed || !bytes.Equal(got, want)):
			t.Fatalf("decoder %d: %d bytes from %d, %v; want %d from %d", i, len(got), used, err, len(want), wantUsed)
		case wantStatus != Done && err == nil:
			t.Fatalf("decoder %d takes it", i)
		case wantStatus == NeedInput && !errors.Is(err, io.ErrUnexpectedEOF), wantStatus == Corrupt && errors.Is(err, io.ErrUnexpectedEOF) && used != len(src):
			t.Fatalf("decoder %d: %v, want status %d", i, err, wantStatus)
		case !bytes.HasPrefix(want, got):
			t.Fatalf("decoder %d: other output", i)
		}
	}
}

// samples are streams by several packers, at all levels.
func samples(n int) (s [][]byte) {
	rnd := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, n)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	for _, text := range append([][]byte{nil, []byte("x"), make([]byte, n), noise}, values(texts(n))...) {
		for level := -2; level <= 9; level++ {
			s = append(s, pack(text, level))
			var b bytes.Buffer
			w, _ := stdflate.NewWriter(&b, level)
			_, _ = w.Write(text[:len(text)/2])
			_ = w.Flush() // an empty stored block
			_, _ = w.Write(text[len(text)/2:])
			_ = w.Close()
			s = append(s, b.Bytes())
		}
	}
	return s
}

func values(m map[string][]byte) (v [][]byte) {
	for _, name := range []string{"csv", "html", "prose"} {
		v = append(v, m[name])
	}
	return v
}

func TestPacked(t *testing.T) {
	d := new(Decoder)
	for _, packed := range samples(300_000) {
		check(t, d, append(packed, "behind it, not to be used"...), 1, 7, 1460)
	}
}

// TestPosition: at each piece, what was used depends on the stream alone.
func TestPosition(t *testing.T) {
	d := new(Decoder)
	for _, packed := range samples(300_000) {
		var want []int
		for _, n := range []int{len(packed), 1, 2, 13, 8 << 10} {
			var got []int
			d.Reset()
			for used, end, s := 0, 0, NeedInput; s == NeedInput || s == Full; {
				if s == NeedInput {
					end = min(end+n, len(packed))
				}
				var k int
				k, s = d.Decode(packed[used:end])
				used += k
				if s == Full {
					d.Take()
					got = append(got, used)
				}
			}
			if want == nil {
				want = got
			}
			if len(got) != len(want) || !bytes.Equal(ints(got), ints(want)) {
				t.Fatalf("pieces of %d: full at %v, want %v", n, got, want)
			}
		}
	}
}

func ints(v []int) (b []byte) {
	for _, n := range v {
		b = binary.AppendVarint(b, int64(n))
	}
	return b
}

func TestSplitAndCut(t *testing.T) {
	d := new(Decoder)
	for _, packed := range samples(150) {
		want, _, _ := reference(packed)
		for i := range packed {
			d.Reset()
			n, s := d.Decode(packed[:i])
			if n != i || s != NeedInput {
				t.Fatalf("cut at %d: %d, %d", i, n, s)
			}
			if n, s = d.Decode(packed[i:]); n != len(packed)-i || s != Done || !bytes.Equal(d.Take(), want) {
				t.Fatalf("split at %d: %d, %d", i, n, s)
			}
			check(t, d, packed[:i])
		}
	}
}

func TestMutated(t *testing.T) {
	d := new(Decoder)
	rnd := rand.New(rand.NewPCG(5, 6))
	for _, packed := range samples(3000) {
		for range 60 {
			b := bytes.Clone(packed)
			for range 1 + rnd.IntN(3) {
				switch at := rnd.IntN(len(b)); rnd.IntN(4) {
				case 0:
					b[at] = byte(rnd.Uint32())
				case 1:
					b = append(b[:at], b[min(len(b), at+1+rnd.IntN(4)):]...)
				default:
					b[at] ^= 1 << rnd.IntN(8)
				}
				if len(b) == 0 {
					b = []byte{0}
				}
			}
			check(t, d, b, 1+rnd.IntN(20))
		}
	}
}

// TestRandomBits: headers of nothing but chance.
func TestRandomBits(t *testing.T) {
	d := new(Decoder)
	rnd := rand.New(rand.NewPCG(7, 8))
	for i := range 10_000 {
		b := binary.LittleEndian.AppendUint64(nil, rnd.Uint64())
		b = binary.LittleEndian.AppendUint64(b, rnd.Uint64())
		b = binary.LittleEndian.AppendUint64(b, rnd.Uint64())
		b[0] = b[0]&^6 | byte(i%3)<<1
		check(t, d, b, 1)
	}
}

// TestContinue: a stream behind another one does not reach into it, and stands in the same pieces.
func TestContinue(t *testing.T) {
	d := new(Decoder)
	d.Reset()
	text := texts(150_000)["csv"]
	packed := pack(text, 6)
	var got []byte
	for range 5 {
		for src := packed; ; {
			n, s := d.Decode(src)
			src = src[n:]
			if s == Full {
				if b := d.Take(); len(b) != PieceLen {
					t.Fatalf("a piece of %d bytes", len(b))
				} else {
					got = append(got, b...)
				}
				continue
			}
			if s != Done {
				t.Fatal(s)
			}
			break
		}
		d.Continue()
	}
	if got = append(got, d.Take()...); !bytes.Equal(got, bytes.Repeat(text, 5)) {
		t.Error("other output")
	}
	w := &writer{}
	w.fixed(true)
	w.match(fixedLit(), fixedDist(), 3, 1)
	if _, s := d.Decode(w.bytes()); s != Corrupt {
		t.Errorf("a match reaches into the stream before: %d", s)
	}
}

func TestMemory(t *testing.T) {
	if n := reflect.TypeFor[Decoder]().Size(); n > 150<<10 {
		t.Errorf("%d bytes", n)
	}
}

func TestNoAllocs(t *testing.T) {
	d := new(Decoder)
	packed := samples(200_000)
	n := testing.AllocsPerRun(3, func() {
		for _, src := range packed {
			d.Reset()
			for s := Full; s == Full; {
				var n int
				n, s = d.Decode(src)
				src = src[n:]
				d.Take()
			}
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzDecode(f *testing.F) {
	for _, packed := range samples(300) {
		f.Add(packed, 3)
	}
	d := new(Decoder)
	f.Fuzz(func(t *testing.T, src []byte, n int) {
		if len(src) < 1<<16 {
			check(t, d, src, max(1, n&0xFF))
		}
	})
}

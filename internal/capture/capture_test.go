package capture_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/phiwatch/phiwatch/internal/capture"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
)

// write stores a file in a temporary directory.
func write(t testing.TB, dir, name string, data []byte) string {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return p
}

// all reads everything with three batches in flight, whose contents must stay untouched until they are given back.
func all(t testing.TB, paths ...string) ([]flow.Packet, capture.Stats) {
	t.Helper()
	s, err := capture.Open(paths)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var out []flow.Packet
	type flight struct {
		b    *flow.Batch
		copy [][]byte
	}
	var flying []flight
	free := []*flow.Batch{{}, {}, {}}
	land := func() {
		f := flying[0]
		flying = flying[1:]
		for i := range f.b.Packets {
			if !bytes.Equal(f.b.Packets[i].Data, f.copy[i]) {
				t.Fatalf("packet %d changed while its batch was in flight", i)
			}
		}
		free = append(free, f.b)
	}
	for {
		if len(free) == 0 {
			land()
		}
		b := free[0]
		free = free[1:]
		err := s.Next(context.Background(), b)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := len(b.Packets); n == 0 || n > 1024 {
			t.Fatalf("a batch of %d packets", n)
		}
		f := flight{b: b}
		for _, p := range b.Packets {
			p.Data = bytes.Clone(p.Data)
			f.copy = append(f.copy, p.Data)
			out = append(out, p)
		}
		flying = append(flying, f)
	}
	for len(flying) > 0 {
		land()
	}
	st := s.Stats()
	if st.Packets != uint64(len(out)) {
		t.Fatalf("%d packets counted, %d read", st.Packets, len(out))
	}
	if read, total := s.Progress(); total >= 0 && read > total {
		t.Errorf("progress %d of %d", read, total)
	}
	return out, st
}

func datagrams(n, size int, step flow.Time) *pcaptest.Capture {
	c := pcaptest.New()
	c.Step = step
	u := c.UDP("10.0.0.1:1", "10.0.0.2:2")
	for i := range n {
		data := make([]byte, size)
		copy(data, fmt.Sprintf("%d", i))
		u.Client(string(data))
	}
	return c
}

func same(t *testing.T, got, want []flow.Packet) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d packets, want %d", len(got), len(want))
	}
	for i := range want {
		g, w := &got[i], &want[i]
		if g.At != w.At || !bytes.Equal(g.Data, w.Data) || g.Wire != w.Wire || g.Frame != w.Frame || g.Link != w.Link || g.Net != -1 {
			t.Fatalf("packet %d: got %v %d bytes, wire %d, frame %d; want %v %d bytes, wire %d, frame %d",
				i, g.At, len(g.Data), g.Wire, g.Frame, w.At, len(w.Data), w.Wire, w.Frame)
		}
	}
}

func pack(t testing.TB, kind string, b []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&buf)
	if kind == "zst" {
		var err error
		if w, err = zstd.NewWriter(&buf); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestBlocks reads packets of all sizes across block edges, bare and compressed under misleading names.
func TestBlocks(t *testing.T) {
	dir := t.TempDir()
	c := pcaptest.New()
	for i, n := range []int{0, 1, 60, 1500, 9000, 65535, 262144, 14, 262144, 262144, 100_000} {
		c.Frame(bytes.Repeat([]byte{byte(i)}, n))
	}
	for i := range 5000 {
		c.Frame(bytes.Repeat([]byte{byte(i)}, i%700))
	}
	want := c.Packets()
	for name, data := range map[string][]byte{
		"a.txt": c.Bytes(), "b.pcap": pack(t, "gz", c.Bytes()), "c": pack(t, "zst", c.Bytes()),
		"two": append(pack(t, "gz", c.Bytes()[:1000]), pack(t, "gz", c.Bytes()[1000:])...),
	} {
		t.Run(name, func(t *testing.T) {
			got, st := all(t, write(t, dir, name, data))
			same(t, got, want)
			if f := st.Files[0]; f.Damage != coverage.None || f.First != want[0].At || f.Last != want[len(want)-1].At {
				t.Errorf("%+v", f)
			}
		})
	}
}

// TestMerge deals the packets of one capture to many files and has them back in order.
func TestMerge(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files int
		deal  func(i, n int) int
	}{
		{"one after another", 5, func(i, n int) int { return i * 5 / n }},
		{"in turn", 3, func(i, _ int) int { return i % 3 }},
		{"overlapping pairs", 10, func(i, n int) int { return min(max(i*10/n+i%2, 0), 9) }},
		{"one within another", 2, func(i, n int) int {
			if i > n/4 && i < n/2 {
				return 1
			}
			return 0
		}},
		{"many at once", 700, func(i, _ int) int { return i % 700 }}, // more than may be open: see below
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			c := datagrams(6000, 300, flow.Second/1000)
			parts := make([][]flow.Packet, tc.files)
			frames := map[int]uint64{}
			all1 := c.Packets()
			for i := range all1 {
				k := tc.deal(i, len(all1))
				parts[k] = append(parts[k], all1[i])
				frames[i] = uint64(len(parts[k]))
			}
			var paths []string
			for i, p := range parts {
				data := pcaptest.Pcap(flow.LinkEthernet, p)
				if i%4 == 3 && tc.files < 100 {
					data = pack(t, "gz", data)
				}
				paths = append(paths, write(t, dir, fmt.Sprintf("%04d", i), data))
			}
			got, st := all(t, paths...)
			if tc.files > 512 {
				late := 0
				for _, f := range st.Files {
					if f.Note == capture.NoteLate {
						late++
					}
				}
				if len(got) != len(all1) || late == 0 {
					t.Fatalf("%d packets, %d files late", len(got), late)
				}
				return
			}
			want := c.Packets()
			for i := range want {
				want[i].Frame = frames[i]
			}
			same(t, got, want)
			dirGot, _ := all(t, dir)
			same(t, dirGot, want)
		})
	}
}

// TestTies: packets of the same time go by the order of the files, and a clock that steps back does not reorder a file.
func TestTies(t *testing.T) {
	dir := t.TempDir()
	mk := func(name string, secs ...int) string {
		c := pcaptest.New()
		for _, s := range secs {
			c.Now = pcaptest.Start + flow.Time(s)*flow.Second
			c.Frame([]byte(name))
		}
		return write(t, dir, name, c.Bytes())
	}
	paths := []string{mk("b", 1, 2, 2, 9), mk("a", 2, 2, 1, 3), mk("c", 20), mk("d"), mk("e", 0, 30)}
	got, _ := all(t, paths...)
	var order string
	for _, p := range got {
		order += string(p.Data)
	}
	if want := "ebbbaaaabce"; order != want {
		t.Errorf("got %s, want %s", order, want)
	}
	if got[0].Capture != 4 {
		t.Errorf("capture %d", got[0].Capture)
	}
}

func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	c := datagrams(3, 10, flow.Second)
	write(t, dir, "z/2.pcap", c.Bytes())
	write(t, dir, "a/1", c.Bytes())
	write(t, dir, "readme.pcap", []byte("not a capture at all"))
	write(t, dir, "empty", nil)
	write(t, dir, "short.gz", []byte{0x1f, 0x8b, 8})
	if err := os.Symlink(dir, filepath.Join(dir, "loop")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "nowhere"), filepath.Join(dir, "dangling")); err != nil {
		t.Fatal(err)
	}
	s, err := capture.Open([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got := s.Captures()
	if len(got) != 2 || got[0] != filepath.Join(dir, "a/1") || got[1] != filepath.Join(dir, "z/2.pcap") {
		t.Errorf("%v", got)
	}
	notes := map[string]string{}
	for _, f := range s.Stats().Skipped {
		notes[filepath.Base(f.Path)] = f.Note
	}
	for name, note := range map[string]string{
		"readme.pcap": capture.NoteForeign, "empty": capture.NoteForeign, "short.gz": capture.NoteUnreadable,
		"dangling": capture.NoteUnreadable,
	} {
		if notes[name] != note {
			t.Errorf("%s: %q, want %q", name, notes[name], note)
		}
	}
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	png := write(t, dir, "x.pcap", []byte("\x89PNG\r\n\x1a\n secret"))
	good := write(t, dir, "y.pcap", datagrams(1, 1, 1).Bytes())
	empty := filepath.Join(dir, "none")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		paths []string
		want  error
	}{
		{[]string{png}, capture.ErrNotCapture},
		{[]string{good, png}, capture.ErrNotCapture},
		{[]string{empty}, capture.ErrNoCapture},
		{[]string{filepath.Join(dir, "missing")}, fs.ErrNotExist},
		{[]string{write(t, dir, "e", nil)}, capture.ErrNotCapture},
		{[]string{write(t, dir, "g", pack(t, "gz", []byte("secret, not a capture")))}, capture.ErrNotCapture},
	} {
		_, err := capture.Open(tc.paths)
		if !errors.Is(err, tc.want) {
			t.Errorf("%v: %v, want %v", tc.paths, err, tc.want)
		}
		if err != nil && bytes.Contains([]byte(err.Error()), []byte("secret")) {
			t.Errorf("an error quotes the file: %v", err)
		}
	}
}

// TestCut cuts a capture at every byte: all whole packets come out, and the cut is told unless it falls between two.
func TestCut(t *testing.T) {
	c := datagrams(4, 30, flow.Second)
	file := c.Bytes()
	const header, record = 24, 16 + 14 + 20 + 8 + 30
	dir := t.TempDir()
	for _, kind := range []string{"", "gz", "zst"} {
		for n := 4; n <= len(file); n++ {
			data := file[:n]
			if kind != "" {
				if n%11 != 0 {
					continue
				}
				data = pack(t, kind, data)
			}
			got, st := all(t, write(t, dir, "f"+kind, data))
			want := max(n-header, 0) / record
			cut := n < header || (n-header)%record != 0
			if len(got) != want || (st.Files[0].Damage != coverage.None) != cut {
				t.Fatalf("%s cut at %d: %d packets, %+v", kind, n, len(got), st.Files[0])
			}
			if cut && st.Files[0].Note != capture.NoteCut {
				t.Fatalf("note %q", st.Files[0].Note)
			}
		}
	}
	for _, kind := range []string{"gz", "zst"} {
		noise := pcaptest.New()
		rng := rand.New(rand.NewPCG(1, 2))
		for range 2000 {
			b := make([]byte, 500)
			for i := range b {
				b[i] = byte(rng.Uint32())
			}
			noise.Frame(b)
		}
		data := pack(t, kind, noise.Bytes())
		_, st := all(t, write(t, dir, "h"+kind, data[:len(data)-6]))
		if st.Files[0].Note != capture.NoteCut {
			t.Errorf("%s cut off: %+v", kind, st.Files[0])
		}
		data[len(data)/2] ^= 0x55
		_, st = all(t, write(t, dir, "h"+kind, data))
		if st.Files[0].Damage != coverage.DamagedFile {
			t.Errorf("%s damaged: %+v", kind, st.Files[0])
		}
	}
}

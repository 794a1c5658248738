package capture_test

import (
	"context"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/phiwatch/phiwatch/internal/capture"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// FuzzFile reads any bytes as a file: no panic, an end, no packet that the file cannot hold, the same result twice.
func FuzzFile(f *testing.F) {
	f.Add(datagrams(3, 30, flow.Second).Bytes())
	f.Add(pack(f, "gz", datagrams(3, 30, flow.Second).Bytes()))
	f.Add(pack(f, "zst", datagrams(3, 30, flow.Second).Bytes()))
	for _, o := range orders {
		f.Add(in(o).block(0x0a0d0d0a, in(o).u32(0x1a2b3c4d).u16(1, 0).u32(0, 0)).
			block(1, in(o).u16(1, 0).u32(0).u16(9, 1).bytes(6, 0, 0, 0)).
			block(6, in(o).u32(0, 0, 1, 3, 3).bytes(1, 2, 3)).
			block(3, in(o).u32(3).bytes(1, 2, 3)).
			block(2, in(o).u32(0, 0, 1, 3, 3).bytes(1, 2, 3)).b)
	}
	f.Add(in(binary.BigEndian).bytes([]byte("snoop\x00\x00\x00")...).u32(2, 4, 9, 3, 28, 0, 5, 7).bytes(1, 2, 3, 0).b)
	path := filepath.Join(f.TempDir(), "f")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		a := run(t, path, len(data))
		if b := run(t, path, len(data)); a != b {
			t.Errorf("%+v, then %+v", a, b)
		}
	})
}

type result struct {
	packets, bytes uint64
	note           string
}

func run(t *testing.T, path string, size int) result {
	s, err := capture.Open([]string{path})
	if err != nil {
		return result{}
	}
	defer s.Close()
	b := &flow.Batch{}
	for {
		err := s.Next(context.Background(), b)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if cap(b.Buf) > 1<<20 {
			t.Fatalf("a buffer of %d bytes", cap(b.Buf))
		}
	}
	st := s.Stats()
	if packed := size > 2 && (st.Bytes > uint64(size)); packed {
		head := make([]byte, 4)
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		_, _ = io.ReadFull(f, head)
		if head[0] != 0x1f && head[1] != 0xb5 && head[1]&0xf0 != 0x50 && head[1] != 0x2a {
			t.Fatalf("%d bytes of packets in a file of %d", st.Bytes, size)
		}
	}
	return result{st.Packets, st.Bytes, st.Files[0].Note}
}

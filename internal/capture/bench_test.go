package capture_test

import (
	"context"
	"io"
	"testing"

	"github.com/phiwatch/phiwatch/internal/capture"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
)

// BenchmarkRead reads a file in the page cache; ns/op is per packet.
func BenchmarkRead(b *testing.B) {
	for _, bc := range []struct {
		name  string
		size  int
		files int
		kind  string
	}{
		{"950", 950, 1, ""}, {"60", 60, 1, ""}, {"950 in two", 950, 2, ""}, {"950 gz", 950, 1, "gz"}, {"950 zst", 950, 1, "zst"},
	} {
		b.Run(bc.name, func(b *testing.B) {
			dir := b.TempDir()
			pkts := datagrams(64<<20/(bc.size+58), bc.size-42, flow.Second/1000).Packets()
			var paths []string
			for k := range bc.files {
				var part []flow.Packet
				for i := k; i < len(pkts); i += bc.files {
					part = append(part, pkts[i])
				}
				data := pcaptest.Pcap(flow.LinkEthernet, part)
				if bc.kind != "" {
					data = pack(b, bc.kind, data)
				}
				paths = append(paths, write(b, dir, string(rune('a'+k)), data))
			}
			batches := []*flow.Batch{{}, {}, {}, {}}
			b.ReportAllocs()
			b.SetBytes(int64(bc.size))
			b.ResetTimer()
			for n := 0; n < b.N; {
				s, err := capture.Open(paths)
				if err != nil {
					b.Fatal(err)
				}
				for i := 0; n < b.N; i++ {
					batch := batches[i%len(batches)]
					err := s.Next(context.Background(), batch)
					if err == io.EOF {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
					n += len(batch.Packets)
				}
				s.Close()
			}
		})
	}
}

// TestNoAllocations: reading makes no garbage beyond what opening takes.
func TestNoAllocations(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "a", datagrams(20_000, 400, flow.Second/1000).Bytes())
	s, err := capture.Open([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	batches := []*flow.Batch{{}, {}}
	i := 0
	next := func() {
		if err := s.Next(context.Background(), batches[i%2]); err != nil {
			t.Fatal(err)
		}
		i++
	}
	for range 3 {
		next() // buffers are made
	}
	if n := testing.AllocsPerRun(10, next); n != 0 {
		t.Errorf("%v allocations a batch", n)
	}
}

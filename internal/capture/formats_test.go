package capture_test

import (
	"encoding/binary"
	"math"
	"os"
	"runtime"
	"testing"

	"github.com/phiwatch/phiwatch/internal/capture"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// builder writes numbers in one byte order.
type builder struct {
	o binary.ByteOrder
	b []byte
}

func (w *builder) u16(vs ...uint16) *builder {
	for _, v := range vs {
		w.b = append(w.b, 0, 0)
		w.o.PutUint16(w.b[len(w.b)-2:], v)
	}
	return w
}

func (w *builder) u32(vs ...uint32) *builder {
	for _, v := range vs {
		w.b = append(w.b, 0, 0, 0, 0)
		w.o.PutUint32(w.b[len(w.b)-4:], v)
	}
	return w
}

func (w *builder) bytes(b ...byte) *builder {
	w.b = append(w.b, b...)
	return w
}

// block appends a pcapng block, padded to four bytes.
func (w *builder) block(typ uint32, body *builder) *builder {
	b := body.b
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	n := uint32(len(b) + 12)
	return w.u32(typ, n).bytes(b...).u32(n)
}

var orders = []binary.ByteOrder{binary.LittleEndian, binary.BigEndian}

func in(o binary.ByteOrder) *builder { return &builder{o: o} }

func TestPcapVariants(t *testing.T) {
	dir := t.TempDir()
	for _, o := range orders {
		for _, tc := range []struct {
			magic      uint32
			minor      uint16
			network    uint32
			a, b       uint32
			extra      int
			at         flow.Time
			wire, data int
		}{
			{0xa1b2c3d4, 4, 1, 3, 10, 0, 5*flow.Second + 7000, 10, 3},
			{0xa1b23c4d, 4, 0x24000001, 3, 3, 0, 5*flow.Second + 7, 3, 3},
			{0xa1b2cd34, 4, 1, 3, 10, 8, 5*flow.Second + 7000, 10, 3},
			{0xa1b2c3d4, 1, 1, 10, 3, 0, 5*flow.Second + 7000, 10, 3},
			{0xa1b2c3d4, 3, 1, 3, 10, 0, 5*flow.Second + 7000, 10, 3},
			{0xa1b2c3d4, 4, 1, 3, 0, 0, 5*flow.Second + 7000, 3, 3}, // a length on the wire that cannot be
		} {
			w := in(o).u32(tc.magic).u16(2, tc.minor).u32(0, 0, 1 /* snaplen: ignored */, tc.network)
			w.u32(5, 7, tc.a, tc.b).bytes(make([]byte, tc.extra)...).bytes(1, 2, 3)
			got, st := all(t, write(t, dir, "f", w.b))
			if len(got) != 1 || st.Files[0].Damage != coverage.None {
				t.Fatalf("%x minor %d: %d packets, %+v", tc.magic, tc.minor, len(got), st.Files[0])
			}
			p := got[0]
			if p.At != tc.at || int(p.Wire) != tc.wire || len(p.Data) != tc.data || p.Link != flow.LinkEthernet {
				t.Errorf("%x minor %d: %v wire %d data %d link %d", tc.magic, tc.minor, p.At, p.Wire, len(p.Data), p.Link)
			}
		}
	}
}

func TestPcapng(t *testing.T) {
	dir := t.TempDir()
	for _, o := range orders {
		section := func() *builder { return in(o).u32(0x1a2b3c4d).u16(1, 0).u32(math.MaxUint32, math.MaxUint32) }
		resol := func(r byte) *builder { return in(o).u16(1, 0).u32(0).u16(9, 1).bytes(r, 0, 0, 0).u32(0) }
		w := in(o).
			block(0x0a0d0d0a, section()).
			block(1, in(o).u16(1, 0).u32(0)).
			block(1, in(o).u16(101, 0).u32(4).u16(9, 1).bytes(9, 0, 0, 0).u16(14, 8).u32(pair(o, 100)...).u32(0)).
			block(99, in(o).u32(1, 2, 3)). // unknown
			block(6, in(o).u32(0, 0, 5_000_007, 3, 9).bytes(1, 2, 3)).
			block(6, in(o).u32(1, 0, 77, 3, 3).bytes(1, 2, 3)).
			block(3, in(o).u32(3).bytes(4, 5, 6)).
			block(2, in(o).u16(1, 5).u32(0, 78, 1, 1).bytes(7)).
			block(0x0a0d0d0a, section()).
			block(1, resol(0x80|10)).
			block(1, resol(0)).
			block(1, resol(12)).
			block(6, in(o).u32(0, 0, 1024*3+512, 1, 1).bytes(8)).
			block(6, in(o).u32(1, 0, 42, 1, 1).bytes(8)).
			block(6, in(o).u32(2, 1, 0, 1, 1).bytes(8))
		got, st := all(t, write(t, dir, "f", w.b))
		want := []flow.Packet{
			{At: 5*flow.Second + 7000, Wire: 9, Link: 1, Data: []byte{1, 2, 3}},
			{At: 100*flow.Second + 77, Wire: 3, Link: 101, Data: []byte{1, 2, 3}},
			{At: 100*flow.Second + 77, Wire: 3, Link: 1, Data: []byte{4, 5, 6}},
			{At: 100*flow.Second + 78, Wire: 1, Link: 101, Data: []byte{7}},
			{At: 3*flow.Second + flow.Second/2, Wire: 1, Link: 1, Data: []byte{8}},
			{At: 42 * flow.Second, Wire: 1, Link: 1, Data: []byte{8}},
			{At: 4294967, Wire: 1, Link: 1, Data: []byte{8}}, // 2^32 ps
		}
		for i := range want {
			want[i].Frame = uint64(i + 1)
		}
		same(t, got, want)
		if st.Files[0].Damage != coverage.None {
			t.Errorf("%+v", st.Files[0])
		}
	}
}

// pair gives the words of a 64-bit number in the order in which they are stored.
func pair(o binary.ByteOrder, v uint64) []uint32 {
	if o == binary.BigEndian {
		return []uint32{uint32(v >> 32), uint32(v)}
	}
	return []uint32{uint32(v), uint32(v >> 32)}
}

// TestDamage: what is wrong is told by its note, what stands beside it is read.
func TestDamage(t *testing.T) {
	o := binary.LittleEndian
	ng := func() *builder {
		return in(o).block(0x0a0d0d0a, in(o).u32(0x1a2b3c4d).u16(1, 0).u32(0, 0)).block(1, in(o).u16(1, 0).u32(0))
	}
	epb := func(index, caplen uint32) *builder { return in(o).u32(index, 0, 0, caplen, 3).bytes(1, 2, 3) }
	pcap := func() *builder { return in(o).u32(0xa1b2c3d4).u16(2, 4).u32(0, 0, math.MaxUint32, 1) }
	wrongTrailer := ng().block(6, epb(0, 3))
	wrongTrailer.b[len(wrongTrailer.b)-4]++
	for name, tc := range map[string]struct {
		file    *builder
		packets int
		note    string
	}{
		"pcap, hostile length":       {pcap().u32(1, 1, math.MaxUint32, math.MaxUint32).bytes(1), 0, capture.NoteTooLarge},
		"pcap, length above the cap": {pcap().u32(1, 1, 262145, 262145).bytes(make([]byte, 262145)...), 0, capture.NoteTooLarge},
		"pcap, version 1":            {in(o).u32(0xa1b2c3d4).u16(1, 4).u32(0, 0, 0, 1).u32(1, 1, 0, 0), 0, capture.NoteVersion},
		"pcapng, version 2":          {in(o).block(0x0a0d0d0a, in(o).u32(0x1a2b3c4d).u16(2, 0).u32(0, 0)), 0, capture.NoteVersion},
		"caplen beyond the block":    {ng().block(6, epb(0, 5000)).block(6, epb(0, 3)), 1, capture.NoteBlock},
		"hostile caplen":             {ng().block(6, epb(0, math.MaxUint32)).block(6, epb(0, 3)), 1, capture.NoteBlock},
		"unknown interface":          {ng().block(6, epb(1, 3)).block(6, epb(0, 3)), 1, capture.NoteInterface},
		"wrong trailer":              {wrongTrailer.block(6, epb(0, 3)), 2, capture.NoteBlock},
		"block too short":            {ng().u32(6, 8, 8).block(6, epb(0, 3)), 0, capture.NoteBlock},
		"block of 4 GiB":             {ng().u32(6, 0xfffffffc, 0, 0, 0, 3, 3).bytes(1, 2, 3), 1, capture.NoteCut},
		"unknown block of 4 GiB":     {ng().block(6, epb(0, 3)).u32(77, 0xfffffffc, 1), 1, capture.NoteCut},
		"interface of 4 GiB":         {ng().block(6, epb(0, 3)).u32(1, 0xfffffffc, 1), 1, capture.NoteCut},
		"simple packet, no interface": {in(o).block(0x0a0d0d0a, in(o).u32(0x1a2b3c4d).u16(1, 0).u32(0, 0)).
			block(3, in(o).u32(3).bytes(1, 2, 3)), 0, capture.NoteInterface},
		"snoop, record shorter than its packet": {in(binary.BigEndian).bytes([]byte("snoop\x00\x00\x00")...).
			u32(2, 4).u32(3, 3, 20, 0, 1, 1).bytes(1, 2, 3), 0, capture.NoteRecord},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, t.TempDir(), "f", tc.file.b)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got, st := all(t, path)
			runtime.ReadMemStats(&after)
			if len(got) != tc.packets || st.Files[0].Damage != coverage.DamagedFile || st.Files[0].Note != tc.note {
				t.Errorf("%d packets, %+v", len(got), st.Files[0])
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 8<<20 {
				t.Errorf("allocated %d bytes", n)
			}
		})
	}
}

func TestSnoop(t *testing.T) {
	w := in(binary.BigEndian).bytes([]byte("snoop\x00\x00\x00")...).u32(2, 4)
	w.u32(9, 3, 28, 0, 5, 7).bytes(1, 2, 3, 0)
	w.u32(3, 3, 28, 0, 5, 8).bytes(4, 5, 6, 0)
	got, _ := all(t, write(t, t.TempDir(), "f", w.b))
	same(t, got, []flow.Packet{
		{At: 5*flow.Second + 7000, Wire: 9, Link: 1, Data: []byte{1, 2, 3}, Frame: 1},
		{At: 5*flow.Second + 8000, Wire: 3, Link: 1, Data: []byte{4, 5, 6}, Frame: 2},
	})
}

// TestInterfacesAreBounded: a file of nothing but interfaces stays small in memory.
func TestInterfacesAreBounded(t *testing.T) {
	o := binary.LittleEndian
	w := in(o).block(0x0a0d0d0a, in(o).u32(0x1a2b3c4d).u16(1, 0).u32(0, 0))
	one := in(o).block(1, in(o).u16(1, 0).u32(0)).b
	for range 1<<16 + 10 {
		w.bytes(one...)
	}
	_, st := all(t, write(t, t.TempDir(), "f", w.b))
	if st.Files[0].Note != capture.NoteBlock {
		t.Errorf("%+v", st.Files[0])
	}
}

// TestTruncatedAtEveryByte must neither panic nor invent packets.
func TestTruncatedAtEveryByte(t *testing.T) {
	o := binary.LittleEndian
	w := in(o).block(0x0a0d0d0a, in(o).u32(0x1a2b3c4d).u16(1, 0).u32(0, 0)).
		block(1, in(o).u16(1, 0).u32(0).u16(9, 1).bytes(6, 0, 0, 0)).
		block(6, in(o).u32(0, 0, 1, 3, 3).bytes(1, 2, 3)).
		block(3, in(o).u32(3).bytes(1, 2, 3)).
		block(2, in(o).u32(0, 0, 1, 3, 3).bytes(1, 2, 3))
	path := write(t, t.TempDir(), "f", w.b)
	last := 0
	for n := 12; n <= len(w.b); n++ {
		if err := os.WriteFile(path, w.b[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		got, _ := all(t, path)
		if len(got) < last || len(got) > last+1 {
			t.Fatalf("%d bytes: %d packets after %d", n, len(got), last)
		}
		last = len(got)
	}
	if last != 3 {
		t.Errorf("%d packets", last)
	}
}

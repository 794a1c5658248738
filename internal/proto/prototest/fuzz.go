package prototest

import (
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// Fuzz is the fuzz target of an analyser: arbitrary bytes, directions, splits and gaps. It demands no panic, no
// object left open, no byte invented, and that the same input in other splits gives the same objects.
func Fuzz(f *testing.F, p proto.Protocol, seeds ...Conversation) {
	f.Helper()
	for i, s := range seeds {
		f.Add(script(s), uint64(i))
	}
	f.Fuzz(func(t *testing.T, b []byte, seed uint64) {
		if len(b) > 1<<16 {
			return
		}
		rnd := rand.New(rand.NewPCG(seed, 2))
		whole := perform(p, b, nil)
		split := perform(p, b, func() int { return 1 + rnd.IntN(1+int(seed%97)) })
		for _, h := range []*Host{whole, split} {
			if len(h.Faults) > 0 {
				t.Fatal(h.Faults)
			}
		}
		if x, y := whole.Dump(true), split.Dump(true); x != y {
			t.Fatalf("in other splits %s", difference(y, x))
		}
	})
}

// A script is a list of steps: a byte (bit 0 the direction; bits 1..3 zero: a gap), a 16-bit length, and, unless it is
// a gap, so many bytes.

// script writes a conversation as a script.
func script(c Conversation) []byte {
	var b []byte
	for _, t := range c {
		for rest := t.Bytes; len(rest) > 0; {
			n := min(len(rest), 1<<16-1)
			b = append(b, 2|byte(t.Dir))
			b = binary.BigEndian.AppendUint16(b, uint16(n))
			b = append(b, rest[:n]...)
			rest = rest[n:]
		}
	}
	return b
}

// perform plays a script.
func perform(p proto.Protocol, b []byte, cut func() int) *Host {
	h := NewHost(nil)
	pl := Play(p, h)
	for len(b) >= 3 {
		d, gap, n := flow.Dir(b[0]&1), b[0]>>1&7 == 0, int(binary.BigEndian.Uint16(b[1:]))
		b = b[3:]
		if gap {
			pl.Gap(d, uint64(n))
			pl.Tick()
			continue
		}
		n = min(n, len(b))
		pl.Turn(Turn{d, b[:n]}, cut)
		b = b[n:]
	}
	pl.Close(flow.ClosedFIN)
	return h
}

// Bounded repeats a conversation (an endless line, a flood of commands, one side only) until total bytes were played,
// and fails when the analyser holds more than limit bytes of memory by then.
func Bounded(t *testing.T, p proto.Protocol, limit, total int, c Conversation) {
	t.Helper()
	h := NewHost(nil)
	h.Count = true
	pl := Play(p, h)
	before := heap()
	for n := 0; n < total && !pl.over(); n += max(c.Len(), 1) {
		for _, turn := range c {
			pl.Turn(turn, nil)
		}
	}
	after := heap()
	if len(h.Faults) > 0 {
		t.Fatal(h.Faults)
	}
	if after > before+uint64(limit) {
		t.Errorf("holds %d bytes after %d, limit %d", after-before, total, limit)
	}
	pl.Close(flow.ClosedEnd)
	runtime.KeepAlive(pl)
	if len(h.Faults) > 0 {
		t.Fatal(h.Faults)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

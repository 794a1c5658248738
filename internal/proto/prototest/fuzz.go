package prototest

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"slices"
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
		probes(p, b, seed)
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

// probes shows a Probe arbitrary beginnings.
func probes(p proto.Protocol, b []byte, seed uint64) {
	at := 0
	if len(b) > 0 {
		at = int(seed % uint64(len(b)))
	}
	f := DefaultFlow()
	f.Ends[0], f.Ends[1] = f.Ends[int(seed&1)], f.Ends[int(seed>>1&1)]
	client := proto.Peek{Data: b[:min(at, proto.PeekMax)], Gap: seed&4 != 0, End: seed&8 != 0}
	server := proto.Peek{Data: b[at:min(len(b), at+proto.PeekMax)], Gap: seed&16 != 0, End: seed&32 != 0}
	p.Probe(client, server, f)
	p.Probe(server, client, f)
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

// Shuffle plays conversations made of random lines of a vocabulary (0 the client's, 1 the server's) in random order,
// with gaps, and demands of each what [Fuzz] demands. It reaches states that mutated bytes seldom reach. What fails is
// made as short as it goes.
func Shuffle(t *testing.T, p proto.Protocol, rounds int, words [2][]string) {
	t.Helper()
	for round := range rounds {
		rnd := rand.New(rand.NewPCG(uint64(round), 3))
		var steps [][]byte
		for range 1 + rnd.IntN(40) {
			d := rnd.IntN(2)
			if rnd.IntN(25) == 0 {
				steps = append(steps, []byte{byte(d), 0, byte(rnd.IntN(40))})
				continue
			}
			var turn []byte
			for range 1 + rnd.IntN(3) {
				turn = append(turn, words[d][rnd.IntN(len(words[d]))]...)
			}
			steps = append(steps, script(Conversation{{flow.Dir(d), turn}}))
		}
		size := 1 + round%50
		why := complaint(p, steps, size)
		if why == "" {
			continue
		}
		for i := 0; i < len(steps); i++ {
			less := slices.Delete(slices.Clone(steps), i, i+1)
			if w := complaint(p, less, size); w != "" {
				steps, why, i = less, w, -1
			}
		}
		t.Fatalf("round %d: %s\n%.3000q", round, why, steps)
	}
}

// complaint plays steps whole and in pieces and says what is wrong.
func complaint(p proto.Protocol, steps [][]byte, size int) string {
	b := bytes.Join(steps, nil)
	rnd := rand.New(rand.NewPCG(1, uint64(size)))
	whole := perform(p, b, nil)
	split := perform(p, b, func() int { return 1 + rnd.IntN(size) })
	for _, h := range []*Host{whole, split} {
		if len(h.Faults) > 0 {
			return h.String()
		}
	}
	if x, y := whole.Dump(true), split.Dump(true); x != y {
		return "in other splits " + difference(y, x)
	}
	return ""
}

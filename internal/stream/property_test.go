package stream

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// conversation is a random exchange in which both sides send text.
func conversation(rnd *rand.Rand) (packets []tcpPacket, client, server string) {
	var b [2]strings.Builder
	isn := [2]uint32{rnd.Uint32(), rnd.Uint32()}
	next := [2]uint32{isn[0] + 1, isn[1] + 1}
	add := func(side int, flags, data string) {
		packets = append(packets, tcpPacket{fromServer: side == 1, seq: next[side], ack: next[1-side], flags: flags, data: data, ms: int64(len(packets))})
		next[side] += uint32(len(data))
		b[side].WriteString(data)
	}
	packets = append(packets, tcpPacket{seq: isn[0], flags: "S"}, tcpPacket{fromServer: true, seq: isn[1], ack: isn[0] + 1, flags: "SA"})
	add(0, "A", "")
	for range 2 + rnd.IntN(12) {
		side := rnd.IntN(2)
		for range 1 + rnd.IntN(5) {
			data := make([]byte, 1+rnd.IntN(1460))
			for i := range data {
				data[i] = byte(rnd.Uint32())
			}
			add(side, "PA", string(data))
		}
		add(1-side, "A", "")
	}
	return packets, b[0].String(), b[1].String()
}

// Any order within a window, any duplicates and any other cut of the same bytes give the same streams.
func TestResegmentation(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for round := range 400 {
		packets, client, server := conversation(rnd)
		var out []tcpPacket
		for _, p := range packets {
			if strings.Contains(p.flags, "S") || rnd.IntN(3) == 0 || p.data == "" {
				out = append(out, p)
				continue
			}
			for lo := 0; lo < len(p.data); { // cut anew, with overlaps
				hi := min(len(p.data), lo+1+rnd.IntN(700))
				from := max(0, lo-rnd.IntN(40))
				q := p
				q.seq += uint32(from)
				q.data = p.data[from:hi]
				out = append(out, q)
				lo = hi
			}
		}
		for range rnd.IntN(6) {
			i := 3 + rnd.IntN(len(out)-3)
			out = append(out[:i+1], out[i:]...)
		}
		const window = 6
		type placed struct {
			q  tcpPacket
			at int
		}
		var order []placed
		for i, q := range out {
			if i >= 3 {
				i += rnd.IntN(window)
			}
			order = append(order, placed{q, i})
		}
		slices.SortStableFunc(order, func(a, b placed) int { return a.at - b.at })
		for i := range order {
			out[i] = order[i].q
		}
		g := newRig(t)
		for _, p := range out {
			g.tcp(p)
		}
		g.close()
		c := g.only()
		if string(c.data[0]) != client || string(c.data[1]) != server || len(c.gaps[0])+len(c.gaps[1])+len(c.alts) > 0 {
			t.Fatalf("round %d: %d/%d and %d/%d bytes, gaps %v, %d second versions", round, len(c.data[0]), len(client), len(c.data[1]), len(server), c.gaps, len(c.alts))
		}
	}
}

// With losses, what is told lies at its place, and told and missing bytes add up.
func TestLosses(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for round := range 400 {
		packets, client, server := conversation(rnd)
		g := newRig(t)
		texts := [2]string{client, server}
		for i, p := range packets {
			if i < 3 || rnd.IntN(8) > 0 {
				g.tcp(p)
			}
		}
		g.close()
		for _, c := range g.rec.flows {
			for d := range 2 {
				at, from := 0, 0
				for _, v := range append(c.gaps[d], told{off: c.next[d]}) {
					n := int(v.off) - at
					if string(c.data[d][from:from+n]) != texts[d][at:at+n] {
						t.Fatalf("round %d: bytes at a wrong place", round)
					}
					from, at = from+n, int(v.off+v.n)
				}
				if c.f.Bytes[d]+c.f.Missing[d] != c.next[d] || int(c.next[d]) > len(texts[d]) {
					t.Fatalf("round %d: %d told, %d missing, %d of %d", round, c.f.Bytes[d], c.f.Missing[d], c.next[d], len(texts[d]))
				}
			}
		}
	}
}

// mutate damages a list of packets.
func mutate(rnd *rand.Rand, in []flow.Packet) []flow.Packet {
	var out []flow.Packet
	for _, p := range in {
		p.Data = bytes.Clone(p.Data)
		switch n := len(p.Data); rnd.IntN(12) {
		case 0:
			continue
		case 1:
			out = append(out, p)
		case 2:
			if n > 0 {
				p.Data = p.Data[:rnd.IntN(n)]
			}
		case 3:
			for range 1 + rnd.IntN(4) {
				if n > 0 {
					p.Data[rnd.IntN(min(n, 80))] ^= 1 << rnd.IntN(8)
				}
			}
		case 4:
			if n > 60 {
				p.Data[40+rnd.IntN(n-40)] ^= 0x41
			}
		case 5:
			p.At += flow.Time(rnd.Int64N(100e9)) - 50e9
		case 6:
			p.Wire += uint32(rnd.IntN(1000))
		case 7:
			if len(out) > 0 {
				i := rnd.IntN(len(out))
				out[i], p = p, out[i]
			}
		}
		out = append(out, p)
	}
	return out
}

// Conservation holds under any damage; the run is the same each time; nothing panics. close checks the sums.
func TestConservationUnderMutation(t *testing.T) {
	dir := sharedDir(t)
	rnd := rand.New(rand.NewPCG(9, 10))
	for _, pattern := range []string{"tcp/*", "frag/*", "linktype/*", "smtp/*", "encap/*"} {
		files, _ := filepath.Glob(filepath.Join(dir, "pcaps", pattern))
		for _, file := range files {
			packets := packetsOf(file)
			if len(packets) == 0 || len(packets) > 3000 {
				continue
			}
			for range 6 {
				in := mutate(rnd, packets)
				seed := rnd.Uint64()
				first := outcome(t, in, seed)
				if t.Failed() {
					t.Fatal(file)
				}
				if second := outcome(t, in, seed); !reflect.DeepEqual(first, second) {
					t.Fatalf("%s: two runs differ", file)
				}
			}
		}
	}
}

// outcome runs packets with small budgets and a consumer of many wishes.
func outcome(t testing.TB, in []flow.Packet, seed uint64) []string {
	g := newRig(t)
	g.cfg = Config{FlowBytes: 16 << 10, ShardBytes: 40 << 10, Flows: 8, Fragments: 4, FragBytes: 16 << 10, History: 4096}
	g.rec.want = func(_ *rec, d flow.Dir, off uint64, n int) flow.Want {
		switch (seed ^ off*2654435761 ^ uint64(n)<<7) >> 5 % 23 {
		case 0:
			return flow.Want(1 + off%3000)
		case 1:
			if off%3 == 0 {
				return flow.Bypass
			}
		}
		return 0
	}
	for _, p := range in {
		g.packet(p)
	}
	st := g.close()
	out := []string{fmt.Sprintf("%+v", st), fmt.Sprint(g.rec.detail), fmt.Sprintf("%+v", g.acc)}
	for _, c := range g.rec.flows {
		out = append(out, c.String())
	}
	return out
}

// FuzzShard plays packets made from fuzz input: each step picks a kind and its numbers, near the interesting edges.
func FuzzShard(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09"), uint64(1))
	f.Add(bytes.Repeat([]byte{0x31, 0x80, 0x07, 0xf2, 0x18, 0x40}, 30), uint64(2))
	f.Fuzz(func(t *testing.T, in []byte, seed uint64) { outcome(t, steps(in), seed) })
}

// TestShardAtRandom plays what FuzzShard plays.
func TestShardAtRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	for range 3000 {
		in := make([]byte, 6*rnd.IntN(120))
		for i := range in {
			in[i] = byte(rnd.Uint32())
		}
		outcome(t, steps(in), rnd.Uint64())
	}
}

// steps makes packets of fuzz input.
func steps(in []byte) (packets []flow.Packet) {
	if len(in) > 4096 {
		in = in[:4096]
	}
	body := strings.Repeat("The quick brown fox 123-45-6789. ", 80)
	at := flow.Second
	for len(in) >= 6 {
		k := in[:6]
		in = in[6:]
		at += flow.Time(k[5]&15) * flow.Time(k[5]>>4) * 40e6
		off := uint32(k[1])<<3 | uint32(k[2]&7)
		if k[2]&0x80 != 0 {
			off -= 1 << (k[2] & 31)
		}
		n := int(k[3]) * 8 >> (k[4] & 3)
		if k[0]&0xc0 == 0xc0 {
			d := udpPayload(body[:max(n, 8)])
			lo := min(int(k[1])*8, len(d)-8) &^ 7
			p := fragOf{v6: k[4]&1 != 0, id: uint32(k[4] >> 6), proto: []byte{17, 6, 60, 44}[k[4]>>4&3], off: lo, more: k[2]&1 != 0, b: d[lo:min(len(d), lo+int(k[3]|8))]}
			packets = append(packets, flow.Packet{Data: p.raw(), At: at, Link: flow.LinkRaw})
			continue
		}
		q := tcpPacket{fromServer: k[0]&1 != 0, seq: 1000 + off, ack: 1000 + uint32(k[4])*8, badSum: k[0]&2 != 0, sport: 40000 + uint16(k[0]>>5&1)}
		for i, c := range "SFRU" {
			if k[4]>>(4+i)&1 != 0 && k[0]&4 != 0 {
				q.flags += string(c)
			}
		}
		if k[0]&0x18 != 0x18 {
			q.flags += "A"
		}
		q.urgent = uint16(k[5])
		if n > 0 {
			from := int(k[1]^k[0]&0x20) % 64
			q.data = body[from : from+min(n, len(body)-from)]
		}
		packets = append(packets, flow.Packet{Data: q.raw(), At: at, Link: flow.LinkRaw})
	}
	return packets
}

// FuzzPacket feeds arbitrary frames of every link type.
func FuzzPacket(f *testing.F) {
	f.Add([]byte{}, uint16(1))
	f.Add(append(make([]byte, 12), append([]byte{8, 0}, seg(0, "abc").raw()...)...), uint16(1))
	f.Add(fragOf{v6: true, id: 1, proto: 17, b: udpPayload("abc")}.raw(), uint16(101))
	f.Fuzz(func(t *testing.T, b []byte, link uint16) {
		g := newRig(t)
		for i := range 4 {
			g.packet(flow.Packet{Data: b[min(len(b), i):], Link: flow.Link(link), At: flow.Time(i), Wire: uint32(len(b) + i)})
		}
		g.close()
	})
}

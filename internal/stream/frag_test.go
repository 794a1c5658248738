package stream

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// fragOf is one IPv4 fragment from 10.0.0.1 to 10.0.0.2, or its IPv6 likeness.
type fragOf struct {
	v6    bool
	id    uint32
	proto byte
	off   int
	more  bool
	df    bool
	b     []byte
	s     int64 // seconds of packet time
}

func (f fragOf) raw() []byte {
	if f.v6 {
		b := make([]byte, 48, 48+len(f.b))
		b[0] = 0x60
		binary.BigEndian.PutUint16(b[4:], uint16(8+len(f.b)))
		b[6], b[7], b[23], b[39] = 44, 64, 1, 2
		b[8], b[24] = 0xfd, 0xfd
		b[40] = f.proto
		v := uint16(f.off)
		if f.more {
			v |= 1
		}
		binary.BigEndian.PutUint16(b[42:], v)
		binary.BigEndian.PutUint32(b[44:], f.id)
		return append(b, f.b...)
	}
	b := make([]byte, 20, 20+len(f.b))
	b[0] = 0x45
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(f.b)))
	binary.BigEndian.PutUint16(b[4:], uint16(f.id))
	v := uint16(f.off / 8)
	if f.more {
		v |= 0x2000
	}
	if f.df {
		v |= 0x4000
	}
	binary.BigEndian.PutUint16(b[6:], v)
	b[8], b[9] = 64, f.proto
	copy(b[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	binary.BigEndian.PutUint16(b[10:], checksum(b, 0))
	return append(b, f.b...)
}

func (g *rig) frag(f fragOf) {
	g.packet(flow.Packet{Data: f.raw(), At: flow.Second * flow.Time(1+f.s), Link: flow.LinkRaw})
}

// udpPayload is a UDP header without checksum and the text.
func udpPayload(text string) []byte {
	b := make([]byte, 8, 8+len(text))
	binary.BigEndian.PutUint16(b, 40000)
	binary.BigEndian.PutUint16(b[2:], 514)
	binary.BigEndian.PutUint16(b[4:], uint16(8+len(text)))
	return append(b, text...)
}

func TestFragments(t *testing.T) {
	text := "0123456789abcdef0123456789ABCDEFthe end"
	d := udpPayload(text) // 47 bytes: the last fragment is shorter than 8
	f := func(lo, hi int) fragOf { return fragOf{id: 7, proto: 17, off: lo, more: hi < len(d), b: d[lo:hi]} }
	other := func(lo, hi int, s string) fragOf {
		x := f(lo, hi)
		x.b = []byte(strings.Repeat(s, hi-lo))
		return x
	}
	for _, v := range []struct {
		name    string
		frags   []fragOf
		want    string
		gaps    string
		alt     string
		evasion bool
		flows   int
	}{
		{name: "in order", frags: []fragOf{f(0, 16), f(16, 40), f(40, 47)}, want: text, flows: 1},
		{name: "reversed", frags: []fragOf{f(40, 47), f(16, 40), f(0, 16)}, want: text, flows: 1},
		{name: "2 header in pieces", frags: []fragOf{f(8, 47), f(0, 8)}, want: text, flows: 1},
		{name: "duplicates", frags: []fragOf{f(0, 16), f(0, 16), f(16, 40), f(16, 40), f(40, 47)}, want: text, flows: 1},
		{name: "overlap, the same", frags: []fragOf{f(0, 24), f(16, 40), f(8, 47)}, want: text, flows: 1},
		{name: "1 overlap, another version", frags: []fragOf{f(0, 40), other(16, 24, "X"), f(40, 47)}, want: text, alt: "01234567XXXXXXXX01234567", evasion: true, flows: 1},
		{name: "a last fragment that shortens", frags: []fragOf{f(0, 16), f(40, 47), func() fragOf { x := f(16, 24); x.more = false; return x }(), f(24, 40)}, want: text, evasion: true, flows: 1},
		{name: "bytes behind the last fragment", frags: []fragOf{f(40, 47), {id: 7, proto: 17, off: 48, more: true, b: d[:8]}, f(0, 40)}, want: text, evasion: true, flows: 1},
		{name: "3 the middle is missing", frags: []fragOf{f(0, 16), f(40, 47)}, want: text[:8], gaps: "[{8 31 fragment}]", flows: 1},
		{name: "the beginning is missing", frags: []fragOf{f(16, 40), f(40, 47)}, flows: 0},
		{name: "DF and MF", frags: []fragOf{{id: 7, proto: 17, more: true, df: true, b: d[:40]}, {id: 7, proto: 17, off: 40, df: true, b: d[40:]}}, want: text, flows: 1},
		{name: "the same id again and again", frags: []fragOf{f(0, 16), f(16, 47), f(0, 16), f(16, 47)}, want: text + text, flows: 1},
		{name: "6 the same id, another protocol", frags: []fragOf{f(0, 16), {id: 7, proto: 6, off: 16, more: true, b: []byte("XXXXXXXX")}, f(16, 47)}, want: text, flows: 1},
		{name: "a middle fragment of odd length", frags: []fragOf{f(0, 16), func() fragOf { x := f(16, 43); x.more = true; return x }(), f(40, 47)}, want: text, flows: 1},
		{name: "too far", frags: []fragOf{f(0, 16), {id: 7, proto: 17, off: 65528, b: d[:16]}, f(16, 47)}, want: text, flows: 1},
		{name: "two datagrams interleaved", frags: []fragOf{f(0, 16), func() fragOf { x := f(0, 16); x.id = 8; return x }(), f(16, 47), func() fragOf { x := f(16, 47); x.id = 8; return x }()}, want: text + text, flows: 1},
	} {
		for _, v6 := range []bool{false, true} {
			t.Run(fmt.Sprint(v.name, " v6=", v6), func(t *testing.T) {
				if v6 && (strings.Contains(v.name, "odd length") || strings.Contains(v.name, "another protocol")) {
					t.Skip("IPv6 hosts refuse it, or have no such key")
				}
				g := newRig(t)
				for _, x := range v.frags {
					x.v6 = v6
					g.frag(x)
				}
				g.close()
				if len(g.rec.flows) != v.flows {
					t.Fatalf("%d flows, expected %d", len(g.rec.flows), v.flows)
				}
				if (g.rec.detail[EvasionFragment] == 1) != v.evasion {
					t.Errorf("evasions %v", g.rec.detail)
				}
				if v.flows == 0 {
					return
				}
				c := g.only()
				if string(c.data[0]) != v.want || gapText(c, 0) != v.gaps || !hasAlt(c, v.alt) {
					t.Errorf("%v", c)
				}
			})
		}
	}
}

// A TCP segment in two versions of which one has a wrong checksum: the other is the one that programs see.
func TestFragmentsOfTCP(t *testing.T) {
	g := newRig(t)
	g.handshake(1000)
	good := seg(0, "ssn 123-45-6789 of Doe")
	b := good.raw()[20:]
	bad := append([]byte(nil), b...)
	copy(bad[24:], "000-00-0000")
	piece := func(id uint32, b []byte, lo, hi int) {
		g.frag(fragOf{id: id, proto: 6, off: lo, more: hi < len(b), b: b[lo:hi]})
	}
	piece(1, bad, 0, 40)
	piece(1, b, 16, 40)
	piece(1, b, 40, len(b))
	g.close()
	c := g.only()
	if string(c.data[0]) != good.data || !hasAlt(c, "000-00-0000") || g.rec.detail[EvasionFragment] != 1 {
		t.Errorf("%v %v", c, g.rec.detail)
	}
}

// Case 5: a flood of incomplete datagrams stays in its budget and does not disturb others.
func TestFragmentFlood(t *testing.T) {
	g := newRig(t)
	d := udpPayload(strings.Repeat("abcdefgh", 100))
	for i := range 100000 {
		g.frag(fragOf{id: uint32(i), v6: true, proto: 17, off: 8 * (i % 50), more: true, b: d[:8], s: int64(i / 10000)})
		if i == 50000 {
			g.frag(fragOf{id: 1 << 20, v6: true, proto: 17, more: true, b: d[:400], s: 5})
			g.frag(fragOf{id: 1 << 20, v6: true, proto: 17, off: 400, b: d[400:], s: 5})
		}
		if i%1000 == 0 {
			for _, s := range g.order {
				if st := s.Stats(); st.Buffered > 1<<20+pageCost {
					t.Fatalf("%d bytes", st.Buffered)
				}
			}
		}
	}
	st := g.close()
	if st.Datagrams != 1 || st.FragShed == 0 || g.acc.Reasons[coverage.Shed] == 0 {
		t.Errorf("%+v", st)
	}
}

// Any cut of any datagram, in any order, with duplicates, gives it back.
func TestFragmentsAtRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		text := make([]byte, 1+rnd.IntN(9000))
		for i := range text {
			text[i] = 'a' + byte(rnd.IntN(26))
		}
		d := udpPayload(string(text))
		var fs []fragOf
		for lo := 0; lo < len(d); {
			hi := min(len(d), lo+8*(1+rnd.IntN(200)))
			fs = append(fs, fragOf{id: 9, proto: 17, off: lo, more: hi < len(d), b: d[lo:hi]})
			lo = hi
		}
		n := len(fs)
		for range rnd.IntN(3) {
			fs = append(fs, fs[rnd.IntN(n)])
		}
		rnd.Shuffle(len(fs), func(i, j int) { fs[i], fs[j] = fs[j], fs[i] })
		g := newRig(t)
		for _, f := range fs {
			g.frag(f)
		}
		g.close()
		found := false
		for _, c := range g.rec.flows {
			found = found || strings.Contains(string(c.data[0]), string(text))
		}
		if !found {
			t.Fatal("lost a datagram")
		}
	}
}

// Case 4: an atomic fragment and padding in destination options.
func TestAtomicFragment(t *testing.T) {
	g := newRig(t)
	inner := append([]byte{17, 0, 1, 4, 0, 0, 0, 0}, udpPayload("hello")...)
	g.frag(fragOf{v6: true, id: 3, proto: 60, b: inner})
	g.frag(fragOf{v6: true, id: 4, proto: 60, more: true, b: inner[:16]})
	g.frag(fragOf{v6: true, id: 4, proto: 60, off: 16, b: inner[16:]})
	g.close()
	if c := g.only(); string(c.data[0]) != "hellohello" {
		t.Errorf("%v", c)
	}
}

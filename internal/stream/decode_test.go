package stream

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

func TestChecksum(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, 3000)
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	for i := 1000; i < 2000; i++ {
		b[i] = 0xff
	}
	for n := range 1400 {
		for _, s := range [][]byte{b[:n], b[n : 2*n+n%7], b[n:]} {
			want := ^checksum(s, 0)
			got := fold(sum(s, 0))
			if got = got>>8 | got<<8; got != want && !(got == 0xffff && want == 0 || got == 0 && want == 0xffff) {
				t.Fatalf("%d bytes: %04x, expected %04x", len(s), got, want)
			}
		}
	}
}

func TestRoute(t *testing.T) {
	ip := seg(0, "abc").raw()
	eth := func(tags ...uint16) []byte {
		b := make([]byte, 12)
		for _, v := range tags {
			b = binary.BigEndian.AppendUint16(b, v)
		}
		return append(b, ip...)
	}
	many := []uint16{}
	for range 20 {
		many = append(many, 0x8100, 0x0123)
	}
	endless := []uint16{}
	for range 100 {
		endless = append(endless, 0x88a8, 0x0123)
	}
	for _, v := range []struct {
		name string
		link flow.Link
		b    []byte
		net  int32
		vlan []uint16
		why  coverage.Reason
	}{
		{"ethernet", 1, eth(0x800), 14, nil, 0},
		{"vlan", 1, eth(0x8100, 0x6123, 0x800), 18, []uint16{0x123}, 0},
		{"qinq", 1, eth(0x88a8, 5, 0x8100, 6, 0x800), 22, []uint16{5, 6}, 0},
		{"9100", 1, eth(0x9100, 5, 0x9100, 6, 0x8100, 7, 0x800), 26, []uint16{5, 6, 7}, 0},
		{"twenty tags", 1, eth(append(many, 0x800)...), 94, []uint16{0x123, 0x123, 0x123, 0x123}, 0},
		{"tags without end", 1, eth(endless...), -1, nil, coverage.Tunnel},
		{"snap", 1, eth(46, 0xaaaa, 0x0300, 0, 0x800), 22, nil, 0},
		{"vlan and snap", 1, eth(0x8100, 9, 46, 0xaaaa, 0x0300, 0, 0x800), 26, []uint16{9}, 0},
		{"spanning tree", 1, eth(38, 0x4242, 0x0300), -1, nil, coverage.NotIP},
		{"arp", 1, eth(0x806), -1, nil, coverage.NotIP},
		{"xid", 1, eth(3, 0xe0e0, 0xbf00), -1, nil, coverage.NotIP},
		{"is-is", 1, eth(40, 0xfefe, 0x0383), -1, nil, coverage.NotIP},
		{"osi data", 1, eth(40, 0xfefe, 0x0381), -1, nil, coverage.Network},
		{"cdp", 1, eth(40, 0xaaaa, 0x0300, 0x000c, 0x2000), -1, nil, coverage.NotIP},
		{"cisco, other", 1, eth(40, 0xaaaa, 0x0300, 0x000c, 0x2222), -1, nil, coverage.Network},
		{"snap with a length", 1, eth(40, 0xaaaa, 0x0300, 0, 0x0100), -1, nil, coverage.Network},
		{"netbios", 1, eth(40, 0xf0f0, 0x0300), -1, nil, coverage.Network},
		{"ipx, raw", 1, eth(40, 0xffff, 0x0022), -1, nil, coverage.Network},
		{"llc cut short", 1, eth(40)[:16], -1, nil, coverage.Malformed},
		{"lldp", 1, eth(0x88cc), -1, nil, coverage.NotIP},
		{"lacp", 1, eth(0x8809), -1, nil, coverage.NotIP},
		{"eapol", 1, eth(0x888e), -1, nil, coverage.NotIP},
		{"pause", 1, eth(0x8808), -1, nil, coverage.NotIP},
		{"loop test", 1, eth(0x9000), -1, nil, coverage.NotIP},
		{"ipx", 1, eth(0x8137), -1, nil, coverage.Network},
		{"unknown", 1, eth(0x88b5), -1, nil, coverage.Network},
		{"ppp lcp", 1, eth(0x8864, 0x1100, 1, 45, 0xc021), -1, nil, coverage.NotIP},
		{"ppp compressed", 1, eth(0x8864, 0x1100, 1, 45, 0xfd), -1, nil, coverage.Network},
		{"null, other family", 0, append([]byte{7, 0, 0, 0}, ip...), -1, nil, coverage.Network},
		{"mpls", 1, eth(0x8847, 0, 0x1ff), -1, nil, coverage.Tunnel},
		{"pppoe", 1, eth(0x8864, 0x1100, 1, 45, 0x21), 22, nil, 0},
		{"wrong version", 1, eth(0x86dd), -1, nil, coverage.Malformed},
		{"short", 1, eth(0x800)[:20], -1, nil, coverage.Malformed},
		{"empty", 1, nil, -1, nil, coverage.Malformed},
		{"raw 12", 12, ip, 0, nil, 0},
		{"raw 14", 14, ip, 0, nil, 0},
		{"raw 101", 101, ip, 0, nil, 0},
		{"228", 228, ip, 0, nil, 0},
		{"229 with IPv4", 229, ip, -1, nil, coverage.Malformed},
		{"null, little", 0, append([]byte{2, 0, 0, 0}, ip...), 4, nil, 0},
		{"null, big", 0, append([]byte{0, 0, 0, 2}, ip...), 4, nil, 0},
		{"loop", 108, append([]byte{0, 0, 0, 2}, ip...), 4, nil, 0},
		{"sll", 113, append([]byte{0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0}, ip...), 16, nil, 0},
		{"sll2", 276, append([]byte{8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0}, ip...), 20, nil, 0},
		{"802.11", 105, ip, -1, nil, coverage.LinkType},
	} {
		t.Run(v.name, func(t *testing.T) {
			var acc coverage.Account
			p := flow.Packet{Data: v.b, Link: v.link, Wire: uint32(len(v.b))}
			_, ok := Route(&p, &acc)
			if ok != (v.why == coverage.None) || p.Net != v.net {
				t.Fatalf("ok %v, net %d", ok, p.Net)
			}
			if ok {
				for i, id := range v.vlan {
					if p.VLAN[i] != id {
						t.Errorf("vlan %v", p.VLAN)
					}
				}
				if int(p.VLANs) != len(v.vlan) || acc.Sum() != 0 {
					t.Errorf("%d tags, booked %d", p.VLANs, acc.Sum())
				}
			} else if acc.Sum() != uint64(len(v.b)) || acc.Events[v.why] != 1 {
				t.Errorf("booked %+v", acc)
			}
			state := map[coverage.Reason]coverage.State{coverage.NotIP: coverage.Control, coverage.Network: coverage.Uninspected}
			if s, ok := state[v.why]; ok && acc.Bytes[s] != uint64(len(v.b)) {
				t.Errorf("not in state %s: %+v", s, acc)
			}
		})
	}
}

// The shard depends on the pair of addresses alone.
func TestShardIsSymmetric(t *testing.T) {
	seen := map[uint8]bool{}
	for i := range 4096 {
		a, b := seg(0, "x").raw(), reply(0, 0, "y").raw()
		a[14], a[15], b[18], b[19] = byte(i>>8), byte(i), byte(i>>8), byte(i)
		p, q := flow.Packet{Data: a, Link: flow.LinkRaw}, flow.Packet{Data: b, Link: flow.LinkRaw}
		var acc coverage.Account
		x, _ := Route(&p, &acc)
		y, _ := Route(&q, &acc)
		if x != y {
			t.Fatalf("%d and %d", x, y)
		}
		seen[x] = true
	}
	if len(seen) != 256 {
		t.Errorf("%d shards used", len(seen))
	}
}

// FuzzDecode compares the decoder with gopacket's on the packets that both accept.
func FuzzDecode(f *testing.F) {
	f.Add(seg(0, "hello").raw())
	f.Add(fragOf{v6: true, id: 1, proto: 17, b: udpPayload("abc")}.raw())
	f.Add(fragOf{id: 1, proto: 17, off: 16, more: true, b: udpPayload("abcdefgh")}.raw())
	f.Fuzz(func(t *testing.T, b []byte) {
		var h header
		if decodeIP(b, false, &h) != coverage.None {
			return
		}
		if h.l4 > h.end || h.end > len(b) || h.cut != 0 {
			t.Fatalf("%+v", h)
		}
		if !h.v6 {
			var ip layers.IPv4
			if ip.DecodeFromBytes(b, gopacket.NilDecodeFeedback) != nil {
				return
			}
			if string(ip.Payload) != string(b[h.l4:h.end]) || uint8(ip.Protocol) != h.proto || int(ip.FragOffset)*8 != h.fragOff || (ip.Flags&layers.IPv4MoreFragments != 0) != h.more {
				t.Fatalf("%+v\n%+v", h, ip)
			}
		}
		if h.frag || h.proto != protoTCP {
			return
		}
		var own segment
		var tcp layers.TCP
		l4 := b[h.l4:h.end]
		r, err := decodeTCP(l4, 0, &own), tcp.DecodeFromBytes(l4, gopacket.NilDecodeFeedback)
		if r != coverage.None || err != nil {
			return // gopacket refuses options that every host takes
		}
		if own.seq != tcp.Seq || own.ack != tcp.Ack || string(own.payload) != string(tcp.Payload) || own.sport != uint16(tcp.SrcPort) ||
			own.dport != uint16(tcp.DstPort) || (own.flags&flagURG != 0) != tcp.URG || (own.flags&flagSYN != 0) != tcp.SYN || own.urgent != tcp.Urgent {
			t.Fatalf("%+v\n%+v", own, tcp)
		}
	})
}

package pcaptest_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
)

func count(t *testing.T, file []byte) (n int) {
	t.Helper()
	r, err := pcapgo.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for {
		_, _, err := r.ReadPacketData()
		if err == io.EOF {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
}

// TestAgainstGopacket has another decoder read what was written: headers, checksums, payload in order.
func TestAgainstGopacket(t *testing.T) {
	for _, ends := range [][2]string{{"10.1.1.5:40000", "198.51.100.7:25"}, {"[fd00::1]:40000", "[2001:db8::7]:25"}} {
		c := pcaptest.New()
		s := c.TCP(ends[0], ends[1])
		s.VLAN = []uint16{7, 8}
		s.Open()
		s.Client("EHLO odd\r\n", 1, 4)
		s.Server("250 ok\r\n")
		s.Close()
		u := c.UDP(ends[0], ends[1])
		u.Client("ping!")
		file := c.Bytes()
		r, err := pcapgo.NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		var client, server []byte
		for i := range c.Len() {
			data, ci, err := r.ReadPacketData()
			if err != nil {
				t.Fatal(err)
			}
			if flow.Time(ci.Timestamp.UnixNano()) != pcaptest.Start+flow.Time(i)*c.Step {
				t.Fatalf("packet %d: time %v", i, ci.Timestamp)
			}
			p := gopacket.NewPacket(data, layers.LinkTypeEthernet, gopacket.Default)
			if p.ErrorLayer() != nil {
				t.Fatalf("packet %d: %v", i, p.ErrorLayer().Error())
			}
			if ip, ok := p.NetworkLayer().(*layers.IPv4); ok {
				want := ip.Checksum
				buf := gopacket.NewSerializeBuffer()
				if err := ip.SerializeTo(buf, gopacket.SerializeOptions{ComputeChecksums: true}); err != nil || ip.Checksum != want {
					t.Errorf("packet %d: IPv4 checksum %x, want %x (%v)", i, want, ip.Checksum, err)
				}
			}
			tcp, ok := p.TransportLayer().(*layers.TCP)
			if !ok {
				continue
			}
			want := tcp.Checksum
			_ = tcp.SetNetworkLayerForChecksum(p.NetworkLayer())
			buf := gopacket.NewSerializeBuffer()
			_ = gopacket.Payload(tcp.Payload).SerializeTo(buf, gopacket.SerializeOptions{})
			if err := tcp.SerializeTo(buf, gopacket.SerializeOptions{ComputeChecksums: true}); err != nil || tcp.Checksum != want {
				t.Errorf("packet %d: checksum %x, want %x (%v)", i, want, tcp.Checksum, err)
			}
			if tcp.DstPort == 25 {
				client = append(client, tcp.Payload...)
			} else {
				server = append(server, tcp.Payload...)
			}
		}
		if string(client) != "EHLO odd\r\n" || string(server) != "250 ok\r\n" {
			t.Errorf("got %q, %q", client, server)
		}
		if c.Len() != 3+3+1+1+1+3+1 {
			t.Errorf("%d packets", c.Len())
		}
	}
}

func TestSplit(t *testing.T) {
	c := pcaptest.New()
	u := c.UDP("10.0.0.1:1", "10.0.0.2:2")
	for _, s := range []string{"a", "bb", "ccc"} {
		u.Client(s)
	}
	for n := range 5 {
		a, b := pcaptest.Split(c.Bytes(), n)
		if count(t, a) != min(n, 3) || count(t, b) != 3-min(n, 3) {
			t.Errorf("split at %d: %d and %d packets", n, count(t, a), count(t, b))
		}
	}
}

func TestChecksumOfRightSegmentIsZero(t *testing.T) {
	c := pcaptest.New()
	s := c.TCP("10.0.0.1:1", "10.0.0.2:2")
	seg := pcaptest.TCP(s.Ends[0], s.Ends[1], pcaptest.Segment{Seq: 1, Flags: pcaptest.ACK}, []byte("odd"))
	if got := pcaptest.Checksum(s.Ends[0].Addr(), s.Ends[1].Addr(), flow.TCP, seg); got != 0 {
		t.Errorf("%x", got)
	}
	bad := pcaptest.TCP(s.Ends[0], s.Ends[1], pcaptest.Segment{Seq: 1, Flags: pcaptest.ACK, Bad: true}, []byte("odd"))
	if got := pcaptest.Checksum(s.Ends[0].Addr(), s.Ends[1].Addr(), flow.TCP, bad); got == 0 {
		t.Error("a bad checksum is right")
	}
}

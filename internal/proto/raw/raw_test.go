package raw_test

import (
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
	"github.com/phiwatch/phiwatch/internal/proto/raw"
)

var talk = prototest.Conversation{
	prototest.Client("hello 123"), prototest.Server("who is there"), prototest.Client("-45-6789\x00\xff"),
}

func TestAccept(t *testing.T) {
	udp := prototest.DefaultFlow()
	udp.Transport = flow.UDP
	check := func(tx uint64) func(*testing.T, *prototest.Host) {
		return func(t *testing.T, h *prototest.Host) {
			if len(h.Objects) != 2 {
				t.Fatalf("%d objects", len(h.Objects))
			}
			for _, o := range h.Objects {
				m := o.Meta
				if got, want := string(o.Bytes()), string(talk.Side(m.Dir)); got != want {
					t.Errorf("direction %d: %q, want %q", m.Dir, got, want)
				}
				if m.Kind != object.Stream || !m.Endless || !m.Unlabelled || m.Size != -1 || m.Tx != tx || m.Protocol != "raw" {
					t.Errorf("%+v", m)
				}
			}
		}
	}
	prototest.Accept(t, raw.Protocol(), []prototest.Case{
		{Name: "tcp", Conv: talk, NoProbe: true, Check: check(0)},
		{Name: "udp", Conv: talk, NoProbe: true, Flow: udp, Datagrams: true, Check: check(1)},
	})
}

func TestHoles(t *testing.T) {
	h := prototest.NewHost(nil)
	p := prototest.Play(raw.Protocol(), h)
	p.Gap(flow.ToServer, 5)
	p.Gap(flow.ToServer, 2)
	p.Data(flow.ToServer, []byte("abc"))
	p.Gap(flow.ToServer, 3)
	p.Data(flow.ToServer, []byte("def"))
	p.Gap(flow.ToClient, 9) // a direction without a byte
	p.Close(flow.ClosedEnd)
	if len(h.Faults) > 0 || len(h.Objects) != 1 {
		t.Fatalf("%v, %d objects", h.Faults, len(h.Objects))
	}
	o := h.Objects[0]
	if o.Meta.Off != 0 || o.Missing() != 10 || string(o.Bytes()) != "abcdef" || o.Pieces[0].Gap != 7 || !o.Closed {
		t.Errorf("%s", h)
	}
}

func TestProbe(t *testing.T) {
	if s := raw.Protocol().Probe(proto.Peek{Data: []byte("x")}, proto.Peek{End: true}, prototest.DefaultFlow()); s != proto.No {
		t.Errorf("score %d", s)
	}
}

func FuzzRaw(f *testing.F) { prototest.Fuzz(f, raw.Protocol(), talk) }

func TestBounded(t *testing.T) { prototest.Bounded(t, raw.Protocol(), 64<<10, 8<<20, talk) }

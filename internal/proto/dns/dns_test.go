package dns_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/dns"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"

	"golang.org/x/net/dns/dnsmessage"
)

// build packs a message with another implementation.
func build(t testing.TB, m dnsmessage.Message) string {
	t.Helper()
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func name(s string) dnsmessage.Name { return dnsmessage.MustNewName(s) }

func rr(owner string, ttl uint32, body dnsmessage.ResourceBody) dnsmessage.Resource {
	return dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: name(owner), Class: dnsmessage.ClassINET, TTL: ttl}, Body: body}
}

func a(d byte) dnsmessage.ResourceBody { return &dnsmessage.AResource{A: [4]byte{198, 51, 100, d}} }

func cname(s string) dnsmessage.ResourceBody { return &dnsmessage.CNAMEResource{CNAME: name(s)} }

func query(t testing.TB, asked string) string {
	return build(t, dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 0x1234, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: name(asked), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	})
}

func reply(t testing.TB, asked string, rs ...dnsmessage.Resource) string {
	return build(t, dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 0x1234, Response: true, RecursionDesired: true, RecursionAvailable: true},
		Questions: []dnsmessage.Question{{Name: name(asked), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
		Answers:   rs,
	})
}

// udp is a UDP flow, to a port of the server if that is not zero.
func udp(port uint16) *flow.Flow {
	f := prototest.DefaultFlow()
	f.Transport = flow.UDP
	if port != 0 {
		f.Ends[1] = netip.AddrPortFrom(f.Ends[1].Addr(), port)
	}
	return f
}

func facts(h *prototest.Host) (out []string) {
	for _, f := range h.Facts {
		out = append(out, fmt.Sprintf("%s %s %d", f.Name.Reveal(), f.Addr, f.TTL))
	}
	slices.Sort(out)
	return out
}

func TestAnswers(t *testing.T) {
	for _, tc := range []struct {
		name string
		msg  string
		want []string
	}{
		{"plain", reply(t, "Www.Example.org.", rr("www.example.org.", 300, a(1)), rr("www.example.org.", 60, a(2))),
			[]string{"www.example.org 198.51.100.1 300", "www.example.org 198.51.100.2 60"}},
		{"aaaa", reply(t, "x.org.", rr("x.org.", 5, &dnsmessage.AAAAResource{AAAA: [16]byte{0x20, 1, 0xd, 0xb8, 15: 7}})),
			[]string{"x.org 2001:db8::7 5"}},
		{"chain, in the wrong order", reply(t, "a.org.", rr("c.net.", 300, a(1)), rr("b.com.", 20, cname("c.net.")), rr("a.org.", 100, cname("b.com."))),
			[]string{"a.org 198.51.100.1 20", "c.net 198.51.100.1 300"}},
		{"not asked for", reply(t, "a.org.", rr("bank.example.", 300, a(1)), rr("a.org.", 1, a(2))),
			[]string{"a.org 198.51.100.2 1"}},
		{"circle of CNAMEs", reply(t, "a.org.", rr("a.org.", 1, cname("b.org.")), rr("b.org.", 1, cname("a.org."))), nil},
		{"others", reply(t, "a.org.", rr("a.org.", 1, &dnsmessage.TXTResource{TXT: []string{"x"}}), rr("a.org.", 1, &dnsmessage.MXResource{MX: name("m.org.")})), nil},
		{"no such name", build(t, dnsmessage.Message{
			Header: dnsmessage.Header{Response: true, RCode: dnsmessage.RCodeNameError}, Answers: []dnsmessage.Resource{rr("a.org.", 1, a(1))},
		}), nil},
		{"multicast, no question", build(t, dnsmessage.Message{
			Header: dnsmessage.Header{Response: true, Authoritative: true}, Answers: []dnsmessage.Resource{rr("printer.local.", 120, a(9))},
		}), []string{"printer.local 198.51.100.9 120"}},
		{"hints", reply(t, "a.org.", rr("a.org.", 7, &dnsmessage.UnknownResource{
			Type: 65, Data: []byte("\x00\x01\x00" + "\x00\x01\x00\x03\x02h2" + "\x00\x04\x00\x08\xc6\x33\x64\x01\xc6\x33\x64\x02" + "\x00\x06\x00\x10\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05"),
		})), []string{"a.org 198.51.100.1 7", "a.org 198.51.100.2 7", "a.org 2001:db8::5 7"}},
		{"hints of another target", reply(t, "a.org.", rr("a.org.", 7, &dnsmessage.UnknownResource{
			Type: 65, Data: []byte("\x00\x01\x01b\x00" + "\x00\x04\x00\x04\xc6\x33\x64\x01"),
		})), nil},
	} {
		h := prototest.Run(dns.Protocol(), prototest.NewHost(udp(0)), prototest.Conversation{prototest.Server(tc.msg)}, nil)
		if got := facts(h); !slices.Equal(got, tc.want) || len(h.Faults) > 0 {
			t.Errorf("%s: %q, want %q (%v)", tc.name, got, tc.want, h.Faults)
		}
		for cut := range len(tc.msg) { // no panic, nothing invented
			h := prototest.Run(dns.Protocol(), prototest.NewHost(udp(0)), prototest.Conversation{prototest.Server(tc.msg[:cut])}, nil)
			for _, f := range facts(h) {
				if i := strings.LastIndexByte(f, ' '); !strings.Contains(strings.Join(tc.want, "\n"), strings.Fields(f)[1]) || i < 0 || len(h.Faults) > 0 {
					t.Fatalf("%s cut at %d: %q %v", tc.name, cut, f, h.Faults)
				}
			}
		}
	}
}

func frame(m string) string { return string([]byte{byte(len(m) >> 8), byte(len(m))}) + m }

func TestAccept(t *testing.T) {
	q, r := query(t, "www.example.org."), reply(t, "www.example.org.", rr("www.example.org.", 300, a(1)))
	check := func(t *testing.T, h *prototest.Host) {
		if got := facts(h); len(got) != 2 || got[0] != "www.example.org 198.51.100.1 300" || len(h.Objects) != 2 {
			t.Errorf("%s", h)
		}
	}
	prototest.Accept(t, dns.Protocol(), []prototest.Case{
		{Name: "udp", Flow: udp(0), Datagrams: true, Check: check, Conv: prototest.Conversation{
			prototest.Client(q), prototest.Server(r), prototest.Client(q), prototest.Server(r)}},
		{Name: "tcp", Check: check, Conv: prototest.Conversation{
			prototest.Client(frame(q) + frame(q)), prototest.Server(frame(r) + frame(r))}},
	})
}

// TestBytes: everything is in the objects, whatever it was.
func TestBytes(t *testing.T) {
	conv := prototest.Conversation{
		prototest.Client(query(t, "ssn-123-45-6789.evil.example.")), prototest.Client("no DNS at all"), prototest.Server("\x00\x00\x80"),
	}
	h := prototest.Run(dns.Protocol(), prototest.NewHost(udp(0)), conv, nil)
	if len(h.Objects) != 2 || len(h.Faults) > 0 {
		t.Fatalf("%s", h)
	}
	for _, o := range h.Objects {
		if string(o.Bytes()) != string(conv.Side(o.Meta.Dir)) || !o.Meta.Unlabelled || !o.Meta.Endless || o.Meta.Size != -1 {
			t.Errorf("direction %d: %q", o.Meta.Dir, o.Bytes())
		}
		if want := uint64(0x1234 + 1); o.Meta.Dir == flow.ToServer && o.Meta.Tx != want {
			t.Errorf("tx %d", o.Meta.Tx)
		}
	}
}

// TestHostileNames: loops and forward pointers end a message, labels keep their bytes apart.
func TestHostileNames(t *testing.T) {
	header := "\x12\x34\x81\x80\x00\x00\x00\x01\x00\x00\x00\x00"
	tail := "\x00\x01\x00\x01\x00\x00\x00\x05\x00\x04\xc6\x33\x64\x01"
	for owner, want := range map[string]string{
		"\x01a\x00":         "a 198.51.100.1 5",
		"\x03a.b\x01c\x00":  `a\.b.c 198.51.100.1 5`,
		"\x02\xff\x00\x00":  `\255\000 198.51.100.1 5`,
		"\xc0\x0c":          "", // at itself
		"\x01a\xc0\x0c":     "", // loop
		"\xc0\x20":          "", // forwards
		"\x40" + "aaaa\x00": "", // reserved label type
		"\x00":              "", // the root
		strings.Repeat("\x3f"+strings.Repeat("x", 63), 4) + "\x00": "", // too long
	} {
		h := prototest.Run(dns.Protocol(), prototest.NewHost(udp(0)), prototest.Conversation{prototest.Server(header + owner + tail)}, nil)
		if got := strings.Join(facts(h), ","); got != want {
			t.Errorf("%q: %q, want %q", owner, got, want)
		}
	}
}

// TestFlood: a message that is all records costs a bounded number of facts.
func TestFlood(t *testing.T) {
	m := "\x12\x34\x81\x80\x00\x01\xff\xff\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01"
	m += strings.Repeat("\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x05\x00\x04\xc6\x33\x64\x01", 4000)
	h := prototest.Run(dns.Protocol(), prototest.NewHost(nil), prototest.Conversation{prototest.Server(frame(m))}, func() int { return 900 })
	if len(h.Facts) != 256 {
		t.Errorf("%d facts", len(h.Facts))
	}
}

func TestProbe(t *testing.T) {
	q, r := query(t, "www.example.org."), reply(t, "www.example.org.")
	for _, tc := range []struct {
		name           string
		client, server string
		f              *flow.Flow
		want           proto.Score
	}{
		{"both", q, r, udp(0), proto.Sure},
		{"query, odd port", q, "", udp(0), proto.Likely},
		{"query, port 53", q, "", udp(53), proto.Sure},
		{"response alone", "", r, udp(53), proto.Sure},
		{"query answered by text", q, "hello world, this is text", udp(0), proto.No},
		{"text", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "", prototest.DefaultFlow(), proto.No},
		{"smtp", "", "220 mail.example.org ESMTP\r\n", prototest.DefaultFlow(), proto.No},
		{"tcp", frame(q), frame(r), prototest.DefaultFlow(), proto.Sure},
		{"tcp, length too short", "\x00\x05" + q, "", prototest.DefaultFlow(), proto.No},
		{"NetBIOS", q, r, udp(137), proto.No},
		{"zeros", strings.Repeat("\x00", 60), "", udp(53), proto.No},
		{"nothing", "", "", udp(0), proto.More},
	} {
		got := dns.Protocol().Probe(proto.Peek{Data: []byte(tc.client)}, proto.Peek{Data: []byte(tc.server)}, tc.f)
		if got != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, got, tc.want)
		}
	}
}

func TestBounded(t *testing.T) {
	m := frame(reply(t, "a.org.", rr("a.org.", 1, a(1))))
	prototest.Bounded(t, dns.Protocol(), 64<<10, 2<<20, prototest.Conversation{prototest.Server(m)})
	prototest.Bounded(t, dns.Protocol(), 256<<10, 2<<20, prototest.Conversation{prototest.Server("\xff\xff\x00\x00\x80\x00")})
}

func FuzzDNS(f *testing.F) {
	q, r := query(f, "www.example.org."), reply(f, "a.org.", rr("c.net.", 300, a(1)), rr("a.org.", 20, cname("c.net.")))
	prototest.Fuzz(f, dns.Protocol(), prototest.Conversation{prototest.Client(frame(q)), prototest.Server(frame(r))})
}

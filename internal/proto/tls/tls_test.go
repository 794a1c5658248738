package tls_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	stdtls "crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
	"github.com/phiwatch/phiwatch/internal/proto/tls"
)

// tapped records what is written to a connection.
type tapped struct {
	net.Conn
	mu  *sync.Mutex
	out *prototest.Conversation
	dir flow.Dir
}

func (c *tapped) Write(b []byte) (int, error) {
	c.mu.Lock()
	*c.out = append(*c.out, prototest.Turn{Dir: c.dir, Bytes: bytes.Clone(b)})
	c.mu.Unlock()
	return c.Conn.Write(b)
}

const secret = "secret 123-45-6789"

// session makes a real TLS session of some version.
func session(t testing.TB, version uint16) prototest.Conversation {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	var conv prototest.Conversation
	var mu sync.Mutex
	a, b := net.Pipe()
	client := stdtls.Client(&tapped{a, &mu, &conv, flow.ToServer}, &stdtls.Config{
		ServerName: "Files.Example.org", InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"},
		MinVersion: version, MaxVersion: version,
	})
	server := stdtls.Server(&tapped{b, &mu, &conv, flow.ToClient}, &stdtls.Config{
		Certificates: []stdtls.Certificate{{Certificate: [][]byte{cert}, PrivateKey: key}},
		NextProtos:   []string{"http/1.1"}, MinVersion: version, MaxVersion: version, SessionTicketsDisabled: true,
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, len(secret))
		_, _ = io.ReadFull(server, buf)
		_, _ = server.Write(buf)
	}()
	if _, err := client.Write([]byte(secret)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(client, make([]byte, len(secret))); err != nil {
		t.Fatal(err)
	}
	<-done
	return conv
}

var ja4 = regexp.MustCompile(`^t1[0-3]d\d{4}(h2|00)_[0-9a-f]{12}_[0-9a-f]{12}$`)

func fact(t *testing.T, h *prototest.Host, version string) flow.Fact {
	t.Helper()
	if len(h.Facts) != 1 || len(h.Objects) != 0 || h.Gone {
		t.Fatalf("%s", h)
	}
	f := h.Facts[0]
	if f.Kind != flow.FactEncrypted || f.Detail != version {
		t.Errorf("detail %q, want %q", f.Detail, version)
	}
	return f
}

func TestAccept(t *testing.T) {
	var cases []prototest.Case
	for _, tc := range []struct {
		name, alpn string
		version    uint16
	}{{"TLS 1.0", "http/1.1", stdtls.VersionTLS10}, {"TLS 1.2", "http/1.1", stdtls.VersionTLS12}, {"TLS 1.3", "h2", stdtls.VersionTLS13}} {
		offered := func(t *testing.T, h *prototest.Host) {
			f := fact(t, h, tc.name)
			if f.Name.Reveal() != "files.example.org" || f.ALPN != "h2" || !ja4.MatchString(f.Extra) {
				t.Errorf("%q %q %q", f.Name.Reveal(), f.ALPN, f.Extra)
			}
		}
		cases = append(cases, prototest.Case{
			Name: tc.name, Conv: session(t, tc.version), Ordered: true,
			Check: func(t *testing.T, h *prototest.Host) {
				f := fact(t, h, tc.name)
				if f.Name.Reveal() != "files.example.org" || f.ALPN != tc.alpn || !ja4.MatchString(f.Extra) {
					t.Errorf("%q %q %q", f.Name.Reveal(), f.ALPN, f.Extra)
				}
			},
			CheckSide: [2]func(*testing.T, *prototest.Host){offered, func(t *testing.T, h *prototest.Host) { fact(t, h, tc.name) }},
		})
	}
	prototest.Accept(t, tls.Protocol(), cases)
}

// records cuts the first record into records of n bytes each.
func records(b []byte, n int) (out []byte) {
	size := int(b[3])<<8 | int(b[4])
	for body := b[5 : 5+size]; len(body) > 0; {
		k := min(n, len(body))
		out = append(append(out, b[0], b[1], b[2], byte(k>>8), byte(k)), body[:k]...)
		body = body[k:]
	}
	return append(out, b[5+size:]...)
}

// TestHelloOverRecords cuts the ClientHello into small records.
func TestHelloOverRecords(t *testing.T) {
	conv := session(t, stdtls.VersionTLS13)
	want := fact(t, prototest.Run(tls.Protocol(), prototest.NewHost(nil), conv, nil), "TLS 1.3")
	for _, n := range []int{1, 3, 4, 100} {
		cut := append(prototest.Conversation{{Dir: conv[0].Dir, Bytes: records(conv[0].Bytes, n)}}, conv[1:]...)
		got := fact(t, prototest.Run(tls.Protocol(), prototest.NewHost(nil), cut, func() int { return 7 }), "TLS 1.3")
		if got.Name.Reveal() != want.Name.Reveal() || got.Extra != want.Extra {
			t.Errorf("records of %d: %q %q", n, got.Name.Reveal(), got.Extra)
		}
	}
}

func TestClientHelloOnly(t *testing.T) {
	conv := session(t, stdtls.VersionTLS13)[:1]
	f := fact(t, prototest.Run(tls.Protocol(), prototest.NewHost(nil), conv, nil), "TLS 1.3")
	if f.Name.Reveal() != "files.example.org" {
		t.Errorf("%q", f.Name.Reveal())
	}
	// Half of it: what can be read, and no fingerprint.
	conv[0].Bytes = conv[0].Bytes[:len(conv[0].Bytes)*3/4]
	if h := prototest.Run(tls.Protocol(), prototest.NewHost(nil), conv, nil); len(h.Facts) != 1 || h.Facts[0].Extra != "" {
		t.Errorf("%s", h)
	}
}

// TestMiddle drops the beginning: the records tell.
func TestMiddle(t *testing.T) {
	conv := session(t, stdtls.VersionTLS12)
	record := func(n int) string {
		return string([]byte{23, 3, 3, byte(n >> 8), byte(n)}) + string(bytes.Repeat([]byte{0xa7}, n))
	}
	for name, c := range map[string]prototest.Conversation{
		"at a record":              {prototest.Client(record(40))},
		"inside a record":          {prototest.Client(string(bytes.Repeat([]byte{0x99}, 700)) + record(40) + record(3))},
		"server first, no header":  {prototest.Server(string(bytes.Repeat([]byte{0x99}, 900))), prototest.Client(record(40))},
		"last part of a handshake": conv[len(conv)-2:],
	} {
		f := prototest.DefaultFlow()
		f.Handshake = false
		var peek [2]proto.Peek
		for d := range peek {
			side := c.Side(flow.Dir(d))
			peek[d] = proto.Peek{Data: side[:min(len(side), proto.PeekMax)], End: true}
		}
		if s := tls.Protocol().Probe(peek[0], peek[1], f); s < proto.Weak {
			t.Errorf("%s: probe says %d", name, s)
		}
		for _, n := range []int{1, 13, 5000} {
			h := prototest.Run(tls.Protocol(), prototest.NewHost(f), c, func() int { return n })
			if len(h.Facts) != 1 || len(h.Faults) > 0 || h.Gone {
				t.Errorf("%s in pieces of %d: %s", name, n, h)
			}
		}
	}
}

func ssl2(version string) string {
	body := "\x01" + version + "\x00\x06\x00\x00\x00\x10" + "\x01\x00\x80\x00\x00\x35" + "0123456789abcdef"
	return string([]byte{0x80, byte(len(body))}) + body
}

func TestSSL2(t *testing.T) {
	server := "\x80\x0b\x04\x00\x01\x00\x02\x00\x00\x00\x00\x00\x00"
	prototest.Accept(t, tls.Protocol(), []prototest.Case{
		{Name: "SSL 2.0", Conv: prototest.Conversation{prototest.Client(ssl2("\x00\x02")), prototest.Server(server)},
			Check: func(t *testing.T, h *prototest.Host) { fact(t, h, "SSL 2.0") }, Ordered: true},
		{Name: "TLS in an old hello", Conv: prototest.Conversation{prototest.Client(ssl2("\x03\x01")), session(t, stdtls.VersionTLS10)[1]},
			Check: func(t *testing.T, h *prototest.Host) { fact(t, h, "TLS 1.0") }, Ordered: true},
	})
}

// TestNotTLS: what follows in the clear is handed back whole.
func TestNotTLS(t *testing.T) {
	hello := session(t, stdtls.VersionTLS12)[0]
	plain := "HTTP/1.1 400 Bad Request\r\n\r\n"
	for _, tc := range []struct {
		name   string
		conv   prototest.Conversation
		became string
		rest   [2]string
	}{
		{"answered in the clear", prototest.Conversation{hello, prototest.Server(plain)}, "raw", [2]string{"", plain}},
		{"no TLS at all", prototest.Conversation{prototest.Client("EH"), prototest.Server("250 ok, go on"), prototest.Client("LO x")}, "", [2]string{"EHLO x", "250 ok, go on"}},
		{"text after a hello", prototest.Conversation{hello, prototest.Client("ssn 123-45-6789")}, "raw", [2]string{"ssn 123-45-6789", ""}},
	} {
		for _, n := range []int{1, 4, 1000} {
			h := prototest.Run(tls.Protocol(), prototest.NewHost(nil), tc.conv, func() int { return n })
			if len(h.Faults) > 0 || !h.Gone || h.Became != tc.became || string(h.Rest[0]) != tc.rest[0] || string(h.Rest[1]) != tc.rest[1] {
				t.Errorf("%s in pieces of %d: %q %q %v", tc.name, n, h.Became, h.Rest, h.Faults)
			}
		}
	}
}

func TestProbeRefuses(t *testing.T) {
	f := prototest.DefaultFlow()
	middle := prototest.DefaultFlow()
	middle.Handshake = false
	udp := prototest.DefaultFlow()
	udp.Transport = flow.UDP
	hello := session(t, stdtls.VersionTLS13)[0].Bytes
	long := bytes.Repeat([]byte("GET / HTTP/1.1\r\n"), 20)
	for name, s := range map[string]proto.Score{
		"http":            tls.Protocol().Probe(proto.Peek{Data: long}, proto.Peek{}, f),
		"http, middle":    tls.Protocol().Probe(proto.Peek{Data: long}, proto.Peek{}, middle),
		"udp":             tls.Protocol().Probe(proto.Peek{Data: hello}, proto.Peek{}, udp),
		"wrong direction": tls.Protocol().Probe(proto.Peek{}, proto.Peek{Data: hello}, f),
		"nothing":         tls.Protocol().Probe(proto.Peek{End: true}, proto.Peek{End: true}, f),
		"smtp":            tls.Protocol().Probe(proto.Peek{}, proto.Peek{Data: []byte("220 mail")}, f),
	} {
		if s != proto.No {
			t.Errorf("%s: %d", name, s)
		}
	}
	if s := tls.Protocol().Probe(proto.Peek{}, proto.Peek{}, f); s != proto.More {
		t.Errorf("nothing yet: %d", s)
	}
}

func TestBounded(t *testing.T) {
	endless := "\x16\x03\x01\x00\x10\x01\xff\xff\xff" + string(make([]byte, 12))
	prototest.Bounded(t, tls.Protocol(), 96<<10, 4<<20, prototest.Conversation{prototest.Client(endless)})
	prototest.Bounded(t, tls.Protocol(), 96<<10, 4<<20, prototest.Conversation{prototest.Client("\x15\x03\x01\x00\x02ab")})
}

func FuzzTLS(f *testing.F) {
	prototest.Fuzz(f, tls.Protocol(), session(f, stdtls.VersionTLS12), session(f, stdtls.VersionTLS13),
		prototest.Conversation{prototest.Client(ssl2("\x00\x02"))})
}

package quic

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	stdtls "crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"regexp"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

var rfcID = unhex("8394c8f03e515708")

// TestKeys compares with RFC 9001 appendix A.1 and RFC 9369 appendix A.1.
func TestKeys(t *testing.T) {
	for _, tc := range []struct {
		version     uint32
		key, iv, hp string
	}{
		{version1, "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2"},
		{version2, "8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9"},
	} {
		h := &header{version: tc.version, dcid: rfcID}
		k := deriveKeys(h, h.salt())
		block, _ := aes.NewCipher(unhex(tc.key))
		want, _ := cipher.NewGCM(block)
		nonce := make([]byte, 12)
		if !bytes.Equal(k.iv[:], unhex(tc.iv)) || !bytes.Equal(k.aead.Seal(nil, nonce, nil, nil), want.Seal(nil, nonce, nil, nil)) {
			t.Errorf("%x: wrong key or iv %x", tc.version, k.iv)
		}
		block, _ = aes.NewCipher(unhex(tc.hp))
		var a, b [16]byte
		k.hp.Encrypt(a[:], a[:])
		block.Encrypt(b[:], b[:])
		if a != b {
			t.Errorf("%x: wrong header protection", tc.version)
		}
	}
}

// clientHello makes a real one.
func clientHello(t testing.TB, name string) []byte {
	t.Helper()
	q := stdtls.QUICClient(&stdtls.QUICConfig{TLSConfig: &stdtls.Config{
		ServerName: name, NextProtos: []string{"h3"}, MinVersion: stdtls.VersionTLS13,
	}})
	q.SetTransportParameters([]byte{1, 2, 0x40, 0x64})
	if err := q.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	var out []byte
	for {
		e := q.NextEvent()
		switch e.Kind {
		case stdtls.QUICWriteData:
			out = append(out, e.Data...)
		case stdtls.QUICNoEvent:
			return out
		}
	}
}

func appendVarint(b []byte, v int) []byte {
	if v < 64 {
		return append(b, byte(v))
	}
	return binary.BigEndian.AppendUint16(b, 0x4000|uint16(v))
}

func crypto(off int, data []byte) []byte {
	b := appendVarint([]byte{6}, off)
	return append(appendVarint(b, len(data)), data...)
}

// seal makes an Initial packet of a client. dcid is in its header, from is what the keys come from.
func seal(version uint32, dcid, from, token []byte, number uint16, frames []byte, size int) []byte {
	h := &header{version: version, dcid: from}
	k := deriveKeys(h, h.salt())
	typ := byte(0)
	if version == version2 {
		typ = 1
	}
	head := binary.BigEndian.AppendUint32([]byte{0xc1 | typ<<4}, version)
	head = append(append(head, byte(len(dcid))), dcid...)
	head = append(head, 3, 'c', 'i', 'd')
	head = append(appendVarint(head, len(token)), token...)
	for len(head)+2+2+len(frames)+16 < size {
		frames = append(frames, 0)
	}
	head = binary.BigEndian.AppendUint16(head, 0x4000|uint16(2+len(frames)+16))
	payload := len(head)
	head = binary.BigEndian.AppendUint16(head, number)
	nonce := k.iv
	nonce[10] ^= byte(number >> 8)
	nonce[11] ^= byte(number)
	out := k.aead.Seal(bytes.Clone(head), nonce[:], frames, head)
	var mask [16]byte
	k.hp.Encrypt(mask[:], out[payload+4:payload+20])
	out[0] ^= mask[0] & 0x0f
	out[payload] ^= mask[1]
	out[payload+1] ^= mask[2]
	return out
}

func udp() *flow.Flow {
	f := prototest.DefaultFlow()
	f.Transport = flow.UDP
	return f
}

var ja4 = regexp.MustCompile(`^q13d\d{4}h3_[0-9a-f]{12}_[0-9a-f]{12}$`)

func named(detail, name string) func(*testing.T, *prototest.Host) {
	return func(t *testing.T, h *prototest.Host) {
		t.Helper()
		if len(h.Facts) != 1 || h.Gone || len(h.Objects) > 0 {
			t.Fatalf("%s", h)
		}
		f := h.Facts[0]
		if f.Kind != flow.FactEncrypted || f.Detail != detail || f.Name.Reveal() != name || name != "" && (f.ALPN != "h3" || !ja4.MatchString(f.Extra)) {
			t.Errorf("%q %q %q %q", f.Detail, f.Name.Reveal(), f.ALPN, f.Extra)
		}
	}
}

func client(b []byte) prototest.Turn { return prototest.Turn{Dir: flow.ToServer, Bytes: b} }
func server(b []byte) prototest.Turn { return prototest.Turn{Dir: flow.ToClient, Bytes: b} }

// noise is no text.
func noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*197 + i>>3*31)
	}
	return b
}

// answer is an Initial and a Handshake packet of a server that cannot be read.
func answer(version uint32) []byte {
	var out []byte
	for _, typ := range []byte{0, 2} {
		if version == version2 {
			typ++
		}
		p := binary.BigEndian.AppendUint32([]byte{0xc0 | typ<<4}, version)
		p = append(p, 3, 'c', 'i', 'd', 4, 's', 'r', 'v', '1')
		if typ&3 == 0 || version == version2 && typ == 1 {
			p = append(p, 0)
		}
		out = append(append(append(out, p...), 0x40, 100), noise(100)...)
	}
	return out
}

func TestAccept(t *testing.T) {
	small := clientHello(t, "Files.Example.org")
	var shuffled []byte
	for _, r := range [][2]int{{200, len(small)}, {0, 50}, {40, 120}, {110, 201}} {
		shuffled = append(append(shuffled, 1), crypto(r[0], small[r[0]:r[1]])...)
	}
	var cases []prototest.Case
	for _, v := range []struct {
		version uint32
		detail  string
	}{{version1, "QUIC v1"}, {version2, "QUIC v2"}, {draft29, "QUIC draft"}} {
		one := seal(v.version, rfcID, rfcID, nil, 2, crypto(0, small), 1200)
		cases = append(cases,
			prototest.Case{Name: v.detail, Conv: prototest.Conversation{client(one), server(answer(v.version)), client(noise(40))}, Check: named(v.detail, "files.example.org")},
			prototest.Case{Name: v.detail + " shuffled frames", Conv: prototest.Conversation{client(seal(v.version, rfcID, rfcID, nil, 0, shuffled, 1200))}, Check: named(v.detail, "files.example.org")},
		)
	}
	half := len(small) / 2
	cases = append(cases,
		prototest.Case{Name: "two packets, the second first", Conv: prototest.Conversation{
			client(seal(version1, rfcID, rfcID, nil, 1, crypto(half, small[half:]), 1200)),
			client(seal(version1, rfcID, rfcID, nil, 0, append([]byte{2, 0, 0, 0, 0}, crypto(0, small[:half])...), 1200)),
		}, Check: named("QUIC v1", "files.example.org")},
		prototest.Case{Name: "two packets in one datagram", Conv: prototest.Conversation{
			client(append(seal(version1, rfcID, rfcID, nil, 0, crypto(0, small[:half]), 600), seal(version1, rfcID, rfcID, nil, 1, crypto(half, small[half:]), 600)...)),
		}, Check: named("QUIC v1", "files.example.org")},
		prototest.Case{Name: "retry", Conv: prototest.Conversation{
			client(seal(version1, rfcID, rfcID, nil, 0, crypto(0, small[:half]), 1200)),
			server(append(binary.BigEndian.AppendUint32([]byte{0xf0}, version1), "\x03cid\x08serverid"+string(noise(40))...)),
			client(seal(version1, []byte("serverid"), []byte("serverid"), noise(24), 1, crypto(0, small), 1200)),
		}, Check: named("QUIC v1", "files.example.org"), Ordered: true},
		prototest.Case{Name: "half a hello, then the flow goes on", Conv: prototest.Conversation{
			client(seal(version1, rfcID, rfcID, nil, 0, crypto(0, small[:60]), 1200)), server(answer(version1)), client(append([]byte{0x41}, noise(50)...)),
		}, Check: func(t *testing.T, h *prototest.Host) {
			if len(h.Facts) != 1 || h.Facts[0].Detail != "QUIC v1" || h.Facts[0].Extra != "" {
				t.Errorf("%s", h)
			}
		}, Ordered: true},
		prototest.Case{Name: "server alone", Conv: prototest.Conversation{server(answer(version1))}, Check: named("QUIC v1", "")},
	)
	for i := range cases {
		cases[i].Flow, cases[i].Datagrams = udp(), true
	}
	prototest.Accept(t, Protocol(), cases)
}

// TestPretence: long headers in front of text hide nothing.
func TestPretence(t *testing.T) {
	text := []byte(strings.Repeat("patient 123-45-6789, ", 40))
	p := binary.BigEndian.AppendUint32([]byte{0xc0}, version1)
	p = append(append(p, 8), rfcID...)
	p = append(p, 0, 0)
	p = append(binary.BigEndian.AppendUint16(p, 0x4000|uint16(len(text))), text...)
	for _, b := range [][]byte{p, append([]byte{0xe0}, p[1:]...), []byte("no header at all"), {0x40, 1, 2}} {
		h := prototest.Run(Protocol(), prototest.NewHost(udp()), prototest.Conversation{client(b), client([]byte("more"))}, nil)
		if len(h.Faults) > 0 || h.Became != "raw" || string(h.Rest[0]) != string(b)+"more" || len(h.Facts) > 0 {
			t.Errorf("%q: %s", b[:min(len(b), 20)], h)
		}
	}
}

func TestProbe(t *testing.T) {
	first := seal(version1, rfcID, rfcID, nil, 2, crypto(0, clientHello(t, "x.org")), 1200)
	for _, tc := range []struct {
		name           string
		client, server []byte
		f              *flow.Flow
		want           proto.Score
	}{
		{"initial", first, nil, udp(), proto.Sure},
		{"initial over TCP", first, nil, prototest.DefaultFlow(), proto.No},
		{"server alone", nil, answer(version1), udp(), proto.Likely},
		{"other client", []byte("hello"), answer(version1), udp(), proto.No},
		{"version 0", append([]byte{0xc0, 0, 0, 0, 0, 8}, make([]byte, 40)...), nil, udp(), proto.No},
		{"short identifier", append([]byte{0xc0, 0, 0, 0, 1, 4}, make([]byte, 40)...), nil, udp(), proto.No},
		{"unknown version", append([]byte{0xc0, 0xfa, 0xce, 0xb0, 2, 8}, make([]byte, 40)...), nil, udp(), proto.No},
		{"negotiation", nil, []byte("\x80\x00\x00\x00\x00\x00\x0812345678\x00\x00\x00\x01"), udp(), proto.Likely},
		{"first packet of RTP", nil, append([]byte("\x80\x00\x00\x00\x00\x00\x00\xa0\x12\x34\x56\x78"), make([]byte, 160)...), udp(), proto.No},
		{"RTP with a small source", nil, append([]byte("\x80\x00\x00\x00\x00\x00\x08\xa0\x12\x34\x56\x78"), make([]byte, 160)...), udp(), proto.No},
		{"nothing", nil, nil, udp(), proto.More},
	} {
		if got := Protocol().Probe(proto.Peek{Data: tc.client}, proto.Peek{Data: tc.server}, tc.f); got != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, got, tc.want)
		}
	}
}

// TestAssembly: the first version of a byte stays, whatever comes later, and the runs stay apart and few.
func TestAssembly(t *testing.T) {
	var a assembly
	a.add(2, []byte("cd"))
	a.add(0, []byte("AB"))
	a.add(1, []byte("xxxxE"))
	if string(a.buf) != "ABcdxE" || len(a.runs) != 1 {
		t.Errorf("%q %v", a.buf, a.runs)
	}
	a = assembly{}
	for i := range 1000 {
		a.add(i*3, []byte("x"))
	}
	if len(a.runs) != maxRuns {
		t.Errorf("%d runs", len(a.runs))
	}
	a = assembly{}
	a.frames(crypto(16383, []byte("xyz")))
	a.frames([]byte{6, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 'x'})
	a.frames([]byte{2, 0, 0, 0xbf, 0xff, 0xff, 0xff, 0})
	if len(a.buf) > maxCrypto {
		t.Errorf("%d bytes", len(a.buf))
	}
}

func TestBounded(t *testing.T) {
	p := seal(version1, rfcID, rfcID, nil, 0, crypto(9000, noise(900)), 1200)
	prototest.Bounded(t, Protocol(), 128<<10, 1<<20, prototest.Conversation{client(p)})
}

// FuzzDatagrams plays arbitrary datagrams: first one of a client, then one of a server, then both again.
func FuzzDatagrams(f *testing.F) {
	f.Add(seal(version1, rfcID, rfcID, nil, 2, crypto(0, clientHello(f, "x.org")), 1200), answer(version1))
	f.Add([]byte{0xc0, 0, 0, 0, 1, 0, 0, 0, 20}, []byte{0xff})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		h := prototest.Run(Protocol(), prototest.NewHost(udp()), prototest.Conversation{client(a), server(b), client(a), server(b)}, nil)
		if len(h.Faults) > 0 || len(h.Facts) > 1 {
			t.Error(h)
		}
		Protocol().Probe(proto.Peek{Data: a}, proto.Peek{Data: b}, udp())
	})
}

// FuzzFrames takes any plain text: nothing is invented, the runs are sorted and apart.
func FuzzFrames(f *testing.F) {
	f.Add(append(crypto(5, []byte("hello")), crypto(0, []byte("\x01\x00\x00\x01x"))...))
	f.Fuzz(func(t *testing.T, b []byte) {
		var a assembly
		a.frames(b)
		last := -1
		for _, r := range a.runs {
			if r.from <= last || r.to <= r.from || r.to > len(a.buf) {
				t.Fatalf("%v", a.runs)
			}
			last = r.to
		}
		if len(a.buf) > maxCrypto {
			t.Fatal(len(a.buf))
		}
		a.message()
		a.prefix()
	})
}

package ssh_test

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
	"github.com/phiwatch/phiwatch/internal/proto/ssh"
)

const (
	kex  = "\x00\x00\x01\x04\x05\x14" + "cookie and algorithms"
	kex1 = "\x00\x00\x01\x04\x00\x00\x00\x00\x02"
)

func encrypted(t *testing.T, h *prototest.Host) {
	t.Helper()
	if len(h.Facts) != 1 || h.Facts[0].Kind != flow.FactEncrypted || h.Facts[0].Detail != "ssh" || len(h.Objects) != 0 || h.Gone {
		t.Errorf("%s", h)
	}
}

func conversation(server, client, packet string) prototest.Conversation {
	return prototest.Conversation{
		prototest.Server(server), prototest.Client(client), prototest.Client(packet), prototest.Server(packet),
		prototest.Client("ciphertext"), prototest.Server("ciphertext"),
	}
}

// TestAccept does without the probe, which cannot tell the sides apart.
func TestAccept(t *testing.T) {
	sides := [2]func(*testing.T, *prototest.Host){encrypted, encrypted}
	prototest.Accept(t, ssh.Protocol(), []prototest.Case{
		{Name: "SSH 2", Conv: conversation("SSH-2.0-server_1.0 comment\r\n", "SSH-2.0-client\r\n", kex), NoProbe: true, Check: encrypted, CheckSide: sides},
		{Name: "bare line feeds", Conv: conversation("SSH-1.99-server\n", "SSH-2.0-client\n", kex), NoProbe: true, Check: encrypted, CheckSide: sides},
		{Name: "lines before", Conv: conversation("Welcome\r\nto here\r\nSSH-2.0-server\r\n", "SSH-2.0-client\r\n", kex), NoProbe: true, Check: encrypted, CheckSide: sides},
		{Name: "SSH 1", Conv: conversation("SSH-1.5-server\n", "SSH-1.5-client\n", kex1), NoProbe: true, Check: encrypted, CheckSide: sides},
		{Name: "both in one segment", Conv: prototest.Conversation{prototest.Client("SSH-2.0-c\r\n" + kex), prototest.Server("SSH-2.0-s\r\n" + kex)}, NoProbe: true, Check: encrypted, CheckSide: sides},
	})
}

// TestNotSSH: what follows an identification in the clear is handed back.
func TestNotSSH(t *testing.T) {
	long := strings.Repeat("x", 3000)
	for _, tc := range []struct {
		name string
		conv prototest.Conversation
		rest [2]string
	}{
		{"text after the identification", prototest.Conversation{prototest.Server("SSH-2.0-s\r\n"), prototest.Client("SSH-2.0-c\r\n123-45-6789"), prototest.Server("ok")}, [2]string{"123-45-6789", "ok"}},
		{"a line without an end", prototest.Conversation{prototest.Client("SSH-2.0-" + long)}, [2]string{"SSH-2.0-" + long, ""}},
		{"lines without an end", prototest.Conversation{prototest.Server(strings.Repeat("hello\n", 300))}, [2]string{"", strings.Repeat("hello\n", 300)}},
		{"hostile length", prototest.Conversation{prototest.Client("SSH-2.0-c\n\xff\xff\xff\xff\x05\x14")}, [2]string{"\xff\xff\xff\xff\x05\x14", ""}},
	} {
		for _, n := range []int{1, 5, 100000} {
			h := prototest.Run(ssh.Protocol(), prototest.NewHost(nil), tc.conv, func() int { return n })
			if len(h.Faults) > 0 || h.Became != "raw" || string(h.Rest[0]) != tc.rest[0] || string(h.Rest[1]) != tc.rest[1] || len(h.Facts) > 0 {
				t.Errorf("%s in pieces of %d: %q %.100q %v", tc.name, n, h.Became, h.Rest, h.Faults)
			}
		}
	}
}

func TestBannersOnly(t *testing.T) {
	conv := conversation("SSH-2.0-server\r\n", "SSH-2.0-client\r\n", kex)[:2]
	if h := prototest.Run(ssh.Protocol(), prototest.NewHost(nil), conv, nil); len(h.Facts) > 0 || h.Gone {
		t.Errorf("%s", h)
	}
}

func TestProbe(t *testing.T) {
	f := prototest.DefaultFlow()
	peek := func(s string) proto.Peek { return proto.Peek{Data: []byte(s)} }
	for _, tc := range []struct {
		client, server proto.Peek
		want           proto.Score
	}{
		{peek(""), peek(""), proto.More},
		{peek("S"), peek("SSH"), proto.More},
		{peek("SSH-2.0-x"), peek("SSH-2.0-y"), proto.Sure},
		{peek(""), peek("SSH-2.0-y"), proto.Likely},
		{peek("SSH-2.0-x"), peek("Welcome\r\n"), proto.Likely},
		{peek("GET / HTTP/1.0"), peek("SSH-2.0-y"), proto.No},
		{peek("SSH-9.0-x"), peek(""), proto.No},
		{peek("SSH-key"), peek(""), proto.No},
		{proto.Peek{Data: []byte("SSH-2.0-x"), Gap: true}, peek(""), proto.No},
		{proto.Peek{Data: []byte("SSH"), End: true}, proto.Peek{End: true}, proto.No},
		{peek(""), peek("220 mail"), proto.No},
	} {
		if got := ssh.Protocol().Probe(tc.client, tc.server, f); got != tc.want {
			t.Errorf("%q, %q: %d, want %d", tc.client.Data, tc.server.Data, got, tc.want)
		}
	}
	f.Transport = flow.UDP
	if got := ssh.Protocol().Probe(peek("SSH-2.0-x"), peek("SSH-2.0-y"), f); got != proto.No {
		t.Errorf("over UDP: %d", got)
	}
}

func TestBounded(t *testing.T) {
	prototest.Bounded(t, ssh.Protocol(), 64<<10, 4<<20, prototest.Conversation{prototest.Client("SSH-2.0-endless")})
}

func FuzzSSH(f *testing.F) {
	prototest.Fuzz(f, ssh.Protocol(), conversation("SSH-2.0-server\r\n", "SSH-2.0-client\r\n", kex))
}

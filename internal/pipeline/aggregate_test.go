package pipeline_test

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
)

// hello is the first record of a TLS client that looks for a server of that name.
func hello(t *testing.T, name string) string {
	t.Helper()
	client, server := net.Pipe()
	go func() {
		_ = tls.Client(client, &tls.Config{ServerName: name, MinVersion: tls.VersionTLS12}).Handshake()
	}()
	head := make([]byte, 5)
	if _, err := io.ReadFull(server, head); err != nil {
		t.Fatal(err)
	}
	body := make([]byte, int(head[3])<<8|int(head[4]))
	if _, err := io.ReadFull(server, body); err != nil {
		t.Fatal(err)
	}
	_ = client.Close()
	return string(head) + string(body)
}

// sealed adds TLS sessions with a server under several names, one after the other.
func sealed(t *testing.T, server string, names ...string) []flow.Packet {
	t.Helper()
	c := pcaptest.New()
	for i, name := range names {
		s := c.TCP("10.1.1.5:4000"+string(rune('0'+i)), server)
		s.Open()
		s.Client(hello(t, name))
		s.Server("\x16\x03\x03\x00\x04\x02\x00\x00\x00")
		s.Client("\x17\x03\x03\x03\xe8" + strings.Repeat("\x80", 1000))
		s.Close()
	}
	return c.Packets()
}

// TestCoveredNameHidesNoOther holds that a session with a covered vendor says nothing of later ones with others at the
// same address, as of a cloud's.
func TestCoveredNameHidesNoOther(t *testing.T) {
	const covered, other = "cdn.site20260101.example", "elsewhere.example"
	for _, server := range []string{"52.4.20.30:443", "14.139.60.12:443"} { // at home and abroad
		for _, names := range [][]string{{covered, other}, {other, covered}, {covered, covered, other}} {
			a := only(t, first(judged(t, 1, sealed(t, server, names...))), alert.EncryptedEgress)
			if a.Receiver.Agreement.Verdict != "no_agreement" || a.Receiver.Name.String() != other {
				t.Errorf("%s, %q: %s has the verdict %s", server, names, a.Receiver.Name, a.Receiver.Agreement.Verdict)
			}
		}
	}
	list, _ := judged(t, 1, sealed(t, "52.4.20.30:443", covered, covered))
	if len(list) != 0 {
		t.Errorf("a covered vendor at home gives %d alerts", len(list))
	}
}

// TestEveryBlindnessIsTold holds that a mail with parts that cannot be read for different reasons is told once for each,
// also where only its recipient, and not its next hop, is outside.
func TestEveryBlindnessIsTold(t *testing.T) {
	const locked = "PK\x03\x04\x14\x00\x01\x00\x00\x00\x00\x00\x21\x50\x00\x00\x00\x00\x20\x00\x00\x00\x14\x00\x00\x00\x05\x00\x00\x00a.txt" +
		"\x9b\x01\xc7\x84\x13\xe2\x95\x0f\xa6\x7d\xb2\x39\x4e\xd8\x61\xfc\x9b\x01\xc7\x84\x13\xe2\x95\x0f\xa6\x7d\xb2\x39\x4e\xd8\x61\xfc"
	message := "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=p\r\n\r\n--p\r\n\r\nhello\r\n--p\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\n\x80\x81\x82\x83\r\n--p\r\nContent-Type: application/zip\r\n\r\n" + locked + "\r\n--p--"
	for hop, want := range map[string]int{"14.139.60.12:25": 2, "10.9.9.9:25": 2} {
		list := first(judged(t, 1, mailed(hop, message, "x@elsewhere.example")))
		reasons := map[string]bool{}
		for _, a := range list {
			if a.Kind == alert.Uninspected {
				reasons[a.Detail] = true
			}
		}
		if len(reasons) != want || !reasons["format"] || !reasons["password"] {
			t.Errorf("by %s: %v", hop, reasons)
		}
	}
	if list := first(judged(t, 1, mailed("10.9.9.9:25", message, "x@ward55555.example"))); len(list) != 0 {
		t.Errorf("a mail that stays inside gives %d alerts", len(list))
	}
}

package pipeline_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/capture"
	"github.com/phiwatch/phiwatch/internal/config"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
	"github.com/phiwatch/phiwatch/internal/pipeline"
	protolist "github.com/phiwatch/phiwatch/internal/proto/list"
	"github.com/phiwatch/phiwatch/internal/stream"
)

// brain is the whole sensor with its defaults.
func brain(f testing.TB) *pipeline.Brain {
	cfg, err := config.Load("", nil)
	if err != nil {
		f.Fatal(err)
	}
	b, _, err := app.BuildBrain(&cfg, [32]byte{1})
	if err != nil {
		f.Fatal(err)
	}
	return b
}

// alright runs a source and holds that nothing fails and every byte is accounted for, in bounded time.
func alright(t *testing.T, b *pipeline.Brain, src pipeline.Source) {
	p := pipeline.New(b, pipeline.Options{Workers: 1, Detect: true, Stream: stream.DefaultConfig(), Objects: io.Discard, Streams: io.Discard,
		Protocols: pipeline.Protocols{List: protolist.Protocols(), Raw: protolist.Raw()}, Emit: func(a *alert.Alert) error { _, err := a.JSON(); return err }})
	start := time.Now()
	if err := p.Run(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it takes %v", took)
	}
	st := p.Stats()
	if n := st.Panics.Load(); n > 0 {
		t.Errorf("%d panics", n)
	}
	var sum uint64
	for i := range coverage.NumStates {
		sum += st.Account.Bytes[i]
	}
	if sum != st.Bytes.Load() {
		t.Errorf("the states add up to %d of %d bytes", sum, st.Bytes.Load())
	}
}

// FuzzCapture takes any bytes for a capture.
func FuzzCapture(f *testing.F) {
	b := brain(f)
	f.Add(conversation([]byte("\x00\x20EHLO a\r\nMAIL FROM:<a@b.example>\r\n\x81\x04250 ok\r\n")).Bytes())
	demo, err := os.ReadFile("../../scripts/demo/demo.pcap")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(demo)
	f.Fuzz(func(t *testing.T, data []byte) {
		file := filepath.Join(t.TempDir(), "a.pcap")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		src, err := capture.Open([]string{file})
		if err != nil {
			return // no capture
		}
		defer src.Close()
		alright(t, b, src)
	})
}

// FuzzConversation takes bytes for what two ends say to each other.
func FuzzConversation(f *testing.F) {
	b := brain(f)
	for _, s := range []string{
		"\x80\x0c220 mail ESMTP\r\n\x00\x06EHLO a\r\n\x80\x08250 ok ok\r\n\x00\x18MAIL FROM:<a@b.example>\r\n",
		"\x00\x30POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
		"\x80\x08220 ftp\r\n\x00\x08USER abc\r\n\x80\x08331 more\r\n", "\x00\x05\x16\x03\x01\x00\x05\x01\x00\x00", "\x00\x10SSH-2.0-abcdefgh\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		src := packets(conversation(data).Packets())
		alright(t, b, &src)
	})
}

// conversation reads bytes as a script: who speaks (and what is lost, repeated or out of place), how much, and the bytes.
func conversation(data []byte) *pcaptest.Capture {
	c := pcaptest.New()
	s := c.TCP("10.1.1.5:40000", "14.139.60.10:7777")
	u := c.UDP("10.1.1.5:40000", "14.139.60.10:7777")
	s.Open()
	for len(data) > 2 {
		how, n := data[0], min(int(data[1])*4, len(data)-2)
		d := flow.Dir(how >> 7)
		b := data[2 : 2+n]
		data = data[2+n:]
		switch how & 15 {
		case 9:
			s.Skip(d, n*1000)
		case 10:
			s.At(d, -n, string(b), 0)
		case 11:
			s.At(d, n, string(b), pcaptest.ACK|pcaptest.FIN)
		case 12:
			u.Send(d, b)
		case 13:
			c.Wait(flow.Time(n) * flow.Second)
		case 14:
			s.RST(d)
		default:
			s.Send(d, b)
		}
	}
	s.Close()
	return c
}

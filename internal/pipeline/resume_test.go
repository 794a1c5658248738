package pipeline_test

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
	"github.com/phiwatch/phiwatch/internal/pipeline"
	protolist "github.com/phiwatch/phiwatch/internal/proto/list"
	"github.com/phiwatch/phiwatch/internal/stream"
)

// TestResume holds that a capture that begins in the body of one message knows the next one of the connection for what it is.
func TestResume(t *testing.T) {
	patient := "Patient SSN: 514-69-0360, DOB 03/04/1980, diagnosis diabetes\r\n"
	for _, tc := range []struct {
		name, channel string
		talk          func(s *pcaptest.Session)
	}{
		{"smtp", "smtp", func(s *pcaptest.Session) {
			s.Client("the rest of a mail\r\nthat began before\r\n.\r\n")
			s.Server("250 ok\r\n")
			s.Client("MAIL FROM:<a@hospital.example>\r\nRCPT TO:<b@vendor.example>\r\nDATA\r\n")
			s.Server("250 ok\r\n250 ok\r\n354 go\r\n")
			s.Client("Subject: x\r\n\r\n" + patient + ".\r\n")
			s.Server("250 ok\r\n")
		}},
		{"http", "http", func(s *pcaptest.Session) {
			s.Client(strings.Repeat(`{"rest": "of a body"}`, 40))
			s.Server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			s.Client("POST /upload HTTP/1.1\r\nHost: vendor.example\r\nContent-Type: text/plain\r\nContent-Length: 62\r\n\r\n" + patient)
			s.Server("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
		}},
		{"http in one piece", "http", func(s *pcaptest.Session) {
			s.Client("the rest of a bodyPOST /upload HTTP/1.1\r\nHost: vendor.example\r\nContent-Type: text/plain\r\nContent-Length: 62\r\n\r\n" + patient)
			s.Server("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
		}},
		{"a log of requests", "raw", func(s *pcaptest.Session) {
			s.Client("2026-11-24 \"GET /a HTTP/1.1\" 200\r\nHost: none\r\n" + patient)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := pcaptest.New()
			tc.talk(c.TCP("10.1.1.1:40000", "203.0.113.9:4000"))
			src := packets(c.Packets())
			var got []*alert.Alert
			p := pipeline.New(brain(t), pipeline.Options{Workers: 1, Detect: true, Stream: stream.DefaultConfig(),
				Protocols: pipeline.Protocols{List: protolist.Protocols(), Raw: protolist.Raw()},
				Emit:      func(a *alert.Alert) error { got = append(got, a); return nil }})
			if err := p.Run(t.Context(), &src); err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, a := range got {
				if a.Kind == alert.PHIExposure || a.Kind == alert.PIIExposure {
					n++
					if a.Channel != tc.channel || a.Connection.Client.IP != "10.1.1.1" {
						t.Errorf("channel %s, client %s", a.Channel, a.Connection.Client.IP)
					}
					if tc.channel == "smtp" && len(a.Recipients) != 1 {
						t.Errorf("%d recipients", len(a.Recipients))
					}
				}
			}
			if n != 1 {
				t.Errorf("%d alerts of an exposure", n)
			}
			var sum uint64
			for _, b := range p.Stats().Account.Bytes {
				sum += b
			}
			if sum != p.Stats().Bytes.Load() {
				t.Errorf("the states add up to %d of %d bytes", sum, p.Stats().Bytes.Load())
			}
		})
	}
}

package pipeline_test

import (
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
	"github.com/phiwatch/phiwatch/internal/pipeline"
	protolist "github.com/phiwatch/phiwatch/internal/proto/list"
	"github.com/phiwatch/phiwatch/internal/stream"
)

// TestVersionRecipients holds that the second version of a mail is for the same people as the first.
func TestVersionRecipients(t *testing.T) {
	c := pcaptest.New()
	s := c.TCP("10.1.1.1:40000", "203.0.113.9:25")
	s.Open()
	s.Server("220 mx.vendor.example ESMTP\r\n")
	s.Client("EHLO a.hospital.example\r\n")
	s.Server("250 mx.vendor.example\r\n")
	s.Client("MAIL FROM:<a@hospital.example>\r\nRCPT TO:<b@vendor.example>\r\nDATA\r\n")
	s.Server("250 ok\r\n250 ok\r\n354 go\r\n")
	first := "Subject: x\r\n\r\nnothing to see in this version of the text, nothing at all .....\r\n"
	second := "Subject: x\r\n\r\nPatient SSN: 514-69-0360, DOB 03/04/1980, diagnosis diabetes\r\n"
	second += strings.Repeat(" ", len(first)-len(second))
	s.Client(first)
	s.At(flow.ToServer, -len(first), second, 0x18)
	s.Client(strings.Repeat("more of it\r\n", 40) + ".\r\n")
	s.Server("250 ok\r\n")
	src := packets(c.Packets())
	n := 0
	p := pipeline.New(brain(t), pipeline.Options{Workers: 1, Detect: true, Stream: stream.DefaultConfig(),
		Protocols: pipeline.Protocols{List: protolist.Protocols(), Raw: protolist.Raw()},
		Emit: func(a *alert.Alert) error {
			if a.Kind == alert.PHIExposure {
				n++
				if len(a.Recipients) != 1 {
					t.Errorf("%s: %d recipients", a.Object.Path[0], len(a.Recipients))
				}
			}
			return nil
		}})
	if err := p.Run(t.Context(), &src); err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		t.Error("no alert")
	}
}

package pipeline_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/config"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
	"github.com/phiwatch/phiwatch/internal/pipeline"
	protolist "github.com/phiwatch/phiwatch/internal/proto/list"
)

// ward is a mail with a table of made-up patients.
func ward(from, to int) string {
	var b strings.Builder
	b.WriteString("Content-Type: text/csv\r\n\r\nname,ssn,mrn,dob,diagnosis\r\n")
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "Ottoline Quill%c%c,%03d-%02d-%04d,%07d,%02d/%02d/1970,E11.9\r\n", 'a'+i/26%26, 'a'+i%26, 300+i%300, 10+i%80, 1000+i, 5100000+i, 1+i%12, 1+i%28)
	}
	return b.String()
}

// mailTo sends a mail with its own header.
func mailTo(c *pcaptest.Capture, n int, hop, mail string) {
	s := c.TCP(fmt.Sprintf("10.1.1.5:%d", 40000+n), hop)
	s.Open()
	s.Server("220 mx ESMTP\r\n")
	s.Client("EHLO a\r\n")
	s.Server("250 mx\r\n")
	s.Client("MAIL FROM:<a@b.example>\r\n")
	s.Server("250 ok\r\n")
	s.Client("RCPT TO:<c@d.example>\r\n")
	s.Server("250 ok\r\n")
	s.Client("DATA\r\n")
	s.Server("354 go\r\n")
	s.Client("Subject: list\r\n" + mail + ".\r\n")
	s.Server("250 queued\r\n")
	s.Close()
}

func countReceivers(t *testing.T, workers int, pkts []flow.Packet) []pipeline.ReceiverDay {
	t.Helper()
	c := config.Default()
	brain, _, err := app.BuildBrain(&c, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	p := pipeline.New(brain, pipeline.Options{Workers: workers, Detect: true, Protocols: pipeline.Protocols{List: protolist.Protocols(), Raw: protolist.Raw()},
		Emit: func(*alert.Alert) error { return nil }})
	src := packets(pkts)
	if err := p.Run(t.Context(), &src); err != nil {
		t.Fatal(err)
	}
	return p.Stats().Receivers
}

// TestReceivers: 600 people over 40 mails to one receiver are 600, also when each is sent twice; another receiver and another day have
// their own; any number of workers tells the same.
func TestReceivers(t *testing.T) {
	c := pcaptest.New()
	n := 0
	mail := func(hop string, from, to int) {
		mailTo(c, n, hop, ward(from, to))
		n++
	}
	for range 2 {
		for i := 0; i < 600; i += 15 {
			mail("198.51.100.25:25", i, i+15)
		}
	}
	mail("203.0.113.25:25", 0, 15)
	mail("203.0.113.25:25", 10, 25)
	c.Wait(86400 * flow.Second)
	mail("198.51.100.25:25", 590, 610)
	day, next := c.Now-86400*flow.Second, c.Now
	want := []pipeline.ReceiverDay{
		{Receiver: "198.51.100.25", Day: day.Std().Format("2006-01-02"), Alerts: 80, Individuals: finding.Individuals{Low: 600, High: 600}},
		{Receiver: "198.51.100.25", Day: next.Std().Format("2006-01-02"), Alerts: 1, Individuals: finding.Individuals{Low: 20, High: 20}},
		{Receiver: "203.0.113.25", Day: day.Std().Format("2006-01-02"), Alerts: 2, Individuals: finding.Individuals{Low: 25, High: 25}},
	}
	for _, workers := range []int{1, 3} {
		if got := countReceivers(t, workers, c.Packets()); !reflect.DeepEqual(got, want) {
			t.Errorf("%d workers: %+v", workers, got)
		}
	}
}

// TestMergeReceivers: the same receiver in two captures may have been sent the same people or others.
func TestMergeReceivers(t *testing.T) {
	line := func(ip, day string, n int) pipeline.ReceiverDay {
		return pipeline.ReceiverDay{Receiver: ip, Day: day, Alerts: 1, Individuals: finding.Individuals{Low: n, High: n}}
	}
	got := pipeline.MergeReceivers([]pipeline.ReceiverDay{line("others", "2026-01-02", 1), line("10.0.0.9", "2026-01-02", 3), line("9.0.0.1", "2026-01-03", 1), line("10.0.0.9", "2026-01-02", 5), line("9.0.0.1", "2026-01-02", 1)})
	want := []pipeline.ReceiverDay{line("9.0.0.1", "2026-01-02", 1), line("9.0.0.1", "2026-01-03", 1), line("10.0.0.9", "2026-01-02", 5), line("others", "2026-01-02", 1)}
	want[2].Alerts, want[2].Individuals.High = 2, 8
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

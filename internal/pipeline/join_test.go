package pipeline_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/config"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
	"github.com/phiwatch/phiwatch/internal/pipeline"
	protolist "github.com/phiwatch/phiwatch/internal/proto/list"
)

type line struct {
	Protocol string   `json:"protocol"`
	Path     []string `json:"path"`
	Sender   string   `json:"sender"`
	Receiver string   `json:"receiver"`
	Size     int64    `json:"size"`
}

// objects runs packets through the whole pipeline and returns the lines of --objects.
func objects(t *testing.T, pkts []flow.Packet, workers int) []line {
	t.Helper()
	c := config.Default()
	brain, _, err := app.BuildBrain(&c, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := pipeline.New(brain, pipeline.Options{Workers: workers, Detect: true, Objects: &out,
		Protocols: pipeline.Protocols{List: protolist.Protocols(), Raw: protolist.Raw()}})
	src := packets(pkts)
	if err := p.Run(t.Context(), &src); err != nil {
		t.Fatal(err)
	}
	if s := p.Stats(); s.Account.Sum() != s.Bytes.Load() {
		t.Errorf("states add up to %d of %d bytes", s.Account.Sum(), s.Bytes.Load())
	}
	var ls []line
	for b := range bytes.Lines(out.Bytes()) {
		var l line
		if err := json.Unmarshal(b, &l); err != nil {
			t.Fatal(err)
		}
		ls = append(ls, l)
	}
	return ls
}

// transfer is an FTP upload whose pieces a test puts into any order.
type transfer struct {
	c             *pcaptest.Capture
	control, data *pcaptest.Session
	reply         string
}

const upload = "name,amount\nalpha,1\nbeta,2\ngamma,3\n"

func newTransfer(reply, dataServer string) *transfer {
	c := pcaptest.New()
	tr := &transfer{c: c, control: c.TCP("10.1.1.5:40000", "198.51.100.7:21"), reply: reply}
	tr.data = c.TCP("10.1.1.5:40001", dataServer)
	tr.control.Open()
	tr.control.Server("220 ready\r\n")
	tr.control.Client("USER a\r\n")
	tr.control.Server("331 go on\r\n")
	tr.control.Client("PASS b\r\n")
	tr.control.Server("230 in\r\n")
	if strings.HasPrefix(reply, "229") {
		tr.control.Client("EPSV\r\n")
	} else {
		tr.control.Client("PASV\r\n")
	}
	return tr
}

func (tr *transfer) announce() { tr.control.Server(tr.reply) }
func (tr *transfer) command()  { tr.control.Client("STOR list.csv\r\n") }
func (tr *transfer) answer()   { tr.control.Server("150 go\r\n"); tr.control.Server("226 done\r\n") }
func (tr *transfer) send() {
	tr.data.Open()
	tr.data.Client(upload)
	tr.data.Close()
}

// TestJoinInAnyOrder holds that a data connection gets its name whenever its control connection tells it.
func TestJoinInAnyOrder(t *testing.T) {
	const plain = "227 Entering Passive Mode (198,51,100,7,200,10)\r\n"
	cases := map[string]struct {
		reply, server string
		order         func(*transfer)
	}{
		"usual":         {plain, "198.51.100.7:51210", func(x *transfer) { x.announce(); x.command(); x.send(); x.answer() }},
		"data first":    {plain, "198.51.100.7:51210", func(x *transfer) { x.send(); x.announce(); x.command(); x.answer() }},
		"data last":     {plain, "198.51.100.7:51210", func(x *transfer) { x.announce(); x.command(); x.answer(); x.send() }},
		"late reply":    {plain, "198.51.100.7:51210", func(x *transfer) { x.announce(); x.command(); x.send(); x.c.Wait(20 * flow.Second); x.answer() }},
		"EPSV":          {"229 Extended (|||51210|)\r\n", "198.51.100.7:51210", func(x *transfer) { x.announce(); x.command(); x.send(); x.answer() }},
		"NATed address": {"227 Entering Passive Mode (192,168,9,9,200,10)\r\n", "198.51.100.7:51210", func(x *transfer) { x.announce(); x.command(); x.send(); x.answer() }},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			tr := newTransfer(tc.reply, tc.server)
			tc.order(tr)
			tr.control.Close()
			var found []line
			for _, l := range objects(t, tr.c.Packets(), 2) {
				if l.Protocol == "ftp" {
					found = append(found, l)
				}
			}
			if len(found) != 1 || found[0].Size != int64(len(upload)) || found[0].Path[0] != "list.csv" || !strings.HasPrefix(found[0].Receiver, "198.51.100.7:") {
				t.Errorf("objects of FTP: %+v", found)
			}
		})
	}
}

// TestJoinOfReusedPorts holds that two active transfers over the same pair of ports are two files with their own names.
func TestJoinOfReusedPorts(t *testing.T) {
	tr := newTransfer("227 Entering Passive Mode (198,51,100,7,200,10)\r\n", "198.51.100.7:51210")
	tr.announce()
	for i, name := range []string{"list.csv", "report.csv"} {
		tr.control.Client("PORT 10,1,1,5,200,10\r\n")
		tr.control.Server("200 ready\r\n")
		tr.control.Client("STOR " + name + "\r\n")
		tr.control.Server("150 go\r\n")
		data := tr.c.TCP("198.51.100.7:20", "10.1.1.5:51210")
		data.Seq[0] += uint32(i) << 20
		data.Seq[1] += uint32(i) << 20
		data.Open()
		data.Server(upload)
		data.Close()
		tr.control.Server("226 done\r\n")
	}
	tr.control.Close()
	var names []string
	for _, l := range objects(t, tr.c.Packets(), 2) {
		if l.Protocol == "ftp" {
			names = append(names, l.Path[0])
		}
	}
	if len(names) != 2 || names[0] != "list.csv" || names[1] != "report.csv" {
		t.Errorf("two transfers over the same ports are named %q", names)
	}
}

// TestUnannouncedDataIsReleased holds that a flow that nobody names is told all the same, under its own protocol.
func TestUnannouncedDataIsReleased(t *testing.T) {
	c := pcaptest.New()
	s := c.TCP("10.1.1.5:40001", "198.51.100.7:51210")
	s.Open()
	s.Client(upload)
	s.Close()
	ls := objects(t, c.Packets(), 1)
	if len(ls) != 1 || ls[0].Protocol != "raw" || ls[0].Size != int64(len(upload)) {
		t.Errorf("objects: %+v", ls)
	}
}

// TestEndlessTextIsCut holds that an endless text stream is cut, and that an announced file of the same kind is not.
func TestEndlessTextIsCut(t *testing.T) {
	long := strings.Repeat("the quick brown fox jumps over the lazy dog 12345 times\n", 18<<20/56)
	c := pcaptest.New()
	s := c.TCP("10.1.1.5:40001", "198.51.100.7:5140")
	s.Open()
	s.Client(long)
	s.Close()
	if ls := objects(t, c.Packets(), 2); len(ls) != 2 || ls[0].Size+ls[1].Size != int64(len(long)) || ls[0].Size > 16<<20+1500 {
		t.Errorf("an endless stream of %d bytes gives %+v", len(long), ls)
	}
	tr := newTransfer("227 Entering Passive Mode (198,51,100,7,200,10)\r\n", "198.51.100.7:51210")
	tr.announce()
	tr.command()
	tr.data.Open()
	tr.data.Client(long)
	tr.data.Close()
	tr.answer()
	tr.control.Close()
	n := 0
	for _, l := range objects(t, tr.c.Packets(), 2) {
		if l.Protocol == "ftp" {
			n++
			if l.Size != int64(len(long)) {
				t.Errorf("the file has %d of %d bytes", l.Size, len(long))
			}
		}
	}
	if n != 1 {
		t.Errorf("the file came in %d pieces", n)
	}
}

// TestWorkersChangeNothing runs many flows under different numbers of workers.
func TestWorkersChangeNothing(t *testing.T) {
	c := pcaptest.New()
	for i := range 60 {
		s := c.TCP(fmt.Sprintf("10.1.%d.5:%d", i, 40000+i), fmt.Sprintf("198.51.100.%d:80", i))
		s.Open()
		s.Client(fmt.Sprintf("PUT /%c.txt HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", 'a'+i%26, len(upload), upload))
		s.Server("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
		s.Close()
	}
	want := fmt.Sprint(objects(t, c.Packets(), 1))
	for _, n := range []int{2, 3, 8, 64} {
		if got := fmt.Sprint(objects(t, c.Packets(), n)); got != want {
			t.Errorf("%d workers give other lines", n)
		}
	}
}

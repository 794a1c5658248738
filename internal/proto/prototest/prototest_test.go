package prototest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// toy is a protocol of lines: each client line that begins with + is an object; the client's line "tls" becomes.
type toy struct {
	host  proto.Host
	line  []byte
	off   uint64
	fault string // deliberate mistake
	keep  []byte
}

func (y *toy) Data(d flow.Dir, off uint64, at flow.Time, b []byte) flow.Want {
	if d == flow.ToClient {
		return 0
	}
	if y.fault == "split" {
		y.emit(b, off, at)
		return 0
	}
	for i, c := range b {
		if len(y.line) == 0 {
			y.off = off + uint64(i)
		}
		if len(y.line) < 100 {
			y.line = append(y.line, c)
		}
		if c != '\n' {
			continue
		}
		line := y.line
		y.line = y.line[:0]
		if string(line) == "tls\n" {
			y.host.Become("", [2][]byte{b[i+1:], nil})
			return 0
		}
		if line[0] == '+' {
			y.emit(line, y.off, at)
		}
	}
	return 0
}

func (y *toy) emit(line []byte, off uint64, at flow.Time) {
	w := y.host.Open(object.Meta{Protocol: "toy", Kind: object.Message, Off: off, At: at})
	switch y.fault {
	case "invent":
		w.Write([]byte("zzz"))
	case "twice":
		w.Write(line)
	case "panic":
		panic("on purpose")
	case "retain":
		w.Write(y.keep)
		y.keep = line
	}
	w.Write(line)
	if y.fault != "open" {
		w.Close(object.Outcome{At: at})
	}
	if y.fault == "after" {
		w.Write(line)
	}
}

func (y *toy) Skip(flow.Dir, uint64, uint64) {}
func (y *toy) Gap(d flow.Dir, _, _ uint64, _ flow.Time, _ coverage.Reason) flow.Want {
	if d == flow.ToServer {
		y.line = append(y.line[:0], '?')
	}
	return 0
}
func (y *toy) Alt(flow.Dir, uint64, []byte)      {}
func (y *toy) Close(flow.Time, flow.CloseReason) {}

func toyProtocol(fault string) proto.Protocol {
	return proto.Protocol{
		Name: "toy",
		Probe: func(c, s proto.Peek, _ *flow.Flow) proto.Score {
			if bytes.HasPrefix(c.Data, []byte("+")) {
				return proto.Sure
			}
			if len(c.Data) == 0 {
				return proto.More
			}
			return proto.No
		},
		New: func(h proto.Host) flow.Consumer { return &toy{host: h, fault: fault} },
	}
}

var toyConv = Parse("C: +one\nS: ok\nC: no\nC: +two\n\nC: +three\nS: ok\nC= \"tls\\n\\x16\"")

func TestAcceptsToy(t *testing.T) {
	Accept(t, toyProtocol(""), []Case{{
		Name: "lines", Conv: Parse("C: +one\nS: ok\nC: no\nC: +two"), Resync: true,
	}, {
		Name: "become", Conv: toyConv, Ordered: true,
		Check: func(t *testing.T, h *Host) {
			if len(h.Objects) != 3 || string(h.Objects[1].Bytes()) != "+two\r\n" || !h.Gone || string(h.Rest[0]) != "\x16" {
				t.Error(h)
			}
		},
	}})
}

func FuzzToy(f *testing.F) { Fuzz(f, toyProtocol(""), toyConv) }

func TestNoticesFaults(t *testing.T) {
	conv := Parse("C: +one\nC: +two")
	for fault, want := range map[string]string{
		"invent": "not delivered", "twice": "written", "panic": "panic", "open": "left open",
		"after": "closed object", "retain": "not delivered",
	} {
		h := Run(toyProtocol(fault), NewHost(nil), conv, nil)
		if !strings.Contains(strings.Join(h.Faults, "\n"), want) {
			t.Errorf("%s: faults %q", fault, h.Faults)
		}
	}
	whole := Run(toyProtocol("split"), NewHost(nil), conv, nil).Dump(true)
	if whole == Run(toyProtocol("split"), NewHost(nil), conv, func() int { return 1 }).Dump(true) {
		t.Error("the dump does not show other splits")
	}
}

func TestParse(t *testing.T) {
	c := Parse("# comment\nS: 220 x\nC: EHLO a\nC= \"b\\n\"\n\nC:\n")
	if len(c) != 3 || string(c[1].Bytes) != "EHLO a\r\nb\n" || string(c[2].Bytes) != "\r\n" || c[0].Dir != flow.ToClient {
		t.Errorf("%q", c)
	}
	l := c.late(flow.ToClient, 1)
	if len(l) != 3 || l[2].Dir != flow.ToClient || c.first(flow.ToServer)[2].Dir != flow.ToClient || c.Len() != 19 {
		t.Errorf("%q", l)
	}
}

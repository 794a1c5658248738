package mllp

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
)

// adt is a message with a control identifier.
func adt(id string) string {
	return "MSH|^~\\&|A|B|C|D|20260401||ADT^A01|" + id + "|P|2.5\rPID|1||4711^^^H^MR||ROE^JANE\r"
}

func ack(code, id string) string {
	return "MSH|^~\\&|C|D|A|B|20260401||ACK|R" + id + "|P|2.5\rMSA|" + code + "|" + id + "\r"
}

func frame(s string) string { return "\x0b" + s + "\x1c\r" }

// want is kind, direction, outcome, bytes of an object.
func want(k object.Kind, d flow.Dir, o flow.Outcome, b string) string {
	return fmt.Sprintf("%s %d %s %q", k, d, o, b)
}

func check(list ...string) func(*testing.T, *prototest.Host) {
	return func(t *testing.T, h *prototest.Host) {
		t.Helper()
		var got []string
		for _, o := range h.Objects {
			got = append(got, want(o.Meta.Kind, o.Meta.Dir, o.Outcome.Status, string(o.Bytes())))
		}
		if strings.Join(got, "\n") != strings.Join(list, "\n") {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(list, "\n"))
		}
	}
}

func msg(o flow.Outcome, b string) string { return want(object.Message, 0, o, b) }
func ans(b string) string                 { return want(object.Message, 1, flow.OutcomeUnknown, b) }

func cases() []prototest.Case {
	c, s := prototest.Client, prototest.Server
	a1, a2, a3 := adt("1"), adt("2"), adt("3")
	k1, k2, k3 := ack("AA", "1"), ack("AE", "2"), ack("CA", "3")
	xml := "<ClinicalDocument/>"
	return []prototest.Case{
		{Name: "acknowledged", Conv: prototest.Conversation{c(frame(a1)), s(frame(k1)), c(frame(a2)), s(frame(k2)), c(frame(a3)), s(frame(k3))},
			Check: check(msg(1, a1), ans(k1), msg(2, a2), ans(k2), msg(1, a3), ans(k3))},
		{Name: "several in a segment", Ordered: true, Conv: prototest.Conversation{c(frame(a1) + frame(a2) + frame(a3)), s(frame(k2) + frame(k1))},
			Check: check(msg(1, a1), msg(2, a2), msg(0, a3), ans(k2), ans(k1))},
		{Name: "no carriage return", Conv: prototest.Conversation{c("\x0b" + a1 + "\x1c\x0b" + a2 + "\x1c"), s("\x0b" + k1 + "\x1c\n\x0b" + k2 + "\x1c")},
			Check: check(msg(1, a1), msg(2, a2), ans(k1), ans(k2))},
		{Name: "no end", Conv: prototest.Conversation{c("\x0b" + a1 + "\x0b" + a2), s(frame(k1))},
			Check: check(msg(1, a1), msg(0, a2), ans(k1))},
		{Name: "marks inside", Conv: prototest.Conversation{c("\x0b" + a1 + "OBX|1|ST|a\x1cb\x0bc\x0bMSx\x1c\x1c\r" + frame(a2)), s(frame(k1))},
			Check: check(msg(1, a1+"OBX|1|ST|a\x1cb\x0bc\x0bMSx\x1c"), msg(0, a2), ans(k1))},
		{Name: "no frames", Conv: prototest.Conversation{c(a1 + a2 + "MSG\r\nMSH is no more\r\n" + a3), s(k1 + k2)},
			Check: check(msg(1, a1), msg(2, a2+"MSG\r\nMSH is no more\r\n"), msg(0, a3), ans(k1), ans(k2))},
		{Name: "between", Conv: prototest.Conversation{c(frame(a1) + "\r\n\r\nhello\x00" + frame(a2) + "bye M"), s(frame(k1))},
			Check: check(msg(1, a1), want(object.Stream, 0, 0, "hello\x00"), msg(0, a2), want(object.Stream, 0, 0, "bye M"), ans(k1))},
		{Name: "one side", Conv: prototest.Conversation{c(frame("FHS|^~\\&|A\rBHS|^~\\&|A\r"+a1) + frame("") + frame(a2))},
			Check: check(msg(0, "FHS|^~\\&|A\rBHS|^~\\&|A\r"+a1), msg(0, a2))},
		{Name: "no identifiers", Ordered: true, Conv: prototest.Conversation{c(frame(a1) + frame(a2)), s(frame(ack("AR", ""))), s(frame(ack("AA", "")))},
			Check: check(msg(2, a1), msg(1, a2), ans(ack("AR", "")), ans(ack("AA", "")))},
		{Name: "other payload", Conv: prototest.Conversation{c(frame(a1)), c(frame(xml))}, Check: check(msg(0, a1), msg(0, xml))},
	}
}

func TestAccept(t *testing.T) { prototest.Accept(t, Protocol(), cases()) }

func TestOffsets(t *testing.T) {
	first := frame(adt("1"))
	h := prototest.Run(Protocol(), prototest.NewHost(nil), prototest.Conversation{prototest.Client(first + "\x0b" + adt("2") + "\x0b" + adt("3"))}, nil)
	at := len(first) + 1
	for i, off := range []int{1, at, at + len(adt("2")) + 1} {
		if m := h.Objects[i].Meta; m.Off != uint64(off) || m.MediaType != mediaType || m.Size != -1 || m.Protocol != "mllp" {
			t.Errorf("object %d: %+v, want offset %d", i, m, off)
		}
	}
	if !h.Objects[2].Outcome.Cut || h.Objects[0].Outcome.Cut {
		t.Error("only the last one was cut")
	}
	h = prototest.Run(Protocol(), prototest.NewHost(nil), prototest.Conversation{prototest.Client(adt("1") + adt("2"))}, nil)
	if o := h.Objects[1]; o.Meta.Off != uint64(len(adt("1"))) || !o.Meta.Endless {
		t.Errorf("%+v", o.Meta)
	}
}

func TestHoles(t *testing.T) {
	h := prototest.NewHost(nil)
	p := prototest.Play(Protocol(), h)
	p.Gap(flow.ToServer, 7)
	p.Data(flow.ToServer, []byte("PID|1\r\x1c\r\x0b"+adt("1")))
	p.Gap(flow.ToServer, 9)
	p.Data(flow.ToServer, []byte("OBX|1\r\x1c\r"+frame(adt("2"))+"\x0bMSH|^~\\&|x"))
	p.Gap(flow.ToServer, 5)
	p.Data(flow.ToServer, []byte(frame(adt("3"))))
	p.Close(flow.ClosedEnd)
	var got []string
	for _, o := range h.Objects {
		got = append(got, fmt.Sprintf("%s %d %d", o.Meta.Kind, o.Missing(), len(o.Bytes())))
	}
	n := len(adt("1"))
	exp := fmt.Sprint([]string{"stream 7 8", fmt.Sprintf("message 9 %d", n+6), fmt.Sprintf("message 0 %d", n), "message 5 10", fmt.Sprintf("message 0 %d", n)})
	if fmt.Sprint(got) != exp || len(h.Faults) > 0 {
		t.Errorf("got %v\nwant %v\n%v", got, exp, h.Faults)
	}
}

func TestPatience(t *testing.T) {
	var q queue
	o := &closer{}
	q.push(o, []byte(adt("1")), 5)
	q.wait()
	q.expire(5 + patience)
	if o.n != 0 {
		t.Error("given up too early")
	}
	q.expire(6 + patience)
	if o.n != 1 || o.out.At != 5 {
		t.Errorf("%+v", o)
	}
	for i := range maxPending + 3 {
		q.push(o, []byte(adt(fmt.Sprint(i))), 5)
		q.wait()
	}
	if o.n != 4 || len(q.list) != maxPending {
		t.Errorf("%d closed, %d wait", o.n, len(q.list))
	}
}

type closer struct {
	object.Writer
	n   int
	out object.Outcome
}

func (c *closer) Close(o object.Outcome) { c.n, c.out = c.n+1, o }

func TestProbe(t *testing.T) {
	f := prototest.DefaultFlow()
	for in, exp := range map[string]proto.Score{
		frame(adt("1")): proto.Sure, adt("1"): proto.Likely, "\x0bFHS|": proto.Sure, "\x0bBHS^": proto.Sure, "\x0bMS": proto.More, "MSH|^": proto.More,
		"MSH": proto.More, "MSH|AB": proto.No, "MSHA": proto.No, "\x0bMSHA": proto.No, "\x0b<a>": proto.No, "GET / HTTP/1.1": proto.No, "": proto.More,
		"FHS|^~": proto.No,
	} {
		if got := probe(proto.Peek{Data: []byte(in)}, proto.Peek{}, f); got != exp {
			t.Errorf("%q: %d, want %d", in, got, exp)
		}
		if got := probe(proto.Peek{}, proto.Peek{Data: []byte(in)}, f); got != exp && got != exp-answering {
			t.Errorf("server %q: %d, want %d", in, got, exp)
		}
	}
	if got := probe(proto.Peek{Data: []byte("|A\r" + frame(adt("1"))), Gap: true}, proto.Peek{}, f); got != proto.No && got != proto.Likely {
		t.Errorf("mid-stream: %d", got)
	}
	if got := probe(proto.Peek{Data: []byte("PID|A\r"), Gap: true}, proto.Peek{Data: []byte(frame(ack("AA", "1")))}, f); got < proto.Likely {
		t.Errorf("mid-stream, answered: %d", got)
	}
}

// TestRecorded reads the shared captures, whatever the split.
func TestRecorded(t *testing.T) {
	shared := prototest.Shared(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, file := range []string{"pcaps/hl7/tapirx-HL7-ADT.pcap", "pcaps/hl7/tapirx-HL7-ORM.pcap", "traffic/pcaps/hl7-adt-mllp.pcap"} {
		n := 0
		for _, r := range prototest.Record(t, filepath.Join(shared, file)) {
			if s := r.Recognise(Protocol()); s < proto.Likely {
				t.Errorf("%s: score %d", file, s)
				continue
			}
			h := r.Run(Protocol(), nil)
			if other := r.Run(Protocol(), func() int { return 1 + rnd.IntN(100) }); other.Dump(false) != h.Dump(false) || len(h.Faults) > 0 {
				t.Errorf("%s: another split, other objects; %v", file, h.Faults)
			}
			for _, o := range h.Objects {
				if !strings.HasPrefix(string(o.Bytes()), "MSH|") {
					t.Errorf("%s: %s %.40q", file, o.Meta.Kind, o.Bytes())
				}
				t.Logf("%s: %s dir %d, %d bytes, %s", file, o.Meta.Kind, o.Meta.Dir, len(o.Bytes()), o.Outcome.Status)
				n++
			}
		}
		if n == 0 {
			t.Errorf("%s: no message", file)
		}
	}
}

func FuzzMLLP(f *testing.F) {
	var seeds []prototest.Conversation
	for _, c := range cases() {
		seeds = append(seeds, c.Conv)
	}
	prototest.Fuzz(f, Protocol(), seeds...)
}

func TestShuffle(t *testing.T) {
	words := []string{"\x0b", "\x1c", "\r", "\n", "M", "MS", "MSH", "MSH|^~\\&|", "FHS|", "B", "x", frame(adt("1")), adt("2"), ack("AA", "1"), frame(ack("CR", "2")), "\x1c\r"}
	prototest.Shuffle(t, Protocol(), 300, [2][]string{words, words})
}

func TestBounded(t *testing.T) {
	c := prototest.Client
	for _, conv := range []prototest.Conversation{{c(frame(adt("1")))}, {c(adt("1"))}, {c("\x0b")}, {c("\x1c")}, {c("\x0bM")}, {c("x\r")},
		{c(frame(adt("1"))), prototest.Server(frame(ack("AA", "9")))}} {
		prototest.Bounded(t, Protocol(), 128<<10, 4<<20, conv)
	}
}

func BenchmarkData(b *testing.B) {
	h := prototest.NewHost(nil)
	h.Count = true
	body := []byte(strings.Repeat(frame(adt("1")+strings.Repeat("OBX|1|ST|a^b||value of it\r", 50)), 40))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		p := prototest.Play(Protocol(), h)
		p.Data(flow.ToServer, body)
		p.Close(flow.ClosedEnd)
	}
}

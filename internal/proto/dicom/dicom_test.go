package dicom

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
	"github.com/phiwatch/phiwatch/internal/proto/prototest"
)

const (
	implicit = "1.2.840.10008.1.2"
	explicit = "1.2.840.10008.1.2.1"
)

func pdu(kind byte, body string) string {
	return string(binary.BigEndian.AppendUint32([]byte{kind, 0}, uint32(len(body)))) + body
}

func sub(kind byte, body string) string {
	return string(binary.BigEndian.AppendUint16([]byte{kind, 0}, uint16(len(body)))) + body
}

// context writes a presentation context.
func context(kind, id, result byte, syntaxes ...string) string {
	b := string([]byte{id, 0, result, 0})
	if kind == itemProposed {
		b += sub(0x30, "1.2.840.10008.5.1.4.1.1.7")
	}
	for _, ts := range syntaxes {
		b += sub(itemSyntax, ts)
	}
	return sub(kind, b)
}

func assoc(kind byte, items ...string) string {
	return pdu(kind, fmt.Sprintf("\x00\x01\x00\x00%-16s%-16s%s", "STORE", "MODALITY1", strings.Repeat("\x00", 32))+sub(0x10, "1.2.840.10008.3.1.1.1")+strings.Join(items, ""))
}

func identity(kind byte, user, pass string) string {
	return sub(itemUserInfo, sub(0x51, "\x00\x00\x40\x00")+sub(itemIdentity, string([]byte{kind, 0, 0, byte(len(user))})+user+"\x00"+string([]byte{byte(len(pass))})+pass))
}

// request is an association with context 1 in implicit VR, 3 in one of two, 5 refused.
func associated() (rq, ac string) {
	return assoc(associateRQ, context(itemProposed, 1, 0, implicit), context(itemProposed, 3, 0, implicit, explicit), context(itemProposed, 5, 0, explicit), sub(itemUserInfo, "")),
		assoc(associateAC, context(itemAccepted, 1, 0, implicit), context(itemAccepted, 3, 0, explicit+"\x00"), context(itemAccepted, 5, 3, ""), sub(itemUserInfo, ""))
}

func element(tag uint16, v string) string {
	b := binary.LittleEndian.AppendUint16([]byte{0, 0}, tag)
	return string(binary.LittleEndian.AppendUint32(b, uint32(len(v)))) + v
}

func us(tag, v uint16) string { return element(tag, string([]byte{byte(v), byte(v >> 8)})) }

// command is one with the identifier of the message, and of a response its status.
func command(field, id, status uint16) string {
	b := element(0x0002, "1.2.840.10008.5.1.4.1.1.7\x00") + us(0x0100, field)
	if field&response == 0 {
		b += us(0x0110, id) + us(0x0700, 0) + us(0x0800, 1)
	} else {
		b += us(0x0120, id) + us(0x0800, 0x0101) + us(0x0900, status)
	}
	b += element(0x1000, fmt.Sprintf("1.2.3.%d\x00", id))
	return element(0x0000, "\x99\x00\x00\x00") + b
}

func frag(ctx, flags byte, b string) string {
	return string(append(binary.BigEndian.AppendUint32(nil, uint32(len(b)+2)), ctx, flags)) + b
}

// say is a message in as many fragments as there are pieces, each in a PDU of its own.
func say(ctx byte, cmd string, pieces ...string) string {
	out := pdu(dataTF, frag(ctx, isCommand|isLast, cmd))
	for i, p := range pieces {
		flags := byte(0)
		if i == len(pieces)-1 {
			flags = isLast
		}
		out += pdu(dataTF, frag(ctx, flags, p))
	}
	return out
}

func store(ctx byte, id uint16, pieces ...string) string {
	return say(ctx, command(storeRQ, id, 0), pieces...)
}

func stored(ctx byte, id, status uint16) string {
	return say(ctx, command(storeRQ|response, id, status))
}

// obj is what must be known of an object.
func obj(k object.Kind, d flow.Dir, o flow.Outcome, ts, name, b string) string {
	return fmt.Sprintf("%s %d %s %q %q %q", k, d, o, ts, name, b)
}

func objects(h *prototest.Host) []string {
	var got []string
	for _, o := range h.Objects {
		got = append(got, obj(o.Meta.Kind, o.Meta.Dir, o.Outcome.Status, o.Meta.Param("transfer-syntax"), o.Meta.Name.Reveal(), string(o.Bytes())))
	}
	slices.Sort(got)
	return got
}

func check(want ...string) func(*testing.T, *prototest.Host) {
	slices.Sort(want)
	return func(t *testing.T, h *prototest.Host) {
		t.Helper()
		if got := objects(h); !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

const release, released, abort = "\x05\x00\x00\x00\x00\x04\x00\x00\x00\x00", "\x06\x00\x00\x00\x00\x04\x00\x00\x00\x00", "\x07\x00\x00\x00\x00\x04\x00\x00\x02\x00"

func cases() []prototest.Case {
	c, s := prototest.Client, prototest.Server
	rq, ac := associated()
	const data = "\x08\x00\x05\x00\x0a\x00\x00\x00ISO_IR 100"
	long := data + strings.Repeat("0123456789abcdef", 20)
	file := func(o flow.Outcome, ts string, id int, b string) string {
		return obj(object.File, 0, o, ts, fmt.Sprintf("1.2.3.%d", id), b)
	}
	mixed := pdu(dataTF, frag(1, isCommand, command(storeRQ, 7, 0)[:20])+frag(1, isCommand|isLast, command(storeRQ, 7, 0)[20:])+frag(1, 0, data[:5])+frag(1, 0, ""))
	find := func(status uint16, b string) string { return say(1, command(0x8020, 1, status), b) }
	return []prototest.Case{
		{Name: "store", Ordered: true, Conv: prototest.Conversation{c(rq), s(ac), c(store(1, 1, data)), s(stored(1, 1, 0)), c(store(3, 2, long[:50], long[50:51], long[51:])),
			s(stored(3, 2, 0xA700)), c(store(1, 3, data)), s(stored(1, 3, 0xB000)), c(release), s(released)},
			Check: check(file(flow.Delivered, implicit, 1, data), file(flow.Refused, explicit, 2, long), file(flow.Delivered, implicit, 3, data)),
			CheckSide: [2]func(*testing.T, *prototest.Host){
				check(file(0, implicit, 1, data), file(0, "", 2, long), file(0, implicit, 3, data)), check(),
			}},
		{Name: "one syntax", Conv: prototest.Conversation{c(rq), c(store(1, 1, data)), s(ac), s(stored(1, 1, 0)), c(store(1, 2, long)), s(stored(1, 2, 0))},
			Check: check(file(flow.Delivered, implicit, 1, data), file(flow.Delivered, implicit, 2, long))},
		{Name: "mixed fragments", Ordered: true, Conv: prototest.Conversation{c(rq), s(ac), c(mixed), c(pdu(dataTF, frag(1, 0, data[5:])+frag(1, isLast, ""))), s(stored(1, 7, 0))},
			Check: check(file(flow.Delivered, implicit, 7, data))},
		{Name: "window", Ordered: true, Conv: prototest.Conversation{c(rq), s(ac), c(store(1, 1, data) + store(1, 2, data) + store(1, 3, data)), s(stored(1, 2, 0) + stored(1, 1, 0x0110)), s(abort)},
			Check: check(file(flow.Refused, implicit, 1, data), file(flow.Delivered, implicit, 2, data), file(0, implicit, 3, data))},
		{Name: "find", Ordered: true, Conv: prototest.Conversation{c(rq), s(ac), c(say(1, command(0x0020, 1, 0), data)), s(find(0xFF00, long)), s(find(0xFF00, long)), s(say(1, command(0x8020, 1, 0))), c(release)},
			Check: check(obj(object.Request, 0, flow.Delivered, implicit, "", data), obj(object.Response, 1, 0, implicit, "", long), obj(object.Response, 1, 0, implicit, "", long))},
		{Name: "get", Ordered: true, Conv: prototest.Conversation{c(rq), s(ac), c(say(1, command(0x0010, 1, 0), data)), s(store(3, 9, long)), c(stored(3, 9, 0)), s(say(1, command(0x8010, 1, 0)))},
			Check: check(obj(object.Request, 0, flow.Delivered, implicit, "", data), obj(object.File, 1, flow.Delivered, explicit, "1.2.3.9", long))},
		{Name: "echo", Ordered: true, Conv: prototest.Conversation{c(rq), s(ac), c(say(1, command(0x0030, 1, 0))), s(say(1, command(0x8030, 1, 0))), c(store(1, 1, data)), s(stored(1, 1, 0x0122))},
			Check: check(file(flow.Refused, implicit, 1, data))},
		{Name: "no last fragment", Ordered: true, Conv: prototest.Conversation{c(rq), s(ac), c(pdu(dataTF, frag(1, 3, command(storeRQ, 1, 0))) + pdu(dataTF, frag(1, 0, data)) + store(1, 2, data)), s(stored(1, 2, 0))},
			Check: check(file(0, implicit, 1, data), file(flow.Delivered, implicit, 2, data))},
		{Name: "rejected", Conv: prototest.Conversation{c(rq), s("\x03\x00\x00\x00\x00\x04\x00\x01\x01\x07")}, Check: check()},
		{Name: "from the middle", Conv: prototest.Conversation{c(pdu(dataTF, frag(1, isLast, long)) + store(1, 2, data)), s(stored(1, 2, 0))},
			Check: check(obj(object.Stream, 0, 0, "", "", long), file(flow.Delivered, "", 2, data))},
		{Name: "lost", NoProbe: true, Ordered: true, Conv: prototest.Conversation{c("in the middle \x04\x00\x00\x04 of something\x04" + store(1, 2, data)), s(stored(1, 2, 0))},
			Check: check(obj(object.Stream, 0, 0, "", "", "in the middle \x04\x00\x00\x04 of something\x04"), file(flow.Delivered, "", 2, data))},
	}
}

func TestAccept(t *testing.T) { prototest.Accept(t, Protocol(), cases()) }

// TestHole: a hole inside of a fragment is one in its object; behind one that takes a header, the next data PDU is followed.
func TestHole(t *testing.T) {
	rq, ac := associated()
	data := "\x08\x00\x05\x00\x0a\x00\x00\x00ISO_IR 100" + strings.Repeat("x", 300)
	first := store(1, 1, data)
	at := len(first) - 200
	play := func(from, to int) *prototest.Host {
		h := prototest.NewHost(nil)
		p := prototest.Play(Protocol(), h)
		p.Data(0, []byte(rq))
		p.Data(1, []byte(ac))
		all := first + store(1, 2, data) + store(1, 3, data)
		p.Data(0, []byte(all[:from]))
		p.Gap(0, uint64(to-from))
		p.Data(0, []byte(all[to:]))
		p.Data(1, []byte(stored(1, 1, 0)+stored(1, 3, 0)))
		p.Close(flow.ClosedFIN)
		if len(h.Faults) > 0 {
			t.Error(h.Faults)
		}
		return h
	}
	o := play(at, at+100).Objects
	if len(o) != 3 || o[0].Missing() != 100 || len(o[0].Bytes()) != len(data)-100 || o[0].Outcome.Status != flow.Delivered || o[0].Outcome.Cut {
		t.Errorf("inside: %v", o)
	}
	h := play(at, len(first)+20) // into the command of the second
	o = h.Objects
	if last := o[len(o)-1]; o[0].Missing() != 200 || o[0].Outcome.Status != flow.Delivered || last.Outcome.Status != flow.Delivered || string(last.Bytes()) != data {
		t.Errorf("over a header: %s", h)
	}
}

func TestIdentity(t *testing.T) {
	_, ac := associated()
	for kind, want := range map[byte]int{1: 0, 2: 1, 5: 0} {
		rq := assoc(associateRQ, context(itemProposed, 1, 0, implicit), identity(kind, "drno", "secret"))
		h := prototest.Run(Protocol(), prototest.NewHost(nil), prototest.Conversation{prototest.Client(rq), prototest.Server(ac), prototest.Client(store(1, 1, "data"))}, nil)
		user := "drno"
		if kind == 5 {
			user = "MODALITY1"
		}
		if len(h.Facts) != want || h.Objects[0].Meta.User.Reveal() != user || want == 1 && (h.Facts[0].Kind != flow.FactCredential || h.Facts[0].User.Reveal() != user) {
			t.Errorf("type %d: %d facts\n%s", kind, len(h.Facts), h)
		}
		if strings.Contains(h.Dump(true), "secret") {
			t.Error("the passcode was kept")
		}
	}
}

func TestPatience(t *testing.T) {
	var q queue
	o := &closer{}
	q.wait(request{out: o, id: 1, at: 5})
	if q.expire(5 + patience); o.n != 0 {
		t.Error("given up too early")
	}
	if q.expire(6 + patience); o.n != 1 || o.out.At != 5 {
		t.Errorf("%+v", o)
	}
	for i := range maxPending + 3 {
		q.wait(request{out: o, id: uint16(i), at: 5})
	}
	for i := range 100 {
		q.answer(uint16(1000+i), flow.Delivered, 6)
	}
	if o.n != 4 || len(q.list) != maxPending || len(q.early) != maxEarly {
		t.Errorf("%d closed, %d wait, %d early", o.n, len(q.list), len(q.early))
	}
}

type closer struct {
	object.Writer
	n   int
	out object.Outcome
}

func (c *closer) Close(o object.Outcome) { c.n, c.out = c.n+1, o }

func TestProbe(t *testing.T) {
	rq, ac := associated()
	for _, c := range []struct {
		client, server string
		want           proto.Score
	}{
		{rq, "", proto.Sure}, {"", ac, proto.Sure}, {rq[:20], "", proto.More}, {ac, rq, proto.No}, {ac, "", proto.No}, {"\x01\x00\x00\x00", "", proto.More},
		{"\x01\x00\xff\xff\xff\xff", "", proto.No}, {"\x01\x01", "", proto.No}, {"GET / HTTP/1.1\r\n", "", proto.No}, {"", "\x04\x00\x00\x00", proto.More},
		{store(1, 1, "x"), stored(1, 1, 0), proto.Likely}, {stored(1, 1, 0), store(1, 1, "x"), proto.Likely - answering}, {"", stored(1, 1, 0), proto.Likely},
		{strings.Replace(rq, "STORE", "ST\x01RE", 1), "", proto.No}, {"\x04\x00\x00\x00\x00\x08\x00\x00\x00\x04\x02\x00", "", proto.No},
	} {
		if got := probe(proto.Peek{Data: []byte(c.client)}, proto.Peek{Data: []byte(c.server)}, prototest.DefaultFlow()); got != c.want {
			t.Errorf("%.20q, %.20q: %d, want %d", c.client, c.server, got, c.want)
		}
	}
	late := proto.Peek{Data: []byte("the rest of one" + store(1, 1, "x")), Gap: true}
	if got := probe(late, proto.Peek{}, prototest.DefaultFlow()); got != proto.Likely {
		t.Errorf("in the middle: %d", got)
	}
}

func TestBounded(t *testing.T) {
	rq, ac := associated()
	c, s := prototest.Client, prototest.Server
	for _, conv := range []prototest.Conversation{
		{c(rq), s(ac), c(store(1, 1, "data"))}, {c(store(1, 1, "data"))}, {s(stored(1, 1, 0))}, {c(pdu(dataTF, frag(1, isCommand, strings.Repeat("x", 4000))))},
		{c(pdu(dataTF, frag(1, 0, strings.Repeat("x", 4000))))}, {c(strings.Repeat("\x04", 4000))},
		{c(assoc(associateRQ, strings.Repeat(context(itemProposed, 1, 0, implicit), 3000)))},
	} {
		prototest.Bounded(t, Protocol(), 512<<10, 8<<20, conv)
	}
}

func FuzzDICOM(f *testing.F) {
	var seeds []prototest.Conversation
	for _, c := range cases() {
		seeds = append(seeds, c.Conv)
	}
	prototest.Fuzz(f, Protocol(), seeds...)
}

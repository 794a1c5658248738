package prototest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// Case is one conversation and what is demanded of it.
type Case struct {
	Name string
	Conv Conversation
	Flow *flow.Flow // nil: DefaultFlow; copied for each run

	// Check looks at the undamaged run. CheckSide, where set, looks at the run of one side alone.
	Check     func(t *testing.T, h *Host)
	CheckSide [2]func(t *testing.T, h *Host)

	Ordered   bool // the protocol needs the order of the two sides: other interleavings may give other objects
	Resync    bool // objects of turns after a gap are the same, too
	Datagrams bool // turns are datagrams: never cut, lost whole
	NoProbe   bool // Probe need not recognise it (Check may still call it)
}

func (c *Case) host() *Host {
	if c.Flow == nil {
		return NewHost(nil)
	}
	f := *c.Flow
	return NewHost(&f)
}

// Accept is the test that every analyser must pass on every case. See the package comment.
func Accept(t *testing.T, p proto.Protocol, cases []Case) {
	t.Helper()
	for i := range cases {
		c := &cases[i]
		t.Run(c.Name, func(t *testing.T) {
			a := &acceptance{t: t, p: p, c: c, rnd: rand.New(rand.NewPCG(1, uint64(i)))}
			a.whole()
			if t.Failed() {
				return
			}
			a.probe()
			a.splits()
			a.interleaved()
			a.sides()
			a.midstream()
			a.gaps()
			a.closes()
			a.alternatives()
		})
	}
}

type acceptance struct {
	t    *testing.T
	p    proto.Protocol
	c    *Case
	rnd  *rand.Rand
	want *Host
}

// maxFailures bounds what one case prints.
const maxFailures = 5

// sound reports the faults of a run.
func (a *acceptance) sound(h *Host, format string, args ...any) bool {
	if len(h.Faults) == 0 {
		return true
	}
	a.t.Errorf("%s: %s", fmt.Sprintf(format, args...), h.Faults)
	return false
}

// same demands a run like the undamaged one.
func (a *acceptance) same(h *Host, times bool, format string, args ...any) bool {
	if !a.sound(h, format, args...) {
		return false
	}
	got, want := h.Dump(times), a.want.Dump(times)
	if got != want {
		a.t.Errorf("%s: %s", fmt.Sprintf(format, args...), difference(got, want))
	}
	return got == want
}

// difference shows the first lines in which two dumps differ.
func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("not the same\n got %.1500s\nwant %.1500s", g[i], w[i])
		}
	}
	return fmt.Sprintf("not the same: %d lines, want %d:\n got %.1500s\nwant %.1500s", len(g), len(w), got, want)
}

func (a *acceptance) whole() {
	a.want = Run(a.p, a.c.host(), a.c.Conv, nil)
	if a.sound(a.want, "whole") && a.c.Check != nil {
		a.c.Check(a.t, a.want)
	}
}

// probe demands that the right guess of the client is never refused on the way, is accepted in the end, and wins.
func (a *acceptance) probe() {
	if a.c.NoProbe {
		return
	}
	f := a.c.host().Flow()
	var peek [2]proto.Peek
	for i, t := range a.c.Conv {
		d := t.Dir
		for n := range t.Bytes {
			if len(peek[d].Data) < proto.PeekMax {
				peek[d].Data = append(peek[d].Data, t.Bytes[n])
			}
			if n < len(t.Bytes)-1 && n > 64 && n%97 != 0 {
				continue
			}
			if s := a.p.Probe(peek[0], peek[1], f); s == proto.No {
				a.t.Fatalf("Probe says no in turn %d after %d bytes", i, n+1)
			}
		}
	}
	peek[0].End, peek[1].End = true, true
	right, wrong := a.p.Probe(peek[0], peek[1], f), a.p.Probe(peek[1], peek[0], f)
	if right < proto.Weak {
		a.t.Errorf("Probe of the whole conversation says %d", right)
	}
	if len(peek[0].Data) > 0 && len(peek[1].Data) > 0 && wrong >= right {
		a.t.Errorf("Probe prefers the wrong client: %d against %d", wrong, right)
	}
	if n := testing.AllocsPerRun(10, func() { a.p.Probe(peek[0], peek[1], f) }); n > 0 {
		a.t.Errorf("Probe allocates %v times", n)
	}
}

func (a *acceptance) splits() {
	if a.c.Datagrams {
		return
	}
	a.same(Run(a.p, a.c.host(), a.c.Conv, func() int { return 1 }), true, "byte by byte")
	for _, size := range []int{2, 3, 7, 16, 61, 1460} {
		if !a.same(Run(a.p, a.c.host(), a.c.Conv, func() int { return size }), true, "in pieces of %d", size) {
			return
		}
	}
	for i := range 40 {
		most := 1 + a.rnd.IntN(1<<(1+i%10))
		if !a.same(Run(a.p, a.c.host(), a.c.Conv, func() int { return 1 + a.rnd.IntN(most) }), true, "random split %d", i) {
			return
		}
	}
	// One cut at every place near the ends of the turns.
	for i, t := range a.c.Conv {
		for at := 1; at < len(t.Bytes); at++ {
			if at > 400 && at < len(t.Bytes)-100 {
				continue
			}
			conv := append(Conversation{}, a.c.Conv[:i]...)
			conv = append(conv, Turn{t.Dir, t.Bytes[:at]}, Turn{t.Dir, t.Bytes[at:]})
			conv = append(conv, a.c.Conv[i+1:]...)
			if !a.same(Run(a.p, a.c.host(), conv, nil), false, "turn %d cut at %d", i, at) {
				return
			}
		}
	}
}

func (a *acceptance) interleaved() {
	orders := map[string]Conversation{
		"client first": a.c.Conv.first(flow.ToServer), "server first": a.c.Conv.first(flow.ToClient),
		"server late by 1": a.c.Conv.late(flow.ToClient, 1), "client late by 1": a.c.Conv.late(flow.ToServer, 1),
		"server late by 3": a.c.Conv.late(flow.ToClient, 3), "client late by 3": a.c.Conv.late(flow.ToServer, 3),
	}
	for name, conv := range orders {
		for _, size := range []int{1 << 20, 1, 5} {
			if a.c.Datagrams && size != 1<<20 {
				continue
			}
			h := Run(a.p, a.c.host(), conv, func() int { return size })
			if a.c.Ordered {
				a.sound(h, "%s in pieces of %d", name, size)
			} else if !a.same(h, false, "%s in pieces of %d", name, size) {
				return
			}
		}
	}
}

func (a *acceptance) sides() {
	for d := range flow.Dir(2) {
		h := Run(a.p, a.c.host(), a.c.Conv.only(d), nil)
		if a.sound(h, "side %d alone", d) && a.c.CheckSide[d] != nil {
			a.c.CheckSide[d](a.t, h)
		}
	}
}

func (a *acceptance) midstream() {
	for i := range a.c.Conv {
		a.sound(Run(a.p, a.c.host(), a.c.Conv[i:], nil), "from turn %d on", i)
		if t := a.c.Conv[i]; !a.c.Datagrams && len(t.Bytes) > 1 {
			conv := append(Conversation{}, a.c.Conv[i:]...)
			conv[0].Bytes = t.Bytes[1+a.rnd.IntN(len(t.Bytes)-1):]
			a.sound(Run(a.p, a.c.host(), conv, nil), "from the middle of turn %d on", i)
		}
	}
}

// closes ends the conversation at every point (of long turns: at some).
func (a *acceptance) closes() {
	for i, t := range a.c.Conv {
		for n := 0; n <= len(t.Bytes); n++ {
			if a.c.Datagrams && n != len(t.Bytes) || n > 100 && n < len(t.Bytes)-20 && n%211 != 0 {
				continue
			}
			pl := Play(a.p, a.c.host())
			for _, u := range a.c.Conv[:i] {
				pl.Turn(u, nil)
			}
			pl.Data(t.Dir, t.Bytes[:n])
			pl.Close([...]flow.CloseReason{flow.ClosedFIN, flow.ClosedRST, flow.ClosedTimeout, flow.ClosedEnd}[n%4])
			if !a.sound(pl.Host, "closed in turn %d after %d bytes", i, n) {
				return
			}
		}
	}
}

// alternatives tells second versions of what was delivered: they change no object.
func (a *acceptance) alternatives() {
	pl := Play(a.p, a.c.host())
	for _, t := range a.c.Conv {
		pl.Turn(t, nil)
		alt := bytes.ToUpper(t.Bytes)
		pl.Alt(t.Dir, alt[:min(len(alt), 256)])
	}
	pl.Close(flow.ClosedEnd)
	a.sound(pl.Host, "with second versions")
}

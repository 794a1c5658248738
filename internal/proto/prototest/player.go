package prototest

import (
	"fmt"
	"runtime/debug"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// Player delivers bytes to an analyser as the stream does: in order, with offsets and packet time, obeying Want, in
// a buffer that is overwritten after each call. A panic is a fault of the host.
type Player struct {
	Host *Host
	c    flow.Consumer
	off  [2]uint64
	skip [2]uint64 // bytes that the analyser does not want
	at   flow.Time
	buf  []byte
	done bool
}

// Play begins a run of one analyser.
func Play(p proto.Protocol, h *Host) *Player {
	pl := &Player{Host: h, at: flow.Time(1_700_000_000) * flow.Second}
	pl.call(func() { pl.c = p.New(h) })
	return pl
}

func (p *Player) call(f func()) {
	defer func() {
		p.Host.inside = false
		if r := recover(); r != nil {
			p.Host.fault("panic: %v\n%s", r, debug.Stack())
			p.done = true
		}
	}()
	p.Host.inside = true
	f()
}

func (p *Player) over() bool { return p.done || p.Host.Gone }

// Tick moves packet time on by a millisecond.
func (p *Player) Tick() { p.at += flow.Second / 1000 }

// Data delivers bytes. After Become they are added to the rest, which is what the next protocol reads.
func (p *Player) Data(d flow.Dir, b []byte) {
	if p.Host.Gone && !p.done && !p.Host.Count {
		p.Host.Rest[d] = append(p.Host.Rest[d], b...)
	}
	for len(b) > 0 && !p.over() {
		if p.skip[d] > 0 {
			n := min(p.skip[d], uint64(len(b)))
			p.Host.delivered[d] += n
			p.call(func() { p.c.Skip(d, p.off[d], n) })
			p.off[d] += n
			b = b[n:]
			if p.skip[d] != uint64(flow.Bypass) {
				p.skip[d] -= n
			}
			continue
		}
		p.deliver(d, b)
		return
	}
}

func (p *Player) deliver(d flow.Dir, b []byte) {
	p.Host.delivered[d] += uint64(len(b))
	p.Host.flow.Bytes[d] += uint64(len(b))
	if !p.Host.Count {
		p.Host.seen[d] = append(p.Host.seen[d], b...)
	}
	p.buf = append(p.buf[:0], b...)
	p.call(func() { p.want(d, p.c.Data(d, p.off[d], p.at, p.buf[:len(p.buf):len(p.buf)])) })
	for i := range p.buf {
		p.buf[i] = 0xDD
	}
	p.off[d] += uint64(len(b))
}

func (p *Player) want(d flow.Dir, w flow.Want) {
	if w < 0 {
		p.Host.fault("negative Want")
		w = 0
	}
	p.skip[d] = uint64(w)
}

// Gap tells that n bytes are missing.
func (p *Player) Gap(d flow.Dir, n uint64) {
	if n == 0 || p.over() {
		return
	}
	p.Host.delivered[d] += n
	p.Host.flow.Missing[d] += n
	p.call(func() { p.want(d, p.c.Gap(d, p.off[d], n, p.at, coverage.Gap)) })
	p.off[d] += n
}

// Alt tells a second version of the last bytes of a direction.
func (p *Player) Alt(d flow.Dir, b []byte) {
	if p.over() || uint64(len(b)) > p.off[d] {
		return
	}
	p.call(func() { p.c.Alt(d, p.off[d]-uint64(len(b)), b) })
}

// Close ends the run and checks what can be checked at the end.
func (p *Player) Close(why flow.CloseReason) {
	if !p.over() {
		p.call(func() { p.c.Close(p.at, why) })
		p.done = true
	}
	p.Host.verify()
}

// Run plays a conversation, each turn in pieces whose sizes cut gives (nil: whole), and closes.
func Run(p proto.Protocol, h *Host, c Conversation, cut func() int) *Host {
	pl := Play(p, h)
	for _, t := range c {
		pl.Turn(t, cut)
	}
	pl.Close(flow.ClosedFIN)
	return h
}

// Turn delivers one turn in pieces.
func (p *Player) Turn(t Turn, cut func() int) {
	b := t.Bytes
	for cut != nil && len(b) > 0 {
		n := min(max(cut(), 1), len(b))
		p.Data(t.Dir, b[:n])
		b = b[n:]
	}
	p.Data(t.Dir, b)
	p.Tick()
}

// String says what broke, for messages of tests.
func (h *Host) String() string {
	return fmt.Sprintf("faults: %q\n%s", h.Faults, h.Dump(false))
}

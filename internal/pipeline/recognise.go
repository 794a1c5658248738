package pipeline

import (
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// maxSegments bounds the pieces that are held for recognition.
const maxSegments = 64

// peeks holds the beginning of both directions until the protocol is known, with the order it came in.
type peeks struct {
	buf  [2][]byte
	lost [2]bool // the beginning is missing
	end  bool
	segs []segment
}

// segment is one piece of the peeks: n bytes of buf, or a gap of n bytes.
type segment struct {
	d   flow.Dir
	gap bool
	why coverage.Reason
	off uint64
	n   uint64
	at  flow.Time
}

// held returns the bytes that are held. A nil peeks holds none.
func (p *peeks) held() int {
	if p == nil {
		return 0
	}
	return len(p.buf[0]) + len(p.buf[1])
}

// peeks returns what is held, to add to it.
func (c *conn) peeks() *peeks {
	if c.pk == nil {
		c.pk = new(peeks)
	}
	return c.pk
}

func (p *peeks) add(d flow.Dir, off uint64, at flow.Time, b []byte) {
	p.buf[d] = append(p.buf[d], b...)
	p.segs = append(p.segs, segment{d: d, off: off, at: at, n: uint64(len(b))})
}

func (p *peeks) gap(d flow.Dir, off, n uint64, at flow.Time, why coverage.Reason) {
	if len(p.buf[d]) == 0 {
		p.lost[d] = true
	}
	p.segs = append(p.segs, segment{d: d, gap: true, why: why, off: off, n: n, at: at})
}

// both tells whether both sides have spoken.
func (p *peeks) both() bool { return len(p.buf[0]) > 0 && len(p.buf[1]) > 0 }

// peek shows one direction to a probe.
func (p *peeks) peek(d flow.Dir) proto.Peek {
	b := p.buf[d]
	return proto.Peek{Data: b[:min(len(b), proto.PeekMax)], Gap: p.lost[d], End: p.end}
}

// full tells whether no more can be held: probes that want more have to do without.
func (p *peeks) full() bool {
	return len(p.segs) >= maxSegments || len(p.buf[0]) >= proto.PeekMax || len(p.buf[1]) >= proto.PeekMax
}

// decide picks the protocol once the probes are sure, or when nothing more can be waited for.
func (c *conn) decide(force bool) {
	c.joined = c.joined || c.sh.hints.match(c.f)
	if c.joined && !c.pk.both() && !force && !c.pk.full() {
		return // whether it is the transfer that was announced shows when one side keeps silent
	}
	best, score, flip, more := c.probe()
	wait := more && score < proto.Sure && !force && !c.pk.full() && c.f.Transport == flow.TCP
	if wait {
		return
	}
	if score <= 0 {
		best, flip = c.w.p.protocols.Raw, false
	}
	if flip {
		c.turn()
	}
	c.start(best)
}

// probe asks every protocol, for both guesses of who the client is unless a handshake told.
func (c *conn) probe() (best proto.Protocol, score proto.Score, flip, more bool) {
	a, b := c.pk.peek(flow.ToServer), c.pk.peek(flow.ToClient)
	ask := func(p proto.Protocol, a, b proto.Peek, turned bool) {
		s := proto.No
		c.guarded(p.Name, func() { s = p.Probe(a, b, c.Flow()) })
		switch {
		case s == proto.More:
			more = true
		case s > score:
			best, score, flip = p, s, turned
		}
	}
	for _, p := range c.w.p.protocols.List {
		if c.joined && p.Name != "tls" && !c.pk.both() {
			continue // a transfer that was announced is what it was announced to be; its receiver says nothing
		}
		ask(p, a, b, false)
		if !c.f.Handshake {
			ask(p, b, a, true)
		}
	}
	return best, score, flip, more
}

// guarded runs probe code; a panic is a no.
func (c *conn) guarded(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			c.w.p.panicked("probe "+name, r)
		}
	}()
	f()
}

// turn swaps client and server.
func (c *conn) turn() {
	c.flip ^= 1
	swap(&c.balance)
	swap(&c.end)
	swap(&c.skip)
	swap(&c.began)
	swap(&c.names)
	swap(&c.pk.buf)
	swap(&c.pk.lost)
	for i := range c.pk.segs {
		c.pk.segs[i].d ^= 1
	}
}

func swap[T any](p *[2]T) { p[0], p[1] = p[1], p[0] }

// start creates the analyser and gives it what was held, in the order it came. It may hand over at once (Become), so
// each piece goes to whoever has the flow by then.
func (c *conn) start(p proto.Protocol) {
	held := c.pk
	c.pk, c.mode = nil, following
	c.f.Protocol = p.Name
	if c.f.Security == flow.SecurityUnknown && p.Name != c.w.p.protocols.Raw.Name {
		c.f.Security = flow.Cleartext
	}
	c.call(func() flow.Want { c.an = p.New(c); return 0 })
	c.fed = [2]bool{}
	var used [2]uint64
	for _, s := range held.segs {
		if s.gap {
			c.replayGap(s)
			continue
		}
		b := held.buf[s.d][used[s.d] : used[s.d]+s.n]
		used[s.d] += s.n
		c.accept(s.d, s.off, s.at, b)
	}
}

func (c *conn) replayGap(s segment) {
	switch {
	case c.mode == following && c.skip[s.d] == 0:
		c.skip[s.d] = c.call(func() flow.Want { return c.an.Gap(s.d, s.off, s.n, s.at, s.why) })
		c.become()
	case c.mode == probing:
		c.peeks().gap(s.d, s.off, s.n, s.at, s.why)
	}
}

// Become implements proto.Host. It takes effect when the analyser returns.
func (c *conn) Become(name string, rest [2][]byte) {
	n := &becoming{name: name}
	for d := range rest {
		n.rest[d] = append([]byte(nil), rest[d]...)
	}
	c.next = n
}

// become starts the recognition anew, if the analyser asked for it.
func (c *conn) become() {
	n := c.next
	if n == nil || c.mode != following {
		return
	}
	c.next, c.an, c.skip = nil, nil, [2]flow.Want{}
	c.pk, c.mode = nil, probing
	end := c.end
	for d := range n.rest {
		c.began[d] = end[d] - min(uint64(len(n.rest[d])), end[d])
	}
	for d := range n.rest {
		if b := n.rest[d]; len(b) > 0 {
			off := end[d] - min(uint64(len(b)), end[d])
			c.peeks().add(flow.Dir(d), off, c.now, b)
		}
	}
	if p, ok := c.w.p.protocols.byName(n.name); ok && n.name != "" {
		c.start(p)
		return
	}
	if c.pk.held() > 0 {
		c.decide(false)
	}
}

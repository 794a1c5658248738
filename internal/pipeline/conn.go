package pipeline

import (
	"crypto/sha256"
	"hash"
	"net/netip"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/proto"
)

// mode is what a conn does with bytes.
type mode uint8

const (
	probing   mode = iota // they are held until a protocol is recognised
	following             // an analyser has them
	lost                  // the analyser failed: they are booked as uninspected
)

// conn is the consumer of one flow: it recognises the protocol, runs its analyser, and books every byte once. Directions
// inside a conn are the grammar's; flip maps the stream's to them.
type conn struct {
	w    *worker
	sh   *shard
	f    *flow.Flow
	view *flow.Flow // f as the grammar sees it, once flip was 1
	flip flow.Dir
	mode mode
	an   flow.Consumer
	pk   *peeks // nil: nothing is held
	next *becoming

	balance [2]uint64    // bytes delivered and not yet booked
	end     [2]uint64    // offset behind the last byte delivered
	skip    [2]flow.Want // bytes of no interest still to come
	began   [2]uint64    // offset at which the present analyser began
	open    []*writer
	now     flow.Time
	held    int // bytes of memory that the shard was told of

	names    [2]name // of client and server
	starttls string
	tls      *tlsInfo
	joined   bool    // announced by another flow
	fed      [2]bool // raw was given bytes of a direction
	resumes  uint8
	told     map[string]bool

	hash [2]hash.Hash // --streams, in the stream's directions
}

// name is what an end is called, and who says so.
type name struct {
	text   flow.Text
	source string
}

// tlsInfo is what was stated about an encrypted channel.
type tlsInfo struct{ version, ja4, alpn string }

// becoming is a request to start the recognition anew.
type becoming struct {
	name string
	rest [2][]byte
}

var (
	_ flow.Consumer = (*conn)(nil)
	_ proto.Host    = (*conn)(nil)
)

func newConn(w *worker, sh *shard, f *flow.Flow) *conn {
	c := &conn{w: w, sh: sh, f: f}
	c.account()
	return c
}

// Data implements flow.Consumer.
func (c *conn) Data(d flow.Dir, off uint64, at flow.Time, b []byte) flow.Want {
	c.now = at
	if c.w.p.opt.streams() {
		c.digest(d, b)
	}
	d ^= c.flip
	c.balance[d] += uint64(len(b))
	flipped := c.flip
	c.accept(d, off, at, b)
	d ^= flipped ^ c.flip // the recognition may just have turned the ends round
	c.account()
	if c.w.p.opt.streams() {
		return 0 // every byte must pass to be hashed; accept does the skipping
	}
	want := c.skip[d]
	if want != flow.Bypass {
		c.skip[d] = 0
	}
	return want
}

// accept hands bytes on, less those that are of no interest. They are in the balance already.
func (c *conn) accept(d flow.Dir, off uint64, at flow.Time, b []byte) {
	for len(b) > 0 {
		if s := c.skip[d]; s > 0 {
			n := len(b)
			if s != flow.Bypass {
				n = int(min(int64(n), int64(s)))
				c.skip[d] -= flow.Want(n)
			}
			c.end[d] = off + uint64(n)
			c.balance[d] -= uint64(n)
			c.passed(d, uint64(n))
			off += uint64(n)
			b = b[n:]
			continue
		}
		c.end[d] = off + uint64(len(b))
		c.feed(d, off, at, b)
		return
	}
}

// feed gives bytes to whoever has the flow now.
func (c *conn) feed(d flow.Dir, off uint64, at flow.Time, b []byte) {
	switch c.mode {
	case following:
		if c.mayResume() {
			if c.resume(d, off, at, b) {
				return
			}
			c.fed[d] = true
		}
		c.skip[d] = c.call(func() flow.Want { return c.an.Data(d, off, at, b) })
		c.become()
	case probing:
		c.peeks().add(d, off, at, b)
		c.decide(false)
	case lost:
		c.balance[d] -= uint64(len(b))
		c.w.acc.Add(coverage.Uninspected, uint64(len(b)))
		c.w.acc.Why(coverage.Panic, uint64(len(b)))
	}
}

// passed books bytes that nobody looked at.
func (c *conn) passed(d flow.Dir, n uint64) {
	if c.f.Security == flow.Encrypted {
		c.w.acc.Add(coverage.Encrypted, n)
		return
	}
	c.w.acc.Add(coverage.Uninspected, n)
	c.w.acc.Why(coverage.Bypassed, n)
}

// Skip implements flow.Consumer.
func (c *conn) Skip(d flow.Dir, off, n uint64) {
	d ^= c.flip
	c.end[d] = off + n
	c.passed(d, n)
}

// Gap implements flow.Consumer.
func (c *conn) Gap(d flow.Dir, off, n uint64, at flow.Time, why coverage.Reason) flow.Want {
	c.now = at
	d ^= c.flip
	c.end[d] = off + n
	switch c.mode {
	case following:
		if s := c.skip[d]; s > 0 {
			if s != flow.Bypass {
				c.skip[d] -= flow.Want(min(uint64(s), n))
			}
			break
		}
		c.skip[d] = c.call(func() flow.Want { return c.an.Gap(d, off, n, at, why) })
		if c.next != nil { // whoever takes over must hear of the hole as well
			c.become()
			c.replayGap(segment{d: d, gap: true, why: why, off: off, n: n, at: at})
		}
	case probing:
		c.peeks().gap(d, off, n, at, why)
		c.decide(c.pk.held() > 0)
	}
	c.account()
	if c.w.p.opt.streams() {
		return 0
	}
	want := c.skip[d]
	if want != flow.Bypass {
		c.skip[d] = 0
	}
	return want
}

// Alt implements flow.Consumer: the other version is scanned as text of its own, and the analyser may use it.
func (c *conn) Alt(d flow.Dir, off uint64, b []byte) {
	d ^= c.flip
	if c.mode == following && c.f.Security != flow.Encrypted {
		c.call(func() flow.Want { c.an.Alt(d, off, b); return 0 })
	}
	if c.f.Security == flow.Encrypted || len(b) == 0 {
		return
	}
	c.alternative(d, off, b)
}

// alternative scans a second version of bytes: in its place in the object that holds the first one, if that is still at
// hand, and as text of its own. The stream has booked these bytes, so the object that holds them carries none.
func (c *conn) alternative(d flow.Dir, off uint64, b []byte) {
	m := object.Meta{Protocol: c.protocol(), Kind: object.Stream, Dir: d, Off: off, At: c.now, Size: -1,
		Name: flow.NewText("other-version"), Unlabelled: true}
	for _, w := range c.open {
		if w.m.Dir == d {
			w.patch(off, b)
			m.Recipients = w.m.Recipients // whom the first version is for, this one is for
		}
	}
	w := c.openWriter(m)
	w.free = true
	w.Write(b)
	w.Close(object.Outcome{Evasion: "tcp_overlap"})
}

func (c *conn) protocol() string {
	if c.f.Protocol == "" {
		return "raw"
	}
	return c.f.Protocol
}

// Close implements flow.Consumer.
func (c *conn) Close(at flow.Time, why flow.CloseReason) {
	if c.mode == probing && c.pk.held() > 0 {
		c.pk.end = true
		c.decide(true)
	}
	for tries := 0; c.mode == following && tries < 4; tries++ {
		an := c.an
		c.call(func() flow.Want { an.Close(at, why); return 0 })
		if c.next == nil {
			break
		}
		c.become() // an analyser that hands over at the very end
		if c.mode == probing && c.pk.held() > 0 {
			c.pk.end = true
			c.decide(true)
		}
	}
	for len(c.open) > 0 {
		c.open[len(c.open)-1].Close(object.Outcome{Cut: true, At: at})
	}
	c.w.acc.Add(coverage.Control, c.balance[0]+c.balance[1])
	c.balance = [2]uint64{}
	c.finish(at)
	c.an, c.pk, c.mode = nil, nil, lost
	c.release()
}

// finish tells the sequencer what the flow was.
func (c *conn) finish(at flow.Time) {
	ev := &closedFlow{conn: c.info(), at: at}
	if c.f.Security == flow.Encrypted { // all since the analyser began: where the hello ends within a segment is chance
		for d := range ev.cipher {
			ev.cipher[d] = c.end[d] - min(c.began[d], c.end[d])
		}
	}
	if c.w.p.opt.streams() {
		for d := range c.hash {
			if c.hash[d] == nil {
				continue
			}
			ev.streams = append(ev.streams, streamLine{Capture: c.w.p.captureName(c.f.Capture), Src: c.f.Ends[d], Dst: c.f.Ends[1-d],
				Bytes: c.f.Bytes[d], SHA256: [32]byte(c.hash[d].Sum(nil)), Gaps: c.f.Gaps[d], Missing: c.f.Missing[d], Conflict: c.f.Conflict[d]})
		}
	}
	if ev.streams != nil || ev.cipher != [2]uint64{} {
		c.w.emit(event{closed: ev})
	}
}

func (c *conn) digest(d flow.Dir, b []byte) {
	if c.hash[d] == nil {
		c.hash[d] = sha256.New()
	}
	c.hash[d].Write(b)
}

// attribute moves bytes of a direction from the balance to an object, and returns how many there were to move. An
// analyser that writes bytes twice cannot break the sum: there is nothing left to attribute.
func (c *conn) attribute(d flow.Dir, n uint64) uint64 {
	n = min(n, c.balance[d])
	c.balance[d] -= n
	return n
}

// call runs analyser code. A panic costs that flow its analyser, nothing else; type and stack are logged, no bytes.
func (c *conn) call(f func() flow.Want) (want flow.Want) {
	defer func() {
		if r := recover(); r != nil {
			c.w.p.panicked("analyser "+c.protocol(), r)
			c.fail()
			want = 0
		}
	}()
	return f()
}

// fail gives the flow up: what was held of it is booked as control or with its objects, what comes as uninspected.
func (c *conn) fail() {
	c.mode, c.an, c.next, c.skip = lost, nil, nil, [2]flow.Want{}
	for len(c.open) > 0 {
		w := c.open[len(c.open)-1]
		w.failed = true
		w.Close(object.Outcome{Cut: true, At: c.now})
	}
}

// info is a snapshot for the sequencer.
func (c *conn) info() connInfo {
	f := c.Flow()
	i := connInfo{ends: f.Ends, transport: f.Transport, vlans: f.VLANs, vlan: f.VLAN, capture: f.Capture, frames: f.Frame, base: f.Base,
		security: c.f.Security, protocol: c.protocol(), names: c.names, starttls: c.starttls, first: f.First, last: f.Last}
	if c.tls != nil {
		i.tls = *c.tls
	}
	return i
}

// connInfo is what the sequencer keeps of a flow. Values only: the flow itself stays with its shard.
type connInfo struct {
	ends      [2]netip.AddrPort
	transport flow.Transport
	vlans     uint8
	vlan      [flow.MaxVLAN]uint16
	capture   uint32
	frames    [2]uint64
	base      [2]uint32
	security  flow.Security
	protocol  string
	names     [2]name
	starttls  string
	tls       tlsInfo
	first     flow.Time
	last      flow.Time
}

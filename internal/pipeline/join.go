package pipeline

import (
	"net/netip"
	"path"
	"strings"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Bounds of the joining of data flows with the flows that announced them.
const (
	holdTime   = 30 * flow.Second
	expectTime = 600 * flow.Second
	maxHeld    = 100_000
	heldMemory = 96 << 20 // bytes of what was found in held objects; beyond it the oldest are told without a name
	maxExpect  = 100_000
)

// joins names data flows: an FTP transfer is an unrecognised flow until its control connection tells what it is, which
// may be before or after the data.
type joins struct {
	expects []*expectation // in the order of their first announcement
	byKey   map[expectKey]*expectation
	byAddr  map[netip.AddrPort][]*expectation
	held    []*heldTask // in order; released ones stay until they reach the front
	memory  int         // of held, less those released
	waiting map[netip.AddrPort][]*heldTask
}

type expectKey struct {
	ends [2]netip.AddrPort
	id   uint32
}

// expectation is an announced transfer, and the data flow that was found for it.
type expectation struct {
	expected
	key  expectKey
	born flow.Time
	flow *dataFlow   // the data flow that claimed it
	held []*heldTask // its objects, while it is not done
}

// dataFlow names a data flow. Active transfers of one session often use the same two ports again, so that the ends alone
// would give every later file the name of the first.
type dataFlow struct {
	ends  [2]netip.AddrPort
	first flow.Time
}

func (i *connInfo) dataFlow() dataFlow { return dataFlow{i.ends, i.first} }

type heldTask struct {
	t        *task
	until    flow.Time
	exp      *expectation
	released bool
	memory   int
}

func newJoins() *joins {
	return &joins{byKey: map[expectKey]*expectation{}, byAddr: map[netip.AddrPort][]*expectation{}, waiting: map[netip.AddrPort][]*heldTask{}}
}

// expect takes an announcement or more about one, and returns the objects that it completes.
func (j *joins) expect(e *expected) []*task {
	k := expectKey{e.conn.ends, e.ID}
	x := j.byKey[k]
	if x == nil {
		if len(j.expects) >= maxExpect {
			j.drop(j.expects[0])
			j.expects = j.expects[1:]
		}
		x = &expectation{expected: *e, key: k, born: e.At}
		j.byKey[k] = x
		j.expects = append(j.expects, x)
		j.index(x, e.Addr)
		if e.Alt != e.Addr {
			j.index(x, e.Alt)
		}
	}
	x.expected = *e
	j.claim(x, e.Addr)
	j.claim(x, e.Alt)
	if !x.Done {
		return nil
	}
	out := make([]*task, 0, len(x.held))
	for _, h := range x.held {
		out = j.release(h, out)
	}
	x.held = nil
	return out
}

// claim gives the expectation the held objects of the flow that it announced.
func (j *joins) claim(x *expectation, a netip.AddrPort) {
	for _, h := range j.waiting[a] {
		switch {
		case h.exp != nil || h.released:
		case x.flow == nil && x.fits(&h.t.conn):
			f := h.t.conn.dataFlow()
			x.flow = &f
			fallthrough
		case x.flow != nil && *x.flow == h.t.conn.dataFlow():
			h.exp = x
			x.held = append(x.held, h)
		}
	}
}

func (j *joins) index(x *expectation, a netip.AddrPort) {
	if a.IsValid() {
		j.byAddr[a] = append(j.byAddr[a], x)
	}
}

func (j *joins) drop(x *expectation) {
	delete(j.byKey, x.key)
	for _, a := range []netip.AddrPort{x.Addr, x.Alt} {
		l := j.byAddr[a]
		for i, v := range l {
			if v == x {
				l = append(l[:i:i], l[i+1:]...)
				break
			}
		}
		if len(l) == 0 {
			delete(j.byAddr, a)
		} else {
			j.byAddr[a] = l
		}
	}
}

// fits tells whether a data flow is the announced one.
func (x *expectation) fits(c *connInfo) bool {
	for d := range c.ends {
		listener, other := c.ends[d], c.ends[1-d]
		if (listener == x.Addr || listener == x.Alt) && (!x.Peer.IsValid() || other.Addr() == x.Peer || other.Addr() == x.conn.ends[0].Addr() || other.Addr() == x.conn.ends[1].Addr()) {
			return true
		}
	}
	return false
}

// data takes an object of an unrecognised flow: it is named if its announcement is complete, else held. It returns the
// objects to tell first, for which there is no room any more.
func (j *joins) data(t *task) (early []*task, held bool) {
	if t.conn.transport != flow.TCP {
		return nil, false
	}
	h := &heldTask{t: t, until: t.eventTime() + holdTime, exp: j.find(&t.conn), memory: weight(t)}
	if h.exp != nil && h.exp.Done {
		h.exp.name(t)
		return nil, false
	}
	if len(j.held) >= maxHeld {
		return nil, false
	}
	j.held = append(j.held, h)
	j.memory += h.memory
	for len(j.held) > 1 && (j.memory > heldMemory || j.held[0].released) {
		early = j.release(j.held[0], early)
		j.held[0] = nil
		j.held = j.held[1:]
	}
	if h.exp != nil {
		h.exp.held = append(h.exp.held, h)
		return early, true
	}
	for _, a := range t.conn.ends {
		j.waiting[a] = append(j.waiting[a], h)
	}
	return early, true
}

// weight is about the memory of an object that was scanned. It counts what was found, which is the same in every run.
func weight(t *task) int {
	n := 2048
	for i := range t.find.Findings {
		f := &t.find.Findings[i]
		n += 512 + 16*len(f.Tokens) + 32*len(f.Masked) + 64*len(f.Points) + 64*len(f.Path)
	}
	return n + 64*len(t.find.Words)
}

// find returns the expectation of a data flow: the oldest that fits and is not another flow's.
func (j *joins) find(c *connInfo) *expectation {
	var best *expectation
	f := c.dataFlow()
	for d := range c.ends {
		for _, x := range j.byAddr[c.ends[d]] {
			if x.flow != nil && *x.flow == f {
				return x
			}
			if x.flow == nil && x.fits(c) && (best == nil || x.born < best.born) {
				best = x
			}
		}
	}
	if best != nil {
		best.flow = &f
	}
	return best
}

// expire releases objects that were held long enough, and forgets old expectations.
func (j *joins) expire(at flow.Time) []*task {
	for len(j.expects) > 0 && (j.expects[0].born+expectTime < at) {
		j.drop(j.expects[0])
		j.expects = j.expects[1:]
	}
	return j.releaseUntil(at)
}

func (j *joins) all() []*task { return j.releaseUntil(1<<63 - 1) }

// releaseUntil takes out what was held long enough. The queue is in the order of the objects' ends, so that the oldest is
// at its front.
func (j *joins) releaseUntil(at flow.Time) (out []*task) {
	for len(j.held) > 0 && (j.held[0].released || j.held[0].until <= at) {
		out = j.release(j.held[0], out)
		j.held[0] = nil
		j.held = j.held[1:]
	}
	return out
}

// release names one held object as far as it is known.
func (j *joins) release(h *heldTask, out []*task) []*task {
	if h.released {
		return out
	}
	h.released = true
	j.memory -= h.memory
	if h.exp != nil {
		h.exp.name(h.t)
	}
	for _, a := range h.t.conn.ends {
		l := j.waiting[a]
		for i, v := range l {
			if v == h {
				l = append(l[:i], l[i+1:]...)
				break
			}
		}
		if len(l) == 0 {
			delete(j.waiting, a)
		} else {
			j.waiting[a] = l
		}
	}
	return append(out, h.t)
}

// name makes an object of a data flow the file that its announcement says.
func (x *expectation) name(t *task) {
	t.m.Protocol, t.conn.protocol = x.Protocol, x.Protocol
	t.m.Kind, t.m.Endless, t.m.User = object.File, false, x.User
	t.m.Offset = x.Offset
	if n := x.Name.Reveal(); n != "" {
		t.m.Name = flow.NewText(path.Base(strings.ReplaceAll(n, "\\", "/")))
	}
	if x.Verb == "LIST" || x.Verb == "NLST" || x.Verb == "MLSD" {
		t.m.Kind = object.Message
	}
	t.outcome.Status = x.Outcome
	if t.conn.security == flow.SecurityUnknown {
		t.conn.security = flow.Cleartext
	}
	for d := range t.conn.ends { // names of the control flow's ends hold for the same addresses
		for e := range x.conn.ends {
			if t.conn.ends[d].Addr() == x.conn.ends[e].Addr() && t.conn.names[d].text.Empty() {
				t.conn.names[d] = x.conn.names[e]
			}
		}
	}
}

package pipeline

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/policy"
)

// maxDaily bounds the aggregates of a day; beyond it the oldest is told early and begins anew.
const maxDaily = 1 << 16

// daily holds what is told once for each sender, receiver, reason and day: encrypted egress and content that could not
// be read.
type daily struct {
	of    map[dailyKey]*aggregate
	order []dailyKey
	day   int64
}

type dailyKey struct {
	kind     alert.Kind
	from, to netip.Addr
	reason   string
	day      int64
}

// aggregate is one such alert in the making: the facts of its first instance, the receiver of the first that no agreement
// covers, and sums.
type aggregate struct {
	key    dailyKey
	c      *facts
	brain  *Brain
	bytes  int64
	count  int
	lastAt flow.Time
}

func newDaily() *daily { return &daily{of: map[dailyKey]*aggregate{}} }

const dayLength = 86400 * flow.Second

// add books an instance, whose case c is resolved. It returns an aggregate to tell early, if the bound is reached.
func (d *daily) add(k dailyKey, bytes int64, at flow.Time, b *Brain, c *facts) (early *aggregate) {
	k.day = int64(at / dayLength)
	a := d.of[k]
	if a == nil {
		if len(d.order) >= maxDaily {
			early = d.of[d.order[0]]
			delete(d.of, d.order[0])
			d.order = d.order[1:]
		}
		a = &aggregate{key: k, c: c, brain: b}
		d.of[k] = a
		d.order = append(d.order, k)
	} else if policy.Covered(a.c.Case) && !policy.Covered(c.Case) {
		// One address can have many names, of vendors with an agreement and without.
		a.c.Receiver, a.c.Recipients, a.c.names = c.Receiver, c.Recipients, c.names
	}
	a.bytes += bytes
	a.count++
	a.lastAt = max(a.lastAt, at)
	return early
}

// roll returns the aggregates of days that are over, in the order of their first instances.
func (d *daily) roll(at flow.Time) (out []*aggregate) {
	today := int64(at / dayLength)
	if today == d.day {
		return nil
	}
	d.day = today
	kept := d.order[:0]
	for _, k := range d.order {
		if k.day >= today {
			kept = append(kept, k)
			continue
		}
		out = append(out, d.of[k])
		delete(d.of, k)
	}
	d.order = kept
	return out
}

func (d *daily) all() (out []*aggregate) {
	for _, k := range d.order {
		out = append(out, d.of[k])
	}
	d.order, d.of = nil, map[dailyKey]*aggregate{}
	return out
}

// aggregate judges a finished aggregate.
func (s *sequencer) aggregate(a *aggregate) {
	a.c.Bytes, a.c.Count = a.bytes, a.count
	a.c.Last = alert.Time(a.lastAt)
	id := digest("daily", string(a.key.kind), a.key.from.String(), a.key.to.String(), a.key.reason, strconv.FormatInt(a.key.day, 10))
	s.hosts.relabel(a.c) // more may be known by now
	s.emit(a.brain, a.c.Case, s.unique(id), incidentOf(a.c.Case))
}

// unread notes an object that could not be read, or not wholly, on its way out: once for each reason.
func (s *sequencer) unread(t *task) {
	reasons := blindness(t)
	if len(reasons) == 0 {
		return
	}
	from, to := t.conn.ends[t.m.Dir].Addr(), t.conn.ends[t.m.Dir.Other()].Addr()
	if t.m.Kind != object.Mail && t.brain.World.DirectionOf(from, to) != alert.Egress {
		return // where a mail goes, its recipients tell as well
	}
	for _, r := range reasons {
		c := s.base(&t.conn, t.m.Dir, t.brain)
		s.describe(c, t)
		c.Kind, c.Detail = alert.Uninspected, r.Reason.String()
		c.Identifiers, c.Individuals, c.PHI = nil, nil, nil
		c.Object.Token = ""
		t.brain.World.Resolve(c.Case, &c.names)
		s.book(dailyKey{kind: c.Kind, from: from, to: to, reason: c.Detail}, r.Bytes, t.eventTime(), t.brain, c)
	}
}

// book adds an instance to its day, unless the policy has nothing to say about it.
func (s *sequencer) book(k dailyKey, bytes int64, at flow.Time, b *Brain, c *facts) {
	if !b.Policy.Alerts(c.Case) {
		return
	}
	if early := s.daily.add(k, bytes, at, b, c); early != nil {
		s.aggregate(early)
	}
}

// blindness returns the reasons why an object was seen and not read. Holes in the capture are no such reasons: what they
// held was not seen.
func blindness(t *task) (out []content.Why) {
	if t.result.State != coverage.Uninspected && t.result.State != coverage.PartlyInspected && t.result.State != coverage.Encrypted {
		return nil
	}
	for _, r := range t.result.Reasons {
		switch r.Reason {
		case coverage.None, coverage.Gap, coverage.Snaplen, coverage.Truncated, coverage.Ambiguous, coverage.Shed:
		default:
			out = append(out, r)
		}
	}
	return out
}

// closed prints the streams of a flow, and notes what left it encrypted.
func (s *sequencer) closed(e *closedFlow) {
	for i := range e.streams {
		s.streamLine(&e.streams[i])
	}
	if !s.p.opt.Detect {
		return
	}
	b := s.p.brain.Load()
	for d, n := range e.cipher {
		from, to := e.conn.ends[d].Addr(), e.conn.ends[1-d].Addr()
		if n == 0 || b.World.DirectionOf(from, to) != alert.Egress {
			continue
		}
		c := s.base(&e.conn, flow.Dir(d), b)
		c.Kind, c.Detail, c.Security = alert.EncryptedEgress, transportName(e.conn.tls.version), flow.Encrypted.String()
		c.Time = alert.Time(e.at)
		b.World.Resolve(c.Case, &c.names)
		s.book(dailyKey{kind: c.Kind, from: from, to: to, reason: "encrypted"}, int64(n), e.at, b, c)
	}
}

// transportName is a channel's version as the register spells it: tls13, ssh, quicv1.
func transportName(version string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", ".", "").Replace(version))
}

// maxRelays bounds the messages that are remembered to recognise their further hops.
const maxRelays = 1 << 16

// relays gives the further hops of a mail the incident of its first.
type relays struct {
	of    map[string]string
	order []string
}

func newRelays() *relays { return &relays{of: map[string]string{}} }

// incident returns the incident of an exposure.
func (r *relays) incident(t *task, c *alert.Case) string {
	own := incidentOf(c)
	if t.m.Kind != object.Mail {
		return own
	}
	key := t.messageID
	if key == "" {
		key = t.token
	}
	if first, known := r.of[key]; known {
		return first
	}
	if len(r.order) >= maxRelays {
		delete(r.of, r.order[0])
		r.order = r.order[1:]
	}
	r.of[key] = own
	r.order = append(r.order, key)
	return own
}

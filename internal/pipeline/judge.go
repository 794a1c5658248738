package pipeline

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// deliver books an object, prints it, and judges it.
func (s *sequencer) deliver(t *task) {
	s.p.stats.Objects++
	s.p.stats.Parts += uint64(max(len(t.records)-1, 0))
	state := t.result.State
	if t.failed {
		state = coverage.PartlyInspected
	}
	s.acc.Add(state, t.carried)
	for _, r := range t.result.Reasons {
		if r.Reason != coverage.Gap && r.Reason != coverage.Snaplen { // the stream has counted those
			s.acc.Why(r.Reason, uint64(max(r.Bytes, 0)))
		}
	}
	s.lines(t)
	if !s.p.opt.Detect {
		return
	}
	switch t.find.Verdict {
	case finding.PHI, finding.PIIOnly, finding.Test:
		s.exposure(t)
	}
	s.unread(t)
}

// exposure judges an object in which people were found.
func (s *sequencer) exposure(t *task) {
	c := s.base(&t.conn, t.m.Dir, t.brain)
	c.Kind = alert.PHIExposure
	if t.find.Verdict == finding.PIIOnly {
		c.Kind = alert.PIIExposure
	}
	s.describe(c, t)
	t.brain.World.Resolve(c)
	s.emit(t.brain, c, s.objectID(c, t), s.relay.incident(t, c))
}

// base makes the facts of a case that come from the flow. d is the direction of the bytes.
func (s *sequencer) base(i *connInfo, d flow.Dir, b *Brain) *alert.Case {
	e := b.Engine
	from, to := i.ends[d], i.ends[d.Other()]
	c := &alert.Case{Channel: i.protocol, Security: i.security.String(), Outcome: flow.OutcomeUnknown.String(),
		Connection: &alert.Connection{CommunityID: i.communityID(), Transport: i.transport.String(),
			Client: endpoint(i.ends[flow.ToServer]), Server: endpoint(i.ends[flow.ToClient]), VLAN: append([]uint16{}, i.vlan[:i.vlans]...),
			Capture: s.p.captureName(i.capture), Frames: alert.Frames{First: i.frames[0], Last: i.frames[1]}},
		Sender:   &alert.Sender{IP: from.Addr().String(), Port: from.Port()},
		Receiver: &alert.Receiver{IP: to.Addr().String(), Port: to.Port(), Geo: []alert.GeoAnswer{}}}
	if i.security == flow.SecurityUnknown && i.protocol == s.p.protocols.Raw.Name {
		c.Security = flow.Cleartext.String() // it was read
	}
	c.First, c.Last, c.Time = alert.Time(i.first), alert.Time(i.last), alert.Time(i.last)
	n := s.nameOf(i, d.Other())
	c.Receiver.Name, c.Receiver.NameSource = e.HostLabel(n.text.Reveal()), n.source
	if n.text.Empty() {
		c.Receiver.NameSource = ""
	}
	c.Sender.Name = e.HostLabel(s.nameOf(i, d).text.Reveal())
	return c
}

// nameOf returns what an end is called. A server may be named by what its client called it (SNI, Host) or by its own
// greeting; a client only by DNS, because what it says of itself proves nothing.
func (s *sequencer) nameOf(i *connInfo, end flow.Dir) name {
	if end == flow.ToClient { // the server sends in this direction
		if n := i.names[flow.ToClient]; !n.text.Empty() {
			return n
		}
	}
	return name{s.names.get(i.ends[end].Addr(), i.last), "dns"}
}

func endpoint(a netip.AddrPort) alert.Endpoint {
	return alert.Endpoint{IP: a.Addr().String(), Port: a.Port()}
}

func (i *connInfo) communityID() string {
	f := flow.Flow{Ends: i.ends, Transport: i.transport}
	return f.CommunityID()
}

// describe adds what is known of the object and what was found in it.
func (s *sequencer) describe(c *alert.Case, t *task) {
	e := t.brain.Engine
	c.Channel = t.m.Protocol
	c.Time, c.Last, c.First = alert.Time(t.eventTime()), alert.Time(t.eventTime()), alert.Time(t.m.At)
	c.Outcome = t.outcome.Status.String()
	c.Sender.User = e.Label(t.m.User.Reveal())
	c.Connection.Frames = alert.Frames{First: t.first, Last: t.last}
	c.Detail = starttlsDetail(t)
	top := s.topLabel(t)
	c.Object = &alert.Object{Path: []finding.Label{top}, Name: e.Label(t.m.Name.Reveal()), MediaType: mediaLabel(t), Size: t.result.Size,
		Token: t.token, Complete: t.result.Complete && !t.outcome.Cut, MissingBytes: t.result.Missing}
	c.Identifiers = t.find.Findings
	ind := t.find.Individuals
	c.Individuals = &ind
	c.PHI = &alert.PHI{Verdict: t.find.Verdict, Score: t.find.Score, Level: t.find.Level, HealthContext: append([]string{}, t.find.HealthContext...),
		Structure: t.find.Structure, Minors: t.find.Minors, Heightened: t.find.Heightened}
	c.Coverage = coverageOf(t)
	c.Recipients = recipientsOf(t)
}

func starttlsDetail(t *task) string {
	if t.conn.starttls == "" || t.m.Protocol == "http" {
		return ""
	}
	return "starttls_" + t.conn.starttls
}

func mediaLabel(t *task) finding.Label { return t.brain.Engine.MediaLabel(t.result.MediaType) }

func coverageOf(t *task) *alert.Coverage {
	c := &alert.Coverage{State: t.result.State.String(), Reasons: []alert.ReasonBytes{}}
	for _, r := range t.result.Reasons {
		c.Reasons = append(c.Reasons, alert.ReasonBytes{Reason: r.Reason.String(), Bytes: r.Bytes})
	}
	return c
}

// recipientsOf lists the recipients of a mail, the better list of the outcome first choice.
func recipientsOf(t *task) []alert.Recipient {
	list := t.outcome.Recipients
	if list == nil {
		list = t.m.Recipients
	}
	var out []alert.Recipient
	yes, no := true, false
	at := map[string]int{}
	for _, r := range list {
		a := alert.Recipient{Domain: t.brain.Engine.HostLabel(r.Domain.Reveal())}
		switch r.Accepted {
		case object.AcceptedYes:
			a.Accepted = &yes
		case object.AcceptedNo:
			a.Accepted = &no
		}
		k := strings.ToLower(r.Domain.Reveal()) // two domains can have one mask
		if i, known := at[k]; known {           // one line for each domain: accepted if any recipient there was
			if a.Accepted == nil && out[i].Accepted == &no || a.Accepted == &yes {
				out[i].Accepted = a.Accepted
			}
			continue
		}
		at[k] = len(out)
		out = append(out, a)
	}
	return out
}

// topLabel is the first element of an object's path: its name, else what it is.
func (s *sequencer) topLabel(t *task) finding.Label {
	if t.m.Kind == object.Mail {
		return finding.Safe("message")
	}
	if n := t.m.Name.Reveal(); n != "" {
		return t.brain.Engine.Label(n)
	}
	return finding.Safe(t.m.Kind.String())
}

// objectID is the deterministic id of an alert on an object (Contract: id). No identifier's bytes enter it.
func (s *sequencer) objectID(c *alert.Case, t *task) string {
	place := "udp:" + strconv.FormatUint(t.m.Tx, 10)
	if t.conn.transport == flow.TCP {
		place = strconv.FormatUint(uint64(t.conn.base[t.m.Dir]+uint32(t.m.Off)), 10)
	} else if t.m.Tx == 0 {
		place = "udp:" + strconv.FormatUint(t.m.Off, 10)
	}
	return s.unique(digest("object", flowKey(&t.conn), strconv.Itoa(int(t.m.Dir)), place, c.Object.Path[0].String(), string(c.Kind), c.Receiver.IP))
}

// maxSeen bounds the ids that are remembered.
const maxSeen = 1 << 20

// unique keeps ids apart within a run: the same 5-tuple with the same sequence numbers can come again in a merged set of
// captures.
func (s *sequencer) unique(id string) string {
	if len(s.seen) >= maxSeen {
		clear(s.seen)
	}
	n := s.seen[id]
	s.seen[id] = n + 1
	if n == 0 {
		return id
	}
	return digest(id, strconv.Itoa(n))
}

func flowKey(i *connInfo) string {
	return i.transport.String() + "|" + i.ends[0].String() + "|" + i.ends[1].String()
}

// digest hashes length-framed parts to 32 hex digits.
func digest(parts ...string) string {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func day(t alert.Time) string { return flow.Time(t).Std().Format(time.DateOnly) }

// incidentOf groups alerts by sender, receiver, kind and day.
func incidentOf(c *alert.Case) string {
	return digest("incident", c.Sender.IP, c.Receiver.IP, string(c.Kind), day(c.Time))
}

// emit judges a case and hands the alert on.
func (s *sequencer) emit(b *Brain, c *alert.Case, id, incident string) {
	if !b.Policy.Alerts(c) {
		return
	}
	v := b.Policy.Judge(c)
	a := &alert.Alert{Schema: alert.Schema, ID: id, Incident: incident, Revision: 1, Final: true, Case: *c, Verdict: v, Digests: b.Digests,
		TokenKeyID: s.p.opt.KeyID, Sensor: s.p.opt.Sensor, Version: s.p.opt.Version}
	if s.p.stats.Alerts == nil {
		s.p.stats.Alerts = map[string]uint64{}
	}
	s.p.stats.Alerts[string(v.Severity)]++
	if s.p.opt.Emit == nil || s.err != nil {
		return
	}
	s.err = s.p.opt.Emit(a)
}

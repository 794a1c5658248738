package pipeline

import (
	"net/netip"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/receiver"
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
	s.why(t)
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

// why books the reasons why the bytes of an object were not read. The stream has counted holes, and bytes that came in
// two versions: the objects of the other version carry none.
func (s *sequencer) why(t *task) {
	if t.carried == 0 {
		return
	}
	for _, r := range t.result.Reasons {
		switch r.Reason {
		case coverage.Gap, coverage.Snaplen:
		default:
			s.acc.Why(r.Reason, uint64(max(r.Bytes, 0)))
		}
	}
}

// exposure judges an object in which people were found.
func (s *sequencer) exposure(t *task) {
	c := s.base(&t.conn, t.m.Dir, t.brain)
	c.Kind = alert.PHIExposure
	if t.find.Verdict == finding.PIIOnly {
		c.Kind = alert.PIIExposure
	}
	s.describe(c, t)
	t.brain.World.Resolve(c.Case, &c.names)
	told := s.emit(t.brain, c.Case, s.objectID(c.Case, t), s.relay.incident(t, c.Case))
	if told && t.find.Verdict != finding.Test {
		s.receivers.add(t.conn.ends[t.m.Dir.Other()].Addr(), t.eventTime(), &t.find.People)
	}
	t.find.People = finding.People{}
}

// base makes the facts of a case that come from the flow. d is the direction of the bytes.
func (s *sequencer) base(i *connInfo, d flow.Dir, b *Brain) *facts {
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
	if !n.text.Empty() {
		c.Receiver.NameSource = n.source
	}
	f := &facts{Case: c, sender: s.nameOf(i, d).text, names: receiver.Names{Receiver: n.text}}
	s.label(f, b.Engine, nil)
	return f
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
func (s *sequencer) describe(c *facts, t *task) {
	e := t.brain.Engine
	c.Channel = t.m.Protocol
	c.Time, c.Last, c.First = alert.Time(t.eventTime()), alert.Time(t.eventTime()), alert.Time(t.m.At)
	c.Outcome = t.outcome.Status.String()
	c.names.User = t.m.User
	c.Sender.User = s.hosts.user(e, t.m.User, t.find.Words)
	c.Connection.Frames = alert.Frames{First: t.first, Last: t.last}
	c.Detail = starttlsDetail(t)
	top := s.topLabel(t)
	c.Object = &alert.Object{Path: []finding.Label{top}, Name: s.nameLabel(t), MediaType: mediaLabel(t), Size: t.result.Size,
		Token: t.token, Complete: t.result.Complete && !t.outcome.Cut, MissingBytes: t.result.Missing}
	for i := range t.find.Findings { // a data flow got its name after the scan
		if p := t.find.Findings[i].Path; len(p) > 0 {
			p[0] = top
		}
	}
	c.Identifiers = t.find.Findings
	ind := t.find.Individuals
	c.Individuals = &ind
	c.PHI = &alert.PHI{Verdict: t.find.Verdict, Score: t.find.Score, Level: t.find.Level, HealthContext: append([]string{}, t.find.HealthContext...),
		Structure: t.find.Structure, Minors: t.find.Minors, Heightened: t.find.Heightened}
	c.Coverage = coverageOf(t)
	c.Recipients, c.names.Recipients = recipientsOf(t)
	s.label(c, e, t.find.Words)
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

// emit judges a case and hands the alert on. It tells whether there is one.
func (s *sequencer) emit(b *Brain, c *alert.Case, id, incident string) bool {
	if !b.Policy.Alerts(c) {
		return false
	}
	v := b.Policy.Judge(c)
	a := &alert.Alert{Schema: alert.Schema, ID: id, Incident: incident, Revision: 1, Final: true, Case: *c, Verdict: v, Digests: b.Digests,
		TokenKeyID: s.p.opt.KeyID, Sensor: s.p.opt.Sensor, Version: s.p.opt.Version}
	if s.p.stats.Alerts == nil {
		s.p.stats.Alerts = map[string]uint64{}
	}
	s.p.stats.Alerts[string(v.Severity)]++
	if s.p.opt.Emit != nil && s.err == nil {
		s.err = s.p.opt.Emit(a)
	}
	return true
}

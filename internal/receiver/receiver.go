// Package receiver works out who got the bytes of a case: in which direction they went, where the receiver is, who
// operates its network, and which agreement covers it. It is pure: the answer follows from the case and the world.
//
// Direction is a property of the data: an outside client that fetches from inside is egress. Mail is judged twice,
// for custody by the domain of each recipient and for transit by the next hop.
package receiver

import (
	"net/netip"

	"github.com/phiwatch/phiwatch/internal/agreement"
	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/geo"
)

// World is what the organisation knows about itself and others. It must not change while it is used.
type World struct {
	Geo         *geo.Set
	Register    *agreement.Register
	Home        []string       // home countries
	Inside      []netip.Prefix // the organisation's networks
	NATPools    []netip.Prefix // public addresses that are its own
	Partners    []netip.Prefix // others' networks, though their addresses may lie inside of Inside
	MailDomains []string       // the organisation's own; any case
}

// DirectionOf returns the direction of data from src to dst.
func (w *World) DirectionOf(src, dst netip.Addr) alert.Direction {
	switch in, out := w.inside(src), w.inside(dst); {
	case in && out:
		return alert.Internal
	case in:
		return alert.Egress
	case out:
		return alert.Ingress
	}
	return alert.External
}

// inside tells whether an address is the organisation's. Addresses that stay on the link or have no single owner count
// as inside; a partner's network never does. Tunnelled addresses are not looked into: a 6to4 address that claims to
// hold an inside one is outside.
func (w *World) inside(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	switch geo.ClassOf(a) {
	case geo.Loopback, geo.Multicast, geo.Broadcast:
		return true
	}
	if within(w.Partners, a) {
		return false
	}
	return within(w.Inside, a) || within(w.NATPools, a)
}

func within(list []netip.Prefix, a netip.Addr) bool {
	for _, p := range list {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Names are the names of a case as the traffic has them, where the case itself has labels, which may mask a part of
// them. They are judged by and never enter the case.
type Names struct {
	Receiver   flow.Text
	User       flow.Text   // who logged in
	Recipients []flow.Text // domains, one for each of the case's recipients
}

// Recipient returns the domain of recipient i, "" where it is not known.
func (n *Names) Recipient(i int) string {
	if i >= len(n.Recipients) {
		return ""
	}
	return n.Recipients[i].Reveal()
}

// Resolve fills in what can be told of the receiver of a case: the direction, the receiver's place, country, operator
// and agreement, and the agreement of each mail recipient. Addresses and the rest of the facts are there; names come
// beside it. A case without a receiver (scan) is left alone.
func (w *World) Resolve(c *alert.Case, n *Names) {
	if c.Receiver == nil {
		return
	}
	dst := parse(c.Receiver.IP)
	src := netip.Addr{}
	if c.Sender != nil {
		src = parse(c.Sender.IP)
	}
	c.Direction = w.DirectionOf(src, dst)
	if w.leavesByMail(c.Recipients, n) {
		c.Direction = alert.Egress
	}
	spot := w.place(c.Receiver, dst)
	q := w.query(c, n, dst, spot)
	if len(c.Recipients) > 0 {
		w.judgeMail(c, n, q)
		return
	}
	c.Receiver.Agreement = w.judgeReceiver(q)
}

func parse(s string) netip.Addr {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	return a
}

// spot is where a receiver is.
type spot struct {
	place     alert.Place
	countries []string
	inside    bool
}

// place fills in the geographic fields of the receiver.
func (w *World) place(r *alert.Receiver, addr netip.Addr) spot {
	s := spot{place: alert.Unknown, inside: w.inside(addr)}
	r.Geo = []alert.GeoAnswer{}
	if w.Geo == nil {
		if geo.ClassOf(geo.Effective(addr)) != geo.Public {
			s.place = alert.Private
		}
		r.Place = s.place
		return s
	}
	a := w.Geo.Lookup(addr)
	s.countries = a.Countries()
	s.place = w.placeOf(&a, s.countries)
	r.Place, r.Country, r.ASN, r.ASOrg = s.place, a.Country, a.ASN, a.Org
	r.Geo = append(r.Geo, a.Geo...)
	if r.Country == "" && s.place == alert.Domestic {
		r.Country = s.countries[0] // home by every table, though they name different parts of it
	}
	return s
}

// placeOf decides the place. The country of an anycast network means nothing. Tables that differ are a dispute, unless
// all of them name home countries: a state or a territory of it.
func (w *World) placeOf(a *geo.Answer, countries []string) alert.Place {
	if a.Class != geo.Public {
		return alert.Private
	}
	if a.Anycast != "" {
		return alert.Anycast
	}
	if len(countries) == 0 {
		return alert.Unknown
	}
	home := 0
	for _, code := range countries {
		if has(w.Home, code) {
			home++
		}
	}
	switch {
	case home == len(countries):
		return alert.Domestic
	case a.Disputed:
		return alert.Disputed
	case geo.Concern(countries[0]) != "":
		return alert.Concern
	}
	return alert.Offshore
}

func has(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// query states the facts of a case for the register.
func (w *World) query(c *alert.Case, n *Names, addr netip.Addr, s spot) agreement.Query {
	q := agreement.Query{
		Addr: addr, Port: c.Receiver.Port, ASN: c.Receiver.ASN, At: flow.Time(c.Time),
		Place: s.place, Countries: s.countries, Home: w.Home, Inside: s.inside,
		Workflow: c.Workflow, Transport: transport(c), Kinds: kindsOf(c.Identifiers),
	}
	if name := n.Receiver.Reveal(); name != "" {
		q.Names = []agreement.Name{{Host: name, Source: c.Receiver.NameSource}}
	}
	q.User = n.User.Reveal()
	// The receiver may have opened the connection: then its port is an ephemeral one, and the service is the sender's.
	if c.Connection != nil && c.Connection.Client.IP == c.Receiver.IP && c.Connection.Client.Port == c.Receiver.Port {
		q.Port = c.Connection.Server.Port
	}
	return q
}

func kindsOf(list []finding.Finding) []finding.Kind {
	var out []finding.Kind
	for i := range list {
		out = append(out, list[i].Kind)
	}
	return out
}

// transport says how the channel was secured, with the version of TLS where an encrypted_egress alert states it.
func transport(c *alert.Case) string {
	switch c.Security {
	case "encrypted":
		switch c.Detail {
		case "tls10", "tls11", "tls12", "tls13":
			return c.Detail
		}
		return "encrypted"
	case "cleartext":
		return "cleartext"
	}
	return ""
}

// judgeReceiver asks the register, and falls back on the organisation itself for what is inside.
func (w *World) judgeReceiver(q agreement.Query) alert.Agreement {
	out := w.Register.Judge(&q)
	if out.ID == "" && q.Inside {
		return own("The receiver is inside the organisation's own network.")
	}
	return out
}

// own is the agreement of the organisation with itself.
func own(why string) alert.Agreement {
	return alert.Agreement{Verdict: agreement.Covered, Basis: string(agreement.Internal), Reason: why}
}

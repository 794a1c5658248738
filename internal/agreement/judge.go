package agreement

import (
	"fmt"
	"net/netip"
	"sort"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// Name is a name of a receiver and who says so: sni and host are chosen by the sender, dns was seen on the wire, ehlo
// is the receiver's own word and matches nothing.
type Name struct {
	Host   string
	Source string
}

// Query is the facts about one receiver, or about one mail domain. Zero fields are unknown.
type Query struct {
	// Who. A query with a MailDomain is about custody of mail and looks at mail_domains alone; one with Mail set is
	// about a hop of mail, which suffixes never cover.
	Addr       netip.Addr
	Port       uint16
	Names      []Name
	MailDomain string
	SIPDomain  string
	Mail       bool
	ASN        uint32
	User       string // account that was used, evidence of a tier

	// Where and when. Countries are the distinct answers of the tables. An empty Place leaves the country unjudged.
	At        flow.Time
	Place     alert.Place
	Countries []string
	Home      []string
	Inside    bool // the hop is the organisation's own: its country is no question

	// What.
	Kinds     []finding.Kind
	Workflow  string
	Transport string // cleartext, encrypted, tls10 ... tls13, "" unknown: unjudged
}

// candidate is an identity that matched.
type candidate struct {
	ref
	rank    int // 3 exact, 2 suffix, 1 prefix
	length  int // of the suffix or prefix; exact ones are equally specific
	byName  bool
	claimed bool // by a name that the sender chose
}

// Match returns the entries that match, most specific first, for those who want to know why. An entry may stand in it
// more than once.
func (r *Register) Match(q *Query) []Entry {
	var out []Entry
	for _, c := range r.candidates(q) {
		out = append(out, r.entries[c.entry])
	}
	return out
}

// Judge returns the verdict of the register on a receiver.
func (r *Register) Judge(q *Query) alert.Agreement {
	if r == nil {
		r = Empty()
	}
	cands := r.candidates(q)
	if len(cands) == 0 {
		return r.noMatch(q)
	}
	best := r.decide(cands, q)
	out := r.verdict(best, q)
	if out.Verdict == Covered {
		if v, why := r.contradicted(best, cands, q); v != "" {
			out.Verdict, out.Reason = v, why
		}
	}
	return out
}

func (r *Register) noMatch(q *Query) alert.Agreement {
	out := alert.Agreement{Verdict: NoAgreement, Reason: "No entry of the register of agreements matches the receiver."}
	if q.MailDomain != "" {
		out.Reason = "No entry of the register of agreements matches the mail domain."
	}
	if len(r.entries) == 0 {
		out.Reason = "The register of agreements is empty."
	}
	if ids := r.asns[q.ASN]; q.ASN != 0 && len(ids) > 0 {
		out.Reason += fmt.Sprintf(" Its network, AS%d, is named by entry %s; a network alone proves no agreement.", q.ASN, r.entries[ids[0]].ID)
	}
	return out
}

// candidates collects what matches, the most specific first; ties are in the order of ids.
func (r *Register) candidates(q *Query) []candidate {
	var out []candidate
	if q.MailDomain != "" {
		out = r.byMailDomain(out, q)
	} else {
		out = r.byAddress(out, q.Addr)
		for _, n := range q.Names {
			out = r.byHost(out, n, q.Mail)
		}
		out = take(out, r.sip[Host(q.SIPDomain)], candidate{rank: 3, byName: true})
	}
	kept := out[:0]
	for _, c := range out {
		if ports := r.entries[c.entry].Match.Ports; len(ports) == 0 || q.Port == 0 || contains(ports, q.Port) {
			kept = append(kept, c)
		}
	}
	sort.SliceStable(kept, func(i, j int) bool { return r.before(&kept[i], &kept[j]) })
	return kept
}

func (r *Register) before(a, b *candidate) bool {
	if a.rank != b.rank {
		return a.rank > b.rank
	}
	if a.length != b.length {
		return a.length > b.length
	}
	return r.entries[a.entry].ID < r.entries[b.entry].ID
}

func take(out []candidate, refs []ref, like candidate) []candidate {
	for _, f := range refs {
		like.ref = f
		out = append(out, like)
	}
	return out
}

func (r *Register) byMailDomain(out []candidate, q *Query) []candidate {
	if a, ok := Literal(q.MailDomain); ok {
		return r.byAddress(out, a)
	}
	for d := Host(q.MailDomain); d != ""; d = parent(d) {
		out = take(out, r.mail[d], candidate{rank: 2, length: len(d), byName: true})
	}
	return out
}

func (r *Register) byAddress(out []candidate, addr netip.Addr) []candidate {
	if !addr.IsValid() {
		return out
	}
	addr = addr.Unmap().WithZone("")
	out = take(out, r.addrs[addr], candidate{rank: 3})
	for p, refs := range r.prefixes.Supernets(netip.PrefixFrom(addr, addr.BitLen())) {
		out = take(out, refs, candidate{rank: 1, length: p.Bits()})
	}
	return out
}

func (r *Register) byHost(out []candidate, n Name, mail bool) []candidate {
	host := Host(n.Host)
	if host == "" || n.Source == "ehlo" {
		return out
	}
	like := candidate{rank: 3, byName: true, claimed: n.Source != "dns"}
	out = take(out, r.exact[host], like)
	if mail {
		return out
	}
	like.rank = 2
	for d := host; d != ""; d = parent(d) {
		like.length = len(d)
		out = take(out, r.suffixes[d], like)
	}
	return out
}

// decide picks among the equally specific ones in front: a refusal first, then one that covers, then the first id.
func (r *Register) decide(cands []candidate, q *Query) candidate {
	best := cands[0]
	covered := false
	for _, c := range cands {
		if c.rank != cands[0].rank || c.length != cands[0].length {
			break
		}
		e := &r.entries[c.entry]
		if e.Basis == Refused && e.dates(q.At) == InForce {
			return c
		}
		if !covered && r.verdict(c, q).Verdict == Covered {
			best, covered = c, true
		}
	}
	return best
}

// verdict judges one entry, in the order: basis, dates, kinds, country, transport, tier.
func (r *Register) verdict(c candidate, q *Query) alert.Agreement {
	e := &r.entries[c.entry]
	out := alert.Agreement{Basis: string(e.Basis), ID: e.ID, Vendor: e.Vendor}
	for _, step := range [...]func(*Entry, candidate, *Query) (string, string){checkBasis, checkDates, checkKinds, checkCountry, checkTransport, checkTier} {
		if v, why := step(e, c, q); v != "" {
			out.Verdict, out.Reason = v, why
			return out
		}
	}
	out.Verdict, out.Reason = Covered, e.coveredReason(c, q)
	return out
}

// contradicted looks for evidence against the winner. A name that the sender chose may be a lie: where the address
// belongs to somebody else who is not covered, or not to the vendor's networks, the better of the two must not win. A
// vendor that lists its subcontractors is not covered on a network of one that it does not list.
func (r *Register) contradicted(best candidate, cands []candidate, q *Query) (verdict, why string) {
	if !best.byName || best.sub >= 0 {
		return "", ""
	}
	e := &r.entries[best.entry]
	for _, c := range cands {
		o := &r.entries[c.entry]
		if c.byName || c.entry == best.entry || o.Vendor == e.Vendor || r.verdict(c, q).Verdict == Covered {
			continue
		}
		switch {
		case len(e.Subcontractors) > 0 && !e.lists(o):
			return SubcontractorGap, fmt.Sprintf("The name belongs to %s (%s), the address to %s (%s), which is not one of its registered subcontractors.", e.Vendor, e.ID, o.Vendor, o.ID)
		case best.claimed && !e.lists(o):
			return IdentityMismatch, fmt.Sprintf("The name, which the sender chose, belongs to %s (%s), but the address to %s (%s), which is not covered.", e.Vendor, e.ID, o.Vendor, o.ID)
		}
	}
	if best.claimed && q.ASN != 0 && len(e.Match.ASNs) > 0 && !contains(e.Match.ASNs, q.ASN) && !e.holds(q.Addr) {
		return IdentityMismatch, fmt.Sprintf("The name, which the sender chose, belongs to %s (%s), but the address is in AS%d, which is none of its networks.", e.Vendor, e.ID, q.ASN)
	}
	return "", ""
}

// lists tells whether another vendor is a subcontractor of this one, by id or by name.
func (e *Entry) lists(o *Entry) bool {
	for _, s := range e.Subcontractors {
		if s.Name == o.ID || s.Name == o.Vendor {
			return true
		}
	}
	return false
}

// holds tells whether an address is among the entry's own networks.
func (e *Entry) holds(a netip.Addr) bool {
	for _, p := range e.Match.CIDRs {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return contains(e.Match.Exact, a.Unmap().String())
}

// Package agreement is the register of business associate agreements and of other lawful bases: who covers what, when.
//
// A register is a YAML (or JSON) file, read strictly. An entry names a vendor, the basis on which it may get protected
// health information, the dates of the contract, how the vendor is recognised (match) and what it may get (permit).
// The most specific entry that matches a receiver decides, even when it has expired: exact name or address, then the
// longest suffix, then the longest prefix. At equal length a refusal beats an agreement. An autonomous system alone is
// evidence and never cover; a suffix never covers mail, because a mail domain is a matter of custody.
//
// Dates are whole days in UTC and are compared with packet time: expires is the last day that is covered, terminated
// the first that is not.
//
// What it cannot do: a domain proves no contract. Where a vendor sells tiers with and without an agreement under one
// name, list the tenants or accounts that must be seen (tier); without that evidence the verdict is tier_unproven.
package agreement

import (
	"net/netip"
	"sort"
	"time"

	"github.com/gaissmai/bart"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// Basis is on what ground a vendor may get protected health information.
type Basis string

// Bases. Every one but None and Refused can cover.
const (
	BAA            Basis = "baa"
	SubcontractBAA Basis = "subcontractor_baa"
	Treatment      Basis = "treatment"
	Payment        Basis = "payment"
	Patient        Basis = "patient"
	PublicHealth   Basis = "public_health"
	RequiredByLaw  Basis = "required_by_law"
	Conduit        Basis = "conduit"
	Internal       Basis = "internal"
	DUA            Basis = "dua"
	None           Basis = "none"
	Refused        Basis = "refused"
)

// Verdicts on a receiver, as the Contract spells them.
const (
	Covered           = "covered"
	Expired           = "expired"
	NotYetEffective   = "not_yet_effective"
	KindExceeded      = "kind_exceeded"
	CountryExceeded   = "country_exceeded"
	TransportBelowMin = "transport_below_min"
	TierUnproven      = "tier_unproven"
	SubcontractorGap  = "subcontractor_gap"
	IdentityMismatch  = "identity_mismatch"
	RefusedVerdict    = "refused"
	NoAgreement       = "no_agreement"
)

// Entry is one entry of the register. Names are in lower case ASCII (punycode), without a trailing dot.
type Entry struct {
	ID             string          `json:"id"`
	Vendor         string          `json:"vendor"`
	Role           string          `json:"role"`
	Basis          Basis           `json:"basis"`
	Tier           Tier            `json:"tier"`
	Contract       Contract        `json:"contract"`
	Match          Match           `json:"match"`
	Permit         Permit          `json:"permit"`
	Subcontractors []Subcontractor `json:"subcontractors"`
	Contact        Contact         `json:"contact"`
	ReviewBy       Day             `json:"review_by"`
	Line           int             `json:"-"` // in the file
}

// Tier is what must be seen before a vendor with several tiers counts as covered.
type Tier struct {
	Product  string   `json:"product"`
	Tenants  []string `json:"tenants"`
	Accounts []string `json:"accounts"`
}

// Contract has the dates; zero days are open ends.
type Contract struct {
	Ref        string `json:"ref"`
	Signed     Day    `json:"signed"`
	Effective  Day    `json:"effective"`
	Expires    Day    `json:"expires"`
	Terminated Day    `json:"terminated"`
}

// Match is how the vendor is recognised: any of the identities, restricted by the ports.
type Match struct {
	Suffixes    []string       `json:"suffixes"`
	Exact       []string       `json:"exact"`
	MailDomains []string       `json:"mail_domains"`
	CIDRs       []netip.Prefix `json:"cidrs"`
	ASNs        []uint32       `json:"asns"`
	SIPDomains  []string       `json:"sip_domains"`
	Ports       []uint16       `json:"ports"`
}

// Permit is what the vendor may get. Empty lists permit everything, but for countries: empty means home countries.
// PrivateNetwork in Countries permits receivers with private addresses, which have no country.
type Permit struct {
	Kinds        []finding.Kind `json:"kinds"`
	Workflows    []string       `json:"workflows"`
	Countries    []string       `json:"countries"`
	MinTransport string         `json:"min_transport"`
}

// PrivateNetwork stands in permit.countries for private addresses: leased lines and tunnels to a partner.
const PrivateNetwork = "private"

// Subcontractor is somebody who works for the vendor under its agreement. One that is recognised by itself (suffixes,
// cidrs) is covered by the entry; one that is only named says whose network the vendor may use.
type Subcontractor struct {
	Name      string         `json:"name"`
	Suffixes  []string       `json:"suffixes"`
	CIDRs     []netip.Prefix `json:"cidrs"`
	Countries []string       `json:"countries"`
}

// Contact is whom to call.
type Contact struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

// Day is a calendar day in UTC, counted from long before any contract; zero is no day.
type Day int32

const (
	nanosPerDay = 24 * int64(time.Hour)
	epochDay    = 200_000 // the Day of 1 January 1970: packet times of any sign have a Day above zero
)

// DayOf returns the day of a point in time.
func DayOf(t flow.Time) Day {
	d := int64(t) / nanosPerDay
	if int64(t)%nanosPerDay < 0 {
		d--
	}
	return Day(d) + epochDay
}

// Start returns the first instant of the day.
func (d Day) Start() flow.Time { return flow.Time((int64(d) - epochDay) * nanosPerDay) }

// String returns YYYY-MM-DD, "" for no day.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return d.Start().Std().Format(time.DateOnly)
}

// MarshalText returns YYYY-MM-DD, "" for no day.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// ref points to an identity of an entry: of itself (sub -1) or of one of its subcontractors.
type ref struct {
	entry, sub int32
}

// Register is a loaded register. It is immutable and safe for concurrent use.
type Register struct {
	name     string
	digest   string
	entries  []Entry
	exact    map[string][]ref
	addrs    map[netip.Addr][]ref
	suffixes map[string][]ref
	mail     map[string][]ref
	sip      map[string][]ref
	prefixes bart.Table[[]ref]
	asns     map[uint32][]int32
}

// Empty returns a register without entries: every outside receiver is without an agreement.
func Empty() *Register { return build("", nil, "") }

// build indexes entries.
func build(name string, entries []Entry, digest string) *Register {
	r := &Register{
		name: name, digest: digest, entries: entries,
		exact: map[string][]ref{}, addrs: map[netip.Addr][]ref{}, suffixes: map[string][]ref{},
		mail: map[string][]ref{}, sip: map[string][]ref{}, asns: map[uint32][]int32{},
	}
	for i := range entries {
		r.index(int32(i))
	}
	return r
}

func (r *Register) index(i int32) {
	e := &r.entries[i]
	own := ref{i, -1}
	for _, s := range e.Match.Exact {
		if a, err := netip.ParseAddr(s); err == nil {
			r.addrs[a] = append(r.addrs[a], own)
			continue
		}
		r.exact[s] = append(r.exact[s], own)
	}
	add(r.suffixes, e.Match.Suffixes, own)
	add(r.mail, e.Match.MailDomains, own)
	add(r.sip, e.Match.SIPDomains, own)
	r.addPrefixes(e.Match.CIDRs, own)
	for _, n := range e.Match.ASNs {
		r.asns[n] = append(r.asns[n], i)
	}
	for j := range e.Subcontractors {
		sub := ref{i, int32(j)}
		add(r.suffixes, e.Subcontractors[j].Suffixes, sub)
		r.addPrefixes(e.Subcontractors[j].CIDRs, sub)
	}
}

func add(m map[string][]ref, names []string, to ref) {
	for _, s := range names {
		m[s] = append(m[s], to)
	}
}

func (r *Register) addPrefixes(list []netip.Prefix, to ref) {
	for _, p := range list {
		old, _ := r.prefixes.Get(p)
		r.prefixes.Insert(p, append(old[:len(old):len(old)], to))
	}
}

// Digest is the SHA-256 of the file in hex, "" for the empty register.
func (r *Register) Digest() string { return r.digest }

// Len returns the number of entries.
func (r *Register) Len() int { return len(r.entries) }

// List returns the entries in the order of the file. They are shared: do not change them.
func (r *Register) List() []Entry { return r.entries }

// Expiring returns the entries that are in force at a time and expire or end within a span after it, soonest first.
func (r *Register) Expiring(at flow.Time, within time.Duration) []Entry {
	today, last := DayOf(at), DayOf(at+flow.Time(within))
	var out []Entry
	for _, e := range r.entries {
		if e.State(at) == InForce && e.lastDay() != 0 && e.lastDay() >= today && e.lastDay() <= last {
			out = append(out, e)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].lastDay() < out[j].lastDay() })
	return out
}

// State is whether an entry holds at a time.
type State string

// States of an entry.
const (
	InForce State = "in force"
	Future  State = "not yet effective"
	Past    State = "expired"
	Ended   State = "terminated"
	NoCover State = "no cover" // basis none or refused
)

// State returns the state of the entry at a time, by its dates and its basis.
func (e *Entry) State(at flow.Time) State {
	if e.Basis == None || e.Basis == Refused {
		return NoCover
	}
	return e.dates(at)
}

// dates judges the dates alone. An agreement without an effective date holds from its signature.
func (e *Entry) dates(at flow.Time) State {
	day, c := DayOf(at), &e.Contract
	from := c.Effective
	if from == 0 {
		from = c.Signed
	}
	switch {
	case from != 0 && day < from:
		return Future
	case c.Terminated != 0 && day >= c.Terminated:
		return Ended
	case c.Expires != 0 && day > c.Expires:
		return Past
	}
	return InForce
}

// lastDay is the last day that is covered, zero when open.
func (e *Entry) lastDay() Day {
	last := e.Contract.Expires
	if t := e.Contract.Terminated; t != 0 && (last == 0 || t-1 < last) {
		last = t - 1
	}
	return last
}

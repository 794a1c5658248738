package agreement

import (
	"fmt"
	"sort"
	"strings"

	"github.com/phiwatch/phiwatch/internal/alert"
)

// words of the bases in sentences.
func (b Basis) words() string {
	switch b {
	case BAA:
		return "business associate agreement"
	case SubcontractBAA:
		return "subcontractor's business associate agreement"
	case Treatment:
		return "disclosure for treatment"
	case Payment:
		return "disclosure for payment"
	case Patient:
		return "disclosure to the patient"
	case PublicHealth:
		return "public health disclosure"
	case RequiredByLaw:
		return "disclosure required by law"
	case Conduit:
		return "conduit exception"
	case Internal:
		return "entry as a part of the organisation"
	case DUA:
		return "data use agreement"
	}
	return "entry"
}

func checkBasis(e *Entry, _ candidate, _ *Query) (string, string) {
	switch e.Basis {
	case Refused:
		return RefusedVerdict, fmt.Sprintf("%s is registered as refused (%s): it must not get protected health information.", e.Vendor, e.ID)
	case None:
		return NoAgreement, fmt.Sprintf("%s is registered without a lawful basis (%s).", e.Vendor, e.ID)
	}
	return "", ""
}

func checkDates(e *Entry, _ candidate, q *Query) (string, string) {
	c := &e.Contract
	switch e.dates(q.At) {
	case Future:
		from := c.Effective
		if from == 0 {
			from = c.Signed
		}
		return NotYetEffective, fmt.Sprintf("The %s with %s (%s) only holds from %s; the transfer was on %s.", e.Basis.words(), e.Vendor, e.ID, from, DayOf(q.At))
	case Ended:
		return Expired, fmt.Sprintf("The %s with %s (%s) was terminated as of %s; the transfer was on %s.", e.Basis.words(), e.Vendor, e.ID, c.Terminated, DayOf(q.At))
	case Past:
		return Expired, fmt.Sprintf("The %s with %s (%s) expired on %s; the transfer was on %s.", e.Basis.words(), e.Vendor, e.ID, c.Expires, DayOf(q.At))
	}
	return "", ""
}

func checkKinds(e *Entry, _ candidate, q *Query) (string, string) {
	if len(e.Permit.Kinds) > 0 {
		var over []string
		for _, k := range q.Kinds {
			if !contains(e.Permit.Kinds, k) && !contains(over, string(k)) {
				over = append(over, string(k))
			}
		}
		if len(over) > 0 {
			sort.Strings(over)
			return KindExceeded, fmt.Sprintf("The %s with %s (%s) does not permit %s.", e.Basis.words(), e.Vendor, e.ID, strings.Join(over, ", "))
		}
	}
	if len(e.Permit.Workflows) > 0 && q.Workflow != "" && !contains(e.Permit.Workflows, q.Workflow) {
		return KindExceeded, fmt.Sprintf("The %s with %s (%s) does not permit the workflow %s.", e.Basis.words(), e.Vendor, e.ID, q.Workflow)
	}
	return "", ""
}

// checkCountry fails for a country that is unknown or disputed. An anycast address has no country: it passes where home
// countries are permitted, as severity treats it as domestic, too. A private address passes where it is permitted.
func checkCountry(e *Entry, c candidate, q *Query) (string, string) {
	if q.Place == "" || q.Inside {
		return "", ""
	}
	permitted := e.countries(c, q)
	fail := func(what string) (string, string) {
		return CountryExceeded, fmt.Sprintf("The %s with %s (%s) permits %s only; %s.", e.Basis.words(), e.Vendor, e.ID, strings.Join(permitted, ", "), what)
	}
	switch q.Place {
	case alert.Private:
		if !contains(permitted, PrivateNetwork) {
			return fail("the address is private, so its country is unknown")
		}
		return "", ""
	case alert.Disputed:
		return fail("the tables do not agree on the country: " + strings.Join(q.Countries, " or "))
	case alert.Anycast:
		for _, h := range q.Home {
			if contains(permitted, h) {
				return "", ""
			}
		}
	}
	if len(q.Countries) == 0 {
		return fail("the country of the receiver is unknown")
	}
	for _, code := range q.Countries {
		if !contains(permitted, code) {
			return fail("the receiver is in " + code)
		}
	}
	return "", ""
}

// OwnDomain judges mail to a domain of the organisation's own: it is covered, as long as the hop that takes it is in a home
// country. No entry permits more.
func OwnDomain(q *Query) alert.Agreement {
	out := alert.Agreement{Verdict: Covered, Basis: string(Internal), Reason: "The recipient's domain is the organisation's own."}
	if v, _ := checkCountry(&Entry{Basis: Internal}, candidate{ref: ref{sub: -1}}, q); v != "" {
		out.Verdict = v
		out.Reason = "The recipient's domain is the organisation's own, but a mail server that is not in a home country takes the mail."
	}
	return out
}

// countries are those that the entry, or its subcontractor, permits.
func (e *Entry) countries(c candidate, q *Query) []string {
	list := e.Permit.Countries
	if c.sub >= 0 && len(e.Subcontractors[c.sub].Countries) > 0 {
		list = e.Subcontractors[c.sub].Countries
	}
	if len(list) == 0 {
		return q.Home
	}
	return list
}

// checkTransport knows tls, which any encryption satisfies, and least versions, which only a version that was seen does.
func checkTransport(e *Entry, _ candidate, q *Query) (string, string) {
	least := e.Permit.MinTransport
	if least == "any" || least == "" || q.Transport == "" {
		return "", ""
	}
	ok := strings.HasPrefix(q.Transport, "tls") && q.Transport >= least || least == "tls" && q.Transport == "encrypted"
	if ok {
		return "", ""
	}
	return TransportBelowMin, fmt.Sprintf("The %s with %s (%s) demands %s at least; the transfer was %s.", e.Basis.words(), e.Vendor, e.ID, transportWords(least), transportWords(q.Transport))
}

func transportWords(t string) string {
	switch t {
	case "cleartext":
		return "in the clear"
	case "encrypted":
		return "encrypted in a version that was not established"
	case "tls":
		return "TLS"
	}
	if v, ok := strings.CutPrefix(t, "tls"); ok && len(v) == 2 {
		return "TLS " + v[:1] + "." + v[1:]
	}
	return t
}

// checkTier asks for one of the tenants or accounts: a tenant is seen when the receiver or the mail domain is it or lies
// under it, an account when it was logged in to.
func checkTier(e *Entry, _ candidate, q *Query) (string, string) {
	t := &e.Tier
	if len(t.Tenants) == 0 && len(t.Accounts) == 0 {
		return "", ""
	}
	for _, want := range t.Tenants {
		if e.tenant(Host(q.MailDomain), want) {
			return "", ""
		}
		for _, n := range q.Names {
			if n.Source != "ehlo" && e.tenant(Host(n.Host), want) {
				return "", ""
			}
		}
	}
	for _, want := range t.Accounts {
		if q.User != "" && strings.EqualFold(want, q.User) {
			return "", ""
		}
	}
	what := "tenant or account"
	if t.Product != "" {
		what += " of " + t.Product
	}
	return TierUnproven, fmt.Sprintf("%s (%s) also sells services without an agreement, and no registered %s was seen.", e.Vendor, e.ID, what)
}

// tenant tells whether a name is that of a tenant: given as a domain, or as the label in front of one of the suffixes.
func (e *Entry) tenant(name, want string) bool {
	if name == "" {
		return false
	}
	want = Host(want)
	if strings.Contains(want, ".") {
		return Under(name, want)
	}
	label, rest, _ := strings.Cut(name, ".")
	return label == want && contains(e.Match.Suffixes, rest)
}

// coveredReason says why an entry covers.
func (e *Entry) coveredReason(c candidate, q *Query) string {
	who := e.Vendor
	if c.sub >= 0 {
		who = e.Subcontractors[c.sub].Name + ", subcontractor of " + e.Vendor + ","
	}
	until := ""
	if last := e.lastDay(); last != 0 {
		until = fmt.Sprintf(" until %s", last)
	}
	s := fmt.Sprintf("%s is covered by the %s %s%s.", who, e.Basis.words(), e.ID, until)
	if q.Place == alert.Anycast {
		s += " The address is announced from many places, so the country could not be judged."
	}
	return s
}

package agreement

import (
	"fmt"
	"net/netip"
	"sort"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// Problem is what lint finds. Error: the register says what cannot be right. Unsafe: it would cover strangers, and
// [Load] refuses it.
type Problem struct {
	Line   int    `json:"line"`
	ID     string `json:"id"`
	Error  bool   `json:"error"`
	Unsafe bool   `json:"unsafe"`
	What   string `json:"what"`
	Hint   string `json:"hint"`
}

// shared are domains under which a vendor keeps all of its customers, or strangers, and that the public suffix list
// does not have: a match proves the vendor, never the tenant.
var shared = strings.Fields(`amazonaws.com backblazeb2.com box.com digitaloceanspaces.com dropbox.com fastly.net google.com googleapis.com
	googleusercontent.com linodeobjects.com live.com my.salesforce.com onmicrosoft.com office365.com outlook.com service-now.com
	sharepoint.com slack.com wasabisys.com windows.net zendesk.com zoom.us`)

// freeMail are mail domains where anybody has a mailbox.
var freeMail = strings.Fields(`126.com 163.com aol.com comcast.net fastmail.com gmail.com gmx.com gmx.de googlemail.com hotmail.com icloud.com live.com
	mail.ru me.com msn.com outlook.com proton.me protonmail.com qq.com rediffmail.com yahoo.com yandex.ru zoho.com`)

// Lint returns what is wrong or doubtful, in the order of the file. at is the day for questions of time; zero leaves
// them out.
func (r *Register) Lint(at flow.Time) []Problem {
	l := &linter{at: at}
	for i := range r.entries {
		l.e = &r.entries[i]
		l.identities()
		l.basis()
		l.dates()
	}
	l.overlaps(r)
	sort.SliceStable(l.out, func(i, j int) bool { return l.out[i].Line < l.out[j].Line })
	return l.out
}

// unsafe returns the problems for which a register is not loaded.
func (r *Register) unsafe() []Problem {
	l := &linter{}
	for i := range r.entries {
		l.e = &r.entries[i]
		l.identities()
	}
	var out []Problem
	for _, p := range l.out {
		if p.Unsafe {
			out = append(out, p)
		}
	}
	return out
}

type linter struct {
	at  flow.Time
	e   *Entry
	out []Problem
}

func (l *linter) add(isError, unsafe bool, hint, format string, args ...any) {
	l.out = append(l.out, Problem{Line: l.e.Line, ID: l.e.ID, Error: isError, Unsafe: unsafe, What: "entry " + l.e.ID + ": " + fmt.Sprintf(format, args...), Hint: hint})
}

func (l *linter) identities() {
	m := &l.e.Match
	for _, s := range m.Suffixes {
		l.suffix("suffix", s)
	}
	for _, s := range m.MailDomains {
		l.suffix("mail domain", s)
		if contains(freeMail, s) {
			l.add(false, false, "list the recipients' own domains", "anybody may have a mailbox at %s", s)
		}
	}
	for _, s := range l.e.Subcontractors {
		for _, d := range s.Suffixes {
			l.suffix("suffix of a subcontractor", d)
		}
	}
	for _, p := range m.CIDRs {
		l.prefix(p)
	}
	if len(m.Suffixes)+len(m.Exact)+len(m.MailDomains)+len(m.CIDRs)+len(m.SIPDomains) == 0 {
		hint := "add suffixes, exact, mail_domains, cidrs or sip_domains"
		if len(m.ASNs) > 0 {
			l.add(false, false, hint, "an autonomous system alone is evidence and never cover: the entry covers nothing")
		} else {
			l.add(true, false, hint, "nothing can match it")
		}
	}
}

// suffix refuses what belongs to many: public suffixes, of registries and of hosters (the private section of the list).
func (l *linter) suffix(what, s string) {
	if public, _ := publicsuffix.PublicSuffix(s); public == s {
		l.add(true, true, "name the vendor's own domain, or the exact host", "%s %s is a public suffix: it would cover everybody under it", what, s)
		return
	}
	if contains(shared, s) && len(l.e.Tier.Tenants)+len(l.e.Tier.Accounts) == 0 {
		l.add(true, false, "list tier.tenants or tier.accounts, or the exact host", "%s %s is shared by all customers of the vendor", what, s)
	}
}

func (l *linter) prefix(p netip.Prefix) {
	wide, limit := p.Bits(), 8
	if p.Addr().Is6() {
		limit = 16
	}
	switch {
	case wide == 0:
		l.add(true, true, "name the vendor's networks", "%s covers the whole internet", p)
	case wide < limit:
		l.add(true, false, "name the vendor's networks", "%s is wider than any vendor's network", p)
	}
}

func (l *linter) basis() {
	e := l.e
	switch e.Basis {
	case Conduit:
		if contains([]string{"storage", "mail", "backup", "fax", "voicemail", "hosting"}, e.Role) {
			l.add(true, false, "a vendor that keeps what it carries is a business associate (45 CFR 160.103)", "a %s service is no conduit", e.Role)
		}
		if e.ReviewBy == 0 {
			l.add(false, false, "", "a conduit needs a date of review")
		}
	case BAA, SubcontractBAA:
		if e.Contract.Ref == "" {
			l.add(false, false, "", "the contract has no reference")
		}
		if e.Contract.Signed == 0 && e.Contract.Effective == 0 {
			l.add(false, false, "", "the contract has no date: it counts as always in force")
		}
	}
	if e.Role == "" {
		l.add(false, false, "", "no role")
	} else if !contains(roles, e.Role) {
		l.add(false, false, hintOf(e.Role, roles), "the role %s is not a known one", quote(e.Role))
	}
}

func (l *linter) dates() {
	c := &l.e.Contract
	if c.Signed != 0 && c.Effective != 0 && c.Signed > c.Effective {
		l.add(false, false, "", "backdated: signed on %s, effective from %s", c.Signed, c.Effective)
	}
	if l.at == 0 {
		return
	}
	if l.e.ReviewBy != 0 && l.e.ReviewBy < DayOf(l.at) {
		l.add(false, false, "", "the review was due on %s", l.e.ReviewBy)
	}
	switch l.e.State(l.at) {
	case Past:
		l.add(false, false, "renew it, or let it stand: an expired entry keeps broader ones from covering", "expired on %s", c.Expires)
	case Ended:
		l.add(false, false, "", "terminated as of %s", c.Terminated)
	}
}

// overlaps finds identities that two entries share while both hold, so that only their ids decide.
func (l *linter) overlaps(r *Register) {
	check := func(what string, refs []ref) {
		for i := range refs {
			for j := i + 1; j < len(refs); j++ {
				a, b := &r.entries[refs[i].entry], &r.entries[refs[j].entry]
				if a == b || !clash(a, b) {
					continue
				}
				l.e = b
				l.add(true, false, "let one of them go, or part them by dates or ports", "%s is also matched by entry %s", what, a.ID)
			}
		}
	}
	for s, refs := range r.exact {
		check("exact name "+s, refs)
	}
	for a, refs := range r.addrs {
		check("exact address "+a.String(), refs)
	}
	for s, refs := range r.suffixes {
		check("suffix "+s, refs)
	}
	for s, refs := range r.mail {
		check("mail domain "+s, refs)
	}
	for s, refs := range r.sip {
		check("SIP domain "+s, refs)
	}
	for p, refs := range r.prefixes.All() {
		check("network "+p.String(), refs)
	}
	sort.SliceStable(l.out, func(i, j int) bool { return l.out[i].What < l.out[j].What })
}

// clash tells whether two entries hold on a common day and port. A refusal beats the other by rule: no clash.
func clash(a, b *Entry) bool {
	if a.Basis == Refused || b.Basis == Refused {
		return false
	}
	if len(a.Match.Ports) > 0 && len(b.Match.Ports) > 0 {
		common := false
		for _, p := range a.Match.Ports {
			common = common || contains(b.Match.Ports, p)
		}
		if !common {
			return false
		}
	}
	aFrom, aTo, bFrom, bTo := a.first(), a.lastDay(), b.first(), b.lastDay()
	return (aTo == 0 || bFrom <= aTo) && (bTo == 0 || aFrom <= bTo)
}

// first is the first day that is covered, zero when open.
func (e *Entry) first() Day {
	if e.Contract.Effective != 0 {
		return e.Contract.Effective
	}
	return e.Contract.Signed
}

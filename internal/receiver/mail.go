package receiver

import (
	"github.com/phiwatch/phiwatch/internal/agreement"
	"github.com/phiwatch/phiwatch/internal/alert"
)

// leavesByMail tells whether a mail goes out wherever its next hop is: a recipient that was accepted, or whose reply was
// not seen, has a domain that is not the organisation's. Without own domains nothing can be told.
func (w *World) leavesByMail(rcpts []alert.Recipient, n *Names) bool {
	if len(w.MailDomains) == 0 {
		return false
	}
	for i := range rcpts {
		if a := rcpts[i].Accepted; (a == nil || *a) && !w.ownDomain(n.Recipient(i)) {
			return true
		}
	}
	return false
}

// ownDomain tells whether a mail domain is the organisation's, or lies under one that is.
func (w *World) ownDomain(domain string) bool {
	if a, ok := agreement.Literal(domain); ok {
		return w.inside(a)
	}
	name := agreement.Host(domain)
	for _, d := range w.MailDomains {
		if agreement.Under(name, agreement.Host(d)) {
			return true
		}
	}
	return false
}

// judgeMail judges custody, by the domain of each recipient, and transit, by the hop. A domain has no place of its own
// and takes the hop's. A hop that matches no entry shares the worst agreement of the recipients that count, own domains
// among them: what may be in somebody's mailbox may pass his mail server.
func (w *World) judgeMail(c *alert.Case, n *Names, hop agreement.Query) {
	for i := range c.Recipients {
		c.Recipients[i].Agreement = w.custody(n.Recipient(i), hop)
	}
	hop.Mail = true
	transit := w.Register.Judge(&hop)
	if transit.ID != "" {
		c.Receiver.Agreement = transit
		return
	}
	if shared, ok := shared(c.Recipients, hop.Inside); ok {
		c.Receiver.Agreement = shared
		return
	}
	if hop.Inside {
		transit = own("The mail was handed to a host inside the organisation's own network.")
	}
	c.Receiver.Agreement = transit
}

// custody judges one recipient domain.
func (w *World) custody(domain string, hop agreement.Query) alert.Agreement {
	q := hop
	q.MailDomain, q.Names, q.ASN = domain, nil, 0
	if domain == "" {
		return alert.Agreement{Verdict: agreement.NoAgreement, Reason: "The recipient's domain is not known."}
	}
	out := w.Register.Judge(&q)
	if out.ID == "" && w.ownDomain(domain) {
		return agreement.OwnDomain(&q)
	}
	return out
}

// shared returns the worst agreement among the recipients that a hop can share. Of equally bad ones the first counts. A
// hop inside is the organisation's own itself: own domains give it nothing.
func shared(rcpts []alert.Recipient, inside bool) (alert.Agreement, bool) {
	var worst *alert.Agreement
	for _, r := range Counting(rcpts) {
		switch {
		case inside && r.Agreement.ID == "" && r.Agreement.Covered():
		case worst == nil, worst.Covered() && !r.Agreement.Covered():
			worst = &r.Agreement
		}
	}
	if worst == nil {
		return alert.Agreement{}, false
	}
	out := *worst
	out.Reason = "The mail server matches no entry of the register and shares its recipients' agreement: " + lower(out.Reason)
	return out, true
}

// lower turns the beginning of a sentence into that of a clause, where it is an article or the like.
func lower(s string) string {
	for _, word := range [...]string{"The ", "No "} {
		if len(s) > len(word) && s[:len(word)] == word {
			return string(s[0]+'a'-'A') + s[1:]
		}
	}
	return s
}

// Counting returns the recipients that are judged: those that were accepted and those whose reply was not seen. Only
// where none of them is left do the rejected ones count, as their mail may have been sent all the same.
func Counting(rcpts []alert.Recipient) []*alert.Recipient {
	var in, out []*alert.Recipient
	for i := range rcpts {
		if a := rcpts[i].Accepted; a == nil || *a {
			in = append(in, &rcpts[i])
		} else {
			out = append(out, &rcpts[i])
		}
	}
	if len(in) == 0 {
		return out
	}
	return in
}

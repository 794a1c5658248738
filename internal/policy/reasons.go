package policy

import (
	"fmt"
	"strings"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/geo"
)

// maxRecipients bounds how many recipients are spelled out in the reasons; all of them are in the alert.
const maxRecipients = 10

// reasons explain a case: what, who and where, by which right, with what outcome, and what was not seen.
func (p *Policy) reasons(c *alert.Case) []string {
	out := p.what(c)
	out = append(out, p.people(c)...)
	if c.Receiver != nil {
		out = append(out, way(c))
		if c.Direction != alert.Internal && c.Direction != alert.Ingress {
			out = append(out, where(c.Receiver))
			out = append(out, right(c)...)
		}
	}
	switch c.Outcome {
	case "refused":
		out = append(out, "The receiver refused the delivery, but the bytes had been sent; this changes nothing in the severity.")
	case "unknown":
		if exposes(c.Kind) && c.Receiver != nil {
			out = append(out, "No reply was seen, so it is not known whether the delivery was accepted.")
		}
	}
	if s := unseen(c); s != "" {
		out = append(out, s)
	}
	return out
}

func exposes(k alert.Kind) bool { return k == alert.PHIExposure || k == alert.PIIExposure }

// what says what the case is about.
func (p *Policy) what(c *alert.Case) []string {
	switch c.Kind {
	case alert.PHIExposure, alert.PIIExposure:
		return []string{found(c)}
	case alert.EncryptedEgress:
		s := "Encrypted data was sent, which cannot be inspected; this is an inventory of who gets it, not a finding in it."
		if c.Bytes > p.EncryptedEgress {
			return []string{s, fmt.Sprintf("%s were sent, more than the limit of %s.", bytesText(c.Bytes), bytesText(p.EncryptedEgress))}
		}
		return []string{s, bytesText(c.Bytes) + " were sent."}
	case alert.Uninspected:
		s := "Content left that this sensor could not inspect: " + reasonWords(c.Detail) + "."
		if c.Count > 1 {
			s += fmt.Sprintf(" It happened %d times, with %s in all.", c.Count, bytesText(c.Bytes))
		}
		return []string{s}
	case alert.CredentialExposure:
		return []string{"A user name and a password, or what stands for one, were sent in the clear" + detail(c) + "; the secret is not kept."}
	case alert.Evasion:
		return []string{"The traffic can be read in two ways, as it is done to mislead a sensor" + detail(c) + "; both readings were inspected where possible."}
	case alert.EncryptionClaimFalse:
		return []string{"The traffic claims to be encrypted, by its port or its name, but it is not" + detail(c) + "."}
	case alert.CleartextVoice:
		return []string{"A call was carried in the clear; what was said cannot be inspected, but everybody on the way could listen" + detail(c) + "."}
	}
	return []string{"The sensor reports on itself" + detail(c) + "."}
}

// detail adds the detail of a case, which is of a fixed vocabulary.
func detail(c *alert.Case) string {
	if c.Detail == "" {
		return ""
	}
	return " (" + strings.ReplaceAll(c.Detail, "_", " ") + ")"
}

// found says what was found, as counts and kinds.
func found(c *alert.Case) string {
	var head string
	verdict, level := finding.PHI, finding.Level("")
	if c.PHI != nil {
		verdict, level = c.PHI.Verdict, c.PHI.Level
	}
	switch verdict {
	case finding.PIIOnly:
		head = "Identifiers of people were found, without a health context"
	case finding.Test:
		head = "What looks like health information was found, with the marks of test data"
	default:
		head = "Protected health information was found"
	}
	if list := identifiers(c.Identifiers); list != "" {
		head += ": " + list
	}
	if level != "" {
		head += fmt.Sprintf("; confidence %s", level)
	}
	return head + "."
}

// identifiers lists kinds with their counts, in the order they come, kinds of several parts taken together.
func identifiers(list []finding.Finding) string {
	var order []finding.Kind
	counts := map[finding.Kind]int{}
	for i := range list {
		k := list[i].Kind
		if counts[k] == 0 {
			order = append(order, k)
		}
		counts[k] += list[i].Count
	}
	var parts []string
	for _, k := range order {
		parts = append(parts, kindText(k, counts[k]))
	}
	return strings.Join(parts, ", ")
}

// people says who is concerned.
func (p *Policy) people(c *alert.Case) []string {
	if !exposes(c.Kind) {
		return nil
	}
	var out []string
	if n := c.Individuals; n != nil && n.High > 0 {
		s := fmt.Sprintf("It concerns %s.", peopleText(n.Low, n.High))
		if n.Low >= p.Many {
			s += fmt.Sprintf(" From %d people on, a breach is notified to the Secretary together with the individuals (45 CFR 164.408(b)).", p.Many)
		}
		out = append(out, s)
	}
	if c.PHI != nil && c.PHI.Minors {
		out = append(out, "Minors are among them.")
	}
	if c.PHI != nil && c.PHI.Heightened {
		out = append(out, "It includes health data under special protection, such as mental health, substance use, HIV or reproductive health.")
	}
	return out
}

func peopleText(low, high int) string {
	switch {
	case low == high && low == 1:
		return "1 person"
	case low == high:
		return fmt.Sprintf("%d people", low)
	}
	return fmt.Sprintf("%d to %d people", low, high)
}

// way says from whom to whom it went, and how.
func way(c *alert.Case) string {
	from := "an unknown sender"
	if c.Sender != nil {
		from = party(c.Sender.IP, c.Sender.Name)
	}
	how := "by " + c.Channel
	if c.Channel == "" {
		how = "by a protocol that is not known"
	}
	switch c.Security {
	case "cleartext":
		how = "in the clear " + how
	case "encrypted":
		how = "encrypted " + how
	}
	s := fmt.Sprintf("It went %s from %s to %s", how, from, party(c.Receiver.IP, c.Receiver.Name))
	if c.Receiver.ASOrg != "" {
		s += fmt.Sprintf(", in the network of %s (AS%d)", c.Receiver.ASOrg, c.Receiver.ASN)
	}
	return s + "."
}

func party(ip string, name finding.Label) string {
	if n := name.String(); n != "" && n != ip {
		return n + " (" + ip + ")"
	}
	return ip
}

// where says where the receiver is and who says so.
func where(r *alert.Receiver) string {
	switch r.Place {
	case alert.Domestic:
		return fmt.Sprintf("The receiver's address is in %s, at home.", countryText(r.Country))
	case alert.Offshore:
		return fmt.Sprintf("The receiver's address is in %s, abroad.", countryText(r.Country))
	case alert.Concern:
		return fmt.Sprintf("The receiver's address is in %s, a country of concern (%s): bulk health data must not go there.", countryText(r.Country), geo.Concern(r.Country))
	case alert.Disputed:
		var said []string
		for _, g := range r.Geo {
			if g.Country != "" {
				said = append(said, fmt.Sprintf("%s says %s", g.DB, countryText(g.Country)))
			}
		}
		return "The receiver's country is disputed: " + strings.Join(said, ", ") + "."
	case alert.Anycast:
		return "The receiver's address is announced from many places at once (anycast), so that its country says nothing; it is judged as if it were at home."
	case alert.Private:
		return "The receiver's address is a private one, so its country is unknown."
	}
	return "No table knows the country of the receiver's address."
}

// right says by which agreement each receiver may have it, or why not. The one that decides is named when there are
// several.
func right(c *alert.Case) []string {
	if len(c.Recipients) == 0 {
		return []string{sentence(c.Receiver.Agreement.Reason)}
	}
	var out []string
	judged := counting(c.Recipients)
	for i, r := range judged {
		if i == maxRecipients {
			out = append(out, fmt.Sprintf("%d more recipients are listed in the alert.", len(judged)-i))
			break
		}
		s := fmt.Sprintf("Recipient at %s: %s", domainText(r), r.Agreement.Reason)
		if r.Accepted == nil {
			s += " Whether it was accepted was not seen."
		} else if !*r.Accepted {
			s += " It was rejected, as all were; it is judged because the mail was sent."
		}
		out = append(out, s)
	}
	out = append(out, "Mail server: "+sentence(c.Receiver.Agreement.Reason))
	if n := len(c.Recipients) - len(judged); n > 0 {
		out = append(out, fmt.Sprintf("Recipients that the server rejected are not judged: %d.", n))
	}
	if d := decider(c); d != "" && len(judged) > 1 {
		out = append(out, "The worst of them decides: "+d+".")
	}
	return out
}

func sentence(s string) string {
	if s == "" {
		return "Nothing is known of an agreement."
	}
	return s
}

func domainText(r *alert.Recipient) string {
	if d := r.Domain.String(); d != "" {
		return d
	}
	return "an unknown domain"
}

// decider names the recipient, or the mail server, whose agreement fails; "" when none does.
func decider(c *alert.Case) string {
	for _, r := range counting(c.Recipients) {
		if !r.Agreement.Covered() {
			return domainText(r)
		}
	}
	if c.Receiver != nil && !c.Receiver.Agreement.Covered() {
		return "the mail server"
	}
	return ""
}

// unseen says what was not inspected, so that counts are read as lower bounds.
func unseen(c *alert.Case) string {
	if !exposes(c.Kind) || c.Coverage == nil || len(c.Coverage.Reasons) == 0 {
		return ""
	}
	var parts []string
	for _, r := range c.Coverage.Reasons {
		text := reasonWords(r.Reason)
		if r.Bytes > 0 {
			text += ", " + bytesText(r.Bytes)
		}
		parts = append(parts, text)
	}
	return "Part of it was not inspected (" + strings.Join(parts, "; ") + "), so there may be more than was counted."
}

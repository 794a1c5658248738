package policy

import (
	"fmt"

	"github.com/phiwatch/phiwatch/internal/agreement"
	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/finding"
)

// maxTitle is the length of a title in characters.
const maxTitle = 100

// title is one line for a list: what, to whom, where, by which right. Where it is too long, the name gives way.
func title(c *alert.Case) string {
	head, tail := titleHead(c), titleTail(c)
	who := titleWho(c)
	if room := maxTitle - len([]rune(head)) - len([]rune(tail)); len([]rune(who)) > room {
		who = clip(who, max(room, 12))
	}
	return clip(head+who+tail, maxTitle)
}

// clip cuts text to n characters and marks the cut.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-3]) + "..."
}

func titleHead(c *alert.Case) string {
	prep := " to "
	switch {
	case c.Receiver == nil: // a file at rest
		prep = " in "
	case c.Direction == alert.Ingress:
		prep = " from "
	}
	switch c.Kind {
	case alert.PHIExposure, alert.PIIExposure:
		return dataWord(c) + howWord(c) + prep
	case alert.EncryptedEgress:
		return bytesText(c.Bytes) + " encrypted" + prep
	case alert.Uninspected:
		return "Content not inspected (" + reasonWords(c.Detail) + ")" + prep
	case alert.CredentialExposure:
		return "Password in the clear" + prep
	case alert.Evasion:
		return "Ambiguous traffic (two readings)" + prep
	case alert.EncryptionClaimFalse:
		return "Traffic that claims encryption, without any," + prep
	case alert.CleartextVoice:
		return "Call in the clear" + prep
	}
	return "Sensor" + detail(c)
}

func dataWord(c *alert.Case) string {
	switch {
	case c.PHI != nil && c.PHI.Verdict == finding.Test:
		return "Test data"
	case c.Kind == alert.PIIExposure, c.PHI != nil && c.PHI.Verdict == finding.PIIOnly:
		return "Personal data"
	}
	return "PHI"
}

func howWord(c *alert.Case) string {
	if c.Receiver == nil {
		return ""
	}
	if c.Security == "encrypted" {
		return " encrypted"
	}
	return " in the clear"
}

// titleWho names the other side: the recipient that decides for mail, the sender for what comes in.
func titleWho(c *alert.Case) string {
	if c.Kind == alert.Sensor {
		return ""
	}
	if c.Receiver == nil {
		if c.Object != nil && c.Object.Name.String() != "" {
			return c.Object.Name.String()
		}
		return "a file"
	}
	if c.Direction == alert.Ingress && c.Sender != nil {
		return nameOr(c.Sender.Name, c.Sender.IP)
	}
	judged := counting(c.Recipients)
	for _, r := range judged {
		if !r.Agreement.Covered() {
			return domainText(r)
		}
	}
	if len(judged) > 0 && c.Receiver.Agreement.Covered() {
		return domainText(judged[0])
	}
	return nameOr(c.Receiver.Name, c.Receiver.IP)
}

func nameOr(l finding.Label, ip string) string {
	if n := l.String(); n != "" {
		return n
	}
	return ip
}

// titleTail says where and by which right, for what leaves.
func titleTail(c *alert.Case) string {
	if c.Receiver == nil || c.Direction == alert.Internal || c.Direction == alert.Ingress {
		return ""
	}
	place := string(c.Receiver.Place)
	if c.Receiver.Country != "" && (c.Receiver.Place == alert.Domestic || c.Receiver.Place == alert.Offshore || c.Receiver.Place == alert.Concern) {
		place = countryName(c.Receiver.Country)
	}
	if c.Kind == alert.Evasion || c.Kind == alert.CredentialExposure || c.Kind == alert.EncryptionClaimFalse {
		return " (" + place + ")"
	}
	return fmt.Sprintf(" (%s): %s", place, verdictWords(worst(c).Verdict))
}

// worst returns the agreement that decides.
func worst(c *alert.Case) *alert.Agreement {
	for _, r := range counting(c.Recipients) {
		if !r.Agreement.Covered() {
			return &r.Agreement
		}
	}
	return &c.Receiver.Agreement
}

func verdictWords(v string) string {
	switch v {
	case agreement.Covered:
		return "covered"
	case agreement.Expired:
		return "agreement expired"
	case agreement.NotYetEffective:
		return "agreement not yet effective"
	case agreement.KindExceeded:
		return "more than the agreement permits"
	case agreement.CountryExceeded:
		return "country not permitted"
	case agreement.TransportBelowMin:
		return "transport not permitted"
	case agreement.TierUnproven:
		return "tier not proven"
	case agreement.SubcontractorGap:
		return "unlisted subcontractor"
	case agreement.IdentityMismatch:
		return "identity in doubt"
	case agreement.RefusedVerdict:
		return "refused vendor"
	}
	return "no agreement"
}

// Package policy gives the verdict on a case: how severe it is and why, in sentences that a privacy officer can act on,
// with the paragraphs of HIPAA and the techniques of ATT&CK that it touches. It is pure, and its table is data.
//
// The table of the Contract: protected health information that leaves in the clear to a receiver abroad (or of unknown,
// disputed or private place) without a valid agreement is critical, at home high; with one medium and low. One step
// down for personal data without a health context, one for medium confidence, one up in all for many people, minors
// or specially protected kinds; never below low. Tests, low confidence and data that does not leave are information.
package policy

import (
	"fmt"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/finding"
)

// Row is a row of the table: the severity by place.
type Row struct {
	Far  alert.Severity // offshore, concern, disputed, unknown, private
	Near alert.Severity // the places listed in Policy.Near
}

// Policy is the table.
type Policy struct {
	Uncovered       Row
	Covered         Row
	Near            []alert.Place
	Many            int   // individuals from which severity goes one up
	EncryptedEgress int64 // bytes above which encrypted data to a receiver without agreement, or abroad, is more than information
	EncryptedAbove  Row   // what it is then
	Other           map[alert.Kind]alert.Severity
}

// Default returns the policy of the Contract.
func Default() *Policy {
	return &Policy{
		Uncovered:       Row{Far: alert.Critical, Near: alert.High},
		Covered:         Row{Far: alert.Medium, Near: alert.Low},
		Near:            []alert.Place{alert.Domestic, alert.Anycast},
		Many:            500,
		EncryptedEgress: 64 << 20,
		EncryptedAbove:  Row{Far: alert.Medium, Near: alert.Low},
		Other: map[alert.Kind]alert.Severity{
			alert.Evasion:              alert.Medium,
			alert.CredentialExposure:   alert.Medium,
			alert.EncryptionClaimFalse: alert.Medium,
			alert.CleartextVoice:       alert.Medium,
			alert.Sensor:               alert.Medium,
			alert.Uninspected:          alert.Low,
		},
	}
}

// Alerts tells whether a resolved case is worth an alert at all.
func (p *Policy) Alerts(c *alert.Case) bool {
	switch c.Kind {
	case alert.PHIExposure, alert.PIIExposure:
		return c.PHI != nil && c.PHI.Level != "" && (c.PHI.Verdict == finding.PHI || c.PHI.Verdict == finding.PIIOnly || c.PHI.Verdict == finding.Test)
	case alert.Uninspected:
		return c.Direction == alert.Egress
	case alert.EncryptedEgress:
		return c.Direction == alert.Egress && c.Receiver != nil && (!Covered(c) || abroad(c.Receiver.Place))
	case alert.CredentialExposure, alert.CleartextVoice:
		return c.Direction != alert.Internal
	}
	return true
}

// Judge gives the verdict on a resolved case. Its lists are never nil.
func (p *Policy) Judge(c *alert.Case) alert.Verdict {
	sev, why := p.severity(c)
	v := alert.Verdict{Severity: sev, Title: title(c), HIPAA: p.hipaa(c), Attack: attack(c)}
	v.Reasons = append(p.reasons(c), why...)
	return v
}

// severity follows the steps of the Contract, in their order, and says them.
func (p *Policy) severity(c *alert.Case) (alert.Severity, []string) {
	switch c.Kind {
	case alert.PHIExposure, alert.PIIExposure:
		return p.exposure(c)
	case alert.EncryptedEgress:
		return p.encrypted(c), nil
	case alert.Uninspected:
		if c.Direction != alert.Egress {
			return alert.Info, nil
		}
	}
	if s, ok := p.Other[c.Kind]; ok {
		return s, nil
	}
	return alert.Medium, nil
}

func (p *Policy) exposure(c *alert.Case) (alert.Severity, []string) {
	phi := c.PHI
	if phi == nil {
		phi = &alert.PHI{}
	}
	switch {
	case phi.Verdict == finding.Test:
		return alert.Info, []string{"It is for information: the data has the marks of test data."}
	case c.Receiver == nil:
		return byLevel(phi.Level), []string{"A file at rest has no receiver: its severity is that of the confidence."}
	case phi.Level == finding.Low:
		return alert.Info, []string{"It is for information: the confidence is low."}
	case c.Direction != alert.Egress:
		return alert.Info, []string{"It is for information: " + stays(c.Direction) + "."}
	}
	row, text := p.Uncovered, "an agreement is missing or fails"
	if Covered(c) {
		row, text = p.Covered, "the receiver is covered"
	}
	base := row.Far
	if p.near(c.Receiver.Place) {
		base = row.Near
	}
	rank := base.Rank()
	text = fmt.Sprintf("Severity: %s, because %s and the place is %s", base, text, c.Receiver.Place)
	if c.Kind == alert.PIIExposure || phi.Verdict == finding.PIIOnly {
		rank--
		text += "; one lower for data without a health context"
	}
	if phi.Level == finding.Medium {
		rank--
		text += "; one lower for medium confidence"
	}
	if grave := p.grave(c); grave != "" {
		rank++
		text += "; one higher for " + grave
	}
	return bySeverity(rank), []string{text + "."}
}

// stays says why data that does not leave is no exposure of this organisation's.
func stays(d alert.Direction) string {
	switch d {
	case alert.Internal:
		return "the data stayed inside the organisation's network"
	case alert.Ingress:
		return "the data came in from outside"
	}
	return "neither the sender nor the receiver is inside the organisation's network"
}

// bySeverity clamps a rank to low..critical.
func bySeverity(rank int) alert.Severity {
	return [...]alert.Severity{alert.Low, alert.Medium, alert.High, alert.Critical}[min(max(rank, 1), 4)-1]
}

func byLevel(l finding.Level) alert.Severity {
	switch l {
	case finding.High:
		return alert.High
	case finding.Medium:
		return alert.Medium
	}
	return alert.Low
}

// grave says what makes a case one step worse, "" nothing does.
func (p *Policy) grave(c *alert.Case) string {
	switch {
	case c.Individuals != nil && c.Individuals.Low >= p.Many:
		return fmt.Sprintf("%d people or more", p.Many)
	case c.PHI != nil && c.PHI.Minors:
		return "minors"
	case c.PHI != nil && c.PHI.Heightened:
		return "specially protected health data"
	}
	return ""
}

// encrypted is information, whatever the volume, up to the limit.
func (p *Policy) encrypted(c *alert.Case) alert.Severity {
	if c.Bytes <= p.EncryptedEgress || c.Direction != alert.Egress || c.Receiver == nil {
		return alert.Info
	}
	if p.near(c.Receiver.Place) {
		return p.EncryptedAbove.Near
	}
	return p.EncryptedAbove.Far
}

func (p *Policy) near(place alert.Place) bool {
	for _, n := range p.Near {
		if n == place {
			return true
		}
	}
	return false
}

// abroad tells whether a receiver is, or may be, abroad. A private address that is covered is a known partner.
func abroad(p alert.Place) bool {
	return p == alert.Offshore || p == alert.Concern || p == alert.Disputed || p == alert.Unknown
}

// Covered tells whether the receiver and every recipient that counts are covered.
func Covered(c *alert.Case) bool {
	if c.Receiver != nil && !c.Receiver.Agreement.Covered() {
		return false
	}
	for _, r := range counting(c.Recipients) {
		if !r.Agreement.Covered() {
			return false
		}
	}
	return true
}

// counting returns the recipients that are judged: accepted ones and those whose reply was not seen, or, where there is
// none of them, the rejected ones.
func counting(rcpts []alert.Recipient) []*alert.Recipient {
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

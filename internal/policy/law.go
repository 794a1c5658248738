package policy

import (
	"github.com/phiwatch/phiwatch/internal/agreement"
	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/finding"
)

// Paragraphs of 45 CFR that cases touch. Which of them apply is for counsel: the list says where to look.
const (
	associates   = "45 CFR 164.502(e)"           // disclosures to business associates
	contracts    = "45 CFR 164.308(b)(1)"        // business associate contracts, security rule
	terms        = "45 CFR 164.504(e)"           // what a contract must say
	minimum      = "45 CFR 164.502(b)"           // minimum necessary
	transmission = "45 CFR 164.312(e)(1)"        // transmission security
	encryption   = "45 CFR 164.312(e)(2)(ii)"    // encryption in transit
	breach       = "45 CFR 164.402"              // breach, presumption
	toPeople     = "45 CFR 164.404"              // notice to individuals
	toMedia      = "45 CFR 164.406"              // notice to the media, above 500 residents of a State
	toSecretary  = "45 CFR 164.408(b)"           // notice to the Secretary, 500 or more
	identity     = "45 CFR 164.312(d)"           // person or entity authentication
	review       = "45 CFR 164.308(a)(1)(ii)(D)" // information system activity review
	incidents    = "45 CFR 164.308(a)(6)(ii)"    // response to security incidents
	audit        = "45 CFR 164.312(b)"           // audit controls
	chain        = "45 CFR 164.308(b)(2)"        // subcontractors
)

// hipaa lists the paragraphs that a case touches.
func (p *Policy) hipaa(c *alert.Case) []string {
	switch c.Kind {
	case alert.PHIExposure, alert.PIIExposure:
		return p.exposureLaw(c)
	case alert.EncryptedEgress:
		return []string{contracts, associates}
	case alert.Uninspected:
		return []string{review}
	case alert.CredentialExposure:
		return []string{identity, transmission}
	case alert.EncryptionClaimFalse:
		return []string{transmission, encryption}
	case alert.CleartextVoice:
		return []string{transmission}
	case alert.Evasion:
		return []string{incidents, review}
	}
	return []string{audit}
}

func (p *Policy) exposureLaw(c *alert.Case) []string {
	if c.PHI != nil && c.PHI.Verdict != finding.PHI || c.Kind == alert.PIIExposure {
		return []string{}
	}
	if c.Receiver == nil {
		return []string{audit}
	}
	if c.Direction != alert.Egress {
		return []string{transmission}
	}
	out := []string{transmission, encryption}
	if Covered(c) {
		return out
	}
	for _, v := range failing(c) {
		switch v {
		case agreement.KindExceeded:
			out = add(out, minimum, terms)
		case agreement.CountryExceeded, agreement.TransportBelowMin:
			out = add(out, terms)
		case agreement.SubcontractorGap:
			out = add(out, chain)
		default:
			out = add(out, associates, contracts)
		}
	}
	out = add(out, breach, toPeople)
	if c.Individuals != nil && c.Individuals.Low >= p.Many {
		out = add(out, toMedia, toSecretary)
	}
	return out
}

// failing lists the verdicts that are not covered, of the receiver and of the recipients that count.
func failing(c *alert.Case) []string {
	var out []string
	if c.Receiver != nil && !c.Receiver.Agreement.Covered() {
		out = add(out, c.Receiver.Agreement.Verdict)
	}
	for _, r := range counting(c.Recipients) {
		if !r.Agreement.Covered() {
			out = add(out, r.Agreement.Verdict)
		}
	}
	return out
}

func add(list []string, more ...string) []string {
next:
	for _, s := range more {
		for _, have := range list {
			if have == s {
				continue next
			}
		}
		list = append(list, s)
	}
	return list
}

// attack lists techniques of MITRE ATT&CK whose traffic looks like this.
func attack(c *alert.Case) []string {
	switch c.Kind {
	case alert.PHIExposure, alert.PIIExposure:
		if c.Direction != alert.Egress {
			return []string{}
		}
		return exfiltration(c.Channel)
	case alert.EncryptedEgress:
		return []string{"T1048.002"}
	case alert.Uninspected:
		if c.Detail == "password" {
			return []string{"T1560.001"}
		}
	case alert.CredentialExposure:
		return []string{"T1040", "T1552"}
	case alert.CleartextVoice:
		return []string{"T1040"}
	case alert.EncryptionClaimFalse:
		return []string{"T1571"}
	case alert.Evasion:
		return []string{"T1001"}
	}
	return []string{}
}

// exfiltration is by an unencrypted protocol, and by what it rides on.
func exfiltration(channel string) []string {
	const clear = "T1048.003"
	switch channel {
	case "smtp", "lmtp", "imap", "pop3":
		return []string{clear, "T1071.003"}
	case "http", "webdav":
		return []string{clear, "T1071.001", "T1567"}
	case "ftp", "tftp", "smb", "nfs":
		return []string{clear, "T1071.002"}
	case "dns":
		return []string{clear, "T1071.004"}
	}
	return []string{clear}
}

// Package alert has what a human is told: the facts of a case and the verdict on it, both serialisable, in the shape
// of the Contract (schema phiwatch.alert.v1). Every string in it is of a fixed vocabulary, a finding.Label, or an
// address: there is no way to put a peer's text in unlabelled.
package alert

import (
	"bytes"
	"encoding/json"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// Schema is the value of the field schema.
const Schema = "phiwatch.alert.v1"

// Kind is the kind of an alert.
type Kind string

// Kinds of alerts.
const (
	PHIExposure          Kind = "phi_exposure"
	PIIExposure          Kind = "pii_exposure"
	EncryptedEgress      Kind = "encrypted_egress"
	Uninspected          Kind = "uninspected"
	CleartextVoice       Kind = "cleartext_voice"
	CredentialExposure   Kind = "credential_exposure"
	EncryptionClaimFalse Kind = "encryption_claim_false"
	Evasion              Kind = "evasion"
	Sensor               Kind = "sensor"
)

// Severity is how loud an alert is.
type Severity string

// Severities, loudest first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	Info     Severity = "info"
)

// Rank orders severities: 0 info to 4 critical, -1 for anything else.
func (s Severity) Rank() int {
	switch s {
	case Critical:
		return 4
	case High:
		return 3
	case Medium:
		return 2
	case Low:
		return 1
	case Info:
		return 0
	}
	return -1
}

// Direction of the data, by where its sender and its receiver are.
type Direction string

// Directions.
const (
	Egress   Direction = "egress"
	Ingress  Direction = "ingress"
	Internal Direction = "internal"
	External Direction = "external"
)

// Place is where a receiver is, as far as the law cares.
type Place string

// Places.
const (
	Domestic Place = "domestic"
	Offshore Place = "offshore"
	Concern  Place = "concern"
	Disputed Place = "disputed"
	Anycast  Place = "anycast"
	Unknown  Place = "unknown"
	Private  Place = "private"
)

// Time is packet time; JSON is RFC 3339 with nanoseconds in UTC.
type Time flow.Time

// MarshalText returns RFC 3339 with nanoseconds.
func (t Time) MarshalText() ([]byte, error) { return []byte(flow.Time(t).String()), nil }

// Endpoint is an end of a connection.
type Endpoint struct {
	IP   string `json:"ip"`
	Port uint16 `json:"port"`
}

// Frames are frame numbers within the capture.
type Frames struct {
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
}

// Connection is where on the wire it happened.
type Connection struct {
	CommunityID string   `json:"community_id"`
	Transport   string   `json:"transport"`
	Client      Endpoint `json:"client"`
	Server      Endpoint `json:"server"`
	VLAN        []uint16 `json:"vlan"`
	Interface   string   `json:"interface"`
	Capture     string   `json:"capture"`
	Frames      Frames   `json:"frames"`
}

// Sender is who sent the bytes.
type Sender struct {
	IP   string        `json:"ip"`
	Port uint16        `json:"port"`
	Name finding.Label `json:"name"`
	User finding.Label `json:"user"`
}

// GeoAnswer is what one table said, kept so that the evidence outlives the file.
type GeoAnswer struct {
	DB      string `json:"db"`
	Build   string `json:"build"`
	Prefix  string `json:"prefix"`
	Country string `json:"country"`
}

// Agreement is the verdict of the register on one receiver or domain.
type Agreement struct {
	Verdict string `json:"verdict"`
	Basis   string `json:"basis"`
	ID      string `json:"id"`
	Vendor  string `json:"vendor"`
	Reason  string `json:"reason"`
}

// Covered tells whether the agreement permits the transfer.
func (a Agreement) Covered() bool { return a.Verdict == "covered" }

// Receiver is who got the bytes.
type Receiver struct {
	IP         string        `json:"ip"`
	Port       uint16        `json:"port"`
	Name       finding.Label `json:"name"`
	NameSource string        `json:"name_source"` // sni, host, dns, ehlo, "" none
	Place      Place         `json:"place"`
	Country    string        `json:"country"` // ISO 3166-1 alpha-2, "" unknown
	ASN        uint32        `json:"asn"`
	ASOrg      string        `json:"as_org"`
	Geo        []GeoAnswer   `json:"geo"`
	Agreement  Agreement     `json:"agreement"`
}

// Recipient is a mail recipient's domain.
type Recipient struct {
	Domain    finding.Label `json:"domain"`
	Accepted  *bool         `json:"accepted"` // null: the reply was not seen
	Agreement Agreement     `json:"agreement"`
}

// Object is the object that carried it.
type Object struct {
	Path         []finding.Label `json:"path"`
	Name         finding.Label   `json:"name"`
	MediaType    finding.Label   `json:"media_type"`
	Size         int64           `json:"size"`
	Token        string          `json:"token"`
	Complete     bool            `json:"complete"`
	MissingBytes int64           `json:"missing_bytes"`
}

// PHI is the verdict of detect on the object.
type PHI struct {
	Verdict       finding.Verdict `json:"verdict"`
	Score         int             `json:"score"`
	Level         finding.Level   `json:"level"`
	HealthContext []string        `json:"health_context"`
	Structure     string          `json:"structure"`
	Minors        bool            `json:"minors"`
	Heightened    bool            `json:"heightened"`
}

// ReasonBytes is a reason for not inspecting, with the bytes it concerns.
type ReasonBytes struct {
	Reason string `json:"reason"`
	Bytes  int64  `json:"bytes"`
}

// Coverage is how much of the object was inspected.
type Coverage struct {
	State   string        `json:"state"`
	Reasons []ReasonBytes `json:"reasons"`
}

// Digests name the inputs that judged the alert: hex SHA-256, "" none.
type Digests struct {
	Config     string `json:"config"`
	Rules      string `json:"rules"`
	Agreements string `json:"agreements"`
	Geo        string `json:"geo"`
}

// Case is the facts. It is serialisable: the border of the two processes to come runs here.
type Case struct {
	Time        Time                 `json:"time"`
	First       Time                 `json:"first"`
	Last        Time                 `json:"last"`
	Kind        Kind                 `json:"kind"`
	Direction   Direction            `json:"direction"`
	Channel     string               `json:"channel"`
	Security    string               `json:"security"`
	Outcome     string               `json:"outcome"`
	Connection  *Connection          `json:"connection,omitempty"`
	Sender      *Sender              `json:"sender,omitempty"`
	Receiver    *Receiver            `json:"receiver,omitempty"`
	Recipients  []Recipient          `json:"recipients,omitempty"`
	Object      *Object              `json:"object,omitempty"`
	Identifiers []finding.Finding    `json:"identifiers,omitempty"`
	Individuals *finding.Individuals `json:"individuals,omitempty"`
	PHI         *PHI                 `json:"phi,omitempty"`
	Workflow    string               `json:"workflow"`
	Coverage    *Coverage            `json:"coverage,omitempty"`

	// Detail says more about kinds other than exposures, in a fixed vocabulary: the reason of an uninspected alert, the
	// mechanism of a credential, the trick of an evasion, what a sensor alert is about.
	Detail string `json:"detail,omitempty"`
	// Bytes is the volume of an aggregated alert (encrypted_egress, uninspected), Count the number of its instances.
	Bytes int64 `json:"bytes,omitempty"`
	Count int   `json:"count,omitempty"`
}

// Verdict is what policy makes of a case.
type Verdict struct {
	Severity Severity `json:"severity"`
	Title    string   `json:"title"`
	Reasons  []string `json:"reasons"`
	HIPAA    []string `json:"hipaa"`
	Attack   []string `json:"attack"`
}

// Alert is one alert as the Contract has it.
type Alert struct {
	Schema   string `json:"schema"`
	ID       string `json:"id"`
	Incident string `json:"incident"`
	Revision int    `json:"revision"`
	Final    bool   `json:"final"`
	Case
	Verdict
	Digests    Digests `json:"digests"`
	TokenKeyID string  `json:"token_key_id"`
	Sensor     string  `json:"sensor"`
	Version    string  `json:"version"`
}

// JSON returns the canonical form: one line without a line feed, fields in the order of the types, no HTML escapes.
// It is the record of the ledger.
func (a *Alert) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(a); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

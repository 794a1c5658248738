package flow

import "net/netip"

// Text is text that a peer chose: a file name, a subject, a user or host name. It cannot be printed by accident: fmt,
// JSON and loggers see a function. Before it may reach an alert, a log or a metric, detect makes a finding.Label of it.
// The nil Text is the empty text.
type Text func() string

// NewText wraps s; the empty string gives nil.
func NewText(s string) Text {
	if s == "" {
		return nil
	}
	return func() string { return s }
}

// Reveal returns the text itself. Only detect, receiver and the decoders that must look at a name call it.
func (t Text) Reveal() string {
	if t == nil {
		return ""
	}
	return t()
}

// Empty tells whether there is no text.
func (t Text) Empty() bool { return t == nil }

// FactKind says what a [Fact] is about.
type FactKind uint8

const (
	FactEncrypted  FactKind = iota // the channel is encrypted from here on; Name, Detail, Extra: SNI, version, JA4
	FactDNS                        // Name has the address Addr for TTL seconds
	FactCredential                 // a login in the clear: User, Detail is the mechanism
	FactStartTLS                   // Detail: offered, refused, accepted, unused, stripped
	FactServerName                 // Name: the name the server or the client gives to the server (EHLO greeting, Host)
	FactEvasion                    // two readings or a trick; Detail names it in a fixed vocabulary
	FactTransfer                   // a relay or a call was set up; Detail in a fixed vocabulary
)

// Fact is something an analyser learned that is no content. Detail and Extra are of a fixed vocabulary or of a
// harmless alphabet (JA4); Name and User are the peer's.
type Fact struct {
	Kind   FactKind
	At     Time
	Dir    Dir
	Name   Text
	User   Text
	Addr   netip.Addr
	TTL    uint32
	Detail string
	Extra  string
	ALPN   string
}

// Outcome is what became of a transfer, from the reply.
type Outcome uint8

const (
	OutcomeUnknown Outcome = iota
	Delivered
	Refused
)

// String returns the outcome as the Contract spells it.
func (o Outcome) String() string { return [...]string{"unknown", "delivered", "refused"}[o%3] }

// Expectation announces a data flow that belongs to the announcing flow (FTP, SIP, TFTP). An analyser sends it as
// soon as the address is known and again, with the same ID, whenever it learns more; the last one has Done set.
type Expectation struct {
	ID       uint32         // distinguishes the expectations of one flow
	Protocol string         // "ftp"
	Addr     netip.AddrPort // the end that listens for the data flow
	Peer     netip.Addr     // the end that will connect; zero: any, for NATed addresses fall back to the control flow's ends
	Alt      netip.AddrPort // the same port on the control flow's own end, where Addr may be a NATed address
	Verb     string         // STOR, RETR ...; "" not known yet
	Name     Text           // path of the file
	User     Text
	Outcome  Outcome
	Offset   int64 // of the first byte within the file (REST)
	At       Time
	Done     bool // no more will be learned
}

// Package object has the nouns of what a protocol carried: an object (a mail, a file, a request), its meta data, how
// it is written by an analyser and read by a decoder, and the units, fields and text that decoders find in it.
package object

import (
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// Kind is what an object is to its protocol.
type Kind uint8

const (
	Stream   Kind = iota // bytes of an unrecognised or endless protocol
	Mail                 // a mail message as handed over
	File                 // a file
	Request              // a request with its body
	Response             // a response with its body
	Message              // a message of a message protocol, a datagram
	Part                 // a part of another object: attachment, archive member, form part
)

var kindNames = [...]string{"stream", "mail", "file", "request", "response", "message", "part"}

// String returns the kind in lower case.
func (k Kind) String() string { return kindNames[int(k)%len(kindNames)] }

// Meta is what is known of an object when it begins. Text is the peer's; Protocol is from a fixed vocabulary.
// A Meta must not be changed after it was handed over: what is learned later goes into the Outcome.
type Meta struct {
	Protocol  string // channel: smtp, ftp, http, raw ...
	Kind      Kind
	Dir       flow.Dir  // direction of the object's bytes
	Off       uint64    // stream offset, in Dir, of the byte that identifies the object (Contract: id)
	Tx        uint64    // UDP: transaction id, else ordinal in the flow, plus one; 0: use Off
	At        flow.Time // packet time of the first byte
	Name      flow.Text // file name, or the path of a URI; no directories for a mail part
	MediaType string    // as declared, lower case without parameters: the peer's, label before printing
	Params    []Param   // parameters of the media type: boundary, charset, name ... keys in lower case
	Encodings []string  // content codings in the order they were applied, lower case (gzip, deflate, br, zstd, identity)
	Size      int64     // announced size of the bytes as carried, -1 if unknown
	Fields    []Field   // known before the body: URI, query, cookies, header fields; scanned with the object
	User      flow.Text // who logged in
	MessageID flow.Text
	// Recipients are the mail recipients known so far; the Outcome may bring a better list.
	Recipients []Recipient
	Offset     int64 // of the first byte within its file (resumed or ranged transfer)
	Bodyless   bool  // there is no body: scanned for its fields, no line in --objects
	Endless    bool  // the protocol has no end of message here: cut at 16 MiB or 10 minutes
	Unlabelled bool  // a wrong guess is possible: sniff everything
}

// Param is a parameter of a header field, with its key in lower case.
type Param struct{ Key, Value string }

// Param returns the value of a parameter, "" if there is none.
func (m *Meta) Param(key string) string {
	for i := range m.Params {
		if m.Params[i].Key == key {
			return m.Params[i].Value
		}
	}
	return ""
}

// Accepted is what became of a mail recipient.
type Accepted uint8

const (
	AcceptedUnknown Accepted = iota // the reply was not seen
	AcceptedYes
	AcceptedNo
)

// Recipient is one recipient of a mail envelope.
type Recipient struct {
	Address  flow.Text
	Domain   flow.Text // lower case, without a trailing dot; address literals with their brackets
	Accepted Accepted
}

// Outcome is what was learned by the time an object was closed.
type Outcome struct {
	Status     flow.Outcome
	Recipients []Recipient // nil: those of the Meta
	Evasion    string      // "" or a trick in a fixed vocabulary
	At         flow.Time   // of the deciding reply, or of the last byte
	Cut        bool        // the transfer was broken off before its end
}

// Writer takes the bytes of one object from an analyser. It never blocks and never fails: overload is coverage.
// Slices are borrowed. A Writer is used on the goroutine of its flow.
type Writer interface {
	Write(b []byte)
	// WriteAt writes out of order, for protocols with offsets (SMB, NFS). Not mixed with Write.
	WriteAt(off int64, b []byte)
	// Gap tells that the next n bytes are missing.
	Gap(n int64, why coverage.Reason)
	Close(Outcome)
}

// UnitKind is the kind of a unit: what a verdict is about.
type UnitKind uint8

const (
	UnitPart    UnitKind = iota // a part of an object; opened by the driver for each
	UnitRecord                  // a record of a structured document
	UnitRow                     // a row of a table
	UnitMessage                 // a message of a stream of messages
)

// Structure is the schema that a document follows.
type Structure uint8

const (
	StructText Structure = iota
	StructTable
	StructHL7
	StructFHIR
	StructX12
	StructDICOM
	StructCCDA
	StructNAACCR
)

var structNames = [...]string{"text", "table", "hl7v2", "fhir", "x12", "dicom", "ccda", "naaccr"}

// String returns the structure as the Contract spells it.
func (s Structure) String() string { return structNames[int(s)%len(structNames)] }

// Role is what the schema of a document or protocol says a field is. A role is evidence (schema-located field), a
// label is only a name that stands beside a value.
type Role uint8

const (
	RoleNone    Role = iota // a field with a label: key, column, tag, form name
	RoleHeader              // a mail or HTTP header field
	RoleSubject             // of a mail
	RoleAddress             // a mail address in a header or envelope: nobody's health
	RoleName                // a file or member name
	RoleURI                 // the path of a URI
	RoleQuery               // a parameter of a query or form
	RoleCookie
	RoleAttribute // an attribute of an element: the label is element@attribute
	RoleLink      // such an attribute that holds an address of something else: its words say nothing of the document

	// Identifiers by their place in a schema (HL7, X12, DICOM ...).
	RoleSSN
	RoleMBI
	RoleHICN
	RoleMRN
	RoleMemberID
	RoleMedicaid
	RoleAccount
	RoleLicense
	RolePersonName
	RoleBirthDate
	RoleStreet
	RolePhone
	RoleFax
	RoleEmail
	RoleDiagnosis
	RoleDrug
	RoleNPI
	RoleDEA

	// RoleTest is no value but a mark: the sender says that the unit it stands in, and all units inside of that, are test
	// data (HL7 MSH-11 T or D, X12 ISA15 T, FHIR meta.security HTEST, a DICOM object whose patient identity was removed).
	// The label says where, the value what; neither is looked at. Its place within the unit does not matter.
	RoleTest
)

// Field is a value with its role and label. Value and Label are borrowed wherever they are passed.
type Field struct {
	Role  Role
	Label string
	Value string
}

// Package finding has what detect says about an object: identifiers found in it, masked and tokenised, the verdict on
// its units, and labels: text of a peer's that is safe to print.
package finding

// Kind is a kind of identifier, as the Contract spells it.
type Kind string

// Kinds of identifiers. Kinds of site rules begin with "custom:".
const (
	SSN        Kind = "ssn"
	ITIN       Kind = "itin"
	MBI        Kind = "mbi"
	HICN       Kind = "hicn"
	Medicaid   Kind = "medicaid"
	MRN        Kind = "mrn"
	MemberID   Kind = "member_id"
	NPI        Kind = "npi"
	DEA        Kind = "dea"
	DOB        Kind = "dob"
	Name       Kind = "name"
	Address    Kind = "address"
	ZIP        Kind = "zip"
	Phone      Kind = "phone"
	Fax        Kind = "fax"
	Email      Kind = "email"
	ICD10      Kind = "icd10"
	ICD9       Kind = "icd9"
	ICDO3      Kind = "icdo3"
	CPT        Kind = "cpt"
	HCPCS      Kind = "hcpcs"
	NDC        Kind = "ndc"
	LOINC      Kind = "loinc"
	Drug       Kind = "drug"
	VIN        Kind = "vin"
	DeviceUDI  Kind = "device_udi"
	CreditCard Kind = "credit_card"
	Account    Kind = "account"
	License    Kind = "license"
	IP         Kind = "ip"
	URL        Kind = "url"
)

// Level is a band of confidence.
type Level string

// Levels: HIGH from 80 points, MEDIUM from 55, LOW from 30; below that nothing is said.
const (
	High   Level = "high"
	Medium Level = "medium"
	Low    Level = "low"
)

// LevelOf returns the band of a score and whether it is in one.
func LevelOf(score int) (Level, bool) {
	switch {
	case score >= 80:
		return High, true
	case score >= 55:
		return Medium, true
	case score >= 30:
		return Low, true
	}
	return "", false
}

// Point is one line of the ledger that explains a score.
type Point struct {
	Why    string `json:"why"`
	Points int    `json:"points"`
}

// Finding is all matches of one kind in one part of an object.
type Finding struct {
	Kind       Kind     `json:"kind"`
	Rule       string   `json:"rule"` // of the best match
	Count      int      `json:"count"`
	Distinct   int      `json:"distinct"`
	Confidence Level    `json:"confidence"`
	Score      int      `json:"-"`
	Path       []Label  `json:"path"`
	Masked     []string `json:"masked"`
	Tokens     []Token  `json:"tokens"` // sorted; at most max-tokens
	Points     []Point  `json:"points"` // of the best match
}

// Token is a keyed pseudonym: the first 16 bytes of HMAC-SHA-256(key, kind + 0x00 + canonical value).
type Token [16]byte

// MarshalText returns lower-case hex.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// String returns lower-case hex.
func (t Token) String() string {
	const digits = "0123456789abcdef"
	var b [32]byte
	for i, v := range t {
		b[2*i], b[2*i+1] = digits[v>>4], digits[v&15]
	}
	return string(b[:])
}

// Verdict is the verdict on a unit, and of an object its worst one.
type Verdict string

// Verdicts, worst first. None: nothing to say.
const (
	None       Verdict = ""
	PHI        Verdict = "phi"
	PIIOnly    Verdict = "pii_only"
	HealthOnly Verdict = "health_only"
	Test       Verdict = "test"
)

// Individuals is a range of distinct people.
type Individuals struct {
	Low  int `json:"low"`
	High int `json:"high"`
}

// Result is what detect says about one top-level object.
type Result struct {
	Findings      []Finding
	Individuals   Individuals
	Verdict       Verdict
	Score         int // of the best unit
	Level         Level
	HealthContext []string // categories, fixed vocabulary
	Structure     string
	Minors        bool
	Heightened    bool
	Below         int // matches below LOW, dropped

	// Words are what detect needs to find the people again in the name of a host. They die with the result.
	Words Words `json:"-"`

	// People are those of the object, to be counted with the people of others.
	People People `json:"-"`
}

// Words are keyed hashes, sorted, of the names and record numbers in an object. Only detect can make or use them.
type Words []uint64

// Label is text of a peer's that is safe to print: scanned, masked, escaped and capped. Detect makes them.
type Label struct{ s string }

// Safe makes a label of text that is safe by origin: a constant, or the output of detect's labeller.
func Safe(s string) Label { return Label{s} }

// String returns the safe text.
func (l Label) String() string { return l.s }

// MarshalText returns the safe text.
func (l Label) MarshalText() ([]byte, error) { return []byte(l.s), nil }

// UnmarshalText takes text that was a label before.
func (l *Label) UnmarshalText(b []byte) error {
	l.s = string(b)
	return nil
}

// Labeler makes labels.
type Labeler interface{ Label(raw string) Label }

// Package rule says what identifiers look like. It has the schema of the rule files (one YAML file for each family, read
// strictly), their loading and lint, the matchers that rules are made of (shapes, labelled tokens, dates, names,
// addresses, mail addresses), the validators, the canonical forms of the Contract, and the lexicon of labels, rivals and
// health terms. Every rule carries examples that must match and examples that must not; a rule that fails its own
// examples does not load.
//
// The package finds; it does not weigh. Points, units and verdicts belong to detect.
package rule

import (
	"github.com/phiwatch/phiwatch/internal/finding"
)

// Form is the way a rule matches.
type Form string

// Forms.
const (
	FormShape   Form = "shape"   // fixed layout of digits, letters and separators
	FormToken   Form = "token"   // a word with digits behind a label
	FormDate    Form = "date"    // a calendar date behind a label
	FormName    Form = "name"    // a person's name behind a label
	FormAddress Form = "address" // street, city, state, ZIP
	FormEmail   Form = "email"   // a mail address
	FormIP      Form = "ip"      // an address of the Internet Protocol behind a label
	FormURL     Form = "url"     // a URL that carries a token or an identifier of its own

	FormKeyword   Form = "keyword"   // a word of a list, looked for where something names a person
	FormComposite Form = "composite" // several rules near each other
)

// Need is how much a rule needs a label.
type Need string

// Needs.
const (
	NeedNone     Need = ""         // a label only adds points
	NeedAttached Need = "required" // without an attached label, a column header or a role it is no match
	NeedTerm     Need = "term"     // it is one behind a term of health in the same sentence only
)

// Rule is one rule of a rule file.
type Rule struct {
	ID          string              `yaml:"id"`
	Title       string              `yaml:"title"`
	Description string              `yaml:"description"`
	Kind        finding.Kind        `yaml:"kind"`
	Identifier  string              `yaml:"identifier"` // letter of 45 CFR 164.514(b)(2)(i); "-" for a provider's or a code
	Form        Form                `yaml:"form"`
	Shapes      []string            `yaml:"shapes,omitempty,flow"`
	Separators  string              `yaml:"separators,omitempty"`  // of 's' in shapes
	Length      []int               `yaml:"length,omitempty,flow"` // of a token: least, most
	Digits      int                 `yaml:"digits,omitempty"`      // least number of digits in a token
	Marks       string              `yaml:"marks,omitempty"`       // what may stand in a token besides letters, digits and dashes
	Validator   string              `yaml:"validator,omitempty"`
	Label       Need                `yaml:"label,omitempty"`
	Labels      []string            `yaml:"labels,omitempty,flow"`
	Parts       map[string][]string `yaml:"parts,omitempty"`          // labels of parts: first, last, street, city ...
	Roles       []string            `yaml:"roles,omitempty,flow"`     // of object.Role, in lower case
	Context     []string            `yaml:"context,omitempty,flow"`   // health categories that the label itself is evidence of
	Negatives   []string            `yaml:"negatives,omitempty,flow"` // labels that speak against it
	Words       []string            `yaml:"words,omitempty,flow"`     // of a keyword rule
	AllOf       []string            `yaml:"all_of,omitempty,flow"`    // ids, of a composite rule
	Within      int                 `yaml:"within,omitempty"`         // bytes from the first of all_of to each other one; 0: the same unit
	Base        int                 `yaml:"base"`                     // points of the bare match
	Validity    int                 `yaml:"validity"`                 // points of a validation that most random strings fail
	Primary     bool                `yaml:"primary,omitempty"`        // identifies a person by itself when labelled
	Enrols      bool                `yaml:"enrols,omitempty"`         // having one means being a patient or a member
	Mask        string              `yaml:"mask"`
	Source      string              `yaml:"source"`
	Examples    Examples            `yaml:"examples"`

	File string `yaml:"-"`
	Num  int    `yaml:"-"` // index in the set
	kind int
	test validator
	comp []Shape
}

// Examples are the self-test of a rule.
type Examples struct {
	Match   []string `yaml:"match"`
	NoMatch []string `yaml:"no_match"`
}

// Terms are words of the lexicon that are no label of a rule.
type Terms struct {
	Sense      string   `yaml:"sense"`    // health, rival, provider, employment, payroll, form, filler
	Category   string   `yaml:"category"` // of health
	Heightened bool     `yaml:"heightened"`
	Words      []string `yaml:"words,omitempty,flow"`
}

// Set is a loaded, self-tested catalogue. It is immutable and may be shared.
type Set struct {
	rules  []*Rule
	lex    *Lexicon
	tests  []Tests
	custom map[finding.Kind]int // indices of custom kinds
	weak   int                  // custom kinds that name nobody by themselves
	strong int                  // those that do
	digest string
}

// Rules returns the rules in the order of their ids. The caller must not change them.
func (s *Set) Rules() []*Rule { return s.rules }

// Rule returns the rule with this id, nil if there is none.
func (s *Set) Rule(id string) *Rule {
	for _, r := range s.rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// Lexicon returns the labels and terms of all files.
func (s *Set) Lexicon() *Lexicon { return s.lex }

// Digest is the hex SHA-256 over the names and contents of all files, in order.
func (s *Set) Digest() string { return s.digest }

// KindIndex is the index of the rule's kind, see [KindAt].
func (r *Rule) KindIndex() int { return r.kind }

// Compiled returns the compiled shapes; the caller must not change them.
func (r *Rule) Compiled() []Shape { return r.comp }

// Valid runs the rule's validator on a canonical value. test tells that the value is a known sample.
func (r *Rule) Valid(canon []byte) (ok, test bool) {
	if r.test == nil {
		return true, false
	}
	return r.test(canon)
}

// kinds are the kinds that rules may have, strongest first: the order in which they name a person.
var kinds = [...]finding.Kind{
	finding.SSN, finding.MBI, finding.HICN, finding.Medicaid, finding.MRN, finding.MemberID, finding.ITIN,
	finding.Account, finding.License, finding.CreditCard, finding.DOB, finding.Name, finding.Email, finding.Phone,
	finding.Fax, finding.Address, finding.ZIP, finding.VIN, finding.DeviceUDI, finding.IP, finding.URL, finding.NPI,
	finding.DEA, finding.ICD10, finding.ICD9, finding.ICDO3, finding.CPT, finding.HCPCS, finding.NDC, finding.LOINC,
	finding.Drug,
}

// NumKinds is the number of built-in kinds.
const NumKinds = len(kinds)

// Indices of kinds, see [KindAt].
const (
	KSSN = iota
	KMBI
	KHICN
	KMedicaid
	KMRN
	KMemberID
	KITIN
	KAccount
	KLicense
	KCard
	KDOB
	KName
	KEmail
	KPhone
	KFax
	KAddress
	KZIP
	KVIN
	KUDI
	KIP
	KURL
	KNPI // from here on codes, that name nobody
	KDEA
	KICD10
	KICD9
	KICDO3
	KCPT
	KHCPCS
	KNDC
	KLOINC
	KDrug
)

// KindAt returns the kind with an index.
func KindAt(i int) finding.Kind { return kinds[i] }

// KindIndex returns the index of a kind, -1 if it is unknown.
func KindIndex(k finding.Kind) int {
	for i := range kinds {
		if kinds[i] == k {
			return i
		}
	}
	return -1
}

package rule

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/phiwatch/phiwatch/internal/object"
)

// file is one rule file.
type file struct {
	Version int      `yaml:"version"`
	Family  string   `yaml:"family"`
	Rules   []*Rule  `yaml:"rules"`
	Terms   []Terms  `yaml:"terms"`
	Tests   []Tests  `yaml:"test_patients"`
	Adjust  []Adjust `yaml:"adjust"`
}

const (
	maxFile  = 4 << 20
	maxToken = 80 // letters and digits of a token
)

// Load reads every *.yaml in the root of fsys in the order of the names, checks it strictly, and runs the examples of
// every rule. An error names the file, the rule and the number of the example, never its text.
func Load(fsys fs.FS) (*Set, error) { return load([]source{{fsys, ""}}) }

// LoadDirs loads base and then the rule files of directories on top. Ids must stay unique.
func LoadDirs(base fs.FS, dirs ...string) (*Set, error) {
	all := []source{{base, ""}}
	for _, d := range dirs {
		if _, err := os.ReadDir(d); err != nil { // Glob would take it for an empty one
			return nil, fmt.Errorf("directory of rules: %w", err)
		}
		all = append(all, source{os.DirFS(d), d})
	}
	return load(all)
}

// source is a directory of rule files.
type source struct {
	fs  fs.FS
	dir string // as it was given, "" for the built-in rules: for errors only, the digest does not depend on the place
}

func (s source) file(name string) string { return filepath.Join(s.dir, name) }

func load(all []source) (*Set, error) {
	s := &Set{lex: newLexicon()}
	var adjust []Adjust
	sum := sha256.New()
	for _, src := range all {
		names, err := fs.Glob(src.fs, "*.yaml")
		if err != nil {
			return nil, err
		}
		sort.Strings(names)
		for _, name := range names {
			if err := s.readFile(src, name, sum, &adjust); err != nil {
				return nil, err
			}
		}
	}
	if len(s.rules) == 0 {
		return nil, errors.New("rules: no rules found")
	}
	if len(s.rules) > MaxRules {
		return nil, fmt.Errorf("rules: more than %d", MaxRules)
	}
	sort.SliceStable(s.rules, func(i, j int) bool { return s.rules[i].ID < s.rules[j].ID })
	for i, r := range s.rules {
		if i > 0 && r.ID == s.rules[i-1].ID {
			return nil, fmt.Errorf("%s: rule %s: the id is in use", r.File, r.ID)
		}
		r.Num = i
	}
	s.lex.seal()
	s.digest = hex.EncodeToString(sum.Sum(nil))
	return s, s.link(adjust)
}

func (s *Set) readFile(src source, base string, sum io.Writer, adjust *[]Adjust) error {
	name := src.file(base)
	f, err := src.fs.Open(base)
	if err != nil {
		return fmt.Errorf("%s: %w", name, cause(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return fmt.Errorf("%s: %w", name, cause(err))
	}
	if len(text) > maxFile {
		return fmt.Errorf("%s: the file is too large", name)
	}
	fmt.Fprintf(sum, "%s\x00%d\x00", base, len(text))
	sum.Write(text)
	var doc file
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&doc); err != nil {
		return yamlError(name, err)
	}
	if doc.Version != 1 {
		return fmt.Errorf("%s: version must be 1", name)
	}
	for _, r := range doc.Rules {
		r.File = name
		if err := s.addRule(r); err != nil {
			return fmt.Errorf("%s: rule %s: %w", name, r.ID, err)
		}
	}
	for i, t := range doc.Terms {
		if err := s.addTerms(t); err != nil {
			return fmt.Errorf("%s: terms %d: %w", name, i+1, err)
		}
	}
	*adjust = append(*adjust, doc.Adjust...)
	for i, t := range doc.Tests {
		if err := s.addTests(t); err != nil {
			return fmt.Errorf("%s: test_patients %d: %w", name, i+1, err)
		}
	}
	return nil
}

func (s *Set) addRule(r *Rule) error {
	if err := r.check(); err != nil {
		return err
	}
	if r.kind < 0 {
		if err := s.customKind(r); err != nil {
			return err
		}
	}
	sense := r.sense()
	for i, l := range r.Labels {
		if o := s.lex.builder[l].Custom; o != 0 && sense.Custom != 0 && o != sense.Custom {
			return fmt.Errorf("label %d is one of another custom kind", i+1)
		}
		s.lex.addLabel(l, sense)
	}
	for i, w := range r.Words {
		if o := s.lex.builder[w].Word; o != 0 && int(o) != r.kind {
			return fmt.Errorf("word %d is one of another keyword rule", i+1)
		}
		s.lex.add(w, Sense{Word: uint8(r.kind), Health: sense.Health}) //nolint:gosec // below MaxKinds
	}
	names := make([]string, 0, len(r.Parts))
	for part := range r.Parts {
		names = append(names, part)
	}
	sort.Strings(names) // a map has no order, the lexicon must
	for _, part := range names {
		p, ok := partNamed(part)
		if !ok {
			return fmt.Errorf("unknown part %q", part)
		}
		ps := sense
		ps.Part = p
		for _, l := range r.Parts[part] {
			s.lex.addLabel(l, ps)
		}
	}
	for _, l := range r.Negatives {
		s.lex.addLabel(l, Sense{Flags: Rival})
	}
	s.rules = append(s.rules, r)
	return nil
}

// addLabel adds a label. A trailing ':' says that it is one only with a mark behind it, a leading '=' that it is one only
// as the value of a type, system or code field. A trailing '?' says that what it labels makes no patient or member by itself.
func (x *Lexicon) addLabel(l string, s Sense) {
	if t, ok := strings.CutSuffix(l, ":"); ok {
		l = t
		s.Flags |= Weak
	}
	if t, ok := strings.CutSuffix(l, "?"); ok {
		l = t
		s.Flags |= Vague
	}
	if t, ok := strings.CutPrefix(l, "="); ok {
		l = t
		s.Flags |= Qualifier
	}
	x.add(l, s)
}

func partNamed(name string) (Part, bool) {
	names := [...]string{"whole", "first", "last", "middle", "street", "city", "state", "zip", "value", "key", "patient"}
	for i, n := range names {
		if n == name {
			return Part(i), true
		}
	}
	return 0, false
}

func (s *Set) addTerms(t Terms) error {
	var sense Sense
	switch t.Sense {
	case "health":
		c := CategoryIndex(t.Category)
		if c < 0 {
			return fmt.Errorf("unknown category %q", t.Category)
		}
		sense.Health, sense.Heightened = uint8(1+c), t.Heightened
	case "rival":
		sense.Flags = Rival
	case "provider":
		sense.Flags = Provider
	case "employment":
		sense.Flags = Employment
	case "payroll":
		sense.Flags = Employment | Payroll
	case "form":
		sense.Flags = Employment | Payroll | Numbered
	case "filler":
		sense.Flags = Filler
	case "value":
		sense.Part = Value
	case "key":
		sense.Part = Key
	default:
		return fmt.Errorf("unknown sense %q", t.Sense)
	}
	for _, w := range t.Words {
		s.lex.add(w, sense)
	}
	return nil
}

// check is the lint: what every rule must say.
func (r *Rule) check() error {
	switch {
	case r.ID == "" || strings.Trim(r.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return errors.New("id must be of lower-case letters, digits and dashes")
	case r.Title == "" || r.Description == "" || r.Source == "":
		return errors.New("title, description and source are needed")
	case len(r.Identifier) != 1 || r.Identifier != "-" && (r.Identifier < "A" || r.Identifier > "R"):
		return errors.New("identifier must be a letter from A to R, or -")
	case !strings.Contains(r.Mask, "[") || strings.ContainsAny(r.Mask, "0123456789"):
		return errors.New("mask must have a part in brackets and no digit")
	case r.Form != FormComposite && (len(r.Examples.Match) < 3 || len(r.Examples.NoMatch) < 3):
		return errors.New("at least three examples of each kind are needed")
	case r.Label != NeedNone && r.Label != NeedAttached && r.Label != NeedTerm:
		return fmt.Errorf("unknown label need %q", r.Label)
	case r.Label == NeedTerm && r.Form != FormShape:
		return errors.New("label: term is for rules of shapes")
	}
	if err := r.checkWeights(); err != nil {
		return err
	}
	if r.kind = KindIndex(r.Kind); r.kind < 0 && !strings.HasPrefix(string(r.Kind), customKinds) {
		return fmt.Errorf("unknown kind %q", r.Kind)
	}
	if r.kind >= 0 && (r.Form == FormKeyword && r.kind != KDrug || r.Form == FormComposite) {
		return errors.New("a keyword or composite rule needs a custom kind, or a keyword rule kind drug")
	}
	var ok bool
	if r.test, ok = validatorNamed(r.Validator); !ok {
		return fmt.Errorf("unknown validator %q", r.Validator)
	}
	for _, c := range r.Context {
		if CategoryIndex(c) < 0 {
			return fmt.Errorf("unknown context %q", c)
		}
	}
	for _, name := range r.Roles {
		if RoleNamed(name) == object.RoleNone {
			return fmt.Errorf("unknown role %q", name)
		}
	}
	return r.checkForm()
}

func (r *Rule) checkWeights() error {
	if r.Base < 0 || r.Base > 60 || r.Validity < 0 || r.Validity > 20 {
		return errors.New("base must be 0 to 60, validity 0 to 20")
	}
	return nil
}

func (r *Rule) checkForm() error {
	switch r.Form {
	case FormComposite:
		return r.checkComposite()
	case FormKeyword:
		return r.checkKeyword()
	case FormShape:
		if len(r.Shapes) == 0 {
			return errors.New("a shape rule needs shapes")
		}
		for _, t := range r.Shapes {
			c, err := compileShape(t, r.Separators)
			if err != nil {
				return fmt.Errorf("shape %q: %w", t, err)
			}
			r.comp = append(r.comp, c)
		}
		return nil
	case FormToken:
		if len(r.Length) != 2 || r.Length[0] < 2 || r.Length[1] > maxToken || r.Length[0] > r.Length[1] || r.Digits < 1 {
			return errors.New("a token rule needs length: [least, most] within 2 to 80, and digits")
		}
		if r.Label != NeedAttached {
			return errors.New("a token rule needs label: required")
		}
	case FormIP:
		if r.Label != NeedAttached {
			return errors.New("an ip rule needs label: required")
		}
	case FormDate, FormName, FormAddress, FormEmail, FormURL:
	default:
		return fmt.Errorf("unknown form %q", r.Form)
	}
	if len(r.Shapes) > 0 {
		return errors.New("only a shape rule has shapes")
	}
	return nil
}

// RoleNamed returns the role with a name of a rule file, RoleNone if there is none.
func RoleNamed(name string) object.Role {
	names := [...]string{"ssn", "mbi", "hicn", "mrn", "member_id", "medicaid", "account", "license", "person_name",
		"birth_date", "street", "phone", "fax", "email", "diagnosis", "drug", "npi", "dea"}
	for i, n := range names {
		if n == name {
			return object.RoleSSN + object.Role(i)
		}
	}
	return object.RoleNone
}

// selfTest runs the examples of every rule.
func (s *Set) selfTest() error {
	var errs []error
	for _, r := range s.rules {
		if r.Form == FormComposite {
			continue // its members have examples
		}
		for i, e := range r.Examples.Match {
			if _, _, ok := r.Find(s.lex, []byte(e), exampleToday()); !ok {
				errs = append(errs, fmt.Errorf("%s: rule %s: example match %d is not found", r.File, r.ID, i+1))
			}
		}
		for i, e := range r.Examples.NoMatch {
			if _, _, ok := r.Find(s.lex, []byte(e), exampleToday()); ok {
				errs = append(errs, fmt.Errorf("%s: rule %s: example no_match %d is found", r.File, r.ID, i+1))
			}
		}
	}
	return errors.Join(errs...)
}

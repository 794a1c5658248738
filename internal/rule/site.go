package rule

import (
	"errors"
	"fmt"
	"strings"

	"github.com/phiwatch/phiwatch/internal/finding"
)

// Kinds of site rules. Those that name a person by themselves have the upper half of the indices.
const (
	MaxKinds    = 256
	MaxRules    = 4096
	FirstStrong = 128 // kinds from here on are custom ones that name a person
	customBit   = 63  // of Sense.Kinds: Sense.Custom says which
	customKinds = "custom:"
	maxWithin   = 10_000
)

// Adjust changes a rule of another file by its id: how a site disables a built-in rule or gives it other weights.
type Adjust struct {
	ID       string `yaml:"id"`
	Disable  bool   `yaml:"disable"`
	Base     *int   `yaml:"base"`
	Validity *int   `yaml:"validity"`
}

// customKind gives a kind of a site rule its index, the same for all rules that have it.
func (s *Set) customKind(r *Rule) error {
	name, ok := strings.CutPrefix(string(r.Kind), customKinds)
	if !ok {
		return fmt.Errorf("unknown kind %q", r.Kind)
	}
	if name == "" || len(name) > 40 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		return errors.New("a custom kind is custom: and up to 40 lower-case letters, digits, - and _ behind it")
	}
	if len(r.Roles) > 0 || len(r.Parts) > 0 {
		return errors.New("a custom kind has no roles and no parts")
	}
	if i, ok := s.custom[r.Kind]; ok {
		if i >= FirstStrong != r.Primary {
			return errors.New("rules of one custom kind must agree on primary")
		}
		r.kind = i
		return nil
	}
	next, end := NumKinds+s.weak, FirstStrong
	if r.Primary {
		next, end = FirstStrong+s.strong, MaxKinds
	}
	if next >= end {
		return fmt.Errorf("more than %d custom kinds", end-next+len(s.custom))
	}
	if r.Primary {
		s.strong++
	} else {
		s.weak++
	}
	if s.custom == nil {
		s.custom = map[finding.Kind]int{}
	}
	s.custom[r.Kind] = next
	r.kind = next
	return nil
}

// sense is what a label of the rule means.
func (r *Rule) sense() Sense {
	var s Sense
	if r.kind < NumKinds {
		s.Kinds = 1 << r.kind
	} else {
		s.Kinds, s.Custom = 1<<customBit, uint8(r.kind) //nolint:gosec // below MaxKinds
	}
	if len(r.Context) > 0 {
		s.Health = uint8(1 + CategoryIndex(r.Context[0])) //nolint:gosec // few categories
	}
	return s
}

// Names tells whether a sense labels the rule's kind.
func (r *Rule) Names(s *Sense) bool {
	if r.kind < NumKinds {
		return s.Kinds>>r.kind&1 != 0
	}
	return int(s.Custom) == r.kind
}

// Kind returns the index of the kind that is bit i of s.Kinds.
func (s *Sense) Kind(i int) int {
	if i == customBit {
		return int(s.Custom)
	}
	return i
}

// checkComposite checks a rule that is made of others; link checks the ids when all rules are known.
func (r *Rule) checkComposite() error {
	switch {
	case len(r.AllOf) < 2 || len(r.AllOf) > 8:
		return errors.New("a composite rule needs all_of: two to eight ids of rules")
	case r.Within < 0 || r.Within > maxWithin:
		return fmt.Errorf("within must be 0 (the same unit) to %d bytes", maxWithin)
	case r.Label != NeedNone || len(r.Labels) > 0:
		return errors.New("a composite rule has no labels")
	}
	return nil
}

func (r *Rule) checkKeyword() error {
	if len(r.Words) == 0 || r.Primary || r.Label != NeedNone || r.kind < 0 && len(r.Labels) > 0 {
		return errors.New("a keyword rule needs words; it has no labels and is not primary")
	}
	for i, w := range r.Words {
		if p := splitPhrase(w); len(p) == 0 || len(p) > maxPhraseWords || len(strings.Join(p, "")) > maxPhrase {
			return fmt.Errorf("word %d is not of one to %d words of letters", i+1, maxPhraseWords)
		}
	}
	return nil
}

// link resolves what refers to rules by their ids.
func (s *Set) link(adjust []Adjust) error {
	for _, r := range s.rules {
		for _, id := range r.AllOf {
			m := s.Rule(id)
			if m == nil || m.Form == FormComposite {
				return fmt.Errorf("%s: rule %s: all_of: no rule %q, or a composite one", r.File, r.ID, id)
			}
		}
	}
	var off []string
	for _, a := range adjust {
		r := s.Rule(a.ID)
		switch {
		case r == nil:
			return fmt.Errorf("adjust: no rule %q", a.ID)
		case a.Disable:
			off = append(off, a.ID)
			continue
		}
		if a.Base != nil {
			r.Base = *a.Base
		}
		if a.Validity != nil {
			r.Validity = *a.Validity
		}
		if err := r.checkWeights(); err != nil {
			return fmt.Errorf("adjust: rule %s: %w", a.ID, err)
		}
	}
	if err := s.selfTest(); err != nil {
		return err
	}
	out, err := s.Without(off...)
	if err != nil {
		return err
	}
	s.rules = out.rules
	return nil
}

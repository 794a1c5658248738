package rule

import (
	"encoding/hex"
	"fmt"

	"github.com/phiwatch/phiwatch/internal/finding"
)

// Tests are identifiers of a site's own test patients: what names one of them names no real person.
type Tests struct {
	Kind   finding.Kind `yaml:"kind"`
	Values []string     `yaml:"values"` // as they are written
	Tokens []string     `yaml:"tokens"` // or as alerts show them: 32 hex digits, under the sensor's own token key
}

// Tests returns the test patients of all files. The caller must not change them.
func (s *Set) Tests() []Tests { return s.tests }

// maxTests bounds the identifiers of test patients in all files.
const maxTests = 100_000

// addTests checks and takes test patients. The error names no value.
func (s *Set) addTests(t Tests) error {
	k := KindIndex(t.Kind)
	if k < 0 {
		return fmt.Errorf("unknown kind %q", t.Kind)
	}
	if k > KCard && k != KName && k != KEmail && k != KPhone {
		return fmt.Errorf("kind %s names nobody", t.Kind)
	}
	if len(t.Values)+len(t.Tokens) == 0 {
		return fmt.Errorf("values or tokens are needed")
	}
	for i, v := range t.Values {
		if len(v) > maxName || len(Canon(nil, k, []byte(v))) == 0 {
			return fmt.Errorf("value %d is none of kind %s", i+1, t.Kind)
		}
	}
	for i, v := range t.Tokens {
		if b, err := hex.DecodeString(v); err != nil || len(b) != len(finding.Token{}) {
			return fmt.Errorf("token %d is not of 32 hex digits", i+1)
		}
	}
	n := len(t.Values) + len(t.Tokens)
	for _, o := range s.tests {
		n += len(o.Values) + len(o.Tokens)
	}
	if n > maxTests {
		return fmt.Errorf("more than %d test patients", maxTests)
	}
	s.tests = append(s.tests, t)
	return nil
}

package detect

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

const costRules = `version: 1
family: a site
rules:
- id: six
  title: Six digits
  description: Any six digits.
  kind: custom:six
  identifier: R
  form: shape
  shapes: ['dddddd']
  primary: true
  base: 20
  mask: "six:[{c}c]"
  source: the site
  examples:
    match: ["123456", "x 123456,", "(123456)"]
    no_match: ["12345", "1234567", "a123456"]
- id: seven
  title: Seven digits
  description: Any seven digits, of use beside a person only.
  kind: custom:seven
  identifier: R
  form: shape
  shapes: ['ddddddd']
  base: 20
  mask: "seven:[{c}c]"
  source: the site
  examples:
    match: ["1234567", "x 1234567,", "(1234567)"]
    no_match: ["12345", "12345678", "a1234567"]
`

// TestCosts holds that every place is counted at which the digits lead to a rule, and that its time is spread over the text. A
// clock of the test goes on by a microsecond whenever it is read.
func TestCosts(t *testing.T) {
	e := siteEngine(t, costRules)
	text := []byte(strings.Repeat("order 123456 of x98-654321, 1234567 or 12345678; MRN: 00412345\n", 3000))
	runs := regexp.MustCompile(`[0-9]+`).FindAll(text, -1)
	of := func(n int) (count int) {
		for _, r := range runs {
			if len(r) == n {
				count++
			}
		}
		return count
	}
	var at time.Time
	now := func() time.Time {
		at = at.Add(time.Microsecond)
		return at
	}
	got := map[string]RuleCost{}
	for _, c := range e.Costs(text, now) {
		got[c.Rule.ID] = c
	}
	if len(got) != len(e.rules) {
		t.Errorf("%d rules, the costs of %d", len(e.rules), len(got))
	}
	for _, c := range []struct {
		id          string
		plain, near int
	}{{"six", of(6), 0}, {"seven", 0, of(7)}, {"mrn", 3000, 0}, {"ssn-delimited", 0, 0}} {
		g := got[c.id]
		if g.Plain.Tries != c.plain || g.Near.Tries != c.near {
			t.Errorf("%s is tried at %d and %d places, not at %d and %d", c.id, g.Plain.Tries, g.Near.Tries, c.plain, c.near)
		}
		for _, l := range []Load{g.Plain, g.Near} {
			// Between half and all of maxTries were made again in a microsecond, or all if there are fewer.
			least := 1000 * float64(l.Tries) / float64(len(text)) / maxTries
			if l.Tries == 0 && l.PerByte != 0 || l.PerByte < least*0.999 || l.PerByte > 2.01*least {
				t.Errorf("%s: %g ns for each byte, %g expected", c.id, l.PerByte, least)
			}
		}
	}
}

// TestCostsOfManyMatches makes more candidates than a unit holds.
func TestCostsOfManyMatches(t *testing.T) {
	e := siteEngine(t, strings.Replace(costRules, "base: 20", "base: 45", 1))
	text := []byte(strings.Repeat("DOB 01/02/1980 123456 or SSN 514-69-0360 ", 50_000))
	for _, c := range e.Costs(text, time.Now) {
		if c.Rule.ID == "six" && c.Plain.Tries != 50_000 {
			t.Errorf("%d tries", c.Plain.Tries)
		}
	}
}

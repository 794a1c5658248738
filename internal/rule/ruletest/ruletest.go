// Package ruletest makes rule files for tests and measurements.
package ruletest

import (
	"fmt"
	"strings"
)

// Many returns a rule file of n rules of the kinds that sites write, each with labels of its own: tokens and numbers behind a
// label, and numbers with a prefix. n is 800 at most, which is how many words there are for them.
func Many(n int) string {
	var b strings.Builder
	b.WriteString("version: 1\nfamily: many\nrules:\n")
	for i := range n {
		word := string([]byte{'q' + byte(i%4), 'a' + byte(i/4%26), 'k' + byte(i/104%8)})
		label := "label: required\n  labels: [" + word + "zz number, site " + word + "xx]"
		fmt.Fprintf(&b, "- id: many-%d\n  title: t\n  description: d\n  kind: custom:m%d\n  identifier: R\n  mask: \"m:[{c}c]\"\n  source: s\n  base: 20\n  primary: %t\n", i, i%50, i%50 < 40)
		switch i % 4 {
		case 0:
			fmt.Fprintf(&b, "  form: token\n  length: [5, 12]\n  digits: 4\n  %s\n", label)
			fmt.Fprintf(&b, "  examples:\n    match: [\"%szz number: 12345\", \"site %sxx 12345\", \"%szz number=A12345\"]\n    no_match: [\"12345\", \"x: 12345\", \"y 12345\"]\n", word, word, word)
		case 1, 2:
			digits := strings.Repeat("d", 6+i%4)
			nines := strings.Repeat("9", 6+i%4)
			fmt.Fprintf(&b, "  form: shape\n  shapes: [\"%s\"]\n  %s\n", digits, label)
			fmt.Fprintf(&b, "  examples:\n    match: [\"%szz number: %s\", \"site %sxx %s\", \"%szz number=%s\"]\n    no_match: [\"%s\", \"x: 1\", \"y\"]\n", word, nines, word, nines, word, nines, nines)
		default:
			w := strings.ToUpper(word)
			fmt.Fprintf(&b, "  form: shape\n  shapes: ['\\%c\\%c\\%c-dddddd']\n", w[0], w[1], w[2])
			fmt.Fprintf(&b, "  examples:\n    match: [\"%s-123456\", \"x %s-123456\", \"(%s-123456)\"]\n    no_match: [\"%s\", \"x: 1\", \"y\"]\n", w, w, w, w)
		}
	}
	return b.String()
}

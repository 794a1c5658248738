package rule

import "fmt"

// Without returns the set less the rules with these ids. Their labels stay words of the lexicon: a rule that is left out
// may still be a rival's neighbour. An id that no rule has is an error.
func (s *Set) Without(ids ...string) (*Set, error) {
	off := map[string]bool{}
	for _, id := range ids {
		if s.Rule(id) == nil {
			return nil, fmt.Errorf("rules.disable: no rule %q", id)
		}
		off[id] = true
	}
	if len(off) == 0 {
		return s, nil
	}
	out := &Set{lex: s.lex, tests: s.tests, custom: s.custom, digest: s.digest}
	for _, r := range s.rules {
		if off[r.ID] {
			continue
		}
		c := *r
		c.Num = len(out.rules)
		out.rules = append(out.rules, &c)
	}
	return out, nil
}

package detect

import (
	"bytes"
	"slices"
	"sort"

	"github.com/phiwatch/phiwatch/internal/finding"
)

// Bounds of what is told of one object. A record of the ledger holds 16 MiB; an archive of thousands of charts, or a
// number of tokens without a limit, would not fit, and a record that cannot be written stops the run.
const (
	maxReport  = 12 << 20 // bytes of findings as JSON, estimated from above
	foldTokens = 1000     // of a finding that stands for many parts
	tokenBytes = 35       // as JSON
)

// told is a finding with what it was made of.
type told struct {
	f finding.Finding
	a *acc
}

// bound returns the findings that fit, worst first. What does not fit is added up, by kind, in a finding of the whole
// object: no match, value or person is lost, only the part that each stood in.
func (s *Scan) bound(all []told, limit int, known finding.Words) []finding.Finding {
	out := make([]finding.Finding, 0, len(all))
	var whole [256]*sum // by kind
	room := limit
	for i := range all {
		t := &all[i]
		base := sizeOf(&t.f)
		if spare := max(room/2-base, foldTokens*tokenBytes) / tokenBytes; len(t.f.Tokens) > spare {
			t.f.Tokens = t.f.Tokens[:spare]
		}
		if size := base + tokenBytes*len(t.f.Tokens); size <= room {
			room -= size
			out = append(out, t.f)
			if t.a.part == 0 {
				whole[t.a.kind] = &sum{at: len(out) - 1, values: &t.a.values}
			}
			continue
		}
		room = min(room, 0) // the rest is folded too: what is told does not depend on the sizes of labels
		w := whole[t.a.kind]
		if w == nil {
			w = &sum{at: len(out), values: &finding.Set{}}
			whole[t.a.kind] = w
			f := t.f
			f.Count, f.Path, f.Masked, f.Tokens = 0, s.path(0, known), []string{}, []finding.Token{}
			out = append(out, f)
		}
		w.add(&out[w.at], t, s.res.e.tokens)
	}
	for _, w := range whole {
		if w != nil && w.seen != nil {
			sortTokens(out[w.at].Tokens)
		}
	}
	return out
}

// sum is a finding that takes others of its kind.
type sum struct {
	at     int
	values *finding.Set
	seen   map[finding.Token]bool
}

func (w *sum) add(f *finding.Finding, t *told, tokens int) {
	f.Count += t.f.Count
	w.values.AddAll(&t.a.values)
	f.Distinct = min(w.values.Count(), f.Count)
	if w.seen == nil {
		w.seen = map[finding.Token]bool{}
		for _, k := range f.Tokens {
			w.seen[k] = true
		}
	}
	for _, k := range t.f.Tokens {
		if len(f.Tokens) < min(tokens, foldTokens) && !w.seen[k] {
			w.seen[k] = true
			f.Tokens = append(f.Tokens, k)
		}
	}
	for _, m := range t.f.Masked {
		if len(f.Masked) < maxMasks && !slices.Contains(f.Masked, m) {
			f.Masked = append(f.Masked, m)
		}
	}
	sort.Strings(f.Masked)
}

// sizeOf is at least the size of a finding as JSON without its tokens.
func sizeOf(f *finding.Finding) int {
	n := 200 + escaped(string(f.Kind)) + escaped(f.Rule)
	for _, l := range f.Path {
		n += escaped(l.String())
	}
	for _, m := range f.Masked {
		n += escaped(m)
	}
	for _, p := range f.Points {
		n += 40 + escaped(p.Why)
	}
	return n
}

// escaped is at least the size of a JSON string and a comma.
func escaped(s string) int {
	n := len(s) + 3
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '<' || c == '>' || c == '&' || c == '"' || c == '\\' {
			n += 5
		}
	}
	return n
}

// sortTokens puts tokens into the order in which they are told.
func sortTokens(ts []finding.Token) {
	sort.Slice(ts, func(i, j int) bool { return bytes.Compare(ts[i][:], ts[j][:]) < 0 })
}

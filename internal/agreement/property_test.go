package agreement

import (
	"fmt"
	"math/rand"
	"net/netip"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// TestMostSpecificWins compares the index with a plain reading of the rule, on random registers.
func TestMostSpecificWins(t *testing.T) {
	rng := rand.New(rand.NewSource(7))
	label := func() string { return string(rune('a' + rng.Intn(2))) }
	name := func(n int) string {
		parts := []string{"example"}
		for range n {
			parts = append([]string{label()}, parts...)
		}
		return strings.Join(parts, ".")
	}
	addr := func() netip.Addr { return netip.AddrFrom4([4]byte{203, 0, 113, byte(rng.Intn(4))}) }
	for round := range 3000 {
		var b strings.Builder
		b.WriteString("version: 1\nentries:\n")
		n := 1 + rng.Intn(8)
		for i := range n {
			basis := []string{"baa", "refused", "treatment"}[rng.Intn(3)]
			expires := []string{"null", "2020-01-01"}[rng.Intn(2)]
			var m string
			switch rng.Intn(4) {
			case 0:
				m = "suffixes: [" + name(1+rng.Intn(4)) + "]"
			case 1:
				m = "exact: [" + name(1+rng.Intn(4)) + "]"
			case 2:
				m = "cidrs: [" + netip.PrefixFrom(addr(), 28+rng.Intn(5)).Masked().String() + "]"
			case 3:
				m = "exact: [" + addr().String() + "]"
			}
			fmt.Fprintf(&b, "- {id: e%d, vendor: v, basis: %s, contract: {expires: %s}, match: {%s}}\n", i, basis, expires, m)
		}
		r := parse(t, b.String())
		q := Query{At: at("2026-01-01"), Addr: addr(), Names: []Name{{name(1 + rng.Intn(4)), "dns"}}}
		got := r.Judge(&q)
		want := plainReading(r, &q)
		if got.Verdict != want {
			t.Fatalf("round %d: %s, want %s\n%s\n%+v", round, got.Verdict, want, b.String(), q)
		}
	}
}

// plainReading is the rule without an index: the highest rank, among these a refusal, else a cover, else a failure.
func plainReading(r *Register, q *Query) string {
	best, verdict := -1, NoAgreement
	for _, e := range r.entries {
		rank := specificity(&e, q)
		if rank < 0 || rank < best {
			continue
		}
		v := Covered
		switch {
		case e.Basis == Refused && e.Contract.Expires == 0:
			v = RefusedVerdict
		case e.Basis == Refused:
			v = "refused, once"
		case e.Contract.Expires != 0:
			v = Expired
		}
		if rank > best || rankOf(v) > rankOf(verdict) {
			best, verdict = rank, v
		}
	}
	if verdict == "refused, once" {
		return RefusedVerdict
	}
	return verdict
}

func rankOf(v string) int {
	switch v {
	case RefusedVerdict:
		return 3
	case Covered:
		return 2
	}
	return 1
}

func specificity(e *Entry, q *Query) int {
	best := -1
	for _, x := range e.Match.Exact {
		if x == q.Names[0].Host || x == q.Addr.String() {
			best = 1000
		}
	}
	for _, s := range e.Match.Suffixes {
		if Under(q.Names[0].Host, s) {
			best = max(best, 500+len(s))
		}
	}
	for _, p := range e.Match.CIDRs {
		if p.Contains(q.Addr) {
			best = max(best, p.Bits())
		}
	}
	return best
}

func FuzzParse(f *testing.F) {
	f.Add(full)
	f.Add(many)
	f.Add("version: 1\nentries: &a [*a]")
	f.Add("a: &a [x,x]\nb: &b [*a,*a]\nversion: 1\nentries: [*b]")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := Parse("f", []byte(text))
		if err != nil {
			return
		}
		r.Lint(flow.Time(1e18))
		for _, e := range r.List() {
			for _, h := range append(e.Match.Suffixes, e.Match.MailDomains...) {
				if Host(h) != h {
					t.Fatalf("%q is not in its final form", h)
				}
			}
			for _, s := range e.Match.Suffixes {
				q := Query{Names: []Name{{"x." + s, "dns"}}}
				if len(s) < 250 && len(e.Match.Ports) == 0 && r.Judge(&q).ID == "" {
					t.Fatalf("suffix %q matches nothing below it", s)
				}
			}
		}
	})
}

func FuzzHost(f *testing.F) {
	for _, s := range []string{"Acme.COM.", "müller.example", "[192.0.2.1]", "::ffff:1.2.3.4", "a..b", "xn--", "_dmarc.x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h := Host(s)
		if h != "" && Host(h) != h {
			t.Fatalf("%q becomes %q becomes %q", s, h, Host(h))
		}
		if strings.ContainsAny(h, " \n\x1b\"") {
			t.Fatalf("unsafe name %q", h)
		}
	})
}

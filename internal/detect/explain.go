package detect

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// ObjectToken is the token of kind object: its value is the 64 lower-case hex digits of the content's SHA-256.
func (e *Engine) ObjectToken(sum [32]byte) finding.Token {
	mac := hmac.New(sha256.New, e.key[:])
	mac.Write([]byte("object\x00" + hex.EncodeToString(sum[:])))
	return finding.Token(mac.Sum(nil)[:16])
}

// Candidate is one line of Explain: a place in a text that a rule looked at, and why it matched or did not. It holds
// nothing of the text.
type Candidate struct {
	Rule    string          `json:"rule"`
	Kind    finding.Kind    `json:"kind"`
	Offset  int             `json:"offset"` // in the text, Unicode punctuation folded
	Length  int             `json:"length"`
	Masked  string          `json:"masked"`
	Score   int             `json:"score"`
	Level   finding.Level   `json:"level"` // "" below the lowest
	Verdict finding.Verdict `json:"verdict"`
	Points  []finding.Point `json:"points"`
	Why     string          `json:"why"`
}

// Explain says what the engine sees in a text that is a unit of its own: every candidate of every rule with its points,
// and the near misses: shapes that fit and failed a guard, the validator, or for want of a label.
func (e *Engine) Explain(text []byte) []Candidate {
	s := e.NewScratch()
	c := e.Scan(s, &object.Meta{})
	var f folder
	folded := f.flush(f.append(nil, text))
	if len(folded) > segment {
		folded = folded[:segment]
	}
	c.Text(folded)
	c.endText()
	out := []Candidate{}
	u := c.top()
	c.assemble(u)
	ev := c.context(u)
	ev.merge(&u.newer)
	var v verdict
	cs := c.cands[u.cands:]
	v.weigh(c, u, cs)
	if v.best == 0 && v.bestTest == 0 {
		v.people(c, cs)
	}
	if v.best > 0 || v.bestTest > 0 {
		v.decide(&ev)
	}
	for i := range cs {
		k := &cs[i]
		score := min(maxScore, int(k.score)+v.health)
		level, _ := finding.LevelOf(score)
		why := "the unit names a person"
		if v.verdict == finding.None {
			why = "nothing in the unit names a person"
		}
		out = append(out, Candidate{Rule: k.r.ID, Kind: k.r.Kind, Offset: int(k.pos), Length: k.size, Score: score, Level: level,
			Masked:  string(appendMask(nil, e, k, c.arena[k.canon:k.canon+k.size])),
			Verdict: v.verdict, Points: k.ledger(v.classes, &v), Why: why})
	}
	return append(out, e.misses(folded, cs)...)
}

const maxMisses = 200

// misses lists shapes that fit and were no match.
func (e *Engine) misses(b []byte, found []cand) []Candidate {
	var out []Candidate
	for i := range b {
		for _, r := range e.rules {
			for k := range r.Compiled() {
				sh := &r.Compiled()[k]
				if len(out) >= maxMisses || !sh.At(b, i) {
					continue
				}
				why := e.miss(b, i, i+sh.Len, r)
				if why == "" || claimed(found, i, r.Kind) {
					continue
				}
				out = append(out, Candidate{Rule: r.ID, Kind: r.Kind, Offset: i, Length: sh.Len, Why: why, Points: []finding.Point{}})
			}
		}
	}
	return out
}

func claimed(cs []cand, at int, k finding.Kind) bool {
	for i := range cs {
		if int(cs[i].pos) == at && cs[i].r.Kind == k {
			return true
		}
	}
	return false
}

func (e *Engine) miss(b []byte, start, end int, r *rule.Rule) string {
	before, after := rule.Free(b, start, end)
	if !before || !after {
		return "it is part of a longer number or word"
	}
	if ok, _ := r.Valid(rule.Canon(nil, r.KindIndex(), b[start:end])); !ok {
		return "the validator refuses it"
	}
	var h rule.Hit
	if r.Label == rule.NeedAttached && !(e.lex.Before(b, start, &h) && r.Labelled(&h)) {
		return "no label is attached to it"
	}
	return ""
}

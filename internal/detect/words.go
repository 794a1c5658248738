package detect

import "github.com/phiwatch/phiwatch/internal/rule"

// words reads b[from:to] for terms and, with names set, for names behind labels.
func (s *Scan) words(b []byte, from, to int, ev *evidence, names bool) {
	var h rule.Hit
	provider := -8
	for w := s.e.lex.Walk(b, from, to); w.Next(&h); {
		if h.Health != 0 && int(h.Health) != 1+catDemographics || h.Flags&rule.Employment != 0 && (h.Flags&rule.Numbered == 0 || rule.NumberBehind(b, h.End)) {
			ev.term(termHash(b[h.Start:h.End]), h.Sense)
		}
		if h.Flags&rule.Provider != 0 {
			provider = h.End
		}
		if h.Word != 0 {
			s.keyword(b, &h)
		}
		if names && h.Kinds>>rule.KName&1 != 0 && h.Start-provider > 2 && h.Flags&(rule.Provider|rule.Rival) == 0 {
			s.named(b, &h)
		}
	}
}

// named reads the name behind a label.
func (s *Scan) named(b []byte, h *rule.Hit) {
	i, marked := h.End, false
	if i+2 < len(b) && b[i] == '\'' && b[i+1]|0x20 == 's' && !rule.IsLetter(b[i+2]) {
		return // the insured's something
	}
	for i < len(b) && i-h.End < 8 {
		c := b[i]
		if c == ':' || c == '=' || c == '"' || c == '\'' || c == '>' || c == '\t' {
			marked = true
		} else if c != ' ' {
			break
		}
		i++
	}
	if i >= len(b) || h.Flags&rule.Weak != 0 && !marked && i-h.End != 1 {
		return
	}
	u := s.top()
	switch h.Part {
	case rule.First, rule.Last:
		n := 0
		for n < 40 && i+n < len(b) && (rule.IsLetter(b[i+n]) || b[i+n] >= 0x80 || n > 0 && (b[i+n] == '-' || b[i+n] == '\'')) {
			n++
		}
		if n > 0 && marked {
			s.namePart(u, h.Part, b[i:i+n])
		}
	case rule.Whole, rule.Patient:
		if n := s.e.lex.NameAt(b[i:], !marked); n > 0 && s.e.name != nil {
			lp := attached(&h.Sense)
			from := len(s.arena)
			s.arena = rule.AppendName(s.arena, b[i:i+n])
			s.put(s.e.name, i, from, lp)
		}
	}
}

// termHash is a hash of a term that does not see case or what stands between its words.
func termHash(b []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range b {
		if rule.IsLetter(c) {
			h = (h ^ uint32(c|0x20)) * 16777619
		}
	}
	return h
}

package detect

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/rule"
)

// words reads b[from:to] for terms and, with names set, for names behind labels.
func (s *Scan) words(b []byte, from, to int, ev *evidence, names bool) {
	var h rule.Hit
	provider := -8
	for w := s.e.lex.Tell(b, from, to); w.Next(&h); {
		if h.Health != 0 && int(h.Health) != 1+catDemographics || h.Flags&rule.Employment != 0 && (h.Flags&rule.Numbered == 0 || rule.NumberBehind(b, h.End)) {
			if !vague(&h.Sense) {
				ev.term(termHash(b[h.Start:h.End]), h.Sense)
			}
		}
		if h.Flags&rule.Provider != 0 {
			provider = h.End
		}
		if h.Word != 0 {
			s.keyword(b, &h)
		}
		if names && h.Kinds>>rule.KName&1 != 0 && (h.Start-provider > 2 || b[h.Start-1] == '\n') && h.Flags&(rule.Provider|rule.Rival) == 0 {
			s.named(b, &h)
		} else if names && h.Flags&rule.Rival != 0 && h.Words > 1 {
			s.nextLine(b, &h)
		}
	}
}

// nextLine reads the label that begins the next line, where the end of this one makes a longer phrase with it: a letterhead that ends
// with hospital, above Name.
func (s *Scan) nextLine(b []byte, h *rule.Hit) {
	i := bytes.LastIndexByte(b[h.Start:h.End], '\n')
	if i < 0 {
		return
	}
	var in rule.Hit
	for w := s.e.lex.Walk(b, h.Start+i+1, h.End); w.Next(&in); {
		if in.Kinds>>rule.KName&1 != 0 && in.Flags&(rule.Provider|rule.Rival) == 0 {
			s.named(b, &in)
		}
	}
}

// named reads the name behind a label, or under it.
func (s *Scan) named(b []byte, h *rule.Hit) {
	if i := h.End; i+2 < len(b) && b[i] == '\'' && b[i+1]|0x20 == 's' && !rule.IsLetter(b[i+2]) {
		return // the insured's something
	}
	i, marked := behindLabel(b, h.End)
	if i >= len(b) {
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
		if s.e.name == nil {
			return
		}
		n := 0
		if h.Flags&rule.Weak == 0 || marked || i-h.End == 1 {
			n = s.e.lex.NameAt(b[i:], !marked)
		}
		if n == 0 && !onLine(b, h.End) {
			if from, to := s.below(b, h); to > from && s.e.lex.FullName(b[from:to]) {
				i, n = from, to-from
			}
		}
		if n > 0 {
			from := len(s.arena)
			s.arena = rule.AppendName(s.arena, b[i:i+n])
			s.put(s.e.name, i, from, attached(&h.Sense))
		}
	}
}

const (
	maxMarks = 8  // bytes of marks between a label and a name
	maxWide  = 96 // with the padding to a column
)

// behindLabel returns where what stands behind a label on its line begins, and whether a mark is between: a remark in brackets
// (Last, First), padding to a column and dot leaders do not part the two.
func behindLabel(b []byte, end int) (i int, marked bool) {
	i = end
	if i+1 < len(b) && (b[i] == '(' || b[i] == ' ' && b[i+1] == '(') {
		for k := i + 2; k < len(b) && k-i < 40 && b[k] != '\n'; k++ {
			if b[k] == ')' {
				i = k + 1
				break
			}
		}
	}
	marks, from := 0, i
	for ; i < len(b) && marks < maxMarks && i-from < maxWide; i++ {
		switch c := b[i]; {
		case c == ':' || c == '=' || c == '"' || c == '\'' || c == '>' || c == '\t':
			marked = true
			marks++
		case c == '*': // **Patient Name:** as Markdown has it
			marks++
		case c == '.' && i+1 < len(b) && (b[i+1] == '.' || b[i-1] == '.'):
			marked = true
		case c != ' ':
			return i, marked
		}
	}
	return i, marked
}

// onLine tells whether anything but padding stands behind b[:i] on its line, up to the next column.
func onLine(b []byte, i int) bool {
	for n := 0; i < len(b) && n < 2; i++ {
		switch b[i] {
		case ' ':
			n++
		case '\t', '\n', '\r', '|':
			return false
		case ':', '*', ')':
		default:
			if b[i] == '(' {
				for k := i; k < len(b) && k-i < 40; k++ {
					if b[k] == ')' {
						i = k
						break
					}
				}
				continue
			}
			return true
		}
	}
	return false
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

package rule

import "bytes"

// exampleToday stands for the present in examples, so that they do not age.
func exampleToday() Date { return Date{2026, 6, 30} }

// Find returns the bounds of the first match of the rule in a text, with the label that it needs. It is the plain
// statement of what the rule means, for examples and tests; detect finds the same by anchors.
func (r *Rule) Find(x *Lexicon, b []byte, today Date) (start, end int, ok bool) {
	for i := range b {
		if end := r.at(x, b, i, today); end > 0 {
			return i, end, true
		}
	}
	return 0, 0, false
}

func (r *Rule) at(x *Lexicon, b []byte, i int, today Date) int {
	switch r.Form {
	case FormShape:
		return r.shapeAt(x, b, i)
	case FormEmail:
		if at := bytes.IndexByte(b[i:], '@'); at > 0 {
			if s, e := EmailAt(b, i+at); e > 0 && s == i {
				return e
			}
		}
		return 0
	case FormURL:
		for k := i + 4; k < i+6 && k+3 < len(b); k++ {
			if string(b[k:k+3]) == "://" {
				if s, e := URLAt(b, k); e > 0 && s == i {
					return e
				}
			}
		}
		return 0
	case FormKeyword:
		var h Hit
		for w := x.Walk(b, i, len(b)); w.Next(&h) && h.Start == i; {
			if int(h.Word) == r.kind {
				return h.End
			}
		}
		return 0
	case FormAddress:
		for z := i + 8; z+5 <= len(b) && z-i < maxAddress; z++ {
			if s, e := AddressAt(b, z); e > 0 && s == i {
				return e
			}
		}
		return 0
	}
	var h Hit
	if !IsAlnum(b[i]) && b[i] < 0x80 && !r.mark(b[i]) || i > 0 && IsAlnum(b[i-1]) || !x.Before(b, i, &h) || !r.Labelled(&h) {
		return 0
	}
	switch r.Form {
	case FormToken, FormIP:
		if n := r.TokenAt(b[i:]); n > 0 && r.accepts(b[i:i+n]) {
			return i + n
		}
	case FormDate:
		if _, n, ok := ParseBirth(b[i:], today); ok {
			return i + n
		}
	case FormName:
		if n := x.NameAt(b[i:], h.Flags&Weak != 0 && !h.Marked); n > 0 {
			return i + n
		}
	}
	return 0
}

// accepts runs the validator on a value as it is written.
func (r *Rule) accepts(v []byte) bool {
	ok, _ := r.Valid(Canon(nil, r.kind, v))
	return ok
}

// Labelled tells whether an attached label is one of the rule's.
func (r *Rule) Labelled(h *Hit) bool {
	if !r.Names(&h.Sense) || h.Flags&(Provider|Qualifier) != 0 || h.Part != Whole && h.Part != Patient {
		return false
	}
	return h.Flags&Weak == 0 || h.Marked || r.Form == FormName
}

func (r *Rule) shapeAt(x *Lexicon, b []byte, i int) int {
	for k := range r.comp {
		s := &r.comp[k]
		if !s.At(b, i) {
			continue
		}
		end := i + s.Len
		var h Hit
		labelled := x.Before(b, i, &h) && r.Labelled(&h)
		before, after := Free(b, i, end)
		if !after || !before && !(labelled && h.End == i) || r.Label == NeedAttached && !labelled ||
			r.Label == NeedTerm && !x.TermBefore(b, i) {
			continue
		}
		var buf [64]byte
		if ok, _ := r.Valid(Canon(buf[:0], r.kind, b[i:end])); ok {
			return end
		}
	}
	return 0
}

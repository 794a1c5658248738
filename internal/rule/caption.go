package rule

import "bytes"

// Caption says what a cell means that stands over or before others and is a label and nothing else: with the number of its
// item on a form (1a. Insured's I.D. Number), a remark in brackets (Last, First), numerals (ICD-10-CM) and marks about it.
func (x *Lexicon) Caption(b []byte) (Sense, bool) {
	b = withoutItem(b)
	if n := len(b); n > 3 && (b[n-1] == ')' || b[n-1] == ']') {
		for i := n - 2; i > 1; i-- {
			if b[i] == '(' || b[i] == '[' {
				if IsLetter(b[i+1]) || IsDigit(b[i+1]) {
					b = b[:i]
				}
				break
			}
		}
	}
	if len(b) < 2 || len(b) > maxPhrase {
		return Sense{}, false
	}
	var buf [maxPhrase]byte
	n, nd := 0, 0
	for _, c := range b {
		if IsDigit(c) {
			nd++
			continue
		}
		buf[n] = c
		n++
	}
	if nd > 3 || n < 2 {
		return Sense{}, false
	}
	s, ok := x.Exact(buf[:n])
	s.edition(b)
	if !ok || s.Kinds == 0 {
		if i := bytes.IndexByte(buf[:n], '\''); i > 0 && i+2 < n && buf[i+1]|0x20 == 's' && !IsLetter(buf[i+2]) { // patient's
			s, ok = x.Exact(append(buf[:i], buf[i+2:n]...))
		}
	}
	return s, ok && s.Kinds != 0 && s.Flags&Qualifier == 0
}

// withoutItem cuts the number of an item of a form: 1a. or 3)
func withoutItem(b []byte) []byte {
	i := 0
	for i < len(b) && i < 2 && IsDigit(b[i]) {
		i++
	}
	if i == 0 {
		return b
	}
	if i < len(b) && IsLetter(b[i]) {
		i++
	}
	if i+1 < len(b) && (b[i] == '.' || b[i] == ')') {
		for i++; i < len(b) && b[i] == ' '; i++ {
		}
		return b[i:]
	}
	return b
}

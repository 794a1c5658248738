package rule

import "strings"

// TokenAt reads a labelled token at the beginning of b: letters and digits, with single dashes, dots, slashes or spaces
// between groups left out of the count, and the rule's own marks anywhere. It returns its length, 0 if the rule does not fit.
func (r *Rule) TokenAt(b []byte) int {
	if r.Form == FormIP {
		return IPAt(b)
	}
	least, most := r.Length[0], r.Length[1]
	chars, nd, i := 0, 0, 0
	for i < len(b) && chars <= most {
		c := b[i]
		if IsAlnum(c) {
			if IsDigit(c) {
				nd++
			}
			chars++
			i++
			continue
		}
		if c == '-' && i > 0 && i+1 < len(b) && IsAlnum(b[i-1]) && IsAlnum(b[i+1]) {
			i++
			continue
		}
		if r.Marks != "" && r.mark(c) {
			i++
			continue
		}
		break
	}
	for i > 0 && (b[i-1] == '.' || b[i-1] == ',') {
		i-- // the end of a sentence
	}
	if chars < least || chars > most || nd < r.Digits {
		return 0
	}
	if i < len(b) && (IsAlnum(b[i]) || classes[b[i]]&ClassHigh != 0 || b[i] == '@') {
		return 0
	}
	if i+1 < len(b) && (b[i] == '.' || b[i] == '/') && IsDigit(b[i+1]) {
		return 0 // a decimal, a date, a path
	}
	if foreign(b[:i], b[i:]) {
		return 0
	}
	return i
}

// TokenStart returns where the token whose first letter or digit is b[t] begins: its own marks may stand before.
func (r *Rule) TokenStart(b []byte, t int) int {
	for r.Marks != "" && t > 0 && r.mark(b[t-1]) {
		t--
	}
	return t
}

func (r *Rule) mark(c byte) bool { return strings.IndexByte(r.Marks, c) >= 0 }

// EmailAt finds the mail address round the '@' at i. It returns its bounds, 0, 0 if there is none.
func EmailAt(b []byte, i int) (start, end int) {
	start = i
	for start > 0 && i-start < 64 && localChar(b[start-1]) {
		start--
	}
	for start < i && !IsAlnum(b[start]) {
		start++
	}
	dot, label := 0, 0
	j := i + 1
	end = j
	for j < len(b) && j-i < 255 {
		c := b[j]
		if IsAlnum(c) {
			label++
			j++
			end = j
			continue
		}
		if (c != '.' && c != '-') || label == 0 || j+1 >= len(b) || !IsAlnum(b[j+1]) {
			break
		}
		if c == '.' {
			dot, label = j, 0
		}
		j++
	}
	if start == i || dot == 0 || b[i-1] == '.' {
		return 0, 0
	}
	tld := b[dot+1 : end]
	if len(tld) < 2 || len(tld) > 24 {
		return 0, 0
	}
	for _, c := range tld {
		if !IsLetter(c) && !(len(tld) > 4 && (IsDigit(c) || c == '-')) {
			return 0, 0
		}
	}
	return start, end
}

func localChar(c byte) bool {
	switch c {
	case '.', '_', '%', '+', '-', '\'', '!', '#', '$', '&', '*', '/', '=', '?', '^', '`', '{', '|', '}', '~':
		return c == '.' || c == '_' || c == '%' || c == '+' || c == '-'
	}
	return IsAlnum(c)
}

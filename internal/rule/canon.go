package rule

import (
	"unicode"
	"unicode/utf8"
)

// Canon appends the canonical form of a value of a kind, as the Contract has it, to dst. A value that has none gives
// nothing. Dates and names have functions of their own: [Date.Append], [AppendName].
func Canon(dst []byte, kind int, v []byte) []byte {
	switch kind {
	case KSSN, KITIN, KNPI, KCard, KCPT:
		return appendDigits(dst, v)
	case KPhone, KFax:
		return appendPhone(dst, v)
	case KZIP:
		n := len(dst)
		dst = appendDigits(dst, v)
		return dst[:min(len(dst), n+5)]
	case KDrug:
		return appendWords(dst, v)
	case KEmail, KUDI, KIP, KURL, KICDO3, KHCPCS, KLOINC:
		for _, c := range v {
			dst = append(dst, lower(c))
		}
		return dst
	case KName:
		return AppendName(dst, v)
	case KAddress:
		return AppendAddress(dst, v)
	}
	for _, c := range v {
		if IsAlnum(c) {
			dst = append(dst, upper(c))
		}
	}
	return dst
}

// appendWords writes words in lower case with one space between them, however they are parted: over a line, by two spaces.
func appendWords(dst, v []byte) []byte {
	gap := false
	for _, c := range v {
		if c <= ' ' {
			gap = true
			continue
		}
		if gap {
			dst = append(dst, ' ')
		}
		gap = false
		dst = append(dst, lower(c))
	}
	return dst
}

func appendDigits(dst, v []byte) []byte {
	for _, c := range v {
		if IsDigit(c) {
			dst = append(dst, c)
		}
	}
	return dst
}

// appendPhone keeps the last ten digits before an extension.
func appendPhone(dst, v []byte) []byte {
	n := len(dst)
	for _, c := range v {
		if IsDigit(c) {
			dst = append(dst, c)
		} else if IsLetter(c) && len(dst)-n >= 10 {
			break // x123, ext. 123
		}
	}
	if m := len(dst) - n; m > 10 {
		copy(dst[n:], dst[len(dst)-10:])
		dst = dst[:n+10]
	}
	return dst
}

// AppendAddress keeps letters and digits in upper case and cuts a ZIP+4 to its first five digits.
func AppendAddress(dst, v []byte) []byte {
	for i := 0; i < len(v); {
		if c := v[i]; c < utf8.RuneSelf {
			if c == '-' && plus4(v, i) {
				i += 5
				continue
			}
			if IsAlnum(c) {
				dst = append(dst, upper(c))
			}
			i++
			continue
		}
		_, n := utf8.DecodeRune(v[i:])
		i += n
	}
	return dst
}

// plus4 tells whether the dash at i stands between five and four digits.
func plus4(v []byte, i int) bool {
	if i < 5 || i+5 > len(v) || i+5 < len(v) && IsAlnum(v[i+5]) {
		return false
	}
	return digits(v[i-5:i]) && digits(v[i+1:i+5])
}

// AppendName appends the upper-case letter words of a name, sorted, joined by one space. Apostrophes are dropped, every
// other character that is no letter splits.
func AppendName(dst, v []byte) []byte {
	if len(v) <= maxName && ascii(v) {
		return appendASCIIName(dst, v)
	}
	var words [maxNameWords][]byte
	var buf [2 * maxName]byte
	out, n := buf[:0], 0
	for i, start := 0, 0; i <= len(v) && n < maxNameWords; {
		r, w := rune(' '), 1
		if i < len(v) {
			r, w = utf8.DecodeRune(v[i:])
		}
		switch {
		case r == '\'' || r == 0x2019 || r == 0x02bc || r == 0x60:
		case unicode.IsLetter(r) && len(out) < maxName:
			out = utf8.AppendRune(out, unicode.ToUpper(r))
		default:
			if len(out) > start {
				words[n] = out[start:]
				n++
			}
			start = len(out)
		}
		i += w
	}
	sortWords(words[:n])
	for i, w := range words[:n] {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, w...)
	}
	return dst
}

func ascii(v []byte) bool {
	for _, c := range v {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// appendASCIIName is AppendName for what most names are made of. Words are written in their order, and put in order after it.
func appendASCIIName(dst, v []byte) []byte {
	var words [maxNameWords][]byte
	var buf [maxName]byte
	n, end, start := 0, 0, 0
	for _, c := range v {
		if IsLetter(c) {
			buf[end] = upper(c)
			end++
			continue
		}
		if c == '\'' || c == '`' || end == start {
			continue
		}
		words[n] = buf[start:end]
		start = end
		if n++; n == maxNameWords {
			break
		}
	}
	if end > start && n < maxNameWords {
		words[n] = buf[start:end]
		n++
	}
	sortWords(words[:n])
	for i, w := range words[:n] {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = append(dst, w...)
	}
	return dst
}

func sortWords(w [][]byte) {
	for i := 1; i < len(w); i++ {
		for j := i; j > 0 && string(w[j]) < string(w[j-1]); j-- {
			w[j], w[j-1] = w[j-1], w[j]
		}
	}
}

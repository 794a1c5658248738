// Package entity undoes the character references of HTML (WHATWG HTML, section 13.5) and XML (1.0, section 4.1).
package entity

import (
	"bytes"
	"html"
	"unicode/utf8"
)

// Longest is the length of the longest reference that is undone, with its '&' and ';'.
const Longest = 34

// Cut returns the length of b without a reference at its end that may go on behind b.
func Cut(b []byte) int {
	from := max(0, len(b)-Longest)
	i := bytes.LastIndexByte(b[from:], '&')
	if i < 0 {
		return len(b)
	}
	for _, c := range b[from+i+1:] {
		if !inName(c) {
			return len(b)
		}
	}
	return from + i
}

func inName(c byte) bool { return c-'0' < 10 || c|0x20-'a' < 26 || c == '#' }

// Append appends b to dst with its references undone; what is no reference stays as it is. With xml set, only the five
// names of XML are known.
func Append(dst, b []byte, xml bool) []byte {
	for {
		i := bytes.IndexByte(b, '&')
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		b = b[i:]
		n := 0
		dst, n = One(dst, b, xml)
		b = b[n:]
	}
}

// One appends what the reference at b[0] stands for, or what is there if it is none, and returns how long that was.
func One(dst, b []byte, xml bool) ([]byte, int) {
	if len(b) > 2 && b[1] == '#' {
		return numeric(dst, b)
	}
	n := 1
	for n < len(b) && n < Longest && (b[n]|0x20-'a' < 26 || b[n]-'0' < 10) {
		n++
	}
	if s := common(b[1:n]); s != "" {
		if n < len(b) && b[n] == ';' {
			n++
		}
		return append(dst, s...), n
	}
	if xml || n < 3 || n >= len(b) || b[n] != ';' {
		return append(dst, b[:n]...), n
	}
	n++
	return append(dst, html.UnescapeString(string(b[:n]))...), n
}

// common has the names that make up nearly all references.
func common(n []byte) string {
	switch string(n) {
	case "amp":
		return "&"
	case "lt":
		return "<"
	case "gt":
		return ">"
	case "quot":
		return `"`
	case "apos":
		return "'"
	case "nbsp":
		return "\u00a0"
	case "ndash":
		return "\u2013"
	case "mdash":
		return "\u2014"
	case "shy":
		return "\u00ad"
	case "rsquo":
		return "\u2019"
	case "lsquo":
		return "\u2018"
	case "rdquo":
		return "\u201d"
	case "ldquo":
		return "\u201c"
	case "bull":
		return "\u2022"
	case "middot":
		return "\u00b7"
	case "copy":
		return "\u00a9"
	case "reg":
		return "\u00ae"
	case "raquo":
		return "\u00bb"
	case "laquo":
		return "\u00ab"
	case "zwnj":
		return "\u200c"
	case "zwj":
		return "\u200d"
	}
	return ""
}

// numeric undoes a decimal or hexadecimal reference, with or without its semicolon.
func numeric(dst, b []byte) ([]byte, int) {
	i, base := 2, rune(10)
	if b[2]|0x20 == 'x' {
		i, base = 3, 16
	}
	start := i
	var r rune
	for ; i < len(b); i++ {
		d := rune(99)
		switch c := b[i]; {
		case c-'0' < 10:
			d = rune(c - '0')
		case c|0x20-'a' < 6:
			d = rune(c|0x20-'a') + 10
		}
		if d >= base || i >= Longest {
			break
		}
		if r <= utf8.MaxRune {
			r = r*base + d
		}
	}
	if i == start {
		return append(dst, b[:start]...), start
	}
	if i < len(b) && b[i] == ';' {
		i++
	}
	if r >= 0x80 && r < 0xa0 {
		r = windows1252[r-0x80]
	}
	if r == 0 {
		r = utf8.RuneError
	}
	return utf8.AppendRune(dst, r), i
}

// windows1252 is what references to the C1 controls stand for.
var windows1252 = [32]rune{
	0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d, 0x8f,
	0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178,
}

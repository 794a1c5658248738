package hl7

import "bytes"

// maxEscape is the longest escape that is looked for the end of.
const maxEscape = 512

// unescape appends v to dst with escapes decoded. What is none stays as it is.
func (p *parser) unescape(dst, v []byte) []byte {
	for len(v) > 0 {
		n := bytes.IndexByte(v, p.d.esc)
		if n < 0 || p.d.esc == 0 {
			break
		}
		dst = append(dst, v[:n]...)
		v = v[n:]
		k := bytes.IndexByte(v[1:min(len(v), maxEscape)], p.d.esc)
		if k >= 0 {
			if out, ok := p.escape(dst, v[1:1+k]); ok {
				dst, v = out, v[k+2:]
				continue
			}
		}
		dst = append(dst, p.d.esc) // the next one may begin an escape
		v = v[1:]
	}
	return append(dst, v...)
}

// escape appends what an escape means. s stands between the escape characters.
func (p *parser) escape(dst, s []byte) ([]byte, bool) {
	if len(s) == 0 {
		return dst, false
	}
	if len(s) > 1 {
		return command(dst, s)
	}
	c := byte(0)
	switch s[0] {
	case 'F':
		c = p.d.sep
	case 'S':
		c = p.d.comp
	case 'T':
		c = p.d.sub
	case 'R':
		c = p.d.rep
	case 'E':
		c = p.d.esc
	case 'P':
		c = '#' // truncation
	case 'H', 'N': // highlighting
		return dst, true
	}
	if c == 0 {
		return dst, false
	}
	return append(dst, c), true
}

// command appends what an escape of several characters means.
func command(dst, s []byte) ([]byte, bool) {
	switch s[0] {
	case 'X':
		if len(s)%2 == 0 {
			return dst, false
		}
		for _, c := range s[1:] {
			if nibble(c) > 15 {
				return dst, false
			}
		}
		for i := 1; i < len(s); i += 2 {
			dst = append(dst, nibble(s[i])<<4|nibble(s[i+1]))
		}
		return dst, true
	case 'C', 'M': // another charset begins
		for _, c := range s[1:] {
			if nibble(c) > 15 {
				return dst, false
			}
		}
		return dst, true
	case '.':
		if len(s) < 3 {
			return dst, false
		}
		switch string(s[1:3]) {
		case "br", "sp", "ce", "BR", "SP", "CE":
			return append(dst, '\n'), true
		case "sk", "in", "ti", "SK", "IN", "TI":
			return append(dst, ' '), true
		case "fi", "nf", "FI", "NF":
			return dst, true
		}
	}
	return dst, false
}

func nibble(c byte) byte {
	switch {
	case c-'0' < 10:
		return c - '0'
	case c|0x20-'a' < 6:
		return c | 0x20 - 'a' + 10
	}
	return 0xff
}

package jsonscan

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/phiwatch/phiwatch/internal/content/window"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// endOf returns the index of the next quote or backslash in b at or after i, len(b) if there is none.
func endOf(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		q, s := w^(ones*'"'), w^(ones*'\\')
		m := ((q - ones) &^ q) | ((s - ones) &^ s)
		if m &= highs; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for ; i < len(b); i++ {
		if b[i] == '"' || b[i] == '\\' {
			break
		}
	}
	return i
}

// str takes a key or a string value that begins at b[0]. It returns 0 when more bytes are needed.
func (s *Scanner) str(b []byte, key, last bool) int {
	t := b
	if len(t) > window.Max {
		t = t[:window.Max]
	}
	i, escaped := endOf(t, 1), false
	for i < len(t) && t[i] == '\\' {
		escaped = true
		i = endOf(t, min(i+2, len(t)))
	}
	if i >= len(t) {
		if len(t) < window.Max && !last {
			return 0
		}
		s.state, s.isKey = inLong, key // too long, or cut off
		return 1
	}
	v := t[1:i]
	if escaped {
		v = s.unescape(v)
	}
	i++
	if !key {
		s.leaf(v, true)
		return i + s.comma(b[i:])
	}
	s.key(v)
	if i < len(b) && b[i] == ':' { // as a rule
		s.state = wantValue
		i++
	}
	return i
}

// more takes bytes of a long string or of the text behind broken JSON.
func (s *Scanner) more(b []byte, last bool) int {
	if s.state == inText {
		s.h.Text(b)
		return len(b)
	}
	if len(b) > window.Max {
		b, last = b[:window.Max], false
	}
	i := endOf(b, 0)
	if i > 0 {
		s.h.Text(b[:i])
		return i
	}
	if b[0] == '"' {
		s.h.EndText(s.isKey)
		s.state = wantNext
		if s.isKey {
			s.state = wantColon
		}
		return 1
	}
	// An escape, with its second half if it is a surrogate.
	n := min(len(b), 12)
	if n < 12 && !last {
		return 0
	}
	n = escapes(b[:n])
	s.h.Text(s.unescape(b[:n]))
	return n
}

// escapes returns the length of the escape that begins at b[0]: a pair of surrogates counts as one.
func escapes(b []byte) int {
	n := min(2, len(b))
	if n < 2 || b[1] != 'u' {
		return n
	}
	r, ok := hex4(b)
	if !ok {
		return n
	}
	if utf16.IsSurrogate(r) && len(b) >= 12 {
		if lo, ok := hex4(b[6:]); ok && utf16.DecodeRune(r, lo) != utf8.RuneError {
			return 12
		}
	}
	return 6
}

// unescape undoes the escapes of v in the scratch. What is not a valid escape stays as it is.
func (s *Scanner) unescape(v []byte) []byte {
	out := s.buf[:0]
	for len(v) > 0 {
		i := bytes.IndexByte(v, '\\')
		if i < 0 {
			out = append(out, v...)
			break
		}
		out = append(out, v[:i]...)
		v = v[i:]
		n := escapes(v)
		out = appendEscape(out, v[:n])
		v = v[n:]
	}
	s.buf = out
	return out
}

func appendEscape(out, v []byte) []byte {
	if len(v) < 2 {
		return append(out, v...)
	}
	switch v[1] {
	case 'n':
		return append(out, '\n')
	case 't':
		return append(out, '\t')
	case 'r':
		return append(out, '\r')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '"', '\\', '/', '\'':
		return append(out, v[1])
	case 'u':
		if len(v) < 6 {
			return append(out, v...)
		}
		r, _ := hex4(v)
		if len(v) == 12 {
			lo, _ := hex4(v[6:])
			r = utf16.DecodeRune(r, lo)
		}
		return utf8.AppendRune(out, r)
	}
	return append(out, v...)
}

// hex4 reads \uXXXX.
func hex4(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case c-'0' < 10:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

package detect

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// folder brings text into the form that rules are written in: Unicode dashes and spaces, full-width forms and
// percent-encoded punctuation become ASCII; zero-width characters and soft hyphens vanish. Letters stay as they are.
// What an encoding begins at the end of a chunk waits for the next one.
type folder struct {
	tail [utf8.UTFMax]byte
	n    int
}

// append folds src onto dst.
func (f *folder) append(dst, src []byte) []byte {
	for f.n > 0 {
		var joined [2 * utf8.UTFMax]byte
		v := joined[:f.n+copy(joined[copy(joined[:], f.tail[:f.n]):][:utf8.UTFMax], src)]
		if partial(v) {
			f.n = copy(f.tail[:], v)
			return dst
		}
		var n int
		dst, n = fold(dst, v)
		if n < f.n {
			f.n = copy(f.tail[:], f.tail[n:f.n])
			continue
		}
		src = src[n-f.n:]
		f.n = 0
	}
	for len(src) > 0 {
		k := special(src)
		dst = append(dst, src[:k]...)
		if src = src[k:]; len(src) == 0 {
			break
		}
		if len(src) < utf8.UTFMax && partial(src) {
			f.n = copy(f.tail[:], src)
			break
		}
		n := 0
		dst, n = fold(dst, src)
		src = src[n:]
	}
	return dst
}

// flush appends what was waiting, as it is.
func (f *folder) flush(dst []byte) []byte {
	dst = append(dst, f.tail[:f.n]...)
	f.n = 0
	return dst
}

// special returns the index of the first byte that folding may change.
func special(b []byte) int {
	for i, c := range b {
		if c >= utf8.RuneSelf || c == '%' {
			return i
		}
	}
	return len(b)
}

// plain tells whether folding changes nothing in b.
func plain(b []byte) bool { return ascii(b) && bytes.IndexByte(b, '%') < 0 }

// partial tells whether b is the beginning of an encoding and not all of it.
func partial(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	if b[0] == '%' {
		return len(b) < 3
	}
	return b[0] >= 0xc0 && !utf8.FullRune(b)
}

// fold folds the character that b begins with and returns its length.
func fold(dst, b []byte) ([]byte, int) {
	if b[0] == '%' {
		if len(b) >= 3 {
			if c, ok := unescape(b[1], b[2]); ok {
				return append(dst, c), 3
			}
		}
		return append(dst, '%'), 1
	}
	if b[0] < utf8.RuneSelf {
		return append(dst, b[0]), 1
	}
	r, n := utf8.DecodeRune(b)
	if n == 1 { // no UTF-8
		return append(dst, b[0]), 1
	}
	switch c := foldRune(r); {
	case c > 0:
		return append(dst, byte(c)), n
	case c < 0:
		return dst, n
	}
	return append(dst, b[:n]...), n
}

// foldRune returns the ASCII character for r, -1 if it vanishes, 0 if it stays.
func foldRune(r rune) int {
	switch {
	case r < 0xa0:
		return 0
	case r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200a, r == 0x202f, r == 0x205f, r == 0x3000:
		return ' '
	case r < 0x300 && r != 0xad && r != 0x2bc, r >= 0x370 && r < 0x58a, r >= 0x3100 && r < 0xa620, r >= 0xac00 && r < 0xd7a4:
		return 0 // letters: Latin, Greek, Cyrillic, Chinese, Korean
	case r >= 0xff01 && r <= 0xff5e:
		return int(r - 0xfee0)
	case unseen(r):
		return -1
	case r == 0x2018, r == 0x2019, r == 0x2bc:
		return '\''
	case r == 0x2028, r == 0x2029:
		return '\n'
	case r == 0x2212, r == 0x2043, r == 0x30fc, unicode.Is(unicode.Pd, r):
		return '-'
	}
	return decimal(r)
}

// unseen tells characters that show nothing: soft hyphens, joiners, marks of direction, selectors of variants, tags, the frame of a key.
func unseen(r rune) bool {
	return r == 0xad || r == 0x34f || r == 0x61c || r == 0x180e || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e ||
		r >= 0x2060 && r <= 0x206f || r == 0x20e3 || r >= 0xfe00 && r <= 0xfe0f || r == 0xfeff || r >= 0xe0000 && r <= 0xe01ef
}

// decimal returns the ASCII digit of a decimal digit of another script (Unicode Nd, where each block has ten in order), 0 if r is none.
func decimal(r rune) int {
	if r < 0x660 || r > 0x1c59 && r < 0xa620 {
		return 0
	}
	for _, t := range unicode.Nd.R16 {
		if lo, hi := rune(t.Lo), rune(t.Hi); r >= lo && r <= hi {
			return int('0' + (r-lo)%10)
		}
	}
	for _, t := range unicode.Nd.R32 {
		if lo, hi := rune(t.Lo), rune(t.Hi); r >= lo && r <= hi { //nolint:gosec // code points
			return int('0' + (r-lo)%10)
		}
	}
	return 0
}

// unescape decodes the punctuation that stands in and around identifiers.
func unescape(a, b byte) (byte, bool) {
	hi, lo := nibble(a), nibble(b)
	if hi|lo > 15 {
		return 0, false
	}
	switch c := hi<<4 | lo; c {
	case ' ', '-', '.', '/', ':', '=', '"', '\'', '(', ')', ',', '#', '@', '+', '\n', '\r', '\t':
		return c, true
	}
	return 0, false
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

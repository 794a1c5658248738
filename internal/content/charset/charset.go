// Package charset reads text in the encodings that mail, web and files use and gives UTF-8.
//
// The order of belief is: byte order mark, an unmistakable pattern of NUL bytes, the declared name, valid UTF-8,
// windows-1252 (WHATWG Encoding Standard for the names; RFC 2152 for UTF-7; IBM code page 037 for EBCDIC). Text of plain
// ASCII passes in place, without a copy, whatever was declared, because digits and label words survive every superset of
// ASCII. What is decided depends on the bytes alone, never on how they were cut into pieces.
package charset

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/object"
)

// headLen is how much of a text is looked at to guess its encoding.
const headLen = 1024

// family is how an encoding is read.
type family uint8

const (
	asIs   family = iota // UTF-8 or ASCII
	guess                // nothing known: ASCII until a byte says otherwise
	single               // one byte, one character; ASCII below 0x80
	full                 // one byte, one character, other than ASCII: EBCDIC
	multi                // a transformer of x/text
	utf16le
	utf16be
	utf32le
	utf32be
	utf7
)

// choice is an encoding that was chosen for a text.
type choice struct {
	family  family
	charmap *charmap.Charmap
	multi   encoding.Encoding
	skip    int // length of the byte order mark
}

// NewReader returns a reader of r as UTF-8: r itself when it needs no conversion. declared may be empty.
func NewReader(r object.Reader, declared string) object.Reader {
	c := detect(r.Peek(headLen), declared)
	r.Discard(c.skip)
	if c.family == asIs {
		return r
	}
	return chunk.NewReader(newSource(r, c))
}

// Known tells whether the declared name is of an encoding that can be read; the empty name is.
func Known(declared string) bool {
	if normal(declared) == "" {
		return true
	}
	_, ok := lookup(declared)
	return ok
}

// Append appends b as UTF-8 to dst, for short texts such as header fields.
func Append(dst, b []byte, declared string) []byte {
	c := detect(b, declared)
	b = b[c.skip:]
	if c.family == asIs || isASCII(b) && c.family <= single {
		return append(dst, b...)
	}
	r := &chunk.Reader{}
	r.ResetBytes(b)
	src := newSource(r, c)
	for {
		out, last := src.Next()
		dst = append(dst, out...)
		if last {
			return dst
		}
	}
}

// normal brings a name into the form that lookup knows.
func normal(name string) string {
	return strings.ToLower(strings.Trim(name, " \t\r\n\"'"))
}

// lookup returns the encoding of a declared name.
func lookup(declared string) (choice, bool) {
	name := normal(declared)
	switch name {
	case "utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8":
		return choice{family: asIs}, true
	case "", "us-ascii", "ascii", "ansi_x3.4-1968", "unknown-8bit", "x-unknown", "unknown", "8bit", "7bit", "default":
		return choice{family: guess}, true
	case "utf-7", "utf7", "unicode-1-1-utf-7", "unicode-2-0-utf-7":
		return choice{family: utf7}, true
	case "utf-32", "utf32", "utf-32le", "utf32le", "ucs-4", "ucs-4le":
		return choice{family: utf32le}, true
	case "utf-32be", "utf32be", "ucs-4be":
		return choice{family: utf32be}, true
	case "ibm037", "cp037", "ibm-037", "cp-037", "ebcdic-cp-us", "ebcdic-cp-ca", "ebcdic", "037":
		return choice{family: full, charmap: charmap.CodePage037}, true
	case "ibm1047", "cp1047", "ibm-1047":
		return choice{family: full, charmap: charmap.CodePage1047}, true
	case "ibm1140", "cp1140", "cp01140":
		return choice{family: full, charmap: charmap.CodePage1140}, true
	case "cp437", "ibm437":
		return choice{family: single, charmap: charmap.CodePage437}, true
	case "cp850", "ibm850":
		return choice{family: single, charmap: charmap.CodePage850}, true
	case "hz-gb-2312":
		// WHATWG maps it to "replacement", which would hide the text.
		return choice{family: multi, multi: simplifiedchinese.HZGB2312}, true
	}
	return lookupHTML(name)
}

func lookupHTML(name string) (choice, bool) {
	e, err := htmlindex.Get(name)
	if err != nil {
		return choice{family: guess}, false
	}
	if m, ok := e.(*charmap.Charmap); ok {
		return choice{family: single, charmap: m}, true
	}
	switch canonical, _ := htmlindex.Name(e); canonical {
	case "utf-8", "x-user-defined":
		return choice{family: asIs}, true
	case "utf-16le":
		return choice{family: utf16le}, true
	case "utf-16be":
		return choice{family: utf16be}, true
	case "replacement":
		return choice{family: guess}, false
	}
	return choice{family: multi, multi: e}, true
}

// detect chooses the encoding of a text that begins with head.
func detect(head []byte, declared string) choice {
	head = head[:min(len(head), headLen)]
	if c, ok := mark(head); ok {
		return c
	}
	if f := nulPattern(head); f != guess {
		return choice{family: f}
	}
	c, _ := lookup(declared)
	switch c.family {
	case utf16le, utf16be, utf32le, utf32be:
		if isPlain(head) { // a label that lies: no such text is made of ASCII bytes only
			return choice{family: guess}
		}
	case full:
		if isPlain(head) {
			return choice{family: guess}
		}
	case guess:
		if looksEBCDIC(head) {
			return choice{family: full, charmap: charmap.CodePage037}
		}
		if looksISO2022JP(head) {
			return choice{family: multi, multi: japanese.ISO2022JP}
		}
	}
	return c
}

// mark looks for a byte order mark.
func mark(head []byte) (choice, bool) {
	at := func(s string) bool { return len(head) >= len(s) && string(head[:len(s)]) == s }
	switch {
	case at("\xEF\xBB\xBF"):
		return choice{family: asIs, skip: 3}, true
	case at("\xFF\xFE\x00\x00"):
		return choice{family: utf32le, skip: 4}, true
	case at("\x00\x00\xFE\xFF"):
		return choice{family: utf32be, skip: 4}, true
	case at("\xFF\xFE"):
		return choice{family: utf16le, skip: 2}, true
	case at("\xFE\xFF"):
		return choice{family: utf16be, skip: 2}, true
	case at("+/v8") || at("+/v9") || at("+/v+") || at("+/v/"):
		return choice{family: utf7}, true
	}
	return choice{}, false
}

// nulPattern recognises UTF-16 and UTF-32 without a mark: mostly ASCII, with NUL bytes in regular places.
func nulPattern(head []byte) family {
	n := len(head) / 4
	if n < 2 {
		return guess
	}
	var nul [4]int
	for i := range n * 4 {
		if head[i] == 0 {
			nul[i&3]++
		}
	}
	many := func(i int) bool { return nul[i]*10 >= n*7 }
	few := func(i int) bool { return nul[i]*10 <= n }
	switch {
	case few(0) && many(1) && many(2) && many(3):
		return utf32le
	case many(0) && many(1) && many(2) && few(3):
		return utf32be
	case few(0) && many(1) && few(2) && many(3):
		return utf16le
	case many(0) && few(1) && many(2) && few(3):
		return utf16be
	}
	return guess
}

// isPlain tells whether there are ASCII bytes of text only.
func isPlain(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 || c < 9 {
			return false
		}
	}
	return true
}

// looksEBCDIC recognises EBCDIC text: its letters, digits and blanks are nearly all of it, and are hardly ever
// together in anything else. 0x40 is the blank, which text has in plenty.
func looksEBCDIC(head []byte) bool {
	if len(head) < 32 {
		return false
	}
	var text, blanks int
	for _, c := range head {
		switch {
		case c == 0x40:
			blanks++
			text++
		case c >= 0x81 && c <= 0x89, c >= 0x91 && c <= 0x99, c >= 0xA2 && c <= 0xA9,
			c >= 0xC1 && c <= 0xC9, c >= 0xD1 && c <= 0xD9, c >= 0xE2 && c <= 0xE9, c >= 0xF0 && c <= 0xF9:
			text++
		case c == 0x4B, c == 0x6B, c == 0x60, c == 0x61, c == 0x7A, c == 0x7D, c == 0x15, c == 0x25, c == 0x0D:
			text++
		}
	}
	return text*10 >= len(head)*9 && blanks*25 >= len(head)
}

// looksISO2022JP recognises the escape sequences that switch to Japanese (RFC 1468).
func looksISO2022JP(head []byte) bool {
	s := string(head)
	return isPlainEsc(head) && (strings.Contains(s, "\x1b$B") || strings.Contains(s, "\x1b$@"))
}

func isPlainEsc(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 || c == 0 {
			return false
		}
	}
	return true
}

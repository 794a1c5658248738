package mime

import (
	"bytes"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content/charset"
)

// words appends value to dst with its encoded words (RFC 2047) decoded. It is lenient as mail programs are: words inside
// quotes, without blanks between them, with blanks inside, with a language, without an end. Neighbours with one charset
// are put together before they are converted, because senders cut characters in two. What is no word stays as it is.
func words(dst, value []byte) []byte {
	var run []byte // decoded bytes of neighbouring words of one charset
	name := ""
	flush := func() {
		if len(run) > 0 {
			dst = charset.Append(dst, run, name)
		}
		run = run[:0]
	}
	for len(value) > 0 {
		i := bytes.Index(value, []byte("=?"))
		if i < 0 {
			break
		}
		set, text, quoted, n := cutWord(value[i:])
		if n == 0 {
			flush()
			dst = charset.Append(dst, value[:i+2], "")
			value = value[i+2:]
			continue
		}
		between := value[:i]
		if len(run) == 0 || len(bytes.TrimSpace(between)) > 0 || !strings.EqualFold(set, name) {
			if len(run) > 0 && len(bytes.TrimSpace(between)) == 0 {
				between = nil // blanks between words are none
			}
			flush()
			dst = charset.Append(dst, between, "")
		}
		name = set
		if quoted {
			run = appendQ(run, text)
		} else {
			run = appendB(run, text)
		}
		value = value[i+n:]
	}
	flush()
	return charset.Append(dst, value, "")
}

// cutWord takes the encoded word that b begins with apart; n is its length, 0 if it is none.
func cutWord(b []byte) (set string, text []byte, quoted bool, n int) {
	rest := b[2:]
	i := bytes.IndexByte(rest, '?')
	if i <= 0 || i > 64 || len(rest) < i+3 || rest[i+2] != '?' {
		return "", nil, false, 0
	}
	set, _, _ = strings.Cut(string(rest[:i]), "*") // RFC 2231: a language may follow
	switch rest[i+1] {
	case 'Q', 'q':
		quoted = true
	case 'B', 'b':
	default:
		return "", nil, false, 0
	}
	from := 2 + i + 3
	text = b[from:]
	j := bytes.Index(text, []byte("?="))
	if quoted && j == 0 { // "=?utf-8?Q?=41?=": the text begins with an escape
		if k := bytes.Index(text[1:], []byte("?=")); k >= 0 {
			j = k + 1
		}
	}
	if j < 0 {
		return set, bytes.TrimRight(text, "?"), quoted, len(b)
	}
	return set, text[:j], quoted, from + j + 2
}

// appendQ appends the decoded text of a Q word.
func appendQ(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '_':
			c = ' '
		case c == '=' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			c = unhex(text[i+1])<<4 | unhex(text[i+2])
			i += 2
		}
		dst = append(dst, c)
	}
	return dst
}

// appendB appends the decoded text of a B word.
func appendB(dst, text []byte) []byte {
	var q quartet
	for _, c := range text {
		dst = q.add(dst, c)
	}
	return q.end(dst)
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}

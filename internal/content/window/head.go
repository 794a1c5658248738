package window

import (
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/object"
)

// headMax is how much of a head in a wide encoding is converted to look at it.
const headMax = 2 << 10

// Head returns the beginning of a text as UTF-8, for Sniff: head itself, unless it is in UTF-16 or UTF-32.
func Head(head []byte) []byte {
	if !wide(head) {
		if len(head) >= 3 && string(head[:3]) == "\xef\xbb\xbf" {
			return head[3:]
		}
		return head
	}
	return charset.Append(nil, head[:min(len(head), headMax)], "")
}

// wide tells whether the first bytes are a mark or the NUL pattern of a wide encoding.
func wide(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	if b[0] == 0xff && b[1] == 0xfe || b[0] == 0xfe && b[1] == 0xff {
		return true
	}
	return b[0] == 0 && b[1] != 0 && b[2] == 0 && b[3] != 0 || b[0] != 0 && b[1] == 0 && b[3] == 0 ||
		b[0] == 0 && b[1] == 0 && b[2] == 0 && b[3] != 0 || b[0] == 0 && b[1] == 0 && b[2] == 0xfe && b[3] == 0xff
}

// Declared returns the charset that m declares, "" if none.
func Declared(m *object.Meta) string {
	if m == nil {
		return ""
	}
	return m.Param("charset")
}

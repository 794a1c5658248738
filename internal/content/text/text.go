// Package text takes whatever no other format takes. Text in any encoding of package charset becomes UTF-8 and
// passes as it is, but for the rows of delimiter-separated tables in it (package paste), which are units with fields; the lines
// of format=flowed text (RFC 3676) are joined.
//
// NUL bytes before the text are passed over, and long runs of them (sparse files, padding) do not make it binary: they
// hold nothing. A file of nothing else is empty text.
//
// Binary data of an unknown format is reported as not read (coverage.Format), and so is the binary conversation of a
// protocol that nobody recognised (coverage.Protocol); this leaves it to the driver to scan the strings in it. Stray bytes of a
// protocol that is followed (object.Meta Endless, Unlabelled) count as read.
package text

import (
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "text", Media: "text/plain", Sniff: sniff, Decode: decode}
}

// headLen is how much is looked at to tell text from binary data.
const headLen = 4 << 10

func sniff(head []byte, m *object.Meta) content.Score {
	switch {
	case m == nil || !strings.HasPrefix(m.MediaType, "text/"):
		return 1
	case m.MediaType == "text/plain":
		return content.Declared
	}
	return content.Declared / 2
}

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	declared := window.Declared(m)
	switch {
	case !binary(unpad(r), declared):
		r = charset.NewReader(r, declared)
		if isFlowed(m) {
			r = chunk.NewReader(newFlowed(r, m))
		}
		window.Run(r, &parser{e: e})
		return coverage.None
	case m != nil && m.Protocol == "raw":
		return coverage.Protocol
	case m == nil || !m.Endless && !m.Unlabelled && m.Kind != object.Stream:
		return coverage.Format
	}
	for b := r.Fill(); len(b) > 0; b = r.Fill() {
		e.Text(b)
		r.Discard(len(b))
	}
	return coverage.None
}

// unpad passes over the NUL bytes that the object begins with, and returns the head of what follows.
func unpad(r object.Reader) []byte {
	passed := 0
	for {
		head := r.Peek(headLen)
		n := 0
		for n < len(head) && head[n] == 0 {
			n++
		}
		if n == len(head) && n > 0 {
			r.Discard(n)
			passed += n
			continue
		}
		if passed+n >= padding {
			r.Discard(n - leading(head[n:], passed+n))
			head = r.Peek(headLen)
		}
		return head
	}
}

// leading returns how many of the n NUL bytes before head belong to its first character, in UTF-16 or UTF-32 with the
// high byte first: characters stand at even places.
func leading(head []byte, n int) int {
	switch {
	case len(head) > 3 && head[1]|head[2]|head[3] == 0:
		return n % 4
	case len(head) > 1 && head[1] == 0:
		return n % 2
	}
	return 0
}

// padding is how many NUL bytes in a row are no part of text in any encoding, nor of a number.
const padding = 8

// unpadded returns a copy of b without its runs of NUL bytes.
func unpadded(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		n := i
		for n < len(b) && b[n] == 0 {
			n++
		}
		if n-i < padding {
			n = min(n+1, len(b))
			out = append(out, b[i:n]...)
		}
		i = n
	}
	return out
}

// binary tells whether head is no text in any encoding: control characters that no text has, once it is UTF-8.
func binary(head []byte, declared string) bool {
	n := controls(head)
	if n == 0 {
		return false
	}
	if n*20 < len(head) {
		return false
	}
	for _, b := range [...][]byte{charset.Append(nil, head, declared), unpadded(head)} {
		if controls(b)*20 < len(b) {
			return false
		}
	}
	return true
}

func controls(b []byte) int {
	n := 0
	for _, c := range b {
		if isControl[c] {
			n++
		}
	}
	return n
}

// isControl has the control characters but those that texts have: tab, line and form feeds, escape, and the separators
// of HL7 and NCPDP.
var isControl = func() (t [256]bool) {
	for c := range 32 {
		t[c] = true
	}
	for _, c := range []byte{'\t', '\n', '\r', '\f', 0x0b, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e} {
		t[c] = false
	}
	t[0x7f] = true
	return t
}()

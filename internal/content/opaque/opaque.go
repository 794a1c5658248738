// Package opaque recognises, by their first bytes, formats that cannot be opened yet: documents (PDF, Office, RTF),
// archives and compressors without a decoder, images, sound, video, fonts, programs, data bases. They are reported as
// not read (coverage.Format); the driver still scans the strings in them. What is ciphertext by its own account (OpenPGP,
// CMS enveloped data, age, LUKS, KeePass, openssl enc) is reported as coverage.Password.
//
// The marks are those of the formats' own specifications, most of them as collected by file(1); a mark of fewer than four bytes
// counts only with a second sign. Not recognised: ISO 9660, whose mark lies beyond the head, and what has no mark.
package opaque

import (
	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// mark is a format with a magic number.
type mark struct {
	name, media string
	at          int
	magic       string
	also        func(head []byte) bool // a second sign, nil: none
}

// Formats returns the recognisers.
func Formats() []content.Format {
	fs := office()
	for i := range marks {
		m := &marks[i]
		fs = append(fs, content.Format{Name: m.name, Media: m.media, Opaque: true, Sniff: m.sniffer()})
	}
	fs = append(fs, content.Format{Name: "pdf", Media: "application/pdf", Opaque: true, Sniff: sniffPDF})
	for i := range sealed {
		m := &sealed[i]
		fs = append(fs, content.Format{Name: m.name, Media: m.media, Sniff: m.sniffer(), Decode: password})
	}
	return fs
}

// password is the decoder of ciphertext.
func password(_ object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
	if s, ok := e.(content.Sealer); ok {
		s.Sealed()
	}
	return coverage.Password
}

// sniffer returns a Sniff that is done with most heads after one byte: all of them are called for every object.
func (m *mark) sniffer() func([]byte, *object.Meta) content.Score {
	at, first := m.at, m.magic[0]
	return func(head []byte, _ *object.Meta) content.Score {
		if at >= len(head) || head[at] != first {
			return content.No
		}
		return m.sniff(head)
	}
}

func (m *mark) sniff(head []byte) content.Score {
	end := m.at + len(m.magic)
	if len(head) < end || string(head[m.at:end]) != m.magic || m.also != nil && !m.also(head) {
		return content.No
	}
	return content.Sure
}

// sniffPDF allows for what some writers put before the header: readers look for it in the first 1,024 bytes.
func sniffPDF(head []byte, _ *object.Meta) content.Score {
	head = head[:min(len(head), 1024)]
	for i := 0; i+8 <= len(head); i++ {
		if head[i] == '%' && string(head[i:i+5]) == "%PDF-" && head[i+5]-'0' < 10 {
			if i == 0 {
				return content.Sure
			}
			return content.Likely + 5
		}
	}
	return content.No
}

package mime

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// knowsBetter is above what other formats say of the same bytes.
const knowsBetter = content.Sure + 3

// maxFormField is the longest form value that is a field rather than an object to be opened.
const maxFormField = 1 << 10

// formField returns the format "field": the value of a form field, small and without structure of its own.
func formField() content.Format {
	return content.Format{
		Name: "field", Media: "text/plain",
		Sniff: func(head []byte, m *object.Meta) content.Score {
			if m.Param(fieldKey) == "" || len(head) > maxFormField || m.MediaType != "text/plain" {
				return content.No
			}
			if t := bytes.TrimLeft(head, " \t\r\n"); len(t) > 1 && (t[0] == '{' || t[0] == '[' || t[0] == '<') {
				return content.No
			}
			return knowsBetter
		},
		Decode: func(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
			u := charset.NewReader(r, m.Param("charset"))
			v := u.Peek(object.PeekMax)
			e.Field(object.RoleQuery, []byte(m.Param(fieldKey)), v)
			u.Discard(len(v))
			return coverage.None
		},
	}
}

// opaque returns what is recognised and cannot be opened.
func opaque() []content.Format {
	declared := func(name, media string) content.Format {
		return content.Format{Name: name, Media: media, Opaque: true, Sniff: func(_ []byte, m *object.Meta) content.Score {
			if m.MediaType == media {
				return knowsBetter
			}
			return content.No
		}}
	}
	return []content.Format{
		declared("partial", "message/partial"),
		declared("external", "message/external-body"),
		{Name: "tnef", Media: "application/ms-tnef", Opaque: true, Sniff: func(head []byte, _ *object.Meta) content.Score {
			if bytes.HasPrefix(head, []byte("\x78\x9F\x3E\x22")) {
				return content.Sure
			}
			return content.No
		}},
		{Name: "pkcs7", Media: "application/pkcs7-mime", Opaque: true, Sniff: sniffPKCS7, Decode: decodePKCS7},
		{Name: "pgp", Media: "application/pgp-encrypted", Opaque: true, Sniff: sniffPGP,
			Decode: func(_ object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
				seal(e)
				return coverage.None
			}},
	}
}

// Content types of PKCS #7 (RFC 5652) as DER object identifiers.
const (
	oidSigned    = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02"
	oidEnveloped = "\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03"
	oidAuthEnv   = "\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17"
)

func hasOID(head []byte, oid string) bool {
	return len(head) > 0 && head[0] == 0x30 && bytes.Contains(head[:min(len(head), 64)], []byte(oid))
}

func isEnveloped(head []byte) bool { return hasOID(head, oidEnveloped) || hasOID(head, oidAuthEnv) }

func sniffPKCS7(head []byte, _ *object.Meta) content.Score {
	if isEnveloped(head) || hasOID(head, oidSigned) {
		return content.Sure
	}
	return content.No
}

func decodePKCS7(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
	if isEnveloped(r.Peek(64)) {
		seal(e)
	}
	return coverage.None
}

func sniffPGP(head []byte, m *object.Meta) content.Score {
	head = bytes.TrimLeft(head, " \t\r\n")
	if bytes.HasPrefix(head, []byte("-----BEGIN PGP MESSAGE-----")) {
		return knowsBetter
	}
	return content.No
}

// seal says that the part is ciphertext.
func seal(e object.Emitter) {
	if s, ok := e.(content.Sealer); ok {
		s.Sealed()
	}
}

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

// unopened returns what is recognised and cannot be opened.
func unopened() []content.Format {
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
	}
}

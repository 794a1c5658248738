// Package gzip opens gzip files (RFC 1952): one part with the bytes of all members in a row, named by the header, else
// by the name of the file without its suffix. Checksums are verified. Bytes behind the last member are scanned as text.
package gzip

import (
	"bytes"
	"path"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/codec"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the format "gzip".
func Format() content.Format {
	return content.Format{
		Name: "gzip", Media: "application/gzip",
		Sniff: func(head []byte, _ *object.Meta) content.Score {
			if codec.IsGzip(head) {
				return content.Sure
			}
			return content.No
		},
		Decode: decode,
	}
}

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	name, comment := codec.GzipName(r.Peek(object.PeekMax))
	inner := string(charset.Append(nil, name, "iso-8859-1")) // the encoding that the standard says
	if inner != "" {
		e.Field(object.RoleName, []byte("filename"), []byte(inner))
		inner = path.Base(strings.ReplaceAll(inner, `\`, "/"))
	} else {
		inner = outerName(m.Name.Reveal())
	}
	if c := bytes.TrimSpace(comment); len(c) > 0 {
		e.Field(object.RoleNone, []byte("comment"), charset.Append(nil, c, "iso-8859-1"))
	}
	return content.Packed(e, codec.Gzip, r, inner)
}

// outerName is the name of a compressed file without the suffix.
func outerName(name string) string {
	if n := len(name) - len(".gz"); n > 0 {
		switch lower := strings.ToLower(name); {
		case strings.HasSuffix(lower, ".gz"):
			return name[:n]
		case strings.HasSuffix(lower, ".tgz"):
			return name[:n] + "tar"
		}
	}
	return ""
}

// Package zstd opens zstd files (RFC 8878): one part with the bytes of all frames in a row, named by the file without its
// suffix. Windows above 8 MiB and dictionaries are not opened.
package zstd

import (
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/codec"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the format "zstd".
func Format() content.Format {
	return content.Format{
		Name: "zstd", Media: "application/zstd",
		Sniff: func(head []byte, _ *object.Meta) content.Score {
			if codec.IsZstd(head) {
				return content.Sure
			}
			return content.No
		},
		Decode: decode,
	}
}

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	name := m.Name.Reveal()
	if n := len(name) - len(".zst"); n > 0 && strings.EqualFold(name[n:], ".zst") {
		name = name[:n]
	} else {
		name = ""
	}
	return content.Packed(e, codec.Zstd, r, name)
}

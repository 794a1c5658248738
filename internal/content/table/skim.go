package table

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/object"
)

// maxRow is how long a row may be to be looked at as a whole. A shorter one that a chunk's edge cuts is waited for.
const maxRow = 2 << 10

// skim asks the visitor whether it takes rows as they are. The cells of a CMS extract have roles.
func (p *parser) skim() {
	if s, ok := p.e.(object.Skimmer); ok && p.roles == nil && s.Skim(p.labels, p.delim) {
		p.skimmer = s
	}
}

// rows offers the rows from b[i:] on, and returns where the first one begins that has to be told cell by cell, and its end. Both are the
// same if it has to be waited for.
func (p *parser) rows(b []byte, i int, last bool) (from, to int) {
	for i < len(b) {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			if !last && len(b)-i < maxRow {
				return i, i
			}
			return i, len(b)
		}
		row := b[i : i+n]
		if n > 0 && row[n-1] == '\r' {
			row = row[:n-1]
		}
		if len(row) > maxRow || p.off+int64(i) < p.literal || len(row) > 0 && !p.skimmer.Row(row) {
			return i, i + n + 1
		}
		i += n + 1
	}
	return i, i
}

// lineEnd returns the index behind the next line feed of b at or after i, len(b) if there is none.
func lineEnd(b []byte, i int) int {
	if n := bytes.IndexByte(b[i:], '\n'); n >= 0 {
		return i + n + 1
	}
	return len(b)
}

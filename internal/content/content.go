// Package content opens objects until there are units of fields and text: it recognises formats by their bytes, runs
// their decoders within limits, undoes content codings, hashes where asked, and says what was not read.
package content

import (
	"path"
	"strings"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Score is how sure a format is that an object is of its kind; 0 is no, the best score wins, equal scores go to the
// earlier entry of the list.
type Score int

const (
	No       Score = 0
	Declared Score = 20  // only the declared media type or the name says so
	Likely   Score = 60  // the bytes read like it
	Sure     Score = 100 // a magic number or an unmistakable beginning
)

// Format is one decoder. Decode is ordinary pull code; it runs in constant memory unless Whole is set, and is bounded by
// construction: the driver bounds the bytes, a decoder bounds everything else with Emitter.Step.
type Format struct {
	Name   string
	Whole  bool // needs the whole object (Reader.Whole): spooled within a budget
	Opaque bool // recognised, but cannot be opened yet: reported as uninspected, strings in it are scanned
	// Sniff looks at the first bytes (up to object.PeekMax) and at what was declared. head may be short.
	Sniff func(head []byte, m *object.Meta) Score
	// Decode reads r and emits. It returns None, or the reason why it stopped before the end; what is left of r is
	// then scanned as text by the driver.
	Decode func(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason
	// Media is the media type reported for it when none was declared.
	Media string
}

// Suffix returns the suffix of the name of m in lower case, with its dot; "" if there is none, or a longer one than
// formats have.
func Suffix(m *object.Meta) string {
	if s := path.Ext(m.Name.Reveal()); len(s) <= 8 {
		return strings.ToLower(s)
	}
	return ""
}

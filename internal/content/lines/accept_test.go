package lines

import (
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

func TestAccept(t *testing.T) {
	ps := people(6)
	var cases []contenttest.Case
	for name, doc := range renderings(ps) {
		cases = append(cases, contenttest.Case{Name: name, Data: []byte(doc), Meta: contenttest.Named("a.txt"), Contains: []string{ps[5].ssn},
			Format: "lines", State: coverage.Inspected})
	}
	contenttest.Accept(t, []content.Format{Format()}, cases)
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{}) }

func FuzzDecode(f *testing.F) {
	var seeds [][]byte
	for _, doc := range renderings(people(3)) {
		seeds = append(seeds, []byte(doc))
	}
	contenttest.Fuzz(f, []content.Format{forced()}, contenttest.Named("a.txt"), seeds...)
}

// forced is the format, taken whatever the bytes are.
func forced() content.Format {
	f := Format()
	f.Sniff = func([]byte, *object.Meta) content.Score { return content.Sure }
	return f
}

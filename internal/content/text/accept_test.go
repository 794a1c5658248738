package text

import (
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

func TestAccept(t *testing.T) {
	contenttest.Accept(t, []content.Format{Format()}, []contenttest.Case{
		{Name: "text", Data: []byte("SSN: 219-09-9999\n"), Meta: contenttest.Named("a.txt"), Contains: []string{"219-09-9999"}, Format: "text", State: coverage.Inspected},
		{Name: "binary", Data: []byte(noise(5000) + "219-09-9999"), Meta: contenttest.Named("a.bin"), Contains: []string{"219-09-9999"},
			Format: "text", State: coverage.Uninspected, Reasons: []coverage.Reason{coverage.Format}},
		{Name: "raw", Data: []byte(noise(5000) + "219-09-9999"), Meta: object.Meta{Kind: object.Stream, Unlabelled: true}, Contains: []string{"219-09-9999"},
			Format: "text", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{}) }

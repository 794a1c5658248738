package form

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
		{Name: "form", Data: []byte("name=Jane+Roe&ssn=219%2D09%2D9999&x=%7B%22a%22%3A1%7D&y"), Meta: object.Meta{Kind: object.Request, MediaType: mediaType},
			Contains: []string{"219-09-9999", "Jane Roe"}, Format: "form", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{MediaType: mediaType}) }

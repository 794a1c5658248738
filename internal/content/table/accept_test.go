package table

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
		{Name: "csv", Data: []byte("Name,SSN\r\n\"Roe, \"\"J\"\"\",219-09-9999\r\n\"open,1\r\nDoe,2\r\n"), Meta: contenttest.Named("a.csv"),
			Contains: []string{"219-09-9999", "SSN"}, Format: "table", State: coverage.Inspected},
		{Name: "large", Data: sample(true)[:70000], Meta: contenttest.Named("a.csv"), Contains: []string{"219-09-0001"}, Format: "table", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{MediaType: "text/csv"}) }

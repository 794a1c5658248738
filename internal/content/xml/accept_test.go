package xml

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
		{Name: "cda", Data: []byte(`<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><id root="2.16.840.1.113883.4.1" extension="111-22-3333"/><text><td>x</td></text></ClinicalDocument>`),
			Meta: contenttest.Named("a.xml"), Contains: []string{"ssn", "111-22-3333"}, Format: "xml", State: coverage.Inspected},
		{Name: "records", Data: []byte(`<all><person a="1"><ssn>219-09-9999</ssn><![CDATA[y]]></person><person><ssn/></person><!-- c --></all>`), Meta: contenttest.Named("a.xml"),
			Contains: []string{"219-09-9999"}, Format: "xml", State: coverage.Inspected},
		{Name: "large", Data: sample()[:70000], Meta: contenttest.Named("a.xml"), Contains: []string{"219-09-0001"}, Format: "xml", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{}) }

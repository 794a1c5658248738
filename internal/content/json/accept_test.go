package json

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
		{Name: "object", Data: []byte(`{"patient":{"ssn":"219-09-9999","n":[1,2.5e3,{"x":null}]}}`), Meta: contenttest.Named("a.json"),
			Contains: []string{"219-09-9999"}, Format: "json", State: coverage.Inspected},
		{Name: "records", Data: []byte(`[{"system":"http://hl7.org/fhir/sid/us-ssn","value":"219099999"},{"value":"1","type":"\u0041\ud83d\ude00"}]`),
			Meta: object.Meta{Kind: object.Request}, Contains: []string{"us-ssn value", "219099999"}, Format: "json", State: coverage.Inspected},
		{Name: "broken", Data: []byte(`{"a":1,"b":[x],"ssn":"219-09-9999"}`), Meta: contenttest.Named("a.json"),
			Contains: []string{"219-09-9999"}, Format: "json", State: coverage.Inspected},
		{Name: "large", Data: sample()[:70000], Meta: contenttest.Named("a.json"), Contains: []string{"219-02-0001"}, Format: "json", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{}) }

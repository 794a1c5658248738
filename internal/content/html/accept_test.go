package html

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
		{Name: "page", Data: []byte("<html><body><!-- c --><p title='t'>SSN 219<b>-09-</b>9999 &amp;</p><script>x</script></body></html>"), Meta: contenttest.Named("a.html"),
			Contains: []string{"219-09-9999"}, Format: "html", State: coverage.Inspected},
		{Name: "table", Data: []byte("<table><tr><th>Name<th>SSN<tr><td>Roe<td>219&#45;09&#45;9999</table><input name=ssn value=1>"), Meta: contenttest.Named("a.html"),
			Contains: []string{"219-09-9999"}, Format: "html", State: coverage.Inspected},
		{Name: "large", Data: sample(true)[:70000], Meta: contenttest.Named("a.html"), Contains: []string{"219-09-0001"}, Format: "html", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{}) }

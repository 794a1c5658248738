package opaque

import (
	"testing"

	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/coverage"
)

func TestAccept(t *testing.T) {
	contenttest.Accept(t, Formats(), []contenttest.Case{
		{Name: "pdf", Data: []byte("%PDF-1.4\n(219-09-9999) Tj"), Meta: contenttest.Named("a.pdf"), Contains: []string{"219-09-9999"},
			Format: "pdf", State: coverage.Uninspected, Reasons: []coverage.Reason{coverage.Format}},
		{Name: "pgp", Data: []byte("-----BEGIN PGP MESSAGE-----\n219-09-9999\n"), Meta: contenttest.Named("a.asc"), Contains: []string{"219-09-9999"},
			Format: "pgp", State: coverage.Encrypted, Reasons: []coverage.Reason{coverage.Password}},
	})
}

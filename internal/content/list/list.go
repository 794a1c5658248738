// Package list names the formats, in the order in which equal scores are decided.
package list

import (
	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/card"
	"github.com/phiwatch/phiwatch/internal/content/cclf"
	"github.com/phiwatch/phiwatch/internal/content/cda"
	"github.com/phiwatch/phiwatch/internal/content/dicom"
	"github.com/phiwatch/phiwatch/internal/content/fhir"
	"github.com/phiwatch/phiwatch/internal/content/form"
	"github.com/phiwatch/phiwatch/internal/content/gzip"
	"github.com/phiwatch/phiwatch/internal/content/hl7"
	"github.com/phiwatch/phiwatch/internal/content/html"
	"github.com/phiwatch/phiwatch/internal/content/json"
	"github.com/phiwatch/phiwatch/internal/content/lines"
	"github.com/phiwatch/phiwatch/internal/content/mime"
	"github.com/phiwatch/phiwatch/internal/content/naaccr"
	"github.com/phiwatch/phiwatch/internal/content/ncpdp"
	"github.com/phiwatch/phiwatch/internal/content/opaque"
	"github.com/phiwatch/phiwatch/internal/content/sql"
	"github.com/phiwatch/phiwatch/internal/content/table"
	"github.com/phiwatch/phiwatch/internal/content/text"
	"github.com/phiwatch/phiwatch/internal/content/x12"
	"github.com/phiwatch/phiwatch/internal/content/xml"
	"github.com/phiwatch/phiwatch/internal/content/zip"
	"github.com/phiwatch/phiwatch/internal/content/zstd"
)

// Formats returns every format.
func Formats() []content.Format {
	fs := append(mime.Formats(), zip.Formats()...)
	fs = append(fs,
		gzip.Format(),
		zstd.Format(),
		hl7.Format(),
		x12.Format(),
		ncpdp.Format(),
		dicom.Format(),
		fhir.Format(),
		cda.Format(),
		naaccr.Format(),
		cclf.Format(),
		html.Format(),
		xml.Format(),
		json.Format(),
		form.Format(),
		card.Format(),
		sql.Format(),
		lines.Format(),
		table.Format(),
	)
	fs = append(fs, opaque.Formats()...)
	return append(fs, text.Format())
}

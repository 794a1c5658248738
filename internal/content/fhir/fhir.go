// Package fhir opens HL7 FHIR (DSTU2 to R5): resources and bundles in JSON and XML, and bulk data in NDJSON.
//
// It is recognised by a resourceType of FHIR's, by the namespace http://hl7.org/fhir, or by a declared media type
// (application/fhir+json, application/fhir+xml, application/fhir+ndjson).
//
// Of Patient, RelatedPerson and Person, names, addresses, telecom, birth dates and identifiers are fields in their roles.
// What an identifier is, its system says (us-ssn, us-mbi, us-medicare, us-npi, urn:oid:2.16.840.1.113883.4.1 and the other
// registers), else its type (v2-0203: MR, SS, MC, MA, MB ...), else the text of its type; a patient's without any of these
// is a record number. Coverage.subscriberId is a member's. Codes of ICD are diagnoses, those of NDC and RxNorm drugs, and
// the displays of all codes are labelled by what they code. Names and identifiers of Practitioner, Organization and
// Location are a provider's. An identifier of a patient that stands in a reference counts as the patient's. Narrative is
// text; attachments in Base64 up to 4 MiB are parts. Security labels and tags HTEST mark a test.
//
// A unit is one person's: a Patient of a bundle or of NDJSON with the resources beside it that refer to it (subject,
// patient, beneficiary) or to nobody. A resource of somebody else begins another one; lines that refer to nobody are units
// of their own.
//
// A property that comes before its resourceType, and a resource that comes before its reference to the patient, wait for it,
// up to 64 KiB of a resource; what waits longer has no role, or is counted for the person before. From the first byte that
// is not JSON the rest is text, and so is a string of more than 64 KiB. Turtle and protocol buffers are not read.
package fhir

import (
	"bytes"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/jsonscan"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/xmlscan"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "fhir", Media: "application/fhir+json", Sniff: sniff, Decode: decode}
}

// namespace is that of FHIR in XML.
const namespace = "http://hl7.org/fhir"

// better is a score above those of json and xml, which are sure of the same bytes.
const better = content.Sure + content.Likely

// sniff looks for a resourceType, or for the namespace.
func sniff(head []byte, m *object.Meta) content.Score {
	head = window.Head(head)
	said := m != nil && strings.HasPrefix(m.MediaType, "application/fhir")
	switch {
	case len(head) == 0:
	case isXML(head):
		if xmlscan.Shape(head) > 0 && (rooted(head) || said) {
			return better
		}
	case jsonscan.Shape(head) && (said || resourced(head) || late(head)):
		return better
	}
	return content.No
}

// late tells whether a resource seems to have begun whose type comes behind what is at hand: some servers sort the keys.
func late(head []byte) bool {
	return len(head) >= object.PeekMax && !bytes.Contains(head, resourceKey) &&
		(bytes.Contains(head, []byte(`"http://hl7.org/fhir/`)) || bytes.Contains(head, []byte(`"http://terminology.hl7.org/`)))
}

func isXML(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	return len(head) > 0 && head[0] == '<'
}

// rooted tells whether the first element is in FHIR's namespace.
func rooted(head []byte) bool {
	i := bytes.Index(head, []byte(namespace))
	if i < 0 || i+len(namespace) >= len(head) {
		return false
	}
	if c := head[i+len(namespace)]; c != '"' && c != '\'' {
		return false
	}
	open := bytes.LastIndexByte(head[:i], '<')
	return open >= 0 && open+1 < len(head) && head[open+1] != '!' && !bytes.Contains(head[open:i], []byte("html"))
}

var resourceKey = []byte(`"resourceType"`)

// resourced tells whether a resource of FHIR begins in head: other interfaces have keys of that name, too.
func resourced(head []byte) bool {
	for {
		i := bytes.Index(head, resourceKey)
		if i < 0 {
			return false
		}
		head = bytes.TrimLeft(head[i+len(resourceKey):], " \t\r\n:")
		if len(head) > 2 && head[0] == '"' {
			if n := bytes.IndexByte(head[1:min(len(head), 64)], '"'); n > 0 && known(head[1:n+1]) {
				return true
			}
		}
	}
}

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	head := window.Head(r.Peek(512))
	e.Structure(object.StructFHIR)
	p := newModel(e)
	if isXML(head) {
		name := window.Declared(m)
		if name == "" {
			name = xmlscan.Encoding(r.Peek(256))
		}
		x := &xmlDoc{m: p}
		x.s = xmlscan.New(x)
		x.s.Run(charset.NewReader(r, name))
	} else {
		window.Run(charset.NewReader(r, "utf-8"), jsonscan.New(&jsonDoc{m: p}))
	}
	p.end()
	return coverage.None
}

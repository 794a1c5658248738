package xml

import (
	"bytes"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/xmlscan"
	"github.com/phiwatch/phiwatch/internal/object"
)

// sniff wants an XML declaration, or an element that is none of HTML's with a namespace or a closed tag.
func sniff(head []byte, m *object.Meta) content.Score {
	said := declared(m)
	head = window.Head(head)
	s := xmlscan.Shape(head)
	switch {
	case s == content.No && said && bytes.IndexByte(head[:min(len(head), 256)], '<') >= 0:
		return content.Declared
	case s > 0 && said:
		return s + content.Declared
	}
	return s
}

func declared(m *object.Meta) bool {
	if m == nil {
		return false
	}
	switch t := m.MediaType; {
	case t == "application/xml", t == "text/xml", strings.HasSuffix(t, "+xml") && t != "application/xhtml+xml":
		return true
	}
	switch content.Suffix(m) {
	case ".xml", ".cda", ".ccda", ".ccd", ".xsl", ".xsd":
		return true
	}
	return false
}

package opaque

import (
	"bytes"
	"encoding/binary"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/object"
)

const ooxml = "application/vnd.openxmlformats-officedocument."

// office returns the recognisers of documents that are zip archives. They are surer than zip itself.
func office() []content.Format {
	kinds := []struct{ name, media, part string }{
		{"docx", ooxml + "wordprocessingml.document", "word/"},
		{"xlsx", ooxml + "spreadsheetml.sheet", "xl/"},
		{"pptx", ooxml + "presentationml.presentation", "ppt/"},
		{"ooxml", "application/vnd.openxmlformats-package", ""},
	}
	var fs []content.Format
	for _, k := range kinds {
		part := []byte(k.part)
		fs = append(fs, content.Format{Name: k.name, Media: k.media, Opaque: true, Sniff: func(head []byte, _ *object.Meta) content.Score {
			if !isOOXML(firstMember(head)) {
				return content.No
			}
			if len(part) == 0 {
				return content.Sure + 5
			}
			if hasMember(head, part) {
				return content.Sure + 10
			}
			return content.No
		}})
	}
	docs := []struct{ name, media string }{
		{"odt", "application/vnd.oasis.opendocument.text"},
		{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
		{"odp", "application/vnd.oasis.opendocument.presentation"},
		{"odf", "application/vnd.oasis.opendocument"},
		{"odf", "application/vnd.sun.xml"},
	}
	for i, d := range docs {
		media := []byte(d.media)
		score := content.Sure + 10
		if i > 2 {
			score = content.Sure + 5
		}
		fs = append(fs, content.Format{Name: d.name, Media: d.media, Opaque: true, Sniff: func(head []byte, _ *object.Meta) content.Score {
			name := firstMember(head)
			if string(name) != "mimetype" || !bytes.HasPrefix(head[30+len(name):], media) {
				return content.No
			}
			return score
		}})
	}
	return fs
}

// firstMember returns the name in the local header that head begins with.
func firstMember(head []byte) []byte {
	if len(head) < 38 || string(head[:4]) != "PK\x03\x04" {
		return nil
	}
	n := int(binary.LittleEndian.Uint16(head[26:]))
	if n > 256 || 30+n > len(head) {
		return nil
	}
	return head[30 : 30+n]
}

// isOOXML tells whether a member's name is one that packages of Office begin with.
func isOOXML(name []byte) bool {
	switch string(name) {
	case "[Content_Types].xml", "_rels/.rels", "docProps/app.xml", "docProps/core.xml", "word/document.xml", "xl/workbook.xml",
		"ppt/presentation.xml", "mimetype/":
		return true
	}
	for _, p := range [...]string{"word/", "xl/", "ppt/", "docProps/", "customXml/", "_rels/"} {
		if bytes.HasPrefix(name, []byte(p)) {
			return true
		}
	}
	return false
}

// hasMember looks for a member below part among the local headers in head.
func hasMember(head, part []byte) bool {
	for {
		i := bytes.Index(head, []byte("PK\x03\x04"))
		if i < 0 || len(head) < i+30+len(part) {
			return false
		}
		head = head[i:]
		if bytes.HasPrefix(head[30:], part) {
			return true
		}
		head = head[4:]
	}
}

package json

import (
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/jsonscan"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// sniff looks for an object with a quoted key, or an array that goes on like one.
func sniff(head []byte, m *object.Meta) content.Score {
	said := declared(m)
	s := jsonscan.Shape(window.Head(head))
	switch {
	case s && said:
		return content.Likely + content.Declared
	case s:
		return content.Likely
	case said:
		return content.Declared
	}
	return content.No
}

func declared(m *object.Meta) bool {
	if m == nil {
		return false
	}
	if t := m.MediaType; t != "" {
		switch {
		case t == "application/json", t == "text/json", strings.HasSuffix(t, "+json"), strings.HasSuffix(t, "ndjson"),
			strings.HasSuffix(t, "jsonlines"), strings.HasSuffix(t, "json-seq"):
			return true
		}
	}
	switch content.Suffix(m) {
	case ".json", ".jsonl", ".ndjson", ".geojson", ".har":
		return true
	}
	return false
}

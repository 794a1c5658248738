package hl7

import (
	"bytes"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// headMax is how much of a document is looked at for a header that does not stand at its beginning.
const headMax = 4 << 10

// delimiters are those of a header; 0 is none.
type delimiters struct{ sep, comp, rep, esc, sub byte }

// header reads the delimiters of a segment that begins a message, batch or file.
func header(s []byte) (d delimiters, ok bool) {
	if len(s) < 6 || s[1] != 'S' && s[1] != 'H' || s[2] != 'H' && s[2] != 'S' || !mark(s[3]) {
		return d, false
	}
	switch string(s[:3]) {
	case "MSH", "FHS", "BHS":
	default:
		return d, false
	}
	d.sep = s[3]
	n := 4
	for n < len(s) && n < 9 && mark(s[n]) && s[n] != d.sep {
		n++
	}
	if n < 6 || n < len(s) && s[n] != d.sep && s[n] > ' ' {
		return delimiters{}, false
	}
	enc := s[4:n]
	d.comp, d.rep = enc[0], enc[1]
	if len(enc) > 2 {
		d.esc = enc[2]
	}
	if len(enc) > 3 {
		d.sub = enc[3]
	}
	return d, true
}

// mark tells whether c may be a delimiter.
func mark(c byte) bool {
	return c > ' ' && c < 0x7f && c-'0' > 9 && c|0x20-'a' > 25
}

// sniff is sure of a header at the beginning. A header at the beginning of a line further down, segments that follow each
// other, and a declaration with one segment are good reasons.
func sniff(head []byte, m *object.Meta) content.Score {
	head = window.Head(head)
	said := m != nil && claims(m)
	s := head
	for len(s) > 0 && s[0] <= ' ' {
		s = s[1:]
	}
	if _, ok := header(s); ok {
		return content.Sure
	}
	headers, segments := lines(s[:min(len(s), headMax)])
	switch {
	case said && headers+segments > 0:
		return content.Likely + content.Declared
	case headers > 0 && segments > 0 || segments >= 3:
		return content.Likely + 1 // text is likely, too
	case said:
		return content.Declared
	}
	return content.No
}

// claims tells whether m declares HL7 v2.
func claims(m *object.Meta) bool {
	return strings.Contains(m.MediaType, "hl7-v2") || content.Suffix(m) == ".hl7"
}

// lines counts the lines that begin with a header, and those that begin with a common segment.
func lines(s []byte) (headers, segments int) {
	for len(s) > 0 {
		n := end(s)
		if _, ok := header(s[:n]); ok {
			headers++
		} else if known(s[:n]) {
			segments++
		}
		s = s[min(len(s), n+1):]
	}
	return headers, segments
}

// known tells whether s begins with one of the segments that most messages have.
func known(s []byte) bool {
	if len(s) < 5 || !mark(s[3]) {
		return false
	}
	switch string(s[:3]) {
	case "EVN", "PID", "PD1", "PV1", "PV2", "NK1", "GT1", "IN1", "IN2", "DG1", "PR1", "AL1", "ORC", "OBR", "OBX", "NTE", "MRG", "MSA", "RXA", "RXE",
		"SPM", "TXA", "SCH", "FT1":
		return bytes.IndexByte(s[4:], s[3]) >= 0
	}
	return false
}

// declared returns the charset that MSH-18 of the first header names, "" if none or if it needs no conversion.
func declared(head []byte) string {
	for len(head) > 0 && head[0] <= ' ' {
		head = head[1:]
	}
	s := head[:end(head)]
	d, ok := header(s)
	if !ok {
		return ""
	}
	for range 17 {
		n := bytes.IndexByte(s, d.sep)
		if n < 0 {
			return ""
		}
		s = s[n+1:]
	}
	if n := bytes.IndexByte(s, d.sep); n >= 0 {
		s = s[:n]
	}
	if n := bytes.IndexByte(s, d.rep); n >= 0 {
		s = s[:n]
	}
	name := encoding(string(s[:min(len(s), 32)]))
	if !charset.Known(name) {
		return ""
	}
	return name
}

// encoding returns the name by which the web knows a charset of table 0211.
func encoding(s string) string {
	switch s = strings.ToUpper(strings.TrimSpace(s)); {
	case strings.HasPrefix(s, "8859/"):
		return "iso-8859-" + s[len("8859/"):]
	case s == "UNICODE UTF-8", s == "UTF-8":
		return "utf-8"
	case s == "GB 18030-2000", s == "GB18030":
		return "gb18030"
	case s == "KS X 1001":
		return "euc-kr"
	case s == "BIG-5":
		return "big5"
	case s == "CNS 11643-1992":
		return "euc-tw"
	case strings.HasPrefix(s, "ISO IR"):
		return "iso-2022-jp"
	}
	return ""
}

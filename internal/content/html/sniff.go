package html

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// sniff wants a document type, an html element, or a fragment that begins with an element of HTML and closes it.
func sniff(head []byte, m *object.Meta) content.Score {
	said := declared(m)
	head = window.Head(head)
	s := shape(head)
	if said && s < content.Likely && fewTags(head) {
		s = content.Likely
	}
	switch {
	case s == content.No && said:
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
	if m.MediaType == "text/html" || m.MediaType == "application/xhtml+xml" {
		return true
	}
	switch content.Suffix(m) {
	case ".html", ".htm", ".xhtml", ".xht":
		return true
	}
	return false
}

// fewTags tells whether there is any known tag near the beginning.
func fewTags(head []byte) bool {
	head = head[:min(len(head), 2048)]
	for {
		i := bytes.IndexByte(head, '<')
		if i < 0 {
			return false
		}
		head = head[i+1:]
		if len(head) > 0 && head[0] == '/' {
			head = head[1:]
		}
		if known(name(head)) {
			return true
		}
	}
}

func shape(head []byte) content.Score {
	sure := content.Likely
	for {
		for len(head) > 0 && head[0] <= ' ' && head[0] != 0 {
			head = head[1:]
		}
		if len(head) < 3 || head[0] != '<' {
			return content.No
		}
		end := ">"
		switch {
		case bytes.HasPrefix(head, []byte("<!--")):
			end = "-->"
		case head[1] == '!':
			if len(head) > 14 && bytes.EqualFold(head[2:9], []byte("doctype")) && bytes.EqualFold(name(bytes.TrimLeft(head[9:], " \t\r\n")), []byte("html")) {
				return content.Sure
			}
		case head[1] == '?': // XHTML
			sure = content.No
		default:
			return element(head, sure)
		}
		i := bytes.Index(head, []byte(end))
		if i < 0 {
			return content.No
		}
		head = head[i+len(end):]
	}
}

func element(head []byte, sure content.Score) content.Score {
	n := name(head[1:])
	if bytes.EqualFold(n, []byte("html")) {
		return content.Sure
	}
	end := bytes.IndexByte(head, '>')
	if sure == content.No || end < 0 || !known(n) || bytes.Contains(head[:end], []byte("xmlns=\"http://hl7")) {
		return content.No
	}
	if bytes.IndexByte(head[end:], '<') >= 0 || len(head) < object.PeekMax && len(n) > 1 {
		return content.Likely
	}
	return content.No
}

// name returns the element name at the beginning of b.
func name(b []byte) []byte {
	n := 0
	for n < len(b) && n < 16 && (b[n]|0x20-'a' < 26 || b[n]-'0' < 10) {
		n++
	}
	if n < len(b) && class[b[n]] == plain {
		return nil
	}
	return b[:n]
}

// known has the elements of HTML that fragments begin with.
func known(n []byte) bool {
	if len(n) == 0 || len(n) > 10 {
		return false
	}
	var l [10]byte
	for i, c := range n {
		l[i] = c | 0x20
	}
	switch string(l[:len(n)]) {
	case "head", "body", "div", "span", "p", "a", "b", "i", "u", "br", "hr", "table", "tbody", "thead", "tr", "td", "th", "ul", "ol",
		"li", "dl", "dt", "dd", "script", "style", "meta", "title", "img", "form", "input", "center", "font", "h1", "h2", "h3", "h4", "h5", "h6",
		"pre", "blockquote", "section", "article", "header", "footer", "nav", "main", "strong", "em", "button", "label", "select",
		"option", "textarea", "iframe", "base", "frameset", "small", "fieldset":
		return true
	}
	return false
}

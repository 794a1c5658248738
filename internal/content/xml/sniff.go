package xml

import (
	"bytes"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// sniff wants an XML declaration, or an element that is none of HTML's with a namespace or a closed tag.
func sniff(head []byte, m *object.Meta) content.Score {
	said := declared(m)
	head = window.Head(head)
	s := shape(head)
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

func shape(head []byte) content.Score {
	head = skip(head)
	score := content.Likely
	if bytes.HasPrefix(head, []byte("<?xml")) {
		score = content.Sure
	}
	for len(head) > 1 && head[0] == '<' && (head[1] == '?' || head[1] == '!') {
		if len(head) > 9 && bytes.EqualFold(head[:9], []byte("<!doctype")) && bytes.EqualFold(firstName(skip(head[9:])), []byte("html")) {
			return content.No
		}
		end := ">"
		switch subset := bytes.IndexByte(head, '['); {
		case bytes.HasPrefix(head, []byte("<!--")):
			end = "-->"
		case head[1] == '!' && subset >= 0 && subset < bytes.IndexByte(head, '>'):
			end = "]>"
		}
		i := bytes.Index(head, []byte(end))
		if i < 0 {
			if score == content.Sure {
				return score
			}
			return content.No
		}
		head = skip(head[i+len(end):])
	}
	if len(head) < 2 || head[0] != '<' {
		if score == content.Sure && len(head) == 0 {
			return score
		}
		return content.No
	}
	name := firstName(head[1:])
	if len(name) == 0 || bytes.EqualFold(name, []byte("html")) {
		return content.No
	}
	if score == content.Sure {
		return score
	}
	return fragment(head, name)
}

// encoding reads the encoding of the XML declaration.
func encoding(head []byte) string {
	end := bytes.Index(head, []byte("?>"))
	i := bytes.Index(head, []byte("encoding="))
	if i < 0 || end < i+10 {
		return ""
	}
	head = head[i+10 : end]
	n := bytes.IndexAny(head, "\"'")
	if n < 0 || n > 32 || !charset.Known(string(head[:n])) {
		return ""
	}
	return string(head[:n])
}

// fragment judges a document without an XML declaration.
func fragment(head, name []byte) content.Score {
	end := bytes.IndexByte(head, '>')
	if end < 0 {
		if len(head) >= object.PeekMax || bytes.Contains(head, []byte("xmlns")) {
			return content.Likely
		}
		return content.No
	}
	switch tag := head[:end]; {
	case bytes.Contains(tag, []byte("xmlns")):
		return content.Likely + 10
	case isHTML(name):
		return content.No
	}
	rest := head[end:]
	if bytes.Contains(rest, []byte("</")) || bytes.Contains(rest, []byte("/>")) || end > 0 && head[end-1] == '/' {
		return content.Likely
	}
	return content.No
}

// isHTML has the elements that HTML fragments begin with.
func isHTML(name []byte) bool {
	switch strings.ToLower(string(name)) {
	case "html", "head", "body", "div", "span", "p", "a", "b", "i", "u", "br", "hr", "table", "tbody", "thead", "tr", "td", "th",
		"ul", "ol", "li", "dl", "script", "style", "meta", "link", "title", "img", "form", "input", "center", "font", "h1", "h2",
		"h3", "h4", "h5", "h6", "pre", "blockquote", "section", "article", "header", "footer", "nav", "main", "strong", "em",
		"button", "label", "select", "option", "textarea", "iframe", "base", "frameset", "code", "small", "fieldset":
		return true
	}
	return false
}

func firstName(b []byte) []byte {
	n := 0
	for n < len(b) && n < 64 && class[b[n]] == plain {
		n++
	}
	return b[:n]
}

func skip(b []byte) []byte {
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	return b
}

package xmlscan

import (
	"bytes"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Shape tells how sure it is that head begins like XML that is no HTML.
func Shape(head []byte) content.Score {
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

// Encoding reads the encoding of the XML declaration.
func Encoding(head []byte) string {
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

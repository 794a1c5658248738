package fhir

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/embed"
	"github.com/phiwatch/phiwatch/internal/content/entity"
)

// document takes a property of an attachment.
func (m *model) document(key, v []byte) bool {
	switch string(key) {
	case "data":
		m.room()
		m.doc.Write(v)
		if m.in[attachment] == 0 { // the content of a Binary: its type may still come
			m.attached()
		}
	case "contentType":
		m.media = embed.Media(v)
		return false
	case "title":
		m.title.Set(v)
	case "hash", "size":
	default:
		return m.keyed(&m.stack[m.depth], key, v)
	}
	return true
}

// holdsData tells whether the property data of an element is a document.
func (m *model) holdsData(f *frame) bool {
	return m.depth > 0 && (f.kind == attachment || m.classOf(f.res) == binary && (f.own || string(m.key(f)) == "content"))
}

// room opens the attachment that waits, so that another one can be gathered.
func (m *model) room() {
	if m.kept {
		m.release()
		m.flush()
	}
}

// attached takes the end of an attachment.
func (m *model) attached() {
	if m.kept {
		return
	}
	if m.doc.Empty() {
		m.doc.Reset()
		return
	}
	m.kept, m.keptMedia = true, m.media
	m.keptName = append(m.keptName[:0], m.title...)
	m.settle()
}

// long takes a piece of what is too long for a token.
func (m *model) long(key, v []byte) {
	if string(key) == "data" && m.holdsData(&m.stack[m.depth]) {
		if !m.isDoc {
			m.room()
		}
		m.isDoc = true
		m.doc.Write(v)
		return
	}
	m.release()
	m.flush()
	if len(v) > 0 {
		m.e.Text(v)
	}
}

func (m *model) endLong() {
	if m.isDoc {
		m.isDoc = false
		if m.in[attachment] == 0 {
			m.attached()
		}
		return
	}
	m.long(nil, newline)
}

var newline = []byte{'\n'}

// narrative emits the text of XHTML.
func (m *model) narrative(v []byte) {
	for len(v) > 0 {
		i := bytes.IndexByte(v, '<')
		if i < 0 {
			i = len(v)
		}
		m.buf = entity.Append(m.buf[:0], v[:i], false)
		m.text(m.buf)
		if v = v[i:]; len(v) == 0 {
			break
		}
		n := bytes.IndexByte(v, '>')
		if n < 0 {
			m.text(v)
			break
		}
		name := bytes.Trim(v[1:n], "/ ")
		if i := bytes.IndexAny(name, " \t\r\n"); i >= 0 {
			name = name[:i]
		}
		m.apart(name)
		v = v[n+1:]
	}
	m.text(newline)
}

// apart separates running text where an element of narrative begins or ends.
func (m *model) apart(name []byte) {
	switch string(name) {
	case "td", "th":
		m.text(tab)
	case "tr", "table", "br", "p", "div", "li", "ul", "ol", "caption", "thead", "tbody", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd":
		m.text(newline)
	}
}

var tab = []byte{'\t'}

package json

import "bytes"

// minEncoded is the length of the shortest string that is taken for Base64: shorter ones are ids and keys.
const minEncoded = 64

// embedded opens a string that is a document in Base64, or a data: URL of one, as a part. The string stays a field.
func (p *parser) embedded(v []byte) {
	if v = payload(v); encoded(v) {
		p.doc.Write(v)
		p.doc.Emit(p.e, string(p.pathLabel()), "")
	}
}

// gather takes a piece of a string that is too long for a token.
func (p *parser) gather(b []byte) {
	if !p.long {
		p.long = true
		b = payload(b)
		p.coded = encoded(b)
	}
	if p.coded {
		p.doc.Write(b)
	}
}

// gathered ends such a string.
func (p *parser) gathered() {
	if p.coded {
		p.doc.Emit(p.e, string(p.pathLabel()), "")
	}
	p.long, p.coded = false, false
}

// payload returns what stands behind the head of a data: URL (RFC 2397).
func payload(v []byte) []byte {
	if !bytes.HasPrefix(v, []byte("data:")) {
		return v
	}
	if i := bytes.Index(v[:min(len(v), 256)], []byte(";base64,")); i > 0 {
		return v[i+len(";base64,"):]
	}
	return v
}

// encoded tells whether v begins like Base64 of something: letters of both cases, digits or signs, and nothing else. Digests are of one
// case, tokens have dots, prose has blanks.
func encoded(v []byte) bool {
	if len(v) < minEncoded {
		return false
	}
	var upper, lower, other bool
	for i, c := range v[:min(len(v), 256)] {
		switch {
		case c-'A' < 26:
			upper = true
		case c-'a' < 26:
			lower = true
		case c-'0' < 10, c == '+', c == '/', c == '-', c == '_':
			other = true
		case c == '=' && i >= len(v)-2, c == '\r', c == '\n':
		default:
			return false
		}
	}
	return upper && lower && other
}

package http

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/phiwatch/phiwatch/internal/object"
)

// contentType reads a media type with its parameters. The last one that is one counts.
func (m *message) contentType(v []byte) {
	t, rest, _ := bytes.Cut(v, []byte(";"))
	t = trim(t)
	if len(t) > 128 || bytes.IndexByte(t, '/') <= 0 {
		m.col.boring([]byte("Content-Type"), v)
		return
	}
	m.media = mediaType(t)
	m.params = params(string(rest))
}

// mediaType returns a media type in lower case, the usual ones without an allocation.
func mediaType(t []byte) string {
	switch string(t) {
	case "text/html":
		return "text/html"
	case "text/plain":
		return "text/plain"
	case "application/json":
		return "application/json"
	case "application/x-www-form-urlencoded":
		return "application/x-www-form-urlencoded"
	case "multipart/form-data":
		return "multipart/form-data"
	case "application/octet-stream":
		return "application/octet-stream"
	}
	return strings.ToLower(string(t))
}

// params reads ;key=value pairs, quoted or not, as leniently as servers do (RFC 9110 section 5.6.6). At most 16.
func params(s string) []object.Param {
	var ps []object.Param
	for s != "" && len(ps) < 16 {
		s = strings.TrimLeft(s, "; \t")
		i := strings.IndexAny(s, "=;")
		if i < 0 {
			break
		}
		if s[i] == ';' {
			s = s[i:]
			continue
		}
		key := strings.ToLower(strings.TrimSpace(s[:i]))
		var value string
		value, s = paramValue(strings.TrimLeft(s[i+1:], " \t"))
		ps = append(ps, object.Param{Key: key, Value: value})
	}
	return ps
}

// paramValue reads a token or a quoted string and returns what follows.
func paramValue(s string) (value, rest string) {
	if s == "" || s[0] != '"' {
		i := strings.IndexByte(s, ';')
		if i < 0 {
			return strings.TrimSpace(s), ""
		}
		return strings.TrimSpace(s[:i]), s[i:]
	}
	s = s[1:]
	end := strings.IndexAny(s, `"\`)
	if end < 0 {
		return s, ""
	}
	if s[end] == '"' {
		return s[:end], s[end+1:]
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return string(b), s[i+1:]
		case s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'): // others are of Windows paths
			i++
		}
		b = append(b, s[i])
	}
	return string(b), ""
}

// dispositionName returns the file name of a Content-Disposition (RFC 6266), without directories.
func dispositionName(v []byte) string {
	_, rest, ok := bytes.Cut(v, []byte(";"))
	if !ok {
		rest = v
	}
	var plain, ext string
	for _, p := range params(string(rest)) {
		switch p.Key {
		case "filename":
			plain = p.Value
		case "filename*":
			ext = extended(p.Value)
		}
	}
	if ext != "" {
		plain = ext
	}
	return plain[strings.LastIndexAny(plain, `/\`)+1:]
}

// extended decodes charset'language'value (RFC 8187).
func extended(s string) string {
	charset, rest, ok := strings.Cut(s, "'")
	if !ok {
		return s
	}
	if _, v, ok := strings.Cut(rest, "'"); ok {
		rest = v
	}
	b := unescape(nil, []byte(rest), false)
	if !strings.EqualFold(charset, "utf-8") && !utf8.Valid(b) { // ISO 8859-1: each byte is its code point
		out := make([]byte, 0, 2*len(b))
		for _, c := range b {
			out = utf8.AppendRune(out, rune(c))
		}
		return string(out)
	}
	return string(b)
}

// contentRange reads the first byte of "bytes 0-499/1234".
func (m *message) contentRange(v []byte) {
	i := bytes.IndexByte(v, '-')
	if i < 0 {
		m.col.boring([]byte("Content-Range"), v)
		return
	}
	from := v[:i]
	if j := bytes.LastIndexAny(from, " ="); j >= 0 {
		from = from[j+1:]
	}
	if n, ok := number(trim(from)); ok {
		m.offset = int64(n) //nolint:gosec // below 1<<62
	}
}

// fileName returns the name of what a request is about.
func (m *message) fileName(text string) string {
	if m.file != "" {
		return m.file
	}
	return m.nameAt.of(text)
}

package mime

import (
	"bytes"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/object"
)

const (
	maxParams = 64
	// fieldKey is the parameter under which a form field travels to its format. No header can make it: keys of headers
	// are in lower case.
	fieldKey = "Form-Field"
	maxFile  = 1024 // longest name of a part
)

// contentType is a media type, or the first word of another structured field, with its parameters.
type contentType struct {
	media  string
	params []object.Param
}

func (t contentType) param(key string) string {
	for _, p := range t.params {
		if p.Key == key {
			return p.Value
		}
	}
	return ""
}

// contentType returns the type of the part. Of several values that differ, one with a boundary goes first: as a multipart
// its text is scanned too.
func (h *header) contentType(parentMedia string) (contentType, bool) {
	if len(h.types) == 0 {
		if parentMedia == "multipart/digest" {
			return contentType{media: "message/rfc822"}, false
		}
		return contentType{media: "text/plain"}, false
	}
	best, ambiguous := h.types[0], false
	for _, t := range h.types[1:] {
		ambiguous = ambiguous || t.media != best.media
		if strings.HasPrefix(t.media, "multipart/") && !strings.HasPrefix(best.media, "multipart/") {
			best = t
		}
	}
	if best.media == "" {
		best.media = "text/plain"
	}
	return best, ambiguous
}

// boundaries returns the distinct boundaries of all Content-Type fields.
func (h *header) boundaries() []string {
	var all []string
	for _, t := range h.types {
		all = append(all, boundaries(t.params)...)
	}
	return distinct(all)
}

func boundaries(params []object.Param) []string {
	var all []string
	for _, p := range params {
		if b := strings.TrimRight(p.Value, " \t"); p.Key == "boundary" && b != "" && len(b) <= maxBoundary {
			all = append(all, b)
		}
	}
	return distinct(all)
}

func distinct(all []string) []string {
	var out []string
next:
	for _, s := range all {
		for _, t := range out {
			if s == t {
				continue next
			}
		}
		out = append(out, s)
	}
	return out
}

// transparent tells whether the transfer encoding leaves boundaries in view.
func (h *header) transparent() bool {
	for _, t := range h.encodings {
		switch t.media {
		case "base64", "quoted-printable":
			return false
		}
	}
	return true
}

// encoding returns the transfer encoding. Where several are given, or base64 is declared over what can be none, the bytes
// decide.
func (h *header) encoding(w *walker) (string, bool) {
	var all []string
	for _, t := range h.encodings {
		all = append(all, t.media)
	}
	all = distinct(all)
	for i, e := range all {
		if e == "base64" {
			if looksBase64(w.r.Peek(1024)) {
				return e, len(all) > 1
			}
			all = append(all[:i], all[i+1:]...)
			if len(all) == 0 {
				return "", true
			}
			return all[0], true
		}
	}
	for _, e := range all {
		if e == "quoted-printable" {
			return e, len(all) > 1
		}
	}
	if len(all) == 0 {
		return "", false
	}
	return all[0], len(all) > 1
}

// looksBase64 tells whether text that is declared as base64 can be so. It judges the first lines, up to a boundary line.
func looksBase64(b []byte) bool {
	if i := bytes.Index(b, []byte("\n--")); i >= 0 {
		b = b[:i]
	}
	good, bad := signs(b)
	return bad*6 <= good
}

// signs counts the characters of base64, and what speaks against it.
func signs(b []byte) (good, bad int) {
	for i, c := range b {
		switch {
		case value64[c] < 64 || c == '=':
			good++
		case c == '\r' || c == '\n' || c == '\t':
		case c == ' ' && i > 0 && i+1 < len(b) && value64[b[i-1]] < 64 && value64[b[i+1]] < 64:
			bad++ // a blank between letters: words
		case c == ' ':
		default:
			bad += 2
		}
	}
	return good, bad
}

// fileName returns the name of the part without directories, and in full.
func (h *header) fileName(t contentType) (base, full string) {
	for _, d := range h.dispositions {
		if full = d.param("filename"); full != "" {
			break
		}
	}
	if full == "" {
		full = t.param("name")
	}
	base = full
	if i := strings.LastIndexAny(base, `/\`); i >= 0 && i+1 < len(base) {
		base = base[i+1:]
	}
	return base[:min(len(base), maxFile)], full
}

// formName returns the name of a field of form-data that is no file.
func (h *header) formName() (string, bool) {
	for _, d := range h.dispositions {
		if d.media == "form-data" && d.param("filename") == "" {
			return d.param("name"), true
		}
	}
	return "", false
}

// parseValue takes a structured field value apart: its first word in lower case, and its parameters with their values
// decoded (RFC 2231, and RFC 2047 where mail programs put it).
func parseValue(v string) (string, []object.Param) {
	head, rest, _ := strings.Cut(v, ";")
	head, _, _ = strings.Cut(head, "(")
	head = strings.ToLower(strings.Trim(head, " \t\r\n\""))
	var raw []object.Param
	for rest != "" && len(raw) < maxParams {
		var key, value string
		key, value, rest = cutParam(rest)
		if key != "" {
			raw = append(raw, object.Param{Key: key, Value: value})
		}
	}
	return head, joinParams(raw)
}

// cutParam takes the first parameter off s.
func cutParam(s string) (key, value, rest string) {
	s = strings.TrimLeft(s, "; \t\r\n")
	i := strings.IndexAny(s, "=;")
	if i < 0 {
		return "", "", ""
	}
	if s[i] == ';' {
		return "", "", s[i:]
	}
	key = strings.ToLower(strings.TrimSpace(s[:i]))
	s = strings.TrimLeft(s[i+1:], " \t\r\n")
	if s != "" && s[0] == '"' {
		value, rest = cutQuoted(s[1:])
		return key, value, rest
	}
	value, rest, _ = strings.Cut(s, ";")
	value = strings.TrimSpace(value)
	if !strings.HasPrefix(key, "file") && !strings.HasPrefix(key, "name") && !strings.HasPrefix(key, "boundary") {
		value, _, _ = strings.Cut(value, " ")
	}
	return key, value, rest
}

// cutQuoted takes a quoted string off s. A backslash escapes a quote or a backslash only: browsers send Windows paths.
func cutQuoted(s string) (value, rest string) {
	var b []byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return string(b), s[i+1:]
		case c == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b = append(b, s[i])
		default:
			b = append(b, c)
		}
	}
	return string(b), ""
}

// joinParams puts continued and encoded parameters together. What came in the extended form goes before the plain one.
func joinParams(raw []object.Param) []object.Param {
	var out, plain []object.Param
	for i, p := range raw {
		base, section, encoded := splitKey(p.Key)
		if section < 0 && !encoded {
			if v := []byte(p.Value); !isPlain(v) || strings.Contains(p.Value, "=?") {
				p.Value = string(decodeWords(nil, v))
			}
			plain = append(plain, p)
			continue
		}
		if section <= 0 {
			out = append(out, object.Param{Key: base, Value: joinSections(raw[i:], base, section)})
		}
	}
	return append(out, plain...)
}

// splitKey splits "filename*0*" into its base, its section (-1: none) and whether it is encoded.
func splitKey(key string) (base string, section int, encoded bool) {
	if encoded = strings.HasSuffix(key, "*"); encoded {
		key = key[:len(key)-1]
	}
	base, digits, ok := strings.Cut(key, "*")
	if !ok {
		return base, -1, encoded
	}
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' || section >= 1000 {
			return base, -1, encoded
		}
		section = section*10 + int(c-'0')
	}
	return base, section, encoded
}

// joinSections returns the value of an extended parameter that begins with raw[0]. Sections may come in any order.
func joinSections(raw []object.Param, base string, section int) string {
	if section < 0 {
		return extended(nil, raw[:1])
	}
	var parts []object.Param
	for want := range maxParams {
		found := false
		for _, p := range raw {
			if b, s, _ := splitKey(p.Key); b == base && s == want {
				parts = append(parts, p)
				found = true
				break
			}
		}
		if !found {
			break
		}
	}
	return extended(nil, parts)
}

// extended decodes charset'language'percent-encoded text.
func extended(dst []byte, parts []object.Param) string {
	set := ""
	for i, p := range parts {
		_, _, encoded := splitKey(p.Key)
		v := p.Value
		if encoded && i == 0 {
			if a, b, ok := strings.Cut(v, "'"); ok {
				if _, c, ok := strings.Cut(b, "'"); ok {
					set, v = a, c
				}
			}
		}
		if !encoded {
			dst = append(dst, v...)
			continue
		}
		for j := 0; j < len(v); j++ {
			if v[j] == '%' && j+2 < len(v) && isHex(v[j+1]) && isHex(v[j+2]) {
				dst = append(dst, unhex(v[j+1])<<4|unhex(v[j+2]))
				j += 2
			} else {
				dst = append(dst, v[j])
			}
		}
	}
	return string(charset.Append(nil, dst, set))
}

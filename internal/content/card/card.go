// Package card opens vCards (RFC 6350, 2426, and 2.1) and iCalendar objects (RFC 5545).
//
// Each card and each event, task or journal entry is a record, each property a field whose label is its name. The parts of
// a name and of an address are fields of their own; folded lines are joined, backslash escapes and quoted-printable are
// undone. Images and keys in base64 are text. A property of more than 64 KiB is text.
package card

import (
	"bytes"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "card", Media: "text/vcard", Sniff: sniff, Decode: decode}
}

func sniff(head []byte, _ *object.Meta) content.Score {
	head = bytes.TrimLeft(window.Head(head), "\r\n ")
	for _, s := range [...]string{"BEGIN:VCARD", "BEGIN:VCALENDAR"} {
		if len(head) > len(s) && bytes.EqualFold(head[:len(s)], []byte(s)) && head[len(s)] <= ' ' {
			return content.Sure
		}
	}
	return content.No
}

type parser struct {
	e    object.Emitter
	unit bool
	long bool
	line []byte // unfolded
	buf  []byte
}

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	p := &parser{e: e}
	window.Run(charset.NewReader(r, window.Declared(m)), p)
	p.end()
	return coverage.None
}

// Next consumes the properties of b.
func (p *parser) Next(b []byte, last bool) int {
	i := 0
	for i < len(b) {
		t := b[i:min(len(b), i+window.Max)]
		n, ok := logical(t, last && len(t) == len(b)-i)
		switch {
		case p.long || !ok && len(t) == window.Max:
			if !ok && len(t) < window.Max {
				return i
			}
			p.e.Text(t[:n])
			p.long = !ok
		case !ok:
			return i
		default:
			p.property(t[:n])
		}
		i += n
	}
	return i
}

// logical returns the length of the line that b begins with and those that continue it: folded with a blank, or in
// quoted-printable with a soft line break.
func logical(b []byte, last bool) (n int, ok bool) {
	for {
		k := bytes.IndexByte(b[n:], '\n')
		if k < 0 {
			return len(b), last
		}
		n += k + 1
		if n == len(b) {
			return n, last
		}
		if c := b[n]; c != ' ' && c != '\t' && !soft(b[:n]) {
			return n, true
		}
	}
}

func soft(line []byte) bool {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 || line[len(line)-1] != '=' {
		return false
	}
	return bytes.Contains(line[:min(len(line), 200)], []byte("QUOTED-PRINTABLE"))
}

// property takes a property with its line ends.
func (p *parser) property(b []byte) {
	name, params, value := p.cut(b)
	if name == "" {
		if v := bytes.TrimSpace(b); len(v) > 0 {
			p.e.Text(v)
			p.e.Text(newline)
		}
		return
	}
	switch name {
	case "begin":
		switch strings.ToLower(string(value)) {
		case "vcard", "vevent", "vtodo", "vjournal":
			p.end()
			p.unit = true
			p.e.Begin(object.UnitRecord)
		}
	case "end":
		switch strings.ToLower(string(value)) {
		case "vcard", "vevent", "vtodo", "vjournal":
			p.end()
		}
	case "n":
		p.parts(value, "last name", "first name", "middle name")
	case "adr":
		p.parts(value, "po box", "address line 2", "street", "city", "state", "zip", "country")
	case "attendee", "organizer":
		if cn := param(params, "CN="); len(cn) > 0 {
			p.field("name", cn)
		}
		p.field(name, value)
	case "photo", "logo", "sound", "key":
		p.e.Text(value)
		p.e.Text(newline)
	default:
		p.field(label(name), value)
	}
}

func (p *parser) end() {
	if p.unit {
		p.unit = false
		p.e.End()
	}
}

// label spells out the names of properties.
func label(name string) string {
	switch name {
	case "fn":
		return "full name"
	case "tel":
		return "phone"
	case "bday":
		return "birth date"
	}
	return name
}

// cut unfolds a property and cuts it into name in lower case, parameters and value.
func (p *parser) cut(b []byte) (name string, params, value []byte) {
	p.line = p.line[:0]
	for len(b) > 0 {
		l, rest, _ := bytes.Cut(b, newline)
		l = bytes.TrimSuffix(l, []byte{'\r'})
		if soft(p.line) {
			p.line = p.line[:len(p.line)-1]
		} else if len(p.line) > 0 && len(l) > 0 {
			l = l[1:]
		}
		p.line = append(p.line, l...)
		b = rest
	}
	quoted := false
	for i, c := range p.line {
		switch {
		case c == '"':
			quoted = !quoted
		case c == ':' && !quoted:
			head, v := p.line[:i], p.line[i+1:]
			n, params, _ := bytes.Cut(head, []byte{';'})
			if k := bytes.LastIndexByte(n, '.'); k >= 0 { // a group
				n = n[k+1:]
			}
			if len(n) == 0 || len(n) > 40 {
				return "", nil, nil
			}
			if bytes.Contains(params, []byte("QUOTED-PRINTABLE")) {
				v = unquote(v)
			}
			return strings.ToLower(string(n)), params, v
		}
	}
	return "", nil, nil
}

// unquote undoes quoted-printable in place.
func unquote(v []byte) []byte {
	out := v[:0]
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c == '=' && i+2 < len(v) {
			if hi, lo := nibble(v[i+1]), nibble(v[i+2]); hi|lo < 16 {
				c = hi<<4 | lo
				i += 2
			}
		}
		out = append(out, c)
	}
	return out
}

func nibble(c byte) byte {
	switch {
	case c-'0' < 10:
		return c - '0'
	case c|0x20-'a' < 6:
		return c | 0x20 - 'a' + 10
	}
	return 0xff
}

// param returns the value of a parameter, key with its equal sign.
func param(params []byte, key string) []byte {
	_, v, ok := bytes.Cut(params, []byte(key))
	if !ok {
		return nil
	}
	if len(v) > 0 && v[0] == '"' {
		v, _, _ = bytes.Cut(v[1:], []byte{'"'})
		return v
	}
	v, _, _ = bytes.Cut(v, []byte{';'})
	return v
}

// parts emits the components of a structured value.
func (p *parser) parts(v []byte, labels ...string) {
	for _, l := range labels {
		i := 0
		for i < len(v) && v[i] != ';' {
			if v[i] == '\\' {
				i++
			}
			i++
		}
		i = min(i, len(v))
		p.field(l, v[:i])
		if i == len(v) {
			return
		}
		v = v[i+1:]
	}
}

// field emits a value without its escapes.
func (p *parser) field(l string, v []byte) {
	p.buf = p.buf[:0]
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c == '\\' && i+1 < len(v) {
			i++
			if c = v[i]; c|0x20 == 'n' {
				c = '\n'
			}
		}
		p.buf = append(p.buf, c)
	}
	if b := bytes.TrimSpace(p.buf); len(b) > 0 {
		p.e.Field(object.RoleNone, []byte(l), b)
	}
}

var newline = []byte{'\n'}

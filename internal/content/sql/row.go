package sql

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// value takes a token of a row.
func (p *parser) value(b []byte, last bool) int {
	switch c := b[0]; {
	case c == '\'' || c == '"' && p.dialect != standard:
		return p.literal(b, last)
	case c == '`' || c == '"':
		return 1
	case word[c] || c == '.' || c == '+' || c == '-':
		return p.plain(b, last)
	case c == '(':
		p.depth++
	case c == ')':
		if p.depth--; p.depth <= 0 {
			p.endRow()
			p.state, p.depth = values, 0
		}
	case c == ',':
		if p.depth == 1 {
			p.col++
			p.given = false
		}
	case c == ';':
		p.endRow()
		p.state = begin
	default:
		n := 1
		for c <= ' ' && n < len(b) && b[n] <= ' ' {
			n++
		}
		return n
	}
	return 1
}

// plain takes a number, a word, or the letter before a literal.
func (p *parser) plain(b []byte, last bool) int {
	t := b[:min(len(b), window.Max)]
	n := 1
	for n < len(t) && (word[t[n]] || t[n] == '.' || (t[n] == '+' || t[n] == '-') && t[n-1]|0x20 == 'e') {
		n++
	}
	if n == len(t) && !last && n < window.Max {
		return 0
	}
	if n < len(t) && (t[n] == '(' || t[n] == '\'') {
		p.escaped = t[n] == '\'' && n == 1 && t[0]|0x20 == 'e'
		return n // a function, or N, E, X, _utf8mb4 before a literal
	}
	switch k := keyword(t[:n]); {
	case k == "null", k == "default", k == "as" && p.depth > 1:
	case p.depth > 1 && p.given: // the type of a CAST
	default:
		p.cell(t[:n])
	}
	return n
}

func (p *parser) cell(v []byte) {
	for len(v) > 0 && v[0] <= ' ' {
		v = v[1:]
	}
	for len(v) > 0 && v[len(v)-1] <= ' ' {
		v = v[:len(v)-1]
	}
	if len(v) == 0 {
		return
	}
	if !p.unit {
		p.unit = true
		p.e.Begin(object.UnitRow)
	}
	var l []byte
	if p.col < len(p.cols) && !p.given {
		l = p.cols[p.col]
	}
	p.given = true
	p.e.Field(object.RoleNone, l, v)
}

func (p *parser) endRow() {
	if p.unit {
		p.unit = false
		p.e.End()
	}
}

// literal takes a literal in quotes.
func (p *parser) literal(b []byte, last bool) int {
	t := b[:min(len(b), window.Max)]
	whole := last && len(t) == len(b)
	q, plain, d := t[0], true, p.dialect
	if p.escaped {
		d = escaping
	}
	for i := 1; i < len(t); i++ {
		switch {
		case t[i] == '\\' && d != standard:
			esc, need := d.escapes(t[i:], q)
			if need && !whole {
				return p.unclosed(t, last)
			}
			if esc {
				plain = false
				i++
			}
		case t[i] != q:
		case i+1 < len(t) && t[i+1] == q:
			plain = false
			i++
		case i+1 == len(t) && !whole:
			return p.unclosed(t, last)
		default:
			v := t[1:i]
			if !plain {
				v = p.unquote(v, q, d)
			}
			p.escaped = false
			p.cell(v)
			return i + 1
		}
	}
	return p.unclosed(t, last)
}

// unclosed waits for the end of a literal, or passes it as text.
func (p *parser) unclosed(t []byte, last bool) int {
	if len(t) < window.Max && !last {
		return 0
	}
	p.until, p.escaped = string(t[:1]), false
	p.text(t)
	return len(t)
}

// escapes tells whether a backslash, b[0], is an escape. Where the dialect is not known, a quote behind it ends the literal if the
// row goes on behind it; need is set when more of b must be seen.
func (d dialect) escapes(b []byte, q byte) (esc, need bool) {
	if len(b) < 2 {
		return true, true
	}
	if d == escaping || b[1] != q {
		return true, false
	}
	i := 2
	for i < len(b) && i < 16 && b[i] == ' ' {
		i++
	}
	if i+2 >= len(b) {
		return true, true
	}
	switch b[i] {
	case ',':
		for i++; i < len(b) && i < 32 && b[i] == ' '; {
			i++
		}
		if i == len(b) {
			return true, true
		}
		return b[i] != q && b[i]-'0' > 9 && b[i] != 'N' && b[i] != '-', false
	case ')':
		return b[i+1] != ',' && b[i+1] != ';' && b[i+1] > ' ', false
	}
	return true, false
}

// unquote undoes doubled quotes and escapes, in the scratch.
func (p *parser) unquote(v []byte, q byte, d dialect) []byte {
	out := p.buf[:0]
	for i := 0; i < len(v); i++ {
		c := v[i]
		switch {
		case c == q && i+1 < len(v) && v[i+1] == q:
			i++
		case c == '\\' && i+1 < len(v) && d != standard:
			i++
			c = unescape(v[i])
		}
		out = append(out, c)
	}
	p.buf = out
	return out
}

func unescape(c byte) byte {
	switch c {
	case 'n', 'r':
		return '\n'
	case 't':
		return '\t'
	case '0', 'Z', 'b', 'f', 'v':
		return ' '
	}
	return c
}

// copyLine takes a line of COPY: cells between tabs, \N for NULL, \. at the end.
func (p *parser) copyLine(b []byte, last bool) int {
	t := b[:min(len(b), window.Max)]
	n := bytes.IndexByte(t, '\n')
	end := n + 1
	if n < 0 {
		if len(t) == window.Max {
			p.text(t)
			return len(t)
		}
		if !last {
			return 0
		}
		n, end = len(t), len(t)
	}
	line := bytes.TrimSuffix(t[:n], []byte{'\r'})
	if string(line) == `\.` {
		p.state = begin
		return end
	}
	p.col = 0
	for more := len(line) > 0; more; p.col++ {
		var c []byte
		c, line, more = bytes.Cut(line, []byte{'\t'})
		if string(c) == `\N` {
			continue
		}
		p.given = false
		if bytes.IndexByte(c, '\\') >= 0 {
			c = p.unquote(c, 0, escaping)
		}
		p.cell(c)
	}
	p.endRow()
	return end
}

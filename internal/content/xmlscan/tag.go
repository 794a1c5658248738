package xmlscan

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/window"
)

// Attr is an attribute, by its place in the tag.
type Attr struct{ name, nameEnd, value, valueEnd int32 }

// MaxAttrs is the number of attributes of a tag that are told apart. The last one covers all that is behind it.
const MaxAttrs = 32

// Tag is a start tag.
type Tag struct {
	Name  []byte // local, at most 64 bytes
	Attrs []Attr
	Empty bool   // the element has no content
	Deep  bool   // it is below MaxDepth: it will not be ended
	Rest  []byte // what stands behind the tag, as far as it is at hand
	Last  bool   // nothing comes behind Rest
	raw   []byte
	attrs [MaxAttrs]Attr
}

// Key returns the name of an attribute with its prefix.
func (t *Tag) Key(a *Attr) []byte { return t.raw[a.name:a.nameEnd] }

// Value returns the value of an attribute as it was written, without white space around.
func (t *Tag) Value(a *Attr) []byte { return window.Trim(t.raw[a.value:a.valueEnd]) }

// Attr returns the value of the attribute with a local name, nil if there is none.
func (t *Tag) Attr(name string) []byte {
	for i := range t.Attrs {
		if a := &t.Attrs[i]; string(Local(t.Key(a))) == name {
			return t.Value(a)
		}
	}
	return nil
}

// Classes of bytes inside a tag.
const (
	plain = iota
	space
	quote
	equals
	slash
	angle
)

var class = [256]uint8{' ': space, '\t': space, '\n': space, '\r': space, '"': quote, '\'': quote, '=': equals, '/': slash, '>': angle, '<': angle}

// markup takes what begins with '<'. It returns 0 when more bytes are needed.
func (s *Scanner) markup(b []byte, last bool) int {
	if len(b) < 2 {
		if !last {
			return 0
		}
		s.chars(b, false, false)
		return 1
	}
	c := b[1]
	switch {
	case c == '!' || c == '?':
		return s.bang(b, last)
	case c == '/':
		s.settle()
		return s.closing(b, last)
	case c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == ':' || c >= 0x80:
		s.settle()
		return s.opening(b, last)
	}
	s.chars(b[:1], false, false)
	return 1
}

// tooLong makes the tag text, or says that it needs more bytes.
func (s *Scanner) tooLong(b []byte, last bool) int {
	if len(b) < window.Max && !last {
		return 0
	}
	s.h.Cut()
	s.state = longTag
	return 1
}

func (s *Scanner) closing(b []byte, last bool) int {
	n := bytes.IndexByte(b[:min(len(b), window.Max)], '>')
	if n < 0 {
		return s.tooLong(b, last)
	}
	if s.below > 0 {
		s.below--
		return n + 1
	}
	name := Local(window.Trim(b[2:n]))
	for d := s.depth; d > 0; d-- {
		if d < s.depth-8 {
			break
		}
		if string(s.name(d)) == string(name) {
			for s.depth >= d {
				s.pop()
			}
			break
		}
	}
	return n + 1
}

// name is that of the element at a depth.
func (s *Scanner) name(d int) []byte {
	if d == s.depth {
		return s.names[s.at[d]:]
	}
	return s.names[s.at[d]:s.at[d+1]]
}

// pop ends the innermost element.
func (s *Scanner) pop() {
	s.h.End(s.name(s.depth))
	s.names = s.names[:s.at[s.depth]]
	s.depth--
}

// Local returns a name without its prefix.
func Local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

// opening takes a start tag: it is read into s.attrs first, and emitted when its end has been seen.
func (s *Scanner) opening(b []byte, last bool) int {
	t := b[:min(len(b), window.Max)]
	i := 1
	for i < len(t) && class[t[i]] < equals && class[t[i]] != space {
		i++
	}
	nameEnd := i
	n, empty, end := s.readAttrs(t, i)
	if end < 0 {
		return s.tooLong(b, last)
	}
	name := Local(t[1:nameEnd])
	s.tag.raw, s.tag.Name, s.tag.Attrs, s.tag.Empty = t, name[:min(len(name), 64)], s.tag.attrs[:n], empty
	s.tag.Deep, s.tag.Rest, s.tag.Last = s.depth == MaxDepth, b[end:], last
	if !s.h.Begin(&s.tag) {
		return 0
	}
	switch {
	case s.tag.Deep:
		s.below++
		if empty {
			s.below--
		}
		return end
	case empty:
		s.h.End(s.tag.Name)
		return end
	}
	s.depth++
	s.at[s.depth] = int32(len(s.names)) //nolint:gosec // bounded by MaxDepth names
	s.names = append(s.names, s.tag.Name...)
	return end
}

// readAttrs reads attributes from t[i:] to the end of the tag, and returns how many, whether the element is empty and the
// index behind the tag, -1 if the tag does not end in t. More attributes than there is room for are read over: their values are given to overflow.
func (s *Scanner) readAttrs(t []byte, i int) (n int, empty bool, end int) {
	for i < len(t) {
		switch class[t[i]] {
		case space, equals, quote:
			i++
			continue
		case slash:
			empty = true
			i++
			continue
		case angle:
			if t[i] == '<' {
				return n, false, i // the tag was never closed
			}
			return n, empty, i + 1
		}
		empty = false
		var a Attr
		a.name = int32(i)
		for i < len(t) && class[t[i]] == plain {
			i++
		}
		a.nameEnd = int32(i)
		for i < len(t) && class[t[i]] == space {
			i++
		}
		if i >= len(t) {
			return n, false, -1
		}
		if t[i] == '=' {
			if i = value(t, i+1, &a); i < 0 {
				return n, false, -1
			}
		}
		if n < len(s.tag.attrs) {
			s.tag.attrs[n] = a
			n++
		} else { // the last one covers all that is behind it
			s.tag.attrs[n-1].valueEnd = max(a.valueEnd, s.tag.attrs[n-1].valueEnd)
		}
	}
	return n, false, -1
}

// value reads the value of an attribute from t[i:], -1 if it does not end in t.
func value(t []byte, i int, a *Attr) int {
	for i < len(t) && class[t[i]] == space {
		i++
	}
	if i >= len(t) {
		return -1
	}
	if q := t[i]; class[q] == quote {
		i++
		n := i
		for n < len(t) && t[n] != q && n-i < 24 {
			n++
		}
		if n < len(t) && t[n] != q {
			k := bytes.IndexByte(t[n:], q)
			if k < 0 {
				return -1
			}
			n += k
		}
		if n >= len(t) {
			return -1
		}
		a.value, a.valueEnd = int32(i), int32(n)
		return n + 1
	}
	a.value = int32(i)
	for i < len(t) && class[t[i]] != space && class[t[i]] != angle {
		i++
	}
	a.valueEnd = int32(i)
	return i
}

// Package jsonscan cuts JSON (RFC 8259), newline-delimited and concatenated JSON and JSON text sequences (RFC 7464) into
// tokens for the decoders that read them: json, and the schemas that are written in JSON.
//
// Duplicate keys, invalid UTF-8 and raw control characters in strings pass. From the first byte that is not JSON, and
// below a depth of [MaxDepth], the rest is text; so is a string of more than 64 KiB.
package jsonscan

import "github.com/phiwatch/phiwatch/internal/content/window"

// MaxDepth is how many objects and arrays may be open.
const MaxDepth = 64

// Handler takes the tokens. All slices are borrowed.
type Handler interface {
	// Key is the key of the value that comes next.
	Key(k []byte)
	// Leaf is a string, its escapes undone, or a number. Literals (true, null) are not told.
	Leaf(v []byte, isString bool)
	// Open begins an array or an object, Close ends the innermost one. What is open at the end of the input is not closed.
	Open(array bool)
	Close()
	// Text is a piece of a string or key that is too long for a token or was cut off, and of what stands behind the last
	// of the JSON. EndText ends such a string, or key.
	Text(b []byte)
	EndText(key bool)
	// Broken tells that no more tokens will come, but Text.
	Broken()
}

// Scanner is a tokenizer; see [window.Run].
type Scanner struct {
	h      Handler
	state  state
	depth  int // open objects and arrays; arrays[0] stands for the document
	arrays [MaxDepth + 1]bool
	isKey  bool   // of a long string
	buf    []byte // unescaped string
}

// New returns a scanner that tells h.
func New(h Handler) *Scanner {
	s := &Scanner{h: h}
	s.arrays[0] = true
	return s
}

// state is what may come next.
type state uint8

const (
	wantValue state = iota
	wantKey
	wantColon
	wantNext
	inLong // in a string that is too long to be a field
	inText // not JSON any more
)

// Next consumes the tokens of b.
func (s *Scanner) Next(b []byte, last bool) int {
	i := 0
	for i < len(b) {
		if s.state == inLong || s.state == inText {
			n := s.more(b[i:], last)
			if n == 0 {
				return i
			}
			i += n
			continue
		}
		c := b[i]
		if isSpace[c] {
			i++
			continue
		}
		switch s.state {
		case wantValue:
			n := s.value(b[i:], c, last)
			if n == 0 {
				return i
			}
			i += n
		case wantKey:
			n := s.member(b[i:], c, last)
			if n == 0 {
				return i
			}
			i += n
		case wantColon:
			if c != ':' {
				s.broken()
				continue
			}
			s.state = wantValue
			i++
		default:
			if s.next(c) {
				i++
			}
		}
	}
	return i
}

// next takes what follows a value; false: it is not JSON, c was not consumed.
func (s *Scanner) next(c byte) bool {
	array := s.arrays[s.depth]
	switch {
	case c == ',' && array:
		s.state = wantValue
	case c == ',':
		s.state = wantKey
	case c == ']' && array && s.depth > 0, c == '}' && !array:
		s.close()
	case s.depth == 0: // the next document
		s.state = wantValue
		return false
	default:
		s.broken()
		return false
	}
	return true
}

// member takes a key or the end of an object. It returns 0 when more bytes are needed.
func (s *Scanner) member(b []byte, c byte, last bool) int {
	switch c {
	case '"':
		return s.str(b, true, last)
	case '}':
		s.close()
		return 1
	case ',':
		return 1
	}
	s.broken()
	return s.more(b, last)
}

// value takes a scalar or opens an object or array. It returns 0 when more bytes are needed.
func (s *Scanner) value(b []byte, c byte, last bool) int {
	switch {
	case c == '"':
		return s.str(b, false, last)
	case c == '{' || c == '[':
		if s.depth == MaxDepth {
			break
		}
		s.open(c == '[')
		return 1
	case c == ']' && s.depth > 0 && s.arrays[s.depth]:
		s.close()
		return 1
	case c == '-' || c-'0' < 10:
		if n := number(b, last); n > 0 {
			s.leaf(b[:n], false)
			return n + s.comma(b[n:])
		} else if n == 0 {
			return 0
		}
	case c == ',' && s.arrays[s.depth]:
		return 1
	default:
		if n := literal(b, last); n > 0 {
			s.state = wantNext
			return n
		} else if n == 0 {
			return 0
		}
	}
	s.broken()
	return s.more(b, last)
}

// number returns the length of a number, 0 when it may go on behind b, -1 when it is none.
func number(b []byte, last bool) int {
	for i, c := range b {
		if c-'0' < 10 || c == '.' || c == 'e' || c == 'E' || (c == '-' || c == '+') && (i == 0 || b[i-1]|0x20 == 'e') {
			continue
		}
		if i >= window.Max || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' || c == '_' {
			return -1
		}
		return i
	}
	switch {
	case len(b) >= window.Max:
		return -1
	case last:
		return len(b)
	}
	return 0
}

// literal returns the length of true, false or null, and of what some writers put in the place of a number; 0 when it
// may go on behind b, -1 when it is none.
func literal(b []byte, last bool) int {
	n := 0
	for n < len(b) && n < 9 && b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z' {
		n++
	}
	if n == len(b) && n < 9 && n > 0 && !last {
		return 0
	}
	switch string(b[:n]) {
	case "true", "false", "null", "NaN", "Infinity", "undefined", "None", "True", "False":
		return n
	}
	return -1
}

// broken gives up the grammar: the rest is text.
func (s *Scanner) broken() {
	s.h.Broken()
	s.state = inText
}

func (s *Scanner) key(k []byte) {
	s.state = wantColon
	s.h.Key(k)
}

func (s *Scanner) leaf(v []byte, isString bool) {
	s.state = wantNext
	s.h.Leaf(v, isString)
}

// comma takes the comma that mostly stands right behind a value, and returns its length.
func (s *Scanner) comma(b []byte) int {
	if len(b) == 0 || b[0] != ',' {
		return 0
	}
	s.state = wantKey
	if s.arrays[s.depth] {
		s.state = wantValue
	}
	return 1
}

func (s *Scanner) open(array bool) {
	s.depth++
	s.arrays[s.depth] = array
	s.state = wantKey
	if array {
		s.state = wantValue
	}
	s.h.Open(array)
}

func (s *Scanner) close() {
	s.depth--
	s.state = wantNext
	s.h.Close()
}

var isSpace = [256]bool{' ': true, '\t': true, '\n': true, '\r': true, 0x1e: true}

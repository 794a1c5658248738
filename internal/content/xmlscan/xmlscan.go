// Package xmlscan cuts XML 1.0 into tokens for the decoders that read it: xml, and the schemas that are written in XML. It
// forgives what is not well-formed.
//
// No entity is ever expanded but the five of XML and numeric references. Prefixes are dropped. Elements below a depth of
// [MaxDepth] have no names; an element's text or a tag of more than 64 KiB comes in pieces.
package xmlscan

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/entity"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// MaxDepth is how many elements may be open with a name.
const MaxDepth = 256

// Handler takes the tokens. All slices are borrowed.
type Handler interface {
	// Begin is a start tag, or one of an empty element. It returns false, and does nothing, when it needs more of what is
	// behind the tag; not when Tag.Last is set.
	Begin(t *Tag) bool
	// End ends the innermost element, of that name. What is open at the end of the input is not ended, and elements whose
	// tag was Deep are not.
	End(name []byte)
	// Chars is text of the innermost element, as it was written; References decodes it if refs is set. Text that goes on
	// behind a comment or an instruction, or in CDATA, comes whole.
	Chars(v []byte, refs bool)
	// Entities tells that the document declares entities of its own. They are not expanded, so it has a second reading.
	Entities()
	// Aside is a comment, an instruction or a declaration.
	Aside(v []byte)
	// Long is a piece of what is too long for a token; end: nothing more of it will come. An empty piece with end set may come.
	Long(v []byte, end bool)
	// Cut tells that Long comes next.
	Cut()
}

// Scanner is a tokenizer; see [window.Run].
type Scanner struct {
	h     Handler
	state state
	until string
	depth int // open elements with names
	below int // open elements below MaxDepth
	names []byte
	at    [MaxDepth + 1]int32 // at[d] is where the name of the element at depth d begins
	tag   Tag
	buf   []byte
	held  []byte // text of the present element that may go on
}

// New returns a scanner that tells h.
func New(h Handler) *Scanner { return &Scanner{h: h} }

// state is what the tokenizer is in the middle of, when it is too long to be taken whole.
type state uint8

const (
	between   state = iota
	longText        // element text
	longTag         // a tag
	longOther       // comment, CDATA, instruction or declaration; ends with parser.until
)

// Run reads a document to its end.
func (s *Scanner) Run(r object.Reader) {
	window.Run(r, s)
	s.settle()
}

// Next consumes the tokens of b.
func (s *Scanner) Next(b []byte, last bool) int { return window.Each(b, last, s.token) }

// token consumes a token. It returns 0 when more bytes are needed.
func (s *Scanner) token(b []byte, last bool) int {
	switch {
	case s.state != between:
		return s.long(b, last)
	case b[0] == '<':
		return s.markup(b, last)
	}
	return s.text(b, last)
}

// text takes the text up to the next '<'. It returns 0 when more bytes are needed.
func (s *Scanner) text(b []byte, last bool) int {
	t := b[:min(len(b), window.Max)]
	n := bytes.IndexByte(t, '<')
	if n < 0 {
		if len(t) < window.Max && !last {
			return 0
		}
		if len(t) == window.Max {
			s.settle()
			s.state = longText
			return s.long(b, last)
		}
		n = len(t)
	}
	if n == 0 || n+1 == len(t) && n+1 < window.Max && !last { // what follows decides whether the text goes on
		return 0
	}
	s.chars(t[:n], true, n+1 < len(t) && (t[n+1] == '!' || t[n+1] == '?'))
	return n
}

// chars takes text of the present element, and holds it where it goes on.
func (s *Scanner) chars(v []byte, refs, goesOn bool) {
	if !goesOn && len(s.held) == 0 {
		s.h.Chars(v, refs)
		return
	}
	if len(s.held)+len(v) > window.Max {
		s.settle()
	}
	if refs {
		v = s.References(v)
	}
	s.held = append(s.held, v...)
}

// settle tells the text that was held.
func (s *Scanner) settle() {
	if len(s.held) > 0 {
		s.h.Chars(s.held, false)
		s.held = s.held[:0]
	}
}

// References decodes the character references of v. What it returns is valid until its next call.
func (s *Scanner) References(v []byte) []byte {
	if bytes.IndexByte(v, '&') < 0 {
		return v
	}
	s.buf = entity.Append(s.buf[:0], v, true)
	return s.buf
}

// long takes a piece of what is too long to be taken whole.
func (s *Scanner) long(b []byte, last bool) int {
	end := s.until
	switch s.state {
	case longText:
		end = "<"
	case longTag:
		end = ">"
	}
	n := bytes.Index(b, []byte(end))
	done := n >= 0
	if !done {
		n = len(b)
		if !last {
			n -= min(n, len(end)-1)
		}
	}
	v := b[:n]
	if s.state == longText && !done && !last {
		v = v[:entity.Cut(v)]
		n = len(v)
	}
	if len(v) > 0 {
		if s.state == longText {
			v = s.References(v)
		}
		s.h.Long(v, false)
	}
	if !done {
		return n
	}
	s.h.Long(nil, true)
	if s.state != longText {
		n += len(end)
	}
	s.state = between
	return n
}

// section takes what begins with open and ends with end: a comment, CDATA, an instruction.
func (s *Scanner) section(b []byte, open int, end string, last bool) ([]byte, int) {
	t := b[:min(len(b), window.Max)]
	if n := bytes.Index(t[min(open, len(t)):], []byte(end)); n >= 0 {
		return t[open : open+n], open + n + len(end)
	}
	if len(t) < window.Max && !last {
		return nil, 0
	}
	s.h.Cut()
	s.state, s.until = longOther, end
	return nil, min(open, len(t))
}

// bang takes comments, CDATA, declarations and instructions.
func (s *Scanner) bang(b []byte, last bool) int {
	if len(b) < 9 && !last {
		return 0
	}
	switch {
	case bytes.HasPrefix(b, []byte("<!--")):
		v, n := s.section(b, 4, "-->", last)
		s.h.Aside(v)
		return n
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		v, n := s.section(b, 9, "]]>", last)
		if len(v) > 0 {
			s.chars(v, false, true)
		}
		return n
	case b[1] == '?':
		v, n := s.section(b, 2, "?>", last)
		if !bytes.HasPrefix(v, []byte("xml")) {
			s.h.Aside(v)
		}
		return n
	}
	end := ">"
	if t := b[:min(len(b), window.Max)]; bytes.HasPrefix(t, []byte("<!DOCTYPE")) {
		close, subset := bytes.IndexByte(t, '>'), bytes.IndexByte(t, '[')
		if close < 0 && len(t) < window.Max && !last {
			return 0
		}
		if subset >= 0 && (close < 0 || subset < close) {
			end = "]"
			if bytes.Contains(t[subset:], []byte("<!ENTITY")) {
				s.h.Entities()
			}
		}
	}
	v, n := s.section(b, 2, end, last)
	s.h.Aside(v)
	return n
}

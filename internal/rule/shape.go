package rule

import "fmt"

// Shape is a compiled layout. Its letters: d digit, D digit but 0, a letter, A letter of the MBI alphabet, m digit or
// letter of the MBI alphabet, n letter or digit, s one of the rule's separators and the same one every time; anything
// else stands for itself, and so does what follows a backslash. Matching ignores case.
type Shape struct {
	Text   string
	Anchor int // offset of the digit run at which the scanner finds it
	Len    int
	lit    [maxShape]byte  // 0: by class
	class  [maxShape]uint8 // classes that fit
	seps   [4]byte         // separators of 's'
	first  int             // offset of the first 's', -1 none
	prev   uint8           // classes of the byte before the anchor, 0 any
	mark   byte            // that byte, if it is fixed and no letter; 0 any
}

const (
	maxShape   = 24
	classSep   = 0xff // marks an 's'
	LayoutBits = 13   // digits of the bitmap that the scanner looks at
)

func compileShape(text, seps string) (Shape, error) {
	s := Shape{Text: text, first: -1, Anchor: -1}
	if len(text) == 0 || len(text) > 2*maxShape {
		return s, fmt.Errorf("a shape has 1 to %d characters", maxShape)
	}
	if len(seps) > len(s.seps) {
		return s, fmt.Errorf("at most %d separators", len(s.seps))
	}
	copy(s.seps[:], seps)
	for i := 0; i < len(text); i++ {
		if s.Len == maxShape {
			return s, fmt.Errorf("a shape has 1 to %d characters", maxShape)
		}
		c := text[i]
		if c == '\\' && i+1 < len(text) {
			i++
			s.lit[s.Len] = text[i]
		} else if err := s.element(c, seps); err != nil {
			return s, err
		}
		s.Len++
	}
	s.Anchor = s.anchor()
	if s.Anchor < 0 {
		return s, fmt.Errorf("a shape needs two digits in a row, or with one character between")
	}
	s.before()
	return s, nil
}

// before finds out what may stand before the anchor.
func (s *Shape) before() {
	if s.Anchor == 0 {
		return
	}
	c := s.lit[s.Anchor-1]
	switch {
	case c != 0:
		s.prev = classes[c]
	case s.class[s.Anchor-1] != classSep:
		s.prev = s.class[s.Anchor-1]
	}
	if !IsLetter(c) {
		s.mark = c
	}
}

// element compiles one letter of a layout.
func (s *Shape) element(c byte, seps string) error {
	i := s.Len
	switch c {
	case 'd':
		s.class[i] = ClassDigit
	case 'D':
		s.class[i] = ClassNonzero
	case 'a':
		s.class[i] = ClassLetter
	case 'A':
		s.class[i] = ClassMBI
	case 'm':
		s.class[i] = ClassDigit | ClassMBI
	case 'n':
		s.class[i] = ClassDigit | ClassLetter
	case 's':
		if seps == "" {
			return fmt.Errorf("a shape with s needs separators")
		}
		s.class[i] = classSep
		if s.first < 0 {
			s.first = i
		}
	default:
		s.lit[i] = c
	}
	return nil
}

// Behind tells whether the byte c before the anchor, of the given class, can be of the shape; it sorts out most of what only has
// the digits.
func (s *Shape) Behind(class uint8, c byte) bool {
	return (s.prev == 0 || s.prev&class != 0) && (s.mark == 0 || s.mark == c)
}

// Before returns the classes that the byte before the anchor must have one of, 0 for any.
func (s *Shape) Before() uint8 { return s.prev }

// Fits tells whether the byte c may stand so many bytes before the anchor: 1 is the byte before it. What lies before the shape may
// be anything.
func (s *Shape) Fits(back int, c byte) bool {
	i := s.Anchor - back
	switch {
	case i < 0:
		return true
	case s.lit[i] != 0:
		return c == s.lit[i] || IsLetter(c) && (c^s.lit[i])&^0x20 == 0
	case s.class[i] == classSep:
		return c != 0 && (c == s.seps[0] || c == s.seps[1] || c == s.seps[2] || c == s.seps[3])
	}
	return classes[c]&s.class[i] != 0
}

// bit tells what the digit bitmap has at offset i: 1, 0, or -1 either.
func (s *Shape) bit(i int) int {
	if i < 0 || i == s.Len {
		return 0 // the neighbours of a match are no digits
	}
	if i > s.Len {
		return -1
	}
	if s.lit[i] != 0 {
		if IsDigit(s.lit[i]) {
			return 1
		}
		return 0
	}
	switch c := s.class[i]; {
	case c == classSep || c&(ClassDigit|ClassNonzero) == 0:
		return 0
	case c&(ClassLetter|ClassMBI) == 0:
		return 1
	}
	return -1
}

// anchor finds the start of a digit run that the scanner is sure to stop at, preferring the one that says most.
func (s *Shape) anchor() int {
	best, most := -1, 0
	for i := range s.Len {
		if s.bit(i) != 1 || s.bit(i-1) != 0 || s.bit(i+1) != 1 && s.bit(i+2) != 1 {
			continue
		}
		n := 0
		for j := i; j < i+LayoutBits && j <= s.Len; j++ {
			if s.bit(j) >= 0 {
				n++
			}
		}
		if n > most {
			best, most = i, n
		}
	}
	return best
}

// Layout tells whether the digit bitmap w (bit 0 at the anchor) can be this shape.
func (s *Shape) Layout(w uint32) bool {
	for j := range LayoutBits {
		if b := s.bit(s.Anchor + j); b >= 0 && int(w>>j&1) != b {
			return false
		}
	}
	return true
}

// At tells whether the shape lies at b[start:]. It looks at no neighbours.
func (s *Shape) At(b []byte, start int) bool {
	if start < 0 || start+s.Len > len(b) {
		return false
	}
	v := b[start : start+s.Len]
	if s.first >= 0 {
		c := v[s.first]
		if c == 0 || c != s.seps[0] && c != s.seps[1] && c != s.seps[2] && c != s.seps[3] {
			return false
		}
	}
	for i, c := range v {
		switch cl := s.class[i]; {
		case s.lit[i] != 0:
			if c != s.lit[i] && (!IsLetter(c) || (c^s.lit[i])&^0x20 != 0) {
				return false
			}
		case cl == classSep:
			if c != v[s.first] {
				return false
			}
		case classes[c]&cl == 0:
			return false
		}
	}
	return true
}

// Free tells whether the neighbours of b[start:end] let it stand alone: no letter or digit, no decimal fraction, no
// longer number with dashes. Under a glued label (ssn123456789) the letter before is allowed by the caller.
func Free(b []byte, start, end int) (before, after bool) {
	before, after = true, true
	if start > 0 {
		c := b[start-1]
		switch {
		case IsAlnum(c):
			before = false
		case (c == '.' || c == '-') && start > 1 && IsDigit(b[start-2]):
			before = false
		}
	}
	if end < len(b) {
		c := b[end]
		switch {
		case IsAlnum(c):
			after = false
		case (c == '.' || c == '-') && end+1 < len(b) && IsAlnum(b[end+1]) && (c == '-' || IsDigit(b[end+1])):
			after = false
		}
	}
	return before, after
}

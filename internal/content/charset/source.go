package charset

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"

	"github.com/phiwatch/phiwatch/internal/object"
)

// outLen is the length of the pieces that a conversion makes.
const outLen = 16 << 10

// source converts; it implements chunk.Source.
type source struct {
	r       object.Reader
	family  family
	used    int // length of the piece that was given away in place
	table   *[256][]byte
	dec     transform.Transformer
	out     []byte
	pending rune // UTF-16: high surrogate
	seven   utf7state
}

func newSource(r object.Reader, c choice) *source {
	s := &source{r: r, family: c.family}
	switch {
	case c.charmap != nil:
		s.table = tableOf(c.charmap)
	case c.multi != nil:
		s.dec = c.multi.NewDecoder()
	}
	return s
}

// tableOf returns the UTF-8 of each byte.
func tableOf(m *charmap.Charmap) *[256][]byte {
	t := new([256][]byte)
	mem := make([]byte, 0, 256*3)
	for i := range t {
		from := len(mem)
		mem = utf8.AppendRune(mem, m.DecodeByte(byte(i)))
		t[i] = mem[from:len(mem):len(mem)]
	}
	return t
}

// Next implements chunk.Source.
func (s *source) Next() ([]byte, bool) {
	s.r.Discard(s.used)
	s.used = 0
	for {
		in := s.r.Fill()
		if len(in) == 0 {
			return s.end()
		}
		if s.family == asIs {
			s.used = len(in)
			return in, false
		}
		if s.family <= single || s.family == multi && s.dec != nil {
			if n := asciiPrefix(in, s.family == multi); n > 0 && s.plainSoFar() {
				s.used = n
				return in[:n], false
			}
		}
		if out := s.convert(in); len(out) > 0 {
			return out, false
		}
	}
}

// plainSoFar tells whether ASCII bytes may pass in place: multi-byte encodings have a state, and ASCII bytes may be
// the second half of a character, so they are plain only until the first byte that is not ASCII.
func (s *source) plainSoFar() bool { return s.family != multi || s.out == nil }

func (s *source) convert(in []byte) []byte {
	if s.family == guess {
		if validPrefix(s.r.Peek(headLen)) {
			s.family = asIs
		} else {
			s.family, s.table = single, tableOf(charmap.Windows1252)
		}
		return nil
	}
	if s.out == nil {
		s.out = make([]byte, outLen)
	}
	switch s.family {
	case single, full:
		return s.bytewise(in)
	case multi:
		return s.transform(in)
	case utf7:
		return s.utf7(in)
	}
	return s.wide(in)
}

func (s *source) bytewise(in []byte) []byte {
	out, i := s.out[:0], 0
	for i < len(in) && len(out) < outLen-3 {
		out = append(out, s.table[in[i]]...)
		i++
	}
	s.r.Discard(i)
	return out
}

func (s *source) transform(in []byte) []byte {
	eof := false
	for {
		n, used, err := s.dec.Transform(s.out, in, eof)
		s.r.Discard(used)
		if n > 0 || used > 0 || eof {
			if used == 0 && n == 0 && err != nil { // cannot go on: give the byte as it is
				s.out[0] = in[0]
				s.r.Discard(1)
				n = 1
			}
			return s.out[:n]
		}
		more := s.r.Peek(64)
		eof = len(more) < 64
		in = more
	}
}

// wide converts UTF-16 and UTF-32.
func (s *source) wide(in []byte) []byte {
	size := 2
	if s.family == utf32le || s.family == utf32be {
		size = 4
	}
	if len(in) < size {
		if in = s.r.Peek(size); len(in) < size { // an odd byte at the end
			s.r.Discard(len(in))
			return append(s.out[:0], in...)
		}
	}
	out, i := s.out[:0], 0
	for i+size <= len(in) && len(out) < outLen-8 {
		out = s.unit(out, in[i:])
		i += size
	}
	s.r.Discard(i)
	return out
}

func (s *source) unit(out, in []byte) []byte {
	var u rune
	switch s.family {
	case utf16le:
		u = rune(binary.LittleEndian.Uint16(in))
	case utf16be:
		u = rune(binary.BigEndian.Uint16(in))
	case utf32le:
		return utf8.AppendRune(out, rune(binary.LittleEndian.Uint32(in)))
	default:
		return utf8.AppendRune(out, rune(binary.BigEndian.Uint32(in)))
	}
	if u < utf8.RuneSelf && s.pending == 0 {
		return append(out, byte(u))
	}
	return s.surrogate(out, u)
}

// surrogate puts the halves of a pair together; a lone half becomes U+FFFD.
func (s *source) surrogate(out []byte, u rune) []byte {
	if s.pending != 0 {
		whole := utf16.DecodeRune(s.pending, u)
		s.pending = 0
		out = utf8.AppendRune(out, whole)
		if whole != utf8.RuneError {
			return out
		}
	}
	if u >= 0xD800 && u < 0xDC00 {
		s.pending = u
		return out
	}
	return utf8.AppendRune(out, u)
}

func (s *source) end() ([]byte, bool) {
	if s.pending != 0 {
		s.pending = 0
		return []byte("\uFFFD"), true
	}
	return nil, true
}

// asciiPrefix returns the length of the leading run of ASCII bytes. With shifts, ESC and '~' end the run too: they
// begin a shift in ISO-2022 and HZ.
func asciiPrefix(b []byte, shifts bool) int {
	i := 0
	for ; !shifts && i+32 <= len(b); i += 32 {
		v := b[i : i+32 : i+32]
		w := binary.LittleEndian.Uint64(v) | binary.LittleEndian.Uint64(v[8:]) | binary.LittleEndian.Uint64(v[16:]) | binary.LittleEndian.Uint64(v[24:])
		if w&0x8080808080808080 != 0 {
			break
		}
	}
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		if w&0x8080808080808080 != 0 || shifts && hasEsc(w) {
			break
		}
	}
	for i < len(b) && b[i] < 0x80 && (!shifts || b[i] != 0x1B && b[i] != '~') {
		i++
	}
	return i
}

// hasEsc tells, with false alarms, whether one of the eight bytes is ESC or '~'.
func hasEsc(w uint64) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	e, t := w^(ones*0x1B), w^(ones*'~')
	return ((e-ones)&^e|(t-ones)&^t)&highs != 0
}

func isASCII(b []byte) bool { return asciiPrefix(b, false) == len(b) }

// validPrefix tells whether b is UTF-8; a character that is cut off by the end of b is no fault.
func validPrefix(b []byte) bool {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if c >= 0xC0 && !utf8.FullRune(b[len(b)-i:]) {
				b = b[:len(b)-i]
			}
			break
		}
	}
	return utf8.Valid(b)
}

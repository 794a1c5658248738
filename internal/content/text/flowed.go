package text

import (
	"bytes"
	"strings"

	"github.com/phiwatch/phiwatch/internal/object"
)

// flowed joins the lines of format=flowed text (RFC 3676): a line that ends with a space goes on in the next one, behind
// its quote marks and the space that stuffs it. It implements chunk.Source.
type flowed struct {
	r     object.Reader
	delsp bool   // the space at the end of a line is no part of the text
	held  []byte // a space, a carriage return or both: they may end the line
	mark  int    // bytes of the line so far that make up "--", 3: it is another line
	goes  bool   // within the quote marks before a line that goes on
	out   []byte
}

func newFlowed(r object.Reader, m *object.Meta) *flowed {
	return &flowed{r: r, delsp: strings.EqualFold(m.Param("delsp"), "yes")}
}

func isFlowed(m *object.Meta) bool { return m != nil && strings.EqualFold(m.Param("format"), "flowed") }

// Next implements chunk.Source.
func (f *flowed) Next() ([]byte, bool) {
	b := f.r.Fill()
	f.out = f.out[:0]
	if len(b) == 0 {
		return append(f.out, f.held...), true
	}
	for _, c := range b {
		f.add(c)
	}
	f.r.Discard(len(b))
	return f.out, false
}

func (f *flowed) add(c byte) {
	if f.goes {
		if c == '>' {
			return
		}
		f.goes = false
		if c == ' ' {
			return
		}
	}
	switch {
	case c == '\n':
		f.lineEnd()
		return
	case c == '\r' && !bytes.HasSuffix(f.held, []byte("\r")):
		f.held = append(f.held, c)
		return
	}
	if len(f.held) > 0 {
		f.out, f.held, f.mark = append(f.out, f.held...), f.held[:0], 3
	}
	if c == ' ' {
		f.held = append(f.held, c)
		return
	}
	f.out = append(f.out, c)
	f.inLine(c)
}

// inLine looks whether the line is the mark before a signature, "-- ": it does not go on.
func (f *flowed) inLine(c byte) {
	if c == '-' && f.mark < 2 {
		f.mark++
	} else {
		f.mark = 3
	}
}

func (f *flowed) lineEnd() {
	soft := len(f.held) > 0 && f.held[0] == ' ' && f.mark != 2
	switch {
	case !soft:
		f.out = append(append(f.out, f.held...), '\n')
	case !f.delsp:
		f.out = append(f.out, ' ')
	}
	f.held, f.mark, f.goes = f.held[:0], 0, soft
}

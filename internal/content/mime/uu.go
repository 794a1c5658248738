package mime

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

const (
	uuLine = 512 // longest line that is looked at whole
	uuOut  = 16 << 10
)

// UU returns the format "uuencode": text with uuencoded files in it.
func UU() content.Format {
	return content.Format{
		Name: "uuencode", Media: "text/plain",
		Sniff: func(head []byte, m *object.Meta) content.Score {
			if findBegin(head) >= 0 {
				return content.Likely + 15
			}
			return content.No
		},
		Decode: decodeUU,
	}
}

// findBegin returns the offset of a line "begin 644 name" in head that is followed by a plausible line, or -1.
func findBegin(head []byte) int {
	for from := 0; ; {
		i := bytes.Index(head[from:], []byte("begin "))
		if i < 0 {
			return -1
		}
		i += from
		if i == 0 || isBreak(head[i-1]) {
			line := firstLine(head[i:])
			next := head[min(len(head), i+len(line)+1):]
			if _, ok := uuName(line); ok && uuPlausible(firstLine(next)) {
				return i
			}
		}
		from = i + 1
	}
}

// uuName returns the file name in a begin line.
func uuName(line []byte) (string, bool) {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) < len("begin 644 x") || len(line) > uuLine || !bytes.HasPrefix(line, []byte("begin ")) {
		return "", false
	}
	i := 6
	for i < len(line) && line[i] >= '0' && line[i] <= '7' {
		i++
	}
	if i < 9 || i > 10 || i >= len(line) || line[i] != ' ' {
		return "", false
	}
	return string(line[i+1:]), true
}

// uuPlausible tells whether a line has about the length that its first byte says.
func uuPlausible(line []byte) bool {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 || line[0] <= ' ' || line[0] > '`' {
		return false
	}
	want := (int(line[0]-' ')&63 + 2) / 3 * 4
	return len(line)-1 >= want-4 && len(line)-1 <= want+4
}

// decodeUU passes text on and opens the files in it.
func decodeUU(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
	src := &uuSource{}
	for start := true; ; {
		b := r.Peek(object.PeekMax)
		if len(b) == 0 {
			return coverage.None
		}
		if start && bytes.HasPrefix(b, []byte("begin ")) && findBegin(b[:min(len(b), 2*uuLine)]) == 0 {
			name, _ := uuName(firstLine(b))
			e.Field(object.RoleName, []byte("filename"), []byte(name))
			from := &lines{r: r}
			src.reset(from)
			e.Part(&object.Meta{Kind: object.Part, Name: flow.NewText(name), Size: -1}, &chunk.Stream{Source: src})
			src.finish()
			from.settle(len(src.in))
			start = true
			continue
		}
		// Up to the next line that may begin a file.
		n := len(b)
		if i := bytes.Index(b[1:], []byte("\nbegin ")); i >= 0 {
			n = i + 2
		} else if i := bytes.LastIndexByte(b, '\n'); i >= 0 && len(b) == object.PeekMax {
			n = i + 1
		}
		start = b[n-1] == '\n'
		e.Text(b[:n])
		r.Discard(n)
	}
}

// lines is a source over a reader that can give back the end of its last piece.
type lines struct {
	r    object.Reader
	used int
}

// Next implements chunk.Source.
func (l *lines) Next() ([]byte, bool) {
	l.r.Discard(l.used)
	b := l.r.Fill()
	l.used = len(b)
	return b, len(b) == 0
}

func (l *lines) settle(unread int) {
	l.r.Discard(max(0, l.used-unread))
	l.used = 0
}

// uuSource decodes one uuencoded file: from its begin line to its end line. It ends at a line that is too long to be one.
type uuSource struct {
	from  chunk.Source
	in    []byte
	last  bool
	line  []byte // a line that is being put together
	out   []byte
	begun bool
	done  bool
}

func (s *uuSource) reset(from chunk.Source) {
	if s.out == nil {
		s.out = make([]byte, 0, uuOut+64)
	}
	s.from, s.in, s.last, s.line, s.begun, s.done = from, nil, false, s.line[:0], false, false
}

// Next implements chunk.Source.
func (s *uuSource) Next() ([]byte, bool) {
	out := s.out[:0]
	for len(out) < uuOut && !s.done {
		line, ok := s.nextLine()
		if !ok {
			s.done = true
			break
		}
		out = s.decodeLine(out, bytes.TrimRight(line, "\r\n"))
	}
	return out, s.done
}

// finish reads to the end of the file when its part was not read to the end.
func (s *uuSource) finish() {
	for !s.done {
		s.Next()
	}
}

// nextLine returns a line; the end of an overlong one is cut off.
func (s *uuSource) nextLine() ([]byte, bool) {
	s.line = s.line[:0]
	for {
		if len(s.in) == 0 {
			if s.last {
				return s.line, len(s.line) > 0
			}
			s.in, s.last = s.from.Next()
			continue
		}
		n, whole := len(s.in), false
		if i := bytes.IndexByte(s.in, '\n'); i >= 0 {
			n, whole = i+1, true
		}
		if k := uuLine - len(s.line); k > 0 {
			s.line = append(s.line, s.in[:min(n, k)]...)
		}
		s.in = s.in[n:]
		if whole {
			return s.line, true
		}
	}
}

func (s *uuSource) decodeLine(out, line []byte) []byte {
	if !s.begun {
		_, s.begun = uuName(line)
		return out
	}
	if len(line) == 0 {
		return out
	}
	if string(line) == "end" {
		s.done = true
		return out
	}
	n := int(line[0]-' ') & 63
	line = line[1:]
	for ; n > 0; n -= 3 {
		var g [4]byte
		for i := range g {
			if i < len(line) {
				g[i] = (line[i] - ' ') & 63
			}
		}
		line = line[min(4, len(line)):]
		three := [3]byte{g[0]<<2 | g[1]>>4, g[1]<<4 | g[2]>>2, g[2]<<6 | g[3]}
		out = append(out, three[:min(n, 3)]...)
	}
	return out
}

package lines

import (
	"bytes"
	"io"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/label"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// sniffMax is how much of a text is read to see whether it has such lines.
const sniffMax = 4 << 10

// sniffFirst is where a text without a ruler must have shown something.
const sniffFirst = 1 << 10

var dashes = []byte("---")

// sniff reads the beginning of a text as the decoder would, and counts.
func sniff(head []byte, m *object.Meta) content.Score {
	if m != nil && m.MediaType != "" && m.MediaType != "text/plain" && m.MediaType != "application/octet-stream" {
		return content.No
	}
	head = window.Head(head)
	if !plausible(head) {
		return content.No
	}
	t := head[:min(len(head), sniffMax)]
	if k := bytes.LastIndexByte(t, '\n'); k > 0 && len(head) > sniffMax {
		t = t[:k+1]
	}
	if broken(t) || spread(t) {
		return content.No
	}
	c := counter{}
	p := &parser{e: &c}
	p.aligned(t)
	ruled := ruled(t)
	lines, going := 0, 0
	for all := len(t); len(t) > 0; {
		if c.rows+c.n == 0 && p.kind == none && !ruled && all-len(t) > sniffFirst {
			return content.No
		}
		line, rest, _ := bytes.Cut(t, newline)
		if trimmed := trimEnd(line); len(trimmed) > 0 {
			if _, _, ok := rulerOf(trimmed); !ok {
				lines++
			}
			c.line = false
			if goesOn(line) {
				going++
			}
		}
		p.line(line)
		t = rest
	}
	p.flush()
	p.endRecord()
	if c.prose*6 > c.pairs && p.odd*2 < c.pairs && c.rows == 0 {
		return content.No // a letter with some labels is read better as the running text that it is
	}
	if going > 1 && going*4 > c.pairs && c.rows == 0 {
		return content.No // so is one whose lines are short
	}
	if c.enough(lines, ruled) {
		return content.Likely
	}
	return content.No
}

// plausible rules out at a glance what begins like something else, and what is no text.
func plausible(head []byte) bool {
	if len(head) < 16 || bytes.IndexByte(head[:min(len(head), 512)], 0) >= 0 {
		return false
	}
	switch head[0] {
	case '<', '{', '%', '/', 0x0b, 0x1f, 'P' & 0x1f:
		return false
	}
	return bytes.IndexByte(head[:min(len(head), sniffMax)], '\n') > 0
}

// goesOn tells whether a line goes on with a sentence of the one before: it begins in lower case or with a bracket, has several words, and
// nothing that parts a label from its value.
func goesOn(b []byte) bool {
	b = trimEnd(b)
	if len(b) < 8 || b[0]-'a' >= 26 && b[0] != '(' || bytes.IndexByte(b, ' ') < 0 {
		return false
	}
	return bytes.IndexByte(b, ':') < 0 && bytes.IndexByte(b, '=') < 0 && bytes.IndexByte(b, '|') < 0 && !bytes.Contains(b, gap) && !bytes.Contains(b, leaders)
}

var gap, leaders = []byte("  "), []byte("...")

// broken tells whether a number goes on in the next line: such lines are those of a width, not of a meaning.
func broken(b []byte) bool {
	for i := 0; ; {
		k := bytes.Index(b[i:], []byte("-\n"))
		if k < 0 {
			return false
		}
		if i += k + 2; i < len(b) && b[i]-'0' < 10 && i > 2 && b[i-3]-'0' < 10 {
			return true
		}
	}
}

// ruled tells whether a line of b is a ruler or begins a record. Dashes round words, as mails quote each other, are none.
func ruled(b []byte) bool {
	for {
		i := bytes.Index(b, dashes)
		if i < 0 {
			return false
		}
		end := len(b)
		if k := bytes.IndexByte(b[i:], '\n'); k >= 0 {
			end = i + k
		}
		line := trimEnd(b[bytes.LastIndexByte(b[:i], '\n')+1 : end])
		if _, _, ok := rulerOf(line); ok || recordMark(line) {
			return true
		}
		b = b[end:]
	}
}

// spread tells whether blanks are written twice between all words, and so part no columns.
func spread(b []byte) bool {
	single, double := 0, 0
	for i := 1; i+1 < len(b); i++ {
		if b[i] != ' ' || b[i-1] <= ' ' {
			continue
		}
		switch {
		case b[i+1] > ' ':
			single++
		case i+2 < len(b) && b[i+1] == ' ' && b[i+2] > ' ':
			double++
		}
	}
	return double > 8 && single*16 < double
}

// counter is the emitter of a sniff.
type counter struct {
	kind  object.UnitKind
	line  bool // the line has a field
	rows  int  // with two fields or more
	cells int  // of the row at hand
	named int  // fields of rows with a label
	known int  // with one that headers usually have
	pairs int  // lines with a field of a record
	prose int  // pieces that read like sentences
	names [4][]byte
	n     int // different ones
}

// enough tells whether so many of the lines, without rulers, are rows or pairs that the text is read by its lines.
func (c *counter) enough(lines int, ruled bool) bool {
	switch {
	case c.rows >= 2 && c.named >= 4 && c.rows*3 >= lines:
		return true
	case ruled && c.rows == 1 && c.named >= 3 && c.known >= 2 && lines <= 4: // a query that found one
		return true
	case c.n >= 2 && (c.pairs+c.rows)*5 >= lines*2:
		return true
	}
	return false
}

func (c *counter) Begin(k object.UnitKind) { c.kind, c.cells = k, 0 }

func (c *counter) End() {
	if c.kind == object.UnitRow && c.cells > 1 {
		c.rows++
	}
	c.kind = object.UnitPart
}

func (c *counter) count(b []byte) {
	if sentence(b) {
		c.prose++
	}
}

func (c *counter) Field(_ object.Role, l, v []byte) {
	c.count(v)
	if c.kind == object.UnitRow {
		c.cells++
		if len(l) > 0 {
			c.named++
		}
		if label.Known(l) >= label.Common {
			c.known++
		}
		return
	}
	if !c.line {
		c.line = true
		c.pairs++
	}
	if label.Known(l) < label.Common || c.n == len(c.names) {
		return
	}
	for _, n := range c.names[:c.n] {
		if bytes.EqualFold(n, l) {
			return
		}
	}
	c.names[c.n] = append([]byte(nil), l...)
	c.n++
}

func (c *counter) Text(b []byte)                              { c.count(b) }
func (*counter) Structure(object.Structure)                   {}
func (*counter) Part(*object.Meta, io.Reader) coverage.Reason { return coverage.None }
func (*counter) Skip(coverage.Reason, int64)                  {}
func (*counter) Step(int) bool                                { return true }

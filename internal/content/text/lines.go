package text

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/paste"
	"github.com/phiwatch/phiwatch/internal/object"
)

// parser passes text on, and the rows of tables in it as units. It implements window.Tokenizer.
type parser struct {
	e     object.Emitter
	table paste.Table
	long  bool // in a line that is too long for a row
}

// Next implements window.Tokenizer.
func (p *parser) Next(b []byte, last bool) int {
	from, at := 0, 0 // from: of what is not told yet
	seeker := paste.Seek(b)
	for at < len(b) {
		if !p.long && !p.table.In() {
			if at = seeker.Line(at); at == len(b) {
				at = p.tail(b, from, last)
				break
			}
		}
		n := bytes.IndexByte(b[at:], '\n')
		if n < 0 && !last {
			at = p.tail(b, at, last)
			break
		}
		line, end := b[at:], len(b)
		if n >= 0 {
			line, end = b[at:at+n], at+n+1
		}
		switch {
		case p.long, len(line) > paste.MaxLine:
			p.long = false
			p.table.Stop()
		case p.table.Row(line):
			p.text(b[from:at])
			p.table.Emit(line, p.e)
			from = end
		}
		at = end
	}
	p.text(b[from:at])
	return at
}

// tail returns where the line begins that goes on behind the end of b, which has lines from at on. One that is too long for a row is
// not waited for.
func (p *parser) tail(b []byte, at int, last bool) int {
	if last || p.long {
		return len(b)
	}
	near := max(at, len(b)-paste.MaxLine-1)
	if n := bytes.LastIndexByte(b[near:], '\n'); n >= 0 {
		return near + n + 1
	}
	if near > at || len(b)-at > paste.MaxLine {
		p.long = true
		return len(b)
	}
	return at
}

func (p *parser) text(b []byte) {
	if len(b) > 0 {
		p.e.Text(b)
	}
}

package lines

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/label"
)

// alignRows is how many rows must stand under a header without a ruler, and alignLook how many are looked at.
const (
	alignRows = 3
	alignLook = 8
	alignHead = 60 // lines above the header
	alignMax  = 1 << 10
)

// aligned looks in the head of a text for a header without a ruler that rows are aligned with.
func (p *parser) aligned(head []byte) {
	var s [64]span
	for range alignHead {
		line, rest, more := bytes.Cut(head, newline)
		if !more {
			return
		}
		line = trimEnd(line)
		if _, _, ruled := rulerOf(firstLine(rest)); ruled { // it tells the columns better
			return
		}
		if n := chunks(line, s[:]); n > 2 && len(line) < alignMax && len(line) > 0 && mayHead(line, s[:n]) && p.align(line, s[:n], rest) {
			p.kind = fixed
			p.heads = append(p.heads[:0], line...)
			return
		}
		head = rest
	}
}

func firstLine(b []byte) []byte {
	line, _, _ := bytes.Cut(b, newline)
	return trimEnd(line)
}

// mayHead tells whether the chunks are labels, one of them a well-known one, and none a number.
func mayHead(b []byte, s []span) bool {
	known := false
	for _, x := range s {
		c := b[x.from:x.to]
		if !label.Like(c) || len(c) > 12 && !numbered(c) {
			return false
		}
		known = known || label.Known(c) != label.Unknown
	}
	return known && bytes.IndexByte(b, '\t') < 0
}

// numbered tells whether a long label has no digits but a few that do not lead it: ADDRESS_LINE_1, SSN (9 digits). A street has.
func numbered(c []byte) bool {
	n := 0
	for _, b := range c {
		if b-'0' < 10 {
			n++
		}
	}
	return n == 0 || n <= 2 && c[0]-'0' >= 10
}

// align finds the borders of the columns: where the header and the rows below it have a blank.
func (p *parser) align(head []byte, s []span, rest []byte) bool {
	var taken [alignMax]bool
	rows, digits := 0, false
	mark := func(b []byte) {
		for i, c := range b {
			taken[i] = taken[i] || c != ' '
		}
	}
	mark(head)
	for rows < alignLook {
		line, next, more := bytes.Cut(rest, newline)
		line = trimEnd(line)
		if !more || len(line) == 0 || len(line) > len(taken) {
			break
		}
		digits = digits || digit(line)
		mark(line)
		rows++
		rest = next
	}
	if rows < alignRows || !digits {
		return false
	}
	cols := append(p.cols[:0], column{label: copied(head[s[0].from:s[0].to])})
	for i := 1; i < len(s); i++ {
		at := s[i].from
		for at > s[i-1].to && taken[at-1] {
			at--
		}
		if taken[at-1] {
			p.cols = cols[:0]
			return false
		}
		cols = append(cols, column{from: at, label: copied(head[s[i].from:s[i].to])})
	}
	p.cols = cols
	return true
}

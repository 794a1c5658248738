package lines

import (
	"bytes"
	"unicode/utf8"

	"github.com/phiwatch/phiwatch/internal/content/label"
)

// stackedHeader tells whether a line is a row of labels: well-known ones, and nothing else, no marks that part labels from values.
func (p *parser) stackedHeader(b []byte) bool {
	var s [32]span
	n := chunks(b, s[:])
	return n > 1 && bytes.IndexByte(b, ':') < 0 && bytes.IndexByte(b, '=') < 0 && wellKnown(b, s[:n])
}

// wellKnown tells whether the chunks of b are labels and half of them are well known.
func wellKnown(b []byte, s []span) bool {
	known := 0
	for _, x := range s {
		c := b[x.from:x.to]
		if !label.Like(c) || digit(c) {
			return false
		}
		if label.Known(c) != label.Unknown {
			known++
		}
	}
	return known*2 >= len(s)
}

func digit(c []byte) bool {
	for _, b := range c {
		if b-'0' < 10 {
			return true
		}
	}
	return false
}

// stacked takes a row below a row of labels that is held: the labels of a form stand above its values.
func (p *parser) stacked(b []byte) bool {
	if len(p.held) == 0 || !digit(b) && p.kind == none && !p.record || !p.stackedHeader(p.held) {
		return false
	}
	var s [32]span
	n := chunks(p.held, s[:])
	cols := p.cols[:0]
	p.measure(p.held)
	for _, x := range s[:n] {
		from := x.from
		if len(p.index) > 0 {
			from = utf8.RuneCount(p.held[:x.from])
		}
		cols = append(cols, column{from: from, label: copied(p.held[x.from:x.to])})
	}
	p.cols = cols
	p.shift(b)
	if !p.fits(b) {
		p.kind = none
		return false
	}
	p.heads = append(p.heads[:0], p.held...)
	p.flush()
	p.kind, p.loose, p.brief, p.rows = fixed, true, true, 0
	p.odd += len(p.cols)
	p.values(b)
	p.rows++
	return true
}

// shift lets the columns begin where the values do, if there are as many values as labels: forms are aligned badly.
func (p *parser) shift(b []byte) {
	var s [32]span
	if chunks(b, s[:]) != len(p.cols) {
		return
	}
	p.measure(b)
	for i := range p.cols[1:] {
		from := s[i+1].from
		if len(p.index) > 0 {
			from = utf8.RuneCount(b[:from])
		}
		if i == 0 || from > p.cols[i].from {
			p.cols[i+1].from = min(p.cols[i+1].from, from)
		}
	}
}

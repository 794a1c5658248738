package mime

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/object"
)

const (
	// maxBoundary is the longest boundary that is looked for; the standard allows 70 bytes.
	maxBoundary = 1000
	// lineLen is how much of a line decides whether it is a boundary line: a longer line is none.
	lineLen = 2 * maxBoundary
	// viewLen is how much is kept in view, so that an undecided line is never all of it.
	viewLen = lineLen + 64
)

// level is an open multipart. It has several names when its boundary is ambiguous.
type level struct{ names []string }

// delimiter is a boundary line that was found.
type delimiter struct {
	level   int // -1: the end of the data
	closing bool
	length  int // with the line end before it and its own
}

// body yields the bytes up to the next boundary line of any open level. It implements chunk.Source.
type body struct {
	r     object.Reader
	w     *walker
	used  int  // bytes of the piece given away
	start bool // the next byte begins a line although no line end is in view
	done  bool
	delim delimiter // valid when done
}

func (b *body) reset(r object.Reader, w *walker) { *b = body{r: r, w: w, start: true} }

// begin starts to read at the beginning of a line.
func (b *body) begin() { b.used, b.start, b.done = 0, true, false }

// consume passes the boundary line that was found.
func (b *body) consume() {
	b.r.Discard(b.used + b.delim.length)
	b.begin()
}

// Next implements chunk.Source.
func (b *body) Next() ([]byte, bool) {
	b.r.Discard(b.used)
	b.used = 0
	if b.done {
		return nil, true
	}
	view := b.r.Fill()
	final := false
	if len(view) < viewLen && len(b.w.levels) > 0 {
		view = b.r.Peek(viewLen)
		final = len(view) < viewLen
	}
	if len(view) == 0 {
		b.done, b.delim = true, delimiter{level: -1}
		return nil, true
	}
	pos, found := len(view), false
	if len(b.w.levels) > 0 {
		final = final || b.r.Size() == int64(len(view))
		pos, found = b.find(view, final)
	}
	b.start = b.start && pos == 0
	b.used, b.done = pos, found
	return view[:pos], found
}

// find returns where the first boundary line begins, with the line end before it; else how much of view can be no part
// of one.
func (b *body) find(view []byte, final bool) (int, bool) {
	for i := 0; ; {
		j := bytes.Index(view[i:], dashes)
		if j < 0 {
			return b.safe(view, final), false
		}
		p := i + j
		if p == 0 && b.start || p > 0 && isBreak(view[p-1]) {
			switch d, v := b.w.match(view[p:], final); v {
			case yes:
				from := p - lineEnd(view[:p])
				d.length += p - from
				b.delim = d
				return from, true
			case unknown:
				return p - lineEnd(view[:p]), false
			}
		}
		for i = p + 2; i < len(view) && view[i] == '-'; i++ {
		}
	}
}

var dashes = []byte("--")

func isBreak(c byte) bool { return c == '\n' || c == '\r' }

// lineEnd returns the length of the line end that b ends with.
func lineEnd(b []byte) int {
	n := len(b)
	switch {
	case n == 0 || !isBreak(b[n-1]):
		return 0
	case n > 1 && b[n-1] == '\n' && b[n-2] == '\r':
		return 2
	}
	return 1
}

// safe returns how much of a view without a boundary line cannot be the beginning of one.
func (b *body) safe(view []byte, final bool) int {
	n := len(view)
	if final {
		return n
	}
	k := n
	if view[k-1] == '-' {
		k--
		if k == 0 && !b.start || k > 0 && !isBreak(view[k-1]) {
			return n
		}
	}
	return k - lineEnd(view[:k])
}

// verdict is whether a line is a boundary line.
type verdict uint8

const (
	no verdict = iota
	yes
	unknown // more bytes are needed
)

// match tells whether s, which begins a line with "--", is a boundary line. The innermost level goes first. The whole
// line must match, because one boundary may begin with another; only behind the final one, where no line matches whole,
// anything may follow.
func (w *walker) match(s []byte, final bool) (delimiter, verdict) {
	long := len(s) >= lineLen
	if long { // what is decided must not depend on how much more is in view
		s, final = s[:lineLen], false
	}
	result := no
	for i := len(w.levels) - 1; i >= 0; i-- {
		for _, name := range w.levels[i].names {
			closing, n, v := matchName(s, name, final)
			switch v {
			case yes:
				return delimiter{level: i, closing: closing, length: n}, yes
			case unknown:
				result = unknown
			}
		}
	}
	if result == unknown && !long {
		return delimiter{}, unknown
	}
	return w.matchFinal(s)
}

// matchFinal tells whether s is a final boundary line with something behind it.
func (w *walker) matchFinal(s []byte) (delimiter, verdict) {
	for i := len(w.levels) - 1; i >= 0; i-- {
		for _, name := range w.levels[i].names {
			n := 2 + len(name) + 2
			if len(s) >= n && string(s[2:n-2]) == name && s[n-2] == '-' && s[n-1] == '-' {
				return delimiter{level: i, closing: true, length: n}, yes
			}
		}
	}
	return delimiter{}, no
}

func matchName(s []byte, name string, final bool) (closing bool, n int, v verdict) {
	rest := s[2:]
	if len(rest) < len(name) {
		if !final && string(rest) == name[:len(rest)] {
			return false, 0, unknown
		}
		return false, 0, no
	}
	if string(rest[:len(name)]) != name {
		return false, 0, no
	}
	i := len(name)
	if bytes.HasPrefix(rest[i:], dashes) {
		closing = true
		i += 2
	}
	for i < len(rest) && (rest[i] == ' ' || rest[i] == '\t') {
		i++
	}
	switch tail := rest[i:]; {
	case len(tail) == 0, len(tail) == 1 && (tail[0] == '\r' || tail[0] == '-' && !closing):
		if !final {
			return false, 0, unknown
		}
		if len(tail) == 1 && tail[0] == '-' {
			return false, 0, no
		}
		return closing, 2 + i + len(tail), yes
	case tail[0] == '\n':
		return closing, 2 + i + 1, yes
	case tail[0] == '\r' && tail[1] == '\n':
		return closing, 2 + i + 2, yes
	case tail[0] == '\r':
		return closing, 2 + i + 1, yes
	}
	return false, 0, no
}

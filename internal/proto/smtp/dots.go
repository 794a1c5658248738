package smtp

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/object"
)

// lineStart is what stands before a dot.
type lineStart uint8

const (
	noStart   lineStart = iota
	afterCRLF           // a line of the standard begins
	afterLF             // a bare LF
	afterCR             // a bare CR
)

// dots undoes the dot-stuffing of DATA and finds its end (RFC 5321 section 4.5.2), over any number of slices. It looks
// for dots only: text without a dot at the beginning of a line passes in one piece.
type dots struct {
	start0     lineStart // before the dot that is held
	held       uint8     // 0, 1: a dot at the beginning of a line is held, 2: a dot and CR
	last, prev byte      // the last two bytes of the text
	lf         bool      // the client ends its lines in LF alone: then LF.LF is the end, too
	byte       [1]byte   // what is written of it
	trick      bool      // a dot stood alone on a line, but not between two CRLF
}

// start begins at the line after DATA.
func (s *dots) start(lf bool) {
	*s = dots{last: '\n', prev: '\r', lf: lf}
	if lf {
		s.prev = 0
	}
}

// feed writes the text in b to w and returns how many bytes it took, and whether the text has ended there.
func (s *dots) feed(b []byte, w object.Writer) (n int, end bool) {
	for n < len(b) {
		switch {
		case s.held == 1 && b[n] == '\r':
			s.held = 2
			n++
			continue
		case s.held != 0 && b[n] == '\n':
			if s.proper() && (s.held == 2 || s.lf) {
				s.held = 0
				return n + 1, true
			}
			s.trick = true
			s.release(w)
		case s.held != 0:
			s.trick = s.trick || s.held == 2
			s.release(w)
		}
		n += s.run(b[n:], w)
	}
	return n, false
}

// proper tells whether the held dot begins a line as this client ends its lines.
func (s *dots) proper() bool { return s.start0 == afterCRLF || s.lf && s.start0 == afterLF }

// release gives up what is held: it is text. The dot of a proper line was stuffed.
func (s *dots) release(w object.Writer) {
	if s.held == 0 {
		return
	}
	if !s.proper() {
		s.byte[0] = '.'
		w.Write(s.byte[:])
	}
	s.last, s.prev = '.', 0
	if s.held == 2 {
		s.byte[0] = '\r'
		w.Write(s.byte[:])
		s.last, s.prev = '\r', '.'
	}
	s.held = 0
}

// run writes b up to a dot at the beginning of a line, which it holds, and returns how many bytes it took.
func (s *dots) run(b []byte, w object.Writer) int {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '.')
		if i < 0 {
			w.Write(b)
			s.passed(b)
			return len(b)
		}
		i += from
		from = i + 1
		if i > 0 && b[i-1] != '\n' && b[i-1] != '\r' {
			continue
		}
		start := s.before(b, i)
		if start == noStart {
			continue
		}
		if i > 0 {
			w.Write(b[:i])
			s.passed(b[:i])
		}
		s.start0, s.held = start, 1
		return i + 1
	}
}

// before tells what stands before b[i].
func (s *dots) before(b []byte, i int) lineStart {
	last, prev := s.last, s.prev
	if i > 1 {
		last, prev = b[i-1], b[i-2]
	} else if i == 1 {
		last, prev = b[0], s.last
	}
	switch {
	case last == '\n' && prev == '\r':
		return afterCRLF
	case last == '\n':
		return afterLF
	case last == '\r':
		return afterCR
	}
	return noStart
}

// passed remembers the end of what was written.
func (s *dots) passed(b []byte) {
	if n := len(b); n > 1 {
		s.last, s.prev = b[n-1], b[n-2]
	} else {
		s.last, s.prev = b[0], s.last
	}
}

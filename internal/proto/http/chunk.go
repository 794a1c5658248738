package http

import (
	"bytes"
	"slices"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// chunkSize reads the line of a chunk's size (RFC 9112 section 7.1).
func (a *analyser) chunkSize(s *side, off uint64, at flow.Time, b []byte) int {
	if len(s.buf) == 0 {
		s.off, s.at = off, at
	}
	held := len(s.buf)
	i := bytes.IndexByte(b, '\n')
	n := i + 1
	if i < 0 || held+n > maxLine {
		i, n = -1, min(len(b), maxLine-held)
	}
	line := b[:n]
	if held > 0 || i < 0 {
		s.buf = append(s.buf, line...)
		line = s.buf
	}
	if i < 0 && len(line) < maxLine {
		if plausibleSize(line) {
			return n
		}
		a.badChunk(s, at, nil)
		return n
	}
	size, ext, ok := parseSize(line)
	if !ok {
		if held > 0 || i < 0 {
			a.badChunk(s, at, nil)
		} else {
			a.badChunk(s, at, line)
		}
		return n
	}
	if j := bytes.IndexByte(line, '\r'); j >= 0 && j < len(line)-2 {
		a.evasion(s, at)
		a.holdBody(s, line)
	}
	if ext > 0 {
		a.strayed(s, s.off+uint64(len(line)-ext), at, line[len(line)-ext:])
	}
	s.buf = s.buf[:0]
	s.left, s.first = size, false
	if i < 0 {
		s.state = sChunkExt
		return n
	}
	s.chunk()
	return n
}

// chunk begins the data of a chunk, or what follows the last one.
func (s *side) chunk() {
	if s.left == 0 { // some servers leave the end of the trailers out
		s.state, s.next, s.empty = sPeek, sTrailer, true
		return
	}
	s.state = sChunkData
}

// plausibleSize tells whether a line that is not complete can be one of a size: nothing else is held.
func plausibleSize(line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	n := 0
	for n < len(line) && unhex(line[n]) < 16 {
		n++
	}
	if n == len(line) {
		return n < maxDigits
	}
	c := line[n]
	return n > 0 && n < maxDigits && (c == ';' || c <= ' ')
}

// maxDigits is more than any size has, with the zeros before it.
const maxDigits = 64

// parseSize reads the size, and how many bytes at the end of the line are an extension worth scanning. An empty line is
// no size.
func parseSize(line []byte) (size uint64, ext int, ok bool) {
	b := bytes.TrimLeft(line, " \t")
	n := 0
	for n < len(b) {
		v := unhex(b[n])
		if v > 15 {
			break
		}
		if size >= 1<<56 {
			return 0, 0, false
		}
		size = size<<4 | uint64(v)
		n++
	}
	if n == 0 || n >= maxDigits {
		return 0, 0, false
	}
	rest := trim(b[n:])
	switch {
	case len(rest) == 0:
		return size, 0, true
	case rest[0] == ';' && len(rest) == 1:
		return size, 0, true
	case rest[0] == ';':
		return size, len(b) - n, true
	}
	return 0, 0, false
}

// badChunk goes on where the size of a chunk should be and is not. line is what was read of it and is not held. Without
// a good chunk before it the message is not chunked: the length counts, or it goes on to the end.
func (a *analyser) badChunk(s *side, at flow.Time, line []byte) {
	a.evasion(s, at)
	held := s.buf
	s.buf = nil
	a.holdBody(s, slices.Concat(held, line))
	switch {
	case !s.first:
		s.state, s.bol = sLost, false
		if len(line) > 0 {
			s.bol = line[len(line)-1] == '\n'
		} else if len(held) > 0 {
			s.bol = held[len(held)-1] == '\n'
		}
		s.write(at, held)
		s.write(at, line)
		return
	case s.cl:
		s.state = sFixed
		if s.left == 0 {
			a.endBody(s, at, false)
		}
	default:
		s.state = sRest
	}
	s.first = false
	a.run(s, s.off, at, held)
	a.run(s, s.off+uint64(len(held)), at, line)
}

// chunkExt passes the rest of a size line that is too long to be held.
func (a *analyser) chunkExt(s *side, off uint64, at flow.Time, b []byte) int {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		a.strayed(s, off, at, b)
		return len(b)
	}
	a.strayed(s, off, at, b[:i])
	s.chunk()
	return i + 1
}

func (a *analyser) chunkData(s *side, at flow.Time, b []byte) int { return a.fixed(s, at, b) }

// chunkEnd passes the line end behind the data of a chunk. Without one the size was wrong.
func (a *analyser) chunkEnd(s *side, at flow.Time, b []byte) int {
	switch {
	case b[0] == '\r' && !s.empty:
		s.empty = true
		return 1
	case b[0] == '\n':
		s.state = sChunkSize
		return 1
	}
	a.evasion(s, at)
	s.state, s.bol = sLost, false
	return 0
}

// trailer reads what follows the last chunk, to an empty line. Trailers are scanned.
func (a *analyser) trailer(s *side, off uint64, at flow.Time, b []byte) int {
	i := bytes.IndexByte(b, '\n')
	n := i + 1
	if i < 0 {
		n = len(b)
	}
	line := b[:n]
	if s.empty {
		line = bytes.TrimLeft(line, "\r")
	}
	switch {
	case len(line) == 0:
	case s.empty && line[0] == '\n':
		a.endBody(s, at, false)
	default:
		a.strayed(s, off+uint64(n-len(line)), at, line)
		s.empty = i >= 0
	}
	return n
}

// lost reads a chunked body that is out of step. All bytes are its data until a line of a plausible size or the
// beginning of a message stands at the beginning of a line.
func (a *analyser) lost(s *side, off uint64, at flow.Time, b []byte) int {
	if !s.bol {
		n := bytes.IndexByte(b, '\n') + 1
		if s.bol = n > 0; !s.bol {
			n = len(b)
		}
		s.write(at, b[:n])
		return n
	}
	if len(s.buf) == 0 {
		s.off, s.at = off, at
	}
	held := len(s.buf)
	n := min(len(b), lookahead)
	s.buf = append(s.buf, b[:n]...)
	size, used, v := sizeLine(s.buf)
	if v == yes {
		s.buf = s.buf[:0]
		s.left, s.guess = size, true
		s.chunk()
		return used - held
	}
	w := begins(s.dir == flow.ToServer, true, s.buf)
	if w == yes {
		buf := s.buf[:held]
		s.buf = nil
		a.endBody(s, at, true)
		s.buf, s.seen, s.ok = buf, 0, false
		return 0
	}
	if v == more || w == more {
		return n
	}
	buf := s.buf[:held]
	s.buf, s.bol = nil, false
	a.run(s, s.off, at, buf)
	return 0
}

// sizeLine tells whether a line is one to eight hex digits and CRLF, and where it ends.
func sizeLine(b []byte) (size uint64, used int, v verdict) {
	n := 0
	for n < len(b) && unhex(b[n]) < 16 {
		if n == 8 {
			return 0, 0, no
		}
		size = size<<4 | uint64(unhex(b[n]))
		n++
	}
	switch {
	case n == len(b):
		return 0, 0, more
	case n == 0 || b[n] != '\r':
		return 0, 0, no
	case n+1 == len(b):
		return 0, 0, more
	case b[n+1] != '\n':
		return 0, 0, no
	}
	return size, n + 2, yes
}

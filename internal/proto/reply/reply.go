// Package reply reads the lines of protocols in which the client sends command lines and the server answers with
// numbered replies (RFC 959 section 4.2, RFC 5321 section 4.2). It is shared by the analysers of SMTP and FTP. Lines
// end in LF, with or without CR. What it holds is bounded: of a line that is too long only the beginning is kept.
package reply

import "bytes"

// Splitter cuts a stream into lines.
type Splitter struct {
	Max  int // bytes of a line that are kept
	buf  []byte
	full bool // buf is a line that was returned
	long bool
}

// Memory returns the bytes of memory of the line.
func (s *Splitter) Memory() int { return cap(s.buf) }

// Len returns the number of bytes held of the line that has begun.
func (s *Splitter) Len() int {
	if s.full {
		return 0
	}
	return len(s.buf)
}

// Begun tells whether a line has begun and is not complete.
func (s *Splitter) Begun() bool { return s.Len() > 0 }

// Held returns what is held of the line that has begun.
func (s *Splitter) Held() []byte {
	if s.full {
		return nil
	}
	return s.buf
}

// Long tells whether the present or last line was longer than Max.
func (s *Splitter) Long() bool { return s.long }

// Reset forgets the line that has begun.
func (s *Splitter) Reset() { s.buf, s.full, s.long = s.buf[:0], false, false }

// Next takes n bytes of b. When they complete a line, done is set and line has it with its end of line, unless it is
// too long: then line is its beginning. over is the part of the n bytes that was not kept for that reason. line is
// valid until the next call.
func (s *Splitter) Next(b []byte) (line, over []byte, n int, done bool) {
	if s.full {
		s.Reset()
	}
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return nil, s.add(b), len(b), false
	}
	n = i + 1
	if len(s.buf) == 0 && n <= s.Max {
		s.long = false
		return b[:n], nil, n, true
	}
	over = s.add(b[:n])
	s.full = true
	return s.buf, over, n, true
}

func (s *Splitter) add(b []byte) []byte {
	k := min(len(b), s.Max-len(s.buf))
	s.buf = append(s.buf, b[:k]...)
	if k < len(b) {
		s.long = true
	}
	return b[k:]
}

// Trim removes the end of a line.
func Trim(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	for n := len(line); n > 0 && line[n-1] == '\r'; n = len(line) {
		line = line[:n-1]
	}
	return line
}

// Reader puts the lines of a server together to replies.
type Reader struct {
	// Loose ends a reply of several lines at any line that reads like the last of a reply, and not only at one with
	// its own code (RFC 959 lets any text stand between; RFC 5321 does not).
	Loose bool
	code  int
	lines int
}

// maxLines is the most lines that one reply may have: those after it begin another.
const maxLines = 4096

// Reset forgets the reply that has begun.
func (r *Reader) Reset() { r.code, r.lines = 0, 0 }

// Line is one line of a reply.
type Line struct {
	Code  int    // of the reply; 0: the line belongs to no reply
	Text  []byte // after the code
	First bool
	Last  bool
}

// Line reads a line.
func (r *Reader) Line(line []byte) Line {
	line = Trim(line)
	code, sep := parse(line)
	switch {
	case r.code == 0 && code == 0:
		return Line{Text: line}
	case r.code == 0:
		if sep == '-' {
			r.code, r.lines = code, 1
		}
		return Line{code, text(line), true, sep != '-'}
	}
	r.lines++
	l := Line{Code: r.code, Text: line}
	if code == r.code || code != 0 && r.Loose {
		l.Code, l.Text, l.Last = code, text(line), sep != '-'
	}
	if l.Last || r.lines >= maxLines {
		l.Last = true
		r.Reset()
	}
	return l
}

// parse reads "ddd", "ddd " or "ddd-" and returns the code, 0 if it is none, and the separator.
func parse(line []byte) (code int, sep byte) {
	if len(line) < 3 || line[0] < '1' || line[0] > '5' || !digit(line[1]) || !digit(line[2]) {
		return 0, 0
	}
	code = int(line[0]-'0')*100 + int(line[1]-'0')*10 + int(line[2]-'0')
	if len(line) == 3 {
		return code, ' '
	}
	if line[3] != ' ' && line[3] != '-' && line[3] != '\t' {
		return 0, 0
	}
	return code, line[3]
}

func text(line []byte) []byte {
	if len(line) < 4 {
		return nil
	}
	return line[4:]
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// Starts tells whether b reads like the beginning of a reply (or of one as far as it goes), and its code, 0 if it is
// not complete.
func Starts(b []byte) (code int, ok bool) {
	if len(b) >= 4 {
		code, _ = parse(b[:4])
		if code == 0 && (b[3] == '\r' || b[3] == '\n') {
			code, _ = parse(b[:3])
		}
		return code, code != 0
	}
	for i, c := range b {
		if !digit(c) || i == 0 && (c < '1' || c > '5') {
			return 0, false
		}
	}
	return 0, true
}

// First returns the code of the first reply in b, 0 if it is not complete, and the beginning of its text and of what
// follows. Behind a gap, b may begin with the rest of a line.
func First(b []byte, gap bool) (code int, head []byte, ok bool) {
	code, ok = Starts(b)
	if !ok && gap {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			return 0, nil, true
		}
		b = b[i+1:]
		code, ok = Starts(b)
	}
	return code, b[:min(len(b), 512)], ok
}

// HasWord looks for a word of ASCII letters in any case.
func HasWord(b []byte, word string) bool {
	for ; len(b) >= len(word); b = b[1:] {
		if b[0]|0x20 == word[0]|0x20 && bytes.EqualFold(b[:len(word)], []byte(word)) {
			return true
		}
	}
	return false
}

// Verb returns the first word of a command line in upper case, in buf, and what follows it without the spaces around.
// A word longer than buf gives no verb.
func Verb(line []byte, buf *[24]byte) (verb, arg []byte) {
	line = Trim(line)
	n := 0
	for n < len(line) && line[n] != ' ' && line[n] != '\t' {
		if n == len(buf) {
			return nil, line
		}
		c := line[n]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		buf[n] = c
		n++
	}
	return buf[:n], bytes.Trim(line[n:], " \t")
}

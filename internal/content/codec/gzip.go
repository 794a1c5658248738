package codec

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Flags of a gzip header.
const (
	flagHCRC    = 1 << 1
	flagExtra   = 1 << 2
	flagName    = 1 << 3
	flagComment = 1 << 4
)

// IsGzip tells whether a gzip member begins here.
func IsGzip(b []byte) bool {
	return len(b) >= 4 && b[0] == 0x1F && b[1] == 0x8B && b[2] == 8 // reserved flags are no hindrance
}

// IsZlib tells whether a zlib header begins here.
func IsZlib(b []byte) bool {
	return len(b) >= 2 && b[0]&0x0F == 8 && b[0]>>4 <= 7 && (uint(b[0])<<8|uint(b[1]))%31 == 0
}

// IsZstd tells whether a zstd frame, or a skippable one, begins here.
func IsZstd(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	m := binary.LittleEndian.Uint32(b)
	return m == 0xFD2FB528 || m&^0xF == 0x184D2A50
}

// GzipName returns the original file name and the comment in the gzip header at the beginning of head.
func GzipName(head []byte) (name, comment []byte) {
	if len(head) < 10 || !IsGzip(head) {
		return nil, nil
	}
	flags, b := head[3], head[10:]
	if flags&flagExtra != 0 {
		if len(b) < 2 || len(b) < 2+int(binary.LittleEndian.Uint16(b)) {
			return nil, nil
		}
		b = b[2+int(binary.LittleEndian.Uint16(b)):]
	}
	text := func() []byte {
		i := bytes.IndexByte(b, 0)
		if i < 0 {
			return nil
		}
		t := b[:i]
		b = b[i+1:]
		return t
	}
	if flags&flagName != 0 {
		name = text()
	}
	if flags&flagComment != 0 {
		comment = text()
	}
	return name, comment
}

// gzipHeader consumes the header of a member.
func (s *Stream) gzipHeader() bool {
	h := s.r.Peek(10)
	if len(h) < 10 || !IsGzip(h) {
		return false
	}
	flags := h[3]
	s.skip(10)
	if flags&flagExtra != 0 {
		h = s.r.Peek(2)
		if len(h) < 2 || !s.skip(2+int(binary.LittleEndian.Uint16(h))) {
			return false
		}
	}
	if flags&flagName != 0 && !s.skipText() || flags&flagComment != 0 && !s.skipText() {
		return false
	}
	s.crc, s.member = 0, 0
	return flags&flagHCRC == 0 || s.skip(2)
}

// skipText consumes a text that ends with NUL.
func (s *Stream) skipText() bool {
	for {
		b := s.r.Fill()
		if len(b) == 0 {
			return false
		}
		if i := bytes.IndexByte(b, 0); i >= 0 {
			return s.skip(i + 1)
		}
		s.skip(len(b))
	}
}

// trailer checks the trailer of a member and looks for another one behind it. Padding with NUL bytes is usual on
// tapes; anything else is left unread.
func (s *Stream) trailer() {
	t := s.r.Peek(8)
	if len(t) < 8 {
		s.skip(len(t))
		s.stop(coverage.Truncated)
		return
	}
	sum, size := binary.LittleEndian.Uint32(t), binary.LittleEndian.Uint32(t[4:])
	s.skip(8)
	if sum != s.crc || size != uint32(s.member) { //nolint:gosec // the size is kept modulo 2^32
		s.reason = coverage.Corrupt
	}
	for {
		h := s.r.Peek(4)
		if len(h) > 0 && h[0] == 0 {
			s.skip(1)
			continue
		}
		if !IsGzip(h) {
			s.done = true
		}
		return
	}
}

// input feeds a decompressor from an object.Reader. A lazy input consumes a piece only when the next one is asked
// for, so that what the buffered reader above it has not used can be given back.
type input struct {
	r     object.Reader
	lazy  bool
	given int
	total int64
}

// Read implements io.Reader. A lazy input is read into an empty buffer only: so all that was given has been used.
func (in *input) Read(p []byte) (int, error) {
	if in.lazy {
		in.r.Discard(in.given)
		in.given = 0
		b := in.r.Fill()
		if len(b) == 0 {
			return 0, io.EOF
		}
		in.given = copy(p, b)
		in.total += int64(in.given)
		return in.given, nil
	}
	n := 0 // fill p whole: a decompressor's view of its input must not depend on how it was cut
	for n < len(p) {
		b := in.r.Fill()
		if len(b) == 0 {
			break
		}
		k := copy(p[n:], b)
		in.r.Discard(k)
		n += k
	}
	in.total += int64(n)
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// settle consumes what was given except for the last unread bytes.
func (in *input) settle(unread int) {
	if in.lazy {
		in.r.Discard(in.given - unread)
		in.given = 0
	}
	in.total = 0
}

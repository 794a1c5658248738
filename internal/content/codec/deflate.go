package codec

import (
	"hash/crc32"

	"github.com/phiwatch/phiwatch/internal/content/codec/inflate"
	"github.com/phiwatch/phiwatch/internal/coverage"
)

// inflated returns the next piece of a stream of deflate, zlib or gzip, in the decoder's memory. The members of gzip do
// not show in it.
func (s *Stream) inflated() []byte {
	for !s.done && len(s.inflate.Pending()) < outLen {
		if !s.begun && !s.begin() {
			break
		}
		status := s.decode()
		s.sum()
		switch status {
		case inflate.NeedInput:
			s.ended(coverage.Truncated)
		case inflate.Done:
			s.ended(coverage.None)
		case inflate.Corrupt:
			s.ended(coverage.Corrupt)
		}
	}
	b := s.inflate.Take()
	s.summed -= len(b)
	return b
}

// decode decodes up to the next piece or the end. It asks for input only when there is no going on without: none may be
// there for long, or ever, behind the last byte of the stream.
func (s *Stream) decode() inflate.Status {
	_, status := s.inflate.Decode(nil)
	for status == inflate.NeedInput {
		b := s.r.Fill()
		if len(b) == 0 {
			break
		}
		var n int
		n, status = s.inflate.Decode(b)
		s.r.Discard(n)
		s.base += int64(n)
	}
	return status
}

// sum counts what the decoder made, and adds it to the checksum.
func (s *Stream) sum() {
	b := s.inflate.Pending()[s.summed:]
	s.summed += len(b)
	s.member += int64(len(b))
	if s.method == Gzip {
		s.crc = crc32.Update(s.crc, crc32.IEEETable, b)
	}
}

// Package codec undoes compression: deflate (RFC 1951), zlib (RFC 1950), gzip (RFC 1952, several members in a row),
// zstd (RFC 8878, windows up to 8 MiB, no dictionaries), brotli (RFC 7932) and bzip2.
//
// The decompressors are pooled, one pool for each scan worker. Output comes in pieces whose edges depend on the
// compressed bytes alone. The output is metered: a meter that says no ends the stream.
package codec

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/content/codec/inflate"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Method is a way to compress.
type Method uint8

// Methods.
const (
	Deflate Method = iota // raw
	Zlib
	Gzip
	Zstd
	Brotli
	Bzip2
	numMethods
)

const (
	outLen     = inflate.PieceLen
	inLen      = 8 << 10
	zstdWindow = 8 << 20
	keep       = 12 // streams of one method that a pool keeps
)

// Meter is told of each piece of output and may end a stream.
type Meter interface {
	// Unpacked tells that s made n more bytes. A reason other than None ends s.
	Unpacked(s *Stream, n int) coverage.Reason
	// Closed tells that s is used no more.
	Closed(s *Stream)
}

// Pool lends streams. Not safe for concurrent use.
type Pool struct {
	free [numMethods][]*Stream
}

// Open returns a stream of what r holds in compressed form. It reads r no further than the compressed data reaches
// (brotli and bzip2: somewhat further). Close it to give it back.
func (p *Pool) Open(method Method, r object.Reader, m Meter) *Stream {
	kind := method
	if method == Zlib || method == Gzip {
		kind = Deflate
	}
	var s *Stream
	if n := len(p.free[kind]); n > 0 {
		s = p.free[kind][n-1]
		p.free[kind] = p.free[kind][:n-1]
	} else {
		s = newStream(p, kind)
	}
	s.open(method, r, m)
	return s
}

func newStream(p *Pool, kind Method) *Stream {
	s := &Stream{pool: p, kind: kind}
	if kind == Deflate {
		s.inflate = new(inflate.Decoder)
	} else {
		s.buf = make([]byte, outLen)
	}
	return s
}

// Stream is a compressed stream being read. It implements chunk.Source and io.Reader.
type Stream struct {
	pool    *Pool
	kind    Method
	method  Method
	meter   Meter
	r       object.Reader
	in      input
	br      *bufio.Reader
	inflate *inflate.Decoder
	zstd    *zstd.Decoder
	brotli  *brotli.Reader
	dec     io.Reader
	buf     []byte // output, where the decompressor has no memory for it
	rest    []byte // for Read
	base    int64  // input bytes of earlier members, and headers; of deflate all that were used
	out     int64
	crc     uint32
	member  int64 // output bytes of the present member
	summed  int   // bytes of inflate's pending output that are in crc and member
	begun   bool  // the decompressor is set up
	done    bool
	reason  coverage.Reason
}

var _ chunk.Source = (*Stream)(nil)

func (s *Stream) open(method Method, r object.Reader, m Meter) {
	s.method, s.meter, s.r = method, m, r
	s.in = input{r: r}
	s.rest, s.base, s.out, s.crc, s.member = nil, 0, 0, 0, 0
	s.begun, s.done, s.reason = false, false, coverage.None
	if s.kind == Deflate {
		s.inflate.Reset()
		s.summed = 0
	}
}

// In returns how many bytes of input were used so far, independent of how the input was cut.
func (s *Stream) In() int64 {
	if !s.begun {
		return s.base
	}
	n := s.base + s.in.total
	if s.kind == Bzip2 {
		n -= int64(s.br.Buffered())
	}
	return n
}

// Out returns how many bytes came out so far.
func (s *Stream) Out() int64 { return s.out }

// Reason tells, after the last piece, why the stream ended: None at its proper end.
func (s *Stream) Reason() coverage.Reason { return s.reason }

// Method returns how the stream is compressed.
func (s *Stream) Method() Method { return s.method }

// Close ends the use of the stream and leaves the reader below it behind the bytes that were used.
func (s *Stream) Close() {
	if s.r == nil {
		return
	}
	s.meter.Closed(s)
	s.settle()
	s.r, s.in.r, s.meter = nil, nil, nil
	if s.kind == Zstd && s.zstd != nil {
		_ = s.zstd.Reset(nil)
	}
	if free := &s.pool.free[s.kind]; len(*free) < keep && s.kind != Bzip2 {
		*free = append(*free, s)
	}
}

// settle gives back what the buffered reader took too much.
func (s *Stream) settle() {
	if !s.begun {
		return
	}
	unread := 0
	if s.kind == Bzip2 {
		unread = s.br.Buffered()
	}
	s.base += s.in.total - int64(unread)
	s.in.settle(unread)
	s.begun = false
}

// Read implements io.Reader.
func (s *Stream) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		if s.done {
			return 0, io.EOF
		}
		s.rest, _ = s.Next()
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// Next implements chunk.Source.
func (s *Stream) Next() ([]byte, bool) {
	if s.done {
		return nil, true
	}
	var b []byte
	if s.kind == Deflate {
		b = s.inflated()
	} else {
		b = s.read()
	}
	s.out += int64(len(b))
	if len(b) > 0 {
		if why := s.meter.Unpacked(s, len(b)); why != coverage.None {
			s.stop(why)
		}
	}
	return b, s.done
}

// read returns the next piece of what dec reads.
func (s *Stream) read() []byte {
	n := 0
	for n < len(s.buf) && !s.done {
		if !s.begun && !s.begin() {
			break
		}
		k, err := s.dec.Read(s.buf[n:])
		n += k
		if err != nil {
			s.ended(reasonOf(err))
		}
	}
	return s.buf[:n]
}

// reasonOf tells why a decompressor ended: None at the end of its data.
func reasonOf(err error) coverage.Reason {
	switch {
	case errors.Is(err, io.EOF):
		return coverage.None
	case errors.Is(err, io.ErrUnexpectedEOF):
		return coverage.Truncated
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return coverage.Budget
	}
	return coverage.Corrupt
}

// Stop ends the stream.
func (s *Stream) Stop(why coverage.Reason) { s.stop(why) }

func (s *Stream) stop(why coverage.Reason) {
	s.done = true
	if s.reason == coverage.None {
		s.reason = why
	}
}

// ended handles the end of what the decompressor reads.
func (s *Stream) ended(why coverage.Reason) {
	if why != coverage.None {
		s.stop(why)
	}
	s.settle()
	if s.done {
		return
	}
	switch s.method {
	case Gzip:
		s.trailer()
	case Zlib:
		s.skip(4)
		s.done = true
	default:
		s.done = true
	}
}

// begin sets up the decompressor, behind the header if there is one.
func (s *Stream) begin() bool {
	ok := true
	switch s.method {
	case Gzip:
		ok = s.gzipHeader()
	case Zlib:
		h := s.r.Peek(2)
		ok = IsZlib(h) && h[1]&0x20 == 0
		if ok {
			s.skip(2)
		}
	}
	if !ok {
		s.stop(coverage.Corrupt)
		return false
	}
	s.in = input{r: s.r, lazy: s.kind == Bzip2}
	s.begun = true
	switch s.kind {
	case Deflate:
		s.inflate.Continue()
	case Zstd:
		return s.beginZstd()
	case Brotli:
		if s.brotli == nil {
			s.brotli = brotli.NewReader(&s.in)
		} else if s.brotli.Reset(&s.in) != nil {
			s.stop(coverage.Corrupt)
			return false
		}
		s.dec = s.brotli
	case Bzip2:
		s.br = bufio.NewReaderSize(&s.in, inLen)
		s.dec = bzip2.NewReader(s.br)
	}
	return true
}

func (s *Stream) beginZstd() bool {
	var err error
	if s.zstd == nil {
		s.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow),
			zstd.IgnoreChecksum(true)) // it would rather give nothing than a block with a wrong sum
	}
	if err == nil {
		err = s.zstd.Reset(&s.in)
	}
	if err != nil {
		s.zstd = nil
		s.stop(coverage.Budget)
		return false
	}
	s.dec = s.zstd
	return true
}

// skip consumes n bytes of framing.
func (s *Stream) skip(n int) bool {
	for n > 0 {
		b := s.r.Fill()
		if len(b) == 0 {
			return false
		}
		k := min(n, len(b))
		s.r.Discard(k)
		s.base += int64(k)
		n -= k
	}
	return true
}

package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	ownSize   = 64 << 10
	magicSize = 12
	// maxWindow is the largest window of a zstd file: what `zstd --long` makes, and zstd reads by default.
	maxWindow = 128 << 20
	smallest  = 8 << 20 // window that every zstd decoder must have
)

// errCompressed is any fault of a decompressor.
var errCompressed = errors.New("damaged compression")

func noteOf(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return NoteCut
	case errors.Is(err, errCompressed):
		return NoteCompressed
	}
	return NoteRead
}

// counted counts the bytes read from a file, if count is not nil.
type counted struct {
	f     *os.File
	count *atomic.Int64
	stdin bool
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.f.Read(b)
	if c.count != nil {
		c.count.Add(int64(n))
	}
	return n, err
}

func (c *counted) Close() error {
	if c.stdin {
		return nil // not ours
	}
	return c.f.Close()
}

// openReader opens a file, undoes its compression and recognises its format.
func openReader(f *file, count *atomic.Int64) (*reader, error) {
	src := &counted{f: os.Stdin, count: count, stdin: f.stat.Path == "-"}
	if !src.stdin {
		var err error
		if src.f, err = os.Open(f.stat.Path); err != nil {
			return nil, err
		}
	}
	var in io.ReadCloser = src
	if !f.regular {
		in = newPump(src, f.stop)
	}
	rd, err := newReader(f, in)
	if err == nil {
		return rd, nil
	}
	_ = src.Close()
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		err = path.Err
	}
	return nil, &fs.PathError{Op: "open", Path: f.stat.Path, Err: err}
}

// newReader begins to read src, which it owns when there is no error.
func newReader(f *file, src io.ReadCloser) (*reader, error) {
	rd := &reader{file: f, src: src, weight: 1, reach: unbounded}
	rd.own.buf = make([]byte, ownSize)
	rd.magic()
	head := rd.own.buf[:rd.own.w]
	switch {
	case len(head) > 2 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8:
		rd.unpack(openGzip)
	case len(head) > 3 && isZstd(head):
		window := smallest
		if h := (zstd.Header{}); h.Decode(head) == nil && !h.Skippable {
			window = int(min(max(h.WindowSize, smallest), maxWindow))
		}
		rd.weight += window >> 20
		rd.unpack(func(r io.Reader) (io.Reader, func(), error) { return openZstd(r, window) })
	}
	rd.fm = recognise(rd.own.buf[:rd.own.w])
	if rd.fm != nil {
		return rd, nil
	}
	if rd.src != src {
		rd.close()
	}
	if rd.own.w == 0 && rd.err != nil {
		return nil, rd.err
	}
	return nil, ErrNotCapture
}

// magic reads until the format can be recognised.
func (rd *reader) magic() {
	for rd.own.w < magicSize && !rd.eof {
		rd.fill(&rd.own, len(rd.own.buf))
	}
}

// unpack puts a decompressor between the file and the reader.
func (rd *reader) unpack(open func(io.Reader) (io.Reader, func(), error)) {
	head := bytes.Clone(rd.own.buf[:rd.own.w])
	rd.src = newAhead(io.MultiReader(bytes.NewReader(head), rd.src), rd.src, open, rd.file.regular)
	rd.own.w, rd.eof = 0, false
	rd.magic()
}

func isZstd(b []byte) bool {
	m := binary.LittleEndian.Uint32(b)
	return m == 0xfd2fb528 || m&^0xf == 0x184d2a50
}

func openGzip(r io.Reader) (io.Reader, func(), error) {
	z, err := gzip.NewReader(r)
	return z, func() {}, err
}

func openZstd(r io.Reader, window int) (io.Reader, func(), error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(uint64(window)), zstd.WithDecoderMaxMemory(1<<40))
	if err != nil {
		return nil, nil, err
	}
	return z, z.Close, nil
}

// ahead decompresses on a goroutine of its own, a few blocks ahead of its reader: a compressed capture is bound by the
// decompressor. The goroutine ends with the file, or by Close.
type ahead struct {
	full chan []byte
	free chan []byte
	stop chan struct{}
	once sync.Once
	done chan struct{}
	wait bool  // the file cannot block for ever
	err  error // valid when full is closed
	cur  []byte
	rest []byte
}

func newAhead(r io.Reader, under io.Closer, open func(io.Reader) (io.Reader, func(), error), wait bool) *ahead {
	const blocks = 3
	a := &ahead{
		full: make(chan []byte, blocks), free: make(chan []byte, blocks),
		stop: make(chan struct{}), done: make(chan struct{}), wait: wait,
	}
	for range blocks {
		a.free <- nil // made when first used
	}
	go a.run(r, under, open)
	return a
}

func (a *ahead) run(r io.Reader, under io.Closer, open func(io.Reader) (io.Reader, func(), error)) {
	defer close(a.done)
	defer close(a.full)
	defer func() {
		if recover() != nil { // a decompressor that fails on hostile input is damage, not the end of the run
			a.err = errCompressed
		}
		_ = under.Close()
	}()
	z, closeZ, err := open(r)
	if err != nil {
		a.err = blame(err)
		return
	}
	defer closeZ()
	for {
		var b []byte
		select {
		case b = <-a.free:
		case <-a.stop:
			return
		}
		if b == nil {
			b = make([]byte, ownSize)
		}
		b = b[:cap(b)]
		n := 0
		for n < len(b) && err == nil {
			var m int
			m, err = z.Read(b[n:])
			n += m
		}
		if n > 0 {
			a.full <- b[:n] // never blocks: as many places as blocks
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				a.err = blame(err)
			}
			return
		}
	}
}

// blame tells a cut and an interrupt from other damage. What the decompressor says may quote the file and is not kept.
func blame(err error) error {
	for _, e := range []error{io.ErrUnexpectedEOF, errInterrupted} {
		if errors.Is(err, e) {
			return e
		}
	}
	return errCompressed
}

// Read hands out what was decompressed.
func (a *ahead) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		if a.cur != nil {
			a.free <- a.cur
			a.cur = nil
		}
		b, ok := <-a.full
		if !ok {
			if a.err != nil {
				return 0, a.err
			}
			return 0, io.EOF
		}
		a.cur, a.rest = b, b
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close stops the goroutine, which closes the file, and waits for that unless the file may block.
func (a *ahead) Close() error {
	a.once.Do(func() { close(a.stop) })
	if a.wait {
		<-a.done
	}
	return nil
}

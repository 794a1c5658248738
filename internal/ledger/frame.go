package ledger

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"

	"golang.org/x/mod/sumdb/tlog"
)

const frameHead = 8

var (
	errTorn  = errors.New("the file ends inside of a record")
	errFrame = errors.New("length or checksum is wrong")
)

func emptyRoot() tlog.Hash { return sha256.Sum256(nil) }

// checksum covers the length too, so that no byte of a frame can change unnoticed.
func checksum(f []byte) uint32 {
	t := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Update(0, t, f[:4]), t, f[frameHead:])
}

// putFrame fills in the head of a frame.
func putFrame(f []byte) {
	binary.LittleEndian.PutUint32(f, uint32(len(f)-frameHead)) //nolint:gosec // at most MaxLeaf
	binary.LittleEndian.PutUint32(f[4:], checksum(f))
}

// frames reads the entries of a file of a known size.
type frames struct {
	r    *bufio.Reader
	file io.ReaderAt
	off  int64 // of the next frame
	size int64
	buf  []byte
}

func readFrames(f *os.File, size int64) *frames {
	return &frames{r: buffered(f, size), file: f, size: size}
}

// buffered reads a file of a known size, which may be tiny.
func buffered(f *os.File, size int64) *bufio.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(f, 0, size), int(min(size, 256<<10)))
}

// next returns the next leaf, valid until the next call. io.EOF: the file ends where a frame does. Memory is bounded
// by the file and by MaxLeaf, whatever the length says.
func (f *frames) next() ([]byte, error) {
	left := f.size - f.off
	if left == 0 {
		return nil, io.EOF
	}
	if left < frameHead {
		return nil, errTorn
	}
	if cap(f.buf) < frameHead {
		f.buf = make([]byte, frameHead, 4<<10)
	}
	head := f.buf[:frameHead]
	if _, err := io.ReadFull(f.r, head); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(head))
	if n > MaxLeaf {
		return nil, errFrame
	}
	if n > left-frameHead {
		return nil, errTorn
	}
	if need := int(n) + frameHead; cap(f.buf) < need {
		f.buf = append(make([]byte, 0, need+need/2), head...)
	}
	f.buf = f.buf[:frameHead+int(n)]
	if _, err := io.ReadFull(f.r, f.buf[frameHead:]); err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(f.buf[4:]) != checksum(f.buf) {
		return nil, errFrame
	}
	f.off += frameHead + n
	return f.buf[frameHead:], nil
}

// zeros tells whether nothing but zeros is left from the present frame on: a file that grew before a power failure and whose
// data was never written.
func (f *frames) zeros() bool {
	rest := io.NewSectionReader(f.file, f.off, f.size-f.off)
	var b [4 << 10]byte
	for {
		n, err := rest.Read(b[:])
		for _, c := range b[:n] {
			if c != 0 {
				return false
			}
		}
		if err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// split takes a leaf apart.
func split(leaf []byte) (kind string, body []byte, ok bool) {
	rest, ok := bytes.CutPrefix(leaf, []byte(leafMagic))
	if !ok {
		return "", nil, false
	}
	i := bytes.IndexByte(rest[:min(len(rest), 33)], '\n')
	if i < 0 || !validKind(string(rest[:i])) {
		return "", nil, false
	}
	return string(rest[:i]), rest[i+1:], true
}

// hashFile reads stored hashes.
type hashFile struct{ f io.ReaderAt }

// ReadHashes implements tlog.HashReader.
func (h hashFile) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if _, err := h.f.ReadAt(out[i][:], x*tlog.HashSize); err != nil {
			return nil, err
		}
	}
	return out, nil
}

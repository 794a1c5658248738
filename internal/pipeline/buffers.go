package pipeline

import "sync"

// Sizes of the buffers that objects grow through: each is filled before the next is taken, so that an object is copied
// 1.2 times on average and small objects stay small.
var bufferSizes = [...]int{4 << 10, 32 << 10, 256 << 10, wholeMax}

// wholeMax is the largest object that is queued whole; a larger one becomes a chunk stream.
const wholeMax = 1 << 20

// chunkSize is the size of the pieces of a chunk stream.
const chunkSize = 64 << 10

// buffers recycles object memory. Safe for concurrent use.
type buffers struct{ pools [len(bufferSizes)]sync.Pool }

// get returns an empty buffer with room for n bytes, of the smallest size that has it.
func (p *buffers) get(n int) []byte {
	for i, size := range bufferSizes {
		if n <= size {
			if v, ok := p.pools[i].Get().(*[]byte); ok {
				return (*v)[:0]
			}
			return make([]byte, 0, size)
		}
	}
	return make([]byte, 0, n)
}

// put takes a buffer back.
func (p *buffers) put(b []byte) {
	for i, size := range bufferSizes {
		if cap(b) == size {
			b = b[:0]
			p.pools[i].Put(&b)
			return
		}
	}
}

// grow returns b with room for n more bytes, at most up to wholeMax in all.
func (p *buffers) grow(b []byte, n int) []byte {
	if cap(b)-len(b) >= n {
		return b
	}
	bigger := append(p.get(len(b)+n), b...)
	p.put(b)
	return bigger
}

package pipeline

import "sync"

// Sizes of the buffers that objects grow through, up to one piece: small objects stay small, and large ones are not copied
// again for each doubling.
var bufferSizes = [...]int{512, 4 << 10, 32 << 10, chunkSize}

// wholeMax is the largest object that is queued whole; a larger one becomes a chunk stream.
const wholeMax = 1 << 20

// chunkSize is the size of the pieces of an object.
const chunkSize = 256 << 10

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

// grow returns b with room for n more bytes.
func (p *buffers) grow(b []byte, n int) []byte {
	if cap(b)-len(b) >= n {
		return b
	}
	bigger := append(p.get(len(b)+n), b...)
	p.put(b)
	return bigger
}

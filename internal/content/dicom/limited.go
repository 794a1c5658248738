package dicom

import (
	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/object"
)

// limited is a source of the next bytes of a reader: one value.
type limited struct {
	r    object.Reader
	left int64
	used int
}

// Next implements chunk.Source.
func (l *limited) Next() ([]byte, bool) {
	l.settle()
	if l.left == 0 {
		return nil, true
	}
	b := l.r.Fill()
	if int64(len(b)) > l.left {
		b = b[:l.left]
	}
	l.used = len(b)
	return b, len(b) == 0
}

// settle consumes what was given away.
func (l *limited) settle() {
	l.r.Discard(l.used)
	l.left -= int64(l.used)
	l.used = 0
}

// drain consumes what is left.
func (l *limited) drain() {
	for {
		if b, last := l.Next(); last || len(b) == 0 {
			return
		}
	}
}

func (l *limited) reader() *chunk.Reader { return chunk.NewReader(l) }

// stream returns the source as a reader for Emitter.Part.
func (l *limited) stream() *chunk.Stream { return &chunk.Stream{Source: l} }

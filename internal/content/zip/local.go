package zip

import (
	"bytes"
	"encoding/binary"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/content/codec"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Methods.
const (
	stored   = 0
	deflated = 8
	bzip2    = 12
	zstd     = 93
	aes      = 99
)

// localHeader is what a local header says.
type localHeader struct {
	name     []byte // UTF-8
	method   uint16
	locked   bool  // encrypted
	behind   bool  // sizes stand behind the data
	packed   int64 // -1: unknown
	size     int64 // -1: unknown
	overhead int
}

// local reads a member: its header, its data, and what stands behind them.
func (w *walk) local() coverage.Reason {
	h := w.header()
	w.skip(h.overhead)
	if n := len(h.name); n > 0 && h.name[n-1] == '/' && h.packed == 0 {
		return coverage.None // a directory
	}
	var why coverage.Reason
	switch {
	case h.locked:
		why = w.closed(h, "encrypted")
	case h.method == deflated:
		why = w.deflated(h)
	case h.method == stored:
		why = w.stored(h)
	case (h.method == bzip2 || h.method == zstd) && h.packed >= 0:
		why = w.sized(h)
	default:
		why = w.closed(h, "packed")
	}
	if h.behind && why != coverage.EntriesLimit {
		w.descriptor()
	}
	return why
}

// header reads the local header in view.
func (w *walk) header() *localHeader {
	b := w.r.Peek(object.PeekMax)
	le := binary.LittleEndian
	n, x := int(le.Uint16(b[26:])), int(le.Uint16(b[28:]))
	flags := le.Uint16(b[6:])
	h := &localHeader{
		method: le.Uint16(b[8:]), locked: flags&1 != 0, behind: flags&8 != 0,
		packed: int64(le.Uint32(b[18:])), size: int64(le.Uint32(b[22:])), overhead: lenLocal + n + x,
	}
	name := b[lenLocal:min(len(b), lenLocal+n)]
	if len(w.seen) < maxSeen {
		w.seen[hash(name)] = true
	}
	h.name = bytes.Clone(decodeName(name, flags&0x800 != 0))
	w.extra(h, b[min(len(b), lenLocal+n):min(len(b), h.overhead)])
	if h.method == aes {
		h.locked = true
	}
	if h.behind && h.packed == 0 {
		h.packed, h.size = -1, -1
	}
	w.e.Field(object.RoleName, []byte("filename"), h.name)
	return h
}

// extra reads the extra fields: sizes of 8 bytes, and the name in Unicode.
func (w *walk) extra(h *localHeader, b []byte) {
	le := binary.LittleEndian
	for len(b) >= 4 {
		id, n := le.Uint16(b), int(le.Uint16(b[2:]))
		b = b[4:]
		v := b[:min(n, len(b))]
		b = b[len(v):]
		switch {
		case id == 1: // zip64
			if h.size == 0xFFFFFFFF && len(v) >= 8 {
				h.size = int64(le.Uint64(v) &^ (1 << 63)) //nolint:gosec // the sign is cleared
				v = v[8:]
			}
			if h.packed == 0xFFFFFFFF && len(v) >= 8 {
				h.packed = int64(le.Uint64(v) &^ (1 << 63)) //nolint:gosec // the sign is cleared
			}
		case id == 0x7075 && len(v) > 5 && !bytes.Equal(v[5:], h.name):
			w.e.Field(object.RoleName, []byte("filename"), v[5:])
		}
	}
}

// deflated reads a member to the end of its deflate stream, whatever the sizes say. Its size is believed where the next
// signature follows: so a damaged member does not swallow the one behind it.
func (w *walk) deflated(h *localHeader) coverage.Reason {
	in := &window{Reader: w.r, left: 1 << 62}
	if h.packed > 0 {
		in.left, in.guard = h.packed, true
	}
	s := content.Unpack(w.e, codec.Deflate, in)
	limit := w.part(h, s, "")
	why := s.Reason()
	s.Close()
	if limit == coverage.EntriesLimit {
		return limit
	}
	if why != coverage.None && h.packed > s.In() {
		w.after(in, h.packed-s.In(), why)
	}
	return why
}

// after passes the n bytes that a stream that ended early has left.
func (w *walk) after(in *window, n int64, why coverage.Reason) {
	w.e.Skip(why, n)
	in.guard, in.left = false, n
	for b := in.Fill(); len(b) > 0; b = in.Fill() {
		if why == coverage.Corrupt { // after a limit, packed bytes are no text
			w.e.Text(b)
		}
		in.Discard(len(b))
	}
}

// stored reads a member that is not packed.
func (w *walk) stored(h *localHeader) coverage.Reason {
	if h.packed < 0 {
		return w.open(h, "")
	}
	return w.part(h, &window{Reader: w.r, left: h.packed}, "")
}

// sized reads a member whose method needs a known length.
func (w *walk) sized(h *localHeader) coverage.Reason {
	method := codec.Bzip2
	if h.method == zstd {
		method = codec.Zstd
	}
	in := &window{Reader: w.r, left: h.packed}
	s := content.Unpack(w.e, method, in)
	limit := w.part(h, s, "")
	why := s.Reason()
	s.Close()
	if limit == coverage.EntriesLimit {
		return limit
	}
	if in.left > 0 {
		w.after(in, in.left, why)
	}
	return why
}

// closed records a member that cannot be opened.
func (w *walk) closed(h *localHeader, kind string) coverage.Reason {
	if h.packed < 0 {
		return w.open(h, kind)
	}
	return w.part(h, &window{Reader: w.r, left: h.packed}, kind)
}

// open reads a member whose length is not known: up to the next signature that fits.
func (w *walk) open(h *localHeader, kind string) coverage.Reason {
	u := &until{r: w.r}
	why := w.part(h, &chunk.Stream{Source: u}, kind)
	u.settle()
	return why
}

// until yields bytes up to a data descriptor with the right size, or to a header. It implements chunk.Source.
type until struct {
	r    object.Reader
	n    uint32 // bytes given away, modulo 2^32
	used int
	done bool
}

// Next implements chunk.Source.
func (u *until) Next() ([]byte, bool) {
	u.settle()
	if u.done {
		return nil, true
	}
	b := u.r.Fill()
	if len(b) < 2*lenLocal {
		b = u.r.Peek(2 * lenLocal)
	}
	final := len(b) < 2*lenLocal
	if len(b) == 0 {
		return nil, true
	}
	n := u.find(b, final)
	u.used = n
	return b[:n], u.done
}

// find returns how much of b belongs to the member.
func (u *until) find(b []byte, final bool) int {
	for i := 0; ; {
		j := bytes.Index(b[i:], []byte("PK"))
		if j < 0 {
			if !final && b[len(b)-1] == 'P' {
				return len(b) - 1
			}
			return len(b)
		}
		i += j
		if len(b)-i < lenLocal && !final && i > 0 {
			return i
		}
		if u.ends(b[i:], u.n+uint32(i)) { //nolint:gosec // modulo
			u.done = true
			return i
		}
		i += 2
	}
}

func (u *until) ends(b []byte, n uint32) bool {
	if len(b) < 16 {
		return false
	}
	switch string(b[:4]) {
	case sigDescriptor:
		return binary.LittleEndian.Uint32(b[8:]) == n
	case sigLocal:
		return plausible(b)
	case sigCentral, sigEnd:
		return true
	}
	return false
}

func (u *until) settle() {
	u.r.Discard(u.used)
	u.n += uint32(u.used) //nolint:gosec // modulo
	u.used = 0
}

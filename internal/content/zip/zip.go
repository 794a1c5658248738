// Package zip opens zip archives (PKWARE APPNOTE 6.3.10) in one pass over the local headers, without the central directory:
// so it also reads archives that are cut off, that have something before them or between their members, and members
// whose sizes stand behind their data.
//
// Methods: stored, deflate, bzip2, zstd. Encrypted members and members packed otherwise are recorded with their names and
// reported. Where the central directory names members that were not met, or differs in number, the archive has two
// readings and is reported as ambiguous; the one of the local headers was read. Archives split over several files are
// not joined.
package zip

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"io"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/charset"
	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Signatures.
const (
	sigLocal      = "PK\x03\x04"
	sigCentral    = "PK\x01\x02"
	sigEnd        = "PK\x05\x06"
	sigEnd64      = "PK\x06\x06"
	sigLocator64  = "PK\x06\x07"
	sigDescriptor = "PK\x07\x08"
)

// Lengths of the fixed parts, with the signature.
const (
	lenLocal   = 30
	lenCentral = 46
	lenEnd     = 22
	maxName    = 4096
)

// memberKey is the parameter that tells the format "packed" what a member is. No header can make it: keys of headers are
// in lower case.
const memberKey = "Zip-Member"

// Formats returns the format "zip" and the one for members that cannot be opened.
func Formats() []content.Format { return []content.Format{Format(), member()} }

// Format returns the format "zip".
func Format() content.Format {
	return content.Format{Name: "zip", Media: "application/zip", Sniff: sniff, Decode: decode}
}

// member returns the format of what is encrypted, or packed with an unknown method.
func member() content.Format {
	return content.Format{
		Name: "packed", Media: "application/octet-stream", Opaque: true,
		Sniff: func(_ []byte, m *object.Meta) content.Score {
			if m.Param(memberKey) != "" {
				return content.Sure + 3
			}
			return content.No
		},
		Decode: func(_ object.Reader, _ object.Emitter, m *object.Meta) coverage.Reason {
			if m.Param(memberKey) == "encrypted" {
				return coverage.Password
			}
			return coverage.Format
		},
	}
}

func sniff(head []byte, m *object.Meta) content.Score {
	if m.Param(memberKey) != "" {
		return content.No
	}
	at := func(s string) bool { return bytes.HasPrefix(head, []byte(s)) }
	if at(sigLocal) || at(sigDescriptor+sigLocal) || at(sigEnd) && len(head) >= lenEnd {
		return content.Sure
	}
	if i := bytes.Index(head, []byte(sigLocal)); i > 0 && plausible(head[i:]) { // something before it: a self-extractor
		return content.Sure
	}
	return content.No
}

// plausible tells whether a local header that begins here can be one.
func plausible(h []byte) bool {
	if len(h) < lenLocal {
		return false
	}
	n := int(binary.LittleEndian.Uint16(h[26:]))
	return h[4] <= 100 && n > 0 && n <= maxName && binary.LittleEndian.Uint16(h[8:]) <= 99
}

// walk is one archive being read.
type walk struct {
	r       object.Reader
	e       object.Emitter
	seen    map[uint64]bool // hashes of the names met
	central int             // entries of the central directory
	differs bool
	ended   bool // the end record was met
}

// maxSeen bounds the memory for names; above it, the directory is not compared.
const maxSeen = 20_000

func decode(r object.Reader, e object.Emitter, _ *object.Meta) coverage.Reason {
	w := &walk{r: r, e: e, seen: map[uint64]bool{}}
	why := w.all()
	if w.differs || w.central > 0 && w.central != len(w.seen) && len(w.seen) < maxSeen {
		e.Skip(coverage.Ambiguous, 0)
	}
	if why == coverage.None && !w.ended {
		return coverage.Truncated
	}
	return why
}

// all reads to the end. It returns a limit that was hit.
func (w *walk) all() coverage.Reason {
	for {
		h := w.r.Peek(lenCentral)
		if len(h) < 4 {
			return coverage.None
		}
		if !w.e.Step(1) {
			return coverage.StepsLimit
		}
		switch sig := string(h[:4]); {
		case sig == sigLocal && plausible(h):
			if why := w.local(); why == coverage.EntriesLimit {
				return why
			}
		case sig == sigCentral && len(h) == lenCentral:
			w.entry(h)
		case sig == sigEnd && len(h) >= lenEnd:
			w.ended = true
			n := int(binary.LittleEndian.Uint16(h[20:]))
			w.skip(lenEnd)
			w.text(n) // the comment
		case sig == sigEnd64 && len(h) >= 12:
			w.skip(int(min(binary.LittleEndian.Uint64(h[4:]), 1<<16)) + 12) //nolint:gosec // bounded
		case sig == sigLocator64:
			w.skip(20)
		case sig == sigDescriptor:
			w.descriptor()
		default:
			w.resync(0)
		}
	}
}

// descriptor passes what stands behind the data of a member whose sizes were not known before: with or without its
// signature, with sizes of 4 or 8 bytes.
func (w *walk) descriptor() {
	h := w.r.Peek(32)
	lengths := [...]int{12, 20}
	if bytes.HasPrefix(h, []byte(sigDescriptor)) {
		lengths = [...]int{16, 24}
	}
	for _, n := range lengths {
		if len(h) >= n+2 && h[n] == 'P' && h[n+1] == 'K' {
			w.skip(n)
			return
		}
	}
	if bytes.HasPrefix(h, []byte(sigDescriptor)) {
		w.skip(4)
	}
}

// skip passes n bytes of framing.
func (w *walk) skip(n int) {
	for n > 0 {
		b := w.r.Fill()
		if len(b) == 0 {
			return
		}
		k := min(n, len(b))
		w.r.Discard(k)
		n -= k
	}
}

// text passes n bytes as text.
func (w *walk) text(n int) {
	for n > 0 {
		b := w.r.Fill()
		if len(b) == 0 {
			return
		}
		k := min(n, len(b))
		w.e.Text(b[:k])
		w.r.Discard(k)
		n -= k
	}
}

// resync passes bytes as text up to the next signature, at least from bytes.
func (w *walk) resync(from int) {
	if from == 0 {
		from = 1
	}
	w.text(from)
	for {
		b := w.r.Fill()
		if len(b) < 4 {
			if b = w.r.Peek(4); len(b) < 4 {
				w.text(len(b))
				return
			}
		}
		i := nextSignature(b)
		if i < 0 {
			w.text(len(b) - begun(b))
			continue
		}
		w.text(i)
		return
	}
}

// begun returns how many of the last bytes may be the beginning of a signature. Others are not held back: each would
// make the reader join what comes next to it.
func begun(b []byte) int {
	for n := 3; n > 0; n-- {
		if t := b[len(b)-n:]; t[0] == 'P' && (n == 1 || t[1] == 'K') {
			return n
		}
	}
	return 0
}

// nextSignature returns the offset of the next signature that the walk goes on from, or -1.
func nextSignature(b []byte) int {
	for i := 0; ; {
		j := bytes.Index(b[i:], []byte("PK"))
		if j < 0 || i+j+4 > len(b) {
			return -1
		}
		i += j
		switch string(b[i : i+4]) {
		case sigLocal, sigCentral, sigEnd, sigEnd64, sigLocator64:
			return i
		}
		i += 2
	}
}

// entry reads an entry of the central directory: its name must have been met, its comment is text.
func (w *walk) entry(h []byte) {
	w.central++
	n, x, c := int(binary.LittleEndian.Uint16(h[28:])), int(binary.LittleEndian.Uint16(h[30:])), int(binary.LittleEndian.Uint16(h[32:]))
	utf8 := h[9]&8 != 0
	w.skip(lenCentral)
	name := w.r.Peek(min(n, maxName))
	if !w.seen[hash(name)] && len(w.seen) < maxSeen {
		w.differs = true
		w.e.Field(object.RoleName, []byte("filename"), decodeName(name, utf8))
	}
	w.skip(n + x)
	w.text(c)
}

func hash(name []byte) uint64 {
	h := fnv.New64a()
	h.Write(name)
	return h.Sum64()
}

// decodeName returns a name as UTF-8: as the flag says, or as it reads, or in the old PC encoding.
func decodeName(name []byte, utf8 bool) []byte {
	if utf8 {
		return name
	}
	b := charset.Append(nil, name, "utf-8")
	if bytes.Equal(b, bytes.ToValidUTF8(b, []byte{'?'})) {
		return b
	}
	return charset.Append(nil, name, "cp437")
}

// window is a reader of the next left bytes of another one. With guard, it goes on when the bytes behind it are no
// signature: the size in the header lies.
type window struct {
	object.Reader
	left  int64
	guard bool
}

// Fill implements object.Reader.
func (w *window) Fill() []byte {
	if w.left == 0 && w.guard {
		w.guard = false
		if b := w.Reader.Peek(4); len(b) == 4 && nextSignature(b) != 0 && string(b) != sigDescriptor {
			w.left = 1 << 62
		}
	}
	if w.left == 0 {
		return nil
	}
	b := w.Reader.Fill()
	return b[:min(int64(len(b)), w.left)]
}

// Peek implements object.Reader.
func (w *window) Peek(n int) []byte { return w.Reader.Peek(int(min(int64(n), w.left))) }

// Discard implements object.Reader.
func (w *window) Discard(n int) {
	w.left -= int64(n)
	w.Reader.Discard(n)
}

// Read implements io.Reader.
func (w *window) Read(p []byte) (int, error) { return chunk.Read(w, p) }

// Size implements object.Reader.
func (w *window) Size() int64 {
	if n := w.Reader.Size(); n >= 0 && !w.guard {
		return min(n, w.left)
	}
	return -1
}

// part opens a member.
func (w *walk) part(h *localHeader, r io.Reader, kind string) coverage.Reason {
	m := &object.Meta{Kind: object.Part, Name: flow.NewText(string(h.name)), Size: h.size}
	if kind != "" {
		m.Params = []object.Param{{Key: memberKey, Value: kind}}
	}
	return w.e.Part(m, r)
}

package object

import (
	"io"

	"github.com/phiwatch/phiwatch/internal/coverage"
)

// Reader is an object on its way into a decoder. Holes in the object read as a line feed each and are counted by the
// driver; a decoder needs not know.
type Reader interface {
	io.Reader
	// Peek returns up to n of the next bytes without consuming them, fewer at the end; n is at most [PeekMax].
	// The slice is valid until the next call.
	Peek(n int) []byte
	// Fill is the fast way to read: it returns all buffered bytes, at least one unless at the end (nil). They stay
	// unread until Discard. The slice is valid until the next call of any method.
	Fill() []byte
	// Discard consumes n bytes, at most as many as the last Fill or Peek returned.
	Discard(n int)
	// Whole returns the rest of the object at once, for formats with Whole set; the driver has bounded its size.
	Whole() io.ReaderAt
	// Size is the number of bytes that are left when known, else -1.
	Size() int64
}

// PeekMax is the most that Peek returns.
const PeekMax = 16 << 10

// Emitter takes what a decoder finds. All slices are borrowed. Text calls in a row are one running text: a match may
// cross them, so a decoder emits '\n' or '\t' where its format separates.
type Emitter interface {
	// Begin opens a unit inside the present one, End closes it. The driver opens a unit for each part by itself.
	Begin(UnitKind)
	End()
	// Field is a value with its role, label in any case (columns, keys, tags; may be nil).
	Field(r Role, label, value []byte)
	Text(b []byte)
	// Structure states the schema of the present part.
	Structure(Structure)
	// Part opens an object inside this one and reads r to its end. It returns when the part has been scanned; what
	// is left in r has then been drained, unless a limit was hit.
	Part(m *Meta, r io.Reader) coverage.Reason
	// Skip tells that n bytes (0: unknown) of the present part were not looked at.
	Skip(why coverage.Reason, n int64)
	// Step counts work that bytes do not (members listed, backtracking); false: the limit is hit, stop.
	Step(n int) bool
}

// Visitor is what the driver of the decoders calls, and what detect implements: the emitter's view with the nesting
// of parts made explicit.
type Visitor interface {
	Enter(m *Meta) // a part begins: the path grows by its name
	Leave()
	Begin(UnitKind)
	End()
	Field(r Role, label, value []byte)
	Text(b []byte)
	Structure(Structure)
}

// Record is one object or part as the driver saw it: what --objects prints, and the coverage of each part.
type Record struct {
	Path      []string // raw names from the top-level object down; the peer's: label before printing
	Meta      *Meta
	MediaType string // declared, else recognised by content
	Format    string // decoder that opened it, "" none
	Size      int64  // bytes after content coding was undone
	Wire      int64  // bytes as carried
	SHA256    [32]byte
	Encoded   [32]byte // SHA-256 before the content coding was undone
	HasEnc    bool
	Hashed    bool
	Complete  bool
	Missing   int64
	State     coverage.State
	Reason    coverage.Reason // the first reason, None if inspected
	Extract   string          // file it was written to, "" none
}

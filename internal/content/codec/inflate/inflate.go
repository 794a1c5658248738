// Package inflate decodes DEFLATE (RFC 1951) as it is pushed in: the caller hands over what input it has, in pieces of
// any size, and takes the output in pieces whose edges do not depend on how the input was cut.
//
// It takes what zlib takes: a code of a single symbol, one bit long; no distance code at all where no distance is used.
// It also goes on, to the end of the input, in a block without an end. Preset dictionaries are not for it.
package inflate

// Status tells why Decode returned.
type Status uint8

// Statuses.
const (
	NeedInput Status = iota // all input was taken; without more of it, the stream is truncated
	Full                    // a piece of PieceLen is ready: Take it
	Done                    // the stream came to its end
	Corrupt                 // it is no DEFLATE from here on
)

// PieceLen is the length in bytes of a piece of output; only the last one is shorter.
const PieceLen = 64 << 10

const (
	windowLen = 32 << 10 // RFC 1951, 2: how far a match may reach back
	maxMatch  = 258
	slack     = 64 // for literals before a match, and for what is copied in steps longer than it
	lastLimit = windowLen + PieceLen
	bufLen    = windowLen + PieceLen + maxMatch + slack
)

// state is what comes next in the stream.
type state uint8

const (
	stateBlock   state = iota // the header of a block
	stateStored               // the lengths of a stored block
	stateCopy                 // bytes of a stored block
	stateCounts               // of the lengths of dynamic codes
	stateMeta                 // the lengths of the code that the lengths are in
	stateLengths              // the lengths
	stateSymbols              // literals and matches
	stateDone
	stateCorrupt
)

// Decoder decodes one stream after another. Reset it before use. It is of one piece and takes no memory besides. Not
// safe for concurrent use.
type Decoder struct {
	bits  uint64 // the next bits of the input, the first one lowest; nothing above count
	count uint   // of bits
	state state
	final bool // the present block is the last one
	fixed bool // the tables are those of fixed codes

	from  int // of the output in buf that was not taken yet
	to    int // its end
	limit int // where a piece is full
	begin int // of the stream's output in buf: no match reaches behind it

	stored int    // bytes that the present stored block still has
	header header // of the present dynamic block

	lit  [litSize]uint32
	dist [distSize]uint64
	buf  [bufLen]byte
}

// Reset forgets everything: a stream begins, and its output.
func (d *Decoder) Reset() {
	d.from, d.to, d.limit = 0, 0, PieceLen
	d.Continue()
}

// Continue begins another stream whose output stands behind what is there, in the same pieces. A match does not reach
// into it.
func (d *Decoder) Continue() {
	d.bits, d.count, d.final = 0, 0, false
	d.state, d.begin = stateBlock, d.to
}

// Pending returns the output that was not taken yet. It may be somewhat more than a piece. It is valid until the next
// call of Decode.
func (d *Decoder) Pending() []byte { return d.buf[d.from:d.to] }

// Take takes the output that is pending, up to the end of the piece. It is valid until the next call of Decode.
func (d *Decoder) Take() []byte {
	b := d.buf[d.from:min(d.to, d.limit)]
	d.from += len(b)
	return b
}

// Decode goes on with src and returns how many bytes of it belong to the stream before the present place; the rest is
// to be handed over again. At Done that is behind the last byte of the stream, at Corrupt behind the last one that was
// looked at, at Full it depends on the stream alone. Done and Corrupt stay until
// Reset or Continue.
func (d *Decoder) Decode(src []byte) (used int, s Status) {
	if d.from == d.limit {
		d.slide()
	}
	in := input{src: src}
	for {
		if d.to >= d.limit {
			s = Full
			break
		}
		if d.state >= stateDone {
			s = Done + Status(d.state-stateDone)
			break
		}
		if !d.step(&in) {
			return len(src), NeedInput
		}
	}
	d.giveBack(&in)
	return in.pos, s
}

// step goes on by a step; false: it needs more input than there is.
func (d *Decoder) step(in *input) bool {
	switch d.state {
	case stateBlock:
		return d.block(in)
	case stateStored:
		return d.storedHeader(in)
	case stateCopy:
		return d.copyStored(in)
	case stateCounts:
		return d.counts(in)
	case stateMeta:
		return d.meta(in)
	case stateLengths:
		return d.lengths(in)
	}
	d.fast(in)
	if d.state != stateSymbols || d.to >= d.limit {
		return true
	}
	return d.slow(in)
}

// slide makes room for a piece behind the window.
func (d *Decoder) slide() {
	by := max(0, d.from-windowLen)
	copy(d.buf[:], d.buf[by:d.to])
	d.from -= by
	d.to -= by
	d.limit = d.from + PieceLen
	d.begin = max(0, d.begin-by)
}

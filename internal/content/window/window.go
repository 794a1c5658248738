// Package window feeds a tokenizer from an object.Reader. Tokens are cut from the chunks in place; only a token that a
// chunk's edge cuts is copied, into a carry of at most [Max] bytes. A tokenizer decides by the bytes of a token and
// never by where a chunk ends, so that an object reads the same however it arrived.
package window

import "github.com/phiwatch/phiwatch/internal/object"

// Max is the length that a token may have to be taken whole, and the bound of the carry. A tokenizer must give up
// waiting for the end of a token, and take it in pieces, when it sees Max bytes of it without an end.
const Max = 64 << 10

// first is the carry that is gathered at least before it is looked at: it keeps one-byte chunks from costing a call each.
const first = 256

// Tokenizer consumes tokens.
type Tokenizer interface {
	// Next consumes whole tokens from the beginning of b and returns the number of bytes consumed. It must consume
	// something when b has Max bytes or more, and all of b when last is set.
	Next(b []byte, last bool) int
}

// Run feeds all of r to t. The bytes carried are looked at again only when they have doubled, so the work is linear in
// the length of the object, whatever the size of the chunks.
func Run(r object.Reader, t Tokenizer) {
	var s []byte // cut token and what was appended to find its end
	want := 0
	for {
		b := r.Fill()
		if len(b) == 0 {
			finish(s, t)
			return
		}
		if len(s) == 0 {
			s = inPlace(b, s, t)
			r.Discard(len(b))
			want = next(len(s))
			continue
		}
		old := len(s)
		take := min(len(b), want-old)
		s = append(s, b[:take]...)
		if len(s) < want {
			r.Discard(take)
			continue
		}
		n := t.Next(s, false)
		if n > old { // the bytes behind the token are still in the chunk
			r.Discard(n - old)
			s = s[:0]
			continue
		}
		if n <= 0 && len(s) >= Max {
			n = len(s) // a tokenizer that breaks its promise must not hang the worker
		}
		r.Discard(take)
		s = s[:copy(s, s[n:])]
		want = next(len(s))
	}
}

// Each is Next for a tokenizer that takes one token at a time: token returns 0 when it needs more bytes.
func Each(b []byte, last bool, token func(b []byte, last bool) int) int {
	i := 0
	for i < len(b) {
		n := token(b[i:], last)
		if n == 0 {
			break
		}
		i += n
	}
	return i
}

// Trim returns v without the blanks and control characters around it.
func Trim(v []byte) []byte {
	for len(v) > 0 && v[0] <= ' ' {
		v = v[1:]
	}
	for len(v) > 0 && v[len(v)-1] <= ' ' {
		v = v[:len(v)-1]
	}
	return v
}

func next(have int) int { return min(Max, max(first, 2*have)) }

// inPlace consumes what it can of a chunk and copies the rest into the carry.
func inPlace(b, s []byte, t Tokenizer) []byte {
	for {
		n := t.Next(b, false)
		b = b[n:]
		if len(b) < Max || n == 0 {
			break
		}
	}
	if len(b) > Max {
		b = b[:0] // never: see Run
	}
	if len(b) > 0 && cap(s) == 0 {
		s = make([]byte, 0, max(4096, len(b)))
	}
	return append(s, b...)
}

func finish(s []byte, t Tokenizer) {
	for {
		n := t.Next(s, true)
		s = s[n:]
		if n == 0 || len(s) == 0 {
			return
		}
	}
}

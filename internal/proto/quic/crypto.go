package quic

const (
	maxCrypto = 16 << 10 // of a ClientHello
	maxRuns   = 64       // pieces of it that do not touch
)

// run is a stretch of bytes that have arrived.
type run struct{ from, to int }

// assembly puts the bytes of CRYPTO frames together.
type assembly struct {
	buf  []byte
	runs []run // sorted, apart from each other
}

// frames takes the CRYPTO frames out of the plain text of an Initial packet. Only the frames that such a packet may
// carry are known (RFC 9000 section 12.4); anything else ends it.
func (a *assembly) frames(b []byte) {
	for len(b) > 0 {
		typ := b[0]
		b = b[1:]
		var ok bool
		switch typ {
		case 0, 1: // PADDING, PING
			ok = true
		case 2, 3:
			b, ok = skipAck(b, typ == 3)
		case 6:
			b, ok = a.crypto(b)
		}
		if !ok {
			return
		}
	}
}

// skipAck passes over an ACK frame.
func skipAck(b []byte, ecn bool) ([]byte, bool) {
	var v [4]uint64 // largest, delay, count of ranges, first range
	for i := range v {
		n := 0
		if v[i], n = varint(b); n == 0 {
			return nil, false
		}
		b = b[n:]
	}
	more := 2 * v[2]
	if ecn {
		more += 3
	}
	if v[2] > uint64(len(b)) {
		return nil, false
	}
	for range more {
		_, n := varint(b)
		if n == 0 {
			return nil, false
		}
		b = b[n:]
	}
	return b, true
}

// crypto reads a CRYPTO frame.
func (a *assembly) crypto(b []byte) ([]byte, bool) {
	off, n := varint(b)
	if n == 0 {
		return nil, false
	}
	b = b[n:]
	size, n := varint(b)
	if n == 0 || size > uint64(len(b)-n) {
		return nil, false
	}
	b = b[n:]
	if off < maxCrypto {
		a.add(int(off), b[:min(int(size), maxCrypto-int(off))])
	}
	return b[size:], true
}

// add stores bytes. Those that came first stay; what would make too many runs is left out.
func (a *assembly) add(from int, b []byte) {
	to := from + len(b)
	if len(b) == 0 || len(a.runs) == maxRuns && !a.touches(from, to) {
		return
	}
	if to > len(a.buf) {
		a.buf = append(a.buf, make([]byte, to-len(a.buf))...)
	}
	at := from
	for _, r := range a.runs { // the holes between the runs
		if r.to <= at {
			continue
		}
		if r.from >= to {
			break
		}
		if r.from > at {
			copy(a.buf[at:r.from], b[at-from:])
		}
		at = r.to
	}
	if at < to {
		copy(a.buf[at:to], b[at-from:])
	}
	a.merge(run{from, to})
}

func (a *assembly) touches(from, to int) bool {
	for _, r := range a.runs {
		if from <= r.to && to >= r.from {
			return true
		}
	}
	return false
}

// merge adds a run and joins it with those that it touches.
func (a *assembly) merge(n run) {
	out := make([]run, 0, len(a.runs)+1)
	done := false
	for _, r := range a.runs {
		switch {
		case r.to < n.from:
			out = append(out, r)
		case r.from > n.to:
			if !done {
				out, done = append(out, n), true
			}
			out = append(out, r)
		default:
			n = run{min(n.from, r.from), max(n.to, r.to)}
		}
	}
	if !done {
		out = append(out, n)
	}
	a.runs = out
}

// message returns the body of the ClientHello when it is whole, or when no more of it can be held.
func (a *assembly) message() []byte {
	if len(a.runs) == 0 || a.runs[0].from != 0 || a.runs[0].to < 4 || a.buf[0] != 1 {
		return nil
	}
	n := 4 + (int(a.buf[1])<<16 | int(a.buf[2])<<8 | int(a.buf[3]))
	if have := a.runs[0].to; have < min(n, maxCrypto) {
		return nil
	}
	return a.buf[4:min(n, maxCrypto)]
}

// prefix returns what is known of the body of the ClientHello.
func (a *assembly) prefix() []byte {
	if len(a.runs) == 0 || a.runs[0].from != 0 || a.runs[0].to < 4 || a.buf[0] != 1 {
		return nil
	}
	return a.buf[4:a.runs[0].to]
}

package http

import (
	"bytes"
	"hash"
	"strings"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// framing marks the objects of second readings.
const framing = "http_framing"

// reader reads what is held by one rule.
type reader struct {
	a     *analyser
	h     *held
	rule  rule
	dir   flow.Dir
	at    flow.Time
	m     message
	body  []byte
	sum   hash.Hash
	count int
	quiet bool // what follows the message is no object: it is a part of a head by all other rules
}

func (r *reader) read() {
	b := r.h.buf
	r.quiet = false
	if r.h.inBody {
		b = r.chunk(b)
	}
	for first := !r.h.inBody; len(b) > 0 && r.count < maxSecond; first = false {
		b = r.message(b, first)
	}
}

// chunk reads what begins with a chunk.
func (r *reader) chunk(b []byte) []byte {
	body, n, whole := b, len(b), true
	if r.rule != rRaw {
		body, n, whole = r.dechunk(b)
	}
	meta := r.h.like
	meta.Fields, meta.Bodyless = nil, false
	r.emit(meta, r.h.off, body, whole)
	return b[n:]
}

// message reads a message, or what is none, and returns what follows it.
func (r *reader) message(b []byte, first bool) []byte {
	if !first {
		if b = b[lineEnds(b):]; len(b) == 0 {
			return nil
		}
		if begins(r.dir == flow.ToServer, true, b) != yes {
			if !r.quiet {
				r.emit(object.Meta{Kind: object.Stream, Unlabelled: true}, r.offset(b), b, true)
			}
			return nil
		}
	}
	if r.rule == rBare && first {
		r.emit(object.Meta{Kind: object.Response, Name: r.h.like.Name, User: r.h.like.User, Unlabelled: true}, r.h.off, b, true)
		return nil
	}
	end := r.headEnd(b)
	if end == 0 {
		return nil
	}
	m := &r.m
	m.reset(r.dir == flow.ToServer)
	m.parse(b[:end])
	chunked, length, known := r.frame(b[:end])
	b = b[end:]
	r.quiet = r.rule == rLines && !chunked && !known
	if m.request && !chunked && !known || !m.request && (m.status/100 == 1 || m.status == 204 || m.status == 304 || first && r.h.nobody) {
		return b
	}
	body, n, whole := b, len(b), true
	switch {
	case chunked:
		body, n, whole = r.dechunk(b)
	case known:
		whole = length <= uint64(len(b))
		n = int(min(length, uint64(len(b)))) //nolint:gosec // at most len(b)
		body = b[:n]
	}
	r.emit(r.meta(first), r.offset(b), body, whole)
	return b[n:]
}

// offset returns where b, an end of what is held, begins.
func (r *reader) offset(b []byte) uint64 { return r.h.off + uint64(len(r.h.buf)-len(b)) }

func (r *reader) meta(first bool) object.Meta {
	m := &r.m
	text := m.col.strings()
	meta := object.Meta{Kind: object.Request, MediaType: m.media, Params: m.params, Offset: m.offset, Unlabelled: m.media == "",
		Encodings: append(m.encodings, m.codings...), Name: flow.NewText(m.fileName(text))}
	if !m.request {
		meta.Kind = object.Response
	}
	if first {
		meta.Name, meta.User = r.h.like.Name, r.h.like.User
	}
	return meta
}

// emit gives an object to the host if it is new. Nothing is one only where it is because the head ends elsewhere.
func (r *reader) emit(m object.Meta, off uint64, body []byte, whole bool) {
	if len(body) == 0 && r.rule != rLines {
		return
	}
	r.sum.Reset()
	r.sum.Write(body)
	if r.count >= maxSecond || !r.h.isNew(r.sum, strings.Join(m.Encodings, ",")) {
		return
	}
	r.count++
	m.Protocol, m.Dir, m.Off, m.At, m.Size = "http", r.dir, off, r.h.at, -1
	w := r.a.host.Open(m)
	w.Write(body)
	out := object.Outcome{Status: r.h.status, Evasion: framing, At: r.at, Cut: !whole}
	if r.h.req != nil {
		out.Status = r.h.req.out.Status
	}
	w.Close(out)
}

// line returns the first line without its end, and what follows it; ok tells whether it has an end.
func (r *reader) line(b []byte) (line, rest []byte, ok bool) {
	if r.rule != rLines && r.rule != rLoose {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			return b, nil, false
		}
		return b[:i], b[i+1:], true
	}
	for i, c := range b { // not two searches: one of them could go to the end each time
		switch {
		case c == '\n', c == '\r' && i+1 < len(b) && b[i+1] != '\n':
			return b[:i], b[i+1:], true
		case c == '\r' && i+1 < len(b):
			return b[:i], b[i+2:], true
		case c == '\r':
			return b[:i], nil, true
		}
	}
	return b, nil, false
}

// headEnd returns where the body begins, 0 if that is not in sight.
func (r *reader) headEnd(b []byte) int {
	_, rest, ok := r.line(b)
	for ok && len(rest) > 0 {
		var line []byte
		before := rest
		if line, rest, ok = r.line(rest); !ok {
			return 0
		}
		switch r.rule {
		case rLines:
			if len(line) > 0 && (line[0] <= ' ' || bytes.IndexByte(line, ':') <= 0) {
				return len(b) - len(before)
			}
		case rFar:
			line = bytes.TrimSuffix(line, []byte{'\r'})
		default:
			line = bytes.TrimRight(line, "\r")
		}
		if len(line) == 0 {
			return len(b) - len(rest)
		}
	}
	return 0
}

// frame says by the rule where the body of the message ends.
func (r *reader) frame(head []byte) (chunked bool, length uint64, known bool) {
	m := &r.m
	chunked, length, known = m.chunked, m.length, m.hasLength
	exact := r.rule == rStrict || r.rule == rLines
	if exact {
		chunked, known = false, false
	}
	var coded bool
	for line, rest, ok := r.line(head); ok; line, rest, ok = r.line(rest) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.Trim(value, " \t\r")
		switch {
		case bytes.EqualFold(name, []byte("content-length")):
			for first := true; first || len(value) > 0; first = false {
				var v []byte
				v, value, _ = bytes.Cut(value, []byte(","))
				n, good := number(bytes.Trim(v, " \t"))
				if good && (exact && !known || r.rule == rLast || r.rule == rFirst && !coded) {
					length, known, coded = n, true, true
				}
			}
		case exact && bytes.EqualFold(name, []byte("transfer-encoding")):
			last := value[bytes.LastIndexByte(value, ',')+1:]
			chunked = chunked || bytes.EqualFold(bytes.Trim(last, " \t"), []byte("chunked"))
		case bytes.EqualFold(name, []byte("content-encoding")) && (r.rule == rLastCoding || r.rule == rFirstCoding && !coded):
			coded = true
			m.encodings = nil
			m.field([]byte("content-encoding"), name, value)
		}
	}
	return chunked && r.rule != rRaw, length, known
}

// dechunk undoes chunks, and returns the length of all of it.
func (r *reader) dechunk(b []byte) (body []byte, n int, whole bool) {
	loose := r.rule == rLines || r.rule == rLoose
	r.body = r.body[:0]
	rest := b
	for {
		line, after, ok := r.line(rest)
		if !ok {
			return r.body, len(b) - len(rest), false
		}
		size, good := sizeOf(line, loose)
		if !good {
			return r.body, len(b) - len(rest), false
		}
		rest = after
		if size == 0 {
			break
		}
		k := int(min(size, uint64(len(rest)))) //nolint:gosec // at most len(rest)
		r.body = append(r.body, rest[:k]...)
		rest = rest[k:]
		if loose {
			rest = rest[min(2, len(rest)):]
		} else {
			rest = bytes.TrimPrefix(bytes.TrimPrefix(rest, []byte{'\r'}), []byte{'\n'})
		}
	}
	for { // trailers
		line, after, ok := r.line(rest)
		line = bytes.TrimRight(line, "\r")
		if !ok || len(line) > 0 && bytes.IndexByte(line, ':') <= 0 {
			return r.body, len(b) - len(rest), true
		}
		if rest = after; len(line) == 0 {
			return r.body, len(b) - len(rest), true
		}
	}
}

// sizeOf reads the size of a chunk. Loosely it is as many digits as there are.
func sizeOf(line []byte, loose bool) (uint64, bool) {
	size, _, ok := parseSize(line)
	if ok || !loose {
		return size, ok
	}
	for _, c := range bytes.TrimLeft(line, " \t") {
		v := unhex(c)
		if v > 15 || size >= 1<<56 {
			break
		}
		size = size<<4 | uint64(v)
	}
	return size, true
}

package http

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// open opens the object of a message. One without a body is opened only when it has fields to scan.
func (a *analyser) open(s *side, m *message, p *pending, text string, bodyless bool) {
	s.w, s.req = nil, nil
	if bodyless && len(m.col.items) == 0 && m.file == "" {
		return
	}
	meta := object.Meta{Protocol: "http", Kind: object.Request, Dir: s.dir, Off: s.off, At: s.at, MediaType: m.media, Params: m.params,
		Size: -1, Fields: m.col.fields(text), User: p.user, Offset: m.offset, Bodyless: bodyless, Unlabelled: m.media == ""}
	name := p.name
	if !m.request {
		meta.Kind = object.Response
		if m.file != "" {
			name = m.file
		}
	}
	meta.Name = flow.NewText(name)
	meta.Encodings = append(m.encodings, m.codings...)
	if s.state == sFixed && !bodyless && s.more == 0 {
		meta.Size = int64(s.left) //nolint:gosec // below 1<<62
	}
	if bodyless {
		meta.Size = 0
	}
	s.w = a.host.Open(meta)
	if m.chunked {
		s.like = meta
	}
	if s.h != nil {
		s.h.opened(s, &meta)
	}
}

// bodyBegins goes past an empty body.
func (a *analyser) bodyBegins(s *side, at flow.Time) {
	if s.state == sFixed && s.left == 0 {
		a.pieceDone(s, at)
	}
}

// doubt looks at the first bytes of a body that may not be there: the answer to a HEAD that was not seen.
func (a *analyser) doubt(s *side) { s.next, s.state = s.state, sPeek }

// endBody ends the message.
func (a *analyser) endBody(s *side, at flow.Time, cut bool) {
	s.out.Cut = cut
	s.out.At = max(s.out.At, at)
	if s.h != nil {
		s.h.closed()
	}
	if s.dir == flow.ToServer {
		if s.req != nil {
			s.req.end(s.out)
		}
	} else if s.w != nil {
		s.w.Close(s.out)
	}
	s.w, s.req = nil, nil
	s.release()
	s.state = sHead
}

// fixed reads a body of known length.
func (a *analyser) fixed(s *side, at flow.Time, b []byte) int {
	n := int(min(uint64(len(b)), s.left))
	s.write(at, b[:n])
	if s.left -= uint64(n); s.left == 0 {
		a.pieceDone(s, at)
	}
	return n
}

// pieceDone ends a body or chunk whose length is used up.
func (a *analyser) pieceDone(s *side, at flow.Time) {
	switch {
	case s.state == sChunkData:
		s.state, s.empty = sChunkEnd, false
	case s.more > 0: // two lengths: a message that follows decides for the shorter
		s.left, s.more = s.more, 0
		s.next, s.state = sFixed, sPeek
	default:
		a.endBody(s, at, false)
	}
}

// peek holds bytes until they tell whether a message begins here. If not, the body goes on with them.
func (a *analyser) peek(s *side, off uint64, at flow.Time, b []byte) int {
	if len(s.buf) == 0 {
		s.off, s.at = off, at
	}
	held := len(s.buf)
	n := min(len(b), lookahead)
	s.buf = append(s.buf, b[:n]...)
	switch begins(s.dir == flow.ToServer, true, s.buf) {
	case more:
		return n
	case yes:
		buf := s.buf[:held]
		s.buf = nil
		a.endBody(s, at, s.unsent())
		s.buf = buf // what was held before is the beginning of the head
		s.seen, s.ok = 0, false
		return 0
	}
	s.buf = s.buf[:held]
	a.unpeek(s, at)
	return 0
}

// unpeek goes on with the body, beginning with what was held.
func (a *analyser) unpeek(s *side, at flow.Time) {
	held := s.buf
	s.buf, s.state = nil, s.next
	a.run(s, s.off, at, held)
}

// unsent tells whether a body that was announced did not come (RFC 9110 section 10.1.1). That of a response is missing
// because it answers HEAD.
func (s *side) unsent() bool {
	switch s.next {
	case sLost, sChunkData:
		return true
	case sRest, sTrailer:
		return false
	}
	return s.dir == flow.ToServer && !s.began
}

// strayed gives bytes that belong to no message to an object of their own.
func (a *analyser) strayed(s *side, off uint64, at flow.Time, b []byte) {
	if len(b) == 0 {
		return
	}
	if s.stray == nil {
		s.stray = a.host.Open(object.Meta{Protocol: "http", Kind: object.Stream, Dir: s.dir, Off: off, At: at, Size: -1, Endless: true, Unlabelled: true})
	}
	s.stray.Write(b)
	if s.h != nil {
		s.h.stray.Write(b)
	}
}

func (s *side) closeStray(at flow.Time) {
	if s.stray != nil {
		s.stray.Close(object.Outcome{At: at})
		s.stray = nil
		if s.h != nil {
			s.h.strayEnd()
		}
	}
}

// flushStray gives what is held to the stray object, where no body is.
func (a *analyser) flushStray(s *side, at flow.Time) {
	switch s.state {
	case sHead, sStray, sHold:
		a.strayed(s, s.off, at, s.buf)
		s.release()
	}
}

// cruft reads bytes that belong to no message, until one begins.
func (a *analyser) cruft(s *side, off uint64, at flow.Time, b []byte) int {
	held := len(s.buf)
	view, taken := b, len(b)
	if held == 0 {
		s.off = off
	} else {
		taken = min(len(b), lookahead)
		view = append(s.buf, b[:taken]...)
	}
	k, found := s.search(view)
	a.strayed(s, s.off, at, view[:k])
	s.off += uint64(k)
	s.tried = false
	rest := view[k:]
	switch {
	case !found:
		if k >= held {
			s.at = at
		}
		s.buf = append(s.buf[:0], rest...)
		s.bol = len(rest) > 0 || view[len(view)-1] == '\n'
		return taken
	case k >= held: // it begins in b
		s.release()
		s.state = sHead
		return k - held
	}
	s.buf = append(s.buf[:0], view[k:held]...)
	s.seen, s.ok, s.state = 0, false, sHead
	return 0
}

// search looks for the beginning of a message. It returns how many bytes are surely before it.
func (s *side) search(b []byte) (int, bool) {
	if s.dir == flow.ToClient {
		return s.searchStatus(b)
	}
	i := 0
	if !s.bol || s.tried {
		if i = bytes.IndexByte(b, '\n') + 1; i == 0 {
			return len(b), false
		}
	}
	for i < len(b) {
		switch begins(true, true, b[i:]) {
		case yes:
			return i, true
		case more:
			return i, false
		}
		j := bytes.IndexByte(b[i:], '\n')
		if j < 0 {
			break
		}
		i += j + 1
	}
	return len(b), false
}

// searchStatus looks for a status line anywhere: what is before it may not end with a line.
func (s *side) searchStatus(b []byte) (int, bool) {
	const mark = "HTTP/1."
	i := 0
	if s.tried {
		i = min(1, len(b))
	}
	for {
		j := bytes.Index(b[i:], []byte(mark))
		if j < 0 {
			break
		}
		i += j
		switch begins(false, true, b[i:]) {
		case yes:
			return i, true
		case more:
			return i, false
		}
		i++
	}
	for n := min(len(mark)-1, len(b)-i); n > 0; n-- { // the end may be its beginning
		if string(b[len(b)-n:]) == mark[:n] {
			return len(b) - n, false
		}
	}
	return len(b), false
}

package codec

import (
	"unicode/utf8"

	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/coverage"
)

// Guess tells how a body that is labelled with an HTTP content coding is compressed in truth, judging by its first
// bytes; false: it is not. Labels lie: deflate is zlib or raw, and bodies are labelled that were never compressed.
func (p *Pool) Guess(label string, head []byte) (Method, bool) {
	switch label {
	case "gzip", "x-gzip", "deflate", "x-deflate", "br", "zstd", "bzip2", "x-bzip2":
	default:
		return 0, false
	}
	switch {
	case IsGzip(head):
		return Gzip, true
	case IsZstd(head):
		return Zstd, true
	case len(head) >= 4 && string(head[:3]) == "BZh" && head[3] >= '1' && head[3] <= '9':
		return Bzip2, true
	}
	tries := []Method{Zlib, Deflate}
	if label == "br" {
		tries = []Method{Brotli, Zlib, Deflate}
	}
	for _, m := range tries {
		if m == Zlib && !IsZlib(head) {
			continue
		}
		if p.try(m, head) {
			return m, true
		}
	}
	return 0, false
}

// unmetered lets a trial run.
type unmetered struct{}

func (unmetered) Unpacked(*Stream, int) coverage.Reason { return coverage.None }
func (unmetered) Closed(*Stream)                        {}

// try tells whether head, which may be cut off, decompresses.
func (p *Pool) try(m Method, head []byte) bool {
	r := &chunk.Reader{}
	r.ResetBytes(head)
	s := p.Open(m, r, unmetered{})
	defer s.Close()
	b, last := s.Next()
	if len(b) == outLen && !last {
		return true
	}
	switch {
	case s.reason == coverage.None && s.done:
		return true
	case looksText(head):
		return false
	case s.reason == coverage.Truncated:
		return len(b) > 0 || len(head) >= 1024
	}
	return len(b) >= 64
}

// looksText tells whether there is nothing but readable text.
func looksText(b []byte) bool {
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7F {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 && len(b)-i >= utf8.UTFMax {
			return false
		}
		i += n
	}
	return true
}

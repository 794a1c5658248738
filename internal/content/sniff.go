package content

import (
	"strings"

	"github.com/phiwatch/phiwatch/internal/object"
)

// sniff returns the format with the best score, and a second one where two formats are equally sure of the same
// bytes and at least one of them is no text: a polyglot is read both ways. A score above Sure is a format that knows
// better than another one that is sure too.
func (w *Worker) sniff(head []byte, m *object.Meta) (first, second *Format) {
	w.scores = w.scores[:0]
	best := No
	for i := range w.d.formats {
		f, s := &w.d.formats[i], No
		if f.Sniff != nil {
			s = f.Sniff(head, m)
		}
		w.scores = append(w.scores, s)
		if s > best {
			first, best = f, s
		}
	}
	if best != Sure {
		return first, nil
	}
	for i, s := range w.scores {
		if f := &w.d.formats[i]; s == Sure && f != first && f.opens() && !first.sameFamily(f) {
			return first, f
		}
	}
	return first, nil
}

// opens tells whether f may be a second reading.
func (f *Format) opens() bool { return !f.Opaque && !f.Whole && f.Decode != nil }

// sameFamily tells whether both are kinds of text, where a second reading would only repeat the first.
func (f *Format) sameFamily(g *Format) bool { return textual(f.Media) && textual(g.Media) }

func textual(media string) bool {
	return strings.HasPrefix(media, "text/") || strings.HasSuffix(media, "xml") || strings.HasSuffix(media, "json") ||
		strings.HasSuffix(media, "urlencoded")
}

// isMIME tells whether parts of f count as MIME nesting.
func isMIME(f *Format) bool { return f != nil && f.Name == "mime" }

// wanted tells whether a format is decoded: without Scan, only those that hold other objects.
func (w *Worker) wanted(f *Format) bool {
	if w.o.Scan {
		return true
	}
	switch f.Name {
	case "mime", "text": // text tells what is no text: its state is the same with and without Scan
		return true
	case "uuencode", "gzip", "zip", "zstd", "tar", "bzip2", "xz", "mbox":
		return !w.o.Closed
	}
	return false
}

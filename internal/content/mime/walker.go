package mime

import (
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// walker walks one message or multipart body. All multiparts inside it are walked by the same walker, so that each byte
// is compared with boundaries once, however deep it lies.
type walker struct {
	r      object.Reader
	e      object.Emitter
	levels []level
	body   body
	h      header
	base64 base64Source
	quoted quotedSource
	uu     uuSource
}

var newline = []byte("\n")

// text passes all bytes up to the next boundary line, or to the end, as text.
func (w *walker) text() {
	some := false
	for {
		b, last := w.body.Next()
		if len(b) > 0 {
			w.e.Text(b)
			some = true
		}
		if last {
			break
		}
	}
	if some {
		w.e.Text(newline)
	}
}

// entity reads a header and what it is the header of.
func (w *walker) entity(parentMedia string) {
	w.readHeader()
	w.body.begin()
	t, ambiguous := w.h.contentType(parentMedia)
	if ambiguous {
		w.e.Skip(coverage.Ambiguous, 0)
	}
	if strings.HasPrefix(t.media, "multipart/") && w.h.transparent() {
		w.multipart(t, w.h.boundaries())
		return
	}
	w.leaf(t)
}

// multipart walks the parts of a multipart whose boundary has one of the names.
func (w *walker) multipart(t contentType, names []string) {
	if n, ok := w.e.(content.Nester); ok {
		if !n.Nest() {
			w.e.Skip(coverage.DepthLimit, 0)
			w.text()
			return
		}
		defer n.Unnest()
	}
	names = w.choose(t, names)
	if len(names) == 0 {
		w.leaf(contentType{media: "text/plain"})
		return
	}
	mine := len(w.levels)
	w.levels = append(w.levels, level{names})
	w.text()
	for {
		d := w.body.delim
		if d.level < mine { // the end, or the boundary of an outer one: this one was not closed
			break
		}
		w.body.consume()
		if d.closing {
			w.text() // what follows is no part, until a boundary comes after all
			continue
		}
		w.entity(t.media)
		w.text() // what a part has left when a limit was hit
	}
	w.levels = w.levels[:mine]
}

// choose decides which of several boundaries to believe: those that occur. If more than one does, the outermost level
// is read once for each when its bytes are at hand; else a line of any of them is a boundary line.
func (w *walker) choose(t contentType, names []string) []string {
	head := w.r.Peek(object.PeekMax)
	if len(names) == 0 {
		if g := guessBoundary(head); g != "" {
			return []string{g}
		}
		return nil
	}
	if len(names) == 1 {
		return names
	}
	w.e.Skip(coverage.Ambiguous, 0)
	var occur []string
	for _, n := range names {
		if hasLine(head, "--"+n) {
			occur = append(occur, n)
		}
	}
	if len(occur) == 0 {
		return names
	}
	if b := w.r.Fill(); len(occur) > 1 && len(w.levels) == 0 && w.r.Size() == int64(len(b)) {
		for _, n := range occur[1:] {
			w.again(b, t, n)
		}
		occur = occur[:1]
	}
	return occur
}

// leaf hands a part that is no multipart to the driver, with its transfer encoding undone.
func (w *walker) leaf(t contentType) {
	m := &object.Meta{Kind: object.Part, MediaType: t.media, Params: t.params, Size: -1}
	name, full := w.h.fileName(t)
	if full != "" {
		w.e.Field(object.RoleName, []byte("filename"), []byte(full))
		m.Name = flow.NewText(name)
	}
	if field, ok := w.h.formName(); ok && full == "" {
		m.Params = append(m.Params[:len(m.Params):len(m.Params)], object.Param{Key: fieldKey, Value: field})
	}
	src := w.decoded()
	w.e.Part(m, &chunk.Stream{Source: src})
	switch src {
	case &w.uu:
		w.e.Text(w.uu.in) // behind the end line
	case &w.base64:
		if w.base64.over {
			w.e.Text(w.base64.behind)
			w.e.Text(w.base64.in)
		}
	}
}

// decoded returns the body with its transfer encoding undone.
func (w *walker) decoded() chunk.Source {
	encoding, ambiguous := w.h.encoding(w)
	if ambiguous {
		w.e.Skip(coverage.Ambiguous, 0)
	}
	switch encoding {
	case "base64":
		w.base64.reset(&w.body)
		return &w.base64
	case "quoted-printable":
		w.quoted.reset(&w.body)
		return &w.quoted
	case "x-uuencode", "uuencode", "x-uue", "uue":
		w.uu.reset(&w.body)
		return &w.uu
	case "", "7bit", "8bit", "binary":
	default:
		w.e.Skip(coverage.Format, 0)
	}
	return &w.body
}

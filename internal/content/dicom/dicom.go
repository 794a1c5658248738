// Package dicom opens DICOM data sets (PS3.5): files with a preamble and file meta information (PS3.10), and bare data sets
// as the network carries them, in implicit VR little endian, explicit VR little and big endian, and deflated.
//
// A bare data set is read as the parameter transfer-syntax of its media type says, which the analyser of the protocol
// sets; where its first elements contradict that, or nothing is said, as they look.
//
// A data set is a unit, and so is each patient of a directory (DICOMDIR). Sequences of any depth are walked, of defined
// and of undefined length. Names, identifiers, birth date, address, telephone numbers and admission of the patient are
// fields with their role; names of other people are fields labelled "provider name"; other text is a field labelled by
// the keyword that PS3.6 gives it (without the words Patient and Name, which mean a person), or by its number if it is private. What a structured report says is labelled by the
// concept it is about, a code by its sequence. SpecificCharacterSet is followed, escape sequences of ISO 2022 too; where
// it says nothing of use, ASCII stays what it is. A patient whose identity was removed (0012,0062) is a test.
//
// Encapsulated documents (0042,0011) are parts. Binary values of private elements are scanned as text. Numbers, times and
// unique identifiers are not told. Pixel data, overlays, waveforms and other binary values are not looked at: they are
// counted as a format that cannot be opened, so an image is inspected in parts at most, and text that is burned into it
// is not seen. Where the elements stop making sense, as behind a hole, bytes are scanned as text up to the next element that
// the dictionary knows.
package dicom

import (
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/content/codec"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// Format returns the decoder.
func Format() content.Format {
	return content.Format{Name: "dicom", Media: mediaType, Sniff: sniff, Decode: decode}
}

const (
	mediaType = "application/dicom"
	preamble  = 128 // bytes before the mark
	mark      = "DICM"
	metaGroup = 0x0002
)

func decode(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
	w := &walker{r: r, e: e}
	e.Structure(object.StructDICOM)
	e.Begin(object.UnitRecord)
	defer e.End()
	ts := ""
	if m != nil {
		ts = m.Param("transfer-syntax")
	}
	if h := r.Peek(preamble + len(mark)); marked(h) {
		if p := h[:preamble]; !zero(p) { // a second format, or something hidden
			e.Text(p)
		}
		r.Discard(len(h))
	}
	if isMeta(r.Peek(8)) {
		if why := w.meta(); why != coverage.None {
			return why
		}
		if len(w.syntax) > 0 {
			ts = string(w.syntax)
		}
	}
	why := w.dataSet(ts)
	w.finish()
	return why
}

// Transfer syntaxes that differ in how elements are written; all others are explicit VR little endian.
const (
	implicitVR   = "1.2.840.10008.1.2"
	explicitBig  = "1.2.840.10008.1.2.2"
	deflated     = "1.2.840.10008.1.2.1.99"
	jpipDeflated = "1.2.840.10008.1.2.4.95"
	htjDeflated  = "1.2.840.10008.1.2.4.205"
	implicitGE   = "1.2.840.113619.5.2" // only its pixels are big endian
)

func isDeflated(ts string) bool { return ts == deflated || ts == jpipDeflated || ts == htjDeflated }

// dataSet reads a data set that is written as ts says, "" if that is not known.
func (w *walker) dataSet(ts string) coverage.Reason {
	ts = strings.TrimRight(ts, "\x00 ")
	head := w.r.Peek(headMax)
	s, plain := look(head)
	switch {
	case plain:
	case isDeflated(ts), ts == "" && w.inflates(head):
		return w.inflate()
	case ts == "" && len(head) > 0:
		return coverage.Corrupt
	default:
		s = style{implicit: ts == implicitVR || ts == implicitGE, big: ts == explicitBig}
	}
	w.style = s
	return w.run()
}

// method tells how a deflated data set is compressed: some writers put a zlib header before it.
func method(head []byte) codec.Method {
	if codec.IsZlib(head) {
		return codec.Zlib
	}
	return codec.Deflate
}

// inflate reads a deflated data set.
func (w *walker) inflate() coverage.Reason {
	below := w.r
	s := content.Unpack(w.e, method(below.Peek(2)), below)
	w.r = chunk.NewReader(s)
	why := coverage.Corrupt
	if st, ok := look(w.r.Peek(headMax)); ok {
		w.style = st
		why = w.run()
	}
	for b := w.r.Fill(); len(b) > 0; b = w.r.Fill() { // what makes no sense, or came after a limit
		w.e.Text(b)
		w.r.Discard(len(b))
	}
	if broken := s.Reason(); broken != coverage.None {
		why = broken
	}
	s.Close()
	w.r = below
	if b := below.Peek(2); len(b) == 1 && b[0] == 0 { // padding
		below.Discard(1)
	}
	return why
}

// inflates tells whether head is the beginning of a deflated data set.
func (w *walker) inflates(head []byte) bool {
	var r chunk.Reader
	r.ResetBytes(head)
	s := content.Unpack(w.e, method(head), &r)
	defer s.Close()
	b, _ := s.Next()
	_, ok := look(b[:min(len(b), headMax)])
	return ok
}

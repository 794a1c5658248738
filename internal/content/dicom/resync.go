package dicom

import "github.com/phiwatch/phiwatch/internal/object"

// bulk tells whether elements of the group have values of megabytes: curves and audio, waveforms, spectra, overlays, pixels.
func bulk(tag uint32) bool {
	switch tag >> 24 {
	case 0x50, 0x54, 0x56, 0x60, 0x7F:
		return true
	}
	return false
}

// resync goes on to the next element that the dictionary knows, and gives what lies before it as text. It returns false
// when there is none.
func (w *walker) resync() bool {
	const need = 12
	w.amiss = true
	w.pieces = false
	if w.depth > 0 || w.until > 0 {
		w.leave()
	}
	for w.e.Step(1) {
		b := w.r.Peek(object.PeekMax)
		n := 0
		for n+need <= len(b) && !w.familiar(b[n:]) {
			n++
		}
		found := n+need <= len(b)
		if n > 0 {
			w.e.Text(b[:n])
			w.e.Text(newline)
			w.r.Discard(n)
			w.off += int64(n)
			w.strayed += int64(n)
		}
		if found || n == 0 {
			return found
		}
	}
	return false
}

// familiar tells whether b is the header of an element of the dictionary, with the VR that it has there and a length that
// the value of such an element may have.
func (w *walker) familiar(b []byte) bool {
	if w.implicit {
		if w.big || b[1] != 0 || b[6] != 0 || b[7] != 0 {
			return false
		}
	} else if !upper(b[4]) || !upper(b[5]) {
		return false
	}
	el, ok := w.header(b)
	if !ok || el.length > object.PeekMax && el.vr != vrSQ && el.vr != vrUT {
		return false
	}
	v, _ := lookup(el.tag)
	return v != 0 && v == el.vr
}

// maxPlain is the length up to which a value is believed without a look into it.
const maxPlain = 64

// engulfs tells whether a value has elements in it that the dictionary knows, which means that its length is wrong or that
// something is missing. Makers keep whole data sets in private elements, though.
func (w *walker) engulfs(el *element) bool {
	if el.length <= maxPlain || bulk(el.tag) || el.private() && !w.implicit && !w.amiss && el.length <= maxGuess {
		return false
	}
	b := w.r.Peek(int(min(int64(el.length), object.PeekMax)))
	for i := 0; i+12 <= len(b); i++ {
		if w.familiar(b[i:]) {
			return true
		}
	}
	return false
}

// clean returns how much of a text has no control characters in it. NUL at its end is padding.
func clean(b []byte) int {
	for i, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\f' && c != '\r' && c != 0x1b && (c != 0 || !zero(b[i:])) {
			return i
		}
	}
	return len(b)
}

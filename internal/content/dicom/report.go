package dicom

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/object"
)

// code is a coded value whose scheme has not come yet.
type code struct {
	v [64]byte
	n int
}

func (c *code) keep(v []byte) { c.n = copy(c.v[:], v) }

// coded tells the code that was kept, with the role that its scheme gives it, nil if there is none.
func (w *walker) coded(scheme []byte) {
	if w.about.next { // of a label nobody needs the code
		w.code.n = 0
	}
	if w.code.n == 0 {
		return
	}
	r, v := object.RoleNone, w.code.v[:w.code.n]
	if isICD10(scheme) {
		r = object.RoleDiagnosis
	}
	w.code.n = 0
	w.e.Field(r, w.concept(w.seq), v)
}

// concept is what a content item of a structured report is about: a label, which comes before its value.
type concept struct {
	name []byte
	next bool // the next meaning of a code is the name of a concept
	used bool
}

// maxConcept is how much of the name of a concept is kept.
const maxConcept = 128

// flush ends a content item. The name of a concept that labelled nothing, a heading, is told by itself.
func (c *concept) flush(w *walker) {
	if len(c.name) > 0 && !c.used {
		w.whole = append(w.whole[:0], "concept"...)
		w.e.Field(object.RoleNone, w.whole, c.name)
	}
	c.name, c.used, c.next = c.name[:0], false, false
}

// meaning takes the meaning of a code: a label, or a value.
func (w *walker) meaning(v []byte) {
	if w.about.next {
		w.about.flush(w)
		w.about.name = append(w.about.name[:0], v[:min(len(v), maxConcept)]...)
		return
	}
	w.e.Field(object.RoleNone, w.concept(w.seq), v)
}

// concept returns the label of a value: in a report its concept, else what is given, else the keyword of the element.
func (w *walker) concept(other []byte) []byte {
	switch {
	case len(other) > 0:
		return other
	case len(w.about.name) > 0:
		w.about.used = true
		return w.about.name
	}
	return w.label
}

// reported tells a text or a name of a structured report. Templates call the patient patient or subject (PS3.16).
func (w *walker) reported(el *element, v []byte) {
	w.about.next = false
	l := w.concept(nil)
	if el.tag == tagTextValue {
		w.e.Field(object.RoleNone, l, v)
		return
	}
	r := object.RoleNone
	if contains(l, "patient") || contains(l, "subject") {
		r = object.RolePersonName
	}
	w.label = append(w.label[:0], l...)
	if r == object.RolePersonName {
		w.written(r, v)
		return
	}
	w.person(r, v)
}

// contains tells whether b has word, which is in lower case.
func contains(b []byte, word string) bool {
	for i := 0; i+len(word) <= len(b); i++ {
		if bytes.EqualFold(b[i:i+len(word)], []byte(word)) {
			return true
		}
	}
	return false
}

package dicom

import (
	_ "embed" // the dictionary
	"strings"
)

// vr is a value representation as its two letters, 0 if it is not known.
type vr uint16

const (
	vrAE vr = 'A'<<8 | 'E'
	vrAS vr = 'A'<<8 | 'S'
	vrAT vr = 'A'<<8 | 'T'
	vrCS vr = 'C'<<8 | 'S'
	vrDA vr = 'D'<<8 | 'A'
	vrDS vr = 'D'<<8 | 'S'
	vrDT vr = 'D'<<8 | 'T'
	vrFD vr = 'F'<<8 | 'D'
	vrFL vr = 'F'<<8 | 'L'
	vrIS vr = 'I'<<8 | 'S'
	vrLO vr = 'L'<<8 | 'O'
	vrLT vr = 'L'<<8 | 'T'
	vrOB vr = 'O'<<8 | 'B'
	vrOD vr = 'O'<<8 | 'D'
	vrOF vr = 'O'<<8 | 'F'
	vrOL vr = 'O'<<8 | 'L'
	vrOV vr = 'O'<<8 | 'V'
	vrOW vr = 'O'<<8 | 'W'
	vrPN vr = 'P'<<8 | 'N'
	vrSH vr = 'S'<<8 | 'H'
	vrSL vr = 'S'<<8 | 'L'
	vrSQ vr = 'S'<<8 | 'Q'
	vrSS vr = 'S'<<8 | 'S'
	vrST vr = 'S'<<8 | 'T'
	vrSV vr = 'S'<<8 | 'V'
	vrTM vr = 'T'<<8 | 'M'
	vrUC vr = 'U'<<8 | 'C'
	vrUI vr = 'U'<<8 | 'I'
	vrUL vr = 'U'<<8 | 'L'
	vrUN vr = 'U'<<8 | 'N'
	vrUR vr = 'U'<<8 | 'R'
	vrUS vr = 'U'<<8 | 'S'
	vrUT vr = 'U'<<8 | 'T'
	vrUV vr = 'U'<<8 | 'V'
)

// class is how values are treated.
type class uint8

const (
	unknown class = iota
	text
	number // numbers, times, unique identifiers: not told
	binaries
	sequence
)

func (v vr) class() class {
	switch v {
	case vrAE, vrCS, vrDA, vrDT, vrLO, vrLT, vrPN, vrSH, vrST, vrUC, vrUR, vrUT:
		return text
	case vrAS, vrAT, vrDS, vrFD, vrFL, vrIS, vrSL, vrSS, vrSV, vrTM, vrUI, vrUL, vrUS, vrUV:
		return number
	case vrOB, vrOD, vrOF, vrOL, vrOV, vrOW:
		return binaries
	case vrSQ:
		return sequence
	}
	return unknown
}

// long tells whether the length has four bytes behind two that are reserved (PS3.5 section 7.1.2).
func (v vr) long() bool {
	switch v {
	case vrSV, vrUC, vrUN, vrUR, vrUT, vrUV, vrSQ:
		return true
	}
	return v>>8 == 'O'
}

// Tags that mean something to the walk.
const (
	itemGroup      = 0xFFFE
	tagItem        = 0xFFFEE000
	tagItemEnd     = 0xFFFEE00D
	tagSequenceEnd = 0xFFFEE0DD
	pixelGroup     = 0x7FE0
	undefined      = 0xFFFFFFFF // length
)

// element is the header of one.
type element struct {
	tag    uint32
	vr     vr
	length uint32
	size   int // of the header
}

// private tells whether the standard does not define the element.
func (el *element) private() bool { return el.tag>>16&1 == 1 }

// header reads the header of an element; h has eight bytes or more.
func (s style) header(h []byte) (element, bool) {
	el := element{tag: s.tag(h), size: 8}
	if s.implicit || el.tag>>16 == itemGroup {
		el.length = s.u32(h[4:])
		if el.tag>>16 != itemGroup {
			el.vr, _ = lookup(el.tag)
		}
		return el, el.length <= maxLength || el.length == undefined
	}
	if !upper(h[4]) || !upper(h[5]) {
		return el, false
	}
	el.vr = vr(h[4])<<8 | vr(h[5])
	if el.vr.class() != unknown && !el.vr.long() {
		el.length = uint32(s.u16(h[6:]))
		return el, true
	}
	if len(h) < 12 || h[6] != 0 || h[7] != 0 {
		return el, false
	}
	if el.vr.class() == unknown {
		el.vr = vrUN
	}
	el.length, el.size = s.u32(h[8:]), 12
	return el, el.length <= maxLength || el.length == undefined
}

// maxLength is the longest value that is believed.
const maxLength = 1<<32 - 1<<16

func upper(c byte) bool { return c-'A' < 26 }

// dictionary has the elements of PS3.6 (table 6-1) whose text is told, and the sequences around codes, one in a line: tag
// in hexadecimal, VR, keyword, in the order of their tags.
//
//go:embed dictionary.txt
var dictionary string

// lookup returns the VR and keyword of an element, 0 and "" when the dictionary does not have it.
func lookup(tag uint32) (vr, string) {
	var key [8]byte
	for i := range key {
		key[i] = "0123456789ABCDEF"[tag>>(28-4*i)&15]
	}
	for lo, hi := 0, len(dictionary); lo < hi; {
		mid := (lo + hi) / 2
		from := strings.LastIndexByte(dictionary[:mid], '\n') + 1
		to := from + strings.IndexByte(dictionary[from:], '\n')
		switch line := dictionary[from:to]; {
		case line[:8] == string(key[:]):
			return vr(line[8])<<8 | vr(line[9]), line[10:]
		case line[:8] < string(key[:]):
			lo = to + 1
		default:
			hi = from
		}
	}
	return 0, ""
}

package dicom

import (
	"encoding/binary"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/object"
)

// headMax is how much of a data set is looked at to find out how it is written.
const headMax = 256

// sniff is sure of the mark behind the preamble, and of file meta information without one. Of a bare data set the first
// elements must make sense; what was said of it helps.
func sniff(head []byte, m *object.Meta) content.Score {
	if marked(head) || isMeta(head) && len(head) >= 8 && (string(head[4:6]) == "UL" || string(head[4:6]) == "OB") {
		return content.Sure
	}
	said := m != nil && claims(m)
	if isMeta(head) && said {
		return content.Likely + content.Declared
	}
	s, ok := look(head[:min(len(head), headMax)])
	switch {
	case ok && said, said && isDeflated(m.Param("transfer-syntax")):
		return content.Likely + content.Declared
	case ok && !s.implicit && identifying(head, s):
		return content.Likely + 10
	case ok && identifying(head, s):
		return content.Likely
	case said:
		return content.Declared
	}
	return content.No
}

// claims tells whether m declares DICOM.
func claims(m *object.Meta) bool {
	if m.MediaType == mediaType {
		return true
	}
	name := m.Name.Reveal()
	return len(name) > 4 && strings.EqualFold(name[len(name)-4:], ".dcm")
}

// identifying tells whether a data set begins with group 0008, which nearly all do, and not with anything at all.
func identifying(head []byte, s style) bool {
	return len(head) >= 12 && s.group(head) == 0x0008
}

func marked(h []byte) bool {
	return len(h) >= preamble+len(mark) && string(h[preamble:preamble+len(mark)]) == mark
}

// isMeta tells whether h begins with an element of file meta information, which is always little endian.
func isMeta(h []byte) bool {
	return len(h) >= 8 && binary.LittleEndian.Uint16(h) == metaGroup && h[3] <= 1
}

// style is how the elements of a data set are written.
type style struct{ implicit, big bool }

func (s style) u16(b []byte) uint16 {
	if s.big {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (s style) u32(b []byte) uint32 {
	if s.big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (s style) group(b []byte) uint16 { return s.u16(b) }

func (s style) tag(b []byte) uint32 { return uint32(s.u16(b))<<16 | uint32(s.u16(b[2:])) }

// look finds out how a data set is written by its first two elements.
func look(head []byte) (style, bool) {
	for _, s := range [...]style{{}, {big: true}, {implicit: true}} {
		if s.fits(head) {
			return s, true
		}
	}
	return style{}, false
}

// fits tells whether the first elements make sense: groups are low and do not fall, values are short.
func (s style) fits(head []byte) bool {
	const (
		highGroup = 0x00ff // of the first element: in the wrong byte order it is higher
		longValue = 1 << 16
	)
	before := uint32(0)
	for i := 0; i < 2; i++ {
		if len(head) < 8 {
			return i > 0
		}
		el, ok := s.header(head)
		if !ok || el.tag <= before || i == 0 && (el.tag>>16 == 0 || el.tag>>16 > highGroup) {
			return false
		}
		if el.length != undefined && (el.length > longValue || !s.implicit && el.length&1 != 0) {
			return false
		}
		if el.length == undefined && el.vr != vrSQ && el.vr != vrUN && (!s.implicit || el.vr != 0) {
			return false
		}
		if el.length == undefined || int(el.length) > len(head)-el.size {
			return i > 0 || !s.implicit || el.tag>>16 == 0x0008
		}
		before, head = el.tag, head[el.size+int(el.length):]
	}
	return true
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

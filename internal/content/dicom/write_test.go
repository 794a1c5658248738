package dicom

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"strings"
)

// writer writes elements in one of the three ways.
type writer struct {
	b []byte
	style
	undefined bool // sequences and items
}

func (w *writer) order() binary.AppendByteOrder {
	if w.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func (w *writer) head(tag uint32, v string, n uint32) {
	o := w.order()
	w.b = o.AppendUint16(w.b, uint16(tag>>16))
	w.b = o.AppendUint16(w.b, uint16(tag))
	switch {
	case w.implicit || v == "":
		w.b = o.AppendUint32(w.b, n)
	case vr(v[0])<<8|vr(v[1]) == vrUN, (vr(v[0])<<8 | vr(v[1])).long():
		w.b = append(append(w.b, v...), 0, 0)
		w.b = o.AppendUint32(w.b, n)
	default:
		w.b = append(w.b, v...)
		w.b = o.AppendUint16(w.b, uint16(n))
	}
}

func (w *writer) el(tag uint32, v, value string) {
	if len(value)%2 == 1 {
		value += " "
	}
	w.head(tag, v, uint32(len(value)))
	w.b = append(w.b, value...)
}

// seq writes a sequence with the items that f writes.
func (w *writer) seq(tag uint32, items ...func(*writer)) {
	in := &writer{style: w.style, undefined: w.undefined}
	for _, f := range items {
		one := &writer{style: w.style, undefined: w.undefined}
		f(one)
		if w.undefined {
			in.head(tagItem, "", undefined)
			in.b = append(in.b, one.b...)
			in.head(tagItemEnd, "", 0)
			continue
		}
		in.head(tagItem, "", uint32(len(one.b)))
		in.b = append(in.b, one.b...)
	}
	if w.undefined {
		w.head(tag, "SQ", undefined)
		w.b = append(w.b, in.b...)
		w.head(tagSequenceEnd, "", 0)
		return
	}
	w.head(tag, "SQ", uint32(len(in.b)))
	w.b = append(w.b, in.b...)
}

func coded(value, scheme, meaning string) func(*writer) {
	return func(w *writer) {
		w.el(tagCode, "SH", value)
		w.el(tagScheme, "SH", scheme)
		w.el(tagMeaning, "LO", meaning)
	}
}

// study is a data set with most that has a role. The people are made up.
func study(s style, undef bool) []byte {
	w := &writer{style: s, undefined: undef}
	w.el(tagCharset, "CS", "ISO_IR 100")
	w.el(0x00080018, "UI", "1.2.3.4\x00")
	w.el(0x00080020, "DA", "20260401")
	w.el(0x00080030, "TM", "101112.5")
	w.el(0x00080050, "SH", "ACC4711")
	w.el(0x00080080, "LO", "TROY CLINIC")
	w.el(0x00080081, "ST", "9 Side St, Troy, NY 12180")
	w.el(0x00080090, "PN", "KILDARE^BEN^^DR")
	w.el(0x00081080, "LO", "Essential hypertension")
	w.seq(0x00081084, coded("I10", "I10", "Hypertension"))
	w.el(0x00090010, "LO", "MAKER")
	w.el(0x00091001, "UN", "note for JANE ROE")
	w.el(0x00091002, "OB", "\x00\x01\x02CSA: ROE^JANE\x00\x03\x04")
	w.el(0x00091003, "US", "\x01\x02")
	w.el(0x00100010, "PN", "ROE^JANE^Q^^JR")
	w.el(0x00100020, "LO", "MR4711")
	w.el(0x00100021, "LO", "HOSP")
	w.el(0x00100030, "DA", "19800102")
	w.el(0x00100040, "CS", "F")
	w.seq(0x00100050, coded("PLAN9", "99LOCAL", "Gold plan"))
	w.el(0x00101000, "LO", "212-47-8835\\X77")
	w.seq(0x00101002, func(w *writer) {
		w.el(0x00100020, "LO", "MR4712")
		w.el(0x00100021, "LO", "ELSEWHERE")
	}, func(w *writer) { w.seq(0x00100024, func(w *writer) { w.el(0x00400032, "UT", "1.2.3x") }) })
	w.el(0x00101005, "PN", "DOE^JANE")
	w.el(0x00101040, "LO", "12 Main St^^Troy^NY 12180")
	w.el(0x00101060, "PN", "M\xfcLLER^ANNA")
	w.el(0x00102154, "SH", "(555)555-1234\\555-555-1235")
	w.el(0x001021B0, "LT", "Smoker \\ since 1990")
	w.el(0x00104000, "LT", "calls herself Jane")
	w.el(0x00181000, "LO", "SN-00042")
	w.el(0x00280010, "US", "\x80\x00")
	w.el(0x00280301, "CS", "YES")
	w.el(0x00380010, "LO", "V100")
	w.el(0x7FE00010, "OW", strings.Repeat("\x01\x02\x03\x04", 5000))
	w.el(0xFFFCFFFC, "OB", "\x00\x00")
	return w.b
}

var styles = map[string]style{"explicit": {}, "big": {big: true}, "implicit": {implicit: true}}

func file(ts string, data []byte) []byte {
	w := &writer{b: append(make([]byte, preamble), mark...)}
	w.el(0x00020001, "OB", "\x00\x01")
	if len(ts)%2 == 1 {
		ts += "\x00"
	}
	w.el(tagSyntax, "UI", ts)
	w.el(0x00020016, "AE", "SENDER")
	return append(w.b, data...)
}

func shrink(b []byte) []byte {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, 6)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// imageless is a study without pixel data.
func imageless() []byte {
	b := study(style{}, false)
	return b[:bytes.Index(b, []byte{0xE0, 0x7F, 0x10, 0x00})]
}

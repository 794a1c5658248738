package dicom

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/content/charset"
)

// repertoire is what SpecificCharacterSet (PS3.3, C.12.1.1.2) says, as the number of the registration: 100 of ISO_IR 100
// and of ISO 2022 IR 100.
type repertoire struct {
	number int
	escape bool // code extensions: there may be escape sequences
}

// Numbers that are none of a registration.
const (
	gb18030 = -1
	gbk     = -2
)

// declare takes the value of the element. Of several the one that says most is taken: a multi-byte one.
func (s *repertoire) declare(v []byte) {
	*s = repertoire{escape: bytes.IndexByte(v, '\\') >= 0}
	for len(v) > 0 {
		n := bytes.IndexByte(v, '\\')
		if n < 0 {
			n = len(v)
		}
		term := trim(v[:n])
		s.escape = s.escape || bytes.HasPrefix(term, []byte("ISO 2022"))
		if k := registration(term); s.number == 0 || s.number == 6 || multi(k) && !multi(s.number) {
			s.number = k
		}
		v = v[min(len(v), n+1):]
	}
}

func registration(term []byte) int {
	switch string(term) {
	case "GB18030":
		return gb18030
	case "GBK":
		return gbk
	}
	n, from := 0, max(bytes.LastIndex(term, []byte("IR")), 0)
	for _, c := range term[from:] {
		if c-'0' < 10 && n < 1000 {
			n = n*10 + int(c-'0')
		}
	}
	return n
}

func multi(n int) bool {
	switch n {
	case 58, 87, 149, 159, gb18030, gbk:
		return true
	}
	return false
}

// name returns the name by which the web knows the charset, "" if it is not known.
func (s *repertoire) name() string {
	switch s.number {
	case 100:
		return "iso-8859-1"
	case 101:
		return "iso-8859-2"
	case 109:
		return "iso-8859-3"
	case 110:
		return "iso-8859-4"
	case 144:
		return "iso-8859-5"
	case 127:
		return "iso-8859-6"
	case 126:
		return "iso-8859-7"
	case 138:
		return "iso-8859-8"
	case 148:
		return "iso-8859-9"
	case 203:
		return "iso-8859-15"
	case 166:
		return "tis-620"
	case 192:
		return "utf-8"
	case gb18030:
		return "gb18030"
	}
	return s.eastern()
}

func (s *repertoire) eastern() string {
	switch s.number {
	case 13:
		return "shift_jis"
	case 87, 159:
		return "iso-2022-jp"
	case 149:
		return "euc-kr"
	case 58, gbk:
		return "gbk"
	}
	return ""
}

// decoded returns text as UTF-8, without the padding at its end: the text itself where nothing is to be done.
func (w *walker) decoded(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == 0 || b[len(b)-1] == ' ') {
		b = b[:len(b)-1]
	}
	escaped := bytes.IndexByte(b, 0x1b) >= 0
	if ascii(b) && !escaped {
		return b
	}
	name := w.set.name()
	if escaped && name != "iso-2022-jp" {
		w.whole = unescaped(w.whole[:0], b)
		b = w.whole
	}
	w.value = charset.Append(w.value[:0], b, name)
	return w.value
}

// unescaped appends b without escape sequences (ISO 2022): what is decoded knows the set that they switch to.
func unescaped(dst, b []byte) []byte {
	for len(b) > 0 {
		n := bytes.IndexByte(b, 0x1b)
		if n < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:n]...)
		b = b[n+1:]
		k := 0
		for k < len(b) && b[k]-0x20 < 0x10 { // intermediate bytes
			k++
		}
		if k > 0 {
			b = b[min(len(b), k+1):] // with the final byte
		}
	}
	return dst
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

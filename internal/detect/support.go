package detect

import (
	"bytes"

	"github.com/phiwatch/phiwatch/internal/rule"
)

// codes are the kinds that say what somebody has or was given, and by what.
const codes = 1<<rule.KICD10 | 1<<rule.KICD9 | 1<<rule.KICDO3 | 1<<rule.KCPT | 1<<rule.KHCPCS | 1<<rule.KNDC | 1<<rule.KLOINC | 1<<rule.KDrug

// codeCategory is the category of health that a code is evidence of.
func codeCategory(kind int) int {
	switch kind {
	case rule.KNDC, rule.KDrug:
		return catMedication
	case rule.KCPT, rule.KHCPCS:
		return catProcedure
	case rule.KLOINC:
		return catLaboratory
	}
	return catDiagnosis
}

// emails looks for mail addresses.
func (s *Scan) emails(b []byte, from, to int) {
	for i := from; i < to; {
		k := bytes.IndexByte(b[i:to], '@')
		if k < 0 {
			break
		}
		i += k
		if start, end := rule.EmailAt(b, i); end > 0 && s.e.email != nil {
			s.add(s.e.email, b, start, end, s.points(b, start, s.e.email))
		}
		i++
	}
}

// urls looks for URLs that carry a secret or name a record.
func (s *Scan) urls(b []byte, from, to int) {
	for i := from; i < to && s.e.url != nil; i++ {
		k := bytes.Index(b[i:to], []byte("://"))
		if k < 0 {
			break
		}
		i += k
		if start, end := rule.URLAt(b, i); end > 0 {
			s.add(s.e.url, b, start, end, labelPoints{flags: isPlain})
		}
	}
}

// plus tells whether the plus sign of a HIBCC code stands before b[t], and a gap before that.
func plus(b []byte, t int) bool {
	return t > 1 && b[t-1] == '+' && rule.Class(b[t-2])&rule.ClassGap != 0
}

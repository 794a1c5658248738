package rule

// foreign tells what stands behind a label without being anybody's number, by its form: the tag of a DICOM element, the number of a
// standard, a hexadecimal constant, a calendar date, the number of a government contract. What documents a protocol or a program
// has the words of forms and numbers beside them. rest is what follows the token v.
func foreign(v, rest []byte) bool {
	return tag(v, rest) || standard(v) || hexConstant(v) || calendarDate(v) || procurement(v)
}

// tag tells the group of a DICOM tag: (0010,0020), PS3.5 section 7.1.
func tag(v, rest []byte) bool {
	if len(v) != 4 || len(rest) < 5 || rest[0] != ',' || len(rest) > 5 && IsAlnum(rest[5]) {
		return false
	}
	return hexDigits(v) && hexDigits(rest[1:5])
}

// standard tells the name of a Request for Comments: RFC3993, RFC-3993.
func standard(v []byte) bool {
	if len(v) < 4 || lower(v[0]) != 'r' || lower(v[1]) != 'f' || lower(v[2]) != 'c' {
		return false
	}
	if v = v[3:]; v[0] == '-' {
		v = v[1:]
	}
	return len(v) > 0 && len(v) <= 5 && digits(v)
}

// hexConstant tells a number as programs write it: 0x8001.
func hexConstant(v []byte) bool {
	return len(v) > 2 && v[0] == '0' && lower(v[1]) == 'x' && hexDigits(v[2:])
}

// calendarDate tells 2020-01-18, the head of an entry of a log or a list of changes, also with the hour of the day behind it (ISO
// 8601: 2020-01-18T10:30:00Z).
func calendarDate(v []byte) bool {
	if len(v) >= 13 && lower(v[10]) == 't' && digits(v[11:13]) && (len(v) == 13 || len(v) <= 17 && alnums(v[13:])) {
		v = v[:10]
	}
	if len(v) != 10 || v[4] != '-' || v[7] != '-' || !digits(v[:4]) || !digits(v[5:7]) || !digits(v[8:]) {
		return false
	}
	year, month, day := number(v[:4]), number(v[5:7]), number(v[8:])
	return year >= 1900 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// procurement tells a Procurement Instrument Identifier with its dashes: six characters of the office, the fiscal year, the letter
// of the instrument, a serial number of four, 48 CFR 4.1603 and its predecessors (N00014-75-C-0661).
func procurement(v []byte) bool {
	if len(v) != 16 || v[6] != '-' || v[9] != '-' || v[11] != '-' {
		return false
	}
	return alnums(v[:6]) && digits(v[7:9]) && IsLetter(v[10]) && alnums(v[12:])
}

func number(v []byte) (n int) {
	for _, c := range v {
		n = n*10 + int(c-'0')
	}
	return n
}

func alnums(v []byte) bool {
	for _, c := range v {
		if !IsAlnum(c) {
			return false
		}
	}
	return true
}

func hexDigits(v []byte) bool {
	for _, c := range v {
		if !IsDigit(c) && (lower(c) < 'a' || lower(c) > 'f') {
			return false
		}
	}
	return true
}

// Listed tells whether the groups of digits at b[start:end], with spaces between them, are cells of a line of numbers: one more
// stands before or behind them, as near as they are to one another.
func Listed(b []byte, start, end int) bool {
	spaced := false
	for _, c := range b[start:end] {
		spaced = spaced || c == ' '
	}
	return spaced && (groupBefore(b, start) || groupBehind(b, end))
}

func groupBehind(b []byte, end int) bool {
	if end >= len(b) || b[end] != ' ' {
		return false
	}
	i := end + 1
	j := i
	for j < len(b) && IsDigit(b[j]) {
		j++
	}
	return j > i && (j == len(b) || b[j] <= ' ')
}

func groupBefore(b []byte, start int) bool {
	if start == 0 || b[start-1] != ' ' {
		return false
	}
	i := start - 1
	j := i
	for j > 0 && IsDigit(b[j-1]) {
		j--
	}
	return j < i && (j == 0 || b[j-1] <= ' ')
}

package rule

// Date is a calendar date.
type Date struct{ Year, Month, Day int }

// Append appends YYYY-MM-DD.
func (d Date) Append(dst []byte) []byte {
	y, m, day := d.Year, d.Month, d.Day
	return append(dst, digit(y/1000), digit(y/100), digit(y/10), digit(y), '-', digit(m/10), digit(m), '-', digit(day/10), digit(day))
}

// digit is the last digit of a number.
func digit(n int) byte { return byte('0' + n%10) } //nolint:gosec // below ten

// After tells whether d is later than e.
func (d Date) After(e Date) bool {
	if d.Year != e.Year {
		return d.Year > e.Year
	}
	if d.Month != e.Month {
		return d.Month > e.Month
	}
	return d.Day > e.Day
}

func (d Date) real() bool {
	if d.Month < 1 || d.Month > 12 || d.Day < 1 || d.Year < 1880 || d.Year > 2199 {
		return false
	}
	n := 31
	switch d.Month {
	case 4, 6, 9, 11:
		n = 30
	case 2:
		n = 28
		if d.Year%4 == 0 && (d.Year%100 != 0 || d.Year%400 == 0) {
			n = 29
		}
	}
	return d.Day <= n
}

// ParseBirth reads a date of birth at the beginning of b, in the forms that are usual in the United States, ISO 8601, and
// with names of months. Numbers are month first unless that cannot be; with dots between them they are day first unless
// that cannot be: nobody in the United States writes a date with dots, most others do. A time may follow; it is read where
// digits leave no end between the two (YYYYMMDDHHMM). Nobody is born after today: a two-digit year lies in the hundred years
// before it. n is the number of bytes read.
func ParseBirth(b []byte, today Date) (d Date, n int, ok bool) {
	if len(b) == 10 {
		if d, ok = usual(b); ok {
			return d, 10, d.born(today)
		}
	}
	var p dateParser
	if !p.read(b) {
		return d, 0, false
	}
	y, m, day, ok := p.order()
	if !ok {
		return d, 0, false
	}
	if p.month < 0 && p.year == 2 && m != day && (m > 12 || p.dots && day <= 12) {
		m, day = day, m // day first
	}
	if p.width[p.year] == 2 {
		y += today.Year / 100 * 100
		if (Date{y, m, day}).After(today) {
			y -= 100
		}
	}
	d = Date{y, m, day}
	if !d.born(today) {
		return d, 0, false
	}
	return d, p.end, true
}

// born tells whether somebody alive can be born on d.
func (d Date) born(today Date) bool { return d.real() && !d.After(today) && d.Year >= today.Year-130 }

// usual reads the two forms that nearly all tables have, MM/DD/YYYY and YYYY-MM-DD, with slashes or dashes.
func usual(b []byte) (d Date, ok bool) {
	var year, month, day []byte
	switch {
	case b[2] == b[5] && (b[2] == '/' || b[2] == '-'):
		month, day, year = b[:2], b[3:5], b[6:10]
	case b[4] == b[7] && (b[4] == '-' || b[4] == '/'):
		year, month, day = b[:4], b[5:7], b[8:10]
	default:
		return d, false
	}
	if !digits(year) || !digits(month) || !digits(day) {
		return d, false
	}
	d = Date{num(year), num(month), num(day)}
	if d.Month > 12 && b[2] == b[5] && b[2] < '0' {
		d.Month, d.Day = d.Day, d.Month // day first
	}
	return d, true
}

// Century tells whether b begins as a year does in which somebody alive may be born.
func Century(b []byte) bool {
	return len(b) > 1 && (b[0] == '1' && b[1] == '9' || b[0] == '2' && b[1] == '0')
}

// dateParser holds up to three fields of a date.
type dateParser struct {
	val   [3]int
	width [3]int // digits; 0: the name of a month
	month int    // index of the field that is a month by name, -1
	year  int    // index of the year, set by order
	dots  bool
	n     int
	end   int
}

func (p *dateParser) read(b []byte) bool {
	p.month = -1
	i := 0
	var sep byte
	for p.n < 3 && i < len(b) {
		switch c := b[i]; {
		case IsDigit(c):
			j := i
			for j < len(b) && IsDigit(b[j]) && j-i < 15 {
				j++
			}
			if w := j - i; p.n == 0 && (w == 8 || w == 12 || w == 14) {
				return p.compact(b, i, j)
			}
			if j-i > 4 || j-i == 3 {
				return false
			}
			p.val[p.n], p.width[p.n] = num(b[i:j]), j-i
			i = j
			if p.n < 2 && i+1 < len(b) && p.width[p.n] <= 2 && ordinal(b[i], b[i+1]) {
				i += 2
			}
		case IsLetter(c) && p.month < 0 && p.n < 2:
			m, w := monthAt(b[i:])
			if m == 0 {
				return false
			}
			p.val[p.n], p.month = m, p.n
			i += w
		default:
			return false
		}
		p.n++
		p.end = i
		if p.n == 3 {
			break
		}
		var good bool
		if i, good = p.separator(b, i, &sep); !good {
			return false
		}
	}
	if p.n != 3 {
		return false
	}
	p.dots = sep == '.'
	return p.end >= len(b) || !IsAlnum(b[p.end]) || b[p.end]|0x20 == 't' && p.width[0] == 4 // ISO with a time
}

// separator skips what may stand between two fields: one of - / . and the same twice, or spaces and a comma beside a
// month's name.
func (p *dateParser) separator(b []byte, i int, sep *byte) (int, bool) {
	if i >= len(b) {
		return i, false
	}
	if p.n == 1 && IsLetter(b[i]) || p.n == 2 && p.month == 1 && IsDigit(b[i]) { // 19JAN1991
		return i, true
	}
	if c := b[i]; c == '.' && p.n == 1 && *sep == 0 && i+2 < len(b) && b[i+1] == ' ' && IsLetter(b[i+2]) { // 3. April
		return i + 2, true
	}
	if c := b[i]; c == '-' || c == '/' || c == '.' && p.month < 0 {
		if *sep != 0 && *sep != c {
			return i, false
		}
		*sep = c
		return i + 1, true
	}
	if p.month < 0 && (*sep != 0 || p.n > 1) && (p.n < 2 || b[i] != ' ') {
		return i, false
	}
	j := i
	for j < len(b) && j-i < 3 && (b[j] == ' ' || b[j] == ',' || b[j] == '.') {
		j++
	}
	if p.month < 0 && p.n == 1 && j < len(b) && !IsLetter(b[j]) { // 01 19 1991
		return j, j == i+1 && b[i] == ' ' && *sep == 0 && p.width[0] <= 2
	}
	return j, j > i || p.month >= 0 && p.n == 1
}

func ordinal(a, b byte) bool {
	switch string([]byte{lower(a), lower(b)}) {
	case "st", "nd", "rd", "th":
		return true
	}
	return false
}

// compact reads YYYYMMDD, or MMDDYYYY where that cannot be. Hours and minutes, or seconds too, may follow (HL7 v2 TS).
func (p *dateParser) compact(b []byte, i, j int) bool {
	v := b[i : i+8]
	if t := b[i+8 : j]; len(t) > 0 && (num(t[:2]) > 23 || num(t[2:4]) > 59 || len(t) > 4 && num(t[4:]) > 60) {
		return false
	}
	y, m, d := num(v[:4]), num(v[4:6]), num(v[6:])
	if !(Date{y, m, d}).real() {
		m, d, y = num(v[:2]), num(v[2:4]), num(v[4:])
	}
	p.val, p.width, p.n, p.end = [3]int{y, m, d}, [3]int{4, 2, 2}, 3, j
	return j >= len(b) || !IsAlnum(b[j]) || j == i+8 && lower(b[j]) == 't' && j+1 < len(b) && IsDigit(b[j+1])
}

// order says which field is which.
func (p *dateParser) order() (y, m, d int, ok bool) {
	switch {
	case p.width[0] == 4: // 1991-01-19, 1991 Jan 19
		if p.width[1] > 2 || p.width[2] > 2 || p.month == 2 {
			return 0, 0, 0, false
		}
		p.year = 0
		return p.val[0], p.val[1], p.val[2], true
	case p.width[2] == 4 || p.width[2] == 2:
		p.year = 2
		if p.width[0] > 2 || p.width[1] > 2 {
			return 0, 0, 0, false
		}
		if p.month == 1 { // 19-Jan-1991
			return p.val[2], p.val[1], p.val[0], true
		}
		return p.val[2], p.val[0], p.val[1], true
	}
	return 0, 0, 0, false
}

// monthAt reads the name of a month, in full or its first three or four letters.
func monthAt(b []byte) (month, n int) {
	const names = "january  february march    april    may      june     july     august   septemberoctober  november december "
	for n < len(b) && n < 10 && IsLetter(b[n]) {
		n++
	}
	if n < 3 {
		return 0, 0
	}
	for m := range 12 {
		name := names[9*m : 9*m+9]
		i := 0
		for i < n && i < 9 && lower(b[i]) == name[i] {
			i++
		}
		if i == n && (n <= 4 || n == 9 || name[n] == ' ') {
			return m + 1, n
		}
	}
	return 0, 0
}

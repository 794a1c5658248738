package rule

const states = " AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR GU VI AS MP AA AE AP "

// IsState tells whether two upper-case letters are the code of a state or territory.
func IsState(a, b byte) bool {
	for i := 1; i < len(states); i += 3 {
		if states[i] == a && states[i+1] == b {
			return true
		}
	}
	return false
}

const maxAddress = 120

// AddressAt finds a postal address whose ZIP code begins at b[zip]: number, street, city, state, ZIP in a line, or in two.
// It returns its bounds, 0, 0 if there is none.
func AddressAt(b []byte, zip int) (start, end int) {
	end = zip + 5
	if end > len(b) || !digits(b[zip:end]) || end < len(b) && IsDigit(b[end]) {
		return 0, 0
	}
	if end+5 <= len(b) && b[end] == '-' && digits(b[end+1:end+5]) && (end+5 == len(b) || !IsAlnum(b[end+5])) {
		end += 5
	} else if end < len(b) && IsAlnum(b[end]) {
		return 0, 0
	}
	i := zip
	for i > 0 && zip-i < 3 && (b[i-1] == ' ' || b[i-1] == ',') {
		i--
	}
	if i == zip || i < 3 || !IsState(upper(b[i-2]), upper(b[i-1])) || IsLetter(b[i-3]) {
		return 0, 0
	}
	start = streetBefore(b, i-2)
	if start < 0 {
		return 0, 0
	}
	return start, end
}

// streetBefore finds the house number before the state at b[to:], -1 if there is none: the first number in the same line,
// or the line above, that is followed by a word. Behind a mail address, and where somebody lives "at" a number, it begins anew.
func streetBefore(b []byte, to int) int {
	from, lines := to, 0
	for from > 0 && to-from < maxAddress {
		c := b[from-1]
		if c == '\n' {
			lines++
		}
		if lines > 1 || c == ':' || c == '\t' || c == '|' || c == ';' || c == '"' || c == '<' || c == '>' || c == '=' || c == 0 ||
			c == ' ' && from < to && b[from] == ' ' {
			break
		}
		from--
	}
	words := 0
	best := -1
	for i := from; i < to; i++ {
		if i > from && (IsAlnum(b[i-1]) || b[i-1] == '-') {
			continue
		}
		if IsLetter(b[i]) {
			words++
		}
		if b[i] == '@' {
			best, words = -1, 0
		}
		if !IsDigit(b[i]) || best >= 0 && !behindAt(b, from, i) {
			continue
		}
		j := i
		for j < to && IsDigit(b[j]) {
			j++
		}
		if j-i <= 6 && j+1 < to && (b[j] == ' ' || IsLetter(b[j]) && b[j+1] == ' ') && (IsAlnum(b[j+1]) || b[j+1] == ' ') {
			best, words = i, 0
		}
	}
	if words < 2 { // a street and a city
		return -1
	}
	return best
}

// behindAt tells whether the word before b[i:] is "at".
func behindAt(b []byte, from, i int) bool {
	return i-from > 3 && b[i-1] == ' ' && b[i-2] == 't' && b[i-3] == 'a' && !IsAlnum(b[i-4])
}

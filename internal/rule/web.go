package rule

import (
	"bytes"
	"net/netip"
)

const (
	maxIP  = 39
	maxURL = 400 // bytes of a URL that are read
)

// IPAt reads an address of version 4 or 6 at the beginning of b and returns its length, 0 if there is none. Addresses that nobody has
// (unspecified, loopback) are none.
func IPAt(b []byte) int {
	n, dots, colons := spanIP(b)
	for n > 0 && b[n-1] == '.' { // the end of a sentence
		n--
		dots--
	}
	if dots == 3 && colons == 1 { // a port
		n = bytes.IndexByte(b[:n], ':')
		colons = 0
	}
	if n < 7 && colons == 0 || dots != 3 && colons < 2 || n < len(b) && (IsAlnum(b[n]) || b[n] == '-') {
		return 0
	}
	a, ok := parseIP(b[:n])
	if !ok || a.IsUnspecified() || a.IsLoopback() {
		return 0
	}
	return n
}

// parseIP is [netip.ParseAddr] for an address without a zone; that one allocates, and more so when it fails.
func parseIP(b []byte) (netip.Addr, bool) {
	if bytes.IndexByte(b, ':') < 0 {
		a, ok := parseIPv4(b)
		return netip.AddrFrom4(a), ok
	}
	var a [16]byte
	n, gap := 0, -1 // bytes so far, and where the zeros of "::" go
	if len(b) > 1 && b[0] == ':' && b[1] == ':' {
		gap, b = 0, b[2:]
	}
	for len(b) > 0 && n < 16 {
		k := bytes.IndexByte(b, ':')
		if k < 0 {
			k = len(b)
		}
		if k == len(b) && bytes.IndexByte(b, '.') >= 0 { // the last four bytes
			v, ok := parseIPv4(b)
			if !ok || n > 12 || gap < 0 && n != 12 {
				return netip.Addr{}, false
			}
			n += copy(a[n:], v[:])
			b = nil
			break
		}
		v, ok := hex16(b[:k])
		if !ok {
			return netip.Addr{}, false
		}
		a[n], a[n+1] = byte(v>>8), byte(v)
		n += 2
		if b = b[k:]; len(b) == 0 {
			break
		}
		if b = b[1:]; len(b) == 0 {
			return netip.Addr{}, false // nothing behind a colon
		}
		if b[0] == ':' {
			if gap >= 0 {
				return netip.Addr{}, false
			}
			gap, b = n, b[1:]
		}
	}
	if len(b) > 0 || gap < 0 && n < 16 || gap >= 0 && n == 16 {
		return netip.Addr{}, false
	}
	if gap >= 0 {
		copy(a[16-(n-gap):], a[gap:n])
		clear(a[gap : 16-(n-gap)])
	}
	return netip.AddrFrom16(a), true
}

// parseIPv4 reads four numbers of up to 255 without leading zeros.
func parseIPv4(b []byte) (a [4]byte, ok bool) {
	for i := range a {
		v, n := 0, 0
		for n < len(b) && n < 3 && IsDigit(b[n]) {
			v = v*10 + int(b[n]-'0')
			n++
		}
		if n == 0 || n > 1 && b[0] == '0' || v > 255 {
			return a, false
		}
		a[i] = byte(v)
		b = b[n:]
		if i == 3 {
			return a, len(b) == 0
		}
		if len(b) == 0 || b[0] != '.' {
			return a, false
		}
		b = b[1:]
	}
	return a, false
}

// hex16 reads up to four hexadecimal digits.
func hex16(b []byte) (v uint16, ok bool) {
	for _, c := range b {
		switch l := c | 0x20; {
		case IsDigit(c):
			v = v<<4 | uint16(c-'0')
		case l >= 'a' && l <= 'f':
			v = v<<4 | uint16(l-'a'+10)
		default:
			return 0, false
		}
	}
	return v, len(b) > 0 && len(b) <= 4
}

// spanIP measures what may be of an address at the beginning of b, and counts its dots and colons.
func spanIP(b []byte) (n, dots, colons int) {
	for ; n < len(b) && n <= maxIP; n++ {
		switch c := b[n]; {
		case c == '.':
			dots++
		case c == ':':
			colons++
		case !IsDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f'):
			return n, dots, colons
		}
	}
	return n, dots, colons
}

// URLAt finds the URL whose "://" is at b[i:], if one of its parameters is a secret or names a record. It returns its bounds, 0, 0 if
// there is none. Of a longer URL only the first 400 bytes behind the scheme are read.
func URLAt(b []byte, i int) (start, end int) {
	start = i
	for start > 0 && i-start < 6 && IsLetter(b[start-1]) {
		start--
	}
	if s := b[start:i]; !bytes.EqualFold(s, []byte("http")) && !bytes.EqualFold(s, []byte("https")) {
		return 0, 0
	}
	end = i + 3
	for end < len(b) && end-i < maxURL && urlChar(b[end]) {
		end++
	}
	for end > i+3 && (b[end-1] == '.' || b[end-1] == ',' || b[end-1] == ')' || b[end-1] == ';') {
		end--
	}
	q := bytes.IndexAny(b[i+3:end], "?#")
	if q < 1 || !telling(b[i+3+q+1:end]) {
		return 0, 0
	}
	return start, end
}

func urlChar(c byte) bool {
	return c > ' ' && c != '"' && c != '\'' && c != '<' && c != '>' && c != 0x7f
}

// telling tells whether a query has a parameter that is a secret or names a record: its name says so, and its value is long.
func telling(query []byte) bool {
	for len(query) > 0 {
		p := query
		if i := bytes.IndexAny(query, "&;#"); i >= 0 {
			p, query = query[:i], query[i+1:]
		} else {
			query = nil
		}
		i := bytes.IndexByte(p, '=')
		if i < 2 || i > 32 || len(p)-i-1 < 6 {
			continue
		}
		var name [32]byte
		n := 0
		for _, c := range p[:i] {
			if IsLetter(c) {
				name[n] = c | 0x20
				n++
			}
		}
		switch string(name[:n]) {
		case "token", "accesstoken", "authtoken", "resettoken", "logintoken", "invitetoken", "session", "sessionid", "sid", "jsessionid", "auth", "authkey", "key", "secret",
			"code", "invite", "invitation", "activation", "activationcode", "ticket", "sig", "signature", "magic", "otp", "patient", "patientid", "mrn", "member", "memberid", "subscriberid",
			"chart", "chartid", "record", "recordid", "encounter", "encounterid", "visitid", "appointment", "appointmentid", "apptid", "claimid", "rxid", "resultid", "uid", "guid":
			return true
		}
	}
	return false
}

package agreement

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
)

// Host brings a host name or domain into the form that is compared: lower case, punycode, no trailing dot. It returns
// "" for what cannot be a name. Addresses come out as netip writes them.
func Host(s string) string {
	s = strings.TrimSuffix(s, ".")
	if s == "" || len(s) > 253 {
		return ""
	}
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return a.Unmap().WithZone("").String()
	}
	if !ascii(s) {
		p, err := idna.Lookup.ToASCII(s)
		if err != nil {
			return ""
		}
		s = p
	}
	s = strings.ToLower(s)
	if !validName(s) {
		return ""
	}
	return s
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// validName allows letters, digits, hyphens and underscores in labels of 1 to 63 bytes.
func validName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	n := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.':
			if n == 0 {
				return false
			}
			n = 0
			continue
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
		if n++; n > 63 {
			return false
		}
	}
	return n > 0
}

// Under tells whether a name is a domain or lies under it. Both are in the form of Host.
func Under(name, domain string) bool {
	if domain == "" || len(name) < len(domain) || name[len(name)-len(domain):] != domain {
		return false
	}
	return len(name) == len(domain) || name[len(name)-len(domain)-1] == '.'
}

// parent cuts the first label, "" at the end.
func parent(name string) string {
	_, rest, _ := strings.Cut(name, ".")
	return rest
}

// Literal returns the address of a mail domain that is an address literal: [192.0.2.1] or [IPv6:2001:db8::1].
func Literal(domain string) (netip.Addr, bool) {
	if len(domain) < 3 || domain[0] != '[' || domain[len(domain)-1] != ']' {
		return netip.Addr{}, false
	}
	text := domain[1 : len(domain)-1]
	if len(text) > 5 && strings.EqualFold(text[:5], "IPv6:") {
		text = text[5:]
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}

package config

import (
	"math"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// String returns the size in the largest unit that divides it.
func (s Size) String() string {
	switch {
	case s != 0 && s%GiB == 0:
		return (s / GiB).plain() + "GiB"
	case s != 0 && s%MiB == 0:
		return (s / MiB).plain() + "MiB"
	case s != 0 && s%KiB == 0:
		return (s / KiB).plain() + "KiB"
	}
	return s.plain()
}

func (s Size) plain() string { return strconv.FormatInt(int64(s), 10) }

// String returns the duration as Go writes it.
func (d Duration) String() string { return time.Duration(d).String() }

// ParseSize reads a size: a whole number, optionally with a unit (B, KB, MB, GB, TB of 1000; K, KiB, M, MiB, G, GiB, T,
// TiB of 1024).
func ParseSize(s string) (Size, bool) {
	s = strings.TrimSpace(s)
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	n, err := strconv.ParseInt(s[:i], 10, 64)
	if err != nil {
		return 0, false
	}
	var mul int64
	switch strings.ToLower(strings.TrimSpace(s[i:])) {
	case "", "b":
		mul = 1
	case "kb":
		mul = 1000
	case "mb":
		mul = 1000_000
	case "gb":
		mul = 1000_000_000
	case "tb":
		mul = 1000_000_000_000
	case "k", "kib":
		mul = 1 << 10
	case "m", "mib":
		mul = 1 << 20
	case "g", "gib":
		mul = 1 << 30
	case "t", "tib":
		mul = 1 << 40
	default:
		return 0, false
	}
	if n > math.MaxInt64/mul {
		return 0, false
	}
	return Size(n * mul), true
}

// fault is what is wrong with a value, and what would be right. The zero fault is none.
type fault struct{ what, hint string }

// set parses raw into the field of e. Lists come as several values. item is the index of the bad value.
func (e *entry) set(c *Config, raw []string, base string) (f fault, item int) {
	v := e.at(c)
	switch v.Interface().(type) {
	case []string:
		out := make([]string, 0, len(raw))
		for i, s := range raw {
			t, f := text(s, e.check, base)
			if f.what != "" {
				return f, i
			}
			if t == "" {
				return fault{"an empty entry in a list", "use [] for an empty list"}, i
			}
			out = append(out, t)
		}
		e.put(c, out)
	case []netip.Prefix:
		out := make([]netip.Prefix, 0, len(raw))
		for i, s := range raw {
			p, f := prefix(s)
			if f.what != "" {
				return f, i
			}
			out = append(out, p)
		}
		e.put(c, out)
	case string:
		t, f := text(raw[0], e.check, base)
		if f.what != "" {
			return f, 0
		}
		e.put(c, t)
	case int:
		n, err := strconv.ParseInt(strings.TrimSpace(raw[0]), 10, 32)
		if err != nil {
			return fault{"not a whole number: " + quote(raw[0]), ""}, 0
		}
		if f := within(n, e.check); f.what != "" {
			return f, 0
		}
		e.put(c, int(n))
	case Size:
		n, ok := ParseSize(raw[0])
		if !ok {
			return fault{"not a size: " + quote(raw[0]), "write it like 64MiB, or as a number of bytes"}, 0
		}
		if f := within(int64(n), e.check); f.what != "" {
			return f, 0
		}
		e.put(c, n)
	case Duration:
		d, err := time.ParseDuration(strings.TrimSpace(raw[0]))
		if err != nil {
			return fault{"not a duration: " + quote(raw[0]), "write it like 10s or 5m"}, 0
		}
		e.put(c, Duration(d))
	}
	return fault{}, 0
}

// list tells whether the key takes several values.
func (e *entry) list(c *Config) bool {
	_, l := e.values(c)
	return l
}

func prefix(s string) (netip.Prefix, fault) {
	s = strings.TrimSpace(s)
	if p, err := netip.ParsePrefix(s); err == nil {
		if p.Addr().Is4In6() {
			return p, fault{"an IPv4 network in IPv6 notation: " + quote(s), "write it as IPv4"}
		}
		if p != p.Masked() {
			return p, fault{"host bits are set: " + quote(s), "write " + p.Masked().String()}
		}
		return p, fault{}
	}
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), fault{}
	}
	return netip.Prefix{}, fault{"not a network: " + quote(s), "write it like 10.0.0.0/8 or fd00::/8"}
}

// text checks and normalises a string by the rule of its key.
func text(s, check, base string) (string, fault) {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' }) {
		return "", fault{"control characters or broken UTF-8 in " + quote(s), ""}
	}
	switch check {
	case "path":
		if s == "" || base == "" || filepath.IsAbs(s) {
			return s, fault{}
		}
		return filepath.Join(base, s), fault{}
	case "word":
		if strings.ContainsAny(s, " \t+") {
			return "", fault{"spaces or + in " + quote(s), "use letters, digits, dots and dashes"}
		}
		return s, fault{}
	case "domain":
		return domain(s)
	case "country":
		if len(s) != 2 || !letter(s[0]) || !letter(s[1]) {
			return "", fault{"not a country code: " + quote(s), "use the two letters of ISO 3166, such as US"}
		}
		return strings.ToUpper(s), fault{}
	}
	choices := strings.Split(check, "|")
	for _, c := range choices {
		if strings.EqualFold(c, s) {
			return c, fault{}
		}
	}
	hint := "one of " + strings.Join(choices, ", ")
	if n := nearest(s, choices); n != "" {
		hint = "did you mean " + quote(n) + "?"
	}
	return "", fault{"not known: " + quote(s), hint}
}

func domain(s string) (string, fault) {
	d := strings.TrimPrefix(strings.TrimSuffix(strings.ToLower(s), "."), "@")
	ok := d != "" && len(d) <= 253 && !strings.HasPrefix(d, ".") && !strings.Contains(d, "..")
	for i := 0; ok && i < len(d); i++ {
		c := d[i]
		ok = letter(c) || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c >= 0x80
	}
	if !ok {
		return "", fault{"not a domain: " + quote(s), "write it like hospital.org; subdomains are included"}
	}
	return d, fault{}
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// within checks n against "low..high", where high may be left out.
func within(n int64, check string) fault {
	low, high, _ := strings.Cut(check, "..")
	lo, _ := strconv.ParseInt(low, 10, 64)
	hi := int64(math.MaxInt64)
	if high != "" {
		hi, _ = strconv.ParseInt(high, 10, 64)
	}
	if n < lo {
		return fault{"too small", "the least is " + low}
	}
	if n > hi {
		return fault{"too large", "the most is " + high}
	}
	return fault{}
}

// quote shows a value in an error, cut to a length that fits a line.
func quote(s string) string {
	if len(s) > 80 {
		s = s[:80] + "..."
	}
	return strconv.Quote(s)
}

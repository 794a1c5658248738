package hello

import (
	"strings"
	"testing"
)

// vec prepends a length of n bytes.
func vec(n int, b []byte) []byte {
	out := make([]byte, 0, len(b)+n)
	for i := n - 1; i >= 0; i-- {
		out = append(out, byte(len(b)>>(8*i)))
	}
	return append(out, b...)
}

func words(vs ...uint16) (b []byte) {
	for _, v := range vs {
		b = append(b, byte(v>>8), byte(v))
	}
	return b
}

func hexWords(list string) (vs []uint16) {
	for _, s := range strings.Split(list, ",") {
		var v uint16
		for _, c := range s {
			v = v<<4 | uint16(strings.IndexRune("0123456789abcdef", c))
		}
		vs = append(vs, v)
	}
	return vs
}

// message builds the body of a ClientHello. Bodies of extensions that are read are made from the arguments, others
// are empty.
func message(version uint16, ciphers, exts []uint16, name string, alpn [][]byte, versions, algs []uint16) []byte {
	b := append(words(version), make([]byte, 32)...)
	b = append(b, vec(1, make([]byte, 32))...)
	b = append(b, vec(2, words(ciphers...))...)
	b = append(b, 1, 0)
	var e []byte
	for _, x := range exts {
		var body []byte
		switch x {
		case extServerName:
			body = vec(2, append([]byte{0}, vec(2, []byte(name))...))
		case extALPN:
			for _, a := range alpn {
				body = append(body, vec(1, a)...)
			}
			body = vec(2, body)
		case extVersions:
			body = vec(1, words(versions...))
		case extSigAlgs:
			body = vec(2, words(algs...))
		}
		e = append(append(e, words(x)...), vec(2, body)...)
	}
	return append(b, vec(2, e)...)
}

// The ciphers, extensions and algorithms of the example in the description of JA4, with GREASE and in another order.
var (
	exampleCiphers = append([]uint16{0x1a1a}, hexWords("1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035")...)
	exampleExts    = append([]uint16{0x2a2a}, hexWords("001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015")...)
	exampleAlgs    = append(hexWords("0403,0804,0401,0503,0805,0501,0806,0601"), 0xfafa)
)

func example() []byte {
	return message(TLS12, exampleCiphers, exampleExts, "Example.org", [][]byte{[]byte("h2"), []byte("http/1.1")},
		[]uint16{0x7a7a, TLS13, TLS12}, exampleAlgs)
}

func TestJA4Example(t *testing.T) {
	c, ok := ParseClient(example())
	if !ok || !c.Whole {
		t.Fatalf("not read: %+v", c)
	}
	if got, want := c.JA4('t'), "t13d1516h2_8daaf6152771_e5627efa2ab1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := c.JA4('q'), "q13d1516h2_8daaf6152771_e5627efa2ab1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if c.ServerName != "Example.org" || c.Version != TLS13 || Protocol(c.ALPN) != "h2" {
		t.Errorf("%+v", c)
	}
	// A later browser: 44cd and fe0d instead of 4469 and 0015.
	exts := hexWords("0000,0005,000a,000b,000d,0010,0012,0017,001b,0023,002b,002d,0033,44cd,fe0d,ff01")
	c, _ = ParseClient(message(TLS12, exampleCiphers, exts, "x", [][]byte{[]byte("h2")}, []uint16{TLS13}, exampleAlgs))
	if got, want := c.JA4('t'), "t13d1516h2_8daaf6152771_d8a2da3f94cd"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestJA4Parts(t *testing.T) {
	many := make([]uint16, 120)
	for i := range many {
		many[i] = uint16(0x100 + i)
	}
	for _, tc := range []struct {
		name   string
		body   []byte
		prefix string
		suffix string
	}{
		{"nothing", message(SSL3, nil, nil, "", nil, nil, nil), "ts3i000000_", "_000000000000_000000000000"},
		{"more than 99", message(TLS12, many, many, "", nil, nil, nil), "t12i999900_", ""},
		{"name and ALPN are counted, not hashed", message(TLS11, nil, []uint16{0, 16}, "a", [][]byte{[]byte("h2")}, nil, nil), "t11d0002h2_", "_000000000000"},
		{"no algorithms, no underscore", message(TLS10, nil, []uint16{5}, "", nil, nil, nil), "t10i000100_", "_" + string(digest(nil, []byte("0005")))},
		{"unknown version", message(TLS12, nil, []uint16{43}, "", nil, []uint16{0x7f1c}, nil), "t00i000100_", ""},
		{"versions of grease only", message(TLS12, nil, []uint16{43}, "", nil, []uint16{0x0a0a}, nil), "t12i000100_", ""},
	} {
		c, ok := ParseClient(tc.body)
		got := c.JA4('t')
		if !ok || !strings.HasPrefix(got, tc.prefix) || !strings.HasSuffix(got, tc.suffix) {
			t.Errorf("%s: %s, want %s...%s", tc.name, got, tc.prefix, tc.suffix)
		}
	}
	for alpn, want := range map[string]string{
		"h2": "h2", "http/1.1": "h1", "h": "hh", "": "00", "\xab": "ab", "\xab\xcd": "ad", "\x30\xab": "3b",
		"\x30\x31\xab\xcd": "3d", "\x30\xab\xcd\x31": "01", "-a": "21",
	} {
		c, _ := ParseClient(message(TLS12, nil, []uint16{16}, "", [][]byte{[]byte(alpn)}, nil, nil))
		if got := c.JA4('t')[8:10]; got != want {
			t.Errorf("ALPN %q: %s, want %s", alpn, got, want)
		}
	}
}

// TestCut: whatever is missing, what stands before it is read, and no fingerprint is made.
func TestCut(t *testing.T) {
	body := example()
	named := false
	for n := range body {
		c, ok := ParseClient(body[:n])
		if ok && c.Whole && n > 2+32+33+2+32+2 {
			t.Fatalf("whole after %d of %d bytes", n, len(body))
		}
		switch {
		case c.ServerName == "Example.org":
			named = true
		case named || c.ServerName != "":
			t.Fatalf("name %q after %d bytes", c.ServerName, n)
		}
		ParseServer(body[:n])
	}
	if !named {
		t.Error("no name")
	}
}

func TestServer(t *testing.T) {
	b := append(words(TLS12), make([]byte, 32)...)
	b = append(append(b, vec(1, make([]byte, 32))...), 0x13, 1, 0)
	ext := append(words(43), vec(2, words(TLS13))...)
	ext = append(append(ext, words(16)...), vec(2, vec(2, vec(1, []byte("h2"))))...)
	s, ok := ParseServer(append(b, vec(2, ext)...))
	if !ok || s.Version != TLS13 || string(s.ALPN) != "h2" {
		t.Errorf("%+v %v", s, ok)
	}
	if s, ok := ParseServer(b); !ok || s.Version != TLS12 {
		t.Errorf("%+v %v", s, ok)
	}
	if _, ok := ParseServer([]byte("HTTP/1.1 200 OK")); ok {
		t.Error("text is a ServerHello")
	}
}

func TestProtocolIsFixed(t *testing.T) {
	if got := Protocol([]byte("123-45-6789")); got != "other" {
		t.Errorf("%q", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(example())
	f.Fuzz(func(t *testing.T, b []byte) {
		c, ok := ParseClient(b)
		ja4 := c.JA4('t')
		if ok && c.Whole != (len(ja4) == 36) {
			t.Errorf("%v %q", c.Whole, ja4)
		}
		for _, r := range ja4 {
			if !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_') {
				t.Errorf("%q", ja4)
			}
		}
		if len(c.ServerName) > maxName {
			t.Errorf("a name of %d bytes", len(c.ServerName))
		}
		ParseServer(b)
	})
}

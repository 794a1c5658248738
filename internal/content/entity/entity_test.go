package entity

import (
	"html"
	"strings"
	"testing"
)

func TestAppend(t *testing.T) {
	cases := []struct{ in, html, xml string }{
		{"a&amp;b", "a&b", "a&b"},
		{"&#45;&#x2D;&#45", "---", "---"},
		{"&eacute;", "é", "&eacute;"},
		{"&bogus; & &; &#; &#x;", "&bogus; & &; &#; &#x;", "&bogus; & &; &#; &#x;"},
		{"&#150;", "–", "–"},
		{"&#0;&#x110000;&#99999999999999999999;", "\ufffd\ufffd\ufffd", "\ufffd\ufffd\ufffd"},
		{"AT&T&lt", "AT&T<", "AT&T<"},
	}
	for _, c := range cases {
		if got := string(Append(nil, []byte(c.in), false)); got != c.html {
			t.Errorf("html %q: %q, want %q", c.in, got, c.html)
		}
		if got := string(Append(nil, []byte(c.in), true)); got != c.xml {
			t.Errorf("xml %q: %q, want %q", c.in, got, c.xml)
		}
	}
}

func TestCommon(t *testing.T) {
	for _, n := range strings.Fields("amp lt gt quot apos nbsp ndash mdash shy rsquo lsquo rdquo ldquo bull middot copy reg raquo laquo zwnj zwj") {
		ref := "&" + n + ";"
		if got, want := string(Append(nil, []byte(ref), false)), html.UnescapeString(ref); got != want {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for in, want := range map[string]int{"": 0, "abc": 3, "abc&": 3, "abc&#4": 3, "abc&amp;": 8, "a&b c": 5, "&" + strings.Repeat("a", 40): 41} {
		if got := Cut([]byte(in)); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}

func FuzzAppend(f *testing.F) {
	f.Add("a&#45;&amp;&eacute;&#x2d")
	f.Fuzz(func(t *testing.T, s string) {
		for _, xml := range []bool{true, false} {
			if got := Append(nil, []byte(s), xml); len(got) > 4*len(s)+8 {
				t.Errorf("%q grew to %d bytes", s, len(got))
			}
		}
		if n := Cut([]byte(s)); n < 0 || n > len(s) || len(s)-n > Longest {
			t.Errorf("cut %q at %d", s, n)
		}
	})
}

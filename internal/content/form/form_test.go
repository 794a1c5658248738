package form

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/object"
)

func TestDecode(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"pairs", "ssn=219-09-9999&n=&name=Jane+Roe%2C+MD", "field 6 ssn=\"219-09-9999\"\nfield 6 name=\"Jane Roe, MD\"\n"},
		{"names", "first%20name=a&x", "field 6 first name=\"a\"\nfield 6 =\"x\"\n"},
		{"bad escapes", "a=100%&b=%zz%4", "field 6 a=\"100%\"\nfield 6 b=\"%zz%4\"\n"},
		{"json", "payload=%7B%22ssn%22%3A%221%22%7D&b=2", "text \"{\\\"ssn\\\":\\\"1\\\"}\\n\"\nfield 6 b=\"2\"\n"},
		{"lines", "a=1\r\nb=2\r\n", "field 6 a=\"1\"\nfield 6 b=\"2\"\n"},
		{"equal signs", "a=b=c&&=d", "field 6 a=\"b=c\"\nfield 6 =\"d\"\n"},
	}
	for _, c := range cases {
		if got := windowtest.Same(t, Format(), &object.Meta{}, c.in); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
	long := "a=" + strings.Repeat("%2D1", window.Max) + "219%2D09%2D9999&b=2"
	got := windowtest.Same(t, Format(), &object.Meta{}, long)
	if !strings.Contains(got, "219-09-9999") || !strings.HasSuffix(got, "field 6 b=\"2\"\n") {
		t.Error("a long value was lost")
	}
}

type values struct {
	windowtest.Sink
	got url.Values
}

func (v *values) Field(_ object.Role, l, b []byte) { v.got.Add(string(l), string(b)) }
func (v *values) Text([]byte)                      {}

func TestOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	words := []string{"x", "219-09-9999", "a b", "é&=+%", "100%", "new\nline", "Roe, J", "~;/?:@"}
	for range 1000 {
		want := url.Values{}
		for range 1 + r.IntN(8) {
			want.Add(words[r.IntN(len(words))], words[r.IntN(len(words))])
		}
		got := values{got: url.Values{}}
		decode(windowtest.Reader(want.Encode(), 5), &got, nil)
		if g, w := got.got.Encode(), want.Encode(); g != w {
			t.Fatalf("%q, want %q", g, w)
		}
	}
}

func TestSniff(t *testing.T) {
	cases := []struct {
		head, media string
		want        content.Score
	}{
		{"a=1", mediaType, content.Likely + content.Declared},
		{"{\"a\":1}", mediaType, content.Declared},
		{"", mediaType, content.Declared},
		{"ssn=219-09-9999&b=2", "", content.Likely},
		{"a=1", "", content.No},
		{"a = 1 & b = 2", "", content.No},
		{"dGVzdA==", "", content.No},
		{"a=1&b", "", content.No},
	}
	for _, c := range cases {
		if got := sniff([]byte(c.head), &object.Meta{MediaType: c.media}); got != c.want {
			t.Errorf("sniff %q (%s) = %d, want %d", c.head, c.media, got, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("a=1&b=%41+%&c")
	f.Fuzz(func(t *testing.T, s string) {
		windowtest.Same(t, Format(), &object.Meta{}, s)
		sniff([]byte(s), nil)
	})
}

func BenchmarkDecode(b *testing.B) {
	var s strings.Builder
	for i := range 10000 {
		fmt.Fprintf(&s, "name%d=Jane+Roe&ssn%d=219-09-%04d&note=seen%%20today&", i, i, i)
	}
	windowtest.Bench(b, Format(), nil, []byte(s.String()))
}

package text

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/object"
)

func noise(n int) string {
	r := rand.New(rand.NewPCG(5, 6))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

func TestDecode(t *testing.T) {
	wide := func(s string, big bool) string {
		var b strings.Builder
		for _, c := range s {
			if big {
				b.WriteByte(0)
			}
			b.WriteByte(byte(c))
			if !big {
				b.WriteByte(0)
			}
		}
		return b.String()
	}
	latin := &object.Meta{MediaType: "text/plain", Params: []object.Param{{Key: "charset", Value: "iso-8859-1"}}}
	cases := []struct {
		name string
		m    *object.Meta
		in   string
		want string
	}{
		{"ascii", &object.Meta{}, "SSN: 219-09-9999\n", "text \"SSN: 219-09-9999\\n\"\n"},
		{"utf-8", &object.Meta{}, "Zoë", "text \"Zoë\"\n"},
		{"latin", latin, "Zo\xeb", "text \"Zoë\"\n"},
		{"utf-16 with mark", &object.Meta{}, "\xff\xfe" + wide("SSN 1", false), "text \"SSN 1\"\n"},
		{"utf-16le", &object.Meta{}, wide("SSN 219-09-9999", false), "text \"SSN 219-09-9999\"\n"},
		{"utf-16be", &object.Meta{}, wide("SSN 219-09-9999", true), "text \"SSN 219-09-9999\"\n"},
		{"hl7", &object.Meta{}, "\x0bMSH|\x1c\r", "text \"\\vMSH|\\x1c\\r\"\n"},
		{"empty", &object.Meta{}, "", ""},
	}
	for _, c := range cases {
		if got := windowtest.Same(t, Format(), c.m, c.in); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
}

func TestBinary(t *testing.T) {
	in := noise(10000) + "219-09-9999"
	got := windowtest.Same(t, Format(), &object.Meta{Kind: object.File}, in)
	if got != "reason format\n" {
		t.Errorf("binary file: ...%q", got[max(0, len(got)-60):])
	}
	for _, m := range []*object.Meta{{Kind: object.File, Endless: true}, {Kind: object.File, Unlabelled: true}, {Kind: object.Stream}} {
		if got := windowtest.Same(t, Format(), m, in); strings.Contains(got, "reason") || !strings.Contains(got, "219-09-9999") {
			t.Error("a raw stream must count as read")
		}
	}
}

// TestPadding: NUL bytes hold nothing, wherever they stand, and do not make binary data of the text between them.
func TestPadding(t *testing.T) {
	nul := func(n int) string { return strings.Repeat("\x00", n) }
	const said = "SSN: 219-09-9999\n"
	wide := strings.Join(strings.Split(said, ""), "\x00")
	cases := []struct{ name, in, want string }{
		{"nothing", nul(100_000), ""},
		{"little of nothing", nul(3), ""},
		{"text behind a hole", nul(100_001) + said, "text \"SSN: 219-09-9999\\n\"\n"},
		{"in the same block", nul(37) + said, "text \"SSN: 219-09-9999\\n\"\n"},
		{"utf-16le behind a hole", nul(5000) + wide + "\x00", "text \"SSN: 219-09-9999\\n\"\n"},
		{"utf-16be behind a hole", nul(5001) + wide, "text \"SSN: 219-09-9999\\n\"\n"},
		{"padded fields", strings.Repeat("SSN: 219-09-9999"+nul(40), 2), "text \"" + strings.Repeat("SSN: 219-09-9999"+strings.Repeat(`\x00`, 40), 2) + "\"\n"},
		{"binary behind a hole", nul(10_000) + noise(5000), "reason format\n"},
		{"numbers", strings.Repeat("\x05\x00\x00\x00\x00\x00\x00\x00", 100), "reason format\n"},
	}
	for _, c := range cases {
		if got := windowtest.Same(t, Format(), &object.Meta{Kind: object.File}, c.in); got != c.want {
			t.Errorf("%s:\n%.200s\nwant:\n%.200s", c.name, got, c.want)
		}
	}
}

func TestFlowed(t *testing.T) {
	flowed := func(delsp string) *object.Meta {
		return &object.Meta{MediaType: "text/plain", Params: []object.Param{{Key: "format", Value: "Flowed"}, {Key: "delsp", Value: delsp}}}
	}
	cases := []struct{ in, want, deleted string }{
		{"SSN: 219- \r\n09-9999 \n", "SSN: 219- 09-9999 ", "SSN: 219-09-9999"},
		{"hard\r\nSSN: \r\n 219-09-9999\r\n", "hard\r\nSSN: 219-09-9999\r\n", "hard\r\nSSN:219-09-9999\r\n"},
		{"> SSN: \r\n>> 219-09-9999\r\n> more", "> SSN: 219-09-9999\r\n> more", "> SSN:219-09-9999\r\n> more"},
		{"-- \r\nSSN 219-09-9999", "-- \r\nSSN 219-09-9999", "-- \r\nSSN 219-09-9999"},
		{"- - \r\nx", "- - x", "- -x"},
		{"a  b \r c\r\r\nd \r", "a  b \r c\r\r\nd \r", "a  b \r c\r\r\nd \r"},
	}
	for _, c := range cases {
		for delsp, want := range map[string]string{"": c.want, "yes": c.deleted} {
			if got := windowtest.Same(t, Format(), flowed(delsp), c.in); got != fmt.Sprintf("text %q\n", want) {
				t.Errorf("%q, delsp %q:\n%s\nwant:\n%q", c.in, delsp, got, want)
			}
		}
	}
}

func TestSniff(t *testing.T) {
	for media, want := range map[string]content.Score{"": 1, "text/plain": content.Declared, "text/x-log": content.Declared / 2, "image/png": 1} {
		if got := sniff([]byte("x"), &object.Meta{MediaType: media}); got != want {
			t.Errorf("%q: %d, want %d", media, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("plain", "utf-8")
	f.Add("\xff\xfea\x00b\x00", "")
	f.Add("Zo\xeb", "windows-1252")
	f.Fuzz(func(t *testing.T, s, cs string) {
		windowtest.Same(t, Format(), &object.Meta{Params: []object.Param{{Key: "charset", Value: cs}}}, s)
	})
}

func BenchmarkDecode(b *testing.B) {
	windowtest.Bench(b, Format(), &object.Meta{MediaType: "text/plain", Params: []object.Param{{Key: "charset", Value: "utf-8"}}}, []byte(strings.Repeat("The patient was seen today and is well.\n", 100000)))
}

func BenchmarkUndeclared(b *testing.B) {
	windowtest.Bench(b, Format(), &object.Meta{}, []byte(strings.Repeat("The patient was seen today and is well.\n", 100000)))
}

func BenchmarkMail(b *testing.B) {
	doc := strings.Repeat("Dear Jane, the patient: she is well, and sends you her regards from the sea.\nIt rains here, but not\nmuch.\n\n", 5000)
	windowtest.Bench(b, Format(), &object.Meta{}, []byte(doc))
}

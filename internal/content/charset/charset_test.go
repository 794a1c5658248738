package charset

import (
	"io"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// pieces yields data in pieces of n bytes.
type pieces struct {
	data string
	n    int
}

func (p *pieces) Next() ([]byte, bool) {
	n := min(p.n, len(p.data))
	b := []byte(p.data[:n])
	p.data = p.data[n:]
	return b, len(p.data) == 0
}

func wide(s string, big bool) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

func wide32(s string, big bool) string {
	var b []byte
	for _, u := range s {
		if big {
			b = append(b, 0, byte(u>>16), byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8), byte(u>>16), 0)
		}
	}
	return string(b)
}

func must(s string, err error) string {
	if err != nil {
		panic(err)
	}
	return s
}

func TestReader(t *testing.T) {
	const plain = "Patient SSN 219-09-9999, born 01/02/1960, has no allergies"
	const accents = "Zo\u00eb M\u00fcller SSN 219-09-9999 \u20ac na\u00efve"
	const pair = "astral \U0001F600 SSN 219-09-9999 end"
	const japan = "\u65e5\u672c\u8a9e SSN 219-09-9999 \uff11\uff12\uff13"
	cases := []struct{ name, declared, in, want string }{
		{"ascii", "", plain, plain},
		{"ascii declared", "us-ascii", plain, plain},
		{"utf-8", "utf-8", accents, accents},
		{"utf-8 undeclared", "", accents, accents},
		{"utf-8 mark", "", "\xEF\xBB\xBF" + accents, accents},
		{"latin1", "ISO-8859-1", must(charmap.Windows1252.NewEncoder().String(accents)), accents},
		{"1252 undeclared", "", must(charmap.Windows1252.NewEncoder().String(accents)), accents},
		{"1252 unknown name", "x-nonsense", must(charmap.Windows1252.NewEncoder().String(accents)), accents},
		{"utf-16 mark le", "", "\xFF\xFE" + wide(pair, false), pair},
		{"utf-16 mark be", "utf-8", "\xFE\xFF" + wide(pair, true), pair},
		{"utf-16le no mark", "", wide(plain, false), plain},
		{"utf-16be no mark", "", wide(plain, true), plain},
		{"utf-16be declared", "utf-16be", wide(japan, true), japan},
		{"utf-16 declared over ascii", "utf-16", plain, plain},
		{"utf-32le no mark", "", wide32(plain, false), plain},
		{"utf-32be no mark", "utf-8", wide32(pair, true), pair},
		{"utf-7", "utf-7", "SSN +ADIAMQA5-09-9999 +-1", "SSN 21909-9999 +1"},
		{"ebcdic undeclared", "", must(charmap.CodePage037.NewEncoder().String(plain)), plain},
		{"ebcdic declared", "ibm037", must(charmap.CodePage037.NewEncoder().String("219099999")), "219099999"},
		{"iso-2022-jp", "iso-2022-jp", must(japanese.ISO2022JP.NewEncoder().String(japan)), japan},
		{"iso-2022-jp undeclared", "", must(japanese.ISO2022JP.NewEncoder().String(japan)), japan},
		{"shift_jis", "shift_jis", must(japanese.ShiftJIS.NewEncoder().String(japan)), japan},
		{"gb18030", "gb18030", must(simplifiedchinese.GB18030.NewEncoder().String(pair)), pair},
		{"hz", "hz-gb-2312", must(simplifiedchinese.HZGB2312.NewEncoder().String("\u4e2d SSN 219-09-9999")), "\u4e2d SSN 219-09-9999"},
		{"empty", "utf-16", "", ""},
		{"odd byte", "", "\xFF\xFEA\x00B", "AB"},
	}
	for _, c := range cases {
		for _, n := range []int{1, 2, 3, 17, 1 << 20} {
			r := NewReader(chunk.NewReader(&pieces{c.in, n}), c.declared)
			got, err := io.ReadAll(r)
			if err != nil || string(got) != c.want {
				t.Errorf("%s, pieces of %d: got %q, %v", c.name, n, got, err)
			}
		}
		if got := string(Append(nil, []byte(c.in), c.declared)); got != c.want {
			t.Errorf("%s: Append gave %q", c.name, got)
		}
	}
}

func TestKnown(t *testing.T) {
	for name, want := range map[string]bool{"": true, `"UTF-8"`: true, "windows-1252": true, "iso-2022-kr": false, "martian": false} {
		if Known(name) != want {
			t.Errorf("Known(%q) = %v", name, !want)
		}
	}
}

func TestPassesInPlace(t *testing.T) {
	data := []byte("plain text, nothing else")
	inner := &chunk.Reader{}
	inner.ResetBytes(data)
	r := NewReader(inner, "iso-8859-1")
	if b := r.Fill(); &b[0] != &data[0] {
		t.Error("plain text was copied")
	}
}

func FuzzReader(f *testing.F) {
	f.Add("utf-16", []byte("\xFF\xFEA\x00"), 3)
	f.Add("", []byte("caf\xe9"), 1)
	f.Add("iso-2022-jp", []byte("\x1b$B%\x1b(B"), 2)
	f.Add("utf-7", []byte("+ADI-+"), 2)
	f.Fuzz(func(t *testing.T, declared string, data []byte, n int) {
		n = max(1, n&0xFF)
		whole, _ := io.ReadAll(NewReader(chunk.NewReader(&pieces{string(data), 1 << 20}), declared))
		cut, _ := io.ReadAll(NewReader(chunk.NewReader(&pieces{string(data), n}), declared))
		if string(whole) != string(cut) {
			t.Fatalf("pieces of %d give other text: %q, %q", n, cut, whole)
		}
		if len(whole) > 3*len(data)+utf8.UTFMax {
			t.Fatalf("%d bytes became %d", len(data), len(whole))
		}
	})
}

func BenchmarkPlain(b *testing.B) {
	data := make([]byte, 1<<20)
	for i := range data {
		data[i] = 'a' + byte(i%26)
	}
	b.SetBytes(int64(len(data)))
	r := &chunk.Reader{}
	for b.Loop() {
		r.ResetBytes(data)
		u := NewReader(r, "iso-8859-1")
		for p := u.Fill(); p != nil; p = u.Fill() {
			u.Discard(len(p))
		}
	}
}

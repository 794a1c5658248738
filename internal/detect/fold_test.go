package detect

import (
	"testing"
	"unicode"
)

// TestForms: dashes, spaces and decimal digits of all scripts are those of ASCII, and what shows nothing is nothing.
func TestForms(t *testing.T) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		got := foldRune(r)
		switch {
		case unicode.Is(unicode.Nd, r):
			want := 0
			for d := r; unicode.Is(unicode.Nd, d-1) && want < 100; d-- {
				want++
			}
			if got != '0'+want%10 {
				t.Errorf("digit %U: %q", r, rune(got))
			}
		case unicode.Is(unicode.Pd, r) && got != '-':
			t.Errorf("dash %U: %q", r, rune(got))
		case unicode.Is(unicode.Zs, r) && got != ' ':
			t.Errorf("space %U: %q", r, rune(got))
		case unicode.IsLetter(r) && got != 0 && r != 0x30fc && r != 0x2bc && (r < 0xff00 || r > 0xff5e):
			t.Errorf("letter %U: %q", r, rune(got))
		}
	}
}

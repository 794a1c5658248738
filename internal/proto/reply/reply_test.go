package reply

import (
	"strings"
	"testing"
)

func TestSplitter(t *testing.T) {
	in := "a\r\n\nlonger than eight\nlast"
	for size := 1; size <= len(in); size++ {
		s := Splitter{Max: 8}
		var got []string
		over := ""
		for b := []byte(in); len(b) > 0; {
			line, o, n, done := s.Next(b[:min(size, len(b))])
			over += string(o)
			if done {
				got = append(got, string(line))
			}
			b = b[n:]
		}
		if strings.Join(got, "|") != "a\r\n|\n|longer t" || over != "han eight\n" || string(s.Held()) != "last" {
			t.Errorf("size %d: %q over %q held %q", size, got, over, s.Held())
		}
	}
}

func TestReader(t *testing.T) {
	r := Reader{}
	var got []string
	for _, l := range []string{"220 hi", "250-a", " free", "331 other", "250-b", "250 c", "junk", "354", "9x9 no", "200x", "250-x"} {
		x := r.Line([]byte(l + "\r\n"))
		s := "."
		if x.Last {
			s = "!"
		}
		got = append(got, string(rune('0'+x.Code/100))+s+string(x.Text))
	}
	if s := strings.Join(got, "|"); s != "2!hi|2.a|2. free|2.331 other|2.b|2!c|0.junk|3!|0.9x9 no|0.200x|2.x" {
		t.Error(s)
	}
	loose := Reader{Loose: true}
	loose.Line([]byte("250-a\r\n"))
	if l := loose.Line([]byte("354 go\r\n")); l.Code != 354 || !l.Last {
		t.Errorf("%+v", l)
	}
	for range maxLines {
		if l := r.Line([]byte("text\n")); l.Last {
			return
		}
	}
	t.Error("a reply without end")
}

func TestStarts(t *testing.T) {
	for in, want := range map[string]int{"220 x": 220, "220-x": 220, "220\r\n": 220, "220x": -1, "22": 0, "": 0, "9": -1, "EHLO": -1} {
		code, ok := Starts([]byte(in))
		if !ok {
			code = -1
		}
		if code != want {
			t.Errorf("%q: %d, want %d", in, code, want)
		}
	}
}

func TestFirst(t *testing.T) {
	for _, c := range []struct {
		in   string
		gap  bool
		code int
		head string
		ok   bool
	}{
		{"220 x", false, 220, "220 x", true}, {"st of it\r\n220 x", true, 220, "220 x", true}, {"st of it\r\n", true, 0, "", true},
		{"st of", true, 0, "", true}, {"st of it\r\n220 x", false, 0, "st of it\r\n220 x", false}, {"st\r\nEHLO", true, 0, "EHLO", false},
		{"220 " + strings.Repeat("x", 1000), false, 220, "220 " + strings.Repeat("x", 508), true}, {"", false, 0, "", true},
	} {
		if code, head, ok := First([]byte(c.in), c.gap); code != c.code || string(head) != c.head || ok != c.ok {
			t.Errorf("%.20q, gap %v: %d %.20q %v", c.in, c.gap, code, head, ok)
		}
	}
	if !HasWord([]byte("220 an ftp server"), "FTP") || HasWord([]byte("f t p"), "FTP") || HasWord(nil, "FTP") {
		t.Error("a word in any case")
	}
}

func FuzzSplitter(f *testing.F) {
	f.Add([]byte("a\nbb\r\n"), 3)
	f.Fuzz(func(t *testing.T, in []byte, size int) {
		s := Splitter{Max: 5}
		r := Reader{}
		total := 0
		for b := in; len(b) > 0; {
			line, over, n, done := s.Next(b[:min(max(size, 1), len(b))])
			if n == 0 || len(line) > 5 || len(over) > n {
				t.Fatal("no progress or too much kept")
			}
			if done {
				r.Line(line)
			}
			total += n
			b = b[n:]
		}
		if total != len(in) {
			t.Fatal(total)
		}
	})
}

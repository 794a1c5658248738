package window

import (
	"bytes"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content/chunk"
)

// lines is a tokenizer of lines that counts how many bytes it was shown.
type lines struct {
	got   []string
	shown int
}

func (l *lines) Next(b []byte, last bool) int {
	l.shown += len(b)
	n := 0
	for n < len(b) {
		k := bytes.IndexByte(b[n:], '\n') + 1
		switch {
		case k == 0 && last:
			k = len(b) - n
		case k == 0 && len(b)-n >= Max:
			k = Max
		case k == 0:
			return n
		case k > Max:
			k = Max
		}
		l.got = append(l.got, string(b[n:n+k]))
		n += k
	}
	return n
}

type pieces struct {
	data []byte
	n    int
}

func (p *pieces) Next() ([]byte, bool) {
	n := min(p.n, len(p.data))
	b := bytes.Clone(p.data[:n])
	p.data = p.data[n:]
	return b, len(p.data) == 0
}

func TestRun(t *testing.T) {
	data := strings.Repeat("short\n", 500) + strings.Repeat("x", 3*Max+77) + "\nnext\n" + strings.Repeat("y", Max-1) + "\n" + "end"
	var want []string
	for _, n := range []int{len(data), 1, 2, 100, 4096, 65535, 65536, 65537} {
		var l lines
		Run(chunk.NewReader(&pieces{[]byte(data), n}), &l)
		if want == nil {
			want = l.got
		}
		if strings.Join(l.got, "|") != strings.Join(want, "|") {
			t.Errorf("pieces of %d bytes give other tokens", n)
		}
		if strings.Join(l.got, "") != data {
			t.Errorf("pieces of %d bytes: bytes were lost", n)
		}
		if l.shown > 4*len(data) {
			t.Errorf("pieces of %d bytes: %d bytes shown of %d", n, l.shown, len(data))
		}
	}
}

// stuck never consumes.
type stuck struct{}

func (stuck) Next([]byte, bool) int { return 0 }

func TestStuck(t *testing.T) {
	for _, n := range []int{1, 4 * Max} {
		Run(chunk.NewReader(&pieces{make([]byte, 4*Max), n}), stuck{})
	}
}

func TestHead(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "": "", "\xef\xbb\xbfx": "x", "\xff\xfea\x00b\x00": "ab", "\x00a\x00b\x00c\x00d": "abcd", "a\x00b\x00c\x00d\x00": "abcd",
	} {
		if got := string(Head([]byte(in))); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

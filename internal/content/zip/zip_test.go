package zip

import (
	stdzip "archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
	kzstd "github.com/klauspost/compress/zstd"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/coverage"
)

type file struct {
	name, text string
	method     uint16
}

// pack makes an archive with the standard library: sizes stand behind the data.
func pack(files ...file) []byte {
	var b bytes.Buffer
	w := stdzip.NewWriter(&b)
	w.RegisterCompressor(93, func(out io.Writer) (io.WriteCloser, error) { return kzstd.NewWriter(out) })
	for _, f := range files {
		o, err := w.CreateHeader(&stdzip.FileHeader{Name: f.name, Method: f.method})
		if err != nil {
			panic(err)
		}
		if _, err = io.WriteString(o, f.text); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// raw makes a local header with its data; sizes in the header.
func raw(name string, method, flags uint16, packed []byte, size int) []byte {
	h := make([]byte, lenLocal, lenLocal+len(name)+len(packed))
	copy(h, sigLocal)
	le := binary.LittleEndian
	le.PutUint16(h[4:], 20)
	le.PutUint16(h[6:], flags)
	le.PutUint16(h[8:], method)
	le.PutUint32(h[14:], crc32.ChecksumIEEE(packed))
	le.PutUint32(h[18:], uint32(len(packed)))
	le.PutUint32(h[22:], uint32(size))
	le.PutUint16(h[26:], uint16(len(name)))
	return append(append(h, name...), packed...)
}

// directory makes a central directory with these names, and its end.
func directory(names ...string) []byte {
	var b []byte
	for _, n := range names {
		h := make([]byte, lenCentral)
		copy(h, sigCentral)
		binary.LittleEndian.PutUint16(h[28:], uint16(len(n)))
		b = append(append(b, h...), n...)
	}
	end := make([]byte, lenEnd)
	copy(end, sigEnd)
	binary.LittleEndian.PutUint16(end[10:], uint16(len(names)))
	return append(b, end...)
}

func deflate(s string) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, 6)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.Bytes()
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func nested(depth int) []byte {
	data, name := []byte("SSN 219-09-9999"), "ssn.txt"
	for range depth {
		data = pack(file{name, string(data), stdzip.Deflate})
		name = "inner.zip"
	}
	return data
}

func cases() []contenttest.Case {
	meta := contenttest.Named("a.zip")
	ok := func(name string, data []byte, paths []string, contains ...string) contenttest.Case {
		return contenttest.Case{Name: name, Data: data, Meta: meta, Paths: paths, Contains: contains, Format: "zip"}
	}
	partly := func(c contenttest.Case, state coverage.State, why ...coverage.Reason) contenttest.Case {
		c.State, c.Reasons = state, why
		return c
	}
	text := strings.Repeat("SSN 219-09-9999\n", 100)
	two := []string{"a.zip/one.txt", "a.zip/dir/two.txt", "a.zip"}
	locked := raw("jane 219-09-9999.txt", 0, 1, []byte("ciphertext"), 10)
	return []contenttest.Case{
		ok("sizes behind", pack(file{"one.txt", text, 8}, file{"dir/", "", 0}, file{"dir/two.txt", "second", 8}), two, "SSN 219-09-9999", "text second"),
		ok("stored, sizes behind", pack(file{"one.txt", text, 0}, file{"dir/two.txt", "second PK\x07\x08 with a mark", 0}), two, "text second PK\x07\x08 with a mark"),
		ok("sizes before", join(raw("one.txt", 0, 0, []byte("stored"), 6), raw("dir/two.txt", 8, 0, deflate(text), len(text)), directory("one.txt", "dir/two.txt")), two, "text stored", "219-09-9999"),
		ok("zstd, unknown size", join(raw("one.txt", 93, 0, pack(file{"x", "", 8})[:0], 0), directory("one.txt")), []string{"a.zip/one.txt", "a.zip"}),
		ok("empty", directory(), []string{"a.zip"}),
		ok("nested 6", nested(6), []string{"a.zip/inner.zip/inner.zip/inner.zip/inner.zip/inner.zip/ssn.txt", "a.zip/inner.zip/inner.zip/inner.zip/inner.zip/inner.zip",
			"a.zip/inner.zip/inner.zip/inner.zip/inner.zip", "a.zip/inner.zip/inner.zip/inner.zip", "a.zip/inner.zip/inner.zip", "a.zip/inner.zip", "a.zip"}, "SSN 219-09-9999"),
		partly(ok("nested 12", nested(12), nil), coverage.PartlyInspected, coverage.DepthLimit),
		partly(ok("all encrypted", join(locked, directory("jane 219-09-9999.txt")), []string{"a.zip/jane 219-09-9999.txt", "a.zip"}, "filename=jane 219-09-9999.txt"), coverage.Uninspected, coverage.Password),
		partly(ok("one encrypted", join(locked, raw("open.txt", 0, 0, []byte("open"), 4), directory("jane 219-09-9999.txt", "open.txt")), nil, "text open"), coverage.PartlyInspected, coverage.Password),
		partly(ok("encrypted, sizes behind", join(raw("a", 8, 9, nil, 0), []byte("ciphertext of some length"), []byte("PK\x07\x08\x00\x00\x00\x00\x19\x00\x00\x00\x30\x00\x00\x00"), directory("a")), []string{"a.zip/a", "a.zip"}), coverage.Uninspected, coverage.Password),
		partly(ok("method deflate64", join(raw("a", 9, 0, []byte("packed somehow"), 100), directory("a")), []string{"a.zip/a", "a.zip"}), coverage.Uninspected, coverage.Format),
		partly(ok("cut off", pack(file{"one.txt", text, 8}, file{"two.txt", "second", 8})[:60], nil, "219-09"), coverage.PartlyInspected, coverage.Truncated),
		partly(ok("directory names more", join(raw("one.txt", 0, 0, []byte("stored"), 6), directory("one.txt", "hidden 219-09-9999")), nil, "hidden 219-09-9999"), coverage.PartlyInspected, coverage.Ambiguous),
		partly(ok("directory names fewer", join(raw("one.txt", 0, 0, []byte("stored"), 6), raw("two.txt", 0, 0, []byte("hidden"), 6), directory("one.txt")), nil, "text hidden"), coverage.PartlyInspected, coverage.Ambiguous),
		ok("something before", join([]byte("MZ stub 219-09-9998"), pack(file{"one.txt", text, 8})), nil, "stub 219-09-9998", "SSN 219-09-9999"),
		partly(ok("damaged", damaged(text), nil, "text second"), coverage.PartlyInspected, coverage.Truncated),
	}
}

// damaged is an archive whose first member has a bad block in its middle.
func damaged(text string) []byte {
	d := deflate(text)
	d = append(d[:len(d)/2:len(d)/2], bytes.Repeat([]byte{0xFF}, 50)...)
	return join(raw("one.txt", 8, 0, d, len(text)), raw("two.txt", 0, 0, []byte("second"), 6), directory("one.txt", "two.txt"))
}

func TestAccept(t *testing.T) { contenttest.Accept(t, Formats(), cases()) }

func TestZstdMember(t *testing.T) {
	e, _ := kzstd.NewWriter(nil)
	packed := e.EncodeAll([]byte("SSN 219-09-9999"), nil)
	contenttest.Accept(t, Formats(), []contenttest.Case{{
		Name: "zstd", Meta: contenttest.Named("a.zip"), Format: "zip", Contains: []string{"text SSN 219-09-9999"},
		Data: join(raw("a", 93, 0, packed, 15), directory("a")),
	}})
}

func TestZip64(t *testing.T) {
	h := raw("a", 0, 0, nil, 0)
	binary.LittleEndian.PutUint32(h[18:], 0xFFFFFFFF)
	binary.LittleEndian.PutUint32(h[22:], 0xFFFFFFFF)
	binary.LittleEndian.PutUint16(h[28:], 20)
	x := []byte{1, 0, 16, 0, 6, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0}
	contenttest.Accept(t, Formats(), []contenttest.Case{{
		Name: "zip64", Meta: contenttest.Named("a.zip"), Format: "zip", Contains: []string{"text stored\n"}, Paths: []string{"a.zip/a", "a.zip"},
		Data: join(h, x, []byte("stored"), directory("a")),
	}})
}

// overlapping is a bomb after Fifield: each member's data begins with a stored block that quotes the next header.
func overlapping(n int) []byte {
	kernel := deflate(strings.Repeat("\x00", 1<<20))
	tail := raw("last", 8, 0, kernel, 1<<20)
	names := []string{"last"}
	for i := range n {
		quoted := tail[:lenLocal+4]
		block := append([]byte{0, byte(len(quoted)), 0, ^byte(len(quoted)), 0xFF}, tail...)
		name := string([]byte{'a' + byte(i/26/26%26), 'a' + byte(i/26%26), 'a' + byte(i%26), 'x'})
		tail = raw(name, 8, 0, block, 0)
		names = append(names, name)
	}
	return join(tail, directory(names...))
}

func TestBombs(t *testing.T) {
	lim := content.DefaultLimits()
	lim.Unpacked, lim.RatioAfter = 8<<20, 4<<20
	w := content.NewDriver(Formats(), lim).NewWorker()
	m := contenttest.Named("bomb.zip")
	zeros := pack(file{"zeros", strings.Repeat("\x00", 64<<20), 8})
	var forty []file // nested, each level ten times the one below
	inner := pack(file{"z", strings.Repeat("\x00", 1<<20), 8})
	for range 4 {
		forty = forty[:0]
		for range 10 {
			forty = append(forty, file{"inner.zip", string(inner), 8})
		}
		inner = pack(forty...)
	}
	for name, data := range map[string][]byte{"zeros": zeros, "nested": inner, "overlapping": overlapping(100)} {
		r := contenttest.Walk(w, &m, contenttest.Pieces(data, 0), t)
		if r.Result.State == coverage.Inspected {
			t.Errorf("%s counts as inspected", name)
		}
		if r.Result.Size != int64(len(data)) {
			t.Errorf("%s: read %d of %d", name, r.Result.Size, len(data))
		}
		var out int64
		for _, rec := range r.Records {
			out += rec.Size
		}
		if out > 40<<20 {
			t.Errorf("%s: unpacked %d", name, out)
		}
	}
}

func FuzzZip(f *testing.F) {
	var seeds [][]byte
	for _, c := range cases() {
		seeds = append(seeds, c.Data)
	}
	contenttest.Fuzz(f, Formats(), contenttest.Named("a.zip"), seeds...)
}

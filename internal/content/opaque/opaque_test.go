package opaque

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// best returns the name of the surest recogniser.
func best(head []byte) (string, content.Score) {
	name, score := "", content.No
	for _, f := range Formats() {
		if s := f.Sniff(head, &object.Meta{}); s > score {
			name, score = f.Name, s
		}
	}
	return name, score
}

func zipped(t *testing.T, stored bool, files ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		h := &zip.FileHeader{Name: files[i], Method: zip.Deflate}
		if stored || files[i] == "mimetype" {
			h.Method = zip.Store
			h.CRC32, h.CompressedSize64, h.UncompressedSize64 = 1, uint64(len(files[i+1])), uint64(len(files[i+1]))
		}
		f, err := w.CreateRaw(h)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(files[i+1]))
	}
	w.Close()
	return b.Bytes()
}

func encoded(t *testing.T, f func(*bytes.Buffer) error) []byte {
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSniff(t *testing.T) {
	img := image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.Black, color.White})
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	archive := encoded(t, func(b *bytes.Buffer) error {
		w := tar.NewWriter(b)
		if err := w.WriteHeader(&tar.Header{Name: "a", Size: 1, Mode: 0o644}); err != nil {
			return err
		}
		_, err := w.Write([]byte("x"))
		return err
	})
	pe := make([]byte, 256)
	copy(pe, "MZ")
	binary.LittleEndian.PutUint32(pe[60:], 128)
	copy(pe[128:], "PE\x00\x00")
	ts := bytes.Repeat(append([]byte{0x47}, make([]byte, 187)...), 4)
	cases := []struct {
		want string
		head []byte
	}{
		{"image/png", encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, img) })},
		{"image/jpeg", encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, img, nil) })},
		{"image/gif", encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, img, nil) })},
		{"application/elf", self[:4096]},
		{"tar", archive},
		{"application/pe", pe},
		{"video/mp2t", ts},
		{"docx", zipped(t, false, "[Content_Types].xml", "x", "_rels/.rels", "y", "word/document.xml", "z")},
		{"xlsx", zipped(t, false, "[Content_Types].xml", "x", "xl/workbook.xml", "z")},
		{"pptx", zipped(t, false, "ppt/presentation.xml", "x")},
		{"ooxml", zipped(t, false, "[Content_Types].xml", strings.Repeat("x", 100))},
		{"odt", zipped(t, true, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "x")},
		{"ods", zipped(t, true, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "x")},
		{"", zipped(t, false, "patients.csv", "x", "word/x", "y")},
		{"", zipped(t, true, "mimetype", "application/epub+zip", "x", "y")},
		{"pdf", []byte("%PDF-1.7\n")},
		{"pdf", []byte("junk\n%PDF-1.4\n")},
		{"ole", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")},
		{"rtf", []byte("{\\rtf1\\ansi")},
		{"7z", []byte("7z\xbc\xaf\x27\x1c\x00\x04")},
		{"bzip2", []byte("BZh91AY&SY\x00")},
		{"sqlite", []byte("SQLite format 3\x00")},
		{"audio/wav", []byte("RIFF\x00\x00\x00\x00WAVEfmt ")},
		{"video/mp4", []byte("\x00\x00\x00\x18ftypisom")},
		{"image/heic", []byte("\x00\x00\x00\x18ftypheic")},
		{"pgp", []byte("-----BEGIN PGP MESSAGE-----\n")},
		{"pgp", []byte("\x85\x01\x0c\x03\x01\x02\x03\x04\x05\x06\x07\x08\x01\x07\xff\xff")},
		{"cms", []byte("\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0")},
		{"", []byte("\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0")},
		{"", []byte("MZ is how this sentence begins, and it is not a program at all, whatever one may think of it.")},
		{"", []byte("BMI was 31 at the visit")},
		{"", []byte("BZh is short for something")},
		{"", []byte("Good morning")},
		{"", nil},
	}
	for _, c := range cases {
		if got, score := best(c.head); got != c.want || got != "" && score < content.Likely {
			t.Errorf("%.24q: %q (%d), want %q", c.head, got, score, c.want)
		}
	}
}

func TestFormats(t *testing.T) {
	for _, f := range Formats() {
		if f.Name == "" || f.Media == "" || f.Sniff == nil {
			t.Errorf("%q is incomplete", f.Name)
		}
		if f.Opaque == (f.Decode != nil) {
			t.Errorf("%q must be either opaque or have a decoder", f.Name)
		}
		if f.Decode != nil && f.Decode(nil, nil, nil) != coverage.Password {
			t.Errorf("%q is ciphertext", f.Name)
		}
	}
}

// TestTruncated demands that no recogniser looks behind the end of a short head.
func TestTruncated(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, m := range append(marks[:], sealed[:]...) {
		head := make([]byte, m.at, 512)
		head = append(head, m.magic...)
		for len(head) < 500 {
			head = append(head, byte(r.Uint32()))
		}
		for n := range head {
			best(head[:n])
		}
	}
}

// TestNoise bounds how often noise and prose are taken for a format.
func TestNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	head := make([]byte, 1024)
	hits := 0
	for range 4000 {
		for i := 0; i < len(head); i += 8 {
			binary.LittleEndian.PutUint64(head[i:], r.Uint64())
		}
		if name, _ := best(head); name != "" {
			hits++
		}
	}
	if hits > 1 {
		t.Errorf("%d of 4000 heads of noise were taken for a format", hits)
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) { best(b) })
}

func BenchmarkSniff(b *testing.B) {
	fs := Formats()
	head := []byte(strings.Repeat("The patient was seen today. ", 100))
	b.ReportAllocs()
	for b.Loop() {
		for i := range fs {
			fs[i].Sniff(head, nil)
		}
	}
}

package list_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/list"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

// said stands behind or inside a bomb, in the clear: it must be told all the same.
const said = "Patient SSN 219-09-9999"

// counter counts what it is told and looks for said.
type counter struct {
	contenttest.Recorder
	bytes, calls int
	found        bool
}

func (c *counter) Enter(*object.Meta)    { c.calls++ }
func (c *counter) Leave()                {}
func (c *counter) Begin(object.UnitKind) { c.calls++ }
func (c *counter) End()                  {}
func (c *counter) Text(b []byte)         { c.told(b) }

func (c *counter) Field(_ object.Role, label, value []byte) {
	c.told(label)
	c.told(value)
}

func (c *counter) told(b []byte) {
	c.bytes += len(b)
	c.calls++
	c.found = c.found || bytes.Contains(b, []byte(said))
}

// nuls returns n MiB of NUL bytes, packed by what w makes.
func nuls(mib int, w func(io.Writer) io.WriteCloser) []byte {
	var b bytes.Buffer
	c, block := w(&b), make([]byte, 1<<20)
	for range mib {
		_, _ = c.Write(block)
	}
	_ = c.Close()
	return b.Bytes()
}

func deflater(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, 9); return z }
func gzipper(w io.Writer) io.WriteCloser  { z, _ := gzip.NewWriterLevel(w, 9); return z }
func brotler(w io.Writer) io.WriteCloser  { return brotli.NewWriterLevel(w, 2) }

// member is a member of an archive as it is carried.
type member struct {
	name   string
	method uint16
	data   []byte
	size   int
}

func zipOf(members ...member) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		w, _ := z.CreateRaw(&zip.FileHeader{Name: m.name, Method: m.method, CompressedSize64: uint64(len(m.data)), UncompressedSize64: uint64(m.size)}) //nolint:gosec // lengths
		_, _ = w.Write(m.data)
	}
	_ = z.Close()
	return b.Bytes()
}

func file(name string, data []byte) member { return member{name, zip.Store, data, len(data)} }

// packed is a member that is deflated.
func packed(name string, data []byte) member {
	var b bytes.Buffer
	w := deflater(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return member{name, zip.Deflate, b.Bytes(), len(data)}
}

func many(n int, of func(i int) member) (ms []member) {
	for i := range n {
		ms = append(ms, of(i))
	}
	return ms
}

// nested returns inner inside n archives.
func nested(n int, inner []byte) []byte {
	for range n {
		inner = zipOf(packed("inner.zip", inner))
	}
	return inner
}

// overlapping is an archive whose members share one kernel (D. Fifield, "A better zip bomb", 2019): the data of each
// quote the header of the next one, and go on with its data.
func overlapping(n int, kernel []byte) []byte {
	data, size := kernel, 0
	var headers []string
	for i := n - 1; i >= 0; i-- {
		h := localHeader(fmt.Sprintf("%04d", i), len(data), size)
		headers = append(headers, h)
		if i == 0 {
			data = append([]byte(h), data...)
			break
		}
		quote := binary.LittleEndian.AppendUint16([]byte{0}, uint16(len(h))) //nolint:gosec // short
		quote = binary.LittleEndian.AppendUint16(quote, ^uint16(len(h)))     //nolint:gosec // short
		data = slices.Concat(quote, []byte(h), data)
	}
	return append(data, directory(headers)...)
}

func localHeader(name string, packed, size int) string {
	h := make([]byte, 30, 64)
	copy(h, "PK\x03\x04\x14\x00")
	h[8] = 8
	binary.LittleEndian.PutUint32(h[18:], uint32(packed)) //nolint:gosec // a test
	binary.LittleEndian.PutUint32(h[22:], uint32(size))   //nolint:gosec // a test
	h[26] = byte(len(name))
	return string(append(h, name...))
}

func directory(headers []string) []byte {
	var out []byte
	for _, h := range headers {
		out = append(out, "PK\x01\x02\x14\x00"+h[4:30]+strings.Repeat("\x00", 14)+h[30:]...)
	}
	end := make([]byte, 22)
	copy(end, "PK\x05\x06")
	end[8], end[10] = byte(len(headers)), byte(len(headers))
	return append(out, end...)
}

func multiparts(depth int) []byte {
	var b strings.Builder
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("\r\n" + said + "\r\n")
	return []byte(b.String())
}

func mailOf(encoding string, body []byte) []byte {
	return append([]byte("From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: "+encoding+"\r\n\r\n"), body...)
}

func laughs() string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "ha">`)
	for i := range 100 {
		fmt.Fprintf(&b, `<!ENTITY e%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&e%d;", i), 10))
	}
	return b.String() + "]><a><b>&e100;</b><b>" + said + "</b></a>"
}

type bomb struct {
	name  string
	data  []byte
	codes []string
	kind  object.Kind
	why   coverage.Reason // None: it is read as a whole
	tells int             // how many bytes may be told, in MiB
	found bool            // said is in it and must be found
}

func bombs() []bomb {
	small := member{"nul.bin", zip.Deflate, nuls(50, deflater), 50 << 20}
	zeros := func(int) member { return small }
	big := nuls(100, gzipper)
	return []bomb{
		{name: "10,001 members", data: zipOf(many(10_001, func(i int) member { return file(fmt.Sprint(i), []byte(said)) })...), why: coverage.EntriesLimit, tells: 1, found: true},
		{name: "archives 10 deep", data: nested(10, []byte(said)), why: coverage.DepthLimit, tells: 1},
		{name: "archives 200 deep", data: nested(200, []byte(said)), why: coverage.DepthLimit, tells: 1},
		{name: "archives 9 deep", data: nested(9, []byte(said)), why: coverage.DepthLimit, tells: 1, found: true},
		{name: "archives 8 deep", data: nested(8, []byte(said)), tells: 1, found: true},
		{name: "30 members of 50 MiB", data: zipOf(many(30, zeros)...), why: coverage.RatioLimit, tells: 0},
		{name: "what stands behind a bomb", data: zipOf(append(many(30, zeros), packed("a.txt", []byte(said)))...), why: coverage.RatioLimit, tells: 1, found: true},
		{name: "archives of such members in an archive", data: zipOf(many(30, func(int) member { return packed("z.zip", zipOf(small)) })...), why: coverage.RatioLimit, tells: 1},
		{name: "archives of such members side by side", data: zipOf(many(30, func(int) member { return file("z.zip", zipOf(small)) })...), why: coverage.RatioLimit, tells: 1},
		{name: "overlapping members", data: overlapping(250, nuls(50, deflater)), why: coverage.Ambiguous, tells: 60},
		{name: "overlapping large members", data: overlapping(250, nuls(100, deflater)), why: coverage.RatioLimit, tells: 70},
		{name: "gzip", data: big, why: coverage.RatioLimit, tells: 0},
		{name: "gzip of gzip", data: gz(big), why: coverage.RatioLimit, tells: 0},
		{name: "gzip members in a row", data: bytes.Repeat(nuls(50, gzipper), 30), why: coverage.RatioLimit, tells: 0},
		{name: "gzip in mail", data: mailOf("base64", []byte(base64.StdEncoding.EncodeToString(big))), kind: object.Mail, why: coverage.RatioLimit, tells: 1},
		{name: "deflate coding", data: nuls(100, deflater), codes: []string{"deflate"}, kind: object.Response, why: coverage.RatioLimit, tells: 0},
		{name: "gzip in a gzip coding", data: gz(big), codes: []string{"gzip"}, kind: object.Response, why: coverage.RatioLimit, tells: 0},
		{name: "brotli coding", data: nuls(100, brotler), codes: []string{"br"}, kind: object.Response, why: coverage.RatioLimit, tells: 0},
		{name: "five codings", data: gz(gz(gz(gz(gz([]byte(said)))))), codes: slices.Repeat([]string{"gzip"}, 5), kind: object.Response, why: coverage.DepthLimit, tells: 1, found: true},
		{name: "zstd with a window of 3.75 TiB", data: []byte("\x28\xb5\x2f\xfd\x00\xff\x01\x00\x00"), why: coverage.Budget, tells: 1},
		{name: "10,001 parts", data: []byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\n"+said+"\r\n", 10_001) + "--b--\r\n"), kind: object.Mail, why: coverage.EntriesLimit, tells: 1, found: true},
		{name: "multiparts 129 deep", data: multiparts(129), kind: object.Mail, why: coverage.DepthLimit, tells: 1, found: true},
		{name: "elements 1,000,000 deep", data: []byte("<?xml version=\"1.0\"?>" + strings.Repeat("<a>", 1_000_000) + said), tells: 1, found: true},
		{name: "entities of entities", data: []byte(laughs()), why: coverage.Ambiguous, tells: 1, found: true},
		{name: "arrays 1,000,000 deep", data: []byte(strings.Repeat("[", 1_000_000) + `"` + said + `"`), tells: 2, found: true},
		{name: "objects 1,000,000 deep", data: []byte(strings.Repeat(`{"a":`, 1_000_000) + `"` + said + `"`), tells: 6, found: true},
		{name: "1,000,000 open tags", data: []byte("<html><body>" + strings.Repeat("<div>", 1_000_000) + said), tells: 1, found: true},
		{name: "1,000,000 open tables", data: []byte("<html><body>" + strings.Repeat("<table><tr><td>", 1_000_000) + said), tells: 4, found: true},
	}
}

func gz(b []byte) []byte {
	var out bytes.Buffer
	w := gzipper(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// TestBombs: what is made to cost more than it weighs costs a bounded number of bytes told and of memory, is marked, and
// hides nothing that stands in the clear.
func TestBombs(t *testing.T) {
	w := content.NewDriver(list.Formats(), content.DefaultLimits()).NewWorker()
	const memory = 96 << 20 // bytes allocated in all, above those of the bomb itself
	for _, b := range bombs() {
		t.Run(b.name, func(t *testing.T) {
			kind := b.kind
			if kind == object.Stream {
				kind = object.File
			}
			m := object.Meta{Kind: kind, Encodings: b.codes, Size: -1}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			c := &counter{}
			records := 0
			res := w.Walk(&m, contenttest.Pieces(b.data, 0), c, content.Options{Scan: true, Record: func(*object.Record) { records++ }})
			runtime.ReadMemStats(&after)
			if got := after.TotalAlloc - before.TotalAlloc; got > memory {
				t.Errorf("%d bytes allocated", got)
			}
			if limit := b.tells<<20 + 2<<20; c.bytes > limit {
				t.Errorf("%d bytes told in %d calls, of %d carried", c.bytes, c.calls, len(b.data))
			}
			if records > content.DefaultLimits().Members+1 {
				t.Errorf("%d records", records)
			}
			marked := slices.ContainsFunc(res.Reasons, func(y content.Why) bool { return y.Reason == b.why })
			if b.why == coverage.None && res.State != coverage.Inspected || b.why != coverage.None && (!marked || res.State == coverage.Inspected) {
				t.Errorf("%v, %v; want %v", res.State, res.Reasons, b.why)
			}
			if b.found && !c.found {
				t.Error("what stands in the clear was not told")
			}
		})
	}
}

// TestUnpackedInAll: the limit of bytes holds over all that decompressors make of one object, at whatever ratio.
func TestUnpackedInAll(t *testing.T) {
	lim := content.DefaultLimits()
	lim.Unpacked, lim.RatioAfter = 8<<20, 1<<40
	w := content.NewDriver(list.Formats(), lim).NewWorker()
	one := member{"nul.bin", zip.Deflate, nuls(1, deflater), 1 << 20}
	var made int64
	m := object.Meta{Kind: object.File, Size: -1}
	res := w.Walk(&m, contenttest.Pieces(zipOf(many(20, func(int) member { return one })...), 0), &counter{}, content.Options{
		Scan: true, Record: func(r *object.Record) {
			if r.Meta.Kind == object.Part {
				made += r.Size
			}
		}})
	if made < 8<<20 || made > 8<<20+64<<10 || !slices.ContainsFunc(res.Reasons, func(y content.Why) bool { return y.Reason == coverage.BytesLimit }) {
		t.Errorf("%d bytes made, %v", made, res.Reasons)
	}
}

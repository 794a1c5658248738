package gzip

import (
	"bytes"
	stdgzip "compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

func pack(name, text string) []byte {
	var b bytes.Buffer
	w := stdgzip.NewWriter(&b)
	w.Name = name
	if _, err := io.WriteString(w, text); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func cases() []contenttest.Case {
	text := strings.Repeat("SSN 219-09-9999\n", 1000)
	flipped := pack("", text)
	flipped[len(flipped)-8] ^= 1
	c := func(name, file string, data []byte, path string, state coverage.State, why ...coverage.Reason) contenttest.Case {
		return contenttest.Case{Name: name, Meta: contenttest.Named(file), Data: data, Paths: []string{path, file}, Contains: []string{"SSN 219-09-9999"}, Format: "gzip", State: state, Reasons: why}
	}
	return []contenttest.Case{
		c("name inside", "x.gz", pack("dir/ssn.txt", text), "x.gz/ssn.txt", coverage.Inspected),
		c("name outside", "patients.csv.GZ", pack("", text), "patients.csv.GZ/patients.csv", coverage.Inspected),
		c("no name", "x", pack("", text), "x/part-1", coverage.Inspected),
		c("two members", "x.gz", append(pack("a", text), pack("b", "second")...), "x.gz/a", coverage.Inspected),
		c("padding", "x.gz", append(pack("a", text), make([]byte, 600)...), "x.gz/a", coverage.Inspected),
		c("behind the end", "x.gz", append(pack("a", text), "SSN 219-09-9998"...), "x.gz/a", coverage.Inspected),
		c("wrong sum", "x.gz", flipped, "x.gz/x", coverage.PartlyInspected, coverage.Corrupt),
		c("cut", "x.gz", pack("a", text)[:60], "x.gz/a", coverage.PartlyInspected, coverage.Truncated),
	}
}

func TestAccept(t *testing.T) {
	contenttest.Accept(t, []content.Format{Format()}, cases())
}

func TestBomb(t *testing.T) {
	w := content.NewDriver([]content.Format{Format()}, content.DefaultLimits()).NewWorker()
	var b bytes.Buffer
	z := stdgzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 300 {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
	m := contenttest.Named("zeros.gz")
	var got content.Result
	var rec []*object.Record
	got = w.Walk(&m, contenttest.Pieces(b.Bytes(), 0), nil, content.Options{Scan: false, Record: func(r *object.Record) { rec = append(rec, r) }})
	if got.State != coverage.PartlyInspected || len(got.Reasons) == 0 || got.Reasons[0].Reason != coverage.RatioLimit {
		t.Errorf("%v, %v", got.State, got.Reasons)
	}
	if rec[0].Size > 65<<20 || rec[0].Complete || got.Size != int64(b.Len()) {
		t.Errorf("unpacked %d, complete %v, read %d of %d", rec[0].Size, rec[0].Complete, got.Size, b.Len())
	}
}

func FuzzGzip(f *testing.F) {
	var seeds [][]byte
	for _, c := range cases() {
		seeds = append(seeds, c.Data)
	}
	contenttest.Fuzz(f, []content.Format{Format()}, contenttest.Named("a.gz"), seeds...)
}

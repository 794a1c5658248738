package zstd

import (
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/coverage"
)

func pack(text string) []byte {
	e, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return e.EncodeAll([]byte(text), nil)
}

func cases() []contenttest.Case {
	text := strings.Repeat("SSN 219-09-9999\n", 1000)
	c := func(name, file string, data []byte, path string, state coverage.State, why ...coverage.Reason) contenttest.Case {
		return contenttest.Case{Name: name, Meta: contenttest.Named(file), Data: data, Paths: []string{path, file}, Contains: []string{"SSN 219-09-9999"}, Format: "zstd", State: state, Reasons: why}
	}
	return []contenttest.Case{
		c("named", "ssn.txt.zst", pack(text), "ssn.txt.zst/ssn.txt", coverage.Inspected),
		c("no name", "x", pack(text), "x/part-1", coverage.Inspected),
		c("two frames", "x.zst", append(pack(text), pack("second")...), "x.zst/x", coverage.Inspected),
		c("skippable", "x.zst", append([]byte("\x50\x2A\x4D\x18\x03\x00\x00\x00abc"), pack(text)...), "x.zst/x", coverage.Inspected),
		c("wrong sum", "x.zst", append(pack(text)[:len(pack(text))-1], 0xFF), "x.zst/x", coverage.Inspected),
		c("junk behind", "x.zst", append(pack(text), "and more 219-09-9998"...), "x.zst/x", coverage.PartlyInspected, coverage.Corrupt),
	}
}

func TestAccept(t *testing.T) { contenttest.Accept(t, []content.Format{Format()}, cases()) }

// TestWindow: a frame that claims a window of 2 GiB is refused before memory is taken.
func TestWindow(t *testing.T) {
	w := content.NewDriver([]content.Format{Format()}, content.DefaultLimits()).NewWorker()
	m := contenttest.Named("x.zst")
	r := contenttest.Walk(w, &m, contenttest.Pieces([]byte("\x28\xB5\x2F\xFD\x00\xA8\x01\x00\x00"), 0), t)
	if r.Result.State == coverage.Inspected {
		t.Errorf("%v %v", r.Result.State, r.Result.Reasons)
	}
}

func FuzzZstd(f *testing.F) {
	var seeds [][]byte
	for _, c := range cases() {
		seeds = append(seeds, c.Data)
	}
	contenttest.Fuzz(f, []content.Format{Format()}, contenttest.Named("a.zst"), seeds...)
}

package embed

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
)

func emitted(d *Doc) string {
	var r windowtest.Recorder
	d.Emit(&r, "a", "text/plain")
	return r.B.String()
}

func TestDoc(t *testing.T) {
	for in, want := range map[string]string{
		"aGVsbG8=": "part \"hello\"\n", "aGVs\nbG8=": "part \"hello\"\n", "aGVsbG8": "part \"hello\"\n", "aGU=bGxv": "part \"hello\"\n", "": "", "a": "", "  ": "",
	} {
		var d Doc
		for i := range len(in) { // piece by piece
			d.Write([]byte(in[i : i+1]))
		}
		if got := emitted(&d); got != want {
			t.Errorf("%q: %s", in, got)
		}
		if !d.Empty() {
			t.Errorf("%q: something is left", in)
		}
	}
}

// TestMax: what is too long is cut, and said.
func TestMax(t *testing.T) {
	var d Doc
	d.Write([]byte(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("abc"), Max/3+100))))
	if got := emitted(&d); len(d.data) > Max || !strings.Contains(got, "skip ") {
		t.Errorf("%d bytes, %.100s", len(d.data), got[len(got)-50:])
	}
}

func TestMedia(t *testing.T) {
	for in, want := range map[string]string{"Text/XML; charset=x": "text/xml", "application/cda+xml": "application/cda+xml", "none": "", "a/b c": "", "": "", "/x": ""} {
		if got := Media([]byte(in)); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

package pipeline_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pipeline"
)

// perFile is how many allocations the scan of a file may make in all, however large it is: its meta data, labels and coverage.
const perFile = 120

// office is a text of about size bytes in which nothing is found.
func office(kind string, size int) []byte {
	words := strings.Fields("the meeting report for Monday is attached please see schedule below and send your comments to all people who work on it thanks")
	g := rand.New(rand.NewPCG(1, 2))
	w := func() string { return words[g.IntN(len(words))] }
	var b bytes.Buffer
	switch kind {
	case "orders.csv":
		b.WriteString("item,sku,date,quantity,price,customer,order\n")
	case "note.eml":
		b.WriteString("From: a@office.example\nTo: b@office.example\nSubject: a note\nDate: Mon, 2 Nov 2026 10:00:00 +0000\n\n")
	case "page.html":
		b.WriteString("<!DOCTYPE html>\n<html><head><title>Report</title></head><body>\n")
	}
	for b.Len() < size {
		switch kind {
		case "orders.csv":
			fmt.Fprintf(&b, "%s %s,%c%d,2026-%02d-%02d,%d,%d.%02d,%s,%d\n", w(), w(), 'A'+g.IntN(26), g.IntN(1e6), 1+g.IntN(12), 1+g.IntN(28), g.IntN(100), g.IntN(1000), g.IntN(100), w(), g.IntN(1e9))
		case "system.log":
			fmt.Fprintf(&b, "2026-11-%02d 10:%02d:%02d INFO node: block blk_%d of size %d from 10.250.7.%d\n", 1+g.IntN(28), g.IntN(60), g.IntN(60), g.Int64(), g.IntN(1e8), g.IntN(255))
		case "page.html":
			fmt.Fprintf(&b, "<p class=\"c%d\">%s %s %s on page %d of <a href=\"/item?id=%d\">%s</a></p>\n", g.IntN(9), w(), w(), w(), g.IntN(100), g.IntN(1e5), w())
		case "note.eml":
			fmt.Fprintf(&b, "%s %s %s at %d:%02d in room %d\n", w(), w(), w(), g.IntN(24), g.IntN(60), g.IntN(400))
		default:
			fmt.Fprintf(&b, "%s %s %s %s\n", w(), w(), w(), w())
		}
	}
	return b.Bytes()
}

// TestScanAllocations holds that a file costs no memory for each of its bytes from end to end.
func TestScanAllocations(t *testing.T) {
	scan := pipeline.NewFileScan(brain(t), "test", "test", zap.NewNop())
	at := flow.Time(1795478400 * 1e9)
	for _, kind := range []string{"english.txt", "note.eml", "system.log", "page.html", "orders.csv"} {
		allocs := func(size int) float64 {
			text := office(kind, size)
			return testing.AllocsPerRun(3, func() {
				if a, _, err := scan.Scan(kind, int64(len(text)), at, bytes.NewReader(text)); err != nil || a != nil {
					t.Fatalf("%s: an alert, or %v", kind, err)
				}
			})
		}
		few, many := allocs(1<<18), allocs(1<<20)
		if many > few+2 || many > perFile {
			t.Errorf("%s: %v allocations for 256 KB, %v for 1 MB", kind, few, many)
		}
	}
}

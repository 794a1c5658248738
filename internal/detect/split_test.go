package detect

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/object"
)

// scanPieces scans a text that arrives in pieces that end at the given places.
func scanPieces(e *Engine, s *Scratch, text []byte, ends ...int) finding.Result {
	c := e.Scan(s, &object.Meta{Kind: object.Mail, At: testTime})
	c.Begin(object.UnitPart)
	from := 0
	for _, to := range ends {
		c.Text(text[from:to])
		from = to
	}
	c.Text(text[from:])
	c.End()
	return c.Finish()
}

const tricky = "SSN\u00a0514\u201169\u20110360; ssn=514%2D69%2D0361&x DOB: January 19, 1991 Patient: Müller, Jürgen K\r\nMRN: A-10023 \uff15\uff11\uff14\uff0d\uff16\uff19\uff0d\uff10\uff13\uff16\uff12 100%20 %4 \xff\xe2\x80 <a.b@c-d.example.org> 2NC5-EQ8-YU47\n"

func TestEverySplit(t *testing.T) {
	e := newEngine(t)
	s := e.NewScratch()
	text := []byte(summary + tricky)
	want := fmt.Sprint(scanPieces(e, s, text))
	if !strings.Contains(want, "phi") {
		t.Fatal("nothing found")
	}
	for i := range text {
		if got := fmt.Sprint(scanPieces(e, s, text, i)); got != want {
			t.Fatalf("split at %d:\n%s\n%s", i, got, want)
		}
	}
	var all []int
	for i := range text {
		all = append(all, i)
	}
	if got := fmt.Sprint(scanPieces(e, s, text, all...)); got != want {
		t.Fatalf("single bytes:\n%s\n%s", got, want)
	}
}

// TestLongSplits puts identifiers round the bounds of segments in a long text.
func TestLongSplits(t *testing.T) {
	e := newEngine(t)
	s := e.NewScratch()
	rnd := rand.New(rand.NewSource(1))
	var b strings.Builder
	n := 0
	for b.Len() < 6*segment {
		if rnd.Intn(12) == 0 {
			n++
			fmt.Fprintf(&b, "patient SSN: %03d-%02d-%04d was admitted ", (100+n)%500+100, 10+n%80, 1000+n)
		} else {
			b.WriteString("lorem ipsum dolor\n"[:1+rnd.Intn(17)])
		}
		if b.Len()%segment > segment-400 {
			b.WriteString("fill")
		}
	}
	text := []byte(b.String())
	res := scanPieces(e, s, text)
	if len(res.Findings) != 1 || res.Findings[0].Count != n || res.Findings[0].Distinct != n || res.Individuals.Low != n {
		t.Fatalf("%d planted, found %v people %v", n, res.Findings[0].Count, res.Individuals)
	}
	want := fmt.Sprint(res)
	for k := range 200 {
		var ends []int
		at := 0
		for {
			at += 1 + rnd.Intn([]int{3, 100, 1460, 5000, 40000}[k%5])
			if at >= len(text) || len(ends) > 5000 {
				break
			}
			ends = append(ends, at)
		}
		if got := fmt.Sprint(scanPieces(e, s, text, ends...)); got != want {
			t.Fatalf("pieces %v differ", ends[:min(10, len(ends))])
		}
	}
}

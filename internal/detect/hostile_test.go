package detect

import (
	"maps"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/object"
)

// hostile are texts made to be slow, each repeated: near misses, labels without values, values without end.
var hostile = map[string]string{
	"nines":          "9",
	"near misses":    "111-11-1111 000-12-3456 666-12-3456\n",
	"labels":         "SSN: MRN: DOB: patient name: ",
	"label lines":    "SSN: \nMRN: \nDOB: \n",
	"synthetic mbi":  "1S23A45BC67 ",
	"near mbi":       "1B23A45BC6 1B23-A45-BC6 ",
	"bad dates":      "DOB 13/45/1999 ",
	"mail addresses": "a@b.c@d.e@",
	"names":          "Patient Maria Gonzalez ",
	"streets":        "123 Main St 45678 ",
	"numbers":        "123456789,987654321,111223333,555667777\n",
	"one line":       "SSN 514-69-0360 ",
	"labelled mbi":   "MBI 1EG4TE5MK73 ",
	"colons":         "a:b:c:d:1:2:3:",
	"pairs":          "mrn=1&dob=2&",
	"udi":            "(01)00844588003288(17)141120(10)7654321D(21)10987654d321 ",
	"codes":          "E11.9 I10 J45.909 ",
	"terms":          "diabetes metformin asthma insulin ",
	"cards":          "card 4111-1111-1111-1111 ",
	"urls":           "http://a.example/b?mrn=1234567 ",
}

// worst are the hostile texts, and for each rule those that are nothing but its matches, or nothing but what it refuses.
func worst(e *Engine) map[string]string {
	all := maps.Clone(hostile)
	for _, r := range e.rules {
		all["matches of "+r.ID] = strings.Join(r.Examples.Match, " ") + "\n"
		all["misses of "+r.ID] = strings.Join(r.Examples.NoMatch, " ") + "\n"
	}
	return all
}

func repeated(unit string, size int) []byte {
	return []byte(strings.Repeat(unit, size/len(unit)+1)[:size])
}

// BenchmarkHostile tells the cost of each.
func BenchmarkHostile(b *testing.B) {
	e := newEngine(b)
	for name, unit := range worst(e) {
		text := repeated(unit, 1<<20)
		b.Run(name, func(b *testing.B) {
			s := e.NewScratch()
			t := cpu()
			for b.Loop() {
				scanChunks(e, s, text)
			}
			perCPU(b, t, len(text))
		})
	}
}

// TestHostileMemory holds that no such text takes more memory the longer it is: what a scan keeps has bounds.
func TestHostileMemory(t *testing.T) {
	e := newEngine(t)
	s := e.NewScratch()
	for name, unit := range worst(e) {
		allocs := func(size int) float64 {
			text := repeated(unit, size)
			return testing.AllocsPerRun(1, func() { scanChunks(e, s, text) })
		}
		if few, many := allocs(1<<17), allocs(1<<19); many > few+4 {
			t.Errorf("%s: %v allocations for 128 KB, %v for 512 KB", name, few, many)
		}
	}
}

func scanChunks(e *Engine, s *Scratch, text []byte) {
	c := e.Scan(s, &object.Meta{At: testTime})
	for i := 0; i < len(text); i += 16 << 10 {
		c.Text(text[i:min(len(text), i+16<<10)])
	}
	c.Finish()
}

// TestHostile holds that no such text makes the result grow; BenchmarkHostile tells what each costs.
func TestHostile(t *testing.T) {
	e := newEngine(t)
	s := e.NewScratch()
	for name, unit := range hostile {
		text := repeated(unit, 1<<18)
		c := e.Scan(s, &object.Meta{At: testTime})
		for i := 0; i < len(text); i += 16 << 10 {
			c.Text(text[i:min(len(text), i+16<<10)])
		}
		r := c.Finish()
		for _, f := range r.Findings {
			if len(f.Tokens) > e.tokens || len(f.Masked) > maxMasks {
				t.Errorf("%s: %d tokens, %d masks", name, len(f.Tokens), len(f.Masked))
			}
		}
	}
}

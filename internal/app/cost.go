package app

import (
	"strconv"
	"time"

	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
)

// Cost measures what a set of rules costs on the standard text: nanoseconds for each byte, on one core, the best of seven
// runs. Another run differs by a few percent, and a busy machine by more.
func Cost(set *rule.Set, now func() time.Time) (float64, error) {
	e, err := detect.New(set, detect.Options{})
	if err != nil {
		return 0, err
	}
	text := standardText()
	s := e.NewScratch()
	best := time.Duration(0)
	for i := range 7 {
		began := now()
		c := e.Scan(s, &object.Meta{Kind: object.File})
		c.Text(text)
		c.Finish()
		if took := now().Sub(began); i == 0 || took < best {
			best = took
		}
	}
	return float64(best.Nanoseconds()) / float64(len(text)), nil
}

// RuleCosts measures what each rule of a set adds on the standard text; see [detect.Engine.Costs].
func RuleCosts(set *rule.Set, now func() time.Time) ([]detect.RuleCost, error) {
	e, err := detect.New(set, detect.Options{})
	if err != nil {
		return nil, err
	}
	return e.Costs(standardText(), now), nil
}

// standardText is one MiB of prose, log lines, markup and rows of numbers, a quarter of each, always the same. There are no
// people in it.
func standardText() []byte {
	words := [...]string{"the", "meeting", "report", "for", "Monday", "is", "attached", "please", "see", "schedule", "below", "and", "send", "comments", "to", "all",
		"office", "project", "team", "next", "week", "question", "version", "order", "account", "number"}
	const size = 1 << 20
	b := make([]byte, 0, size+256)
	x := uint64(1)
	next := func(n uint64) int64 {
		x = x*6364136223846793005 + 1442695040888963407
		return int64(x >> 33 % n) //nolint:gosec // below n
	}
	number := func(n uint64) { b = strconv.AppendInt(b, next(n), 10) }
	for len(b) < size {
		switch len(b) * 4 / size {
		case 0:
			for range 12 {
				b = append(append(b, words[next(uint64(len(words)))]...), ' ')
			}
		case 1:
			b = append(b, "2026-11-24 10:"...)
			number(60)
			b = append(b, " INFO node: block blk_"...)
			number(1 << 31)
			b = append(b, " of size "...)
			number(1e8)
			b = append(b, " from 10.250.7."...)
			number(255)
		case 2:
			b = append(b, `<td class="c" style="width:`...)
			number(400)
			b = append(b, `px"><a href="/item?id=`...)
			number(1e6)
			b = append(append(append(b, `">`...), words[next(uint64(len(words)))]...), "</a></td>"...)
		default:
			for range 6 {
				number(1e6)
				b = append(b, '.')
				number(1e4)
				b = append(b, ',')
			}
		}
		b = append(b, '\n')
	}
	return b
}

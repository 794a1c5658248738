package measure

import (
	"encoding/json"
	"io"

	"github.com/phiwatch/phiwatch/internal/evaltest/stat"
)

// record is one line of the machine-readable report.
type record struct {
	Table     string   `json:"table"` // recall, verdict, rendering, negatives
	Rules     string   `json:"rules"`
	Set       string   `json:"set"`
	Kind      string   `json:"kind,omitempty"`
	Form      string   `json:"form,omitempty"`
	N         int      `json:"n"` // values, documents or files
	Found     int      `json:"found"`
	Medium    int      `json:"medium"` // found at MEDIUM or above, alerts at MEDIUM
	High      int      `json:"high"`
	Reported  int      `json:"reported,omitempty"`
	Wrong     int      `json:"wrong,omitempty"`
	Bytes     int64    `json:"bytes,omitempty"`
	Low       float64  `json:"low"` // of the 95 % interval of found in n, or of HIGH per GB
	Up        float64  `json:"up"`
	MediumLow *float64 `json:"medium_low,omitempty"` // of MEDIUM per GB
	MediumUp  *float64 `json:"medium_up,omitempty"`
	Digest    string   `json:"digest,omitempty"`
}

// Records writes the report as JSON lines.
func (r *Report) Records(w io.Writer) error {
	enc := json.NewEncoder(w)
	put := func(rec record) error {
		rec.Rules = r.Rules
		return enc.Encode(rec)
	}
	for _, group := range [][]*Tally{r.Sets, r.Verdicts, r.Shared} {
		for _, t := range group {
			if err := t.records(put); err != nil {
				return err
			}
		}
	}
	for _, s := range r.Robust {
		low, up := stat.Wilson(s.Same, s.N)
		if err := put(record{Table: "rendering", Set: s.Name, N: s.N, Found: s.Same, Low: low, Up: up}); err != nil {
			return err
		}
	}
	for _, q := range r.Quiet {
		h, m, gb := q.At(high), q.At(medium)-q.At(high), float64(q.Bytes)/1e9
		rec := record{Table: "negatives", Set: q.Name, N: q.Files, High: h, Medium: m, Found: q.At(0), Bytes: q.Bytes, Digest: q.Digest}
		if gb > 0 {
			low, up := stat.Poisson(h)
			mlow, mup := stat.Poisson(m)
			rec.Low, rec.Up, mlow, mup = low/gb, up/gb, mlow/gb, mup/gb
			rec.MediumLow, rec.MediumUp = &mlow, &mup
		}
		if err := put(rec); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tally) records(put func(record) error) error {
	for _, k := range t.Keys() {
		c := t.Counts[k]
		low, up := stat.Wilson(c.At(0), c.N)
		if err := put(record{Table: "recall", Set: t.Name, Kind: k.Kind, Form: k.Form, N: c.N, Found: c.At(0), Medium: c.At(medium), High: c.At(high),
			Reported: t.Reported[k.Kind], Wrong: t.Wrong[k.Kind], Low: low, Up: up}); err != nil {
			return err
		}
	}
	low, up := stat.Wilson(t.Right, t.Judged)
	return put(record{Table: "verdict", Set: t.Name, N: t.Judged, Found: t.Right, Medium: t.Medium, High: t.High, Bytes: t.Bytes, Low: low, Up: up})
}

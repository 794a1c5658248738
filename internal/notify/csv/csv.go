// Package csv writes alerts as comma-separated values (RFC 4180, line feeds, UTF-8) with a header row, one alert a row.
// Cells that a spreadsheet would take for a formula get an apostrophe in front.
package csv

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/notify"
)

// column is one column of the table.
type column struct {
	name  string
	value func(a *alert.Alert) string
}

// columns of the table. New ones go to the end: people have macros.
var columns = []column{
	{"time", func(a *alert.Alert) string { return text(a.Time) }},
	{"severity", func(a *alert.Alert) string { return string(a.Severity) }},
	{"kind", func(a *alert.Alert) string { return string(a.Kind) }},
	{"title", func(a *alert.Alert) string { return a.Title }},
	{"direction", func(a *alert.Alert) string { return string(a.Direction) }},
	{"channel", func(a *alert.Alert) string { return a.Channel }},
	{"security", func(a *alert.Alert) string { return a.Security }},
	{"outcome", func(a *alert.Alert) string { return a.Outcome }},
	{"sender_ip", sender(func(s *alert.Sender) string { return s.IP })},
	{"sender_port", sender(func(s *alert.Sender) string { return port(s.Port) })},
	{"sender_name", sender(func(s *alert.Sender) string { return s.Name.String() })},
	{"sender_user", sender(func(s *alert.Sender) string { return s.User.String() })},
	{"receiver_ip", receiver(func(r *alert.Receiver) string { return r.IP })},
	{"receiver_port", receiver(func(r *alert.Receiver) string { return port(r.Port) })},
	{"receiver_name", receiver(func(r *alert.Receiver) string { return r.Name.String() })},
	{"place", receiver(func(r *alert.Receiver) string { return string(r.Place) })},
	{"country", receiver(func(r *alert.Receiver) string { return r.Country })},
	{"asn", receiver(func(r *alert.Receiver) string { return number(int64(r.ASN)) })},
	{"as_org", receiver(func(r *alert.Receiver) string { return r.ASOrg })},
	{"agreement", receiver(func(r *alert.Receiver) string { return r.Agreement.Verdict })},
	{"agreement_id", receiver(func(r *alert.Receiver) string { return r.Agreement.ID })},
	{"vendor", receiver(func(r *alert.Receiver) string { return r.Agreement.Vendor })},
	{"recipients", recipients},
	{"object", notify.Path},
	{"object_size", func(a *alert.Alert) string {
		if a.Object == nil {
			return ""
		}
		return strconv.FormatInt(a.Object.Size, 10)
	}},
	{"identifiers", identifiers},
	{"individuals_low", func(a *alert.Alert) string { return people(a, false) }},
	{"individuals_high", func(a *alert.Alert) string { return people(a, true) }},
	{"phi_verdict", phi(func(p *alert.PHI) string { return string(p.Verdict) })},
	{"phi_level", phi(func(p *alert.PHI) string { return string(p.Level) })},
	{"minors", phi(func(p *alert.PHI) string { return strconv.FormatBool(p.Minors) })},
	{"coverage", func(a *alert.Alert) string {
		if a.Coverage == nil {
			return ""
		}
		return a.Coverage.State
	}},
	{"reasons", func(a *alert.Alert) string { return strings.Join(a.Reasons, " ") }},
	{"hipaa", func(a *alert.Alert) string { return strings.Join(a.HIPAA, "; ") }},
	{"attack", func(a *alert.Alert) string { return strings.Join(a.Attack, "; ") }},
	{"id", func(a *alert.Alert) string { return a.ID }},
	{"incident", func(a *alert.Alert) string { return a.Incident }},
}

func sender(f func(*alert.Sender) string) func(*alert.Alert) string {
	return func(a *alert.Alert) string {
		if a.Sender == nil {
			return ""
		}
		return f(a.Sender)
	}
}

func receiver(f func(*alert.Receiver) string) func(*alert.Alert) string {
	return func(a *alert.Alert) string {
		if a.Receiver == nil {
			return ""
		}
		return f(a.Receiver)
	}
}

func phi(f func(*alert.PHI) string) func(*alert.Alert) string {
	return func(a *alert.Alert) string {
		if a.PHI == nil {
			return ""
		}
		return f(a.PHI)
	}
}

func text(t alert.Time) string {
	b, _ := t.MarshalText()
	return string(b)
}

func port(p uint16) string { return number(int64(p)) }

// number writes zero, which means unknown, as an empty cell.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func people(a *alert.Alert, high bool) string {
	switch {
	case a.Individuals == nil:
		return ""
	case high:
		return strconv.Itoa(a.Individuals.High)
	}
	return strconv.Itoa(a.Individuals.Low)
}

func identifiers(a *alert.Alert) string {
	var parts []string
	for _, c := range notify.Identifiers(a) {
		parts = append(parts, fmt.Sprintf("%s:%d", c.Kind, c.N))
	}
	return strings.Join(parts, "; ")
}

func recipients(a *alert.Alert) string {
	var parts []string
	for i := range a.Recipients {
		r := &a.Recipients[i]
		accepted := "reply not seen"
		if r.Accepted != nil && *r.Accepted {
			accepted = "accepted"
		} else if r.Accepted != nil {
			accepted = "rejected"
		}
		parts = append(parts, fmt.Sprintf("%s (%s, %s)", r.Domain, accepted, r.Agreement.Verdict))
	}
	return strings.Join(parts, "; ")
}

// Writer writes rows.
type Writer struct {
	w      *csv.Writer
	headed bool
	row    []string
}

// New returns a writer. The header is written with the first row, or when it is closed.
func New(w io.Writer, _ notify.Options) *Writer {
	return &Writer{w: csv.NewWriter(w), row: make([]string, len(columns))}
}

// Deliver writes a row for each record.
func (w *Writer) Deliver(ctx context.Context, rs []notify.Record) (int, error) {
	if err := w.header(); err != nil {
		return 0, err
	}
	for i := range rs {
		if err := ctx.Err(); err != nil {
			return i, err
		}
		for j := range columns {
			w.row[j] = cell(columns[j].value(rs[i].Alert))
		}
		if err := w.flush(w.row); err != nil {
			return i, err
		}
	}
	return len(rs), nil
}

func (w *Writer) header() error {
	if w.headed {
		return nil
	}
	for j := range columns {
		w.row[j] = columns[j].name
	}
	w.headed = true
	return w.flush(w.row)
}

func (w *Writer) flush(row []string) error {
	if err := w.w.Write(row); err != nil {
		return notify.WriteError(err)
	}
	w.w.Flush()
	return notify.WriteError(w.w.Error())
}

// Close writes the header of an empty table.
func (w *Writer) Close(notify.Summary) error { return w.header() }

// cell keeps a spreadsheet from calculating: it takes cells that begin with = + - @, a tab or a line end for formulas,
// also behind blanks.
func cell(s string) string {
	s = notify.Plain(s)
	switch t := strings.TrimLeft(s, " '\""); {
	case t == "":
		return s
	case strings.IndexByte("=+-@|%", t[0]) >= 0, strings.HasPrefix(t, "＝"), strings.HasPrefix(t, "＋"), strings.HasPrefix(t, "－"), strings.HasPrefix(t, "＠"):
		return "'" + s
	}
	return s
}

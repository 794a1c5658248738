// Package table writes alerts for people: a few lines of at most 80 columns each, readable at a glance, and a total with
// a sentence on what was seen at the end.
//
//	2026-03-02 14:05:07Z  CRITICAL  PHI in the clear to mx1.example.in (India): no
//	                                agreement                             [3f9c21ab]
//	  10.20.30.11 -> mx1.example.in 203.0.113.9:25 (IN, National Knowledge Network)
//	  no_agreement; smtp; delivered
//	  message/report.zip/patients.csv
//	  ssn 12, mrn 12, dob 11; 12 people; confidence high
package table

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/notify"
)

const (
	columns = 80
	indent  = "  "
	left    = 32 // columns of time and severity in front of the title
)

// Writer writes the table.
type Writer struct {
	w      io.Writer
	color  bool
	total  int
	counts [5]int // by rank of severity
}

// New returns a writer.
func New(w io.Writer, o notify.Options) *Writer { return &Writer{w: w, color: o.Color} }

// Deliver writes a block for each record.
func (w *Writer) Deliver(ctx context.Context, rs []notify.Record) (int, error) {
	for i := range rs {
		if err := ctx.Err(); err != nil {
			return i, err
		}
		if _, err := io.WriteString(w.w, w.block(rs[i].Alert)); err != nil {
			return i, notify.WriteError(err)
		}
		w.total++
		if r := rs[i].Alert.Severity.Rank(); r >= 0 {
			w.counts[r]++
		}
	}
	return len(rs), nil
}

// Close writes the total and the sentence on coverage.
func (w *Writer) Close(s notify.Summary) error {
	var b strings.Builder
	b.WriteString(w.totals())
	if s.Coverage != "" {
		b.WriteByte(' ')
		b.WriteString(notify.Plain(s.Coverage))
	}
	var out strings.Builder
	for _, line := range wrap(b.String(), columns, 0) {
		out.WriteString(line)
		out.WriteByte('\n')
	}
	_, err := io.WriteString(w.w, out.String())
	return notify.WriteError(err)
}

func (w *Writer) totals() string {
	switch w.total {
	case 0:
		return "No alerts."
	case 1:
		return "1 alert: " + w.parts() + "."
	}
	return fmt.Sprintf("%d alerts: %s.", w.total, w.parts())
}

func (w *Writer) parts() string {
	var parts []string
	for _, s := range [...]alert.Severity{alert.Critical, alert.High, alert.Medium, alert.Low, alert.Info} {
		if n := w.counts[s.Rank()]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	return strings.Join(parts, ", ")
}

// block is one alert with an empty line behind it.
func (w *Writer) block(a *alert.Alert) string {
	var b strings.Builder
	id := "[" + a.ID[:min(8, len(a.ID))] + "]"
	lines := wrap(notify.Plain(a.Title), columns-left, 0)
	for i, line := range lines {
		if i == 0 {
			b.WriteString(flow.Time(a.Time).Std().Format("2006-01-02 15:04:05Z"))
			b.WriteString("  " + w.severity(a.Severity) + strings.Repeat(" ", left-22-len(a.Severity)))
		} else {
			b.WriteString(strings.Repeat(" ", left))
		}
		b.WriteString(line)
		if i < len(lines)-1 {
			b.WriteByte('\n')
		}
	}
	room := columns - left - notify.Width(lines[len(lines)-1])
	if room <= len(id) {
		b.WriteByte('\n')
		room = columns
	}
	b.WriteString(strings.Repeat(" ", room-len(id)) + id + "\n")
	for _, l := range details(a) {
		for i, line := range wrap(l, columns-2*len(indent), 2*len(indent)) {
			b.WriteString(indent)
			if i > 0 {
				b.WriteString(indent)
			}
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	b.WriteByte('\n')
	return b.String()
}

// severity is in capitals, in colour when asked.
func (w *Writer) severity(s alert.Severity) string {
	text := strings.ToUpper(string(s))
	if !w.color {
		return text
	}
	code := map[alert.Severity]string{alert.Critical: "1;31", alert.High: "31", alert.Medium: "33", alert.Low: "36", alert.Info: "2"}[s]
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// details are the lines below the title.
func details(a *alert.Alert) []string {
	var out []string
	for _, l := range [...]string{parties(a), channel(a), rcpts(a), notify.Clip(notify.Plain(notify.Path(a)), columns-2*len(indent), true), findings(a)} {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}

func parties(a *alert.Alert) string {
	if a.Receiver == nil {
		return ""
	}
	from := "?"
	if a.Sender != nil {
		from = a.Sender.IP
		if n := notify.Plain(a.Sender.Name.String()); n != "" && n != from {
			from = notify.Clip(n, 40, true) + " " + from
		}
		if u := notify.Plain(a.Sender.User.String()); u != "" {
			from += " (" + notify.Clip(u, 24, false) + ")"
		}
	}
	r := a.Receiver
	to := address(r.IP, r.Port)
	if n := notify.Plain(r.Name.String()); n != "" && n != r.IP {
		to = notify.Clip(n, 48, true) + " " + to
	}
	place := string(r.Place)
	if r.Country != "" {
		place = r.Country + " " + place
	}
	if r.ASOrg != "" {
		place += ", " + notify.Clip(notify.Plain(r.ASOrg), 36, false)
	}
	return from + " -> " + to + " (" + place + ")"
}

func address(ip string, port uint16) string {
	if strings.Contains(ip, ":") {
		ip = "[" + ip + "]"
	}
	if port == 0 {
		return ip
	}
	return fmt.Sprintf("%s:%d", ip, port)
}

func channel(a *alert.Alert) string {
	var parts []string
	for _, s := range [...]string{a.Channel, a.Security, string(a.Direction), a.Outcome} {
		if s != "" && s != "unknown" {
			parts = append(parts, s)
		}
	}
	if a.Receiver != nil {
		parts = append(parts, agreement(&a.Receiver.Agreement))
	}
	return strings.Join(parts, ", ")
}

// agreement is the verdict in words, with the entry that gave it.
func agreement(g *alert.Agreement) string {
	if g.Verdict == "" {
		return "agreement not judged"
	}
	s := strings.ReplaceAll(g.Verdict, "_", " ")
	if g.ID != "" {
		s += " (" + notify.Clip(notify.Plain(g.ID), 32, false) + ")"
	}
	return s
}

// rcpts lists the domains of a mail, the rejected ones in brackets.
func rcpts(a *alert.Alert) string {
	if len(a.Recipients) == 0 {
		return ""
	}
	var parts []string
	for i := range a.Recipients {
		if i == 6 {
			parts = append(parts, fmt.Sprintf("%d more", len(a.Recipients)-i))
			break
		}
		r := &a.Recipients[i]
		s := notify.Clip(notify.Plain(r.Domain.String()), 40, true)
		if r.Accepted != nil && !*r.Accepted {
			s += " (rejected)"
		} else {
			s += " (" + strings.ReplaceAll(r.Agreement.Verdict, "_", " ") + ")"
		}
		parts = append(parts, s)
	}
	return "for " + strings.Join(parts, ", ")
}

func findings(a *alert.Alert) string {
	var parts []string
	for _, c := range notify.Identifiers(a) {
		parts = append(parts, fmt.Sprintf("%s %d", notify.Clip(notify.Plain(c.Kind), 24, false), c.N))
	}
	if len(parts) == 0 {
		return ""
	}
	s := strings.Join(parts, ", ")
	switch n := notify.Individuals(a); n {
	case "":
	case "1":
		s += "; 1 person"
	default:
		s += "; " + n + " people"
	}
	if a.PHI != nil && a.PHI.Level != "" {
		s += "; confidence " + string(a.PHI.Level)
	}
	return s
}

// wrap breaks text at blanks into lines of at most n columns, the second and later ones of n minus less. Words that do
// not fit are cut hard.
func wrap(s string, n, less int) []string {
	var out []string
	line, room := "", n
	for _, word := range strings.Fields(s) {
		if line != "" && notify.Width(line)+1+notify.Width(word) <= room {
			line += " " + word
			continue
		}
		if line != "" {
			out = append(out, line)
			room = n - less
		}
		for notify.Width(word) > room {
			head := cut(word, room)
			out = append(out, head)
			word = word[len(head):]
			room = n - less
		}
		line = word
	}
	if line != "" || len(out) == 0 {
		out = append(out, line)
	}
	return out
}

// cut returns the longest beginning of a word that fits into n columns, one character at least.
func cut(word string, n int) string {
	for i, r := range word {
		if n -= notify.Width(string(r)); n < 0 && i > 0 {
			return word[:i]
		}
	}
	return word
}

package list

import (
	"bytes"
	"context"
	stdcsv "encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/notify"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func label(s string) finding.Label { return finding.Safe(s) }

// samples are three alerts: a mail, a file whose names are hostile, and a day's encrypted data over IPv6.
func samples() []*alert.Alert {
	yes, no := true, false
	when := alert.Time(time.Date(2026, 3, 2, 14, 5, 7, 123456789, time.UTC).UnixNano())
	mail := &alert.Alert{Schema: alert.Schema, ID: "3f9c21ab00112233445566778899aabb", Incident: "i1", Revision: 1, Final: true}
	mail.Case = alert.Case{
		Time: when, First: when, Last: when, Kind: alert.PHIExposure, Direction: alert.Egress, Channel: "smtp", Security: "cleartext", Outcome: "delivered",
		Sender: &alert.Sender{IP: "10.20.30.11", Port: 41000, Name: label("mail.hospital.example"), User: label("dr.who")},
		Receiver: &alert.Receiver{IP: "203.0.113.9", Port: 25, Name: label("mx1.transcripts.example"), NameSource: "dns", Place: alert.Offshore, Country: "IN", ASN: 55824,
			ASOrg: "National Knowledge Network", Agreement: alert.Agreement{Verdict: "no_agreement", Reason: "No entry matches."}},
		Recipients: []alert.Recipient{
			{Domain: label("transcripts.example"), Accepted: &yes, Agreement: alert.Agreement{Verdict: "no_agreement"}},
			{Domain: label("covered.example"), Agreement: alert.Agreement{Verdict: "covered", ID: "c1", Vendor: "Covered"}},
			{Domain: label("rejected.example"), Accepted: &no, Agreement: alert.Agreement{Verdict: "expired"}},
		},
		Object: &alert.Object{Path: []finding.Label{label("message"), label("report.zip"), label("patients.csv")}, Size: 12345, Complete: true},
		Identifiers: []finding.Finding{{Kind: "ssn", Count: 12}, {Kind: "mrn", Count: 12}, {Kind: "name", Count: 11}, {Kind: "ssn", Count: 1},
			{Kind: "dob", Count: 11}, {Kind: "member_id", Count: 4}, {Kind: "icd10", Count: 22}, {Kind: "address", Count: 9}},
		Individuals: &finding.Individuals{Low: 11, High: 13},
		PHI:         &alert.PHI{Verdict: finding.PHI, Level: finding.High, Score: 95},
		Coverage:    &alert.Coverage{State: "inspected", Reasons: []alert.ReasonBytes{}},
	}
	mail.Verdict = alert.Verdict{Severity: alert.Critical, Title: "PHI in the clear to transcripts.example (India): no agreement",
		Reasons: []string{"Found.", "Sent."}, HIPAA: []string{"45 CFR 164.502(e)"}, Attack: []string{"T1048.003"}}

	file := &alert.Alert{Schema: alert.Schema, ID: "00ff", Final: true}
	file.Case = alert.Case{
		Time: when, Kind: alert.PIIExposure, Direction: alert.Egress, Channel: "http", Security: "cleartext", Outcome: "refused",
		Sender: &alert.Sender{IP: "10.1.1.1"},
		Receiver: &alert.Receiver{IP: "198.51.100.1", Port: 80, Name: label(strings.Repeat("very-long-label.", 12) + "example"), Place: alert.Disputed,
			ASOrg: "株式会社病院ネットワーク\x1b[31m\u202e\nX", Agreement: alert.Agreement{Verdict: "expired", ID: "müller", Vendor: "=cmd()"}},
		Object:      &alert.Object{Path: []finding.Label{label("=HYPERLINK(1)"), label(strings.Repeat("d", 200)), label("end.csv")}},
		Identifiers: []finding.Finding{{Kind: "custom:" + finding.Kind(strings.Repeat("k", 100)), Count: 1}},
		Individuals: &finding.Individuals{Low: 1, High: 1},
		PHI:         &alert.PHI{Verdict: finding.PIIOnly, Level: finding.Medium},
	}
	file.Verdict = alert.Verdict{Severity: alert.Medium, Title: "+Personal data in the clear to " + strings.Repeat("x", 60) + ": 合意 expired", Reasons: []string{"@Found."}}

	daily := &alert.Alert{Schema: alert.Schema, ID: "abcdef0123456789", Final: true}
	daily.Case = alert.Case{Time: when, Kind: alert.EncryptedEgress, Direction: alert.Egress, Channel: "tls", Security: "encrypted", Outcome: "unknown",
		Sender: &alert.Sender{IP: "fd00::1"}, Receiver: &alert.Receiver{IP: "2001:db8::9", Port: 443, Place: alert.Unknown, Agreement: alert.Agreement{Verdict: "no_agreement"}}}
	daily.Verdict = alert.Verdict{Severity: alert.Info, Title: "12 MB encrypted to 2001:db8::9 (unknown): no agreement", Reasons: []string{"Sent."}}
	return []*alert.Alert{mail, file, daily}
}

func records(t testing.TB) []notify.Record {
	var out []notify.Record
	for i, a := range samples() {
		b, err := a.JSON()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, notify.Record{Alert: a, JSON: b, Index: int64(i), LeafHash: "ab", Checkpoint: "cp", RecordedAt: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)})
	}
	return out
}

func render(t testing.TB, format string, o notify.Options, rs []notify.Record) string {
	t.Helper()
	var b bytes.Buffer
	w, ok := New(format, &b, o)
	if !ok {
		t.Fatalf("no format %s", format)
	}
	for i := 0; i < len(rs); i += 2 { // in two calls
		if n, err := w.Deliver(context.Background(), rs[i:min(i+2, len(rs))]); err != nil || n != len(rs[i:min(i+2, len(rs))]) {
			t.Fatalf("%s: %d %v", format, n, err)
		}
	}
	if err := w.Close(notify.Summary{Coverage: "Coverage: 99.2 % of 1,234,567 bytes were inspected, 0.8 % could not be opened (format)."}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	for _, f := range Formats() {
		if f.Name == "jsonl" || f.Name == "json" {
			continue // their bytes are those of alert.JSON
		}
		got := render(t, f.Name, notify.Options{}, records(t))
		path := filepath.Join("testdata", f.Name+".golden")
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs (go test -update rewrites it):\n%s", f.Name, got)
		}
	}
}

func TestTable(t *testing.T) {
	out := render(t, "table", notify.Options{}, records(t))
	for _, line := range strings.Split(out, "\n") {
		if notify.Width(line) > 80 {
			t.Errorf("%d columns: %s", notify.Width(line), line)
		}
		if strings.TrimRight(line, " ") != line {
			t.Errorf("blanks at the end of %q", line)
		}
	}
	if strings.ContainsAny(out, "\x1b\u202e") {
		t.Error("a control character came through")
	}
	for _, want := range []string{"CRITICAL", "[3f9c21ab]", "10.20.30.11", "mx1.transcripts.example 203.0.113.9:25", "(IN offshore", "message/report.zip/patients.csv",
		"ssn 13, mrn 12", "11-13 people", "1 person", "confidence high", "rejected.example (rejected)", "[2001:db8::9]:443", "3 alerts: 1 critical, 1 medium, 1 info. Coverage: 99.2 %"} {
		if !strings.Contains(strings.ReplaceAll(out, "\n    ", " "), want) {
			t.Errorf("the table does not say %q:\n%s", want, out)
		}
	}
	color := render(t, "table", notify.Options{Color: true}, records(t))
	if regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(color, "") != out {
		t.Error("colour changes more than the colour")
	}
	if got := render(t, "table", notify.Options{}, nil); !strings.HasPrefix(got, "No alerts. Coverage:") {
		t.Errorf("no alerts: %q", got)
	}
}

func TestJSON(t *testing.T) {
	rs := records(t)
	want := ""
	for _, r := range rs {
		want += string(r.JSON) + "\n"
	}
	if got := render(t, "jsonl", notify.Options{}, rs); got != want {
		t.Errorf("not the canonical lines:\n%s", got)
	}
	for _, o := range []notify.Options{{}, {Envelope: true}} {
		for _, n := range []int{0, 1, 3} {
			var list []map[string]json.RawMessage
			if err := json.Unmarshal([]byte(render(t, "json", o, rs[:n])), &list); err != nil || len(list) != n {
				t.Errorf("array of %d: %v", n, err)
			}
		}
	}
	lines := strings.Split(strings.TrimSpace(render(t, "jsonl", notify.Options{Envelope: true}, rs)), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines", len(lines))
	}
	var e struct {
		Alert      json.RawMessage
		Index      int64
		LeafHash   string `json:"leaf_hash"`
		RecordedAt string `json:"recorded_at"`
	}
	if err := json.Unmarshal([]byte(lines[2]), &e); err != nil || !bytes.Equal(e.Alert, rs[2].JSON) || e.Index != 2 || e.LeafHash != "ab" || e.RecordedAt != "2026-11-24T08:00:00Z" {
		t.Errorf("%v %+v", err, e)
	}
}

func TestCSV(t *testing.T) {
	out := render(t, "csv", notify.Options{}, records(t))
	rows, err := stdcsv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		for _, c := range row {
			if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
				t.Errorf("a spreadsheet would calculate %q", c)
			}
			if strings.ContainsAny(c, "\x1b\u202e\n") {
				t.Errorf("a control character came through: %q", c)
			}
		}
	}
	if got := render(t, "csv", notify.Options{}, nil); !strings.HasPrefix(got, "time,severity,kind,") || strings.Count(got, "\n") != 1 {
		t.Errorf("empty: %q", got)
	}
	if !strings.Contains(out, "ssn:13; mrn:12") || !strings.Contains(out, "rejected.example (rejected, expired)") {
		t.Error(out)
	}
}

type broken struct{ left int }

func (b *broken) Write(p []byte) (int, error) {
	if b.left--; b.left < 0 {
		return 0, os.ErrClosed
	}
	return len(p), nil
}

func TestBroken(t *testing.T) {
	rs := records(t)
	for _, f := range Formats() {
		taken := 1
		b := &broken{left: 1}
		if f.Name == "csv" {
			b.left = 2 // the header
		}
		w := f.New(b, notify.Options{})
		n, err := w.Deliver(context.Background(), rs)
		if n != taken || !errors.Is(err, notify.ErrPermanent) || !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s: %d %v", f.Name, n, err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if n, err := f.New(&bytes.Buffer{}, notify.Options{}).Deliver(ctx, rs); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled: %d %v", f.Name, n, err)
		}
	}
	if _, ok := New("xml", nil, notify.Options{}); ok {
		t.Error("there is a format xml")
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{"a\nb": `a\u000ab`, "\xff": `\xff`, "é": "é", "\u202e": `\u202e`, "\U000e0001": `\U000e0001`, "ok": "ok"} {
		if got := notify.Plain(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	for _, c := range []struct {
		in   string
		n    int
		tail bool
		want string
	}{
		{"abcdef", 6, false, "abcdef"}, {"abcdefg", 6, false, "abc..."}, {"abcdefg", 6, true, "...efg"}, {"病院病院", 7, false, "病院..."}, {"病院病院", 6, true, "...院"},
		{"abcdef", 2, false, ".."}, {"abcdef", 0, true, ""},
	} {
		if got := notify.Clip(c.in, c.n, c.tail); got != c.want || notify.Width(got) > c.n {
			t.Errorf("%q in %d: %q", c.in, c.n, got)
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add("title", "name", "path", uint8(3))
	f.Add(strings.Repeat("x", 300), "病院\u0301", "\x00\x1b", uint8(0))
	f.Fuzz(func(t *testing.T, title, name, path string, n uint8) {
		a := samples()[int(n)%3]
		a.Title, a.ID = title, "0123456789"[:int(n)%11]
		a.Receiver.Name, a.Receiver.ASOrg = label(name), path
		a.Object = &alert.Object{Path: []finding.Label{label(path), label(name)}}
		for _, line := range strings.Split(render(t, "table", notify.Options{}, []notify.Record{{Alert: a}}), "\n") {
			if notify.Width(line) > 80 {
				t.Fatalf("%d columns: %q", notify.Width(line), line)
			}
		}
		rows, err := stdcsv.NewReader(strings.NewReader(render(t, "csv", notify.Options{}, []notify.Record{{Alert: a}}))).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[0]) != len(rows[1]) {
			t.Fatalf("csv: %v", err)
		}
	})
}

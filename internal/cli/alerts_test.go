package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/pcaptest"
)

// saved writes a capture of the test to a file.
func saved(t *testing.T, capture []byte) string {
	path := filepath.Join(t.TempDir(), "made.pcap")
	write(t, path, capture)
	return path
}

type alertRow struct {
	ID       string `json:"id"`
	Incident string `json:"incident"`
	Kind     string `json:"kind"`
	Severity string `json:"severity"`
	Channel  string `json:"channel"`
	Detail   string `json:"detail"`
	Receiver struct {
		IP      string `json:"ip"`
		Country string `json:"country"`
	} `json:"receiver"`
}

func kinds(rows []alertRow) (out []string) {
	for _, a := range rows {
		if !slices.Contains(out, a.Kind) {
			out = append(out, a.Kind)
		}
	}
	return out
}

// TestEvasionOnConflicts holds that captures with conflicting overlaps raise evasion. bigtransfer is not among them: its
// sequence numbers were edited, and the same number one lap of 4 GiB later is no conflict.
func TestEvasionOnConflicts(t *testing.T) {
	root := shared(t, "pcaps")
	for _, row := range table(t, filepath.Join(root, "MANIFEST.tsv")) {
		if !strings.Contains(row["anomalies_tshark_expert"], "conflicting_overlap_bytes") || strings.Contains(row["file"], "bigtransfer") {
			continue
		}
		r := replayed(t, "-q", filepath.Join(root, row["file"]))
		if k := kinds(lines[alertRow](t, r.out)); !slices.Contains(k, "evasion") {
			t.Errorf("%s: no evasion, but %v", row["file"], k)
		}
	}
}

// TestCredentialsInTheClear holds that logins in the clear that cross the border are told, by whatever protocol.
func TestCredentialsInTheClear(t *testing.T) {
	c := pcaptest.New()
	mail := c.TCP("10.1.1.5:40000", "1.6.40.25:587")
	mail.Open()
	mail.Server("220 mx ESMTP\r\n")
	mail.Client("EHLO a\r\n")
	mail.Server("250-mx\r\n250 AUTH PLAIN LOGIN\r\n")
	mail.Client("AUTH LOGIN\r\n")
	mail.Server("334 VXNlcm5hbWU6\r\n")
	mail.Client("bnVyc2U=\r\n")
	mail.Server("334 UGFzc3dvcmQ6\r\n")
	mail.Client("aHVudGVyMnh5eg==\r\n")
	mail.Server("235 ok\r\n")
	mail.Close()
	ftp := c.TCP("1.6.40.26:40001", "10.1.1.6:21") // a client outside
	ftp.Open()
	ftp.Server("220 ready\r\n")
	ftp.Client("USER nurse\r\n")
	ftp.Server("331 password\r\n")
	ftp.Client("PASS hunter2xyz\r\n")
	ftp.Server("230 in\r\n")
	ftp.Close()
	web := c.TCP("10.1.1.5:40002", "1.6.40.27:80")
	web.Open()
	web.Client("GET /a HTTP/1.1\r\nHost: a.example\r\nAuthorization: Basic bnVyc2U6aHVudGVyMnh5eg==\r\n\r\n")
	web.Server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	web.Close()
	inside := c.TCP("10.1.1.5:40003", "10.1.1.7:80")
	inside.Open()
	inside.Client("GET /a HTTP/1.1\r\nHost: b.example\r\nAuthorization: Basic bnVyc2U6aHVudGVyMnh5eg==\r\n\r\n")
	inside.Server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	inside.Close()
	r := replayed(t, "-q", saved(t, c.Bytes()))
	var got []string
	for _, a := range lines[alertRow](t, r.out) {
		if a.Kind == "credential_exposure" {
			got = append(got, a.Channel)
			if a.Severity != "medium" {
				t.Errorf("%s: severity %s", a.Channel, a.Severity)
			}
		}
	}
	slices.Sort(got)
	if want := []string{"ftp", "http", "smtp"}; !slices.Equal(got, want) {
		t.Errorf("logins told on %v, want %v", got, want)
	}
	for _, secret := range []string{"hunter2xyz", "aHVudGVyMnh5eg==", "bnVyc2U6aHVudGVyMnh5eg=="} {
		if strings.Contains(string(r.out), secret) {
			t.Error("a secret is in the alerts")
		}
	}
}

const person = "Patient: Holloway, Ada\r\nMRN: 51470693\r\nDOB: 01/19/1991\r\nSSN: 514-70-6932\r\nDiagnosis: E11.9\r\n"

// TestHopsShareTheIncident holds that the further hops of a mail carry the incident of its first, by Message-ID, though a
// relay changes the header.
func TestHopsShareTheIncident(t *testing.T) {
	c := pcaptest.New()
	hop := func(from, to, extra string) {
		s := c.TCP(from, to)
		s.Open()
		s.Server("220 mx ESMTP\r\n")
		s.Client("EHLO a\r\n")
		s.Server("250 mx\r\n")
		s.Client("MAIL FROM:<a@hospital.example>\r\n")
		s.Server("250 ok\r\n")
		s.Client("RCPT TO:<b@office.example>\r\n")
		s.Server("250 ok\r\n")
		s.Client("DATA\r\n")
		s.Server("354 go\r\n")
		s.Client(extra + "From: a@hospital.example\r\nMessage-ID: <1@hospital.example>\r\nSubject: chart\r\n\r\n" + person + ".\r\n")
		s.Server("250 queued\r\n")
		s.Client("QUIT\r\n")
		s.Close()
	}
	hop("10.1.1.5:40000", "10.1.1.25:25", "")
	hop("10.1.1.25:40001", "1.6.40.25:25", "Received: from a by relay; Tue, 24 Nov 2026 08:00:00 +0000\r\n")
	rows := lines[alertRow](t, replayed(t, "-q", saved(t, c.Bytes())).out)
	if len(rows) != 2 || rows[0].Incident != rows[1].Incident || rows[0].ID == rows[1].ID {
		t.Errorf("two hops of a mail give %+v", rows)
	}
}

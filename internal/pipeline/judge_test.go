package pipeline_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/config"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
	"github.com/phiwatch/phiwatch/internal/pipeline"
	protolist "github.com/phiwatch/phiwatch/internal/proto/list"
)

// chart is a made-up patient's.
const chart = "Patient: Quillfeather, Ottoline\r\nMRN: 51470693\r\nDOB: 01/19/1991\r\nSSN: 514-70-6932\r\nDiagnosis: E11.9\r\n"

const register = `
version: 1
entries:
- {id: digits, vendor: Digits, basis: baa, match: {suffixes: [site20260101.example], mail_domains: [a1234567.example]}, permit: {countries: [US, IN]}}
- {id: banned, vendor: Banned, basis: refused, match: {exact: [up77777.site20260101.example], mail_domains: [a7654321.example]}}
- {id: tiered, vendor: Tiered, basis: baa, tier: {accounts: [ward-upload-20260101]}, match: {cidrs: [14.139.60.77/32]}, permit: {countries: [US, IN]}}
`

// judged runs packets through the whole pipeline, with an own mail domain and a register, and returns the alerts.
func judged(t *testing.T, key byte, pkts []flow.Packet) ([]*alert.Alert, *pipeline.Stats) {
	t.Helper()
	c := config.Default()
	c.Network.MailDomains = []string{"ward55555.example"}
	c.Agreements.File = filepath.Join(t.TempDir(), "agreements.yaml")
	if err := os.WriteFile(c.Agreements.File, []byte(register), 0o600); err != nil {
		t.Fatal(err)
	}
	brain, _, err := app.BuildBrain(&c, [32]byte{key})
	if err != nil {
		t.Fatal(err)
	}
	var out []*alert.Alert
	p := pipeline.New(brain, pipeline.Options{Workers: 2, Detect: true, Protocols: pipeline.Protocols{List: protolist.Protocols(), Raw: protolist.Raw()},
		Emit: func(a *alert.Alert) error { out = append(out, a); return nil }})
	src := packets(pkts)
	if err := p.Run(t.Context(), &src); err != nil {
		t.Fatal(err)
	}
	return out, p.Stats()
}

// only returns the one alert of a kind.
func only(t *testing.T, list []*alert.Alert, k alert.Kind) *alert.Alert {
	t.Helper()
	var found []*alert.Alert
	for _, a := range list {
		if a.Kind == k {
			found = append(found, a)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d alerts of kind %s among %d", len(found), k, len(list))
	}
	return found[0]
}

// sent is a mail to recipients.
func sent(hop string, body string, to ...string) []flow.Packet {
	return mailed(hop, "Subject: a\r\n\r\n"+body, to...)
}

func mailed(hop string, message string, to ...string) []flow.Packet {
	c := pcaptest.New()
	s := c.TCP("10.1.1.5:40000", hop)
	s.Open()
	s.Server("220 mx ESMTP\r\n")
	s.Client("EHLO a\r\n")
	s.Server("250 mx\r\n")
	s.Client("MAIL FROM:<a@b.example>\r\n")
	s.Server("250 ok\r\n")
	for _, r := range to {
		s.Client("RCPT TO:<" + r + ">\r\n")
		s.Server("250 ok\r\n")
	}
	s.Client("DATA\r\n")
	s.Server("354 go\r\n")
	s.Client(message + "\r\n.\r\n")
	s.Server("250 queued\r\n")
	s.Close()
	return c.Packets()
}

func posted(to, host, path, body string) []flow.Packet {
	c := pcaptest.New()
	s := c.TCP("10.1.1.5:40000", to)
	s.Open()
	s.Client("POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: text/plain\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
	s.Server("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
	s.Close()
	return c.Packets()
}

// TestRegisterIsAskedWithTheName holds that names with numbers, whose labels are masked, are found in the register and
// among the own domains, and are not printed.
func TestRegisterIsAskedWithTheName(t *testing.T) {
	for host, want := range map[string]string{"cdn.site20260101.example": "digits", "up77777.site20260101.example": "banned"} {
		list, _ := judged(t, 1, posted("14.139.60.12:80", host, "/a", chart))
		a := only(t, list, alert.PHIExposure)
		if a.Receiver.Agreement.ID != want {
			t.Errorf("%s: agreement %+v", want, a.Receiver.Agreement)
		}
		masked(t, a, "20260101", "77777")
	}
	a := only(t, first(judged(t, 1, sent("10.9.9.9:25", chart, "x@ward55555.example"))), alert.PHIExposure)
	if a.Direction != alert.Internal {
		t.Errorf("mail to an own domain: %s", a.Direction)
	}
	masked(t, a, "55555")
}

// TestAccountIsSeen holds that a tier's account is compared with the user name, not with its label.
func TestAccountIsSeen(t *testing.T) {
	for user, want := range map[string]string{"ward-upload-20260101": "covered", "ward-upload-20260102": "tier_unproven"} {
		c := pcaptest.New()
		control, data := c.TCP("10.1.1.5:40000", "14.139.60.77:21"), c.TCP("10.1.1.5:40001", "14.139.60.77:51210")
		uploads(control, data, user)
		list, _ := judged(t, 1, c.Packets())
		a := only(t, list, alert.PHIExposure)
		if got := a.Receiver.Agreement; got.ID != "tiered" || got.Verdict != want {
			t.Errorf("agreement %+v, want %s", got, want)
		}
		masked(t, a, user)
	}
}

func uploads(control, data *pcaptest.Session, user string) {
	control.Open()
	control.Server("220 ready\r\n")
	control.Client("USER " + user + "\r\n")
	control.Server("331 go on\r\n")
	control.Client("PASS b\r\n")
	control.Server("230 in\r\n")
	control.Client("PASV\r\n")
	control.Server("227 Entering Passive Mode (14,139,60,77,200,10)\r\n")
	control.Client("STOR list.csv\r\n")
	control.Server("150 go\r\n")
	data.Open()
	data.Client(chart)
	data.Close()
	control.Server("226 done\r\n")
	control.Close()
}

// TestPathOfATransfer holds that findings in a file whose name another connection tells are placed in that file.
func TestPathOfATransfer(t *testing.T) {
	c := pcaptest.New()
	uploads(c.TCP("10.1.1.5:40000", "14.139.60.77:21"), c.TCP("10.1.1.5:40001", "14.139.60.77:51210"), "a")
	a := only(t, first(judged(t, 1, c.Packets())), alert.PHIExposure)
	if len(a.Identifiers) == 0 || a.Object.Path[0].String() != "list.csv" {
		t.Fatalf("object %v, %d kinds found", a.Object.Path, len(a.Identifiers))
	}
	for _, f := range a.Identifiers {
		if f.Path[0] != a.Object.Path[0] {
			t.Errorf("%s is found in %v, the object is %v", f.Kind, f.Path, a.Object.Path)
		}
	}
}

// TestRecipientsWithOneMask holds that two domains whose masks are alike are two recipients, each with its own verdict.
func TestRecipientsWithOneMask(t *testing.T) {
	a := only(t, first(judged(t, 1, sent("14.139.60.10:25", chart, "x@a1234567.example", "y@A1234567.EXAMPLE", "z@a7654321.example"))), alert.PHIExposure)
	if len(a.Recipients) != 2 || a.Recipients[0].Domain != a.Recipients[1].Domain {
		t.Fatalf("recipients %+v", a.Recipients)
	}
	if x, y := a.Recipients[0].Agreement, a.Recipients[1].Agreement; x.ID != "digits" || y.ID != "banned" || y.Verdict != "refused" {
		t.Errorf("agreements %+v, %+v", x, y)
	}
	masked(t, a, "1234567", "7654321")
}

func first(list []*alert.Alert, _ *pipeline.Stats) []*alert.Alert { return list }

// masked holds that nothing of the values is in the record of an alert.
func masked(t *testing.T, a *alert.Alert, values ...string) {
	t.Helper()
	b, err := a.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		if strings.Contains(strings.ToLower(string(b)), v) {
			t.Errorf("a value of %d characters is in an alert of kind %s", len(v), a.Kind)
		}
	}
}

// TestIDsDoNotDependOnTheKey holds that an alert has the same id under every token key, though the label of its file
// name has not.
func TestIDsDoNotDependOnTheKey(t *testing.T) {
	pkts := posted("14.139.60.12:80", "up.example", "/quillfeather_ottoline_51470693.txt", chart)
	a, b := only(t, first(judged(t, 1, pkts)), alert.PHIExposure), only(t, first(judged(t, 2, pkts)), alert.PHIExposure)
	if a.Object.Path[0] == b.Object.Path[0] {
		t.Fatalf("the labels are alike: %v", a.Object.Path)
	}
	if a.ID != b.ID || a.Incident != b.Incident {
		t.Errorf("ids %s and %s, incidents %s and %s", a.ID, b.ID, a.Incident, b.Incident)
	}
	pkts = posted("14.139.60.12:80", "up.example", "/quillfeather_report_51470693.txt", chart)
	if c := only(t, first(judged(t, 1, pkts)), alert.PHIExposure); c.ID == a.ID {
		t.Error("the path is not in the id")
	}
}

// TestReasonsCountOnce holds that a reason is booked once though the stream knows of it as well, and though the object
// is read a second time because some of its bytes came in two versions.
func TestReasonsCountOnce(t *testing.T) {
	const pdf = "%PDF-1.7\n1 0 obj\n<</Length 999>>\nstream\n"
	body := pdf + strings.Repeat("x1y2z3w4", 100)
	head := "POST /a HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/pdf\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n"
	run := func(send func(*pcaptest.Session)) *coverage.Account {
		c := pcaptest.New()
		s := c.TCP("10.1.1.5:40000", "14.139.60.12:80")
		s.Open()
		s.Client(head)
		send(s)
		s.Server("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
		s.Close()
		_, stats := judged(t, 1, c.Packets())
		return &stats.Account
	}
	plain := run(func(s *pcaptest.Session) { s.Client(body) })
	if plain.Events[coverage.Format] != 1 {
		t.Fatalf("format: %d events", plain.Events[coverage.Format])
	}
	twice := run(func(s *pcaptest.Session) {
		s.Client(body[:600])
		s.At(flow.ToServer, -100, body[500:540]+"other"+body[545:600], 0)
		s.Client(body[600:])
	})
	if twice.Events[coverage.Ambiguous] == 0 {
		t.Fatal("no second version")
	}
	if n := twice.Events[coverage.Format]; n != 1 || twice.Reasons[coverage.Format] != plain.Reasons[coverage.Format] {
		t.Errorf("format: %d events, %d bytes; read once: %d", n, twice.Reasons[coverage.Format], plain.Reasons[coverage.Format])
	}
	holed := run(func(s *pcaptest.Session) {
		s.Client(body[:500])
		s.Skip(flow.ToServer, 100)
		s.Client(body[600:])
	})
	if holed.Events[coverage.Gap] != 1 || holed.Reasons[coverage.Gap] != 100 {
		t.Errorf("gap: %d events, %d bytes of 100", holed.Events[coverage.Gap], holed.Reasons[coverage.Gap])
	}
}

// TestNumberInAFileNameCountsOnce holds that a number in the name of an attachment, which is in the mail's header and the
// name of the part, is one match.
func TestNumberInAFileNameCountsOnce(t *testing.T) {
	body := "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; name=\"ssn 514-69-0360.txt\"\r\n" +
		"Content-Disposition: attachment; filename=\"ssn 514-69-0360.txt\"\r\n\r\nThe patient's diagnosis: type 2 diabetes\r\n--b--"
	c := sent("14.139.60.10:25", body, "x@vendor.example")
	n := 0
	for _, f := range only(t, first(judged(t, 1, c)), alert.PHIExposure).Identifiers {
		if f.Kind == finding.SSN {
			n += f.Count
		}
	}
	if n != 1 {
		t.Errorf("counted %d times", n)
	}
}

// TestHostsThatNamePeople holds that the name of somebody in an object is hidden in the names of its hosts, in alerts
// that came before the object and in those without one, while the register is asked with the name itself.
func TestHostsThatNamePeople(t *testing.T) {
	const host = "quillfeather.ottoline.site20260101.example"
	c := pcaptest.New()
	s := c.TCP("10.1.1.5:40000", "14.139.60.12:80")
	s.Open()
	for _, body := range []string{"nothing", chart} {
		s.Client("POST /a HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Basic bnVyc2U6aHVudGVyMnh5eg==\r\nContent-Type: text/plain\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
		s.Server("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
	}
	s.Close()
	list, _ := judged(t, 1, c.Packets())
	only(t, list, alert.CredentialExposure)
	for _, a := range list {
		masked(t, a, "quillfeather", "ottoline")
		if a.Receiver.Agreement.ID != "digits" || !strings.HasSuffix(a.Receiver.Name.String(), ".example") {
			t.Errorf("%s: receiver %s, agreement %+v", a.Kind, a.Receiver.Name, a.Receiver.Agreement)
		}
	}
}

package policy

import (
	"encoding/json"
	"math/rand"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/phiwatch/phiwatch/internal/agreement"
	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/finding"
)

// exposure is a case of PHI that left in the clear, of high confidence.
func exposure(place alert.Place, verdict string) *alert.Case {
	return &alert.Case{
		Kind: alert.PHIExposure, Direction: alert.Egress, Channel: "http", Security: "cleartext", Outcome: "delivered",
		Sender:      &alert.Sender{IP: "10.1.1.1", Port: 50000},
		Receiver:    &alert.Receiver{IP: "203.0.113.9", Port: 80, Name: finding.Safe("up.vendor.example"), Place: place, Country: countryOf(place), Agreement: alert.Agreement{Verdict: verdict, Reason: "Because."}},
		Identifiers: []finding.Finding{{Kind: "ssn", Count: 2}, {Kind: "dob", Count: 1}, {Kind: "ssn", Count: 1}},
		Individuals: &finding.Individuals{Low: 2, High: 3},
		PHI:         &alert.PHI{Verdict: finding.PHI, Level: finding.High},
	}
}

func countryOf(p alert.Place) string {
	switch p {
	case alert.Domestic:
		return "US"
	case alert.Offshore:
		return "IN"
	case alert.Concern:
		return "CN"
	}
	return ""
}

var (
	places   = []alert.Place{alert.Offshore, alert.Concern, alert.Disputed, alert.Unknown, alert.Private, alert.Domestic, alert.Anycast}
	verdicts = []string{agreement.Covered, agreement.Expired, agreement.NotYetEffective, agreement.KindExceeded, agreement.CountryExceeded, agreement.TransportBelowMin,
		agreement.TierUnproven, agreement.SubcontractorGap, agreement.IdentityMismatch, agreement.RefusedVerdict, agreement.NoAgreement}
)

// TestTable is the table of the Contract, cell by cell, with every step.
func TestTable(t *testing.T) {
	p := Default()
	for _, place := range places {
		near := place == alert.Domestic || place == alert.Anycast
		for _, v := range verdicts {
			row := map[bool]int{false: 4, true: 3}[near]
			if v == agreement.Covered {
				row -= 2
			}
			for _, pii := range []bool{false, true} {
				for _, level := range []finding.Level{finding.High, finding.Medium, finding.Low} {
					for _, grave := range []string{"", "minors", "heightened", "many", "all"} {
						c := exposure(place, v)
						want := row
						if pii {
							c.Kind, c.PHI.Verdict = alert.PIIExposure, finding.PIIOnly
							want--
						}
						if c.PHI.Level = level; level == finding.Medium {
							want--
						}
						c.PHI.Minors = grave == "minors" || grave == "all"
						c.PHI.Heightened = grave == "heightened" || grave == "all"
						if grave == "many" || grave == "all" {
							c.Individuals.Low = 500
						}
						if grave != "" {
							want++
						}
						want = min(max(want, 1), 4)
						if level == finding.Low {
							want = 0
						}
						if got := p.Judge(c).Severity; got.Rank() != want {
							t.Errorf("%s %s pii %v %s %s: %s, want %d", place, v, pii, level, grave, got, want)
						}
					}
				}
			}
		}
	}
}

func TestInformation(t *testing.T) {
	p := Default()
	for name, change := range map[string]func(*alert.Case){
		"test":     func(c *alert.Case) { c.PHI.Verdict = finding.Test },
		"low":      func(c *alert.Case) { c.PHI.Level = finding.Low },
		"ingress":  func(c *alert.Case) { c.Direction = alert.Ingress },
		"internal": func(c *alert.Case) { c.Direction = alert.Internal },
		"external": func(c *alert.Case) { c.Direction = alert.External },
	} {
		c := exposure(alert.Offshore, agreement.NoAgreement)
		c.PHI.Minors = true
		change(c)
		if v := p.Judge(c); v.Severity != alert.Info || !p.Alerts(c) {
			t.Errorf("%s: %s", name, v.Severity)
		}
	}
	c := exposure(alert.Offshore, agreement.NoAgreement)
	c.Individuals.Low = 499
	if v := p.Judge(c); v.Severity != alert.Critical {
		t.Errorf("%s", v.Severity)
	}
	c.Outcome = "refused"
	if v := p.Judge(c); v.Severity != alert.Critical || !strings.Contains(strings.Join(v.Reasons, " "), "refused the delivery") {
		t.Errorf("refused: %+v", v)
	}
}

func TestScan(t *testing.T) {
	for level, want := range map[finding.Level]alert.Severity{finding.High: alert.High, finding.Medium: alert.Medium, finding.Low: alert.Low} {
		for _, kind := range []alert.Kind{alert.PHIExposure, alert.PIIExposure} {
			c := &alert.Case{Kind: kind, PHI: &alert.PHI{Verdict: finding.PHI, Level: level, Minors: true}, Object: &alert.Object{Name: finding.Safe("a.csv")}}
			if v := Default().Judge(c); v.Severity != want || v.Title == "" {
				t.Errorf("%s %s: %+v", kind, level, v)
			}
		}
	}
}

func TestOtherKinds(t *testing.T) {
	p := Default()
	p.EncryptedEgress = 1000
	with := func(kind alert.Kind, place alert.Place, verdict string, bytes int64, d alert.Direction) *alert.Case {
		c := exposure(place, verdict)
		c.Kind, c.Bytes, c.Direction, c.PHI, c.Identifiers, c.Individuals = kind, bytes, d, nil, nil, nil
		return c
	}
	const none, covered = agreement.NoAgreement, agreement.Covered
	for _, c := range []struct {
		c      *alert.Case
		want   alert.Severity
		alerts bool
	}{
		{with(alert.EncryptedEgress, alert.Offshore, none, 1000, alert.Egress), alert.Info, true},
		{with(alert.EncryptedEgress, alert.Offshore, none, 1001, alert.Egress), alert.Medium, true},
		{with(alert.EncryptedEgress, alert.Domestic, none, 1001, alert.Egress), alert.Low, true},
		{with(alert.EncryptedEgress, alert.Anycast, none, 1001, alert.Egress), alert.Low, true},
		{with(alert.EncryptedEgress, alert.Domestic, covered, 1<<40, alert.Egress), alert.Low, false},
		{with(alert.EncryptedEgress, alert.Offshore, covered, 1001, alert.Egress), alert.Medium, true},
		{with(alert.EncryptedEgress, alert.Offshore, none, 1001, alert.Ingress), alert.Info, false},
		{with(alert.EncryptedEgress, alert.Offshore, none, 1001, alert.Internal), alert.Info, false},
		{with(alert.Uninspected, alert.Offshore, none, 0, alert.Egress), alert.Low, true},
		{with(alert.Uninspected, alert.Domestic, covered, 0, alert.Egress), alert.Low, true},
		{with(alert.Uninspected, alert.Offshore, none, 0, alert.Ingress), alert.Info, false},
		{with(alert.Uninspected, alert.Private, covered, 0, alert.Internal), alert.Info, false},
		{with(alert.CredentialExposure, alert.Offshore, none, 0, alert.Egress), alert.Medium, true},
		{with(alert.CredentialExposure, alert.Offshore, none, 0, alert.Ingress), alert.Medium, true},
		{with(alert.CredentialExposure, alert.Private, covered, 0, alert.Internal), alert.Medium, false},
		{with(alert.CleartextVoice, alert.Offshore, none, 0, alert.Egress), alert.Medium, true},
		{with(alert.Evasion, alert.Offshore, none, 0, alert.Internal), alert.Medium, true},
		{with(alert.EncryptionClaimFalse, alert.Offshore, none, 0, alert.Egress), alert.Medium, true},
		{&alert.Case{Kind: alert.Sensor, Detail: "packets_lost"}, alert.Medium, true},
	} {
		v := p.Judge(c.c)
		if v.Severity != c.want || p.Alerts(c.c) != c.alerts {
			t.Errorf("%s %s: %s, alerts %v", c.c.Kind, c.c.Direction, v.Severity, p.Alerts(c.c))
		}
		check(t, c.c, v)
	}
	for verdict, alerts := range map[finding.Verdict]bool{finding.PHI: true, finding.PIIOnly: true, finding.Test: true, finding.HealthOnly: false, finding.None: false} {
		c := exposure(alert.Offshore, none)
		c.PHI.Verdict = verdict
		if p.Alerts(c) != alerts {
			t.Errorf("verdict %q: alerts %v", verdict, !alerts)
		}
	}
	c := exposure(alert.Offshore, none)
	if c.PHI.Level = ""; p.Alerts(c) {
		t.Error("an alert without a level")
	}
}

// check holds for every verdict: one short line as a title, sentences as reasons, lists that are not null.
func check(t *testing.T, c *alert.Case, v alert.Verdict) {
	t.Helper()
	if v.Title == "" || utf8.RuneCountInString(v.Title) > 100 || strings.ContainsAny(v.Title, "\n\r") || strings.Contains(v.Title, "  ") {
		t.Errorf("%s: title %q", c.Kind, v.Title)
	}
	if len(v.Reasons) == 0 || v.HIPAA == nil || v.Attack == nil {
		t.Errorf("%s: %+v", c.Kind, v)
	}
	for _, r := range v.Reasons {
		if !strings.HasSuffix(r, ".") || r[0] >= 'a' && r[0] <= 'z' || strings.Contains(r, "%!") || strings.Contains(r, "  ") {
			t.Errorf("%s: no sentence: %q", c.Kind, r)
		}
	}
	if b, err := json.Marshal(v); err != nil || strings.Contains(string(b), "null") {
		t.Errorf("%s: %s %v", c.Kind, b, err)
	}
}

func TestRecipients(t *testing.T) {
	yes, no := true, false
	rcpt := func(d string, accepted *bool, v string) alert.Recipient {
		return alert.Recipient{Domain: finding.Safe(d), Accepted: accepted, Agreement: alert.Agreement{Verdict: v, Reason: "Because of " + d + "."}}
	}
	for _, c := range []struct {
		name  string
		hop   string
		rcpts []alert.Recipient
		want  alert.Severity
		title string
		says  []string
	}{
		{"all covered", agreement.Covered, []alert.Recipient{rcpt("a.example", &yes, agreement.Covered)}, alert.Low, "PHI in the clear to a.example (United States): covered", nil},
		{"worst decides", agreement.Covered, []alert.Recipient{rcpt("a.example", &yes, agreement.Covered), rcpt("b.example", &yes, agreement.Expired)}, alert.High,
			"PHI in the clear to b.example (United States): agreement expired", []string{"The worst of them decides: b.example.", "Recipient at a.example: Because of a.example."}},
		{"rejected does not count", agreement.Covered, []alert.Recipient{rcpt("a.example", &yes, agreement.Covered), rcpt("b.example", &no, agreement.NoAgreement)}, alert.Low,
			"PHI in the clear to a.example (United States): covered", []string{"Recipients that the server rejected are not judged: 1."}},
		{"all rejected", agreement.NoAgreement, []alert.Recipient{rcpt("b.example", &no, agreement.NoAgreement)}, alert.High,
			"PHI in the clear to b.example (United States): no agreement", []string{"rejected, as all were"}},
		{"reply not seen", agreement.Covered, []alert.Recipient{rcpt("b.example", nil, agreement.NoAgreement)}, alert.High,
			"PHI in the clear to b.example (United States): no agreement", []string{"Whether it was accepted was not seen."}},
		{"hop fails", agreement.RefusedVerdict, []alert.Recipient{rcpt("a.example", &yes, agreement.Covered)}, alert.High,
			"PHI in the clear to up.vendor.example (United States): refused vendor", []string{"Mail server: Because."}},
	} {
		k := exposure(alert.Domestic, c.hop)
		k.Channel, k.Recipients = "smtp", c.rcpts
		v := Default().Judge(k)
		if v.Severity != c.want || v.Title != c.title {
			t.Errorf("%s: %s %q", c.name, v.Severity, v.Title)
		}
		all := strings.Join(v.Reasons, "\n")
		for _, s := range c.says {
			if !strings.Contains(all, s) {
				t.Errorf("%s does not say %q:\n%s", c.name, s, all)
			}
		}
		check(t, k, v)
	}
}

func TestReasons(t *testing.T) {
	c := exposure(alert.Concern, agreement.NoAgreement)
	c.Individuals = &finding.Individuals{Low: 700, High: 720}
	c.PHI.Minors = true
	c.Coverage = &alert.Coverage{State: "partly_inspected", Reasons: []alert.ReasonBytes{{Reason: "gap", Bytes: 1460}}}
	c.Receiver.ASN, c.Receiver.ASOrg = 4812, "China Telecom (Group)"
	v := Default().Judge(c)
	check(t, c, v)
	want := []string{
		"Protected health information was found: 3 Social Security numbers, 1 date of birth; confidence high.",
		"It concerns 700 to 720 people. From 500 people on, a breach is notified to the Secretary together with the individuals (45 CFR 164.408(b)).",
		"Minors are among them.",
		"It went in the clear by http from 10.1.1.1 to up.vendor.example (203.0.113.9), in the network of China Telecom (Group) (AS4812).",
		"The receiver's address is in China (CN), a country of concern (28 CFR 202.601): bulk health data must not go there.",
		"Because.",
		"Part of it was not inspected (packets are missing, 1460 bytes), so there may be more than was counted.",
		"Severity: critical, because an agreement is missing or fails and the place is concern; one higher for 500 people or more.",
	}
	if got := strings.Join(v.Reasons, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("reasons:\n%s", got)
	}
	if v.Title != "PHI in the clear to up.vendor.example (China): no agreement" {
		t.Errorf("title %q", v.Title)
	}
	for _, p := range []string{"45 CFR 164.502(e)", "45 CFR 164.312(e)(1)", "45 CFR 164.402", "45 CFR 164.408(b)"} {
		if !strings.Contains(strings.Join(v.HIPAA, "|"), p) {
			t.Errorf("%s is missing in %v", p, v.HIPAA)
		}
	}
	if strings.Join(v.Attack, " ") != "T1048.003 T1071.001 T1567" {
		t.Errorf("attack %v", v.Attack)
	}
	c.Receiver.Place, c.Receiver.Geo = alert.Disputed, []alert.GeoAnswer{{DB: "one", Country: "US"}, {DB: "two", Country: "GB"}}
	if got := strings.Join(Default().Judge(c).Reasons, "\n"); !strings.Contains(got, "The receiver's country is disputed: one says United States (US), two says United Kingdom (GB).") {
		t.Errorf("disputed:\n%s", got)
	}
	c.Receiver.Place = alert.Anycast
	if got := strings.Join(Default().Judge(c).Reasons, "\n"); !strings.Contains(got, "anycast") {
		t.Errorf("anycast:\n%s", got)
	}
	c.Receiver.Name = finding.Safe(strings.Repeat("long-name.", 30) + "example")
	check(t, c, Default().Judge(c))
}

// TestAny judges random cases: no panic, and every verdict is well formed.
func TestAny(t *testing.T) {
	rng := rand.New(rand.NewSource(3))
	kinds := []alert.Kind{alert.PHIExposure, alert.PIIExposure, alert.EncryptedEgress, alert.Uninspected, alert.CleartextVoice, alert.CredentialExposure, alert.EncryptionClaimFalse, alert.Evasion, alert.Sensor}
	dirs := []alert.Direction{alert.Egress, alert.Ingress, alert.Internal, alert.External, ""}
	p := Default()
	for range 20000 {
		c := exposure(places[rng.Intn(len(places))], verdicts[rng.Intn(len(verdicts))])
		c.Kind, c.Direction = kinds[rng.Intn(len(kinds))], dirs[rng.Intn(len(dirs))]
		c.Channel = []string{"", "smtp", "ftp", "dns", "raw"}[rng.Intn(5)]
		c.Outcome = []string{"", "unknown", "refused", "delivered"}[rng.Intn(4)]
		c.Security = []string{"", "unknown", "encrypted", "cleartext"}[rng.Intn(4)]
		c.Detail = []string{"", "password", "format", "auth_plain"}[rng.Intn(4)]
		c.Bytes, c.Count = rng.Int63n(1<<40), rng.Intn(3)
		if rng.Intn(3) == 0 {
			c.PHI = nil
		}
		if rng.Intn(3) == 0 {
			c.Identifiers, c.Individuals = nil, nil
		}
		switch rng.Intn(5) {
		case 0:
			c.Receiver = nil
		case 1:
			c.Sender = nil
		case 2:
			for range rng.Intn(15) {
				c.Recipients = append(c.Recipients, alert.Recipient{Agreement: alert.Agreement{Verdict: verdicts[rng.Intn(len(verdicts))], Reason: "Because."}})
			}
		}
		p.Alerts(c)
		check(t, c, p.Judge(c))
	}
}

func TestWords(t *testing.T) {
	for code, want := range map[string]string{"US": "United States (US)", "IN": "India (IN)", "QQ": "QQ", "": "an unknown country", "ZW": "Zimbabwe (ZW)", "AD": "Andorra (AD)"} {
		if got := countryText(code); got != want {
			t.Errorf("%q: %q", code, got)
		}
	}
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 9999: "9999 bytes", 10000: "10 kB", 12_300_000: "12 MB", 20_000_000_000: "20 GB"} {
		if got := bytesText(n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	if got := kindText("custom:badge", 3); got != "3 of custom:badge" {
		t.Error(got)
	}
	if got := kindText("address", 2) + ", " + kindText("mrn", 1); got != "2 addresses, 1 medical record number" {
		t.Error(got)
	}
}

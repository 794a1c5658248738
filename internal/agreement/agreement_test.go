package agreement

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
)

var home = []string{"US", "PR"}

func parse(t testing.TB, text string) *Register {
	t.Helper()
	r, err := Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func at(day string) flow.Time {
	t, err := time.Parse(time.RFC3339, day)
	if err != nil {
		t, err = time.Parse(time.DateOnly, day)
	}
	if err != nil {
		panic(err)
	}
	return flow.Time(t.UnixNano())
}

const full = `
version: 1
entries:
- id: acme-transcription
  vendor: Acme Transcription, Inc.
  role: transcription
  basis: baa
  tier: {product: Business, tenants: [], accounts: []}
  contract: {ref: C-2025-118, signed: 2025-03-01, effective: 2025-03-01, expires: 2027-02-28, terminated: null}
  match: {suffixes: [acme.com], exact: [], mail_domains: [acme.com], cidrs: [], asns: [], sip_domains: [], ports: []}
  permit: {kinds: [], workflows: [], countries: [US], min_transport: any}
  subcontractors: []
  contact: {name: "...", email: "..."}
  review_by: 2026-09-01
`

func TestContractExample(t *testing.T) {
	r := parse(t, full)
	if r.Len() != 1 || len(r.Digest()) != 64 {
		t.Fatalf("%+v", r)
	}
	e := r.List()[0]
	if e.Contract.Expires.String() != "2027-02-28" || e.Contract.Terminated != 0 || e.Line != 4 || e.Permit.MinTransport != "any" {
		t.Errorf("%+v", e)
	}
	for _, p := range r.Lint(at("2026-01-01")) {
		t.Errorf("lint: %+v", p)
	}
	q := Query{Names: []Name{{"Files.ACME.com.", "sni"}}, At: at("2026-03-02"), Place: alert.Domestic, Countries: []string{"US"}, Home: home}
	if a := r.Judge(&q); a.Verdict != Covered || a.ID != "acme-transcription" || a.Vendor != "Acme Transcription, Inc." || a.Basis != "baa" || a.Reason == "" {
		t.Errorf("%+v", a)
	}
}

func TestJSON(t *testing.T) {
	r := parse(t, `{"version": 1, "entries": [{"id": "a0", "vendor": "x", "role": "billing", "basis": "baa", "contract": {"ref": "T-1", "signed": "2020-01-01", "effective": "2020-01-01", "expires": "2035-12-31"}, "match": {"cidrs": ["52.4.20.30/32"]}}]}`)
	q := Query{Addr: netip.MustParseAddr("52.4.20.30"), At: at("2026-03-02"), Place: alert.Domestic, Countries: []string{"US"}, Home: home}
	if a := r.Judge(&q); a.Verdict != Covered {
		t.Errorf("%+v", a)
	}
}

func TestDates(t *testing.T) {
	r := parse(t, `
version: 1
entries:
- {id: dated, vendor: D, basis: baa, contract: {effective: 2025-03-01, expires: 2025-03-31}, match: {suffixes: [d.example]}}
- {id: ended, vendor: E, basis: baa, contract: {effective: 2025-03-01, expires: 2025-12-31, terminated: 2025-06-15}, match: {suffixes: [e.example]}}
- {id: signed, vendor: S, basis: baa, contract: {signed: 2025-03-01}, match: {suffixes: [s.example]}}
- {id: open, vendor: O, basis: baa, match: {suffixes: [o.example]}}
`)
	for _, c := range []struct{ host, when, want string }{
		{"d.example", "2025-02-28T23:59:59Z", NotYetEffective},
		{"d.example", "2025-03-01T00:00:00Z", Covered},
		{"d.example", "2025-03-31T23:59:59.999999999Z", Covered},
		{"d.example", "2025-04-01T00:00:00Z", Expired},
		{"e.example", "2025-06-14T23:59:59Z", Covered},
		{"e.example", "2025-06-15T00:00:00Z", Expired},
		{"s.example", "2025-02-28", NotYetEffective},
		{"s.example", "2100-01-01", Covered},
		{"o.example", "1969-12-31T23:00:00Z", Covered},
	} {
		if a := r.Judge(&Query{Names: []Name{{c.host, "dns"}}, At: at(c.when)}); a.Verdict != c.want {
			t.Errorf("%s at %s: %s, want %s (%s)", c.host, c.when, a.Verdict, c.want, a.Reason)
		}
	}
	if d := DayOf(-1); d.String() != "1969-12-31" {
		t.Errorf("the day before the epoch is %s", d)
	}
}

const many = `
version: 1
entries:
- {id: broad, vendor: Broad, basis: baa, match: {suffixes: [vendor.com], cidrs: [198.51.0.0/16]}}
- {id: narrow, vendor: Narrow, basis: baa, contract: {expires: 2020-01-01}, match: {suffixes: [eu.vendor.com], cidrs: [198.51.100.0/24]}}
- {id: exact, vendor: Exact, basis: baa, match: {exact: [bad.eu.vendor.com, 198.51.100.7]}}
- {id: no, vendor: No, basis: refused, match: {suffixes: [no.example]}}
- {id: a-yes, vendor: Yes, basis: baa, match: {suffixes: [no.example]}}
- {id: old, vendor: R, basis: baa, contract: {expires: 2024-12-31}, match: {suffixes: [renewed.example]}}
- {id: renewal, vendor: R, basis: baa, contract: {effective: 2025-01-01}, match: {suffixes: [renewed.example]}}
- {id: web, vendor: Web, basis: baa, match: {suffixes: [ports.example], ports: [443]}}
- {id: none, vendor: None, basis: none, match: {suffixes: [none.example]}}
- {id: net, vendor: Net, basis: baa, match: {asns: [64500]}}
- {id: mailer, vendor: Mailer, basis: baa, match: {mail_domains: [mail.example], suffixes: [suffix.example], cidrs: [203.0.113.0/24]}}
- {id: six, vendor: Six, basis: baa, match: {cidrs: ["2001:db8::/32"]}}
- {id: idn, vendor: IDN, basis: baa, match: {suffixes: [müller.example]}}
- {id: sip, vendor: SIP, basis: baa, match: {sip_domains: [sip.example]}}
`

func TestSpecific(t *testing.T) {
	r := parse(t, many)
	for _, c := range []struct {
		name, id, verdict string
		q                 Query
	}{
		{"suffix", "broad", Covered, Query{Names: []Name{{"x.vendor.com", "dns"}}}},
		{"suffix itself", "broad", Covered, Query{Names: []Name{{"VENDOR.com.", "host"}}}},
		{"longest suffix, though expired", "narrow", Expired, Query{Names: []Name{{"x.eu.vendor.com", "dns"}}}},
		{"exact beats suffix", "exact", Covered, Query{Names: []Name{{"bad.eu.vendor.com", "dns"}}}},
		{"label boundary", "", NoAgreement, Query{Names: []Name{{"notvendor.com", "dns"}}}},
		{"suffix as prefix", "", NoAgreement, Query{Names: []Name{{"vendor.com.evil.example", "dns"}}}},
		{"prefix", "broad", Covered, Query{Addr: netip.MustParseAddr("198.51.7.1")}},
		{"longest prefix, though expired", "narrow", Expired, Query{Addr: netip.MustParseAddr("198.51.100.1")}},
		{"exact address", "exact", Covered, Query{Addr: netip.MustParseAddr("198.51.100.7")}},
		{"mapped address", "exact", Covered, Query{Addr: netip.MustParseAddr("::ffff:198.51.100.7")}},
		{"suffix beats prefix", "broad", Covered, Query{Addr: netip.MustParseAddr("198.51.100.1"), Names: []Name{{"x.vendor.com", "dns"}}}},
		{"refused beats baa", "no", RefusedVerdict, Query{Names: []Name{{"x.no.example", "dns"}}}},
		{"renewal", "renewal", Covered, Query{Names: []Name{{"renewed.example", "dns"}}}},
		{"port", "web", Covered, Query{Names: []Name{{"ports.example", "dns"}}, Port: 443}},
		{"other port", "", NoAgreement, Query{Names: []Name{{"ports.example", "dns"}}, Port: 80}},
		{"basis none", "none", NoAgreement, Query{Names: []Name{{"none.example", "dns"}}}},
		{"asn alone", "", NoAgreement, Query{Addr: netip.MustParseAddr("192.0.2.1"), ASN: 64500}},
		{"banner matches nothing", "", NoAgreement, Query{Names: []Name{{"x.vendor.com", "ehlo"}}}},
		{"suffix never covers mail", "", NoAgreement, Query{Names: []Name{{"x.suffix.example", "dns"}}, Mail: true}},
		{"nor a mail domain", "", NoAgreement, Query{MailDomain: "suffix.example"}},
		{"mail domain", "mailer", Covered, Query{MailDomain: "mail.example"}},
		{"under a mail domain", "mailer", Covered, Query{MailDomain: "Dept.Mail.Example."}},
		{"mail domain is no suffix", "", NoAgreement, Query{Names: []Name{{"mail.example", "dns"}}}},
		{"mail hop by network", "mailer", Covered, Query{Addr: netip.MustParseAddr("203.0.113.9"), Mail: true}},
		{"address literal", "mailer", Covered, Query{MailDomain: "[203.0.113.9]"}},
		{"IPv6 literal", "six", Covered, Query{MailDomain: "[IPv6:2001:db8::1]"}},
		{"IPv6", "six", Covered, Query{Addr: netip.MustParseAddr("2001:db8::1")}},
		{"idn", "idn", Covered, Query{Names: []Name{{"www.xn--mller-kva.example", "dns"}}}},
		{"idn in unicode", "idn", Covered, Query{Names: []Name{{"www.MÜLLER.example", "dns"}}}},
		{"sip", "sip", Covered, Query{SIPDomain: "SIP.example"}},
		{"garbage", "", NoAgreement, Query{Names: []Name{{"..", "dns"}, {"a b", "sni"}, {"", ""}}, MailDomain: ""}},
	} {
		c.q.At = at("2026-03-02")
		a := r.Judge(&c.q)
		if a.ID != c.id || a.Verdict != c.verdict || a.Reason == "" {
			t.Errorf("%s: %+v", c.name, a)
		}
	}
	if a := r.Judge(&Query{ASN: 64500, Addr: netip.MustParseAddr("192.0.2.1")}); !strings.Contains(a.Reason, "AS64500") {
		t.Errorf("the evidence of the network is not told: %s", a.Reason)
	}
	if a := Empty().Judge(&Query{}); a.Verdict != NoAgreement || Empty().Digest() != "" {
		t.Errorf("%+v", a)
	}
	if a := (*Register)(nil).Judge(&Query{}); a.Verdict != NoAgreement {
		t.Errorf("%+v", a)
	}
}

func TestPermit(t *testing.T) {
	r := parse(t, `
version: 1
entries:
- {id: k, vendor: K, basis: baa, match: {suffixes: [k.example]}, permit: {kinds: [mrn, name], workflows: [roi]}}
- {id: c, vendor: C, basis: baa, match: {suffixes: [c.example]}, permit: {countries: [IN]}}
- {id: p, vendor: P, basis: baa, match: {suffixes: [p.example]}, permit: {countries: [private]}}
- {id: h, vendor: H, basis: baa, match: {suffixes: [h.example]}}
- {id: t, vendor: T, basis: baa, match: {suffixes: [t.example]}, permit: {min_transport: tls}}
- {id: t12, vendor: T12, basis: baa, match: {suffixes: [t12.example]}, permit: {min_transport: tls12}}
- {id: tier, vendor: Tier, basis: baa, match: {suffixes: [box.example], mail_domains: [box.example]}, tier: {tenants: [acme.box.example, hosp], accounts: [svc-hospital]}}
- {id: gap, vendor: Gap, basis: baa, match: {suffixes: [gap.example]}, subcontractors: [host-ok, {name: Sub, suffixes: [sub.example], countries: [PH]}]}
- {id: host-ok, vendor: Host, basis: none, match: {cidrs: [198.51.100.0/25]}}
- {id: host-bad, vendor: Other, basis: none, match: {cidrs: [198.51.100.128/25]}}
- {id: asn, vendor: ASN, basis: baa, match: {suffixes: [asn.example], asns: [64500], cidrs: [203.0.113.0/24]}}
`)
	us, in := []string{"US"}, []string{"IN"}
	ip := netip.MustParseAddr
	for _, c := range []struct {
		name, host, verdict string
		q                   Query
	}{
		{"kinds within", "k.example", Covered, Query{Kinds: []finding.Kind{"mrn"}}},
		{"kinds beyond", "k.example", KindExceeded, Query{Kinds: []finding.Kind{"mrn", "ssn"}}},
		{"workflow within", "k.example", Covered, Query{Workflow: "roi"}},
		{"workflow beyond", "k.example", KindExceeded, Query{Workflow: "billing"}},
		{"home by default", "h.example", Covered, Query{Place: alert.Domestic, Countries: us}},
		{"territory", "h.example", Covered, Query{Place: alert.Domestic, Countries: []string{"PR", "US"}}},
		{"abroad", "h.example", CountryExceeded, Query{Place: alert.Offshore, Countries: in}},
		{"unknown", "h.example", CountryExceeded, Query{Place: alert.Unknown}},
		{"disputed", "h.example", CountryExceeded, Query{Place: alert.Disputed, Countries: []string{"US", "GB"}}},
		{"disputed, one permitted", "c.example", CountryExceeded, Query{Place: alert.Disputed, Countries: []string{"IN", "PK"}}},
		{"private", "h.example", CountryExceeded, Query{Place: alert.Private}},
		{"private permitted", "p.example", Covered, Query{Place: alert.Private}},
		{"inside hop", "h.example", Covered, Query{Place: alert.Private, Inside: true}},
		{"anycast", "h.example", Covered, Query{Place: alert.Anycast}},
		{"anycast, abroad only", "c.example", CountryExceeded, Query{Place: alert.Anycast}},
		{"permitted abroad", "c.example", Covered, Query{Place: alert.Offshore, Countries: in}},
		{"home not permitted", "c.example", CountryExceeded, Query{Place: alert.Domestic, Countries: us}},
		{"tls", "t.example", Covered, Query{Transport: "encrypted"}},
		{"tls old", "t.example", Covered, Query{Transport: "tls10"}},
		{"clear", "t.example", TransportBelowMin, Query{Transport: "cleartext"}},
		{"tls 1.3", "t12.example", Covered, Query{Transport: "tls13"}},
		{"tls 1.1", "t12.example", TransportBelowMin, Query{Transport: "tls11"}},
		{"version unseen", "t12.example", TransportBelowMin, Query{Transport: "encrypted"}},
		{"tier unseen", "www.box.example", TierUnproven, Query{}},
		{"tenant", "acme.box.example", Covered, Query{}},
		{"below a tenant", "up.acme.box.example", Covered, Query{}},
		{"tenant by label", "hosp.box.example", Covered, Query{}},
		{"account", "www.box.example", Covered, Query{User: "SVC-Hospital"}},
		{"unlisted network", "gap.example", SubcontractorGap, Query{Addr: ip("198.51.100.200")}},
		{"listed network", "gap.example", Covered, Query{Addr: ip("198.51.100.1")}},
		{"subcontractor", "x.sub.example", Covered, Query{Place: alert.Offshore, Countries: []string{"PH"}}},
		{"subcontractor elsewhere", "x.sub.example", CountryExceeded, Query{Place: alert.Offshore, Countries: in}},
		{"address of another", "h.example", IdentityMismatch, Query{Addr: ip("198.51.100.200")}},
		{"other network", "asn.example", IdentityMismatch, Query{Addr: ip("192.0.2.1"), ASN: 64501}},
		{"own network", "asn.example", Covered, Query{Addr: ip("192.0.2.1"), ASN: 64500}},
		{"own prefix", "asn.example", Covered, Query{Addr: ip("203.0.113.1"), ASN: 64501}},
	} {
		c.q.At, c.q.Home = at("2026-03-02"), home
		c.q.Names = []Name{{c.host, "host"}}
		if a := r.Judge(&c.q); a.Verdict != c.verdict {
			t.Errorf("%s: %+v", c.name, a)
		}
	}
	// A name that was resolved on the wire is no claim of the sender's.
	q := Query{Names: []Name{{"h.example", "dns"}}, Addr: ip("198.51.100.200"), At: at("2026-03-02")}
	if a := r.Judge(&q); a.Verdict != Covered {
		t.Errorf("resolved name: %+v", a)
	}
	if a := r.Judge(&Query{MailDomain: "acme.box.example", At: at("2026-03-02")}); a.Verdict != Covered {
		t.Errorf("tenant by mail domain: %+v", a)
	}
}

func TestErrors(t *testing.T) {
	entry := func(s string) string {
		return "version: 1\nentries:\n- id: a\n  vendor: V\n  basis: baa\n  match: {suffixes: [v.example]}\n  " + s + "\n"
	}
	for _, c := range []struct{ name, text, want, hint string }{
		{"empty", "", "test.yaml: the register is empty", "version: 1"},
		{"version", "version: 2\nentries: []", "test.yaml:1: version must be 1", ""},
		{"no version", "entries: []", "version must be 1", ""},
		{"list", "- a", "must be a mapping", ""},
		{"syntax", "version: 1\nentries: [", "test.yaml:", ""},
		{"two documents", "version: 1\n---\nversion: 1", "more than one document", ""},
		{"typo", entry("contrakt: {}"), `test.yaml:7: unknown key "contrakt" in entry a`, "did you mean contract?"},
		{"typo below", entry("contract: {expire: 2026-01-01}"), `unknown key "expire" in entry a.contract`, "did you mean expires?"},
		{"top typo", "version: 1\nentrees: []", `unknown key "entrees"`, "did you mean entries?"},
		{"twice", entry("vendor: W"), `"vendor" is given twice`, ""},
		{"date", entry("contract: {expires: 28.02.2027}"), "test.yaml:7: entry a.contract.expires is not a date", "YYYY-MM-DD"},
		{"bad day", entry("contract: {expires: 2027-02-30}"), "not a date", ""},
		{"order", entry("contract: {effective: 2027-01-01, expires: 2026-01-01}"), "expires before it is effective", ""},
		{"kind", entry("permit: {kinds: [snn]}"), `"snn" is not a kind`, "did you mean ssn?"},
		{"country", entry("permit: {countries: [usa]}"), `"usa" is not a country`, ""},
		{"transport", entry("permit: {min_transport: ssl}"), "is not a known word", ""},
		{"contact", entry("contact: bob"), "must be a mapping", ""},
		{"no id", "version: 1\nentries:\n- vendor: x", "test.yaml:3: entry 1 has no usable id", ""},
		{"no vendor", "version: 1\nentries:\n- id: a", "has no vendor", ""},
		{"no basis", "version: 1\nentries:\n- {id: a, vendor: v}", "has no basis", "baa"},
		{"basis", "version: 1\nentries:\n- {id: a, vendor: v, basis: bba, match: {}}", "is not a known word", "did you mean baa?"},
		{"no match", "version: 1\nentries:\n- {id: a, vendor: v, basis: baa}", "has no match", ""},
		{"two ids", "version: 1\nentries:\n- {id: a, vendor: v, basis: baa, match: {}}\n- {id: a, vendor: v, basis: baa, match: {}}", "test.yaml:4: the id \"a\" is used twice", ""},
		{"cidr", "version: 1\nentries:\n- {id: a, vendor: v, basis: baa, match: {cidrs: [10.1.0.0/8]}}", "bits set behind", "10.0.0.0/8"},
		{"no cidr", "version: 1\nentries:\n- {id: a, vendor: v, basis: baa, match: {cidrs: [acme.com]}}", "is not a network", ""},
		{"wildcard", "version: 1\nentries:\n- {id: a, vendor: v, basis: baa, match: {suffixes: ['*.acme.com']}}", "no wildcards", "write acme.com"},
		{"address as suffix", "version: 1\nentries:\n- {id: a, vendor: v, basis: baa, match: {suffixes: [10.0.0.1]}}", "is an address", ""},
		{"no host", "version: 1\nentries:\n- {id: a, vendor: v, basis: baa, match: {exact: ['a b']}}", "is not a domain name", ""},
		{"port", "version: 1\nentries:\n- {id: a, vendor: v, basis: baa, match: {ports: [70000]}}", "is not a number from 1 to 65535", ""},
		{"scalar list", "version: 1\nentries:\n- {id: a, vendor: v, basis: baa, match: {suffixes: acme.com}}", "must be a list", ""},
		{"control", "version: 1\nentries:\n- {id: a, vendor: \"x\\x1b[2J\", basis: baa, match: {}}", "control characters", ""},
	} {
		_, err := Parse("test.yaml", []byte(c.text))
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Error(), c.want) || !strings.Contains(e.Hint(), c.hint) {
			t.Errorf("%s: %v (hint %v)", c.name, err, e)
		}
	}
}

func TestLoadRefusesStrangers(t *testing.T) {
	for suffix, ok := range map[string]bool{
		"com": false, "co.uk": false, "github.io": false, "s3.amazonaws.com": false, "blob.core.windows.net": false, "localhost": false,
		"acme.com": true, "acme.co.uk": true, "acme.github.io": true, "bucket.s3.amazonaws.com": true, "sharepoint.com": true,
	} {
		path := filepath.Join(t.TempDir(), "a.yaml")
		text := "version: 1\nentries:\n- {id: a, vendor: v, basis: baa, match: {suffixes: [" + suffix + "]}}\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		var e *Error
		if ok != (err == nil) || !ok && (!errors.As(err, &e) || e.Line != 3 || e.Hint() == "") {
			t.Errorf("%s: %v", suffix, err)
		}
	}
	if _, err := Load("/nonexistent/agreements.yaml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func TestLint(t *testing.T) {
	r := parse(t, `
version: 1
entries:
- {id: a01, vendor: v, basis: baa, match: {cidrs: [0.0.0.0/0]}}
- {id: a02, vendor: v, basis: baa, match: {cidrs: [10.0.0.0/7]}}
- {id: a03, vendor: v, basis: baa, match: {suffixes: [box.com]}}
- {id: a04, vendor: v, basis: baa, match: {suffixes: [box.com]}, tier: {tenants: [acme.box.com]}}
- {id: a05, vendor: v, basis: conduit, role: storage, match: {suffixes: [a05.example]}}
- {id: a06, vendor: v, basis: baa, match: {asns: [1]}}
- {id: a07, vendor: v, basis: baa, match: {}}
- {id: a08, vendor: v, basis: baa, role: biling, contract: {ref: x, signed: 2025-05-01, effective: 2025-01-01, expires: 2025-12-31}, match: {suffixes: [a08.example]}, review_by: 2025-06-01}
- {id: a09, vendor: v, basis: treatment, match: {mail_domains: [gmail.com]}}
- {id: a10, vendor: v, basis: baa, contract: {ref: x, expires: 2024-12-31}, role: mail, match: {suffixes: [a10.example]}}
- {id: a11, vendor: v, basis: baa, contract: {ref: x, effective: 2025-01-01}, role: mail, match: {suffixes: [a10.example]}}
- {id: a12, vendor: v, basis: refused, role: mail, match: {suffixes: [a10.example]}}
`)
	all := ""
	for _, p := range r.Lint(at("2026-03-02")) {
		mark := "w "
		if p.Unsafe {
			mark = "U "
		} else if p.Error {
			mark = "E "
		}
		all += mark + p.What + "\n"
	}
	for _, want := range []string{
		"U entry a01: 0.0.0.0/0 covers the whole internet", "E entry a02: 10.0.0.0/7 is wider", "E entry a03: suffix box.com is shared",
		"E entry a04: suffix box.com is also matched by entry a03", "E entry a05: a storage service is no conduit", "w entry a05: a conduit needs",
		"w entry a06: an autonomous system alone", "E entry a07: nothing can match", "w entry a08: backdated", "w entry a08: the review was due on 2025-06-01",
		"w entry a08: expired on 2025-12-31", `w entry a08: the role "biling"`, "w entry a09: anybody may have a mailbox", "w entry a07: the contract has no date",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("lint does not say %q", want)
		}
	}
	for _, no := range []string{"a04: suffix box.com is shared", "a11: suffix", "a12: suffix"} {
		if strings.Contains(all, no) {
			t.Errorf("lint says %q:\n%s", no, all)
		}
	}
}

func TestExpiring(t *testing.T) {
	r := parse(t, `
version: 1
entries:
- {id: late, vendor: v, basis: baa, contract: {expires: 2026-04-20}, match: {}}
- {id: soon, vendor: v, basis: baa, contract: {expires: 2026-03-05}, match: {}}
- {id: today, vendor: v, basis: baa, contract: {expires: 2026-03-02}, match: {}}
- {id: ending, vendor: v, basis: baa, contract: {expires: 2030-01-01, terminated: 2026-03-10}, match: {}}
- {id: past, vendor: v, basis: baa, contract: {expires: 2026-03-01}, match: {}}
- {id: far, vendor: v, basis: baa, contract: {expires: 2027-03-01}, match: {}}
- {id: open, vendor: v, basis: baa, match: {}}
- {id: no, vendor: v, basis: none, contract: {expires: 2026-03-05}, match: {}}
`)
	got := ""
	for _, e := range r.Expiring(at("2026-03-02T15:00:00Z"), 60*24*time.Hour) {
		got += e.ID + " "
	}
	if got != "today soon ending late " {
		t.Errorf("expiring: %s", got)
	}
}

package receiver

import (
	"bytes"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/phiwatch/phiwatch/internal/agreement"
	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/geo"
)

// tableFile writes a country table.
func tableFile(t *testing.T, name string, rows map[string]string) string {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "GeoLite2-Country", BuildEpoch: 1767225600, IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	for cidr, code := range rows {
		_, n, err := net.ParseCIDR(cidr)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Insert(n, mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(code)}}); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := tree.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name+".mmdb")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func world(t *testing.T) *World {
	t.Helper()
	one := tableFile(t, "one", map[string]string{
		"203.0.113.0/24": "IN", "198.51.100.0/25": "US", "198.51.100.128/25": "PR", "192.0.2.0/25": "US", "192.0.2.128/25": "CN", "104.16.0.0/13": "US", "198.18.0.0/15": "PR",
	})
	two := tableFile(t, "two", map[string]string{
		"203.0.113.0/24": "IN", "198.51.100.0/25": "US", "198.51.100.128/25": "PR", "192.0.2.0/25": "GB", "192.0.2.128/25": "CN", "104.16.0.0/13": "CA", "198.18.0.0/15": "US",
	})
	g, err := geo.Load(geo.Options{Country: []string{one, two}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := agreement.Parse("test.yaml", []byte(`
version: 1
entries:
- {id: covered, vendor: Covered, basis: baa, match: {mail_domains: [covered.example], suffixes: [covered.example], cidrs: [198.51.100.16/28]}}
- {id: india, vendor: India, basis: baa, match: {mail_domains: [india.example]}, permit: {countries: [IN]}}
- {id: refused, vendor: Refused, basis: refused, match: {cidrs: [198.51.100.32/28]}}
- {id: expired, vendor: Expired, basis: baa, contract: {expires: 2025-01-01}, match: {mail_domains: [expired.example]}}
- {id: kinds, vendor: Kinds, basis: baa, match: {suffixes: [kinds.example]}, permit: {kinds: [mrn]}}
- {id: web, vendor: Web, basis: baa, match: {suffixes: [web.example], ports: [443]}}
`))
	if err != nil {
		t.Fatal(err)
	}
	prefixes := func(list ...string) (out []netip.Prefix) {
		for _, s := range list {
			out = append(out, netip.MustParsePrefix(s))
		}
		return out
	}
	return &World{
		Geo: g, Register: r, Home: []string{"US", "PR"}, Inside: prefixes("10.0.0.0/8", "fd00::/8"), NATPools: prefixes("198.51.100.200/32"),
		Partners: prefixes("10.99.0.0/16"), MailDomains: []string{"Hospital.example"},
	}
}

func kase(from, to string) *alert.Case {
	return &alert.Case{
		Time: alert.Time(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC).UnixNano()), Kind: alert.PHIExposure, Security: "cleartext",
		Sender: &alert.Sender{IP: from, Port: 40000}, Receiver: &alert.Receiver{IP: to, Port: 25},
	}
}

func TestDirection(t *testing.T) {
	w := world(t)
	for _, c := range []struct {
		src, dst string
		want     alert.Direction
	}{
		{"10.1.1.1", "203.0.113.1", alert.Egress},
		{"203.0.113.1", "10.1.1.1", alert.Ingress},
		{"10.1.1.1", "10.2.2.2", alert.Internal},
		{"203.0.113.1", "192.0.2.1", alert.External},
		{"10.1.1.1", "239.1.2.3", alert.Internal},
		{"10.1.1.1", "255.255.255.255", alert.Internal},
		{"10.1.1.1", "127.0.0.1", alert.Internal},
		{"10.1.1.1", "198.51.100.200", alert.Internal}, // NAT pool
		{"10.1.1.1", "10.99.1.1", alert.Egress},        // partner
		{"10.1.1.1", "192.168.1.1", alert.Egress},      // private, not listed
		{"::ffff:10.1.1.1", "2001:db8::1", alert.Egress},
		{"fd00::1", "fe80::1%eth0", alert.Egress}, // link-local is inside by configuration only
		{"10.1.1.1", "2002:0a01:0101::1", alert.Egress},
		{"10.1.1.1", "64:ff9b::a01:101", alert.Egress},
	} {
		if got := w.DirectionOf(netip.MustParseAddr(c.src), netip.MustParseAddr(c.dst)); got != c.want {
			t.Errorf("%s -> %s: %s, want %s", c.src, c.dst, got, c.want)
		}
	}
}

func TestPlace(t *testing.T) {
	w := world(t)
	for _, c := range []struct {
		to, country string
		place       alert.Place
		answers     int
	}{
		{"203.0.113.1", "IN", alert.Offshore, 2},
		{"198.51.100.1", "US", alert.Domestic, 2},
		{"198.51.100.129", "PR", alert.Domestic, 2},
		{"198.18.0.1", "PR", alert.Domestic, 2}, // PR and US: home by both
		{"192.0.2.1", "", alert.Disputed, 2},
		{"192.0.2.129", "CN", alert.Concern, 2},
		{"104.16.0.1", "", alert.Anycast, 2},
		{"2001:db8::1", "", alert.Unknown, 2},
		{"192.168.1.1", "", alert.Private, 0},
		{"10.1.1.1", "", alert.Private, 0},
	} {
		k := kase("10.5.5.5", c.to)
		resolve(w, k)
		if r := k.Receiver; r.Place != c.place || r.Country != c.country || len(r.Geo) != c.answers || r.Geo == nil {
			t.Errorf("%s: %+v", c.to, r)
		}
	}
}

// resolve asks with the names that the labels of the case have.
func resolve(w *World, c *alert.Case) {
	n := Names{}
	if c.Receiver != nil {
		n.Receiver = flow.NewText(c.Receiver.Name.String())
	}
	if c.Sender != nil {
		n.User = flow.NewText(c.Sender.User.String())
	}
	for _, r := range c.Recipients {
		n.Recipients = append(n.Recipients, flow.NewText(r.Domain.String()))
	}
	w.Resolve(c, &n)
}

func TestAgreement(t *testing.T) {
	w := world(t)
	name := func(k *alert.Case, n, source string) *alert.Case {
		k.Receiver.Name, k.Receiver.NameSource = finding.Safe(n), source
		return k
	}
	for _, c := range []struct {
		name, id, verdict string
		k                 *alert.Case
	}{
		{"none", "", agreement.NoAgreement, kase("10.1.1.1", "198.51.100.1")},
		{"network", "covered", agreement.Covered, kase("10.1.1.1", "198.51.100.17")},
		{"refused network", "refused", agreement.RefusedVerdict, kase("10.1.1.1", "198.51.100.33")},
		{"name", "covered", agreement.Covered, name(kase("10.1.1.1", "198.51.100.1"), "www.covered.example", "sni")},
		{"name abroad", "covered", agreement.CountryExceeded, name(kase("10.1.1.1", "203.0.113.1"), "www.covered.example", "dns")},
		{"name, disputed", "covered", agreement.CountryExceeded, name(kase("10.1.1.1", "192.0.2.1"), "www.covered.example", "dns")},
		{"name, anycast", "covered", agreement.Covered, name(kase("10.1.1.1", "104.16.0.1"), "www.covered.example", "dns")},
		{"claimed name, refused network", "covered", agreement.IdentityMismatch, name(kase("10.1.1.1", "198.51.100.33"), "www.covered.example", "host")},
		{"inside", "", agreement.Covered, kase("203.0.113.1", "10.1.1.1")},
		{"kinds", "kinds", agreement.KindExceeded, func() *alert.Case {
			k := name(kase("10.1.1.1", "198.51.100.1"), "kinds.example", "dns")
			k.Identifiers = []finding.Finding{{Kind: finding.MRN}, {Kind: finding.SSN}}
			return k
		}()},
		{"port of the service", "web", agreement.Covered, func() *alert.Case {
			k := name(kase("10.1.1.1", "198.51.100.1"), "web.example", "dns") // an outside client fetches from our port 443
			k.Receiver.Port = 50000
			k.Connection = &alert.Connection{Client: alert.Endpoint{IP: "198.51.100.1", Port: 50000}, Server: alert.Endpoint{IP: "10.1.1.1", Port: 443}}
			return k
		}()},
	} {
		resolve(w, c.k)
		if a := c.k.Receiver.Agreement; a.ID != c.id || a.Verdict != c.verdict || a.Reason == "" {
			t.Errorf("%s: %+v", c.name, a)
		}
	}
	scan := &alert.Case{Kind: alert.PHIExposure}
	resolve(w, scan)
	if scan.Direction != "" || scan.Receiver != nil {
		t.Errorf("a file at rest got %+v", scan)
	}
	odd := kase("no address", "nor here")
	resolve(w, odd)
	if odd.Direction != alert.External || odd.Receiver.Place != alert.Unknown {
		t.Errorf("%+v", odd.Receiver)
	}
}

func TestMail(t *testing.T) {
	w := world(t)
	yes, no := true, false
	to := func(domain string, accepted *bool) alert.Recipient {
		return alert.Recipient{Domain: finding.Safe(domain), Accepted: accepted}
	}
	for _, c := range []struct {
		name      string
		from, hop string
		rcpts     []alert.Recipient
		direction alert.Direction
		receiver  string   // verdict
		verdicts  []string // of the recipients
	}{
		{"covered domain, unknown hop", "10.1.1.1", "198.51.100.1", []alert.Recipient{to("covered.example", &yes)}, alert.Egress, agreement.Covered, []string{agreement.Covered}},
		{"subdomain", "10.1.1.1", "198.51.100.1", []alert.Recipient{to("dept.covered.example", &yes)}, alert.Egress, agreement.Covered, []string{agreement.Covered}},
		{"the hop's place is the domain's", "10.1.1.1", "203.0.113.1", []alert.Recipient{to("covered.example", &yes)}, alert.Egress, agreement.CountryExceeded, []string{agreement.CountryExceeded}},
		{"permitted abroad", "10.1.1.1", "203.0.113.1", []alert.Recipient{to("india.example", &yes)}, alert.Egress, agreement.Covered, []string{agreement.Covered}},
		{"the hop shares the worst", "10.1.1.1", "198.51.100.1", []alert.Recipient{to("covered.example", &yes), to("stranger.example", &yes)}, alert.Egress, agreement.NoAgreement, []string{agreement.Covered, agreement.NoAgreement}},
		{"expired", "10.1.1.1", "198.51.100.1", []alert.Recipient{to("expired.example", nil)}, alert.Egress, agreement.Expired, []string{agreement.Expired}},
		{"covered hop, stranger", "10.1.1.1", "198.51.100.17", []alert.Recipient{to("stranger.example", &yes)}, alert.Egress, agreement.Covered, []string{agreement.NoAgreement}},
		{"refused hop, covered domain", "10.1.1.1", "198.51.100.33", []alert.Recipient{to("covered.example", &yes)}, alert.Egress, agreement.RefusedVerdict, []string{agreement.Covered}},
		{"rejected ones are listed, not shared", "10.1.1.1", "198.51.100.1", []alert.Recipient{to("covered.example", &yes), to("stranger.example", &no)}, alert.Egress, agreement.Covered, []string{agreement.Covered, agreement.NoAgreement}},
		{"all rejected", "10.1.1.1", "198.51.100.1", []alert.Recipient{to("stranger.example", &no)}, alert.Egress, agreement.NoAgreement, []string{agreement.NoAgreement}},
		{"own domain at a stranger's", "10.1.1.1", "198.51.100.1", []alert.Recipient{to("hospital.example", &yes)}, alert.Egress, agreement.Covered, []string{agreement.Covered}},
		{"own domain at a stranger's abroad", "10.1.1.1", "203.0.113.1", []alert.Recipient{to("hospital.example", &yes)}, alert.Egress, agreement.CountryExceeded, []string{agreement.CountryExceeded}},
		{"own domain and stranger at a stranger's", "10.1.1.1", "198.51.100.1", []alert.Recipient{to("hospital.example", &yes), to("stranger.example", &yes)}, alert.Egress, agreement.NoAgreement, []string{agreement.Covered, agreement.NoAgreement}},
		{"own domain at a refused one's", "10.1.1.1", "198.51.100.33", []alert.Recipient{to("hospital.example", &yes)}, alert.Egress, agreement.RefusedVerdict, []string{agreement.Covered}},
		{"outside to outside", "203.0.113.9", "198.51.100.1", []alert.Recipient{to("stranger.example", &yes)}, alert.Egress, agreement.NoAgreement, []string{agreement.NoAgreement}},
		{"outside to outside, own domain", "203.0.113.9", "198.51.100.1", []alert.Recipient{to("hospital.example", &yes)}, alert.External, agreement.Covered, []string{agreement.Covered}},
		{"own domain and covered", "10.1.1.1", "198.51.100.1", []alert.Recipient{to("x.hospital.EXAMPLE", &yes), to("covered.example", &yes)}, alert.Egress, agreement.Covered, []string{agreement.Covered, agreement.Covered}},
		{"inside", "10.1.1.1", "10.2.2.2", []alert.Recipient{to("hospital.example", &yes)}, alert.Internal, agreement.Covered, []string{agreement.Covered}},
		{"inside hop, outside domain", "10.1.1.1", "10.2.2.2", []alert.Recipient{to("stranger.example", &yes)}, alert.Egress, agreement.NoAgreement, []string{agreement.NoAgreement}},
		{"inside hop, covered domain", "10.1.1.1", "10.2.2.2", []alert.Recipient{to("covered.example", &yes)}, alert.Egress, agreement.Covered, []string{agreement.Covered}},
		{"inside hop, reply not seen", "10.1.1.1", "10.2.2.2", []alert.Recipient{to("stranger.example", nil)}, alert.Egress, agreement.NoAgreement, []string{agreement.NoAgreement}},
		{"inside hop, rejected", "10.1.1.1", "10.2.2.2", []alert.Recipient{to("stranger.example", &no)}, alert.Internal, agreement.NoAgreement, []string{agreement.NoAgreement}},
		{"incoming", "203.0.113.1", "10.2.2.2", []alert.Recipient{to("hospital.example", &yes)}, alert.Ingress, agreement.Covered, []string{agreement.Covered}},
		{"literal inside", "10.1.1.1", "10.2.2.2", []alert.Recipient{to("[10.2.2.2]", &yes)}, alert.Internal, agreement.Covered, []string{agreement.Covered}},
		{"literal", "10.1.1.1", "198.51.100.17", []alert.Recipient{to("[198.51.100.17]", &yes)}, alert.Egress, agreement.Covered, []string{agreement.Covered}},
		{"no domain", "10.1.1.1", "198.51.100.17", []alert.Recipient{to("", nil)}, alert.Egress, agreement.Covered, []string{agreement.NoAgreement}},
	} {
		k := kase(c.from, c.hop)
		k.Recipients = c.rcpts
		k.Receiver.Name, k.Receiver.NameSource = finding.Safe("mx.covered.example"), "dns" // suffixes never cover mail
		resolve(w, k)
		var verdicts []string
		for _, r := range k.Recipients {
			verdicts = append(verdicts, r.Agreement.Verdict)
			if r.Agreement.Reason == "" {
				t.Errorf("%s: no reason for %s", c.name, r.Domain)
			}
		}
		if k.Direction != c.direction || k.Receiver.Agreement.Verdict != c.receiver || !reflect.DeepEqual(verdicts, c.verdicts) || k.Receiver.Agreement.Reason == "" {
			t.Errorf("%s: %s, %+v, %v", c.name, k.Direction, k.Receiver.Agreement, verdicts)
		}
	}
	w.MailDomains = nil
	k := kase("10.1.1.1", "10.2.2.2")
	k.Recipients = []alert.Recipient{to("stranger.example", &yes)}
	if resolve(w, k); k.Direction != alert.Internal {
		t.Errorf("without own domains: %s", k.Direction)
	}
}

// TestPure resolves twice: the answer depends on the case alone.
func TestPure(t *testing.T) {
	w := world(t)
	a, b := kase("10.1.1.1", "203.0.113.1"), kase("10.1.1.1", "203.0.113.1")
	resolve(w, a)
	resolve(w, b)
	resolve(w, b)
	if !reflect.DeepEqual(a, b) {
		t.Errorf("%+v\n%+v", a.Receiver, b.Receiver)
	}
}

func BenchmarkResolve(b *testing.B) {
	g, err := geo.Load(geo.Options{})
	if err != nil {
		b.Fatal(err)
	}
	w := &World{Geo: g, Register: agreement.Empty(), Home: []string{"US"}, Inside: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	b.ReportAllocs()
	for b.Loop() {
		resolve(w, kase("10.1.1.1", "14.139.60.10"))
	}
}

func BenchmarkDirection(b *testing.B) {
	w := &World{Inside: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("fc00::/7")}}
	x, y := netip.MustParseAddr("10.1.1.1"), netip.MustParseAddr("14.139.60.10")
	b.ReportAllocs()
	for b.Loop() {
		w.DirectionOf(x, y)
	}
}

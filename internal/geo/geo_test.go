package geo

import (
	"bytes"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// fixture writes a small table: networks to records.
func fixture(t testing.TB, kind string, rows map[string]mmdbtype.DataType) string {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, BuildEpoch: 1767225600, IncludeReservedNetworks: true, Description: map[string]string{"en": "test"}})
	if err != nil {
		t.Fatal(err)
	}
	for cidr, rec := range rows {
		_, n, err := net.ParseCIDR(cidr)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Insert(n, rec); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := tree.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "t.mmdb")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func iso(code string) mmdbtype.DataType {
	return mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(code)}}
}

func load(t testing.TB, o Options) *Set {
	t.Helper()
	s, err := Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFiles(t *testing.T) {
	first := fixture(t, "GeoLite2-Country", map[string]mmdbtype.DataType{
		"203.0.113.0/26": iso("IN"), "203.0.113.64/26": iso("PK"), "198.51.100.0/24": iso("PH"), "192.0.2.0/25": iso("PR"), "192.0.2.128/25": iso("EU"),
		"104.16.0.0/13": iso("US"), "10.0.0.0/8": iso("FR"),
		"214.1.1.0/24":  mmdbtype.Map{"traits": mmdbtype.Map{"is_anycast": mmdbtype.Bool(true)}},
		"202.0.0.0/16":  mmdbtype.Map{"registered_country": mmdbtype.Map{"iso_code": mmdbtype.String("GB")}},
		"2001:db8::/32": iso("DE"),
	})
	second := fixture(t, "country ipvAll", map[string]mmdbtype.DataType{
		"203.0.113.0/25": mmdbtype.Map{"country_code": mmdbtype.String("IN")},
		"104.16.0.0/13":  mmdbtype.Map{"country_code": mmdbtype.String("CA")},
		"2001:db8::/33":  mmdbtype.Map{"country_code": mmdbtype.String("DE")},
	})
	asn := fixture(t, "GeoLite2-ASN", map[string]mmdbtype.DataType{
		"203.0.113.0/24": mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint32(64500), "autonomous_system_organization": mmdbtype.String("Evil\x1b[2J\nOrg")},
	})
	s := load(t, Options{Country: []string{first, second}, ASN: asn})
	for _, c := range []struct {
		addr, country string
		disputed      bool
		class         Class
		anycast       bool
	}{
		{"203.0.113.5", "IN", false, Public, false},
		{"203.0.113.70", "", true, Public, false}, // PK and IN
		{"198.51.100.1", "PH", false, Public, false},
		{"192.0.2.1", "PR", false, Public, false},
		{"192.0.2.200", "", false, Public, false}, // EU is no country
		{"::ffff:203.0.113.5", "IN", false, Public, false},
		{"64:ff9b::cb00:7105", "IN", false, Public, false},
		{"2002:cb00:7105::1", "IN", false, Public, false},
		{"2001:0:1:2:3:4:34ff:8efa", "IN", false, Public, false}, // Teredo, client inverted
		{"104.16.0.1", "", true, Public, true},
		{"214.1.1.1", "", false, Public, true},
		{"202.0.0.1", "", false, Public, false}, // registered is not located
		{"2001:db8::1", "DE", false, Public, false},
		{"2001:db8:8000::1", "DE", false, Public, false}, // one table knows it
		{"10.1.2.3", "", false, PrivateUse, false},
		{"100.64.1.1", "", false, PrivateUse, false},
		{"fd00::1", "", false, PrivateUse, false},
		{"127.0.0.1", "", false, Loopback, false},
		{"::1", "", false, Loopback, false},
		{"169.254.1.1", "", false, LinkLocal, false},
		{"fe80::1%eth0", "", false, LinkLocal, false},
		{"224.0.0.251", "", false, Multicast, false},
		{"ff02::1", "", false, Multicast, false},
		{"255.255.255.255", "", false, Broadcast, false},
		{"64:ff9b::a01:203", "", false, PrivateUse, false},
		{"0.0.0.0", "", false, Public, false},
	} {
		a := s.Lookup(netip.MustParseAddr(c.addr))
		if a.Country != c.country || a.Disputed != c.disputed || a.Class != c.class || (a.Anycast != "") != c.anycast {
			t.Errorf("%s: %+v", c.addr, a)
		}
		if c.class != Public && a.Geo != nil {
			t.Errorf("%s: a table was asked", c.addr)
		}
	}
	a := s.Lookup(netip.MustParseAddr("203.0.113.70"))
	if got := strings.Join(a.Countries(), " "); got != "PK IN" {
		t.Errorf("countries %q", got)
	}
	if len(a.Geo) != 2 || a.Geo[0].Prefix != "203.0.113.64/26" || a.Geo[1].Prefix != "203.0.113.0/25" || a.Geo[0].Build != "2026-01-01T00:00:00Z" || a.Geo[0].DB != "t" {
		t.Errorf("evidence %+v", a.Geo)
	}
	if a.ASN != 64500 || a.Org != "Evil[2JOrg" {
		t.Errorf("asn %d %q", a.ASN, a.Org)
	}
	if (s.Lookup(netip.Addr{}).Country) != "" {
		t.Error("the zero address has a country")
	}
}

func TestRefuses(t *testing.T) {
	country := fixture(t, "GeoLite2-Country", map[string]mmdbtype.DataType{"203.0.113.0/24": iso("IN")})
	asn := fixture(t, "GeoLite2-ASN", map[string]mmdbtype.DataType{"203.0.113.0/24": mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint32(1)}})
	other := fixture(t, "Something", map[string]mmdbtype.DataType{"203.0.113.0/24": mmdbtype.Map{"x": mmdbtype.String("IN")}})
	text := filepath.Join(t.TempDir(), "x.mmdb")
	if err := os.WriteFile(text, []byte("this is no table"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]Options{
		"text":             {Country: []string{text}},
		"missing":          {Country: []string{"/nonexistent/x.mmdb"}},
		"asn as country":   {Country: []string{asn}},
		"country as asn":   {ASN: country},
		"other as country": {Country: []string{other}},
		"other as asn":     {ASN: other},
	} {
		if _, err := Load(o); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	whole, err := os.ReadFile(country)
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole { // no cut makes it panic, and most are refused
		if tab, err := openTable("cut", append([]byte(nil), whole[:n]...), false); err == nil {
			tab.country(netip.MustParseAddr("203.0.113.1"))
		}
	}
}

func TestEmbedded(t *testing.T) {
	s := load(t, Options{})
	for _, c := range []struct {
		addr, country string
		asn           bool
	}{
		{"1.37.0.1", "PH", true}, {"39.32.0.1", "PK", true}, {"1.6.0.1", "IN", true}, {"64.237.128.1", "PR", true}, {"101.99.128.1", "GU", true},
		{"146.226.0.1", "VI", false}, {"8.8.8.8", "US", true}, {"2a01:4f8::1", "DE", true}, {"240e::1", "CN", true},
		{"203.0.113.5", "", false}, {"192.0.2.1", "", false}, {"198.51.100.1", "", false}, {"2001:db8::1", "", false},
	} {
		a := s.Lookup(netip.MustParseAddr(c.addr))
		if a.Country != c.country || a.Disputed || len(a.Geo) != 2 || c.asn && (a.ASN == 0 || a.Org == "") {
			t.Errorf("%s: %+v", c.addr, a)
		}
	}
	if a := s.Lookup(netip.MustParseAddr("196.12.160.1")); !a.Disputed || a.Country != "" || len(a.Countries()) != 2 {
		t.Errorf("not disputed: %+v", a)
	}
	if a := s.Lookup(netip.MustParseAddr("1.1.1.1")); a.Anycast == "" {
		t.Errorf("no anycast: %+v", a)
	}
	again := load(t, Options{})
	if len(s.Digest()) != 64 || s.Digest() != again.Digest() {
		t.Errorf("digest %q, then %q", s.Digest(), again.Digest())
	}
	if d := s.Describe(); len(d) != 4 || !strings.Contains(d[0], "geo-whois-asn-country (GeoLite2-Country), built 2026-06-17") {
		t.Errorf("described as %q", d)
	}
}

func TestReplacing(t *testing.T) {
	one := fixture(t, "GeoLite2-Country", map[string]mmdbtype.DataType{"8.8.8.0/24": iso("FR")})
	s := load(t, Options{Country: []string{one}})
	a := s.Lookup(netip.MustParseAddr("8.8.8.8"))
	if a.Country != "FR" || len(a.Geo) != 1 || a.ASN != 15169 {
		t.Errorf("%+v", a)
	}
	if s.Digest() == load(t, Options{}).Digest() {
		t.Error("other tables, same digest")
	}
}

func TestCountry(t *testing.T) {
	for in, want := range map[string]string{"US": "US", "XK": "XK", "AN": "AN", "EU": "", "AP": "", "ZZ": "", "A1": "", "A2": "", "O1": "", "T1": "", "": "", "us": "", "USA": "", "U\xff": ""} {
		if got := Country(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	for _, c := range strings.Fields("CN HK MO CU IR KP RU VE") {
		if Concern(c) == "" {
			t.Errorf("%s is no concern", c)
		}
	}
	if Concern("IN")+Concern("")+Concern("TW") != "" {
		t.Error("too much concern")
	}
}

func TestAnycastList(t *testing.T) {
	for _, bad := range []string{"1.2.3.4", "1.2.3.4/24,x", "x,y"} {
		if _, err := loadAnycast(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	a, err := loadAnycast(anycastCSV)
	if err != nil || a.date == "" || a.n < 100 {
		t.Fatalf("%v %+v", err, a)
	}
}

func FuzzTable(f *testing.F) {
	data, err := os.ReadFile(fixture(f, "GeoLite2-Country", map[string]mmdbtype.DataType{"203.0.113.0/24": iso("IN"), "2001:db8::/32": iso("DE")}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, isASN := range []bool{false, true} {
			tab, err := openTable("fuzz", b, isASN)
			if err != nil {
				continue
			}
			for _, s := range []string{"203.0.113.1", "2001:db8::1", "1.1.1.1"} {
				tab.country(netip.MustParseAddr(s))
				tab.system(netip.MustParseAddr(s))
			}
		}
	})
}

func BenchmarkLookup(b *testing.B) {
	s := load(b, Options{})
	a := netip.MustParseAddr("14.139.60.10")
	b.ReportAllocs()
	for b.Loop() {
		s.Lookup(a)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load(b, Options{})
	}
}

// Package geo tells where an address is, and says who says so.
//
// It reads MaxMind DB files: two independent country tables that are embedded, or any number of files given by
// configuration, and one table of autonomous systems. Files of the types that geoip2-golang knows (GeoLite2, GeoIP2,
// DB-IP) are read by it; other files are read when their records have country.iso_code, country_code or country, and
// autonomous_system_number or asn. Files are read into memory, never mapped: a file that is cut short under a
// mapping answers "not found" without an error.
//
// Tables that differ are not outvoted: the answer is disputed and keeps what each of them said, with its prefix and
// build date, so that the evidence outlives the file. An address that is announced from many places at once
// (anycast) has no place: a dated list of such networks is embedded too. Pseudo codes (EU, AP, ZZ ...) are no
// countries; no answer is never taken for a domestic one.
//
// It cannot tell the place of a person, nor see through a VPN, and tables are wrong: RFC 8805 geofeeds, which they
// take in, are statements of the operators about themselves.
//
// Embedded data: IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0; ip-location-db
// (https://github.com/sapics/ip-location-db) with data of the NRO and Route Views, CC BY 4.0. How they are made is
// written in scripts/geo/README.md.
package geo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"strings"

	"github.com/phiwatch/phiwatch/internal/alert"
)

// Options name the tables. The zero value takes the embedded ones. Given country files replace the embedded country
// tables, a given ASN file replaces the embedded ASN table.
type Options struct {
	Country []string
	ASN     string
}

// Set is a set of tables. It is immutable and safe for concurrent use.
type Set struct {
	countries []*source
	asn       *source
	anycast   *anycast
	digest    string
}

// Answer is what is known of an address.
type Answer struct {
	Addr     netip.Addr        // the address that was looked up: embedded IPv4 addresses are taken out
	Class    Class             // other than Public: no table was asked
	Country  string            // ISO 3166-1 alpha-2 when the tables that know one agree, else ""
	Geo      []alert.GeoAnswer // what each table said
	Disputed bool              // the tables name different countries
	Anycast  string            // operator of the anycast network, "" none
	ASN      uint32
	Org      string
}

// Load opens the tables.
func Load(o Options) (*Set, error) {
	s := &Set{}
	var err error
	if s.anycast, err = loadAnycast(anycastCSV); err != nil {
		return nil, err
	}
	if err := s.files(o); err != nil {
		return nil, err
	}
	if err := s.embedded(o); err != nil {
		return nil, err
	}
	all := append([]*source(nil), s.countries...)
	if s.asn != nil {
		all = append(all, s.asn)
	}
	s.digest = digest(append(all, &source{name: "anycast", sum: sha256.Sum256([]byte(anycastCSV))}))
	return s, nil
}

// files opens the tables that are given as files.
func (s *Set) files(o Options) error {
	var jobs []job
	for _, path := range o.Country {
		jobs = append(jobs, fileTable(path, false))
	}
	if o.ASN != "" {
		jobs = append(jobs, fileTable(o.ASN, true))
	}
	tables, err := runJobs(jobs)
	for _, t := range tables {
		switch {
		case err != nil:
		case t.isASN:
			s.asn = opened(t)
		default:
			s.countries = append(s.countries, opened(t))
		}
	}
	return err
}

// embedded adds the embedded tables that no file replaces.
func (s *Set) embedded(o Options) error {
	if len(o.Country) == 0 {
		for _, name := range []string{"geo-whois-asn-country", "dbip-country"} {
			t, err := embedded(name, false)
			if err != nil {
				return err
			}
			s.countries = append(s.countries, t)
		}
	}
	if o.ASN != "" {
		return nil
	}
	t, err := embedded("asn", true)
	s.asn = t
	return err
}

// fileTable reads a table from a file.
func fileTable(path string, isASN bool) job {
	return func() (*table, error) {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("geo table: %w", err)
		}
		t, err := openTable(tableName(path), data, isASN)
		if err != nil {
			return nil, fmt.Errorf("geo table %s: %w", path, err)
		}
		return t, nil
	}
}

// digest is over the names and hashes of the tables, in their order.
func digest(tables []*source) string {
	h := sha256.New()
	for _, t := range tables {
		fmt.Fprintf(h, "%s %x\n", t.name, t.sum)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Digest names the tables: hex SHA-256.
func (s *Set) Digest() string { return s.digest }

// Describe tells about each table in one line: name, type, build date, hash.
func (s *Set) Describe() []string {
	var out []string
	all := s.countries
	if s.asn != nil {
		all = append(all[:len(all):len(all)], s.asn)
	}
	for _, src := range all {
		t := src.get()
		out = append(out, fmt.Sprintf("%s (%s), built %s, sha256 %x", t.name, t.kind, t.build, t.sum))
	}
	return append(out, fmt.Sprintf("anycast networks: %d, as of %s", s.anycast.n, s.anycast.date))
}

// Lookup tells what is known of an address. The zero Addr gives an answer without a country.
func (s *Set) Lookup(addr netip.Addr) Answer {
	a := Answer{Addr: Effective(addr)}
	if !a.Addr.IsValid() {
		return a
	}
	if a.Class = ClassOf(a.Addr); a.Class != Public {
		return a
	}
	a.Anycast = s.anycast.operator(a.Addr)
	for _, src := range s.countries {
		t := src.get()
		rec := t.country(a.Addr)
		a.Geo = append(a.Geo, alert.GeoAnswer{DB: t.name, Build: t.build, Prefix: rec.prefix, Country: rec.code})
		if rec.anycast && a.Anycast == "" {
			a.Anycast = t.name
		}
		code := Country(rec.code)
		switch {
		case code == "" || code == a.Country:
		case a.Country == "" && !a.Disputed:
			a.Country = code
		default:
			a.Disputed = true
		}
	}
	if a.Disputed {
		a.Country = ""
	}
	if s.asn != nil {
		a.ASN, a.Org = s.asn.get().system(a.Addr)
	}
	return a
}

// Countries returns the distinct countries that the tables name, in their order.
func (a Answer) Countries() []string {
	var out []string
	for _, g := range a.Geo {
		code := Country(g.Country)
		if code == "" || contains(out, code) {
			continue
		}
		out = append(out, code)
	}
	return out
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// tableName is the name of a file without its directories and endings: the operator's word, cleaned.
func tableName(path string) string {
	name := path[strings.LastIndexAny(path, `/\`)+1:]
	return clean(strings.TrimSuffix(name, ".mmdb"), 64)
}

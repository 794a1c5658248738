package geo

import (
	"crypto/sha256"
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/oschwald/geoip2-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2"
)

// table is one open file. Either city or raw is set.
type table struct {
	name  string
	kind  string // database type
	build string // RFC 3339
	isASN bool
	sum   [32]byte
	mm    *geoip2.Reader
	raw   *maxminddb.Reader // for types that geoip2 does not know
}

type countryRecord struct {
	code    string
	prefix  string
	anycast bool
}

// openTable opens a table from memory; the slice must not change after that.
func openTable(name string, data []byte, isASN bool) (*table, error) {
	t := &table{name: name, isASN: isASN, sum: sha256.Sum256(data)}
	r, err := geoip2.OpenBytes(data)
	var unknown geoip2.UnknownDatabaseTypeError
	var meta maxminddb.Metadata
	switch {
	case errors.As(err, &unknown):
		if t.raw, err = maxminddb.OpenBytes(data); err != nil {
			return nil, errNotMaxMind
		}
		meta = t.raw.Metadata
	case err != nil:
		return nil, errNotMaxMind
	default:
		t.mm = r
		meta = r.Metadata()
	}
	t.kind = clean(meta.DatabaseType, 64)
	t.build = meta.BuildTime().UTC().Format(time.RFC3339)
	return t, t.probe()
}

var (
	errNotMaxMind = errors.New("not a MaxMind DB file, or a damaged one")
	errNoCountry  = errors.New("the table has no countries")
	errNoASN      = errors.New("the table has no autonomous systems")
)

// probe asks the table a question, so that a table of another kind, or a damaged one, is refused when it is loaded.
func (t *table) probe() error {
	addr := netip.AddrFrom4([4]byte{8, 8, 8, 8})
	if t.mm == nil {
		return t.probeRaw()
	}
	if t.isASN {
		if _, err := t.mm.ASN(addr); err != nil {
			return errNoASN
		}
		return nil
	}
	if _, err := t.mm.Country(addr); err != nil {
		return errNoCountry
	}
	return nil
}

// probeRaw looks at the first records for the fields that are needed.
func (t *table) probeRaw() error {
	n := 0
	for r := range t.raw.Networks() {
		if t.isASN {
			if num, _ := rawSystem(r); num != 0 {
				return nil
			}
		} else if rawCountry(r) != "" {
			return nil
		}
		if n++; n > 1000 {
			break
		}
	}
	if t.isASN {
		return errNoASN
	}
	return errNoCountry
}

// country asks a country table. A damaged record is no answer.
func (t *table) country(a netip.Addr) countryRecord {
	if t.mm != nil {
		rec, err := t.mm.Country(a)
		if err != nil {
			return countryRecord{}
		}
		return countryRecord{clean(rec.Country.ISOCode, 8), prefixText(rec.Traits.Network), rec.Traits.IsAnycast}
	}
	r := t.raw.Lookup(a)
	if r.Err() != nil {
		return countryRecord{}
	}
	return countryRecord{code: rawCountry(r), prefix: prefixText(r.Prefix())}
}

// system asks an ASN table.
func (t *table) system(a netip.Addr) (uint32, string) {
	if t.mm != nil {
		rec, err := t.mm.ASN(a)
		if err != nil {
			return 0, ""
		}
		return uint32(rec.AutonomousSystemNumber), clean(rec.AutonomousSystemOrganization, 128)
	}
	r := t.raw.Lookup(a)
	if r.Err() != nil {
		return 0, ""
	}
	return rawSystem(r)
}

// rawCountry knows the shapes of ip-location-db and IPinfo beside that of MaxMind.
func rawCountry(r maxminddb.Result) string {
	var code string
	for _, path := range [...][]any{{"country", "iso_code"}, {"country_code"}, {"country"}} {
		if err := r.DecodePath(&code, path...); err == nil && code != "" {
			return clean(code, 8)
		}
	}
	return ""
}

func rawSystem(r maxminddb.Result) (num uint32, org string) {
	if err := r.DecodePath(&num, "autonomous_system_number"); err != nil || num == 0 {
		var text string
		if err := r.DecodePath(&text, "asn"); err == nil {
			n, _ := strconv.ParseUint(strings.TrimPrefix(text, "AS"), 10, 32)
			num = uint32(n)
		}
	}
	for _, key := range [...]string{"autonomous_system_organization", "as_name", "name"} {
		if err := r.DecodePath(&org, key); err == nil && org != "" {
			break
		}
	}
	return num, clean(org, 128)
}

// prefixText writes a prefix of a table; IPv4 in an IPv6 tree comes out as IPv4.
func prefixText(p netip.Prefix) string {
	if !p.IsValid() {
		return ""
	}
	return p.String()
}

// clean makes text of a table safe to print: no control or format characters, no line ends, at most max bytes. Tables
// are not the peer's, but a peer's operator writes its own name into the registries.
func clean(s string, max int) string {
	ok := len(s) <= max
	for i := 0; i < len(s) && ok; i++ {
		ok = s[i] >= ' ' && s[i] < 0x7f
	}
	if ok {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
	if len(s) > max {
		s = strings.ToValidUTF8(s[:max], "")
	}
	return s
}

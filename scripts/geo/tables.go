package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/oschwald/maxminddb-golang/v2"
)

// countryTree rewrites {country_code} to {country: {iso_code}} and keeps the build time of the source. Reserved
// networks (documentation ranges among them) and aliases are left out: nobody is there.
func countryTree(path, note string) (*mmdbwriter.Tree, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	src, err := maxminddb.OpenBytes(data)
	if err != nil {
		return nil, err
	}
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		BuildEpoch:   int64(src.Metadata.BuildEpoch),
		DatabaseType: "GeoLite2-Country",
		Description:  map[string]string{"en": note},
		RecordSize:   24,
		KeyGenerator: countryKey{},
	})
	if err != nil {
		return nil, err
	}
	records := map[string]mmdbtype.Map{}
	n, skipped := 0, 0
	for r := range src.Networks() {
		var rec struct {
			Code string `maxminddb:"country_code"`
		}
		if err := r.Decode(&rec); err != nil {
			return nil, err
		}
		if rec.Code == "" {
			continue
		}
		if records[rec.Code] == nil {
			records[rec.Code] = mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(rec.Code)}}
		}
		if err := tree.Insert(ipNet(r.Prefix()), records[rec.Code]); err != nil {
			skipped++
			continue
		}
		n++
	}
	fmt.Printf("%s: %d networks, %d reserved or aliased left out, %d codes\n", path, n, skipped, len(records))
	return tree, nil
}

// countryKey tells records apart by their country: much faster than a hash of the whole record.
type countryKey struct{}

func (countryKey) Key(v mmdbtype.DataType) ([]byte, error) {
	m, ok := v.(mmdbtype.Map)
	if !ok {
		return nil, errors.New("no record")
	}
	c, ok := m["country"].(mmdbtype.Map)
	if !ok {
		return nil, errors.New("no country")
	}
	code, _ := c["iso_code"].(mmdbtype.String)
	return []byte(code), nil
}

// asnTree builds a table from rows of start,end,number,"name" (inclusive ranges).
func asnTree(paths []string, epoch int64, note string) (*mmdbwriter.Tree, error) {
	tree, err := mmdbwriter.New(mmdbwriter.Options{
		BuildEpoch:   epoch,
		DatabaseType: "GeoLite2-ASN",
		Description:  map[string]string{"en": note},
		RecordSize:   24,
		KeyGenerator: asnKey{},
	})
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		if err := addASN(tree, p); err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
	}
	return tree, nil
}

func addASN(tree *mmdbwriter.Tree, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = 4
	r.ReuseRecord = true
	n, skipped := 0, 0
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		num, err := strconv.ParseUint(row[2], 10, 32)
		if err != nil {
			return err
		}
		rec := mmdbtype.Map{
			"autonomous_system_number":       mmdbtype.Uint32(num),
			"autonomous_system_organization": mmdbtype.String(organisation(row[3])),
		}
		if err := tree.InsertRange(net.ParseIP(row[0]), net.ParseIP(row[1]), rec); err != nil {
			skipped++
			continue
		}
		n++
	}
	fmt.Printf("%s: %d ranges, %d reserved or aliased left out\n", path, n, skipped)
	return nil
}

// organisation cuts what no alert needs: names are labels for people, 48 bytes are enough to know the operator.
func organisation(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= 48 {
		return s
	}
	s = strings.ToValidUTF8(s[:48], "")
	return strings.TrimRight(s, " ,.-")
}

// asnKey tells records apart by number and name: one number may carry two names.
type asnKey struct{}

func (asnKey) Key(v mmdbtype.DataType) ([]byte, error) {
	m, ok := v.(mmdbtype.Map)
	if !ok {
		return nil, errors.New("no record")
	}
	num, _ := m["autonomous_system_number"].(mmdbtype.Uint32)
	org, _ := m["autonomous_system_organization"].(mmdbtype.String)
	return []byte(fmt.Sprintf("%d %s", num, org)), nil
}

func ipNet(p netip.Prefix) *net.IPNet {
	a := p.Addr()
	return &net.IPNet{IP: a.AsSlice(), Mask: net.CIDRMask(p.Bits(), a.BitLen())}
}

package geo

import (
	_ "embed"
	"fmt"
	"net/netip"
	"strings"

	"github.com/gaissmai/bart"
)

//go:embed data/anycast.csv
var anycastCSV string

// anycast is the list of networks that are announced from many places.
type anycast struct {
	nets bart.Table[string]
	n    int
	date string
}

// loadAnycast reads lines of prefix,operator; the first line is "# as of DATE".
func loadAnycast(text string) (*anycast, error) {
	a := &anycast{}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if date, ok := strings.CutPrefix(line, "# as of "); ok {
			a.date = date
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		cidr, operator, ok := strings.Cut(line, ",")
		p, err := netip.ParsePrefix(cidr)
		if !ok || err != nil || p != p.Masked() {
			return nil, fmt.Errorf("embedded anycast list: line %d is not PREFIX,OPERATOR", n+1)
		}
		a.nets.Insert(p, operator)
		a.n++
	}
	return a, nil
}

// operator returns who announces the address from many places, "" for others.
func (a *anycast) operator(addr netip.Addr) string {
	name, _ := a.nets.Lookup(addr)
	return name
}

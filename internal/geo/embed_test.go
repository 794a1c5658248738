package geo

import "testing"

// TestEmbeddedTablesOpen holds that what is unpacked later cannot fail, and that its digest is the one that was stated.
func TestEmbeddedTablesOpen(t *testing.T) {
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range append(append([]*source(nil), s.countries...), s.asn) {
		if got := src.get().sum; got != src.sum {
			t.Errorf("%s: data/SHA256SUMS says %x, the table has %x", src.name, src.sum, got)
		}
	}
}

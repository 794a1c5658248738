package truth

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/phiwatch/phiwatch/internal/evaltest"
)

// TestPositives compares what is read with what the manifest beside the sets says.
func TestPositives(t *testing.T) {
	dir := os.Getenv("PHIWATCH_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared")
	}
	dir = filepath.Join(dir, "truth")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no shared data here: set PHIWATCH_SHARED to its directory")
	}
	sets, err := Positives(dir)
	if err != nil {
		t.Fatal(err)
	}
	people, ssns, docs := 0, map[string]int{}, map[string]int{}
	for _, s := range sets {
		docs[s.Name] = len(s.Docs)
		for i := range s.Docs {
			d := &s.Docs[i]
			people += d.People
			for _, p := range d.Planted {
				if p.Kind == evaltest.SSN && !p.Optional {
					ssns[s.Name]++
				}
			}
		}
	}
	if people != 944+945+940 || ssns["naaccr"] != people || ssns["presidio"] != 44 || docs["presidio"] != 2109 || docs["ccda (test)"] != 10 || docs["incidence"] != 3 {
		t.Errorf("%d people, SSNs %v, documents %v", people, ssns, docs)
	}
	if ssns["hl7v2"] == 0 || ssns["x12"] != 1 {
		t.Errorf("SSNs %v", ssns)
	}
}

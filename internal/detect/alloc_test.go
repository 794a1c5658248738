package detect

import "testing"

// perScan is how many allocations a scan may make, whatever its size: its meta data and its result.
const perScan = 4

// TestNoAllocationPerByte holds that what is scanned costs no memory, but for what is found in it.
func TestNoAllocationPerByte(t *testing.T) {
	e := newEngine(t)
	s := e.NewScratch()
	for _, kind := range []string{"english", "mail", "html", "log", "base64"} {
		allocs := func(size int) float64 {
			text := corpus(kind, size)
			return testing.AllocsPerRun(3, func() { scanChunks(e, s, text) })
		}
		if few, many := allocs(1<<16), allocs(1<<20); many > perScan || many > few {
			t.Errorf("%s: %v allocations for 64 KB, %v for 1 MB", kind, few, many)
		}
	}
}

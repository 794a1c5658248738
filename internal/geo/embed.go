package geo

import (
	"embed"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

//go:embed data/*.mmdb.zst
var data embed.FS

// maxTable bounds what an embedded table unpacks to.
const maxTable = 64 << 20

//go:embed data/SHA256SUMS
var sums string

// source is a table that is open, or an embedded one that is unpacked when it is first asked: unpacking takes longer
// than many a small capture, and what is embedded cannot fail, which a test sees to.
type source struct {
	name string
	sum  [32]byte
	once sync.Once
	open func() (*table, error)
	t    *table
}

// get returns the table. Safe for concurrent use.
func (s *source) get() *table {
	s.once.Do(func() {
		if s.t != nil {
			return
		}
		t, err := s.open()
		if err != nil {
			panic(err) // the binary itself is damaged
		}
		s.t = t
	})
	return s.t
}

// job opens one table of a file.
type job func() (*table, error)

// opened wraps a table that is open.
func opened(t *table) *source { return &source{name: t.name, sum: t.sum, t: t} }

// embedded returns the embedded table with its digest, still packed.
func embedded(name string, isASN bool) (*source, error) {
	s := &source{name: name, open: func() (*table, error) { return unpack(name, isASN) }}
	for line := range strings.Lines(sums) {
		sum, n, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if n == name {
			b, err := hex.DecodeString(sum)
			copy(s.sum[:], b)
			return s, err
		}
	}
	return nil, fmt.Errorf("embedded geo table %s: no digest", name)
}

func unpack(name string, isASN bool) (*table, error) {
	packed, err := data.ReadFile("data/" + name + ".mmdb.zst")
	if err != nil {
		return nil, fmt.Errorf("embedded geo table: %w", err)
	}
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxTable))
	if err != nil {
		return nil, fmt.Errorf("embedded geo table %s: %w", name, err)
	}
	defer z.Close()
	plain, err := z.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("embedded geo table %s: %w", name, err)
	}
	return openTable(name, plain, isASN)
}

// runJobs opens tables side by side and returns them in the order of the jobs.
func runJobs(jobs []job) ([]*table, error) {
	tables := make([]*table, len(jobs))
	errs := make([]error, len(jobs))
	var wg sync.WaitGroup
	for i, j := range jobs {
		wg.Go(func() { tables[i], errs[i] = j() })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return tables, nil
}

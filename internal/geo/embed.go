package geo

import (
	"embed"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

//go:embed data/*.mmdb.zst
var data embed.FS

// maxTable bounds what an embedded table unpacks to.
const maxTable = 64 << 20

// job opens one table.
type job func() (*table, error)

// embeddedTables returns the embedded tables that the options do not replace. They are unpacked when a job runs.
func embeddedTables(o Options) []job {
	var jobs []job
	if len(o.Country) == 0 {
		jobs = append(jobs, embedded("geo-whois-asn-country", false), embedded("dbip-country", false))
	}
	if o.ASN == "" {
		jobs = append(jobs, embedded("asn", true))
	}
	return jobs
}

func embedded(name string, isASN bool) job {
	return func() (*table, error) {
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

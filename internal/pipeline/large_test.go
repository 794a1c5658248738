package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/ledger"
)

// TestManyPartsFitARecord holds that a mail with thousands of charts becomes one alert that the ledger takes, and that
// no match or person is lost from it.
func TestManyPartsFitARecord(t *testing.T) {
	const parts = 9000
	var m strings.Builder
	m.WriteString("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=p\r\n\r\n")
	for i := range parts {
		fmt.Fprintf(&m, "--p\r\nContent-Disposition: attachment; filename=%s%d.csv\r\n\r\npatient_name,dob,ssn,mrn,diagnosis\r\nOttoline Quill%c%c%c,19%02d-01-19,%03d-%02d-%04d,%08d,E11.9\r\n",
			strings.Repeat("&", 40), i, 'a'+i%26, 'a'+i/26%26, 'a'+i/676, 10+i%80, 101+i%600, 10+i%89, 1000+i, 30000000+i)
	}
	m.WriteString("--p--")
	a := only(t, first(judged(t, 1, mailed("14.139.60.12:25", m.String(), "x@elsewhere.example"))), alert.PHIExposure)
	b, err := a.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > ledger.MaxLeaf-1<<20 {
		t.Errorf("the record has %d bytes", len(b))
	}
	count, seen := map[finding.Kind]int{}, map[string]bool{}
	for _, f := range a.Identifiers {
		count[f.Kind] += f.Count
		key := string(f.Kind)
		for _, l := range f.Path {
			key += "/" + l.String()
		}
		if seen[key] && len(f.Path) == 1 {
			t.Errorf("two entries of kind %s for the whole mail", f.Kind)
		}
		seen[key] = true
		if len(f.Path) == 1 && (f.Distinct == 0 || f.Distinct > f.Count || len(f.Tokens) == 0 || len(f.Tokens) > 32) {
			t.Errorf("%s: %d distinct of %d, %d tokens", f.Kind, f.Distinct, f.Count, len(f.Tokens))
		}
	}
	for _, k := range []finding.Kind{finding.MRN, finding.Name, finding.DOB} {
		if count[k] != parts {
			t.Errorf("%d of %d matches of %s are told", count[k], parts, k)
		}
	}
	if a.Individuals == nil || a.Individuals.Low != parts {
		t.Errorf("people: %+v", a.Individuals)
	}
}

package x12_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/text"
	"github.com/phiwatch/phiwatch/internal/content/x12"
	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
	"github.com/phiwatch/phiwatch/rules"
)

func scan(t *testing.T, name string, b []byte) finding.Result {
	t.Helper()
	set, err := rule.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	e, err := detect.New(set, detect.Options{MaxTokens: 1000})
	if err != nil {
		t.Fatal(err)
	}
	m := &object.Meta{Kind: object.File, At: flow.Time(1795478400 * 1e9), Name: flow.NewText(name), Size: -1}
	s := e.Scan(e.NewScratch(), m)
	d := content.NewDriver([]content.Format{x12.Format(), text.Format()}, content.DefaultLimits())
	r := d.NewWorker().Walk(m, contenttest.Pieces(b, 1000), s, content.Options{Scan: true})
	if r.Format != "x12" || len(r.Reasons) > 0 {
		t.Errorf("%s: format %q, reasons %v", name, r.Format, r.Reasons)
	}
	return s.Finish()
}

func found(r *finding.Result, k finding.Kind, canon string) bool {
	var key [32]byte
	h := hmac.New(sha256.New, key[:])
	h.Write([]byte(string(k) + "\x00" + canon))
	want := hex.EncodeToString(h.Sum(nil)[:16])
	for _, f := range r.Findings {
		for _, tok := range f.Tokens {
			if f.Kind == k && tok.String() == want {
				return true
			}
		}
	}
	return false
}

// truths are the people of the files, counted by hand. Numbers that cannot be social security numbers (000-00-0001,
// 544-00-1234) are none.
var truths = map[string]struct {
	people   int
	distinct map[finding.Kind]int
	tokens   map[string]finding.Kind
}{
	"834_deident_family.txt": {3, map[finding.Kind]int{finding.Name: 3, finding.DOB: 3, finding.MemberID: 3, finding.Address: 1},
		map[string]finding.Kind{"M000002": finding.MemberID, "M000003": finding.MemberID, "M000004": finding.MemberID}},
	"834_deident_new_enroll.txt": {1, map[finding.Kind]int{finding.Name: 1, finding.DOB: 1, finding.MemberID: 1, finding.Address: 1},
		map[string]finding.Kind{"M000001": finding.MemberID}},
	"834_deident_term.txt": {2, map[finding.Kind]int{finding.Name: 2, finding.DOB: 2, finding.MemberID: 2, finding.Address: 2},
		map[string]finding.Kind{"M000010": finding.MemberID, "M000011": finding.MemberID}},
	"834_ls_le_ls.txt": {1, map[finding.Kind]int{finding.Name: 2, finding.DOB: 2, finding.SSN: 1, finding.Phone: 1, finding.Address: 1},
		map[string]finding.Kind{"001223344": finding.SSN, "5554718931": finding.Phone}},
	"835_mult_loops.txt": {1, map[finding.Kind]int{finding.Name: 1, finding.Medicaid: 1, finding.Account: 2, finding.HCPCS: 1},
		map[string]finding.Kind{"00001612": finding.Medicaid, "2005555A": finding.Account}},
	"834_ls_le_ls_5010.999.txt": {},
	"834_lui_id_5010.999.txt":   {},
}

func TestTruth(t *testing.T) {
	dir := os.Getenv("PHIWATCH_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "truth/positives/x12/*.txt"))
	if len(files) == 0 {
		t.Skip("no shared data here: set PHIWATCH_SHARED to its directory")
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(f)
		want, ok := truths[name]
		if !ok {
			continue
		}
		r := scan(t, name, b)
		got := map[finding.Kind]int{}
		for _, x := range r.Findings {
			got[x.Kind] += x.Distinct
		}
		verdict, people := finding.PHI, want.people
		if bytes.Contains(b[:106], []byte("*T*")) { // ISA15: a test
			verdict, people = finding.Test, 0
		}
		if want.people > 0 && (!maps.Equal(got, want.distinct) || r.Verdict != verdict || r.Level != finding.High || r.Individuals.Low != people) {
			t.Errorf("%s: %s %s, individuals %v, %v, want %s, %d, %v", name, r.Verdict, r.Level, r.Individuals, got, verdict, people, want.distinct)
		}
		if want.people == 0 && len(got) > 0 {
			t.Errorf("%s is about nobody: %v", name, got)
		}
		for v, k := range want.tokens {
			if !found(&r, k, v) {
				t.Errorf("%s: no %s %s", name, k, v)
			}
		}
	}
}

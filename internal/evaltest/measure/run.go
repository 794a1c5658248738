package measure

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/phiwatch/phiwatch/internal/evaltest"
	"github.com/phiwatch/phiwatch/internal/evaltest/truth"
	"github.com/phiwatch/phiwatch/internal/finding"
)

// Options say what is measured.
type Options struct {
	People int    // rendered in each format
	Seed   uint64 // of the people and of the documents
	Shared string // directory of the ground truth and the captures; "" or absent: left out
	Bytes  int64  // of each corpus of negatives, 0: all
	Known  map[string]string
	Places Places
}

// Places are where negatives lie on this machine.
type Places struct {
	ModCache, GoRoot, GoVersion, Debian string
}

// Report is everything that was measured.
type Report struct {
	Options  Options
	Rules    string
	Sets     []*Tally // rendered, by format
	Verdicts []*Tally
	Robust   []*Same
	Pieces   []*Same  // by format: the same document at once and in pieces
	Shared   []*Tally // sets that others wrote
	Quiet    []*Quiet
	NoShared bool
	Paged    []False // alerts on documents that must not page
}

// Run measures everything. said is told what is being done.
func Run(o Options, said func(what string)) (*Report, error) {
	e, err := New()
	if err != nil {
		return nil, err
	}
	rep := &Report{Options: o, Rules: e.Rules()}
	people := evaltest.People(o.People, o.Seed)
	said("rendered people")
	rep.Sets = e.Measure(evaltest.Sets(), people, o.Seed)
	rep.Verdicts = e.Measure(evaltest.VerdictSets(), people, o.Seed)
	said("renderings")
	rep.Robust = e.Robust(people[:min(len(people), 40)], o.Seed)
	rep.Pieces = e.Pieces(evaltest.Sets(), people[:min(len(people), 20)], o.Seed)
	if _, err := os.Stat(filepath.Join(o.Shared, "truth")); o.Shared == "" || err != nil {
		rep.NoShared = true
	} else {
		said("sets that others wrote")
		if err = e.shared(rep, filepath.Join(o.Shared, "truth")); err != nil {
			return nil, err
		}
	}
	said("negatives")
	rep.Quiet, err = e.Quiet(Corpora(o.Shared, o.Places), o.Bytes, o.Known)
	return rep, err
}

func (e *Engine) shared(rep *Report, dir string) error {
	sets, err := truth.Positives(dir)
	if err != nil {
		return err
	}
	for _, s := range sets {
		t := NewTally(s.Name)
		e.Each(s.Docs, func(d *evaltest.Doc, r *finding.Result) {
			t.Add(d, r)
			if f, ok := paging(s.Name, d, r); ok {
				rep.Paged = append(rep.Paged, f)
			}
		})
		rep.Shared = append(rep.Shared, t)
	}
	return nil
}

// Corpora are the negatives: those beside the checkout, the module cache, the Go tree, what Debian installed, and the
// captures as raw bytes.
func Corpora(shared string, p Places) []Corpus {
	packed := func(name string, object int) Corpus {
		return Corpus{Name: name, Version: "truth/negatives", Packed: true, Object: object, Paths: []string{filepath.Join(shared, "truth/negatives", name+".tar.gz")}}
	}
	list := []Corpus{
		packed("mail", evaltest.Mail), packed("logs", evaltest.File), packed("tables", evaltest.File),
		{Name: "go-modules", Version: "module cache", Paths: []string{p.ModCache}, Skip: []string{filepath.Join(p.ModCache, "cache")}},
		{Name: "go-tree", Version: p.GoVersion, Paths: []string{p.GoRoot}},
		{Name: "deb-doc", Version: p.Debian, Paths: []string{"/usr/share/doc"}},
		{Name: "deb-include", Version: p.Debian, Paths: []string{"/usr/include"}},
		{Name: "deb-share", Version: p.Debian, Paths: []string{"/usr/share"}, Skip: []string{"/usr/share/doc"}},
		{Name: "deb-python", Version: p.Debian, Paths: []string{"/usr/lib/python3", "/usr/lib/python3.11"}},
		{Name: "deb-lib", Version: p.Debian, Paths: []string{"/usr/lib"}, Skip: []string{"/usr/lib/python3", "/usr/lib/python3.11", "/usr/lib/google-cloud-sdk"}},
		{Name: "captures", Version: "pcaps, raw", Part: ".pcap", Paths: []string{filepath.Join(shared, "pcaps")}},
	}
	return slices.DeleteFunc(list, func(c Corpus) bool {
		return shared == "" && (c.Packed || c.Name == "captures") || strings.TrimSpace(c.Paths[0]) == ""
	})
}

package measure

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"

	"github.com/phiwatch/phiwatch/internal/evaltest"
	"github.com/phiwatch/phiwatch/internal/evaltest/truth"
	"github.com/phiwatch/phiwatch/internal/finding"
)

// Corpus is a body of data without patients: a directory, or the members of a tar.gz.
type Corpus struct {
	Name    string
	Version string   // pins it for readers; the digest pins it for machines
	Paths   []string // directories, files, or archives if Packed
	Packed  bool
	Skip    []string // directories below, by path
	Part    string   // files without it in their path are none of the corpus
	Object  int
}

// False is an alert on a corpus. It names places, rules and points, never a value.
type False struct {
	Corpus   string
	Path     string // of the file
	Sum      string // of its bytes, 16 hex digits: adjudications refer to it
	Verdict  finding.Verdict
	Level    finding.Level
	Score    int
	People   finding.Individuals
	Findings []finding.Finding
	Why      string // it was adjudicated: a real literal, and where it comes from
}

// Quiet is the measure of one corpus.
type Quiet struct {
	Corpus
	Files   int
	Bytes   int64 // as carried
	Twice   int   // files that were seen before, in any corpus
	Missing bool
	Digest  string            // of the sorted digests of all files scanned, 12 hex digits
	Scores  [maxScore + 1]int // alerts by score, adjudicated ones left out
	Known   int               // alerts that were adjudicated
	Alerts  []False           // at MEDIUM or above, in the order of paths
	sums    map[[32]byte]bool
}

// At is the number of alerts with at least a score.
func (q *Quiet) At(score int) int {
	n := 0
	for _, k := range q.Scores[score:] {
		n += k
	}
	return n
}

// maxFile is the size above which a file is cut.
const maxFile = 256 << 20

// file is one text of a corpus.
type file struct {
	path  string
	bytes func() ([]byte, error)
	size  int64
}

// Quiet scans corpora, each up to budget bytes, 0: all of them. Equal files count once. known says which alerts are real
// literals, by the digest of their file.
func (e *Engine) Quiet(corpora []Corpus, budget int64, known map[string]string) ([]*Quiet, error) {
	seen := map[[32]byte]bool{}
	var out []*Quiet
	for _, c := range corpora {
		q := &Quiet{Corpus: c, sums: map[[32]byte]bool{}}
		files, err := c.files()
		if err != nil {
			return nil, err
		}
		q.Missing = len(files) == 0
		e.quiet(q, sampled(files, budget), seen, known)
		q.Digest = digest(q.sums)
		out = append(out, q)
	}
	return out, nil
}

// sampled takes files in the order of a hash of their path until the budget is spent: the same ones on every run.
func sampled(files []file, budget int64) []file {
	if budget <= 0 {
		return files
	}
	rank := map[string]string{}
	for _, f := range files {
		s := sha256.Sum256([]byte(f.path))
		rank[f.path] = string(s[:])
	}
	sort.Slice(files, func(i, j int) bool { return rank[files[i].path] < rank[files[j].path] })
	n := 0
	for sum := int64(0); n < len(files) && sum < budget; n++ {
		sum += files[n].size
	}
	files = files[:n]
	sort.Slice(files, func(i, j int) bool { return files[i].path < files[j].path })
	return files
}

func digest(sums map[[32]byte]bool) string {
	list := make([]string, 0, len(sums))
	for s := range sums {
		list = append(list, string(s[:]))
	}
	sort.Strings(list)
	s := sha256.Sum256([]byte(strings.Join(list, "")))
	return hex.EncodeToString(s[:6])
}

// quiet scans files in two rounds, so that it does not depend on the order of the workers which of equal files is the first.
func (e *Engine) quiet(q *Quiet, files []file, seen map[[32]byte]bool, known map[string]string) {
	sums := make([]*[32]byte, len(files))
	inParallel(len(files), func() func(i int) {
		return func(i int) {
			if b := files[i].read(); len(b) > 0 {
				sum := sha256.Sum256(b)
				sums[i] = &sum
			}
		}
	})
	for i, sum := range sums {
		if sum != nil && seen[*sum] {
			sums[i] = nil
			q.Twice++
		} else if sum != nil {
			seen[*sum], q.sums[*sum] = true, true
		}
	}
	results := make([]finding.Result, len(files))
	sizes := make([]int, len(files))
	inParallel(len(files), func() func(i int) {
		s := e.scanner()
		return func(i int) {
			if sums[i] != nil {
				b := files[i].read()
				sizes[i] = len(b)
				results[i] = s.scan(&evaltest.Doc{Name: filepath.Base(files[i].path), Object: q.Object, Body: b})
			}
		}
	})
	for i := range files {
		if sums[i] != nil {
			q.Files++
			q.Bytes += int64(sizes[i])
		}
		if Alerts(&results[i]) {
			q.alert(files[i].path, hex.EncodeToString(sums[i][:8]), &results[i], known)
		}
	}
}

// inParallel calls the functions that worker returns for 0 to n-1, one worker for each processor.
func inParallel(n int, worker func() func(i int)) {
	var wg sync.WaitGroup
	jobs := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			f := worker()
			for i := range jobs {
				f(i)
			}
		})
	}
	for i := range n {
		jobs <- i
	}
	close(jobs)
	wg.Wait()
}

// read returns the bytes of a file, cut to a limit, nothing if it cannot be read.
func (f *file) read() []byte {
	b, err := f.bytes()
	if err != nil {
		return nil
	}
	return b[:min(len(b), maxFile)]
}

func (q *Quiet) alert(path, sum string, r *finding.Result, known map[string]string) {
	a := False{Corpus: q.Name, Path: path, Sum: sum, Verdict: r.Verdict, Level: r.Level, Score: r.Score, People: r.Individuals, Findings: r.Findings, Why: known[sum]}
	if a.Why != "" {
		q.Known++
	} else {
		q.Scores[min(maxScore, r.Score)]++
	}
	if r.Level == finding.High || r.Level == finding.Medium {
		q.Alerts = append(q.Alerts, a)
	}
}

// files lists what is in a corpus, in the order of paths. Links are not followed.
func (c *Corpus) files() ([]file, error) {
	var out []file
	for _, p := range c.Paths {
		if c.Packed {
			err := truth.Members(p, func(name string, b []byte) {
				out = append(out, file{path: filepath.Base(p) + "/" + name, size: int64(len(b)), bytes: func() ([]byte, error) { return b, nil }})
			})
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			continue
		}
		if err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil //nolint:nilerr // what cannot be read is no part of the corpus
			}
			if d.IsDir() && c.skips(path) {
				return fs.SkipDir
			}
			if info, err := d.Info(); err == nil && d.Type().IsRegular() && strings.Contains(path, c.Part) {
				out = append(out, file{path: path, size: info.Size(), bytes: func() ([]byte, error) { return os.ReadFile(path) }})
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *Corpus) skips(path string) bool {
	for _, s := range c.Skip {
		if path == s {
			return true
		}
	}
	return false
}

// Known reads adjudications: a digest, a tab, why the alert is right or the literal real. Lines with # are comments.
func Known(path string) (map[string]string, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for line := range strings.Lines(string(b)) {
		if sum, why, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && !strings.HasPrefix(line, "#") {
			out[sum] = why
		}
	}
	return out, nil
}

package ledger

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
)

// verifier walks through the records of a ledger.
type verifier struct {
	r       *Report
	size    int64 // signed; -1 unknown: all records are read
	tree    tree
	hashes  *bufio.Reader
	hashBad int64 // record whose stored hashes are the first that differ, -1: none
	proven  int64 // the records before it are those that the last good batch stands for
	strayed bool  // a batch stands for other records than those before it
}

func (v *verifier) run(dir string) error {
	// The hashes before the entries, for a writer writes them after: each hash that is seen has its entry.
	hashes, m, err := openSized(filepath.Join(dir, hashesName))
	if err != nil {
		return err
	}
	if hashes != nil {
		defer func() { _ = hashes.Close() }() // read only
		v.hashes = buffered(hashes, m)
	} else {
		v.r.fault(hashesName, -1, "missing")
	}
	entries, n, err := openSized(filepath.Join(dir, entriesName))
	if err != nil {
		return err
	}
	if entries == nil {
		v.r.fault(entriesName, -1, "missing")
		return nil
	}
	defer func() { _ = entries.Close() }() // read only
	return v.walk(readFrames(entries, n))
}

// openSized opens a file and returns its size; nil if there is none.
func openSized(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	n, err := fileSize(f)
	if err != nil {
		_ = f.Close() // read only
		return nil, 0, err
	}
	return f, n, nil
}

// walk goes through the signed records, then through what is behind them.
func (v *verifier) walk(fr *frames) error {
	var nodes []byte
	for v.size < 0 || v.tree.size < v.size {
		leaf, err := fr.next()
		if errors.Is(err, io.EOF) && v.size < 0 {
			break
		}
		if err != nil {
			return v.stop(err)
		}
		i := v.tree.size
		v.record(i, leaf)
		nodes = v.tree.add(tlog.RecordHash(leaf), nodes[:0])
		v.compare(i, nodes)
	}
	v.r.Records = v.tree.size
	v.judge()
	return v.tail(fr)
}

// stop ends the walk at a bad frame: behind it nothing can be told.
func (v *verifier) stop(err error) error {
	switch {
	case errors.Is(err, io.EOF):
		err = errors.New("missing, though it was signed")
	case !errors.Is(err, errFrame) && !errors.Is(err, errTorn):
		return err
	}
	v.r.Records = v.tree.size
	v.judge()
	v.r.fault(entriesName, v.tree.size, err.Error())
	return nil
}

// judge says which records were changed when every frame reads well. A batch or the root tells that there is one, the
// stored hashes tell which; if these were changed to fit, it is narrowed down to those after the last good batch.
func (v *verifier) judge() {
	rootBad := v.size >= 0 && v.tree.size == v.size && v.tree.root() != v.r.Checkpoint.Root
	switch {
	case !v.strayed && !rootBad:
		if v.hashBad >= 0 {
			v.r.fault(hashesName, v.hashBad, "a stored hash is missing or not that of the entries")
		}
	case v.hashBad >= v.proven:
		v.r.fault(entriesName, v.hashBad, "changed after it was recorded: its stored hash is another")
	default:
		v.r.fault(entriesName, v.proven, "this record or one after it was changed, and the stored hashes with it")
	}
}

// compare checks the stored hashes that record i made.
func (v *verifier) compare(i int64, nodes []byte) {
	var h tlog.Hash
	for v.hashes != nil && v.hashBad < 0 && len(nodes) > 0 {
		if _, err := io.ReadFull(v.hashes, h[:]); err != nil || h != tlog.Hash(nodes[:tlog.HashSize]) {
			v.hashBad = i
		}
		nodes = nodes[tlog.HashSize:]
	}
}

// record looks at the ledger's own records.
func (v *verifier) record(i int64, leaf []byte) {
	kind, body, ok := split(leaf)
	switch {
	case !ok:
		v.r.fault(entriesName, i, "not a record")
	case i == 0 && kind != KindBatch:
		v.r.fault(entriesName, i, "not a batch")
	case kind == KindBatch:
		v.batch(i, body)
	case kind == KindRecovery:
		var rec Recovery
		if json.Unmarshal(body, &rec) != nil {
			v.r.fault(entriesName, i, "not a recovery")
			return
		}
		v.r.Recoveries++
		v.r.Adopted += rec.Adopted
	}
}

func (v *verifier) batch(i int64, body []byte) {
	var b batch
	if json.Unmarshal(body, &b) != nil {
		v.r.fault(entriesName, i, "not a batch")
		return
	}
	root := v.tree.root()
	if b.Size != i || b.Root != base64.StdEncoding.EncodeToString(root[:]) {
		v.strayed = true
	} else if !v.strayed {
		v.proven = i
	}
	if v.r.First.IsZero() {
		v.r.First = b.RecordedAt
	} else if b.RecordedAt.Before(v.r.Last) {
		v.r.ClockBack++
	}
	v.r.Last = b.RecordedAt
}

// Entry is a record as it is read.
type Entry struct {
	Index      int64
	Kind       string
	Body       []byte // valid until the next entry
	Leaf       Hash
	RecordedAt string // RFC 3339, of its batch
}

// Iterate calls f for each signed record in order, the ledger's own included, until f returns an error. It checks
// frames but neither hashes nor signatures: that is what Verify is for.
func Iterate(dir string, f func(Entry) error) error {
	size, err := signedSize(dir)
	if err != nil {
		return err
	}
	file, n, err := openSized(filepath.Join(dir, entriesName))
	if err != nil {
		return err
	}
	if file == nil {
		return fmt.Errorf("%w: %s is missing", ErrDamaged, entriesName)
	}
	defer func() { _ = file.Close() }() // read only
	fr := readFrames(file, n)
	var at struct {
		RecordedAt string `json:"recorded_at"`
	}
	for i := range size {
		leaf, err := fr.next()
		if err != nil {
			return damaged(i, err)
		}
		e := Entry{Index: i, Leaf: tlog.RecordHash(leaf)}
		ok := false
		if e.Kind, e.Body, ok = split(leaf); !ok || e.Kind == KindBatch && json.Unmarshal(e.Body, &at) != nil {
			return fmt.Errorf("%w: record %d: not a record", ErrDamaged, i)
		}
		e.RecordedAt = at.RecordedAt
		if err := f(e); err != nil {
			return err
		}
	}
	return nil
}

func signedSize(dir string) (int64, error) {
	data, err := readSmall(filepath.Join(dir, checkpointName))
	if err != nil {
		return 0, err
	}
	pub, err := readSmall(filepath.Join(dir, pubName))
	if err != nil {
		return 0, err
	}
	key, err := publicKey(pub)
	if err != nil {
		return 0, fmt.Errorf("%w: %s: %w", ErrDamaged, pubName, err)
	}
	c, err := parseCheckpoint(data, key)
	if err != nil {
		return 0, fmt.Errorf("%w: %s: %w", ErrDamaged, checkpointName, err)
	}
	return c.Size, nil
}

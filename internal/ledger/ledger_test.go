package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	f_log "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "phiwatch.example/test"

// clock ticks once a call.
func clock() func() time.Time {
	n := 0
	return func() time.Time {
		n++
		return time.Date(2026, 1, 2, 3, 4, 5, n*1000, time.UTC)
	}
}

func body(i int) []byte {
	return fmt.Appendf(nil, `{"id":%d,"pad":"%s"}`, i, strings.Repeat("x", i*7%40))
}

// build makes a ledger of batches of records.
func build(t testing.TB, dir string, batches ...int) {
	t.Helper()
	l, err := Open(dir, Options{Origin: origin, Now: clock()})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, b := range batches {
		for range b {
			if _, err := l.Append("alert", body(n)); err != nil {
				t.Fatal(err)
			}
			n++
		}
		if _, err := l.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func verify(t testing.TB, dir string, o Options) Report {
	t.Helper()
	r, err := Verify(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// files returns the content of a ledger.
func files(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, n := range []string{entriesName, hashesName, checkpointName, keyName, pubName} {
		data, err := os.ReadFile(filepath.Join(dir, n))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if err == nil {
			out[n] = data
		}
	}
	return out
}

// put writes a ledger anew.
func put(t testing.TB, dir string, fs map[string][]byte) {
	t.Helper()
	for n, data := range fs {
		if err := os.WriteFile(filepath.Join(dir, n), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func alerts(t testing.TB, dir string) (bodies []string) {
	t.Helper()
	if err := Iterate(dir, func(e Entry) error {
		if e.Kind == "alert" {
			bodies = append(bodies, string(e.Body))
		}
		if e.RecordedAt == "" || e.Leaf != LeafHash(e.Kind, e.Body) {
			t.Error("an entry without time or of another hash")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return bodies
}

func TestWriteVerifyIterate(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, 3, 1, 40)
	r := verify(t, dir, Options{Origin: origin})
	if !r.OK() || r.Records != 47 || r.FirstBad != -1 || r.Trusted || r.Unsigned != 0 || r.TailBytes != 0 || r.Recoveries != 0 || len(r.Limits()) != 2 {
		t.Fatalf("%+v", r)
	}
	if !r.First.Before(r.Last) {
		t.Error(r.First, r.Last)
	}
	got := alerts(t, dir)
	for i := range 44 {
		if got[i] != string(body(i)) {
			t.Fatal(i)
		}
	}
	l, err := Open(dir, Options{Now: clock()})
	if err != nil {
		t.Fatal(err)
	}
	if l.Recovered() != (Recovery{}) || l.Last().Size != 47 {
		t.Errorf("%+v", l.Recovered())
	}
	i, err := l.Append("disposition", []byte("{}"))
	if err != nil || i != 48 { // 47 is the batch
		t.Error(i, err)
	}
	c, err := l.Commit()
	if err != nil || c.Size != 49 {
		t.Error(c.Size, err)
	}
	if again, err := l.Commit(); err != nil || !bytes.Equal(again.Note, c.Note) {
		t.Error("an empty commit signs something")
	}
	if _, err := Open(dir, Options{Now: clock()}); !errors.Is(err, ErrInUse) {
		t.Error(err)
	}
	pub := l.PublicKey()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append("alert", nil); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	// An auditor's copy: no private key, no key beside it, one that was kept elsewhere.
	for _, n := range []string{keyName, pubName} {
		if err := os.Remove(filepath.Join(dir, n)); err != nil {
			t.Fatal(err)
		}
	}
	if r := verify(t, dir, Options{PublicKey: pub}); !r.OK() || !r.Trusted || len(r.Limits()) != 1 || r.ClockBack != 1 {
		t.Errorf("%+v", r)
	}
	if r := verify(t, dir, Options{}); r.OK() {
		t.Error("no key, but it verifies")
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir, Options{Origin: origin}); err == nil {
		t.Error("no clock")
	}
	if _, err := Open(t.TempDir(), Options{Now: clock()}); !errors.Is(err, ErrOrigin) {
		t.Error("no origin", err)
	}
	if _, err := Open(t.TempDir(), Options{Now: clock(), Origin: "a b"}); !errors.Is(err, ErrOrigin) {
		t.Error("spaces", err)
	}
	build(t, dir, 1)
	if _, err := Open(dir, Options{Origin: "other", Now: clock()}); !errors.Is(err, ErrOrigin) {
		t.Error(err)
	}
	l, err := Open(dir, Options{Now: clock()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for _, k := range []string{"", "a\n", "A", KindBatch, KindRecovery, strings.Repeat("a", 33)} {
		if _, err := l.Append(k, nil); !errors.Is(err, ErrKind) {
			t.Error(k, err)
		}
	}
	if _, err := l.Append("x", make([]byte, MaxLeaf)); !errors.Is(err, ErrSize) {
		t.Error(err)
	}
	if _, err := l.Append("x", make([]byte, MaxLeaf-len(leafMagic)-2)); err != nil {
		t.Error(err)
	}
	for _, n := range []string{entriesName, checkpointName, keyName} {
		d := t.TempDir()
		build(t, d, 2)
		if err := os.Remove(filepath.Join(d, n)); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(d, Options{Origin: origin, Now: clock()}); !errors.Is(err, ErrDamaged) {
			t.Error(n, err)
		}
		if r := verify(t, d, Options{}); n != keyName && r.OK() {
			t.Error(n)
		}
	}
	if st, err := os.Stat(filepath.Join(dir, keyName)); err != nil || st.Mode().Perm() != 0o600 {
		t.Error(st, err)
	}
	if _, err := Verify(filepath.Join(dir, "none"), Options{}); err == nil {
		t.Error("no directory, no error")
	}
}

// The tree, the checkpoint and proofs from our files are what independent implementations make of them.
func TestIndependent(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, 5, 1, 13, 100)
	all := files(t, dir)
	v, err := note.NewVerifier(strings.TrimSpace(string(all[pubName])))
	if err != nil {
		t.Fatal(err)
	}
	cp, _, _, err := f_log.ParseCheckpoint(all[checkpointName], origin, v)
	if err != nil {
		t.Fatal(err)
	}
	var leaves [][]byte
	ranges := (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)
	if err := Iterate(dir, func(e Entry) error {
		h := rfc6962.DefaultHasher.HashLeaf(leaf(nil, e.Kind, e.Body))
		if !bytes.Equal(h, e.Leaf[:]) {
			t.Fatal("leaf hash")
		}
		leaves = append(leaves, h)
		return ranges.Append(h, nil)
	}); err != nil {
		t.Fatal(err)
	}
	root, err := ranges.GetRootHash(nil)
	if err != nil || !bytes.Equal(root, cp.Hash) || cp.Size != uint64(len(leaves)) {
		t.Fatal("root", cp.Size, len(leaves), err)
	}
	hr := hashFile{bytes.NewReader(all[hashesName])}
	n := int64(len(leaves))
	for i := range n {
		p, err := tlog.ProveRecord(n, i, hr)
		if err != nil {
			t.Fatal(err)
		}
		path := make([][]byte, len(p))
		for j := range p {
			path[j] = p[j][:]
		}
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(i), uint64(n), leaves[i], path, root); err != nil {
			t.Fatal(i, err)
		}
	}
	var tr tree
	var nodes []byte
	for i := range n {
		nodes = tr.add(tlog.Hash(leaves[i]), nodes)
		want, err := tlog.TreeHash(i+1, hr)
		if err != nil || tr.root() != want {
			t.Fatal("size", i+1)
		}
		var back tree
		if err := back.load(i+1, hr); err != nil || back.root() != want {
			t.Fatal("load", i+1)
		}
	}
	if !bytes.Equal(nodes, all[hashesName]) {
		t.Error("stored hashes")
	}
	var empty tree
	if r := empty.root(); !bytes.Equal(r[:], rfc6962.DefaultHasher.EmptyRoot()) {
		t.Error("empty root")
	}
}

func TestManyFlushes(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(dir, Options{Origin: origin, Now: clock()})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := l.Append("alert", make([]byte, flushAt/2)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, dir, Options{}); !r.OK() || r.Records != 6 {
		t.Errorf("%+v", r)
	}
}

func BenchmarkAppendCommit1000(b *testing.B) {
	l, err := Open(b.TempDir(), Options{Origin: origin, Now: clock()})
	if err != nil {
		b.Fatal(err)
	}
	data := make([]byte, 1000)
	b.SetBytes(1000 * 1000)
	for b.Loop() {
		for range 1000 {
			if _, err := l.Append("alert", data); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := l.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}

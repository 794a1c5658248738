package ledger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// ends returns the offset behind each frame.
func ends(entries []byte) (out []int64) {
	for off := 0; off < len(entries); {
		off += frameHead + int(binary.LittleEndian.Uint32(entries[off:]))
		out = append(out, int64(off))
	}
	return out
}

func indexAt(ends []int64, off int64) int64 {
	for i, e := range ends {
		if off < e {
			return int64(i)
		}
	}
	return -1
}

// flip changes one byte and demands that Verify notices, and names the record where the byte is in one.
func flip(t *testing.T, dir, name string, data []byte, off int, x byte, frameEnds []int64) {
	t.Helper()
	data[off] ^= x
	defer func() { data[off] ^= x }()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
	r := verify(t, dir, Options{})
	if r.OK() {
		t.Fatalf("%s: byte %d ^ %#x was not noticed", name, off, x)
	}
	if name == entriesName && r.FirstBad != indexAt(frameEnds, int64(off)) {
		t.Fatalf("%s: byte %d ^ %#x is in record %d, reported %d", name, off, x, indexAt(frameEnds, int64(off)), r.FirstBad)
	}
	if name == hashesName && (r.FirstBad != -1 || r.Faults[0].File != hashesName) {
		t.Fatalf("%s: byte %d: %v", name, off, r.Faults)
	}
}

func TestEveryFlip(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, 2, 1, 3)
	all := files(t, dir)
	for name, data := range all {
		masks := []byte{1, 2, 4, 8, 16, 32, 64, 128, 255}
		if name == entriesName || name == hashesName {
			masks = []byte{1, 0x80, 0x20}
		}
		for off := range data {
			for _, x := range masks {
				flip(t, dir, name, data, off, x, ends(all[entriesName]))
			}
		}
		put(t, dir, all)
	}
	if r := verify(t, dir, Options{}); !r.OK() {
		t.Fatal(r.Faults)
	}
}

func TestRandomFlips(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, 100, 200, 1, 300)
	all := files(t, dir)
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{entriesName, hashesName} {
		for range 150 {
			flip(t, dir, name, all[name], rnd.IntN(len(all[name])), byte(1+rnd.IntN(255)), ends(all[entriesName]))
		}
		put(t, dir, all)
	}
}

// Every file cut at every byte, and lengthened, is noticed.
func TestTruncation(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, 2, 2)
	all := files(t, dir)
	for name, data := range all {
		for n := range data {
			if err := os.WriteFile(filepath.Join(dir, name), data[:n], 0o600); err != nil {
				t.Fatal(err)
			}
			r := verify(t, dir, Options{})
			if r.OK() {
				t.Fatalf("%s cut at %d was not noticed", name, n)
			}
			if name == entriesName && r.FirstBad != indexAt(ends(data), int64(n)) {
				t.Fatalf("cut at %d: %d", n, r.FirstBad)
			}
		}
		if name == keyName || name == pubName || name == checkpointName {
			for _, more := range []string{"\n", "x", "\x00"} {
				if err := os.WriteFile(filepath.Join(dir, name), append(bytes.Clone(data), more...), 0o600); err != nil {
					t.Fatal(err)
				}
				if r := verify(t, dir, Options{}); r.OK() {
					t.Fatalf("%s: %q more was not noticed", name, more)
				}
			}
		}
		put(t, dir, all)
	}
	put(t, dir, map[string][]byte{entriesName: append(bytes.Clone(all[entriesName]), 1, 2, 3)})
	if r := verify(t, dir, Options{}); r.TailBytes != 3 || len(r.Limits()) != 3 {
		t.Error("bytes behind the end are not told")
	}
}

// A change with a fitting checksum is found by the hashes, with fitting hashes by the batches and the root.
func TestForgery(t *testing.T) {
	for _, x := range []struct {
		index     int
		rehash    bool
		low, high int64 // FirstBad
	}{{1, false, 1, 1}, {5, false, 5, 5}, {8, false, 8, 8}, {0, false, 0, 0}, {1, true, 0, 1}, {5, true, 4, 5}, {8, true, 6, 8}} {
		dir := t.TempDir()
		build(t, dir, 3, 1, 3) // batches at 0, 4 and 6
		all := files(t, dir)
		e := bytes.Clone(all[entriesName])
		es := ends(e)
		from := int64(0)
		if x.index > 0 {
			from = es[x.index-1]
		}
		f := e[from:es[x.index]]
		f[len(f)-4] ^= 1
		putFrame(f)
		put(t, dir, map[string][]byte{entriesName: e})
		if x.rehash {
			var tr tree
			var nodes []byte
			from := int64(0)
			for _, to := range es {
				nodes = tr.add(tlog.RecordHash(e[from+frameHead:to]), nodes)
				from = to
			}
			put(t, dir, map[string][]byte{hashesName: nodes})
		}
		if r := verify(t, dir, Options{}); r.OK() || r.FirstBad < x.low || r.FirstBad > x.high {
			t.Errorf("%+v: %v", x, r.Faults)
		}
	}
}

func TestDropAndSwap(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, 5)
	all := files(t, dir)
	es := ends(all[entriesName])
	e := all[entriesName]
	drop := append(bytes.Clone(e[:es[1]]), e[es[2]:]...)
	put(t, dir, map[string][]byte{entriesName: drop})
	if r := verify(t, dir, Options{}); r.OK() || r.FirstBad < 2 || r.FirstBad > 5 {
		t.Error(r.Faults)
	}
	swap := bytes.Join([][]byte{e[:es[1]], e[es[2]:es[3]], e[es[1]:es[2]], e[es[3]:]}, nil)
	put(t, dir, map[string][]byte{entriesName: swap})
	if r := verify(t, dir, Options{}); r.OK() || r.FirstBad != 2 {
		t.Error(r.Faults)
	}
}

// A ledger of another key, put in place with its key, is told apart by the key that was kept.
func TestReplaced(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	build(t, a, 2)
	build(t, b, 2)
	pub := string(files(t, a)[pubName])
	if r := verify(t, b, Options{PublicKey: pub}); r.OK() {
		t.Error("another ledger verifies")
	}
	if r := verify(t, a, Options{PublicKey: pub}); !r.OK() || !r.Trusted {
		t.Error(r.Faults)
	}
	if r := verify(t, a, Options{PublicKey: "nonsense"}); r.OK() {
		t.Error("nonsense is a key")
	}
}

// A crash after any byte of any write of a commit leaves a ledger that opens, has every record that was acknowledged,
// and verifies.
func TestCrash(t *testing.T) {
	before, after := t.TempDir(), t.TempDir()
	build(t, before, 2, 1)
	old := files(t, before)
	put(t, after, old)
	l, err := Open(after, Options{Now: clock()})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if _, err := l.Append("alert", body(100+i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	now := files(t, after)
	acked := alerts(t, before)
	check := func(state map[string][]byte) {
		t.Helper()
		dir := t.TempDir()
		put(t, dir, old)
		put(t, dir, state)
		whole := 0
		for _, e := range ends(now[entriesName]) {
			if e > int64(len(old[entriesName])) && e <= int64(len(state[entriesName])) {
				whole++
			}
		}
		l, err := Open(dir, Options{Now: clock()})
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Recovered().Adopted; got != int64(whole) {
			t.Fatalf("adopted %d of %d", got, whole)
		}
		if len(state[entriesName])%16 == 0 { // syncing takes its time: not in each
			if _, err := l.Append("alert", []byte("{}")); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		r := verify(t, dir, Options{})
		if !r.OK() || r.TailBytes != 0 || r.Unsigned != 0 || r.Adopted != int64(whole) {
			t.Fatalf("%+v", r)
		}
		got := alerts(t, dir)
		for i := range acked {
			if got[i] != acked[i] {
				t.Fatal("an acknowledged record is lost")
			}
		}
	}
	for n := len(old[entriesName]); n <= len(now[entriesName]); n++ { // (1) entries
		check(map[string][]byte{entriesName: now[entriesName][:n]})
	}
	for n := len(old[hashesName]); n <= len(now[hashesName]); n += 5 { // (2) hashes
		check(map[string][]byte{entriesName: now[entriesName], hashesName: now[hashesName][:n]})
	}
	for n := 0; n <= len(now[checkpointName]); n += 7 { // (3) the temporary checkpoint
		check(map[string][]byte{entriesName: now[entriesName], hashesName: now[hashesName], checkpointName + ".tmp": now[checkpointName][:n]})
	}
	// Without syncing in order a power failure can leave zeros; hashes can be lost altogether.
	check(map[string][]byte{entriesName: append(bytes.Clone(old[entriesName]), make([]byte, 100)...)})
	for n := 0; n < len(old[hashesName]); n += 9 {
		check(map[string][]byte{entriesName: now[entriesName], hashesName: old[hashesName][:n]})
	}
}

// Below the signature nothing may be repaired.
func TestCrashBelow(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, 2, 1)
	all := files(t, dir)
	for n := range all[entriesName] {
		put(t, dir, map[string][]byte{entriesName: all[entriesName][:n]})
		if _, err := Open(dir, Options{Now: clock()}); !errors.Is(err, ErrDamaged) {
			t.Fatal(n, err)
		}
	}
	if got := files(t, dir)[entriesName]; len(got) != len(all[entriesName])-1 {
		t.Error("Open changed a damaged ledger")
	}
}

func FuzzEntries(f *testing.F) {
	dir := f.TempDir()
	build(f, dir, 3)
	all := files(f, dir)
	f.Add(all[entriesName], all[hashesName], all[checkpointName])
	f.Add([]byte{0xff, 0xff, 0xff, 0x00, 0, 0, 0, 0}, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, entries, hashes, checkpoint []byte) {
		dir := t.TempDir()
		put(t, dir, all)
		put(t, dir, map[string][]byte{entriesName: entries, hashesName: hashes, checkpointName: checkpoint})
		r := verify(t, dir, Options{})
		same := bytes.Equal(checkpoint, all[checkpointName]) && bytes.HasPrefix(entries, all[entriesName]) && bytes.HasPrefix(hashes, all[hashesName])
		if r.OK() && !same {
			t.Fatal("a change was not noticed")
		}
		_ = Iterate(dir, func(Entry) error { return nil })
		l, err := Open(dir, Options{Now: clock()})
		if err != nil {
			return
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if r := verify(t, dir, Options{}); !r.OK() || r.TailBytes != 0 {
			t.Fatal("what opens does not verify")
		}
	})
}

// TestHashTail has stored hashes behind those of the signed records, which belong to no record.
func TestHashTail(t *testing.T) {
	dir := t.TempDir()
	build(t, dir, 2, 1)
	if r := verify(t, dir, Options{}); !r.OK() || r.HashTail != 0 || len(r.Limits()) != 2 {
		t.Fatalf("%+v", r)
	}
	data := files(t, dir)[hashesName]
	if err := os.WriteFile(filepath.Join(dir, hashesName), append(data, 'x'), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, dir, Options{}); r.OK() || r.Faults[0].File != hashesName {
		t.Fatalf("%+v", r)
	}
}

// unsigned makes a ledger whose last commit was killed before its checkpoint.
func unsigned(t *testing.T) (dir string, signed, now map[string][]byte) {
	t.Helper()
	dir = t.TempDir()
	build(t, dir, 2, 1)
	signed = files(t, dir)
	build(t, dir, 2)
	now = files(t, dir)
	put(t, dir, map[string][]byte{checkpointName: signed[checkpointName]})
	now[checkpointName] = signed[checkpointName]
	return dir, signed, now
}

// Every state that a killed writer leaves behind the checkpoint is a note, no fault.
func TestTornTail(t *testing.T) {
	dir, signed, now := unsigned(t)
	for n := len(signed[entriesName]); n <= len(now[entriesName]); n++ {
		put(t, dir, map[string][]byte{entriesName: now[entriesName][:n], hashesName: signed[hashesName]})
		if r := verify(t, dir, Options{}); !r.OK() || n > len(signed[entriesName]) && r.Unsigned == 0 && r.TailBytes == 0 {
			t.Fatalf("entries cut at %d: %+v", n, r)
		}
	}
	for n := len(signed[hashesName]); n <= len(now[hashesName]); n++ {
		put(t, dir, map[string][]byte{entriesName: now[entriesName], hashesName: now[hashesName][:n]})
		if r := verify(t, dir, Options{}); !r.OK() || r.HashTail != int64(n-len(signed[hashesName])) {
			t.Fatalf("hashes cut at %d: %+v", n, r)
		}
	}
	put(t, dir, map[string][]byte{entriesName: append(bytes.Clone(signed[entriesName]), make([]byte, 100)...), hashesName: signed[hashesName]})
	if r := verify(t, dir, Options{}); !r.OK() || r.TailBytes != 100 {
		t.Fatalf("zeros: %+v", r)
	}
}

// Every byte of every file of a ledger with unsigned records, changed: a fault, unless what is left could be the torn frame
// of a killed writer.
func TestEveryFlipBehindTheCheckpoint(t *testing.T) {
	dir, signed, now := unsigned(t)
	for _, stored := range [][]byte{now[hashesName], signed[hashesName]} {
		now[hashesName] = stored
		put(t, dir, now)
		for name, data := range now {
			for off := range data {
				for _, x := range []byte{1, 0xff} {
					data[off] ^= x
					put(t, dir, map[string][]byte{name: data})
					data[off] ^= x
					r := verify(t, dir, Options{})
					torn := name == entriesName && off >= len(signed[entriesName]) && len(stored) == len(signed[hashesName]) && r.TailBytes > 0
					if r.OK() && !torn {
						t.Fatalf("%s: byte %d ^ %#x: %+v", name, off, x, r)
					}
				}
			}
			put(t, dir, map[string][]byte{name: data})
		}
	}
}

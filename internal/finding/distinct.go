package finding

import "github.com/axiomhq/hyperloglog"

// MaxExact is how many distinct things are counted exactly; beyond it they are estimated, with a standard error of 0.4 %.
const MaxExact = 50_000

const (
	maxHashes = 4 * MaxExact // of a set whose things have several each
	unjoined  = 64           // hashes of a thing that are about to be joined
	keepSlots = 1 << 17      // the largest table that is kept for the next use
)

// Distinct counts distinct things by their hashes: exactly up to [MaxExact], then by HyperLogLog. A thing may have several hashes,
// which [Distinct.Join] ties. The zero value is empty. Emptying it costs what was put in.
type Distinct struct {
	table  []uint64 // 1 + index in list and, above it, the upper half of the hash; 0 free
	list   []hashEntry
	joined int // entries that are not the first of their thing
	sketch *hyperloglog.Sketch
}

type hashEntry struct {
	hash uint64
	slot int32
	up   int32 // union-find
}

// Find returns the index of a hash, adding it; -1 when the set only estimates.
func (t *Distinct) Find(h uint64) (i int, fresh bool) {
	if t.sketch != nil {
		t.sketch.InsertHash(h)
		return -1, false
	}
	if len(t.list)*4 >= len(t.table)*3 {
		t.grow()
	}
	mask := uint64(len(t.table) - 1) //nolint:gosec // positive
	for k := h & mask; ; k = (k + 1) & mask {
		j := t.table[k]
		if j == 0 {
			if len(t.list)-t.joined == MaxExact+unjoined || len(t.list) == maxHashes {
				t.Estimate()
				t.sketch.InsertHash(h)
				return -1, false
			}
			n := int32(len(t.list))                            //nolint:gosec // at most maxHashes
			t.list = append(t.list, hashEntry{h, int32(k), n}) //nolint:gosec // small
			t.table[k] = slotOf(h, int(n))
			return int(n), true
		}
		if i := uint32(j) - 1; j>>32 == h>>32 && t.list[i].hash == h { //nolint:gosec // the lower half is meant
			return int(i), false
		}
	}
}

// slotOf is what the table holds for entry i: most entries that only share the lower bits of a hash are told apart without a look at them.
func slotOf(h uint64, i int) uint64 { return h>>32<<32 | uint64(i+1) } //nolint:gosec // positive

// Add adds a hash and tells whether it is new to an exact set.
func (t *Distinct) Add(h uint64) bool {
	_, fresh := t.Find(h)
	return fresh
}

// Has tells whether an exact set has a hash.
func (t *Distinct) Has(h uint64) bool {
	if len(t.table) == 0 {
		return false
	}
	mask := uint64(len(t.table) - 1) //nolint:gosec // positive
	for k := h & mask; t.table[k] != 0; k = (k + 1) & mask {
		if j := t.table[k]; j>>32 == h>>32 && t.list[uint32(j)-1].hash == h { //nolint:gosec // the lower half is meant
			return true
		}
	}
	return false
}

// Firm marks the hash of what a thing has once, as a person a Social Security number: things that have one each are never joined. The bit
// is one that neither tables nor sketches tell hashes apart by.
const Firm = 1 << 24

// Join ties the thing at index j to that at i, as Find returned them: they are one from now on, and known by the one that is [Firm], else by
// the first hash of i's. Two that are firm stay two: what ties them is a number that several people have, such as that of a row.
func (t *Distinct) Join(i, j int) {
	a, b := t.Root(i), t.Root(j)
	if a == b {
		return
	}
	if t.list[b].hash&Firm != 0 {
		if t.list[a].hash&Firm != 0 {
			return
		}
		a, b = b, a
	}
	t.list[b].up = int32(a) //nolint:gosec // an index
	t.joined++
}

// Root returns the index of the hash that a thing is known by.
func (t *Distinct) Root(i int) int {
	k := int32(i) //nolint:gosec // an index
	for t.list[k].up != k {
		t.list[k].up = t.list[t.list[k].up].up
		k = t.list[k].up
	}
	return int(k)
}

func (t *Distinct) grow() {
	n := max(32, 2*len(t.table))
	t.table = make([]uint64, n)
	t.list = append(make([]hashEntry, 0, n/4*3+1), t.list...)
	mask := uint64(n - 1) //nolint:gosec // positive
	for i := range t.list {
		k := t.list[i].hash & mask
		for t.table[k] != 0 {
			k = (k + 1) & mask
		}
		t.table[k] = slotOf(t.list[i].hash, i)
		t.list[i].slot = int32(k) //nolint:gosec // small
	}
}

// Estimate gives up the hashes of an exact set for a sketch of its things.
func (t *Distinct) Estimate() {
	if t.sketch != nil {
		return
	}
	sketch := sketchFor(t.Count())
	for i := range t.list {
		if t.Root(i) == i {
			sketch.InsertHash(t.list[i].hash)
		}
	}
	t.sketch, t.table, t.list, t.joined = sketch, nil, nil, 0
}

// sketchFor returns an empty sketch for so many things at least: a small one grows, a large one is made of its final size at once.
func sketchFor(n int) *hyperloglog.Sketch {
	if n < 1<<13 {
		return hyperloglog.New16()
	}
	return hyperloglog.New16NoSparse()
}

// Exact tells whether the set is still exact.
func (t *Distinct) Exact() bool { return t.sketch == nil }

// Count is the number of things.
func (t *Distinct) Count() int {
	if t.sketch != nil {
		return int(t.sketch.Estimate()) //nolint:gosec // a count
	}
	return len(t.list) - t.joined
}

// AddAll adds the things of another set, by every hash they have there.
func (t *Distinct) AddAll(o *Distinct) {
	if o.sketch != nil {
		t.merge(o.sketch)
		return
	}
	for i := range o.list {
		t.Add(o.list[i].hash)
	}
}

// merge adds the things of a set that only estimates.
func (t *Distinct) merge(o *hyperloglog.Sketch) {
	t.Estimate()
	_ = t.sketch.Merge(o) // of the same precision
}

// Reset empties the set.
func (t *Distinct) Reset() {
	if len(t.table) > keepSlots || t.sketch != nil {
		*t = Distinct{}
		return
	}
	for i := range t.list {
		t.table[t.list[i].slot] = 0
	}
	t.list, t.joined = t.list[:0], 0
}

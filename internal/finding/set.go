package finding

import "github.com/axiomhq/hyperloglog"

// Set counts distinct things that have one hash each: exactly up to [MaxExact], then by HyperLogLog. The zero value is empty. It
// holds nothing but the hashes, so that a table of many people stays in the processor's cache.
type Set struct {
	slots  []uint64 // open addressing; 0 is free
	n      int
	sketch *hyperloglog.Sketch
}

const (
	firstSlots = 32
	slowSlots  = 1 << 13 // tables from here on grow by less at a time
	reuseSlots = 1 << 16 // the largest table that is kept for the next use
	sparse     = 16      // slots for a hash from which on a table is too large to be kept
)

// Add adds a hash and tells whether it is new to an exact set.
func (t *Set) Add(h uint64) bool {
	if t.sketch != nil {
		t.sketch.InsertHash(h)
		return false
	}
	if t.n*4 >= len(t.slots)*3 {
		t.grow()
	}
	h = filled(h)
	k := t.slot(h)
	if t.slots[k] == h {
		return false
	}
	if t.n == MaxExact {
		t.Estimate()
		t.sketch.InsertHash(h)
		return false
	}
	t.slots[k] = h
	t.n++
	return true
}

// filled is a hash that is no free slot.
func filled(h uint64) uint64 {
	if h == 0 {
		return 1
	}
	return h
}

// slot returns the index of a hash in the table, or of the free slot where it belongs.
func (t *Set) slot(h uint64) uint64 {
	mask := uint64(len(t.slots) - 1) //nolint:gosec // positive
	k := h & mask
	for t.slots[k] != 0 && t.slots[k] != h {
		k = (k + 1) & mask
	}
	return k
}

// Has tells whether an exact set has a hash.
func (t *Set) Has(h uint64) bool {
	return t.n > 0 && t.slots[t.slot(filled(h))] != 0
}

func (t *Set) grow() {
	old := t.slots
	n := 4 * len(old)
	if n > slowSlots {
		n = max(slowSlots, 2*len(old))
	}
	t.slots = make([]uint64, max(firstSlots, n))
	for _, h := range old {
		if h != 0 {
			t.slots[t.slot(h)] = h
		}
	}
}

// Estimate gives up the hashes of an exact set for a sketch of its things.
func (t *Set) Estimate() {
	if t.sketch != nil {
		return
	}
	t.sketch = sketchFor(t.n)
	for _, h := range t.slots {
		if h != 0 {
			t.sketch.InsertHash(h)
		}
	}
	t.slots, t.n = nil, 0
}

// Count is the number of things.
func (t *Set) Count() int {
	if t.sketch != nil {
		return int(t.sketch.Estimate()) //nolint:gosec // a count
	}
	return t.n
}

// AddAll adds the things of another set.
func (t *Set) AddAll(o *Set) {
	if o.sketch != nil {
		t.Estimate()
		_ = t.sketch.Merge(o.sketch) // of the same precision
		return
	}
	for _, h := range o.slots {
		if h != 0 {
			t.Add(h)
		}
	}
}

// Reset empties the set. Its table is kept if it was needed: emptying costs no more than what was put in.
func (t *Set) Reset() {
	switch {
	case t.sketch != nil || len(t.slots) > reuseSlots || len(t.slots) > firstSlots*sparse && t.n*sparse < len(t.slots):
		*t = Set{}
	case t.n > 0:
		clear(t.slots)
		t.n = 0
	}
}

package detect

import (
	"encoding/binary"
	"math/bits"

	"github.com/axiomhq/hyperloglog"
)

// maxExact is how many distinct values are counted exactly; beyond it they are estimated.
const maxExact = 50_000

// idSet counts distinct hashes: exactly up to maxExact, then by HyperLogLog. Emptying it costs what was put in.
type idSet struct {
	table  []int32 // 1 + index in list, 0 free
	list   []idEntry
	sketch *hyperloglog.Sketch
}

type idEntry struct {
	hash uint64
	slot int32
	up   int32 // union-find of people
}

// find returns the index of a hash, adding it; -1 when the set only
// estimates.
func (t *idSet) find(h uint64) (i int, fresh bool) {
	if t.sketch != nil {
		t.sketch.InsertHash(h)
		return -1, false
	}
	if len(t.list)*2 >= len(t.table) {
		t.grow()
	}
	mask := uint64(len(t.table) - 1) //nolint:gosec // positive
	for k := h & mask; ; k = (k + 1) & mask {
		j := t.table[k]
		if j == 0 {
			if len(t.list) == maxExact {
				t.estimate()
				t.sketch.InsertHash(h)
				return -1, false
			}
			n := int32(len(t.list))                          //nolint:gosec // at most maxExact
			t.list = append(t.list, idEntry{h, int32(k), n}) //nolint:gosec // small
			t.table[k] = n + 1
			return int(n), true
		}
		if t.list[j-1].hash == h {
			return int(j - 1), false
		}
	}
}

func (t *idSet) add(h uint64) bool {
	_, fresh := t.find(h)
	return fresh
}

func (t *idSet) grow() {
	n := max(32, 2*len(t.table))
	t.table = make([]int32, n)
	t.list = append(make([]idEntry, 0, n/2+1), t.list...)
	mask := uint64(n - 1) //nolint:gosec // positive
	for i := range t.list {
		k := t.list[i].hash & mask
		for t.table[k] != 0 {
			k = (k + 1) & mask
		}
		t.table[k] = int32(i + 1) //nolint:gosec // small
		t.list[i].slot = int32(k) //nolint:gosec // small
	}
}

func (t *idSet) estimate() {
	t.sketch = hyperloglog.New14()
	for i := range t.list {
		t.sketch.InsertHash(t.list[i].hash)
	}
}

func (t *idSet) count() int {
	if t.sketch != nil {
		return max(maxExact, int(t.sketch.Estimate())) //nolint:gosec // a count
	}
	return len(t.list)
}

// keepSlots is the size of the largest table that is kept for the next object.
const keepSlots = 1 << 15

func (t *idSet) reset() {
	if len(t.table) > keepSlots {
		*t = idSet{}
		return
	}
	for i := range t.list {
		t.table[t.list[i].slot] = 0
	}
	t.list = t.list[:0]
	t.sketch = nil
}

// root finds the representative of an entry.
func (t *idSet) root(i int32) int32 {
	for t.list[i].up != i {
		t.list[i].up = t.list[t.list[i].up].up
		i = t.list[i].up
	}
	return i
}

// hash is a keyed hash of a canonical value: equal values have equal hashes, and nobody without the key can make others
// collide.
func (e *Engine) hash(kind uint8, v []byte) uint64 {
	const m = 0xa0761d6478bd642f
	h := e.seed ^ uint64(kind)*0x9e3779b97f4a7c15 ^ uint64(len(v))
	for len(v) >= 8 {
		h = mix(h^binary.LittleEndian.Uint64(v), m)
		v = v[8:]
	}
	if len(v) > 0 {
		var t uint64
		for i, c := range v {
			t |= uint64(c) << (8 * i)
		}
		h = mix(h^t, m^e.seed)
	}
	return mix(h, 0xe7037ed1a0b428db)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

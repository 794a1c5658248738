package stream

import (
	"hash/maphash"
	"math/bits"
)

// table finds the index of a flow by its key. It holds no pointers: open addressing over words of hash and index, so
// that the garbage collector passes it by. Its secret differs between runs, against keys chosen to collide; nothing ever
// walks the table, so nothing of it shows.
type table struct {
	secret [4]uint64
	slots  []uint64 // hash << 32 | index + 1; 0: free
	n      int
}

func newTable() table {
	t := table{slots: make([]uint64, 64)}
	seed := maphash.MakeSeed()
	for i := range t.secret {
		t.secret[i] = maphash.Comparable(seed, i) | 1
	}
	return t
}

// hash folds full products of the key's words, each with a part of the secret (as wyhash does).
func (t *table) hash(k *key) uint32 {
	ports := uint64(k.pa)<<48 | uint64(k.pb)<<32 | uint64(k.proto)
	h1, l1 := bits.Mul64(k.a.lo^t.secret[0], k.b.lo^t.secret[1])
	h2, l2 := bits.Mul64(ports^t.secret[2]^k.a.hi, k.b.hi^t.secret[3])
	h3, l3 := bits.Mul64(h1^l1^t.secret[2], h2^l2^t.secret[0])
	return uint32((h3 ^ l3) >> 16)
}

func (t *table) add(hash, idx uint32) {
	if t.n*4 >= len(t.slots)*3 {
		old := t.slots
		t.slots = make([]uint64, 2*len(old))
		for _, v := range old {
			if v != 0 {
				t.place(v)
			}
		}
	}
	t.place(uint64(hash)<<32 | uint64(idx+1))
	t.n++
}

func (t *table) place(v uint64) {
	m := len(t.slots) - 1
	i := int(v>>32) & m
	for t.slots[i] != 0 {
		i = (i + 1) & m
	}
	t.slots[i] = v
}

// remove takes an entry out and moves those behind it up, so that no tombstones are left.
func (t *table) remove(hash, idx uint32) {
	v := uint64(hash)<<32 | uint64(idx+1)
	m := len(t.slots) - 1
	i := int(hash) & m
	for t.slots[i] != v {
		if t.slots[i] == 0 {
			return
		}
		i = (i + 1) & m
	}
	t.n--
	for j := i; ; {
		j = (j + 1) & m
		w := t.slots[j]
		if w == 0 {
			break
		}
		if home := int(w>>32) & m; (j-home)&m >= (j-i)&m {
			t.slots[i] = w
			i = j
		}
	}
	t.slots[i] = 0
}

// is compares word by word, which is faster than comparing the struct as memory.
func (k *key) is(o *key) bool {
	return k.a.lo == o.a.lo && k.b.lo == o.b.lo && k.pa == o.pa && k.pb == o.pb && k.proto == o.proto && k.v6 == o.v6 &&
		k.a.hi == o.a.hi && k.b.hi == o.b.hi
}

// find returns the flow of a key, or nil.
func (s *Shard) find(k *key, hash uint32) *conn {
	m := len(s.table.slots) - 1
	for i := int(hash) & m; ; i = (i + 1) & m {
		v := s.table.slots[i]
		if v == 0 {
			return nil
		}
		if uint32(v>>32) == hash {
			if c := s.conns[uint32(v)-1]; c.key.is(k) {
				return c
			}
		}
	}
}

package stream

import "hash/maphash"

// table finds the index of a flow by its key. It holds no pointers: open addressing over words of hash and index, so
// that the garbage collector passes it by. Its seed differs between runs; nothing ever walks it, so nothing shows.
type table struct {
	seed  maphash.Seed
	slots []uint64 // hash << 32 | index + 1; 0: free
	n     int
}

func newTable() table { return table{seed: maphash.MakeSeed(), slots: make([]uint64, 64)} }

func (t *table) hash(k *key) uint32 { return uint32(maphash.Comparable(t.seed, *k) >> 32) }

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

// find returns the flow of a key, or nil.
func (s *Shard) find(k *key, hash uint32) *conn {
	m := len(s.table.slots) - 1
	for i := int(hash) & m; ; i = (i + 1) & m {
		v := s.table.slots[i]
		if v == 0 {
			return nil
		}
		if uint32(v>>32) == hash {
			if c := s.conns[uint32(v)-1]; c.key == *k {
				return c
			}
		}
	}
}

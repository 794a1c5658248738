package ledger

import (
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// tree is the right edge of a Merkle tree: for each bit of size the root of the complete subtree it stands for.
type tree struct {
	size int64
	edge [63]tlog.Hash
}

// add appends a leaf and appends the stored hashes it makes to dst: the leaf's and those of the subtrees it completes.
func (t *tree) add(h tlog.Hash, dst []byte) []byte {
	dst = append(dst, h[:]...)
	level := 0
	for n := t.size; n&1 == 1; n >>= 1 {
		h = tlog.NodeHash(t.edge[level], h)
		dst = append(dst, h[:]...)
		level++
	}
	t.edge[level] = h
	t.size++
	return dst
}

// root returns the root; that of the empty tree is the hash of nothing.
func (t *tree) root() tlog.Hash {
	if t.size == 0 {
		return emptyRoot()
	}
	n := uint64(t.size)
	low := bits.TrailingZeros64(n)
	h := t.edge[low]
	for n &^= 1 << low; n != 0; n &^= 1 << low {
		low = bits.TrailingZeros64(n)
		h = tlog.NodeHash(t.edge[low], h)
	}
	return h
}

// load reads the edge of a tree of n leaves.
func (t *tree) load(n int64, r tlog.HashReader) error {
	*t = tree{size: n}
	for level := range t.edge {
		if n>>level&1 == 0 {
			continue
		}
		hs, err := r.ReadHashes([]int64{tlog.StoredHashIndex(level, n>>level-1)})
		if err != nil {
			return err
		}
		t.edge[level] = hs[0]
	}
	return nil
}

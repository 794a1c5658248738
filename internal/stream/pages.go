package stream

import (
	"bytes"
	"math/bits"
	"slices"
)

const (
	pageShift = 11
	pageSize  = 1 << pageShift
	pageMask  = pageSize - 1
	pageCost  = pageSize + pageSize/8 + 64 // bytes of memory of a page
)

// page holds the bytes of one aligned block of a stream, with a bit for each byte that is there. Single bytes in any
// order cost the same as whole segments, which keeps hostile segmentation cheap.
type page struct {
	no   uint64 // offset >> pageShift
	n    int    // bytes that are there
	bits [pageSize / 64]uint64
	data [pageSize]byte
}

// pages is a sparse store of stream bytes. The first version of a byte stays.
type pages struct {
	list []*page // by number
	n    int     // bytes that are there
}

// difference is what put found to be told otherwise before.
type difference struct {
	lo, hi uint64 // first differing byte and behind the last one
	n      int    // differing bytes
}

func (d *difference) note(off uint64) {
	if d.n == 0 {
		d.lo = off
	}
	d.hi = off + 1
	d.n++
}

// put stores b at off where nothing is yet and returns the number of bytes stored and of bytes that were there
// already with the same value; the rest is noted in d.
func (s *Shard) put(ps *pages, off uint64, b []byte, d *difference) (fresh, same int) {
	for len(b) > 0 {
		pg := s.pageFor(ps, off>>pageShift)
		lo := int(off & pageMask)
		k := min(len(b), pageSize-lo)
		f, e := pg.put(lo, b[:k], off, d)
		fresh, same = fresh+f, same+e
		ps.n += f
		off += uint64(k)
		b = b[k:]
	}
	return fresh, same
}

func (pg *page) put(lo int, b []byte, off uint64, d *difference) (fresh, same int) {
	if pg.n == 0 || !pg.any(lo, lo+len(b)) {
		copy(pg.data[lo:], b)
		pg.set(lo, lo+len(b))
		pg.n += len(b)
		return len(b), 0
	}
	for i, v := range b {
		at := lo + i
		switch w, m := &pg.bits[at>>6], uint64(1)<<(at&63); {
		case *w&m == 0:
			*w |= m
			pg.data[at] = v
			fresh++
		case pg.data[at] == v:
			same++
		default:
			d.note(off + uint64(i))
		}
	}
	pg.n += fresh
	return fresh, same
}

// compare counts how much of b at off is there with the same value and notes differing bytes; it stores nothing.
func (ps *pages) compare(off uint64, b []byte, d *difference) (same int) {
	for i, v := range b {
		at := off + uint64(i)
		j, ok := ps.find(at >> pageShift)
		if !ok {
			continue
		}
		pg, k := ps.list[j], at&pageMask
		if pg.bits[k>>6]&(1<<(k&63)) == 0 {
			continue
		}
		if pg.data[k] == v {
			same++
		} else {
			d.note(at)
		}
	}
	return same
}

// any tells whether one of the bytes [lo, hi) is there.
func (pg *page) any(lo, hi int) bool {
	for lo < hi {
		end := min(hi, lo|63+1)
		if pg.bits[lo>>6]&span(lo, end) != 0 {
			return true
		}
		lo = end
	}
	return false
}

func (pg *page) set(lo, hi int) {
	for lo < hi {
		end := min(hi, lo|63+1)
		pg.bits[lo>>6] |= span(lo, end)
		lo = end
	}
}

func (pg *page) clear(lo, hi int) {
	for lo < hi {
		end := min(hi, lo|63+1)
		pg.bits[lo>>6] &^= span(lo, end)
		lo = end
	}
}

// span returns the bits [lo, hi) of the word they lie in; hi > lo.
func span(lo, hi int) uint64 {
	return ^uint64(0) << (lo & 63) & (^uint64(0) >> (63 - (hi-1)&63))
}

// next returns the first byte at or behind lo that is there (there), or is not.
func (pg *page) next(lo int, there bool) int {
	for lo < pageSize {
		w := pg.bits[lo>>6]
		if !there {
			w = ^w
		}
		if w >>= lo & 63; w != 0 {
			return lo + bits.TrailingZeros64(w)
		}
		lo = lo | 63 + 1
	}
	return pageSize
}

func (ps *pages) find(no uint64) (int, bool) {
	// Most segments go to the last page or behind it.
	if n := len(ps.list); n == 0 || ps.list[n-1].no < no {
		return n, false
	} else if ps.list[n-1].no == no {
		return n - 1, true
	}
	lo, hi := 0, len(ps.list)
	for lo < hi {
		if m := (lo + hi) / 2; ps.list[m].no < no {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo, lo < len(ps.list) && ps.list[lo].no == no
}

// first returns the offset of the first byte.
func (ps *pages) first() (uint64, bool) {
	for _, pg := range ps.list {
		if pg.n > 0 {
			return pg.no<<pageShift + uint64(pg.next(0, true)), true
		}
	}
	return 0, false
}

// take removes the run of bytes that begins at off, up to limit and up to the end of its page, and returns it. The
// memory stays valid until trim.
func (ps *pages) take(off, limit uint64) []byte {
	j, ok := ps.find(off >> pageShift)
	if !ok {
		return nil
	}
	pg, lo := ps.list[j], int(off&pageMask)
	hi := pg.next(lo, false)
	if limit-off < uint64(hi-lo) {
		hi = lo + int(limit-off)
	}
	pg.clear(lo, hi)
	pg.n -= hi - lo
	ps.n -= hi - lo
	return pg.data[lo:hi]
}

// trim frees the empty pages that end at or before off.
func (s *Shard) trim(ps *pages, off uint64) {
	k := 0
	for k < len(ps.list) && ps.list[k].n == 0 && (ps.list[k].no+1)<<pageShift <= off {
		s.freePage(ps.list[k])
		k++
	}
	ps.cut(k)
}

// cut removes the first k pages from the list.
func (ps *pages) cut(k int) {
	if k == 0 {
		return
	}
	n := copy(ps.list, ps.list[k:])
	clear(ps.list[n:])
	ps.list = ps.list[:n]
}

// drop removes everything before off and returns how many bytes that was.
func (s *Shard) drop(ps *pages, off uint64) (n int) {
	k := 0
	for ; k < len(ps.list); k++ {
		pg := ps.list[k]
		lo := pg.no << pageShift
		if lo >= off {
			break
		}
		if off-lo < pageSize {
			was := pg.n
			pg.clear(0, int(off-lo))
			pg.n = pg.count()
			n += was - pg.n
			break
		}
		n += pg.n
		s.freePage(pg)
	}
	ps.cut(k)
	ps.n -= n
	return n
}

// release frees all pages and returns how many bytes were there.
func (s *Shard) release(ps *pages) int {
	for _, pg := range ps.list {
		s.freePage(pg)
	}
	n := ps.n
	clear(ps.list)
	ps.list, ps.n = ps.list[:0], 0
	return n
}

func (pg *page) count() (n int) {
	for _, w := range pg.bits {
		n += bits.OnesCount64(w)
	}
	return n
}

// pageFor returns the page with that number, a new one if there is none.
func (s *Shard) pageFor(ps *pages, no uint64) *page {
	j, ok := ps.find(no)
	if ok {
		return ps.list[j]
	}
	var pg *page
	if n := len(s.spare); n > 0 {
		pg = s.spare[n-1]
		s.spare = s.spare[:n-1]
		s.idle -= pageCost
		pg.bits = [pageSize / 64]uint64{}
	} else {
		pg = new(page)
	}
	pg.no, pg.n = no, 0
	s.mem += pageCost
	ps.list = slices.Insert(ps.list, j, pg)
	return pg
}

func (s *Shard) freePage(pg *page) {
	s.mem -= pageCost
	s.idle += pageCost
	s.spare = append(s.spare, pg)
}

// diffBytes notes where a and b, of the same length and at off, differ.
func diffBytes(a, b []byte, off uint64, d *difference) (same int) {
	if bytes.Equal(a, b) {
		return len(a)
	}
	for i := range a {
		if a[i] == b[i] {
			same++
		} else {
			d.note(off + uint64(i))
		}
	}
	return same
}

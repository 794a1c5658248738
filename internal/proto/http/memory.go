package http

import "unsafe"

// Costs in bytes of memory.
const (
	pendingCost = int(unsafe.Sizeof(pending{})) + 64 // with its names
	itemCost    = int(unsafe.Sizeof(item{}))
)

// Held implements proto.Holder.
func (a *analyser) Held() int {
	n := int(unsafe.Sizeof(*a)) + len(a.queue)*pendingCost + len(a.name) + len(a.told) +
		cap(a.msg.col.text) + cap(a.msg.col.items)*itemCost + cap(a.msg.fold)
	for d := range a.side {
		s := &a.side[d]
		n += cap(s.buf)
		if s.h != nil {
			n += int(unsafe.Sizeof(*s.h)) + cap(s.h.buf) + 64*len(s.h.seen) + 256
		}
	}
	return n
}

package pipeline

import (
	"net/netip"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// maxHints bounds the announced addresses that a shard remembers, oldest forgotten first.
const maxHints = 1024

// hints are the data flows that analysers of a shard announced. They only steer recognition and cutting: the joining
// itself is the sequencer's, which also sees flows of other shards.
type hints struct {
	ring []netip.AddrPort
	next int
	set  map[netip.AddrPort]int
}

func (h *hints) add(e flow.Expectation) {
	if e.Done {
		return
	}
	h.put(e.Addr)
	h.put(e.Alt)
}

func (h *hints) put(a netip.AddrPort) {
	if !a.IsValid() || h.set[a] > 0 {
		return
	}
	if h.set == nil {
		h.set = map[netip.AddrPort]int{}
	}
	if len(h.ring) < maxHints {
		h.ring = append(h.ring, a)
	} else {
		if old := h.ring[h.next]; h.set[old] <= 1 {
			delete(h.set, old)
		} else {
			h.set[old]--
		}
		h.ring[h.next] = a
		h.next = (h.next + 1) % maxHints
	}
	h.set[a]++
}

// match tells whether a flow was announced.
func (h *hints) match(f *flow.Flow) bool {
	return len(h.set) > 0 && (h.set[f.Ends[0]] > 0 || h.set[f.Ends[1]] > 0)
}

package pipeline

import (
	"net/netip"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// Bounds of the passive DNS table.
const (
	maxNames   = 1 << 18
	minNameTTL = 300 // seconds: clients keep an answer in use longer than its TTL says
	maxNameTTL = 86400
)

// names is what addresses were called in DNS answers seen on the wire.
type names struct {
	of    map[netip.Addr]dnsName
	order []netip.Addr // oldest first, for the bound
	sweep flow.Time
}

type dnsName struct {
	text    flow.Text
	expires flow.Time
}

func newNames() *names { return &names{of: map[netip.Addr]dnsName{}} }

func (n *names) put(a *dnsAnswer) {
	ttl := min(max(a.ttl, minNameTTL), maxNameTTL)
	if _, known := n.of[a.addr]; !known {
		if len(n.order) >= maxNames {
			delete(n.of, n.order[0])
			n.order = n.order[1:]
		}
		n.order = append(n.order, a.addr)
	}
	n.of[a.addr] = dnsName{a.name, a.at + flow.Time(ttl)*flow.Second}
}

func (n *names) get(a netip.Addr, at flow.Time) flow.Text {
	if v, ok := n.of[a.Unmap()]; ok && at <= v.expires {
		return v.text
	}
	return nil
}

// expire forgets old names, once in ten minutes.
func (n *names) expire(at flow.Time) {
	if at < n.sweep {
		return
	}
	n.sweep = at + 600*flow.Second
	kept := n.order[:0]
	for _, a := range n.order {
		if n.of[a].expires < at {
			delete(n.of, a)
			continue
		}
		kept = append(kept, a)
	}
	n.order = kept
}

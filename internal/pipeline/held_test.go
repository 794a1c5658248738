package pipeline

import (
	"net/netip"
	"testing"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// TestHeldObjectsHaveABudget holds that objects in which much was found do not pile up for as long as they may wait for
// a name: the oldest are told first, each once.
func TestHeldObjectsHaveABudget(t *testing.T) {
	j := newJoins()
	server := netip.MustParseAddr("198.51.100.7")
	const tasks, tokens = 400, 100_000
	many := make([]finding.Token, tokens)
	var told []*task
	all := make([]*task, tasks)
	for i := range all {
		p := uint16(1000 + i)
		all[i] = &task{conn: connInfo{transport: flow.TCP, ends: [2]netip.AddrPort{netip.AddrPortFrom(server, p), netip.AddrPortFrom(server, 7)}}}
		all[i].find.Findings = []finding.Finding{{Tokens: many}}
		early, held := j.data(all[i])
		if !held {
			t.Fatal("an object of an unrecognised flow is not held")
		}
		told = append(told, early...)
		if j.memory > heldMemory {
			t.Fatalf("%d bytes are held", j.memory)
		}
	}
	if len(told) == 0 {
		t.Error("nothing was told early")
	}
	told = append(told, j.all()...)
	if len(told) != tasks || j.memory != 0 || len(j.waiting) != 0 {
		t.Fatalf("%d of %d objects were told, %d bytes and %d addresses stay", len(told), tasks, j.memory, len(j.waiting))
	}
	for i, x := range told {
		if x != all[i] {
			t.Fatalf("object %d was told out of order", i)
		}
	}
}

package prototest

import (
	"fmt"
	"strings"

	"github.com/phiwatch/phiwatch/internal/flow"
)

// gaps takes bytes out at every boundary. Objects that were closed before the gap must be as in the undamaged run;
// with Resync those of later turns, too.
func (a *acceptance) gaps() {
	failures := 0
	for i, t := range a.c.Conv {
		for _, g := range a.holes(t) {
			if !a.gap(i, g[0], g[1]) {
				if failures++; failures >= maxFailures {
					return
				}
			}
		}
	}
}

// holes lists [from, to) of the gaps to try in a turn.
func (a *acceptance) holes(t Turn) [][2]int {
	n := len(t.Bytes)
	list := [][2]int{{0, n}}
	if a.c.Datagrams {
		return list
	}
	for from := 0; from < n; from++ {
		if from > 150 && from < n-60 && from%101 != 0 {
			continue
		}
		for _, size := range []int{1, 2, 10, 100} {
			list = append(list, [2]int{from, min(from+size, n)})
		}
		list = append(list, [2]int{from, n})
	}
	return list
}

func (a *acceptance) gap(turn, from, to int) bool {
	pl := Play(a.p, a.c.host())
	for _, t := range a.c.Conv[:turn] {
		pl.Turn(t, nil)
	}
	t := a.c.Conv[turn]
	pl.Data(t.Dir, t.Bytes[:from])
	var before []string
	for _, o := range pl.Host.Objects {
		if o.Closed {
			before = append(before, o.dump(false))
		}
	}
	pl.Gap(t.Dir, uint64(to-from))
	pl.Data(t.Dir, t.Bytes[to:])
	start := pl.off
	pl.Tick()
	for _, t := range a.c.Conv[turn+1:] {
		pl.Turn(t, nil)
	}
	pl.Close(flow.ClosedFIN)
	what := fmt.Sprintf("gap in turn %d at %d of %d bytes", turn, from, to-from)
	if !a.sound(pl.Host, "%s", what) {
		return false
	}
	return a.contained(a.want, before, what+": object closed before it") &&
		(!a.c.Resync || a.contained(pl.Host, a.after(start), what+": object after it"))
}

// after lists the objects of the undamaged run that began after the offsets.
func (a *acceptance) after(start [2]uint64) []string {
	var list []string
	for _, o := range a.want.Objects {
		if o.Meta.Off >= start[o.Meta.Dir] && start[o.Meta.Dir] > 0 {
			list = append(list, o.dump(false))
		}
	}
	return list
}

func (a *acceptance) contained(h *Host, list []string, what string) bool {
	have := map[string]bool{}
	for _, o := range h.Objects {
		have[o.dump(false)] = true
	}
	for _, s := range list {
		if !have[s] {
			a.t.Errorf("%s is not the same: %.2000s\nhave %.3000s", what, s, strings.Join(keys(have), "\n"))
			return false
		}
	}
	return true
}

func keys(m map[string]bool) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	return list
}

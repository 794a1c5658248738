package pipeline

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// ReceiverDay is what an address was sent of people on one day in UTC, in alerts on exposures.
type ReceiverDay struct {
	Receiver    string              `json:"receiver"` // its address; "others" once there are too many to tell
	Day         string              `json:"day"`      // 2026-01-02
	Alerts      int                 `json:"alerts"`
	Individuals finding.Individuals `json:"individuals"` // distinct ones over all objects
}

// Bounds of what is held. Beyond them counts turn into estimates and ranges; none is lost.
const (
	maxReceivers    = 1 << 10 // receivers and days at a time
	maxPeopleHeld   = 1 << 20 // hashes of all of them
	maxReceiverDays = 1 << 14 // lines
	others          = "others"
)

type receiverKey struct {
	addr netip.Addr
	day  int64
}

// receivers counts the people that each receiver was sent on each day.
type receivers struct {
	of    map[receiverKey]*received
	order []receiverKey
	held  int // hashes
	lines []ReceiverDay
}

type received struct {
	crowd  finding.Crowd
	alerts int
}

func newReceivers() *receivers { return &receivers{of: map[receiverKey]*received{}} }

// add counts an alert and the people of its object.
func (r *receivers) add(to netip.Addr, at flow.Time, p *finding.People) {
	k := receiverKey{to, int64(at / dayLength)}
	v := r.of[k]
	if v == nil {
		if len(r.order) >= maxReceivers {
			r.finish(r.order[0])
			r.order = r.order[1:]
		}
		v = &received{}
		r.of[k] = v
		r.order = append(r.order, k)
	}
	v.alerts++
	r.held -= v.crowd.Size()
	v.crowd.Add(p)
	r.held += v.crowd.Size()
	for r.held > maxPeopleHeld {
		r.shrink()
	}
}

// shrink makes an estimate of the largest crowd.
func (r *receivers) shrink() {
	var most *finding.Crowd
	for _, k := range r.order {
		if c := &r.of[k].crowd; most == nil || c.Size() > most.Size() {
			most = c
		}
	}
	r.held -= most.Size()
	most.Estimate()
}

// roll finishes the days before yesterday: a late object may still be of yesterday.
func (r *receivers) roll(at flow.Time) {
	yesterday := int64(at/dayLength) - 1
	if len(r.order) == 0 || r.order[0].day >= yesterday {
		return
	}
	r.order = slices.DeleteFunc(r.order, func(k receiverKey) bool {
		if k.day >= yesterday {
			return false
		}
		r.finish(k)
		return true
	})
}

func (r *receivers) finish(k receiverKey) {
	v := r.of[k]
	delete(r.of, k)
	r.held -= v.crowd.Size()
	l := ReceiverDay{Receiver: k.addr.String(), Day: flow.Time(k.day * int64(dayLength)).Std().Format(time.DateOnly), Alerts: v.alerts, Individuals: v.crowd.Count()}
	if len(r.lines) >= maxReceiverDays {
		l.Receiver = others
	}
	r.lines = append(r.lines, l)
	if len(r.lines) >= 2*maxReceiverDays {
		r.lines = MergeReceivers(r.lines)
	}
}

// all finishes everything and returns the lines in the order of receivers and days.
func (r *receivers) all() []ReceiverDay {
	for _, k := range r.order {
		r.finish(k)
	}
	r.order = nil
	return MergeReceivers(r.lines)
}

// MergeReceivers sorts lines by receiver and day and makes one of those of the same: their alerts add up, and their people are as many
// as in the larger one if they are the same, and as in all together if they are not.
func MergeReceivers(list []ReceiverDay) []ReceiverDay {
	slices.SortStableFunc(list, func(a, b ReceiverDay) int {
		return cmp.Or(cmp.Compare(address(a.Receiver), address(b.Receiver)), cmp.Compare(a.Day, b.Day))
	})
	out := list[:0]
	for _, l := range list {
		if n := len(out); n > 0 && out[n-1].Receiver == l.Receiver && out[n-1].Day == l.Day {
			o := &out[n-1]
			o.Alerts += l.Alerts
			o.Individuals.Low = max(o.Individuals.Low, l.Individuals.Low)
			o.Individuals.High += l.Individuals.High
			continue
		}
		out = append(out, l)
	}
	return out
}

// address is a key that orders addresses as numbers, and what is none behind them.
func address(s string) string {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return "\xff" + s // behind IPv6
	}
	b := a.As16()
	return "\x00" + string(b[:]) + s
}

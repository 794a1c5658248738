package pipeline

import (
	"strconv"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/flow"
)

// waiting holds alerts on facts of flows back for the objects of the same flow: only an object can tell that the name of
// its host is that of a person.
type waiting struct{ list []told }

// told is such an alert.
type told struct {
	c     *facts
	brain *Brain
	id    string
	at    flow.Time
}

// until takes out those that waited long enough or are too many, in their order.
func (w *waiting) until(at flow.Time) (out []told) {
	n := max(0, len(w.list)-maxHeld)
	for n < len(w.list) && w.list[n].at <= at-holdTime {
		n++
	}
	out = w.list[:n:n]
	w.list = w.list[n:]
	return out
}

func (s *sequencer) tell(list []told) {
	for _, n := range list {
		s.hosts.relabel(n.c)
		s.emit(n.brain, n.c.Case, s.unique(n.id), incidentOf(n.c.Case))
	}
}

// noted judges a fact: a login in the clear that crosses the border, or an evasion.
func (s *sequencer) noted(n *noted) {
	if !s.p.opt.Detect {
		return
	}
	b := s.p.brain.Load()
	c := s.base(&n.conn, n.dir, b)
	c.Time, c.Detail = alert.Time(n.at), n.detail
	switch n.kind {
	case "credential":
		c.Kind = alert.CredentialExposure
		c.names.User = n.user
		c.Sender.User = s.hosts.user(b.Engine, n.user, nil)
	default:
		c.Kind = alert.Evasion
	}
	b.World.Resolve(c.Case, &c.names)
	if c.Kind == alert.CredentialExposure && c.Direction == alert.Internal {
		return
	}
	c.Object = nil
	id := digest("noted", flowKey(&n.conn), strconv.FormatUint(uint64(n.conn.base[n.dir]), 10), strconv.Itoa(int(n.dir)), n.detail, string(c.Kind), c.Receiver.IP)
	s.waits.list = append(s.waits.list, told{c, b, id, n.at})
}

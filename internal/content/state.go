package content

import (
	"github.com/phiwatch/phiwatch/internal/coverage"
)

// finish closes a node that was read: digests, state, record.
func (w *Worker) finish(n *node) {
	r := n.rec
	n.body.end(&r.SHA256)
	r.Size, r.Wire, r.Hashed = n.body.n, n.body.n, n.body.hashing
	if len(n.codings) > 0 {
		n.wire.end(&r.Encoded)
		r.Wire, r.HasEnc = n.wire.n, n.wire.hashing
	}
	r.State = n.state()
	if r.State == coverage.Encrypted && r.Reason == coverage.None {
		r.Reason = coverage.Password
	}
	r.Complete = !n.holes && r.Reason != coverage.Truncated && !n.cut()
	if w.o.Record != nil {
		w.o.Record(r)
	}
}

// cut tells whether the bytes of the node did not all come out of its codings.
func (n *node) cut() bool {
	for i := range n.codings {
		if n.codings[i].why != coverage.None {
			return true
		}
	}
	return n.short
}

// state is where the bytes of a node end, from its own reasons and those of its parts.
func (n *node) state() coverage.State {
	switch {
	case n.failed:
		return coverage.Uninspected
	case n.sealed && !n.good:
		return coverage.Encrypted
	case !n.bad && !n.holes:
		return coverage.Inspected
	case n.good || !n.fatal:
		return coverage.PartlyInspected
	case n.ciphers && !n.plain:
		return coverage.Encrypted
	}
	return coverage.Uninspected
}

// adopt lets the state of a part that was finished count for its parent.
func (n *node) adopt(c *node) {
	switch c.rec.State {
	case coverage.Inspected:
		n.good = true
		return
	case coverage.PartlyInspected:
		n.good = true
		n.plain = true
	case coverage.Encrypted:
		n.ciphers, n.fatal = true, true
	default:
		n.plain, n.fatal = true, true
	}
	n.bad = true
	if n.rec.Reason == coverage.None {
		n.rec.Reason = c.rec.Reason
	}
}

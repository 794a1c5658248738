package app

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/ledger"
	"github.com/phiwatch/phiwatch/internal/notify"
)

// batchSize is how many alerts share one commit of the ledger.
const batchSize = 256

// batchTime is how long an alert may wait for others before it is recorded and shown, if another one comes.
const batchTime = time.Second

// recorder writes alerts to the ledger first, and hands them to the sink when they are on disk.
type recorder struct {
	ctx     context.Context
	state   *State
	sink    notify.Sink // nil: none
	pending []*alert.Alert
	flushed time.Time // the newest flush
	worst   int       // rank of the loudest alert
	count   int
}

// add takes an alert. It is acknowledged, and shown, at the next flush.
func (r *recorder) add(a *alert.Alert) error {
	r.count++
	r.worst = max(r.worst, a.Severity.Rank())
	r.pending = append(r.pending, a)
	if now := r.state.now(); len(r.pending) >= batchSize || now.Sub(r.flushed) >= batchTime {
		r.flushed = now
		return r.flush()
	}
	return nil
}

// flush commits what is pending to the ledger, then delivers it.
func (r *recorder) flush() error {
	if len(r.pending) == 0 {
		return nil
	}
	rs := make([]notify.Record, len(r.pending))
	for i, a := range r.pending {
		b, err := a.JSON()
		if err != nil {
			return err
		}
		index, err := r.state.Log.Append("alert", b)
		if err != nil {
			return err
		}
		leaf := ledger.LeafHash("alert", b)
		rs[i] = notify.Record{Alert: a, JSON: b, Index: index, LeafHash: hex.EncodeToString(leaf[:]), RecordedAt: r.state.now()}
	}
	cp, err := r.state.Log.Commit()
	if err != nil {
		return err
	}
	for i := range rs {
		rs[i].Checkpoint = fmt.Sprintf("%s %d %s", cp.Origin, cp.Size, cp.Root)
	}
	r.pending = r.pending[:0]
	if r.sink == nil {
		return nil
	}
	_, err = r.sink.Deliver(r.ctx, rs)
	return err
}

// record writes something else than an alert to the ledger.
func (r *recorder) record(kind string, body []byte) error {
	if _, err := r.state.Log.Append(kind, body); err != nil {
		return err
	}
	_, err := r.state.Log.Commit()
	return err
}

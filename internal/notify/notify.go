// Package notify has the contract of those who are told of alerts: records, sinks, and what the sinks share. A record
// is an alert that is in the ledger already; a sink delivers records in order and says how many it has taken.
package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/phiwatch/phiwatch/internal/alert"
)

// Record is an alert with its envelope. The envelope is what the ledger adds: it is outside of determinism and of the
// alert's own JSON.
type Record struct {
	Alert *alert.Alert
	JSON  []byte // canonical JSON of the alert, one line without a line feed: the record of the ledger

	Index      int64     // of the record in the ledger; -1: not in a ledger
	LeafHash   string    // of the record, hex
	Checkpoint string    // newest checkpoint, in one line
	RecordedAt time.Time // wall clock
}

// ErrPermanent is wrapped by errors that trying again will not cure.
var ErrPermanent = errors.New("permanent")

// Sink takes records. Deliver acknowledges the first n records of rs, in order; it is called again with the rest, later,
// unless the error wraps [ErrPermanent]. A sink is used by one goroutine.
type Sink interface {
	Deliver(ctx context.Context, rs []Record) (n int, err error)
}

// Summary is said at the end of a run.
type Summary struct {
	Coverage string // one sentence on what was seen and what was not; "" says nothing
}

// Writer is a sink that writes to a stream. Close writes what belongs to the end (a total, a bracket); it does not close
// the stream.
type Writer interface {
	Sink
	Close(Summary) error
}

// Options are common to the writers.
type Options struct {
	Color    bool // table: colour severities
	Envelope bool // jsonl, json: put the envelope around each alert
}

// WriteError wraps an error of the stream: a stream that failed stays broken.
func WriteError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("output: %w (%w)", err, ErrPermanent)
}

// Count is a number of identifiers of one kind.
type Count struct {
	Kind string
	N    int
}

// Identifiers adds up the identifiers of an alert by kind, in the order they come.
func Identifiers(a *alert.Alert) []Count {
	var out []Count
next:
	for i := range a.Identifiers {
		f := &a.Identifiers[i]
		for j := range out {
			if out[j].Kind == string(f.Kind) {
				out[j].N += f.Count
				continue next
			}
		}
		out = append(out, Count{string(f.Kind), f.Count})
	}
	return out
}

// Path joins the path of an object for people.
func Path(a *alert.Alert) string {
	if a.Object == nil {
		return ""
	}
	parts := make([]string, len(a.Object.Path))
	for i, l := range a.Object.Path {
		parts[i] = l.String()
	}
	return strings.Join(parts, "/")
}

// Individuals is the range of people for people, "" when unknown.
func Individuals(a *alert.Alert) string {
	n := a.Individuals
	switch {
	case n == nil || n.High == 0:
		return ""
	case n.Low == n.High:
		return fmt.Sprint(n.Low)
	}
	return fmt.Sprintf("%d-%d", n.Low, n.High)
}

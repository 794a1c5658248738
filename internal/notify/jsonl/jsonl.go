// Package jsonl writes alerts as JSON: one canonical object a line (jsonl), or one array (json). With the envelope each
// of them becomes {"alert": ..., "index", "leaf_hash", "checkpoint", "recorded_at"}.
package jsonl

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/phiwatch/phiwatch/internal/notify"
)

// Writer writes alerts as JSON.
type Writer struct {
	w        io.Writer
	envelope bool
	array    bool
	n        int
	buf      []byte
}

// New returns a writer of one object a line.
func New(w io.Writer, o notify.Options) *Writer { return &Writer{w: w, envelope: o.Envelope} }

// NewArray returns a writer of one array.
func NewArray(w io.Writer, o notify.Options) *Writer {
	return &Writer{w: w, envelope: o.Envelope, array: true}
}

type envelope struct {
	Alert      json.RawMessage `json:"alert"`
	Index      int64           `json:"index"`
	LeafHash   string          `json:"leaf_hash"`
	Checkpoint string          `json:"checkpoint"`
	RecordedAt string          `json:"recorded_at"`
}

// Deliver writes each record in one call to the stream.
func (w *Writer) Deliver(ctx context.Context, rs []notify.Record) (int, error) {
	for i := range rs {
		if err := ctx.Err(); err != nil {
			return i, err
		}
		if err := w.write(&rs[i]); err != nil {
			return i, notify.WriteError(err)
		}
	}
	return len(rs), nil
}

func (w *Writer) write(r *notify.Record) error {
	w.buf = w.buf[:0]
	if w.array {
		sep := ",\n"
		if w.n == 0 {
			sep = "[\n"
		}
		w.buf = append(w.buf, sep...)
	}
	body := r.JSON
	if body == nil {
		var err error
		if body, err = r.Alert.JSON(); err != nil {
			return err
		}
	}
	if w.envelope {
		// The alert goes in by hand: encoding/json would compact and escape it, and it must stay as it was recorded.
		rest, err := json.Marshal(envelope{Alert: json.RawMessage("0"), Index: r.Index, LeafHash: r.LeafHash, Checkpoint: r.Checkpoint, RecordedAt: r.RecordedAt.UTC().Format(time.RFC3339Nano)})
		if err != nil {
			return err
		}
		const head = `{"alert":`
		w.buf = append(w.buf, head...)
		w.buf = append(w.buf, body...)
		body = rest[len(head)+1:]
	}
	w.buf = append(w.buf, body...)
	if !w.array {
		w.buf = append(w.buf, '\n')
	}
	if _, err := w.w.Write(w.buf); err != nil {
		return err
	}
	w.n++
	return nil
}

// Close ends an array; lines need no end.
func (w *Writer) Close(notify.Summary) error {
	if !w.array {
		return nil
	}
	end := "\n]\n"
	if w.n == 0 {
		end = "[]\n"
	}
	_, err := io.WriteString(w.w, end)
	return notify.WriteError(err)
}

// Package list names the formats in which alerts are written: the one place that knows all sinks.
package list

import (
	"io"

	"github.com/phiwatch/phiwatch/internal/notify"
	"github.com/phiwatch/phiwatch/internal/notify/csv"
	"github.com/phiwatch/phiwatch/internal/notify/jsonl"
	"github.com/phiwatch/phiwatch/internal/notify/table"
)

// Format is one way to write alerts.
type Format struct {
	Name string
	New  func(io.Writer, notify.Options) notify.Writer
}

// Formats returns all formats.
func Formats() []Format {
	return []Format{
		{"table", func(w io.Writer, o notify.Options) notify.Writer { return table.New(w, o) }},
		{"jsonl", func(w io.Writer, o notify.Options) notify.Writer { return jsonl.New(w, o) }},
		{"json", func(w io.Writer, o notify.Options) notify.Writer { return jsonl.NewArray(w, o) }},
		{"csv", func(w io.Writer, o notify.Options) notify.Writer { return csv.New(w, o) }},
	}
}

// New returns a writer by name, false for a name that is not known.
func New(name string, w io.Writer, o notify.Options) (notify.Writer, bool) {
	for _, f := range Formats() {
		if f.Name == name {
			return f.New(w, o), true
		}
	}
	return nil, false
}

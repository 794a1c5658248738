package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one fault of a configuration. Its text quotes the configuration, which is the operator's own.
type Error struct {
	File string // name of the file, or of the environment variable
	Line int    // 0: not in a file
	Col  int
	Key  string // section.key, "" when the file as a whole is meant
	What string
	// Cause is the error of the system when the fault is not in what was written, else nil.
	Cause error
	hint  string
}

// Error returns file:line:column, key and what is wrong.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d", e.Line)
		}
		if e.Col > 0 {
			fmt.Fprintf(&b, ":%d", e.Col)
		}
		b.WriteString(": ")
	}
	if e.Key != "" {
		b.WriteString(e.Key)
		b.WriteString(": ")
	}
	b.WriteString(e.What)
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Hint returns the next step, "" if there is none to name.
func (e *Error) Hint() string { return e.hint }

// Errors is every fault of a configuration, in the order of the file.
type Errors []*Error

// Error returns one line for each fault.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, x := range e {
		lines[i] = x.Error()
	}
	return strings.Join(lines, "\n")
}

// Hint returns the first hint.
func (e Errors) Hint() string {
	for _, x := range e {
		if x.hint != "" {
			return x.hint
		}
	}
	return ""
}

// Unwrap gives each fault to errors.As.
func (e Errors) Unwrap() []error {
	out := make([]error, len(e))
	for i, x := range e {
		out[i] = x
	}
	return out
}

// err returns nil for no faults, for a nil Errors in an error is not nil.
func (e Errors) err() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, func(a, b *Error) int { return cmp.Compare(a.Line, b.Line) })
	return e
}

// nearest returns the known word that is closest to s, "" if none is close.
func nearest(s string, known []string) string {
	if len(s) > 64 {
		return ""
	}
	best, word := len(s)/3+2, ""
	for _, k := range known {
		if d := distance(s, k); d < best {
			best, word = d, k
		}
	}
	return word
}

// distance is the edit distance with neighbours swapped counted once (optimal string alignment), ignoring case and
// the difference between dash and underscore.
func distance(a, b string) int {
	fold := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "-", "_") }
	a, b = fold(a), fold(b)
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	prev, cur, old := rows[0], rows[1], rows[2]
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], old[j-2]+1)
			}
		}
		old, prev, cur = prev, cur, old
	}
	return prev[len(b)]
}

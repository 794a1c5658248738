package agreement

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Error is a fault in a register file. Hint says what to do about it.
type Error struct {
	File string
	Line int
	What string
	Next string
}

// Error returns file:line: what.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.What
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.What)
}

// Hint returns the next step, "" if there is none.
func (e *Error) Hint() string { return e.Next }

// reader walks the nodes of a document and keeps the first fault.
type reader struct {
	file string
	err  *Error
}

func (r *reader) fail(n *yaml.Node, hint, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{File: r.file, Line: n.Line, What: fmt.Sprintf(format, args...), Next: hint}
	}
}

// section is a mapping whose keys must all be read.
type section struct {
	r    *reader
	node *yaml.Node
	keys []string
	vals map[string]*yaml.Node
	used map[string]bool
	path string
}

// mapping opens a node as a mapping; null is an empty one.
func (r *reader) mapping(n *yaml.Node, path string) *section {
	s := &section{r: r, node: n, vals: map[string]*yaml.Node{}, used: map[string]bool{}, path: path}
	n = follow(n)
	if isNull(n) {
		return s
	}
	if n.Kind != yaml.MappingNode {
		r.fail(n, "", "%s must be a mapping", path)
		return s
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if _, twice := s.vals[k.Value]; twice {
			r.fail(k, "", "%s is given twice in %s", quote(k.Value), path)
		}
		s.keys = append(s.keys, k.Value)
		s.vals[k.Value] = n.Content[i+1]
		s.vals["\x00"+k.Value] = k
	}
	return s
}

// get returns the node of a key, nil when it is absent or null.
func (s *section) get(key string) *yaml.Node {
	s.used[key] = true
	n := follow(s.vals[key])
	if n == nil || isNull(n) {
		return nil
	}
	return n
}

// close complains about keys that nobody asked for.
func (s *section) close() {
	for _, k := range s.keys {
		if s.used[k] {
			continue
		}
		hint := ""
		if near := nearest(k, s.used); near != "" {
			hint = "did you mean " + near + "?"
		}
		s.r.fail(s.vals["\x00"+k], hint, "unknown key %s in %s", quote(k), s.path)
	}
}

// text returns a scalar as written.
func (s *section) text(key string) string {
	n := s.get(key)
	if n == nil {
		return ""
	}
	return s.r.scalar(n, s.path+"."+key)
}

func (r *reader) scalar(n *yaml.Node, path string) string {
	n = follow(n)
	if n.Kind != yaml.ScalarNode {
		r.fail(n, "", "%s must be a single value", path)
		return ""
	}
	if len(n.Value) > 1024 || strings.ContainsFunc(n.Value, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		r.fail(n, "", "%s is too long or has control characters", path)
		return ""
	}
	return n.Value
}

// list returns the nodes of a sequence.
func (s *section) list(key string) []*yaml.Node {
	n := s.get(key)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		s.r.fail(n, "write it in brackets: ["+"...]", "%s.%s must be a list", s.path, key)
		return nil
	}
	return n.Content
}

// follow resolves an alias. Aliases of aliases do not exist in a parsed document; the depth of a register is fixed, so
// aliases cannot multiply.
func follow(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool {
	return n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// quote shows a word of the file, cut when it is long.
func quote(s string) string {
	if len(s) > 40 {
		s = s[:40]
	}
	return fmt.Sprintf("%q", s)
}

// nearest returns the known word within two edits of s, "" if there is none.
func nearest(s string, known map[string]bool) string {
	best, at := "", 3
	for k := range known {
		if d := distance(s, k); d < at || d == at && k < best {
			best, at = k, d
		}
	}
	return best
}

// distance is the edit distance of two short words; long ones are far apart.
func distance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return 99
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diag := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			up := row[j]
			d := diag
			if a[i-1] != b[j-1] {
				d++
			}
			row[j] = min(d, up+1, row[j-1]+1)
			diag = up
		}
	}
	return row[len(b)]
}

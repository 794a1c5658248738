package sql

import (
	"bytes"
	"strings"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/object"
)

// sniff wants a statement at the beginning, behind comments, and at the beginning of a line one that has rows or columns.
func sniff(head []byte, m *object.Meta) content.Score {
	head = window.Head(head)
	named := m != nil && (m.MediaType == "application/sql" || m.Name != nil && strings.HasSuffix(strings.ToLower(m.Name.Reveal()), ".sql"))
	if len(head) < 8 || !starts(firstWord(head)) {
		if (m == nil || m.MediaType == "" || m.MediaType == "text/plain") && preamble(head) > 0 {
			return content.Likely
		}
		return content.No
	}
	for b := head; len(b) > 0; {
		line, rest, _ := bytes.Cut(b, []byte{'\n'})
		if hasRows(line) {
			return content.Likely + content.Declared
		}
		b = rest
	}
	if named {
		return content.Declared + 1
	}
	return content.No
}

// maxPreamble is how much running text may stand before the statements that a mail hands on.
const maxPreamble = 2 << 10

// preamble returns the length of the running text before the first statement with rows, INSERT INTO table (columns) VALUES at the beginning
// of a line, 0 if there is none.
func preamble(head []byte) int {
	near := head[:min(len(head), maxPreamble)]
	for _, w := range [...]string{"INSERT INTO ", "insert into "} {
		for at := 0; ; {
			k := bytes.Index(near[at:], []byte(w))
			if k < 0 {
				break
			}
			at += k
			line, _, _ := bytes.Cut(head[at:min(len(head), at+maxPreamble)], []byte{';'})
			if names, _, ok := bytes.Cut(bytes.ToLower(line), []byte("values")); ok && at > 0 && head[at-1] == '\n' && bytes.IndexByte(names, '(') > 0 {
				return at
			}
			at += len(w)
		}
	}
	return 0
}

// firstWord returns the first word behind comments, in lower case.
func firstWord(b []byte) string {
	for len(b) > 1 {
		switch {
		case b[0] <= ' ' || b[0] == ';':
			b = b[1:]
		case b[0] == '-' && b[1] == '-' || b[0] == '#' && b[1] <= ' ':
			_, b, _ = bytes.Cut(b, []byte{'\n'})
		case b[0] == '/' && b[1] == '*':
			_, b, _ = bytes.Cut(b, []byte("*/"))
		default:
			n := 0
			for n < len(b) && word[b[n]] {
				n++
			}
			return keyword(b[:n])
		}
	}
	return ""
}

// starts tells words that dumps begin with.
func starts(k string) bool {
	switch k {
	case "insert", "create", "copy", "replace", "set", "drop", "use", "begin", "start", "lock", "pragma", "alter", "go", "delete", "truncate", "update",
		"declare", "if", "rem", "prompt", "select", "comment", "grant", `\connect`, `\restrict`, `\c`:
		return true
	}
	return false
}

// hasRows tells whether a line begins a statement that has rows or columns.
func hasRows(line []byte) bool {
	if len(line) < 12 {
		return false
	}
	switch line[0] | 0x20 {
	case 'i', 'c', 'r':
	default:
		return false
	}
	s := strings.ToLower(string(line[:min(len(line), 80)]))
	switch {
	case strings.HasPrefix(s, "insert into "), strings.HasPrefix(s, "insert ignore "), strings.HasPrefix(s, "replace into "), strings.HasPrefix(s, "insert ["):
		return true
	case strings.HasPrefix(s, "create "):
		w := strings.Fields(s)[1:]
		for len(w) > 0 && modifier(w[0]) {
			w = w[1:]
		}
		return len(w) > 1 && w[0] == "table"
	case strings.HasPrefix(s, "copy "):
		return bytes.Contains(bytes.ToLower(line[:min(len(line), 4096)]), []byte("from stdin"))
	}
	return false
}

// modifier tells what may stand between CREATE and TABLE.
func modifier(w string) bool {
	switch w {
	case "or", "replace", "global", "local", "temp", "temporary", "unlogged", "external", "foreign":
		return true
	}
	return false
}

// dialectOf tells the dialect of a dump by its beginning.
func dialectOf(head []byte) dialect {
	switch {
	case bytes.Contains(head, []byte("PostgreSQL")), bytes.Contains(head, []byte("pg_catalog")), bytes.Contains(head, []byte("PRAGMA ")),
		bytes.Contains(head, []byte("[dbo]")):
		return standard
	case bytes.Contains(head, []byte("MySQL")), bytes.Contains(head, []byte("MariaDB")), bytes.IndexByte(head, '`') >= 0:
		return escaping
	}
	return unknown
}

// Package manual has the pages of the manual, embedded: one source for phiwatch help TOPIC, and later for man pages and
// the console.
package manual

import (
	"embed"
	"io/fs"
	"sort"
	"strings"
)

//go:embed *.md
var pages embed.FS

// Page returns a page by its topic.
func Page(topic string) (string, bool) {
	b, err := pages.ReadFile(topic + ".md")
	return string(b), err == nil
}

// Topics returns the topics with the first sentence of each page, sorted.
func Topics() [][2]string {
	names, _ := fs.Glob(pages, "*.md")
	out := make([][2]string, 0, len(names))
	for _, n := range names {
		b, _ := pages.ReadFile(n)
		out = append(out, [2]string{strings.TrimSuffix(n, ".md"), title(string(b))})
	}
	sort.Slice(out, func(i, j int) bool { return out[i][0] < out[j][0] })
	return out
}

// title is the heading of a page without its mark.
func title(page string) string {
	line, _, _ := strings.Cut(page, "\n")
	return strings.TrimSpace(strings.TrimLeft(line, "# "))
}

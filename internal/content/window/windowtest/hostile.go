package windowtest

import (
	"strings"
	"testing"
	"time"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/object"
)

// units are what hostile documents repeat.
var units = []string{
	`"`, `\`, "[", "{", `{"a":`, `"a",`, `{"value":1,`, "<", "<a ", `<a b="`, `<a b='" `, "<!--", "<!", "<![CDATA[", "<!DOCTYPE[", "</", "</a>",
	"&", "&a", "&#", "&amp;", "<a>", "<Patient> ", "<a b=c>", "<script>", "<table><tr><td>", "<td>", "<tr>", "<th>a", `"a,`, "\",\"\n", "\"\n\"\"",
	`""`, "a,", ",", "\n", "=", "%2", "a=&", "a\n", "\x00", "<pre>\n", "<a b='c'/>", "<?", "]]>", `\u`, `\ud83d\ude00`, "1", "true", `{"value":"x"},`,
	`{"type":{"coding":[{"code":"x"}],`, "<x><y></y></x>",
}

// Hostile demands that documents made of one repeated unit take no more than time in proportion to their length.
func Hostile(t *testing.T, f content.Format, m *object.Meta) {
	t.Helper()
	for _, u := range units {
		doc := strings.Repeat(u, (1<<20)/len(u))
		var s Sink
		began := cpu()
		f.Decode(Reader(doc, 1<<16), &s, m)
		f.Sniff([]byte(doc[:object.PeekMax]), m)
		if took := cpu() - began; took > 3*time.Second { // a hundred times of what it takes
			t.Errorf("1 MiB of %q takes %v", u, took)
		}
	}
}

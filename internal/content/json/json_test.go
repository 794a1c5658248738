package json

import (
	"bytes"
	stdjson "encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/object"
)

func TestDecode(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"flat", `{"ssn":"219-09-9999","age":41,"ok":true,"none":null,"e":""}`,
			"field 0 ssn=\"219-09-9999\"\nfield 0 age=\"41\"\n"},
		{"path", `{"patient":{"name":{"family":"Roe","given":["Jane","Q"]},"id":7}}`,
			"field 0 patient.name.family=\"Roe\"\nfield 0 patient.name.given=\"Jane\"\nfield 0 patient.name.given=\"Q\"\nfield 0 patient.id=\"7\"\n"},
		{"escapes", `{"a":"x\u0041\n\"\/\ud83d\ude00\ud83d\q"}`, "field 0 a=\"xA\\n\\\"/😀\ufffd\\\\q\"\n"},
		{"escaped key", `{"s\u0073n":"1"}`, "field 0 ssn=\"1\"\n"},
		{"records", `[{"ssn":"1"},{"ssn":"2"}]`,
			"begin 1\nfield 0 ssn=\"1\"\nend\nstructure table\nbegin 1\nfield 0 ssn=\"2\"\nend\n"},
		{"records under a key", `{"total":2,"patients":[{"ssn":"1","address":{"city":"X"}},{"ssn":"2"}]}`,
			"field 0 total=\"2\"\nbegin 1\nfield 0 patients.ssn=\"1\"\nfield 0 patients.address.city=\"X\"\nend\nbegin 1\nfield 0 patients.ssn=\"2\"\nend\n"},
		{"details are no records", `{"name":"Roe","identifiers":[{"a":"1"},{"a":"2"}]}`,
			"field 0 name=\"Roe\"\nfield 0 identifiers.a=\"1\"\nfield 0 identifiers.a=\"2\"\n"},
		{"lines", "{\"ssn\":\"1\"}\n{\"ssn\":\"2\"}\n",
			"begin 1\nfield 0 ssn=\"1\"\nend\nstructure table\nbegin 1\nfield 0 ssn=\"2\"\nend\n"},
		{"key and value", `{"name":"ssn","value":"219099999"}`, "field 0 name=\"ssn\"\nfield 0 ssn value=\"219099999\"\n"},
		{"value and key", `{"value":219099999,"type":"SSN"}`, "field 0 SSN value=\"219099999\"\nfield 0 type=\"SSN\"\n"},
		{"value below a key", `{"ssn":{"value":"219099999","type":"string"},"dob":{"type":"date","value":"x"},"a":{"value":1}}`,
			"field 0 ssn string value=\"219099999\"\nfield 0 ssn.type=\"string\"\nfield 0 dob.type=\"date\"\nfield 0 dob date value=\"x\"\nfield 0 a value=\"1\"\n"},
		{"lone value", `{"value":"219099999"}`, "field 0 value=\"219099999\"\n"},
		{"broken", `{"a":"1","b":x,"ssn":"2"}`, "field 0 a=\"1\"\ntext \"x,\\\"ssn\\\":\\\"2\\\"}\"\n"},
		{"cut", `{"a":"1","ssn":"219-09-9`, "field 0 a=\"1\"\ntext \"219-09-9\"\n"},
		{"mark", "\xef\xbb\xbf{\"a\":1}", "field 0 a=\"1\"\n"},
		{"utf-16", "{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", "field 0 a=\"1\"\n"},
		{"identifiers", `{"identifier":[{"system":"http://hl7.org/fhir/sid/us-ssn","value":"219099999"},{"type":{"coding":[{"code":"MR"}]},"value":"77"},{"system":"urn:oid:2.16.840.1.113883.4.1","value":"9"}]}`,
			"field 0 identifier.system=\"http://hl7.org/fhir/sid/us-ssn\"\nfield 0 us-ssn value=\"219099999\"\n" +
				"field 0 identifier.type.coding.code=\"MR\"\nfield 0 MR value=\"77\"\n" +
				"field 0 identifier.system=\"urn:oid:2.16.840.1.113883.4.1\"\nfield 0 ssn value=\"9\"\n"},
	}
	for _, c := range cases {
		if got := windowtest.Same(t, Format(), &object.Meta{}, c.in); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
}

func TestLong(t *testing.T) {
	long := strings.Repeat("0123456789", window.Max/5)
	got := windowtest.Same(t, Format(), &object.Meta{}, `{"a":"`+long+`\u0041","b":"2"}`)
	if !strings.Contains(got, long+"A\\n") || !strings.HasSuffix(got, "field 0 b=\"2\"\n") {
		t.Errorf("a long string was lost: %.100s ... %s", got, got[len(got)-40:])
	}
	deep := strings.Repeat(`{"a":`, 100) + `"219-09-9999"`
	if got := windowtest.Same(t, Format(), &object.Meta{}, deep); !strings.Contains(got, "219-09-9999") {
		t.Error("below the depth limit text is lost")
	}
	if got := windowtest.Same(t, Format(), &object.Meta{}, "["+strings.Repeat("9", 3*window.Max)+"]"); !strings.Contains(got, "999") {
		t.Error("a long number was lost")
	}
}

// leaves collects strings and numbers as encoding/json sees them.
func leaves(v any, out []string) []string {
	switch v := v.(type) {
	case map[string]any:
		for _, e := range v {
			out = leaves(e, out)
		}
	case []any:
		for _, e := range v {
			out = leaves(e, out)
		}
	case string:
		if v != "" {
			out = append(out, v)
		}
	case stdjson.Number:
		out = append(out, v.String())
	}
	return out
}

type values struct {
	windowtest.Sink
	got map[string]int
}

func (v *values) Field(_ object.Role, _, b []byte) { v.got[string(b)]++ }
func (v *values) Text(b []byte)                    { v.got["text"]++ }

// oracle compares the leaves with those of encoding/json.
func oracle(t *testing.T, doc []byte) {
	if !stdjson.Valid(doc) || !utf8.Valid(doc) || bytes.Contains(doc, []byte("\\u")) {
		return // encoding/json puts a replacement where an escape is half a pair
	}
	d := stdjson.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	var root any
	if d.Decode(&root) != nil {
		return
	}
	v := &values{got: map[string]int{}}
	decode(windowtest.Reader(string(doc), 11), v, &object.Meta{})
	if v.got["text"] > 0 {
		return // too deep
	}
	for _, l := range leaves(root, nil) {
		v.got[l]--
	}
	for k, n := range v.got {
		if n < 0 { // duplicate keys give more than encoding/json keeps
			t.Fatalf("%q missing %d times in %.300q", k, -n, doc)
		}
	}
}

func TestOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		b, err := stdjson.Marshal(random(r, 0))
		if err != nil {
			t.Fatal(err)
		}
		oracle(t, b)
	}
	for _, d := range shared(t) {
		oracle(t, d)
	}
}

func random(r *rand.Rand, depth int) any {
	switch n := r.IntN(9); {
	case n < 2 && depth < 5:
		m := map[string]any{}
		for range r.IntN(5) {
			m[[]string{"value", "type", "name", "ssn", "a\"b", "identifier", "entry", "é"}[r.IntN(8)]] = random(r, depth+1)
		}
		return m
	case n < 4 && depth < 5:
		var a []any
		for range r.IntN(4) {
			a = append(a, random(r, depth+1))
		}
		return a
	case n < 6:
		return r.IntN(1 << 30)
	case n < 7:
		return nil
	}
	return []string{"", "plain", "with \"quote\" and \\", "new\nline", "<html>&", "\u2028é😀", "219-09-9999"}[r.IntN(7)]
}

func shared(t testing.TB) [][]byte {
	dir := os.Getenv("PHIWATCH_SHARED")
	if dir == "" {
		dir = "../../../../shared"
	}
	var docs [][]byte
	if b, err := os.ReadFile(filepath.Join(dir, "truth/positives/presidio/generated_large.json")); err == nil {
		docs = append(docs, b)
	} else {
		t.Logf("no shared folder: generated documents only")
	}
	return docs
}

func TestSniff(t *testing.T) {
	cases := []struct {
		head, media string
		want        content.Score
	}{
		{`{"a":1}`, "", content.Likely},
		{" \n[{\"a\":1}]", "application/json", content.Likely + content.Declared},
		{`[1,2]`, "", content.Likely},
		{`[2026-11-24] started`, "", content.No},
		{`[section]`, "", content.No},
		{`{ margin: 0 }`, "", content.No},
		{`{\rtf1`, "", content.No},
		{`<html>`, "application/json", content.Declared},
		{``, "", content.No},
		{"\xff\xfe{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", "", content.Likely},
	}
	for _, c := range cases {
		if got := sniff([]byte(c.head), &object.Meta{MediaType: c.media}); got != c.want {
			t.Errorf("sniff %q (%s) = %d, want %d", c.head, c.media, got, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"value":"2","type":{"coding":[{"code":"x"}]}}],"b":"\u00e9\ud83d\ude00"}`))
	f.Add([]byte("{\"a\":1}\n{\"a\":2}\n[[{}]]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		windowtest.Same(t, Format(), &object.Meta{}, string(b))
		sniff(b, &object.Meta{})
		oracle(t, b)
	})
}

func sample() []byte {
	var b strings.Builder
	b.WriteString(`{"total":4000,"patients":[`)
	for i := range 4000 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"name":{"family":"Roe%d","given":["Jane","Q"]},"ssn":"219-%02d-%04d","dob":"1960-01-%02d","address":{"street":"%d Main Street","city":"Springfield","state":"IL","zip":"62701"},"notes":"Follow-up visit in six weeks, blood pressure stable, continue medication."}`, i, i, i%99+1, i, i%28+1, i)
	}
	b.WriteString(`]}`)
	return []byte(b.String())
}

func BenchmarkDecode(b *testing.B) { windowtest.Bench(b, Format(), &object.Meta{}, sample()) }

func BenchmarkSmall(b *testing.B) {
	windowtest.Bench(b, Format(), &object.Meta{}, []byte(`{"id":1,"name":"Roe","ssn":"219-09-9999","dob":"1960-01-01"}`))
}

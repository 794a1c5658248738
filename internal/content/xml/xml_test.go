package xml

import (
	"bytes"
	"compress/gzip"
	stdxml "encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/object"
)

func TestDecode(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"leaves", `<?xml version="1.0"?><a:p><ssn> 219-09-9999 </ssn><n>R &amp; &#68;</n><e/></a:p>`,
			"field 0 ssn=\"219-09-9999\"\nfield 0 n=\"R & D\"\n"},
		{"named", `<r><Item naaccrId="socialSecurityNumber">219099999</Item><field name="ssn" value="1"/><x id="7">y</x></r>`,
			"field 0 socialSecurityNumber=\"219099999\"\nfield 8 ssn=\"1\"\nfield 8 x@id=\"7\"\nfield 0 x=\"y\"\n"},
		{"cdata and comments", `<r><![CDATA[a<b>&amp;]]><!-- 219-09-9999 --><?pi x?></r>`,
			"field 0 =\"219-09-9999\"\nfield 0 =\"pi x\"\nfield 0 r=\"a<b>&amp;\"\n"},
		{"joined", `<r><ssn>219-<![CDATA[09]]>-<!-- x -->99<?y?>&#57;9</ssn> <!-- a --> <n> <![CDATA[ b ]]>c<i>d</i></n></r>`,
			"field 0 =\"x\"\nfield 0 =\"y\"\nfield 0 ssn=\"219-09-9999\"\nfield 0 =\"a\"\nfield 0 n=\"b c\"\nfield 0 i=\"d\"\n"},
		{"records", `<all><person><ssn>1</ssn></person><person><ssn>2</ssn></person></all>`,
			"begin 1\nfield 0 ssn=\"1\"\nend\nbegin 1\nfield 0 ssn=\"2\"\nend\n"},
		{"second sibling", `<all><foo><a>1</a></foo><foo><a>2</a></foo><bar>x</bar><bar>y</bar></all>`,
			"field 0 a=\"1\"\nbegin 1\nfield 0 a=\"2\"\nend\nfield 0 bar=\"x\"\nfield 0 bar=\"y\"\n"},
		{"attribute rows", `<d><row a="1" b="2"/><row a="3" b="4"/></d>`,
			"begin 1\nfield 8 row@a=\"1\"\nfield 8 row@b=\"2\"\nend\nbegin 1\nfield 8 row@a=\"3\"\nfield 8 row@b=\"4\"\nend\n"},
		{"registers", `<r><id root="2.16.840.1.113883.4.1" extension="111-22-3333"/><identifier><type><coding><code value="MR"/></coding></type><system value="http://x/mrn"/><value value="77"/></identifier></r>`,
			"field 8 id@root=\"2.16.840.1.113883.4.1\"\nfield 8 ssn=\"111-22-3333\"\nfield 8 code@value=\"MR\"\nfield 8 system@value=\"http://x/mrn\"\nfield 8 MR mrn value=\"77\"\n"},
		{"html", `<r><html><table><tr><th>A</th><td>1<b>2</b>3</td></tr></table></html><title>t</title></r>`,
			"text \"A\\t123\\t\"\nfield 0 title=\"t\"\n"},
		{"mismatched", `<a><b>1</c>2</b>3</a>4`, "field 0 b=\"1\"\nfield 0 b=\"2\"\nfield 0 a=\"3\"\nfield 0 =\"4\"\n"},
		{"less-than", `<a>1 < 2</a>`, "field 0 a=\"1\"\nfield 0 a=\"<\"\nfield 0 a=\"2\"\n"},
		{"doctype", `<!DOCTYPE a [<!ENTITY x "219-09-9999">]><a>&x;</a>`, "skip ambiguous 0\nfield 0 =\"DOCTYPE a [<!ENTITY x \\\"219-09-9999\\\">\"\nfield 0 =\">\"\nfield 0 a=\"&x;\"\n"},
		{"cut", `<a><ssn>219-09-9999`, "field 0 ssn=\"219-09-9999\"\n"},
		{"cut tag", `<a><ssn x="219-09-9999`, "text \"ssn x=\\\"219-09-9999\"\n"},
		{"utf-16", "<\x00a\x00>\x001\x00<\x00/\x00a\x00>\x00", "field 0 a=\"1\"\n"},
	}
	for _, c := range cases {
		if got := windowtest.Same(t, Format(), &object.Meta{}, c.in); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
}

func TestLong(t *testing.T) {
	long := strings.Repeat("x ", window.Max)
	for _, in := range []string{
		"<a>" + long + "219-09-9999</a>", "<a b='" + long + "219-09-9999'/>", "<!--" + long + "219-09-9999--><a/>",
		"<a><![CDATA[" + long + "219-09-9999]]></a>", strings.Repeat("<a>", 5000) + "219-09-9999",
		"<a " + strings.Repeat(`b="c" `, 100) + `d="219-09-9999">`, "<a " + strings.Repeat(`b="c" `, 30000) + `d="219-09-9999">`,
		strings.Repeat("<Patient><a>", 3000) + "219-09-9999", "<!DOCTYPE a [" + long + "]><a>219-09-9999</a>",
		strings.Repeat("</a>", 50000) + "219-09-9999",
	} {
		if got := windowtest.Same(t, Format(), &object.Meta{}, in); !strings.Contains(got, "219-09-9999") {
			t.Errorf("lost in %.40s", in)
		}
	}
}

type values struct {
	windowtest.Sink
	text, attr strings.Builder
}

func (v *values) Field(r object.Role, l, b []byte) {
	switch {
	case r == object.RoleAttribute:
		v.attr.Write(b)
	case l != nil:
		v.text.Write(b)
	}
}
func (v *values) Text(b []byte) { v.text.Write(b) }

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, s)
}

// oracle compares the character data of a document with encoding/xml.
func oracle(t *testing.T, name string, doc []byte) {
	d := stdxml.NewDecoder(bytes.NewReader(doc))
	var text strings.Builder
	attrs := 0
	for {
		k, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%s: %T", name, err)
		}
		switch k := k.(type) {
		case stdxml.CharData:
			text.Write(k)
		case stdxml.StartElement:
			attrs += len(k.Attr)
		}
	}
	var got values
	decode(windowtest.Reader(string(doc), 1000), &got, &object.Meta{})
	if g, w := squeeze(got.text.String()), squeeze(text.String()); g != w {
		at := 0
		for at < len(g) && at < len(w) && g[at] == w[at] {
			at++
		}
		t.Fatalf("%s: text differs at %d: %.60q want %.60q", name, at, g[max(0, at-20):], w[max(0, at-20):])
	}
}

func shared(t testing.TB) string {
	dir := os.Getenv("PHIWATCH_SHARED")
	if dir == "" {
		dir = "../../../../shared"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no shared folder beside the checkout")
	}
	return dir
}

func TestTruth(t *testing.T) {
	dir := shared(t)
	docs, _ := filepath.Glob(filepath.Join(dir, "truth/positives/ccda/*.xml"))
	if len(docs) == 0 {
		t.Skip("no documents")
	}
	for _, f := range docs {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if s := sniff(b[:min(len(b), object.PeekMax)], nil); s != content.Sure {
			t.Errorf("%s: sniff %d", filepath.Base(f), s)
		}
		oracle(t, filepath.Base(f), b)
	}
	docs, _ = filepath.Glob(filepath.Join(dir, "truth/*/naaccr*/*.xml.gz"))
	for _, f := range docs {
		b := gunzip(t, f)
		oracle(t, filepath.Base(f), b)
		got := windowtest.Run(t, Format(), &object.Meta{}, string(b), 4099)
		if n, w := strings.Count(got, "begin 1\n"), strings.Count(string(b), "<Patient>"); n != w {
			t.Errorf("%s: %d records, want %d", filepath.Base(f), n, w)
		}
		if n, w := strings.Count(got, "field 0 socialSecurityNumber="), strings.Count(string(b), `"socialSecurityNumber">`); n != w {
			t.Errorf("%s: %d labelled numbers, want %d", filepath.Base(f), n, w)
		}
	}
}

func gunzip(t testing.TB, f string) []byte {
	in, err := os.Open(f)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSniff(t *testing.T) {
	cases := []struct {
		head, media string
		want        content.Score
	}{
		{"<?xml version=\"1.0\"?>\n<a>", "", content.Sure},
		{"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">", "application/xml", content.Declared},
		{"<Patient><id>1</id></Patient>", "", content.Likely},
		{"<soap:Envelope xmlns:soap=\"x\">", "", content.Likely + 10},
		{"<p>x</p>", "", content.No},
		{"<!DOCTYPE html><a></a>", "", content.No},
		{"<34>Oct 11 syslog", "", content.No},
		{"plain", "text/xml", content.No},
		{"<", "", content.No},
	}
	for _, c := range cases {
		if got := sniff([]byte(c.head), &object.Meta{MediaType: c.media}); got != c.want {
			t.Errorf("sniff %q (%s) = %d, want %d", c.head, c.media, got, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`<?xml version="1.0"?><a b='1'><c d="2">x</c><c><e/></c><![CDATA[y]]><!--z--></a>`)
	f.Add(`<ClinicalDocument xmlns="urn:hl7-org:v3"><text><td>1</td></text><id root="2.16.840.1.113883.4.1" extension="1"/>`)
	f.Add(`<!DOCTYPE a [ ]><r><Item naaccrId="x">&#x31;&lt;</Item></r></r>`)
	f.Fuzz(func(t *testing.T, s string) {
		windowtest.Same(t, Format(), &object.Meta{}, s)
		sniff([]byte(s), nil)
	})
}

func sample() []byte {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\"?>\n<patients>\n")
	for i := range 4000 {
		fmt.Fprintf(&b, "  <patient id=\"%d\">\n    <name>Jane Roe%d</name>\n    <ssn>219-09-%04d</ssn>\n    <birthDate>1960-01-%02d</birthDate>\n    <note lang=\"en\">Follow-up visit in six weeks, blood pressure stable, continue medication.</note>\n  </patient>\n", i, i, i, i%28+1)
	}
	b.WriteString("</patients>\n")
	return []byte(b.String())
}

func BenchmarkDecode(b *testing.B) { windowtest.Bench(b, Format(), &object.Meta{}, sample()) }

func BenchmarkNAACCR(b *testing.B) {
	docs, _ := filepath.Glob(filepath.Join(shared(b), "truth/positives/naaccr/*180*.gz"))
	if len(docs) == 0 {
		b.Skip("no document")
	}
	windowtest.Bench(b, Format(), &object.Meta{}, gunzip(b, docs[0]))
}

func BenchmarkCCDA(b *testing.B) {
	data, err := os.ReadFile(filepath.Join(shared(b), "truth/positives/ccda/Care_Plan.xml"))
	if err != nil {
		b.Skip("no document")
	}
	windowtest.Bench(b, Format(), &object.Meta{}, data)
}

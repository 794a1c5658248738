package html

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/object"
	xhtml "golang.org/x/net/html"
)

func TestDecode(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"inline joins", `<p>SSN 123<b>-45-</b>6789`, "text \"SSN 123-45-6789\"\n"},
		{"attribute between halves", `123<b class="x" title="t">-45-</b>6789`, "field 8 b@title=\"t\"\ntext \"123-45-6789\"\n"},
		{"comment between halves", `123<!-- no -->-45-6789`, "text \"no \\n123-45-6789\"\n"},
		{"script between halves", `<p>a</p><p>123<script>var x="</b>";</script>-45-6789`, "text \"a\\nvar x=\\\"</b>\\\";\\n123-45-6789\"\n"},
		{"references", `&#49;23&#x2d;45&#45;6789 &amp; &lt;b&gt; &eacute;&nbsp;&bogus; AT&T`, "text \"123-45-6789 & <b> é\\u00a0&bogus; AT&T\"\n"},
		{"blocks", "<div>SSN:</div>\n  <div>123-45-6789</div><br>x<br/>y", "text \"SSN:\\n123-45-6789\\nx\\ny\"\n"},
		{"white space", "a <b> b</b>\n c", "text \"a b c\"\n"},
		{"pre", "<pre>a\n b</pre>c\nd", "text \"a\\n b\\nc d\"\n"},
		{"two columns", `<table><tr><td>SSN</td><td>123456789</td></tr><tr><td><p>Name</p></td><td>Jane Roe</td></tr></table>after`,
			"text \"SSN\\t123456789\\nName\\tJane Roe\\nafter\"\n"},
		{"header cells", `x<table><tr><th>Name<th>SSN<tr><td>Roe<td>123456789<tr><td>Doe<td><b>98</b>7</table>y`,
			"begin 2\nfield 0 Name=\"Roe\"\nfield 0 SSN=\"123456789\"\nend\nbegin 2\nfield 0 Name=\"Doe\"\nfield 0 SSN=\"987\"\nend\ntext \"x\\nName\\tSSN\\ny\"\n"},
		{"first row as header", `<table><tr><td>Name</td><td>SSN</td><td>Born</td></tr><tr><td>Roe</td><td>123456789</td><td>1960</td></tr></table>`,
			"begin 2\nfield 0 Name=\"Roe\"\nfield 0 SSN=\"123456789\"\nfield 0 Born=\"1960\"\nend\ntext \"Name\\tSSN\\tBorn\"\n"},
		{"layout table", `<table><tr><td><table><tr><td>SSN</td><td>1</td></tr></table></td><td>z</td></tr></table>`, "text \"SSN\\t1\\nz\"\n"},
		{"attributes", `<input name=ssn value='123-45-6789'><input value=7><a href="/p?id=5" class=c>l</a><img alt="x &amp; y"><div data-mrn=77></div><meta content="v" name="n">`,
			"field 8 ssn=\"123-45-6789\"\nfield 8 input@value=\"7\"\nfield 9 a@href=\"/p?id=5\"\nfield 8 img@alt=\"x & y\"\nfield 8 div@data-mrn=\"77\"\nfield 8 n=\"v\"\ntext \"l\"\n"},
		{"quotes in attributes", `<a title="a > b" href='c"d1'>e</a>`, "field 8 a@title=\"a > b\"\nfield 9 a@href=\"c\\\"d1\"\ntext \"e\"\n"},
		{"equals sign without a name", `<a ="x>y" title=t>e</a><a b="c"='x>y'>f`, "field 8 a@title=\"t\"\ntext \"ef\"\n"},
		{"less-than", `a < b <3 c<`, "text \"a < b <3 c<\"\n"},
		{"cut tag", `x<a title="123-45-6789`, "text \"a title=\\\"123-45-6789\\nx\"\n"},
		{"doctype", `<!DOCTYPE html PUBLIC "1"><html>x`, "text \"x\"\n"},
		{"style", `<style>p{}</style>x`, "text \"p{}\\nx\"\n"},
		{"upper case", `<TABLE><TR><TD>A</TD><TD>B</TD></TR></TABLE><SCRIPT>1</SCRIPT>`, "text \"1\\nA\\tB\"\n"},
	}
	for _, c := range cases {
		if got := windowtest.Same(t, Format(), &object.Meta{}, c.in); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
}

func TestLong(t *testing.T) {
	for _, in := range []string{
		"<a title='" + strings.Repeat("x", 2*window.Max) + "219-09-9999'>b",
		"<!--" + strings.Repeat("x ", window.Max) + "219-09-9999-->b",
		"<!--" + strings.Repeat("x ", window.Max) + "219-09-9999",
		"<script>" + strings.Repeat("x ", window.Max) + "219-09-9999</script>b",
		strings.Repeat("<table><tr><td>", 5000) + "219-09-9999",
		"<tr>" + strings.Repeat("<td>a</td>", 5000) + "219-09-9999",
		"<table><tr><td>" + strings.Repeat("word ", 5000) + "219-09-9999<td>b<tr><td>c<td>d</table>",
		strings.Repeat("<b", 70000) + "219-09-9999",
		strings.Repeat("word ", 50000) + "219-09-9999",
	} {
		if got := windowtest.Same(t, Format(), &object.Meta{}, in); !strings.Contains(got, "219-09-9999") {
			t.Errorf("lost in %.40s", in)
		}
	}
}

// squeeze leaves letters and digits.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0xa0 {
			return -1
		}
		return r
	}, s)
}

type joined struct {
	windowtest.Sink
	b strings.Builder
}

func (j *joined) Text(b []byte)                    { j.b.Write(b) }
func (j *joined) Field(_ object.Role, _, _ []byte) {}

// oracle compares the text with that of x/net/html, for pages without scripts and comments.
func oracle(t *testing.T, page string) {
	z := xhtml.NewTokenizer(strings.NewReader(page))
	var want strings.Builder
	for k := z.Next(); k != xhtml.ErrorToken; k = z.Next() {
		if k == xhtml.TextToken {
			want.Write(z.Text())
		}
	}
	var got joined
	decode(windowtest.Reader(page, 13), &got, &object.Meta{})
	w := squeeze(want.String())
	if g := squeeze(got.b.String()); g != w {
		t.Fatalf("text\n%q\nwant\n%q\npage %q", g, w, page)
	}
}

func TestOracle(t *testing.T) {
	for _, page := range []string{
		`<html><head><title>T &copy; x</title></head><body a=1 b='2>3' c="4"><p>Hello, <i>w</i>orld&hellip; 5 &lt; 6</p><ul><li>a<li>b</ul></body></html>`,
		`<div><p>unclosed <b>bold <i>both</p></i></div> tail & more &amp;amp; done`,
		`<table border=0><tr><td colspan=2>x</td></tr></table><br/><hr noshade>`,
	} {
		oracle(t, page)
	}
	oracle(t, string(sample(false)))
}

func TestSniff(t *testing.T) {
	cases := []struct {
		head, media string
		want        content.Score
	}{
		{"<!DOCTYPE html>\n<html>", "", content.Sure},
		{"\xef\xbb\xbf  <!-- x --><HTML lang=en>", "", content.Sure},
		{"<p>Hello</p>", "", content.Likely},
		{"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">", "", content.Sure},
		{"<?xml version=\"1.0\"?><div>", "", content.No},
		{"<Patient><id>1</id></Patient>", "", content.No},
		{"plain text", "text/html", content.Declared},
		{"Hi<br>there", "text/html", content.Likely + content.Declared},
		{"{\"a\":\"<p>\"}", "", content.No},
		{"a < b", "", content.No},
	}
	for _, c := range cases {
		if got := sniff([]byte(c.head), &object.Meta{MediaType: c.media}); got != c.want {
			t.Errorf("sniff %q (%s) = %d, want %d", c.head, c.media, got, c.want)
		}
	}
}

// TestSoup reads what hand-written tokenizers stumble over, in any order.
func TestSoup(t *testing.T) {
	bits := []string{"<a", "<td", "<p>", " ", "=", `"`, "'", ">", "x", "/", "<", "</a", "!", "--", "title", "&lt", "&#52;", "\n", "5", "<pre>", "<script>", "</script", "<table>", "<tr><td>a<td>b<td>c", "é"}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var b strings.Builder
		for range 1 + rnd.IntN(24) {
			b.WriteString(bits[rnd.IntN(len(bits))])
		}
		windowtest.Same(t, Format(), &object.Meta{}, b.String())
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(`<table><tr><th>a<th>b<tr><td>1<td>2</table><script>x</script><!-- c --><p title="q">&#45;&amp`)
	f.Add(`<a <b 'x" =y> <pre>` + "\n" + `</pre></td></tr></table>`)
	f.Fuzz(func(t *testing.T, s string) {
		windowtest.Same(t, Format(), &object.Meta{}, s)
		sniff([]byte(s), &object.Meta{})
	})
}

func sample(scripts bool) []byte {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html><html><head><title>Patients</title></head><body>")
	for i := range 3000 {
		fmt.Fprintf(&b, `<div class="visit" id="v%d"><h2>Visit %d</h2><p style="margin:0">Jane Roe was seen on 01/%02d/2026 for a follow-up visit. Her <b>blood pressure</b> is stable, medication is continued &amp; reviewed in six weeks. <a href="/visit?id=%d">more</a></p>`+"\n"+`<table><tr><td class="l">SSN</td><td>219-09-%04d</td></tr></table></div>`, i, i, i%28+1, i, i)
		if scripts && i%100 == 0 {
			b.WriteString("<script>var a = {\"b\": 1};</script><!-- end of block -->")
		}
	}
	b.WriteString("</body></html>")
	return []byte(b.String())
}

func BenchmarkDecode(b *testing.B) { windowtest.Bench(b, Format(), &object.Meta{}, sample(true)) }

func BenchmarkTable(b *testing.B) {
	var s strings.Builder
	s.WriteString("<table><tr><th>Name</th><th>SSN</th><th>City</th></tr>")
	for i := range 5000 {
		fmt.Fprintf(&s, "<tr><td>Jane Roe</td><td>219-09-%04d</td><td>Springfield</td></tr>\n", i)
	}
	windowtest.Bench(b, Format(), &object.Meta{}, []byte(s.String()))
}

func BenchmarkFile(b *testing.B) {
	data, err := os.ReadFile(os.Getenv("HTML_SAMPLE"))
	if err != nil {
		b.Skip("HTML_SAMPLE names no file")
	}
	windowtest.Bench(b, Format(), &object.Meta{}, data)
}

func TestElements(t *testing.T) {
	for _, n := range blocks {
		if k, ok := elements.find(keyOf([]byte(strings.ToUpper(n)))); k != block || !ok {
			t.Errorf("%s is of kind %d, known %t", n, k, ok)
		}
	}
	full := 0
	for i := range elements {
		if k := elements[i].key; k != 0 {
			full++
			if slot(k) != i {
				t.Errorf("the name with key %#x is not in its own slot", k)
			}
		}
	}
	if want := len(blocks) + len(joins) + 7; full != want {
		t.Errorf("%d names are known, want %d", full, want)
	}
}

// TestAsides: comments between rows and words of one long line come between whole lines only, however the page is cut.
func TestAsides(t *testing.T) {
	const cell = "<td>1<!-- x -->a"
	for _, page := range []string{
		"<html>" + strings.Repeat("word <!-- x -->", 4000),
		"<html><table><tr><th>a<th>b" + strings.Repeat("<tr>"+cell+cell, 800) + "</table><p>last<!-- y --> words",
		"<html><table>" + strings.Repeat(cell, 4000),
		"<html><pre>" + strings.Repeat("word\n<!-- x -->word ", 2000),
	} {
		windowtest.Same(t, Format(), &object.Meta{}, page)
	}
}

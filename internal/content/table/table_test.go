package table

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

func TestDecode(t *testing.T) {
	csvFile := &object.Meta{Name: flow.NewText("x.csv")}
	row := func(kv ...string) string {
		s := "begin 2\n"
		for i := 0; i < len(kv); i += 2 {
			s += fmt.Sprintf("field 0 %s=%q\n", kv[i], kv[i+1])
		}
		return s + "end\n"
	}
	cases := []struct{ name, in, want string }{
		{"plain", "Name,SSN\nRoe,123456789\r\n Doe ,\n,987654321\n",
			"text \"Name,SSN\"\n" + row("Name", "Roe", "SSN", "123456789") + row("Name", "Doe") + row("SSN", "987654321")},
		{"quotes", "Name,SSN\n\"Roe, \"\"J\"\"\",\"1\n2\"\n\"\",\"3\"\n",
			"text \"Name,SSN\"\n" + row("Name", `Roe, "J"`, "SSN", "1\n2") + row("SSN", "3")},
		{"open quote", "Name,SSN\n\"Roe,1\nDoe,2\n\"Poe\",3\n",
			"text \"Name,SSN\"\n" + row("Name", "\"Roe", "SSN", "1") + row("Name", "Doe", "SSN", "2") + row("Name", "Poe", "SSN", "3")},
		{"open quote to the end", "Name,SSN\n\"Roe,1\nDoe,2\n",
			"text \"Name,SSN\"\n" + row("Name", "\"Roe", "SSN", "1") + row("Name", "Doe", "SSN", "2")},
		{"quote in a cell", "Name,SSN\nR\"oe,1\n\"a \"b\" c\",2\n",
			"text \"Name,SSN\"\n" + row("Name", "R\"oe", "SSN", "1") + row("Name", `a "b" c`, "SSN", "2")},
		{"tab", "Name\tSSN\nRoe\t1\n", "text \"Name\\tSSN\"\n" + row("Name", "Roe", "SSN", "1")},
		{"semicolon", "Name;SSN\nRoe, J;1\nDoe, K;2\n", "text \"Name;SSN\"\n" + row("Name", "Roe, J", "SSN", "1") + row("Name", "Doe, K", "SSN", "2")},
		{"bar, old line ends", "Name|SSN\rRoe|1\r", "text \"Name|SSN\"\n" + row("Name", "Roe", "SSN", "1")},
		{"titles", "Report for May\n\nPrinted,,\nName,SSN,Born\nRoe,1,1960\nDoe,2,1961\nPoe,3,1962\nLow,4,1963\n",
			"text \"Report for May\\n\\nPrinted,,\\nName,SSN,Born\"\n" + row("Name", "Roe", "SSN", "1", "Born", "1960") + row("Name", "Doe", "SSN", "2", "Born", "1961") +
				row("Name", "Poe", "SSN", "3", "Born", "1962") + row("Name", "Low", "SSN", "4", "Born", "1963")},
		{"no header", "Roe,1,1960\nDoe,2,1961\n", row("", "Roe", "", "1", "", "1960") + row("", "Doe", "", "2", "", "1961")},
		{"one column", "ssn\n123456789\n987654321\n", "text \"ssn\"\n" + row("ssn", "123456789") + row("ssn", "987654321")},
		{"longer row", "Name,SSN\nRoe,1,x\nDoe,2\n", "text \"Name,SSN\"\n" + row("Name", "Roe", "SSN", "1", "", "x") + row("Name", "Doe", "SSN", "2")},
		{"utf-16", "\xff\xfeN\x00,\x00S\x00\n\x00a\x00,\x001\x00\n\x00", "text \"N,S\"\n" + row("N", "a", "S", "1")},
		{"mark", "\xef\xbb\xbfName,SSN\nRoe,1\n", "text \"Name,SSN\"\n" + row("Name", "Roe", "SSN", "1")},
	}
	for _, c := range cases {
		if got := windowtest.Same(t, Format(), csvFile, c.in); got != "structure table\n"+c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
	got := windowtest.Same(t, Format(), &object.Meta{Name: flow.NewText("x.csv"), Offset: 77}, "name,ssn\nRoe,1\nDoe,2\nPoe,3\n")
	if want := "structure table\n" + row("", "name", "", "ssn") + row("", "Roe", "", "1") + row("", "Doe", "", "2") + row("", "Poe", "", "3"); got != want {
		t.Errorf("resumed:\n%s\nwant:\n%s", got, want)
	}
}

func TestLong(t *testing.T) {
	long := strings.Repeat("x ", window.Max)
	m := &object.Meta{MediaType: "text/csv"}
	for _, in := range []string{
		"a,b\n" + long + "219-09-9999,2\n", "a,b\n\"" + long + "219-09-9999\",2\n", "a,b\n\"" + long + "219-09-9999,2\n",
		"a,b\n" + strings.Repeat(`"a,"`, 70000) + "\n219-09-9999", strings.Repeat("a,", 100000) + "219-09-9999",
		"\"" + strings.Repeat("a\n\"\"", 70000) + "\"x\n219-09-9999",
	} {
		if got := windowtest.Same(t, Format(), m, in); !strings.Contains(got, "219-09-9999") {
			t.Errorf("lost in %.40q", in)
		}
	}
}

type cells struct {
	windowtest.Sink
	rows [][]string
}

func (c *cells) Begin(object.UnitKind) { c.rows = append(c.rows, nil) }
func (c *cells) Text([]byte)           {}
func (c *cells) Field(_ object.Role, _, v []byte) {
	c.rows[len(c.rows)-1] = append(c.rows[len(c.rows)-1], string(v))
}

func TestOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	words := []string{"", "x", "219-09-9999", "a,b", "say \"hi\"", "two\nlines", "Doe", "\"", "12345678", "a;b|c", ","}
	for range 2000 {
		var b strings.Builder
		w := csv.NewWriter(&b)
		w.UseCRLF = r.IntN(2) == 0
		var want [][]string
		cols := 3 + r.IntN(5)
		head := []string{"name", "ssn", "born", "city", "zip", "mrn", "phone", "note"}[:cols]
		if err := w.Write(head); err != nil {
			t.Fatal(err)
		}
		for range 4 + r.IntN(20) {
			rec := make([]string, cols)
			for i := range rec {
				rec[i] = words[r.IntN(len(words))]
			}
			if err := w.Write(rec); err != nil {
				t.Fatal(err)
			}
			if rec = slices.DeleteFunc(rec, func(s string) bool { return s == "" }); len(rec) > 0 {
				want = append(want, rec)
			}
		}
		w.Flush()
		var got cells
		decode(windowtest.Reader(b.String(), 9), &got, &object.Meta{MediaType: "text/csv"})
		// csv.Writer turns \n in quotes into \r\n with UseCRLF.
		for _, row := range got.rows {
			for i := range row {
				row[i] = strings.ReplaceAll(row[i], "\r\n", "\n")
			}
		}
		if !slices.EqualFunc(got.rows, want, slices.Equal) {
			t.Fatalf("rows %q\nwant %q\nfile %q", got.rows, want, b.String())
		}
	}
}

func TestSniff(t *testing.T) {
	cases := []struct {
		name, head, media, file string
		want                    content.Score
	}{
		{"declared", "Name,SSN\nRoe,1\n", "text/csv", "", content.Likely + content.Declared},
		{"named", "Roe\t1\nDoe\t2\n", "", "a.TSV", content.Declared},
		{"bare", "Name,SSN\nRoe,1\nDoe,2\n", "", "", content.Likely},
		{"bare without header", "Roe,1,1960\nDoe,2,1961\nPoe,3,1962\n", "text/plain", "", content.Likely},
		{"two lines are too few", "Name,SSN\nRoe,1\n", "", "", content.No},
		{"prose", "Dear Jane,\nI hope, as ever, that you are well.\nIt rains here, and so on, and on.\nYours,\nJoe\n", "", "", content.No},
		{"mail header", "From: a\nTo: b\nSubject: c\n\nhello, you\n", "", "", content.No},
		{"log", "2016-09-28 04:30:30, Info CBS Loaded\n2016-09-28 04:30:31, Info CBS Ending\n2016-09-28 04:30:31, Info CBS Starting\n", "", "", content.No},
		{"hl7", "MSH|^~\\&|A|B|C|D\rPID|1|2|3|4|5\rPV1|1|2|3|4|5\r", "", "", content.No},
		{"code", "int a;\nint b;\nint c;\n", "", "", content.No},
		{"html", "<a>,\n<b>,\n<c>,\n", "text/csv", "", content.No},
		{"excel type", "Name,SSN\nRoe,1\nDoe,2\n", "application/vnd.ms-excel", "a.xls", content.Likely},
		{"ole", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00\x00\x00", "application/vnd.ms-excel", "a.csv", content.No},
		{"empty", "", "text/csv", "", content.No},
	}
	for _, c := range cases {
		m := &object.Meta{MediaType: c.media, Name: flow.NewText(c.file)}
		if got := sniff([]byte(c.head), m); got != c.want {
			t.Errorf("%s: sniff = %d, want %d", c.name, got, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("Name,SSN\nRoe,1\n\"a\"\"b\",\"c\nd\"\n\"x,y\n\"z\",1\n")
	f.Add("a\tb\r\rc\td\n\"\"\"\"\t\"\n")
	f.Fuzz(func(t *testing.T, s string) {
		m := &object.Meta{MediaType: "text/csv"}
		windowtest.Same(t, Format(), m, s)
		sniff([]byte(s), m)
		sniff([]byte(s), nil)
	})
}

func sample(quoted bool) []byte {
	var b strings.Builder
	b.WriteString("MRN,Last,First,SSN,DOB,Street,City,State,ZIP,Phone,Diagnosis\n")
	for i := range 10000 {
		if quoted {
			fmt.Fprintf(&b, "\"%08d\",\"Roe%d\",\"Jane\",\"219-09-%04d\",\"1960-01-%02d\",\"%d Main Street\",\"Springfield\",\"IL\",\"62701\",\"555-0100\",\"E11.9\"\n", i, i, i, i%28+1, i)
			continue
		}
		fmt.Fprintf(&b, "%08d,Roe%d,Jane,219-09-%04d,1960-01-%02d,%d Main Street,Springfield,IL,62701,555-0100,E11.9\n", i, i, i, i%28+1, i)
	}
	return []byte(b.String())
}

func BenchmarkDecode(b *testing.B) { windowtest.Bench(b, Format(), &object.Meta{}, sample(false)) }
func BenchmarkQuoted(b *testing.B) { windowtest.Bench(b, Format(), &object.Meta{}, sample(true)) }

func BenchmarkSniff(b *testing.B) {
	head := sample(false)[:object.PeekMax]
	b.ReportAllocs()
	for b.Loop() {
		sniff(head, nil)
	}
}

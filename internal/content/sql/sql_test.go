package sql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
)

// rows renders what is expected of rows: label, value, label, value ...
func rows(rs ...[]string) string {
	s := ""
	for _, r := range rs {
		s += "begin 2\n"
		for i := 0; i < len(r); i += 2 {
			s += fmt.Sprintf("field 0 %s=%q\n", r[i], r[i+1])
		}
		s += "end\n"
	}
	return s
}

const mysqlDump = "-- MySQL dump 10.13\n\nDROP TABLE IF EXISTS `pat`;\nCREATE TABLE `pat` (\n  `id` int NOT NULL AUTO_INCREMENT,\n  `last` varchar(40) DEFAULT 'x,(y)',\n" +
	"  `ssn` char(9) COMMENT 'it''s; secret',\n  `bal` decimal(10,2),\n  PRIMARY KEY (`id`),\n  KEY `k` (`last`,`ssn`)\n) ENGINE=InnoDB;\n" +
	"/*!40000 ALTER TABLE `pat` DISABLE KEYS */;\nINSERT INTO `pat` VALUES (1,'O\\'Roe, \\\"J\\\"','401111007',-1.50),(2,'Po;e)','402121014',NULL);\n"

const pgDump = "--\n-- PostgreSQL database dump\n--\nSET x = on;\nCREATE TABLE public.pat (\n    last text,\n    ssn character varying(9) DEFAULT ''::text,\n    note text\n);\n" +
	"COPY public.pat (last, ssn, note) FROM stdin;\nRoe\t401111007\ta\\tb\\\\\nPoe\t\\N\tlow\n\\.\n\nINSERT INTO public.pat VALUES ('C:\\', '402121014', E'it\\'s');\n"

func TestDecode(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"mysql", mysqlDump, rows([]string{"id", "1", "last", `O'Roe, "J"`, "ssn", "401111007", "bal", "-1.50"}, []string{"id", "2", "last", "Po;e)", "ssn", "402121014"})},
		{"postgres", pgDump, rows([]string{"last", "Roe", "ssn", "401111007", "note", "a\tb\\"}, []string{"last", "Poe", "note", "low"},
			[]string{"last", `C:\`, "ssn", "402121014", "note", "it's"})},
		{"list", "INSERT INTO a.pat (id, \"last name\", ssn) VALUES (1, 'Roe', '401111007')\n , (2, 'Poe', 402121014) ON DUPLICATE KEY UPDATE x=('y');\n",
			rows([]string{"id", "1", "last name", "Roe", "ssn", "401111007"}, []string{"id", "2", "last name", "Poe", "ssn", "402121014"})},
		{"sql server", "USE [x]\nGO\nINSERT [dbo].[pat] ([id], [last], [dob]) VALUES (1, N'O''Roe', CAST(N'1960-01-02' AS Date))\nGO\n" +
			"INSERT [dbo].[pat] ([id], [last], [dob]) VALUES (2, N'Poe', NULL)\nGO\n",
			rows([]string{"id", "1", "last", "O'Roe", "dob", "1960-01-02"}, []string{"id", "2", "last", "Poe"})},
		{"oracle", "REM EXPORT\nInsert into PAT (ID,DOB) values ('7',to_date('02-JAN-60','DD-MON-RR'));\n", rows([]string{"ID", "7", "DOB", "02-JAN-60", "", "DD-MON-RR"})},
		{"unknown dialect", "INSERT INTO pat (a, ssn) VALUES ('C:\\', '401111007');\nINSERT INTO pat (a, ssn) VALUES ('it\\'s', '402121014');\n",
			rows([]string{"a", `C:\`, "ssn", "401111007"}, []string{"a", "it's", "ssn", "402121014"})},
		{"no columns", "INSERT INTO other VALUES ('Roe','401111007');\n", rows([]string{"", "Roe", "", "401111007"})},
		{"cut", "INSERT INTO pat (a, ssn) VALUES ('Roe', '401111007'), ('Poe'", rows([]string{"a", "Roe", "ssn", "401111007"}, []string{"a", "Poe"})},
	}
	for _, c := range cases {
		got := ""
		for l := range strings.Lines(windowtest.Same(t, Format(), &object.Meta{}, c.in)) {
			if !strings.HasPrefix(l, "text ") && !strings.HasPrefix(l, "structure ") {
				got += l
			}
		}
		if got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
}

// TestText demands that what is no row passes as text, and no value does.
func TestText(t *testing.T) {
	got := windowtest.Same(t, Format(), &object.Meta{}, "-- for Jane\nUPDATE p SET ssn = '401111007' WHERE id = 1;\nINSERT INTO p (a) VALUES ('402121014');\nSELECT 1;\n")
	want := "structure table\ntext \"-- for Jane\\nUPDATE p SET ssn = '401111007' WHERE id = 1;\\nINSERT INTO p (a) VALUES (\"\n" +
		rows([]string{"a", "402121014"}) + "text \";\\nSELECT 1;\\n\"\n"
	if got != want {
		t.Errorf("%s\nwant:\n%s", got, want)
	}
}

func TestLong(t *testing.T) {
	long := strings.Repeat("x ", window.Max)
	for _, in := range []string{
		"INSERT INTO p (a, ssn) VALUES ('" + long + "', '401111007');\n", "INSERT INTO p (a, ssn) VALUES ('" + long + "401111007", "/*" + long + "401111007",
		"COPY p (a, b) FROM stdin;\n" + long + "401111007\n\\.\n", "INSERT INTO p VALUES (" + strings.Repeat("(", 100000) + "'401111007'", "SELECT '" + long + "401111007",
	} {
		if got := windowtest.Same(t, Format(), &object.Meta{}, in); !strings.Contains(got, "401111007") {
			t.Errorf("lost in %.50q", in)
		}
	}
}

// big is a single INSERT of n rows.
func big(n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO `pat` (`id`,`last`,`ssn`,`dob`) VALUES ")
	for i := range n {
		fmt.Fprintf(&b, "(%d,'Roe%d','%09d','1960-01-%02d'),", i, i, 401110000+i, i%28+1)
	}
	return strings.TrimSuffix(b.String(), ",") + ";\n"
}

func TestBig(t *testing.T) {
	var s windowtest.Sink
	decode(windowtest.Reader(big(100000), 1<<16), &s, nil)
	if s.Units != 100000 || s.Fields != 400000 {
		t.Errorf("%d rows, %d values", s.Units, s.Fields)
	}
}

func TestSniff(t *testing.T) {
	for in, want := range map[string]content.Score{
		mysqlDump: content.Likely + content.Declared, pgDump: content.Likely + content.Declared, big(3): content.Likely + content.Declared,
		"To insert a row, write\nINSERT INTO p VALUES (1);\n": content.No, "SET a = 1;\nSELECT 2;\n": content.No, "": content.No, "create a table of it\n": content.No,
	} {
		if got := sniff([]byte(in), &object.Meta{}); got != want {
			t.Errorf("%.40q: %d, want %d", in, got, want)
		}
	}
	if got := sniff([]byte("SET a = 1;\nSELECT 2;\n"), &object.Meta{Name: flow.NewText("a.SQL")}); got != content.Declared+1 {
		t.Errorf("named: %d", got)
	}
}

func TestAccept(t *testing.T) {
	contenttest.Accept(t, []content.Format{Format()}, []contenttest.Case{
		{Name: "mysql", Data: []byte(mysqlDump), Meta: contenttest.Named("a.sql"), Contains: []string{"ssn=402121014"}, Format: "sql", State: coverage.Inspected},
		{Name: "postgres", Data: []byte(pgDump), Meta: contenttest.Named("a.sql"), Contains: []string{"ssn=401111007"}, Format: "sql", State: coverage.Inspected},
		{Name: "large", Data: []byte(big(3000)), Meta: contenttest.Named("a.sql"), Contains: []string{"ssn=401112999"}, Format: "sql", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{}) }

func FuzzDecode(f *testing.F) {
	fm := Format()
	fm.Sniff = func([]byte, *object.Meta) content.Score { return content.Sure }
	contenttest.Fuzz(f, []content.Format{fm}, contenttest.Named("a.sql"), []byte(mysqlDump), []byte(pgDump), []byte(big(3)),
		[]byte("INSERT [a] ([b]) VALUES (CAST(N'x' AS Date))\nGO\n"))
}

func BenchmarkDecode(b *testing.B) { windowtest.Bench(b, Format(), &object.Meta{}, []byte(big(20000))) }

// TestPreamble demands the rows of statements below running text, whose apostrophes begin no literal.
func TestPreamble(t *testing.T) {
	doc := "Joe,\n\nI can't do it; please run this:\n\nINSERT INTO patients (name, ssn) VALUES ('Ann Roe','401111007');\n\nThanks,\nJoe\n"
	if got := sniff([]byte(doc), &object.Meta{MediaType: "text/plain"}); got != content.Likely {
		t.Errorf("sniff = %d", got)
	}
	got := windowtest.Same(t, Format(), &object.Meta{}, doc)
	if want := "field 0 name=\"Ann Roe\"\nfield 0 ssn=\"401111007\"\n"; !strings.Contains(got, want) || !strings.Contains(got, "can't do it") {
		t.Errorf("%s\nwant in it:\n%s", got, want)
	}
	for _, doc := range []string{
		"We say INSERT INTO a table (of ours) VALUES that it has.\n", "Joe,\nINSERT INTO a is a statement of SQL.\n",
		"Joe,\n" + strings.Repeat("some text\n", maxPreamble) + "INSERT INTO a (b) VALUES ('c');\n",
	} {
		if got := sniff([]byte(doc), nil); got != content.No {
			t.Errorf("%.40q: sniff = %d", doc, got)
		}
	}
	if sniff([]byte(doc), &object.Meta{MediaType: "text/html"}) != content.No {
		t.Error("another declared type was taken")
	}
}

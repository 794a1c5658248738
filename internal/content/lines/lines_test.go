package lines

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/object"
)

// person is a generated identity.
type person struct{ mrn, name, ssn, dob, dx string }

// people makes n persons that nobody is.
func people(n int) []person {
	first := []string{"Ada", "Ben", "Cleo", "Dov", "Esme", "Finn", "Gus"}
	last := []string{"Marsh", "Okafor", "Lindqvist", "Roe", "Sandoval"}
	dx := []string{"E11.9", "I10", "C50.911"}
	var ps []person
	for i := range n {
		ps = append(ps, person{
			fmt.Sprintf("%08d", 40210000+i*37), first[i%7] + " " + last[i%5], fmt.Sprintf("%03d%02d%04d", 401+i%97, 11+i%80, 1000+i*7%8000),
			fmt.Sprintf("%d-%02d-%02d", 1940+i%60, i%12+1, i%28+1), dx[i%3],
		})
	}
	return ps
}

var labels = []string{"MRN", "Patient Name", "SSN", "DOB", "Diagnosis"}

func (p *person) values() []string { return []string{p.mrn, p.name, p.ssn, p.dob, p.dx} }

var widths = []int{11, 24, 12, 12, 10}

// pad writes cells in columns.
func pad(cells []string, right bool) string {
	var b strings.Builder
	for i, c := range cells {
		if w := widths[i] - 1; right {
			fmt.Fprintf(&b, "%*s ", w, c)
		} else {
			fmt.Fprintf(&b, "%-*s ", w, c)
		}
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}

func rulers(sep, end string, wider int) string {
	var s []string
	for _, w := range widths {
		s = append(s, strings.Repeat("-", w-1+wider))
	}
	return end + strings.Join(s, sep) + end + "\n"
}

// boxed writes cells between bars.
func box(cells []string, frame bool) string {
	var s []string
	for i, c := range cells {
		s = append(s, fmt.Sprintf(" %-*s ", widths[i]-1, c))
	}
	if frame {
		return "|" + strings.Join(s, "|") + "|\n"
	}
	return strings.Join(s, "|") + "\n"
}

// renderings are the ways in which a table or a form of people is printed.
func renderings(ps []person) map[string]string {
	r := map[string]string{}
	each := func(name, begin, end string, f func(i int, p *person) string) {
		var b strings.Builder
		b.WriteString(begin)
		for i := range ps {
			b.WriteString(f(i, &ps[i]))
		}
		r[name] = b.String() + end
	}
	pairs := func(format string) func(int, *person) string {
		return func(_ int, p *person) string {
			s := ""
			for i, v := range p.values() {
				s += fmt.Sprintf(format, labels[i], v)
			}
			return s + "\n"
		}
	}
	head, rule := pad(labels, false), rulers(" ", "", 0)
	row := func(_ int, p *person) string { return pad(p.values(), false) }
	each("ruler", head+rule, "", row)
	each("spool", "SQL> select * from census;\n\n"+head+rule, "\n7 rows selected.\n\nSQL> spool off\n", row)
	each("rst", strings.ReplaceAll(rule, "-", "=")+head+strings.ReplaceAll(rule, "-", "="), strings.ReplaceAll(rule, "-", "=")+"\nNotes follow.\n", row)
	each("right", pad(labels, true)+rule, "", func(_ int, p *person) string { return pad(p.values(), true) })
	each("aligned", "Census of the ward\n\n"+head, "\nend of report\n", row)
	each("pages", "", "", func(i int, p *person) string {
		if i%3 > 0 {
			return " " + pad(p.values(), false)
		}
		return fmt.Sprintf("\f1RPT0042          GENERAL HOSPITAL      PAGE %d\n\n %s %s %s", i/3+1, head, rule, pad(p.values(), false))
	})
	plus := rulers("+", "", 2)
	each("psql", box(labels, false)+plus, "(7 rows)\n", func(_ int, p *person) string { return box(p.values(), false) })
	framed := rulers("+", "+", 2)
	each("mysql", framed+box(labels, true)+framed, framed+"7 rows in set (0.00 sec)\n", func(_ int, p *person) string { return box(p.values(), true) })
	each("grid", framed+box(labels, true)+framed, "", func(_ int, p *person) string { return box(p.values(), true) + framed })
	each("markdown", "# Census\n\n"+box(labels, true)+"|---|:---:|---:|---|---|\n", "\nMore text.\n", func(_ int, p *person) string { return box(p.values(), true) })
	each("two tables", "", "", func(i int, p *person) string {
		if i%4 > 0 {
			return box(p.values(), true)
		}
		return framed + box(labels, true) + framed + box(p.values(), true)
	})
	each("expanded", "", "", func(i int, p *person) string {
		s := fmt.Sprintf("-[ RECORD %d ]+-----\n", i+1)
		for k, v := range p.values() {
			s += fmt.Sprintf("%-13s| %s\n", labels[k], v)
		}
		return s
	})
	each("vertical", "", "", func(i int, p *person) string {
		return fmt.Sprintf("******** %d. row ********\n", i+1) + pairs("%14s: %s\n")(i, p)
	})
	each("pairs", "General Hospital\n\n", "", pairs("%s: %s\n"))
	each("dots", "", "", pairs("%s ........ %s\n"))
	each("spaced dots", "", "", pairs("%s . . . . : %s\n"))
	each("brackets", "", "", pairs("[%s] %s\n"))
	each("ini", "", "", func(i int, p *person) string { return fmt.Sprintf("[patient%d]\n", i) + pairs("%s = %s\n")(i, p) })
	each("one line", "", "", func(i int, p *person) string { return strings.ReplaceAll(pairs("%s: %s ")(i, p), " \n", "\n") })
	each("labels above", "", "", pairs("%s\n%s\n"))
	each("two columns", "", "", func(_ int, p *person) string {
		return fmt.Sprintf("MRN:  %-20s Patient Name: %s\nSSN:  %-20s DOB:          %s\nDiagnosis:   %s\n\n", p.mrn, p.name, p.ssn, p.dob, p.dx)
	})
	each("rows of labels", "", "", func(_ int, p *person) string {
		return fmt.Sprintf("%-15s%-25s%s\n%-16s%-25s%s\n\n%-20s%s\n%-20s%s\n\n", "MRN", "PATIENT NAME", "SSN", p.mrn, p.name, p.ssn, "DOB", "DIAGNOSIS", p.dob, p.dx)
	})
	each("log", "", "", func(i int, p *person) string {
		return fmt.Sprintf("2024-05-01T10:%02d:00Z level=info mrn=%s patient_name=%q ssn=%s dob=%s diagnosis=%s\n", i, p.mrn, p.name, p.ssn, p.dob, p.dx)
	})
	return r
}

// units collects the labelled values of each unit.
type units struct {
	windowtest.Sink
	open int
	all  []map[string]string
	text strings.Builder
}

func (u *units) Begin(object.UnitKind) { u.open++; u.all = append(u.all, map[string]string{}) }
func (u *units) End()                  { u.open-- }
func (u *units) Text(b []byte)         { u.text.Write(b) }
func (u *units) Field(_ object.Role, l, v []byte) {
	if u.open == 1 {
		u.all[len(u.all)-1][strings.ToLower(strings.ReplaceAll(string(l), "_", " "))] = string(v)
	}
}

func TestRenderings(t *testing.T) {
	ps := people(40)
	for name, doc := range renderings(ps) {
		if got := sniff([]byte(doc[:min(len(doc), object.PeekMax)]), &object.Meta{}); got < content.Likely {
			t.Errorf("%s: sniff = %d", name, got)
		}
		windowtest.Same(t, Format(), &object.Meta{}, doc)
		var u units
		decode(windowtest.Reader(doc, 100), &u, nil)
		got := slices.DeleteFunc(u.all, func(m map[string]string) bool { return len(m) < 2 })
		if len(got) != len(ps) {
			t.Errorf("%s: %d units of %d people\n%.600s", name, len(got), len(ps), doc)
			continue
		}
		for i := range ps {
			for k, v := range ps[i].values() {
				if g := got[i][strings.ToLower(labels[k])]; g != v {
					t.Errorf("%s: person %d, %s is %q, want %q", name, i, labels[k], g, v)
				}
			}
		}
	}
}

func TestCharacters(t *testing.T) {
	doc := "Patient Name  SSN        Diagnosis\n------------  ---------  ---------\nZoë Größe     401111007  E11.9\nJosé Ñandú    402121014  I10\n"
	want := "text \"Patient Name  SSN        Diagnosis\\n------------  ---------  ---------\\n\"\nstructure table\n"
	for _, r := range [][3]string{{"Zoë Größe", "401111007", "E11.9"}, {"José Ñandú", "402121014", "I10"}} {
		want += fmt.Sprintf("begin 2\nfield 0 Patient Name=%q\nfield 0 SSN=%q\nfield 0 Diagnosis=%q\nend\n", r[0], r[1], r[2])
	}
	if got := windowtest.Same(t, Format(), &object.Meta{}, doc); got != want {
		t.Errorf("%s\nwant:\n%s", got, want)
	}
}

func TestLong(t *testing.T) {
	p := people(1)[0]
	for _, doc := range []string{
		"SSN: 1\n" + strings.Repeat("x ", window.Max) + p.ssn + "\n", strings.Repeat("a=b ", window.Max) + p.ssn, strings.Repeat("| a ", 4000) + p.ssn,
		strings.Repeat("MRN  ", 3000) + p.ssn,
	} {
		if got := windowtest.Same(t, Format(), &object.Meta{}, doc); !strings.Contains(got, p.ssn) {
			t.Errorf("lost behind %.20q", doc)
		}
	}
}

// TestNothing holds texts that have no such lines, and must stay running text.
func TestNothing(t *testing.T) {
	for _, doc := range []string{
		"Dear Jane,\n\nI saw the patient: she is well.\nDiabetes was found in 2012.\n\nYours,\nJoe\n",
		"package main\n\nfunc main() {\n\tname := \"x\"\n\tid = 3\n\tssn = 4\n\tfor {\n\t}\n}\n",
		"From: a@example.org\nTo: b@example.org\nSubject: hello\nDate: today\n\ntext\n",
		"Title\n=====\n\nA paragraph of text about nothing.\n\nNext\n----\n\nAnother one: with a colon.\n",
		"2016-09-28 04:30:30 INFO  server    started   port 80\n2016-09-28 04:30:31 INFO  server    stopped   port 80\n2016-09-28 04:30:32 INFO  x   y z\n",
		"key: value\nother: thing\nversion: 3\n- item: 1\n",
		"Patient: Ada Marsh   MRN: 40210000   DOB: 1940-01-01\nSSN: 401111000\nAdmitted with a disease of the heart that was found in May (I48.91).\n" +
			"Attending: Dr. Ben Okafor, NPI 2040531776, DEA AO9625318, of this house\nFollow up in clinic within two weeks.\n", // a letter
		"\x00\x01binary\nSSN: 1\nDOB: 2\n", "", "SSN: 1",
	} {
		if got := sniff([]byte(doc), &object.Meta{}); got != content.No {
			t.Errorf("%.30q: sniff = %d", doc, got)
		}
	}
	if sniff([]byte("SSN: 1\nDOB: 2\nMRN: 3\n"), &object.Meta{MediaType: "text/html"}) != content.No {
		t.Error("another declared type was taken")
	}
}

// TestProse demands that lines that fit nothing pass as text, in order.
func TestProse(t *testing.T) {
	doc := "One line.\n\n  An indented one, with  two blanks.\nhttp://x.example/a?b=c\n10:30 lunch\n"
	if got, want := windowtest.Same(t, Format(), &object.Meta{}, doc), fmt.Sprintf("text %q\n", doc); got != want {
		t.Errorf("%s\nwant:\n%s", got, want)
	}
}

// TestSentences demands that a sentence inside of a record stays with it.
func TestSentences(t *testing.T) {
	said := "Attending: Dr. Ben Okafor, NPI 2040531776, DEA AO9625318"
	got := windowtest.Same(t, Format(), &object.Meta{}, "MRN: 40210000\n"+said+"\nShe was seen by us in the clinic on the hill.\nSSN: 401111000\n")
	want := "begin 1\nfield 0 MRN=\"40210000\"\nfield 0 =\"" + said + "\"\nfield 0 =\"She was seen by us in the clinic on the hill.\"\n" +
		"field 0 SSN=\"401111000\"\nend\n"
	if got != want {
		t.Errorf("%s\nwant:\n%s", got, want)
	}
}

// TestOneRowFound demands that what a query prints that finds one row is read as a table.
func TestOneRowFound(t *testing.T) {
	for name, doc := range map[string]string{
		"psql":  " name      | dob        | mrn\n-----------+------------+----------\n Ada Perry | 1971-03-04 | 40210000\n(1 row)\n",
		"mysql": "+-----------+------------+----------+\n| name      | dob        | mrn      |\n+-----------+------------+----------+\n| Ada Perry | 1971-03-04 | 40210000 |\n+-----------+------------+----------+\n1 row in set (0.00 sec)\n",
		"ruler": "NAME        DOB         MRN\n----------- ----------- --------\nAda Perry   1971-03-04  40210000\n",
	} {
		if sniff([]byte(doc), &object.Meta{}) == content.No {
			t.Errorf("%s is not recognised", name)
		}
		if got := windowtest.Same(t, Format(), &object.Meta{}, doc); !strings.Contains(strings.ToLower(got), "mrn=\"40210000\"") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

// TestTwoNumbers demands that a second number of the patient under another label stays in the record, and that the same label begins the next.
func TestTwoNumbers(t *testing.T) {
	got := windowtest.Same(t, Format(), &object.Meta{}, "Facility: North\nPatient ID: 70001\nMRN: 40210000\nSSN: 401111000\nPatient ID: 70002\nMRN: 40210001\n")
	want := "begin 1\nfield 0 Facility=\"North\"\nfield 0 Patient ID=\"70001\"\nfield 0 MRN=\"40210000\"\nfield 0 SSN=\"401111000\"\nend\n" +
		"begin 1\nfield 0 Patient ID=\"70002\"\nfield 0 MRN=\"40210001\"\nend\n"
	if got != want {
		t.Errorf("%s\nwant:\n%s", got, want)
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, name := range []string{"ruler", "psql", "pairs", "log"} {
		b.Run(name, func(b *testing.B) {
			windowtest.Bench(b, Format(), &object.Meta{}, []byte(renderings(people(5000))[name]))
		})
	}
}

func BenchmarkSniff(b *testing.B) {
	doc := []byte(strings.Repeat("Dear Jane, the patient: she is well, and sends you her regards from the sea.\nIt rains here.\n\n", 100))
	for b.Loop() {
		sniff(doc, nil)
	}
}

// TestAligned: labels with a numeral head columns (ADDRESS_LINE_1), and a line of a label, padding and "= value" is no row of labels
// above the next one's values.
func TestAligned(t *testing.T) {
	table := "MRN       ADDRESS_LINE_1     SSN (9 digits)  DOB\n" + strings.Repeat("00531082  9273 5th Dr         493-40-0743     1968-11-03\n", 4)
	got := windowtest.Same(t, Format(), &object.Meta{}, table)
	for _, want := range []string{`ADDRESS_LINE_1="9273 5th Dr"`, `SSN (9 digits)="493-40-0743"`, `DOB="1968-11-03"`} {
		if strings.Count(got, want) != 4 {
			t.Errorf("%s is not in each row:\n%s", want, got)
		}
	}
	form := "MRN#                  = 738482\nPatient's name        = Edmund Galbraith\nICD-9                 = 715.16\nSSN                   = 316-20-2568\n"
	if got := windowtest.Same(t, Format(), &object.Meta{}, form); strings.Contains(got, `="= `) {
		t.Errorf("a mark is part of a value:\n%s", got)
	}
	yaml := "patient:\n  lastName: 'O''Lancaster'\n  dob: '1961-01-02'\n"
	if got := windowtest.Same(t, Format(), &object.Meta{}, yaml); !strings.Contains(got, `lastName="O'Lancaster"`) {
		t.Errorf("a doubled quote:\n%s", got)
	}
}

// TestShortLines: running text in lines of thirty characters is no form, although half of its lines are labels with a value.
func TestShortLines(t *testing.T) {
	form := "Patient Name: Abigail \nHargrove\nDate of Birth: \n02/15/1943\nSSN: 663-73-6119\nMedical Record Number: \n294056\nPhone: 614-270-8095\n\n"
	note := "The patient was admitted \nwith essential hypertension \n(I10) and will continue \ntamoxifen. Diet and exercise \nwere discussed.\n"
	if sniff([]byte(form+note), nil) != content.No {
		t.Error("a letter is read as a form")
	}
	if sniff([]byte(form), nil) != content.Likely {
		t.Error("a form is not read as one")
	}
}

// TestPasted demands that a delimiter-separated table in a form is read by its columns.
func TestPasted(t *testing.T) {
	got := windowtest.Same(t, Format(), &object.Meta{}, "Facility: North\nMRN: 40210000\n\nName,SSN,Dx\nAnn Roe,401111007,I10\n\nPhone: 937-441-2200\n")
	if want := "field 0 Name=\"Ann Roe\"\nfield 0 SSN=\"401111007\"\nfield 0 Dx=\"I10\"\nend\n"; !strings.Contains(got, want) {
		t.Errorf("%s\nwant in it:\n%s", got, want)
	}
}

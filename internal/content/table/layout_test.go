package table

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/object"
)

// patients writes n generated rows.
func patients(n int, delim string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Join([]string{fmt.Sprintf("%08d", 40210000+i*37), "Roe", "Jane", fmt.Sprintf("%09d", 401110000+i), fmt.Sprintf("1960-01-%02d", i%28+1), "E11.9"}, delim))
		b.WriteByte('\n')
	}
	return b.String()
}

func header(delim string) string {
	return strings.Join([]string{"MRN", "Last Name", "First Name", "SSN", "DOB", "Diagnosis"}, delim) + "\n"
}

// labelled counts the units, and the values under a label.
type labelled struct {
	windowtest.Sink
	under map[string]int
}

func (l *labelled) Field(r object.Role, label, v []byte) {
	if l.under == nil {
		l.under = map[string]int{}
	}
	l.under[string(label)]++
	if r != object.RoleNone {
		l.under[fmt.Sprintf("role %d", r)]++
	}
}

func TestLayouts(t *testing.T) {
	preamble := ""
	for i := range 24 {
		preamble += fmt.Sprintf("Notice %d: this list is confidential, and must not be passed on.\n", i)
	}
	wide := func(s string) string {
		out := "\xff\xfe"
		for _, c := range []byte(s) {
			out += string([]byte{c, 0})
		}
		return out
	}
	for _, c := range []struct{ name, in string }{
		{"comma", header(",") + patients(40, ",")},
		{"tab", header("\t") + patients(40, "\t")},
		{"semicolon", header(";") + patients(40, ";")},
		{"bar", header("|") + patients(40, "|")},
		{"caret", header("^") + patients(40, "^")},
		{"tilde", header("~") + patients(40, "~")},
		{"utf-16", wide(header(",") + patients(40, ","))},
		{"mark", "\xef\xbb\xbf" + header(",") + patients(40, ",")},
		{"long preamble", preamble + "\n" + header(",") + patients(40, ",")},
		{"totals", "General Hospital\n\n" + header(",") + patients(40, ",") + "\n\n* end of list\n"},
	} {
		if got := sniff([]byte(c.in[:min(len(c.in), object.PeekMax)]), &object.Meta{}); got != content.Likely {
			t.Errorf("%s: sniff = %d", c.name, got)
		}
		var l labelled
		decode(windowtest.Reader(c.in, 100), &l, &object.Meta{})
		for _, k := range []string{"MRN", "Last Name", "First Name", "SSN", "DOB", "Diagnosis"} {
			if l.under[k] < 40 || l.under[k] > 41 {
				t.Errorf("%s: %d values under %s, want 40", c.name, l.under[k], k)
			}
		}
	}
}

func TestTwoLineHeader(t *testing.T) {
	in := "Medical Record,Last,First,Social Security,Date of,\nNumber,Name,Name,No.,Birth,Diagnosis\n" + patients(10, ",")
	var l labelled
	decode(windowtest.Reader(in, 100), &l, &object.Meta{})
	for _, k := range []string{"Medical Record Number", "Last Name", "First Name", "Social Security No.", "Date of Birth", "Diagnosis"} {
		if l.under[k] != 10 {
			t.Errorf("%d values under %q, want 10: %v", l.under[k], k, l.under)
		}
	}
	var one labelled
	decode(windowtest.Reader("Name,City\nRoe,Springfield\nPoe,Peoria\nLow,Cairo\n", 100), &one, &object.Meta{MediaType: "text/csv"})
	if one.under["Name"] != 3 {
		t.Errorf("a row of words was taken for a second line: %v", one.under)
	}
}

func TestCMS(t *testing.T) {
	in := "DML_IND|BENE_ID|BENE_CRNT_HIC_NUM|MBI_NUM|BENE_SRNM_NAME|BENE_GVN_NAME|BENE_BIRTH_DT|ICD_DGNS_CD1\n" +
		strings.Repeat("INSERT|-567833|401110007A|1EG4TE5MK73|Roe|Jane|12-MAR-1945|E119\n", 5)
	var l labelled
	decode(windowtest.Reader(in, 100), &l, &object.Meta{})
	for _, r := range []object.Role{object.RoleMBI, object.RoleHICN, object.RoleBirthDate, object.RoleDiagnosis} {
		if l.under[fmt.Sprintf("role %d", r)] != 5 {
			t.Errorf("role %d: %v", r, l.under)
		}
	}
	if l.under["last name"] != 5 || l.under["first name"] != 5 {
		t.Errorf("names: %v", l.under)
	}
	var other labelled
	decode(windowtest.Reader(header("|")+patients(5, "|"), 100), &other, &object.Meta{})
	if len(other.under) != 6 {
		t.Errorf("roles in a table that is not of CMS: %v", other.under)
	}
}

// TestEveryRow demands that the header labels each row, however long the file is.
func TestEveryRow(t *testing.T) {
	for _, n := range []int{3200, 50000} {
		var l labelled
		decode(windowtest.Reader(header(",")+patients(n, ","), 1<<16), &l, &object.Meta{})
		if l.Units != n || l.under["SSN"] != n || l.under["DOB"] != n {
			t.Errorf("%d rows: %d units, %d values under SSN", n, l.Units, l.under["SSN"])
		}
	}
}

// TestNoAllocation demands that memory does not grow with the rows.
func TestNoAllocation(t *testing.T) {
	cost := func(n int) float64 {
		in := header(",") + patients(n, ",")
		return testing.AllocsPerRun(5, func() {
			var s windowtest.Sink
			decode(windowtest.Reader(in, len(in)), &s, nil)
		})
	}
	if few, many := cost(10), cost(5000); many > few+10 {
		t.Errorf("%v allocations for 10 rows, %v for 5000", few, many)
	}
}

func TestShortQuotes(t *testing.T) {
	for _, n := range []int{1, 6, 7, 8, 55, 63, 64, 65, 200} {
		v := strings.Repeat("v", n)
		for _, cell := range []string{v, v + `""`, `""` + v, v + ",", v + "\n" + v} {
			want := strings.ReplaceAll(cell, `""`, `"`)
			got := windowtest.Same(t, Format(), &object.Meta{MediaType: "text/csv"}, "Name,SSN\n\""+cell+"\",401111007\n\"x\" ,1\n")
			if !strings.Contains(got, fmt.Sprintf("field 0 Name=%q\nfield 0 SSN=\"401111007\"", want)) {
				t.Errorf("%d: %q is read as\n%s", n, cell, got)
			}
		}
	}
}

// TestPairs: a line of a label with its mark, a tab and a value is no header of the pairs below it.
func TestPairs(t *testing.T) {
	in := "VIN #      :\t1FTRVTRU1PT762694\nMRN        :\t00259009\nName       :\tAda Marsh\nBirthdate  :\t03/05/1938\nPhone      :\t617-861-9367\n"
	got := windowtest.Same(t, Format(), &object.Meta{MediaType: "text/tab-separated-values"}, in)
	if !strings.Contains(got, `="VIN #      :"`) || strings.Contains(got, `1FTRVTRU1PT762694="`) {
		t.Errorf("a value is taken for a header:\n%s", got)
	}
}

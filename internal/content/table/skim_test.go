package table_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/table"
	"github.com/phiwatch/phiwatch/internal/detect"
	"github.com/phiwatch/phiwatch/internal/finding"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/rule"
	"github.com/phiwatch/phiwatch/rules"
)

// told hides that detection skims rows: it is told every cell.
type told struct{ object.Visitor }

// counted counts the rows that are taken as they are.
type counted struct {
	*detect.Scan
	taken, rows int
}

func (c *counted) Row(row []byte) bool {
	ok := c.Scan.Row(row)
	if c.rows++; ok {
		c.taken++
	}
	return ok
}

// TestSkim: what is found in a table is the same whether its rows are taken as they are or told cell by cell.
func TestSkim(t *testing.T) {
	set, err := rule.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	e, err := detect.New(set, detect.Options{MaxTokens: 1000})
	if err != nil {
		t.Fatal(err)
	}
	n := 3000
	if testing.Short() {
		n = 300
	}
	d := content.NewDriver([]content.Format{table.Format()}, content.DefaultLimits()).NewWorker()
	scratch := [2]*detect.Scratch{e.NewScratch(), e.NewScratch()}
	m := &object.Meta{Kind: object.File, At: flow.Time(1795478400 * 1e9), Name: flow.NewText("list.csv"), Size: -1}
	rows, taken, found := 0, 0, 0
	for i := range n {
		g := tables{rand.New(rand.NewPCG(uint64(i), 7))}
		data := []byte(g.table())
		var got [2]finding.Result
		for k := range got {
			s := e.Scan(scratch[k], m)
			c := &counted{Scan: s}
			v := object.Visitor(c)
			if k == 1 {
				v = told{s}
			}
			d.Walk(m, contenttest.Pieces(data, []int{0, 1460, 97}[i%3]), v, content.Options{Scan: true})
			got[k] = s.Finish()
			rows, taken = rows+c.rows, taken+c.taken
		}
		if !reflect.DeepEqual(got[0], got[1]) {
			t.Fatalf("table %d: %s %d with %d findings, and told cell by cell %s %d with %d", i, got[0].Verdict, got[0].Score, len(got[0].Findings),
				got[1].Verdict, got[1].Score, len(got[1].Findings))
		}
		if len(got[0].Findings) > 0 {
			found++
		}
	}
	if taken*2 < rows || taken == rows || found*10 < n {
		t.Errorf("%d of %d rows were taken, and in %d of %d tables is something: the test tests little", taken, rows, found, n)
	}
}

// tables makes tables whose cells are now this and now that.
type tables struct{ r *rand.Rand }

func (g *tables) of(s ...string) string { return s[g.r.IntN(len(s))] }

func (g *tables) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + g.r.IntN(10))
	}
	return string(b)
}

func (g *tables) table() string {
	delim := g.of(",", ",", ";", "\t", "|")
	end := g.of("\n", "\r\n", "\n", "\r")
	cols := 2 + g.r.IntN(9)
	var b strings.Builder
	if g.r.IntN(4) > 0 {
		labels := []string{"item", "sku", "date", "quantity", "price", "order", "ref", "x", "", "notes", "value", "a", "b2", "description"}
		if g.r.IntN(3) == 0 {
			labels = append(labels, "code", "city", "type", "npi", "account", "name", "ssn", "mrn", "dob", "phone", "provider id", "salary", "diagnosis", "rx", "current medication", "code system")
		}
		for c := range cols {
			if c > 0 {
				b.WriteString(delim)
			}
			b.WriteString(g.of(labels...))
		}
		b.WriteString(end)
	}
	kinds := make([]int, cols)
	wild := g.r.IntN(6) == 0
	for c := range kinds {
		kinds[c] = g.r.IntN(12) // ordinary cells
		if wild || g.r.IntN(6) == 0 {
			kinds[c] = g.r.IntN(40)
		}
	}
	for range 3 + g.r.IntN(60) {
		for c := range cols {
			if c > 0 {
				b.WriteString(delim)
			}
			k := kinds[c]
			if wild || g.r.IntN(60) == 0 {
				k = g.r.IntN(40)
			}
			v := g.cell(k)
			if g.r.IntN(12) == 0 || strings.Contains(v, delim) && g.r.IntN(8) > 0 {
				v = `"` + v + `"`
			}
			b.WriteString(v)
		}
		b.WriteString(end)
	}
	return b.String()
}

func (g *tables) cell(kind int) string {
	word := func() string {
		return g.of("blue", "widget", "north", "A", "state", "of", "item", "part", "W", "name", "Hospital", "diabetes", "patient", "SSN", "MRN", "Medical Record Number", "to", "i")
	}
	person := func() string {
		return g.of("Rosa", "Ivo", "Tomasz", "Mae") + " " + g.of("Ferreira", "Quill", "Okafor", "Brandt")
	}
	switch kind {
	case 0, 1, 2:
		return g.digits(1 + g.r.IntN(12))
	case 3:
		return g.digits(3) + "." + g.digits(2)
	case 4:
		return fmt.Sprintf("20%s-%02d-%02d", g.digits(2), 1+g.r.IntN(12), 1+g.r.IntN(28))
	case 5:
		return fmt.Sprintf("%02d/%02d/19%s", 1+g.r.IntN(12), 1+g.r.IntN(28), g.digits(2))
	case 6, 7, 8:
		return word()
	case 9:
		return word() + " " + word() + " " + word()
	case 10:
		return string(rune('A'+g.r.IntN(26))) + g.digits(1+g.r.IntN(8))
	case 11:
		return g.digits(3) + "-" + g.digits(2) + "-" + g.digits(4)
	case 12:
		return g.of(g.digits(9), "19"+g.digits(2)+"0"+g.of("1", "5")+"1"+g.digits(1))
	case 13:
		return person()
	case 14:
		return word() + g.of(" ", ": ", "#", "-", "") + g.digits(4+g.r.IntN(6))
	case 15:
		return g.of("MRN ", "mrn: ", "SSN ", "ssn", "acct no ", "Member ID: ", "DOB ", "patient ", "ref ", "W") + g.digits(3+g.r.IntN(7))
	case 16:
		return "(" + g.digits(3) + ") " + g.digits(3) + "-" + g.digits(4)
	case 17:
		return g.of("a.b", "x") + "@" + g.of("example.org", "office.example")
	case 18:
		return "https://example.org/" + word() + "?mrn=" + g.digits(7)
	case 19:
		return "E11." + g.digits(1)
	case 20:
		return g.digits(3) + " " + g.of("Main St", "Oak Avenue") + ", " + g.of("Springfield IL ", "Dover, DE ") + g.digits(5)
	case 21:
		return "1EG4-TE5-MK" + g.digits(2)
	case 22:
		return "the " + word() + " was seen by " + person() + " for " + word() + " and " + word() + " " + g.of("", "today", "Patient: Ivo Quill")
	case 23:
		return "  " + word() + g.of(" ", "\t", "")
	case 24:
		return g.of("", "", " ", "-", "''", `a"b`, `""`, "\"", "é", "１２３-４５-６７８９")
	case 25:
		return g.of("ICD-10", "ICD-10-CM", "CPT-4", "MI", "lisinopril 10 mg", "metformin", "SSN", "ssn:", "MRN", "Date of Birth", "Name", "CPT", "phone", "type")
	case 26:
		return g.digits(2) + ":" + g.digits(2) + ":" + g.digits(2)
	case 27:
		return strings.Repeat(word()+" ", 3+g.r.IntN(40)) + g.digits(g.r.IntN(4))
	case 28:
		return g.digits(3) + "-" + g.digits(2) + "-" + g.digits(4) + " " + word()
	case 29:
		return g.of("AB", "CT", "TX") + g.digits(7)
	case 30:
		return g.digits(16)
	case 31:
		return "order " + word() + " " + g.digits(3) + "-" + g.digits(3) + "-" + g.digits(4)
	}
	return word()
}

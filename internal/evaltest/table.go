package evaltest

import (
	"fmt"
	"html"
	"math/rand/v2"
	"strings"
)

func tableSets() []Set {
	sep := func(name, s string, headed bool) Set {
		return many(name, 25, func(d *Doc, p []Person, r *rand.Rand) { csvTable(d, p, r, s, headed) })
	}
	return []Set{
		sep("csv-header", ",", true),
		many("csv-wide", 25, csvWide),
		sep("csv-nohead", ",", false),
		sep("tsv", "\t", true),
		sep("semicolon", ";", true),
		sep("pipe", "|", true),
		many("fixed-width", 25, fixedWidth),
		many("html-table", 25, htmlTable),
		many("sql-insert", 20, sqlInsert),
		many("sql-rows", 25, sqlRows),
	}
}

// columnsOf are the columns of a patient list. Names and addresses are whole or in parts.
type tableColumn struct {
	kind, title string
	text        func(d *Doc, p *Person) string
}

func kindColumn(r *rand.Rand, kind string) tableColumn {
	form := r.IntN(4)
	return tableColumn{kind, column(r, kind), func(d *Doc, p *Person) string {
		switch {
		case kind == SSN && form < 2:
			d.bare(p, SSN)
			return p.SSN
		case kind == SSN:
			d.plant(p, SSN)
			return split324(p.SSN, "-")
		case kind == DOB:
			d.plant(p, DOB)
			return p.Born([]int{us, iso, compact, usShort}[form])
		case kind == Phone && form == 0:
			d.plant(p, Phone)
			return p.Phone
		case kind == ICD10 && form == 0:
			d.bare(p, ICD10)
			return undot(p.ICD10)
		case kind == NDC && form < 2:
			d.bare(p, NDC)
			return keepDigits(p.NDC)
		case kind == MBI || kind == HICN || kind == Card:
			d.plant(p, kind)
			return p.raw(kind)
		}
		return d.write(p, kind, r)
	}}
}

func part(title string, text func(p *Person) string, then ...string) tableColumn {
	return tableColumn{"", title, func(d *Doc, p *Person) string {
		d.plant(p, then...)
		return text(p)
	}}
}

func nameColumns(r *rand.Rand) []tableColumn {
	last := func(p *Person) string { return p.Last }
	first := func(p *Person) string { return p.First }
	switch r.IntN(4) {
	case 0:
		return []tableColumn{kindColumn(r, Name)}
	case 1:
		return []tableColumn{part("LAST_NAME", last, Name), part("FIRST_NAME", first)}
	case 2:
		return []tableColumn{part("firstName", first), part("lastName", last, Name)}
	}
	return []tableColumn{part("Pat Last Nm", last, Name), part("Pat First Nm", first)}
}

func addressColumns(r *rand.Rand) []tableColumn {
	street, city := func(p *Person) string { return p.Street }, func(p *Person) string { return p.City }
	state, zip := func(p *Person) string { return p.State }, func(p *Person) string { return p.ZIP }
	switch r.IntN(3) {
	case 0:
		return []tableColumn{kindColumn(r, Address)}
	case 1:
		return []tableColumn{part("ADDRESS_LINE_1", street, Address), part("CITY", city), part("STATE", state), part("ZIP", zip)}
	}
	return []tableColumn{part("street", street, Address), part("city", city), part("state", state), part("zipCode", zip)}
}

func listColumns(r *rand.Rand) []tableColumn {
	cols := nameColumns(r)
	for _, k := range []string{DOB, SSN, MRN, Member, Phone, ICD10} {
		cols = append(cols, kindColumn(r, k))
	}
	cols = append(cols, addressColumns(r)...)
	if r.IntN(2) == 0 {
		cols[len(cols)-1], cols[0] = cols[0], cols[len(cols)-1]
	}
	return cols
}

// rows renders people as cells, the titles first.
func rows(d *Doc, people []Person, cols []tableColumn) [][]string {
	out := make([][]string, 1, len(people)+1)
	for _, c := range cols {
		out[0] = append(out[0], c.title)
	}
	for i := range people {
		var row []string
		for _, c := range cols {
			n := len(d.Planted)
			row = append(row, c.text(d, &people[i]))
			if c.kind != "" {
				d.tag(n, c.title)
			}
		}
		out = append(out, row)
	}
	return out
}

func joined(cells [][]string, sep string) string {
	var w page
	for _, row := range cells {
		for i, v := range row {
			if strings.ContainsAny(v, sep+"\"") {
				v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
			}
			if i > 0 {
				w.WriteString(sep)
			}
			w.WriteString(v)
		}
		w.WriteString("\n")
	}
	return w.String()
}

// csvTable is a list of patients. Without titles the numbers that only a label explains are demanded no more.
func csvTable(d *Doc, people []Person, r *rand.Rand, sep string, headed bool) {
	d.Name = pick(r, "export", "list", "members", "roster") + map[string]string{",": ".csv", "\t": ".tsv", "|": ".txt", ";": ".csv"}[sep]
	cells := rows(d, people, listColumns(r))
	if !headed {
		cells = cells[1:]
		for i := range d.Planted {
			d.Planted[i].Label = "" // it is not shown
			if k := d.Planted[i].Kind; k != SSN && k != ICD10 {
				d.Planted[i].Optional = true
			}
		}
	}
	d.Body = []byte(joined(cells, sep))
}

// csvWide has a column for every kind.
func csvWide(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "extract.csv"
	cols := append(nameColumns(r), addressColumns(r)...)
	for _, k := range Kinds() {
		if k != Name && k != Address && k != ZIP {
			cols = append(cols, kindColumn(r, k))
		}
	}
	r.Shuffle(len(cols), func(i, j int) { cols[i], cols[j] = cols[j], cols[i] })
	d.Body = []byte(joined(rows(d, people, cols), ","))
}

func fixedWidth(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "report.txt"
	cells := rows(d, people, listColumns(r))
	width := make([]int, len(cells[0]))
	for _, row := range cells {
		for i, v := range row {
			width[i] = max(width[i], len(v)+2)
		}
	}
	var w page
	for n, row := range cells {
		for i, v := range row {
			w.f("%-*s", width[i], v)
		}
		w.f("\n")
		if n == 0 && r.IntN(2) == 0 {
			for _, n := range width {
				w.f("%s  ", strings.Repeat("-", n-2))
			}
			w.f("\n")
		}
	}
	d.Body = []byte(w.String())
}

func htmlTable(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "report.html"
	var w page
	w.f("<!DOCTYPE html><html><body><h1>Patients</h1><table>\n")
	for n, row := range rows(d, people, listColumns(r)) {
		tag := "td"
		if n == 0 {
			tag = "th"
		}
		w.f("<tr>")
		for _, v := range row {
			w.f("<%s>%s</%s>", tag, html.EscapeString(v), tag)
		}
		w.f("</tr>\n")
	}
	w.f("</table></body></html>\n")
	d.Body = []byte(w.String())
}

func sqlNames(titles []string) string {
	out := make([]string, len(titles))
	for i, t := range titles {
		out[i] = strings.ToLower(strings.NewReplacer(" ", "_", "#", "num", "(", "", ")", "", "-", "_", "'", "").Replace(t))
	}
	return strings.Join(out, ", ")
}

func sqlValue(v string) string { return "'" + strings.ReplaceAll(v, "'", "''") + "'" }

// sqlInsert has one statement for each row, as a dump with column names.
func sqlInsert(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "dump.sql"
	var w page
	w.f("-- PostgreSQL database dump\nSET client_encoding = 'UTF8';\n\n")
	cells := rows(d, people, listColumns(r))
	for _, row := range cells[1:] {
		for i := range row {
			row[i] = sqlValue(row[i])
		}
		w.f("INSERT INTO public.patients (%s) VALUES (%s);\n", sqlNames(cells[0]), strings.Join(row, ", "))
	}
	d.Body = []byte(w.String())
}

// sqlRows has many rows in one statement, as mysqldump writes it.
func sqlRows(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "patients.sql"
	cells := rows(d, people, listColumns(r))
	var list []string
	for n, row := range cells[1:] {
		for i := range row {
			row[i] = sqlValue(row[i])
		}
		list = append(list, fmt.Sprintf("(%d,%s)", n+1, strings.Join(row, ",")))
	}
	d.Body = []byte("LOCK TABLES `patient` WRITE;\nINSERT INTO `patient` (id, " + sqlNames(cells[0]) + ") VALUES " + strings.Join(list, ",") + ";\nUNLOCK TABLES;\n")
}

// PatientTable is one table of all people, with a header.
func PatientTable(people []Person, seed uint64) Doc {
	d := Doc{Want: PHI, People: len(people)}
	csvTable(&d, people, source(seed, "table"), ",", true)
	return d
}

package detect

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/phiwatch/phiwatch/internal/finding"
)

// nines is a table without a header whose third column has nine digits.
func nines(n int, digits func(i int, rnd *rand.Rand) int, cells string) []string {
	rnd := rand.New(rand.NewSource(11))
	first := []string{"Tomasz", "Evelyn", "Gary", "Sarah", "Marta", "Ivan"}
	last := []string{"Ferreira", "Whitfield", "Trujillo", "Montague", "Keller", "Novak"}
	rows := []string{""}
	for i := range n {
		name, born := first[rnd.Intn(6)]+" "+last[rnd.Intn(6)], fmt.Sprintf("%02d/%02d/%d", 1+rnd.Intn(12), 1+rnd.Intn(28), 1930+rnd.Intn(80))
		rows = append(rows, fmt.Sprintf(cells, name, born, digits(i, rnd)))
	}
	return rows
}

func anySSN(_ int, rnd *rand.Rand) int {
	for {
		area := 1 + rnd.Intn(899)
		if n := area*1e6 + (1+rnd.Intn(99))*1e4 + 1 + rnd.Intn(9999); area != 666 && area != 111 {
			return n
		}
	}
}

// TestNineColumn: twenty plausible numbers in a column without a header, with a name and a date in the row, are people; the rows
// before the twentieth are not lost; what is in order, of one area, invalid, or without a name is not.
func TestNineColumn(t *testing.T) {
	e := newEngine(t)
	const person = "%s|%s|%09d|E11.9"
	for _, c := range []struct {
		name   string
		rows   []string
		people int
	}{
		{"plausible", nines(200, anySSN, person), 200},
		{"twenty", nines(20, anySSN, person), 20},
		{"nineteen", nines(19, anySSN, person), 0},
		{"rising", nines(200, func(i int, _ *rand.Rand) int { return 200010001 + 3*i }, person), 0},
		{"falling", nines(200, func(i int, _ *rand.Rand) int { return 700010001 - 7919*i }, person), 0},
		{"one area", nines(200, func(_ int, rnd *rand.Rand) int { return 412010001 + rnd.Intn(900000) }, person), 0},
		{"any digits", nines(200, func(_ int, rnd *rand.Rand) int { return rnd.Intn(1e9) }, person), 0},
		{"one number", nines(200, func(int, *rand.Rand) int { return 514690360 }, person), 0},
		{"one state", nines(200, func(_ int, rnd *rand.Rand) int { return (449+rnd.Intn(19))*1e6 + 10001 + rnd.Intn(900000) }, person), 200},
		{"no name", nines(200, anySSN, "%.1s|%s|%09d|E11.9"), 0},
		{"no date", nines(200, anySSN, "%s|%.2s|%09d|E11.9"), 0},
	} {
		r := table(e, "x.csv", c.rows...)
		if r.Individuals.Low != c.people || (r.Verdict == finding.PHI) != (c.people > 0) || c.people > 0 && r.Level != finding.Medium {
			t.Errorf("%s: verdict %q %s %d, individuals %v, want %d", c.name, r.Verdict, r.Level, r.Score, r.Individuals, c.people)
		}
	}
	headed := nines(200, anySSN, person)
	headed[0] = "name|date|id|code"
	if r := table(e, "x.csv", headed...); r.Verdict != finding.None && r.Verdict != finding.HealthOnly {
		t.Errorf("a column that is called id: %q %d", r.Verdict, r.Score)
	}
}

// TestNineColumnParts: a name in two cells makes a person as one in a cell does, wherever the two stand; a city is no part of it.
func TestNineColumnParts(t *testing.T) {
	e := newEngine(t)
	for format, want := range map[string]int{
		"%s|%s|%s|%09d|E11.9":                     40,
		"12 Elm St|%s|%s|%s|%09d|Boise|ID":        40,
		"%[1]s|Fort Worth|TX|%[3]s|%09[4]d|%[2]s": 40,
		"%[3]s|Saint Paul|MN|%[1]s|%[2]s|%09[4]d": 40,
		"%[1]s|%[3]s|%09[4]d|Ann Arbor|MI|%[2]s":  40,
		"%.1s|%s|%s|%09d|Boise|ID":                0,
	} {
		rnd := rand.New(rand.NewSource(5))
		rows := []string{""}
		for i := range 40 {
			rows = append(rows, fmt.Sprintf(format, "Tomasz", "Ferrei"+string(rune('a'+i%26)), fmt.Sprintf("%02d/%02d/%d", 1+rnd.Intn(12), 1+rnd.Intn(28), 1930+rnd.Intn(80)), anySSN(0, rnd)))
		}
		r := table(e, "x.csv", rows...)
		if r.Individuals.Low != want || want > 0 && !has(r, finding.Name, "FERREIB TOMASZ") {
			t.Errorf("%s: individuals %v, want %d", format, r.Individuals, want)
		}
	}
}

// TestNineColumnForms: dates without separators, with a month by name and with a midnight behind them are dates; another column of nine
// digits, before or behind, takes nothing from the one of Social Security numbers; a column that holds one number that cannot be
// loses none of the rows before it is sure.
func TestNineColumnForms(t *testing.T) {
	e := newEngine(t)
	for _, c := range []struct {
		name, date string
		row        func(name, born string, i int, rnd *rand.Rand) string
	}{
		{"compact", "20060102", func(name, born string, i int, rnd *rand.Rand) string {
			return fmt.Sprintf("%09d|%s|%s", anySSN(i, rnd), born, name)
		}},
		{"month by name", "02-JAN-2006", func(name, born string, i int, rnd *rand.Rand) string {
			return fmt.Sprintf("%s|%09d|%s", born, anySSN(i, rnd), name)
		}},
		{"midnight", "2006-01-02 00:00:00", func(name, born string, i int, rnd *rand.Rand) string {
			return fmt.Sprintf("%s|%s|%09d", name, born, anySSN(i, rnd))
		}},
		{"account before", "01/02/2006", func(name, born string, i int, rnd *rand.Rand) string {
			return fmt.Sprintf("%09d|%s|%s|%09d", rnd.Intn(1e9), name, born, anySSN(i, rnd))
		}},
		{"account behind", "01/02/2006", func(name, born string, i int, rnd *rand.Rand) string {
			return fmt.Sprintf("%09d|%s|%s|%09d|%d", anySSN(i, rnd), name, born, rnd.Intn(1e9), 300000000+i)
		}},
		{"one invalid", "2006-01-02", func(name, born string, i int, rnd *rand.Rand) string {
			if i == 3 {
				return "000000000|" + name + "|" + born
			}
			return fmt.Sprintf("%09d|%s|%s", anySSN(i, rnd), name, born)
		}},
	} {
		rnd := rand.New(rand.NewSource(7))
		rows, want := []string{""}, map[string]bool{}
		for i := range 60 {
			name := "Tomas" + string(rune('a'+i%26)) + " Ferrei" + string(rune('a'+i/26))
			born := time.Date(1930+rnd.Intn(80), 1, 1+rnd.Intn(364), 0, 0, 0, 0, time.UTC).Format(c.date)
			rows = append(rows, c.row(name, born, i, rnd))
			if i != 3 {
				want[strings.ToUpper("Ferrei"+string(rune('a'+i/26))+" Tomas"+string(rune('a'+i%26)))] = true
			}
		}
		r := table(e, "x.csv", rows...)
		if r.Individuals.Low < len(want) || r.Individuals.Low > 60 {
			t.Errorf("%s: individuals %v, want %d", c.name, r.Individuals, len(want))
		}
		for name := range want {
			if !has(r, finding.Name, name) {
				t.Errorf("%s: a name is lost", c.name)
				break
			}
		}
	}
}

// TestHeadedColumn: under a header that says what they are, nine digits are found wherever they are valid.
func TestHeadedColumn(t *testing.T) {
	e := newEngine(t)
	for _, head := range []string{"SSN", "ssn", "Social Security Number", "soc_sec_no", "PatientSSN", "patient_ssn", "SSN_NBR", "Member SSN", "socialSecurityNumber", "SS#", "SUBSCRIBER-SSN", "ssn_no_dashes"} {
		rows := nines(1000, anySSN, "%s|%s|%09d|x")
		rows[0] = "name|dob|" + head + "|note"
		r := table(e, "x.csv", rows...)
		found := 0
		for _, f := range r.Findings {
			if f.Kind == finding.SSN {
				found = f.Distinct
			}
		}
		if found < 990 || r.Individuals.Low < 990 {
			t.Errorf("%s: %d of 1000, individuals %v", head, found, r.Individuals)
		}
	}
}

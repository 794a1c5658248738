package truth

import (
	"strings"

	"github.com/phiwatch/phiwatch/internal/evaltest"
)

// hl7 takes PID and IN1 by position. A file may hold several messages.
func hl7(dir string) ([]Set, error) {
	s := Set{Name: "hl7v2"}
	err := each(dir, "positives/hl7v2/*", func(file string, b []byte) {
		d := evaltest.Doc{Name: file, Body: b, Want: evaltest.Any}
		var f, c, rep string
		for _, line := range strings.FieldsFunc(string(b), func(r rune) bool { return r == '\r' || r == '\n' || r == '\v' || r == 0x1c }) {
			if strings.HasPrefix(line, "MSH") && len(line) > 8 {
				f, c, rep = line[3:4], line[4:5], line[5:6]
			}
			switch {
			case f == "":
			case strings.HasPrefix(line, "PID"+f):
				pid(&d, strings.Split(line, f), c, rep)
			default:
				others(&d, strings.Split(line, f), c, rep)
			}
		}
		s.Docs = append(s.Docs, d)
	})
	return []Set{s}, err
}

// others allows what other segments say of other people: names in any two or three components, telephones, numbers.
func others(d *evaltest.Doc, fields []string, c, rep string) {
	for _, f := range fields[1:] {
		for _, v := range strings.Split(f, rep) {
			parts := strings.Split(v, c)
			for i := range parts {
				for n := 1; n <= 3 && i+n <= len(parts); n++ {
					allow(d, evaltest.Name, strings.Join(parts[i:i+n], " "))
				}
				for _, kind := range []string{evaltest.Phone, evaltest.Fax, evaltest.MRN, evaltest.Account, evaltest.Member, evaltest.NPI, evaltest.ICD10} {
					allow(d, kind, parts[i])
				}
			}
		}
	}
}

func pid(d *evaltest.Doc, fields []string, c, rep string) {
	get := func(i int) string {
		if i < len(fields) {
			return fields[i]
		}
		return ""
	}
	part := func(v string, i int) string {
		if list := strings.Split(v, c); i < len(list) {
			return strings.Trim(list[i], `"`)
		}
		return ""
	}
	for _, id := range strings.Split(get(3), rep) {
		switch v := part(id, 0); part(id, 4) {
		case "MR":
			plant(d, evaltest.MRN, v, "")
		case "SS":
			number(d, v, "")
		default:
			allow(d, evaltest.MRN, v)
		}
	}
	for _, i := range []int{2, 4} {
		allow(d, evaltest.MRN, part(get(i), 0))
	}
	name(d, part(get(5), 0), part(get(5), 1), part(get(5), 2))
	date(d, part(get(7), 0))
	if v := part(strings.Split(get(13), rep)[0], 0); len(evaltest.Canon(evaltest.Phone, v)) == 10 {
		plant(d, evaltest.Phone, v, "")
	}
	plant(d, evaltest.Account, part(get(18), 0), "")
	number(d, part(get(19), 0), "")
	allow(d, evaltest.License, part(get(20), 0))
}

// number plants an SSN that could be issued; the samples are full of others, which may be found or not.
func number(d *evaltest.Doc, v, form string) {
	c := evaltest.Canon(evaltest.SSN, v)
	if len(c) != 9 || c[:3] == "000" || c[:3] == "666" || c[0] == '9' || c[3:5] == "00" || c[5:] == "0000" {
		allow(d, evaltest.SSN, v)
		return
	}
	plant(d, evaltest.SSN, v, form)
}

// x12 takes names with their numbers, birth dates and references by position. Usage T is test data: nothing is demanded.
func x12(dir string) ([]Set, error) {
	real, test := Set{Name: "x12"}, Set{Name: "x12 (test)"}
	err := each(dir, "positives/x12/*", func(file string, b []byte) {
		text := string(b)
		i := strings.Index(text, "ISA")
		if i < 0 || len(text) < i+106 {
			return
		}
		text = text[i:]
		d := evaltest.Doc{Name: file, Body: b, Want: evaltest.Any}
		element, segment := text[3:4], text[105:106]
		if text[102:103] == "T" {
			d.Want = evaltest.Test
			test.Docs = append(test.Docs, d)
			return
		}
		for _, s := range strings.Split(text, segment) {
			edi(&d, strings.Split(strings.TrimSpace(s), element))
		}
		real.Docs = append(real.Docs, d)
	})
	return []Set{real, test}, err
}

func edi(d *evaltest.Doc, f []string) {
	get := func(i int) string {
		if i < len(f) {
			return f[i]
		}
		return ""
	}
	switch {
	case get(0) == "NM1" && (get(1) == "IL" || get(1) == "74" || get(1) == "QC"):
		name(d, get(3), get(4), get(5))
		switch get(8) {
		case "34":
			number(d, get(9), "bare")
		case "MI", "II":
			plant(d, evaltest.Member, get(9), "")
		case "HN":
			plant(d, evaltest.HICN, get(9), "")
		}
	case get(0) == "NM1" && get(1) == "70" && get(8) == "34":
		number(d, get(9), "bare")
		name(d, get(3), get(4), get(5))
	case get(0) == "DMG" && get(1) == "D8":
		date(d, get(2))
	case get(0) == "REF" && get(1) == "SY":
		number(d, get(2), "bare")
	case get(0) == "REF" && get(1) == "0F" && strings.ContainsAny(get(2), "0123456789"):
		plant(d, evaltest.Member, get(2), "")
	case get(0) == "CLP":
		plant(d, evaltest.Account, get(1), "")
	}
}

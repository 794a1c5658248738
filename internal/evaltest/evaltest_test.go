package evaltest

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// TestPeople holds the shapes of generated values against the standards, by checks written apart from the generators.
func TestPeople(t *testing.T) {
	shapes := map[string]string{
		SSN: `^\d{9}$`, ITIN: `^9\d\d(5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}$`,
		MBI:  `^[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y]{2}\d\d$`,
		HICN: `^\d{9}[A-Z]\d?$`, NPI: `^[12]\d{9}$`, DEA: `^[ABFM][A-Z]\d{7}$`, Phone: `^[2-9]\d\d[2-9]\d{6}$`, VIN: `^[A-HJ-NPR-Z0-9]{17}$`,
		NDC: `^\d{5}-\d{4}-\d\d$`, UDI: `^\(01\)00\d{12}\(17\)\d{6}\(10\)\w+\(21\)\d+$`, Email: `^[a-z_.]+\d+@[a-z.]+$`,
	}
	people := People(2000, 5)
	for kind, shape := range shapes {
		re := regexp.MustCompile(shape)
		for i := range people {
			if !re.MatchString(people[i].raw(kind)) {
				t.Fatalf("person %d: %s is out of shape", i, kind)
			}
		}
	}
	seen := map[string]bool{}
	for i := range people {
		p := &people[i]
		if seen[p.SSN] || seen[p.MRN] {
			t.Fatal("two people share a number")
		}
		seen[p.SSN], seen[p.MRN] = true, true
		if p.SSN[:3] == "000" || p.SSN[:3] == "666" || p.SSN[:1] == "9" || p.SSN[3:5] == "00" || p.SSN[5:] == "0000" {
			t.Fatalf("person %d: no SSN", i)
		}
		if !passesLuhn(p.Card) || !passesLuhn("80840"+p.NPI) {
			t.Fatalf("person %d: check digit", i)
		}
	}
}

func passesLuhn(s string) bool {
	sum, double := 0, false
	for i := len(s) - 1; i >= 0; i-- {
		d := int(s[i] - '0')
		if double {
			d = []int{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}[d]
		}
		sum, double = sum+d, !double
	}
	return sum%10 == 0
}

// TestDeterministic renders twice.
func TestDeterministic(t *testing.T) {
	people := People(7, 2)
	for _, s := range append(Sets(), VerdictSets()...) {
		a, b := s.Docs(people, 2), s.Docs(people, 2)
		if len(a) != len(b) || len(a) == 0 {
			t.Fatalf("%s: %d and %d documents", s.Name, len(a), len(b))
		}
		for i := range a {
			if !bytes.Equal(a[i].Body, b[i].Body) || len(a[i].Planted) != len(b[i].Planted) {
				t.Errorf("%s: document %d differs", s.Name, i)
			}
		}
	}
}

// TestPlanted looks for every planted number in its document, where the format writes it as it is.
func TestPlanted(t *testing.T) {
	people := People(30, 4)
	packed := map[string]bool{"mail-base64": true, "mail-qp": true, "mail-html": true, "mail-csv": true, "csv-zip": true, "csv-gzip": true, "csv-utf16": true, "hl7-zip": true,
		"hl7-embedded": true, "ccda-embedded": true, "fhir-attach": true}
	for _, s := range Sets() {
		if packed[s.Name] {
			continue
		}
		for _, d := range s.Docs(people, 4) {
			flat := upperAlnum(string(d.Body))
			for _, p := range d.Planted {
				if p.Kind == Name || p.Kind == Address || p.Kind == DOB || p.Kind == Email || p.Kind == Drug || p.Kind == UDI || p.Optional {
					continue
				}
				if s.Name == "form-post" && strings.ContainsAny(p.Any[0], "()") || strings.Contains(flat, upperAlnum(p.Any[0])) {
					continue
				}
				if s.Name == "form-post" || s.Name == "naaccr-fixed" && p.Kind == MRN { // percent signs between groups; cut to the column
					continue
				}
				t.Fatalf("%s: a planted %s is not in the document", s.Name, p.Kind)
			}
		}
	}
}

// TestRenderings wants forty ways or more, all different from the plain one.
func TestRenderings(t *testing.T) {
	docs := RobustDocs(People(1, 9), 9)
	if len(docs) < 40 {
		t.Fatalf("%d renderings", len(docs))
	}
	for _, d := range docs[1:] {
		if bytes.Equal(d.Body, docs[0].Body) && d.Split == 0 {
			t.Errorf("%s is the plain text", d.Title)
		}
	}
}

// Package truth reads the ground truth that others wrote: it takes the values that a set labels or that its format
// locates, with parsers of its own, and shares no code with the sensor. The sets lie beside the checkout.
package truth

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/phiwatch/phiwatch/internal/evaltest"
)

// Set is a set of documents under a name.
type Set struct {
	Name string
	Docs []evaltest.Doc
}

// Positives reads the positive sets below a directory, and the test class.
func Positives(dir string) ([]Set, error) {
	var out []Set
	for _, read := range []func(dir string) ([]Set, error){naaccr, presidio, hl7, x12, ccda, testClass, incidence} {
		s, err := read(dir)
		if err != nil {
			return nil, err
		}
		out = append(out, s...)
	}
	return out, nil
}

func unzipped(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// Members calls fn with every file of a tar.gz.
func Members(path string, fn func(name string, b []byte)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		fn(h.Name, b)
	}
}

type items struct {
	Items []struct {
		ID    string `xml:"naaccrId,attr"`
		Value string `xml:",chardata"`
	} `xml:"Item"`
}

func (i items) get(id string) string {
	for _, v := range i.Items {
		if v.ID == id {
			return strings.TrimSpace(v.Value)
		}
	}
	return ""
}

type registry struct {
	Patients []struct {
		items
		Tumors []items `xml:"Tumor"`
	} `xml:"Patient"`
}

func naaccr(dir string) ([]Set, error) {
	files, _ := filepath.Glob(filepath.Join(dir, "positives/naaccr/*-abstract-*.xml.gz"))
	s := Set{Name: "naaccr"}
	for _, path := range files {
		b, err := unzipped(path)
		if err != nil {
			return nil, err
		}
		var reg registry
		if err := xml.Unmarshal(b, &reg); err != nil {
			return nil, err
		}
		d := evaltest.Doc{Name: strings.TrimSuffix(filepath.Base(path), ".gz"), Body: b, Want: evaltest.PHI, People: len(reg.Patients)}
		for _, p := range reg.Patients {
			plant(&d, evaltest.SSN, p.get("socialSecurityNumber"), "bare")
			date(&d, p.get("dateOfBirth"))
			name(&d, p.get("nameLast"), p.get("nameFirst"), p.get("nameMiddle"))
			for _, t := range p.Tumors {
				plant(&d, evaltest.MRN, t.get("medicalRecordNumber"), "")
				plant(&d, evaltest.Phone, t.get("telephone"), "")
			}
			plant(&d, evaltest.Phone, p.get("telephone"), "")
			allow(&d, evaltest.MRN, p.get("patientIdNumber"))
		}
		s.Docs = append(s.Docs, d)
	}
	return []Set{s}, nil
}

func plant(d *evaltest.Doc, kind, v, form string) {
	if c := evaltest.Canon(kind, v); c != "" {
		d.Planted = append(d.Planted, evaltest.Planted{Kind: kind, Form: form, Any: []string{c}})
	}
}

func allow(d *evaltest.Doc, kind, v string) {
	if c := evaltest.Canon(kind, v); c != "" {
		d.Planted = append(d.Planted, evaltest.Planted{Kind: kind, Any: []string{c}, Optional: true})
	}
}

// date plants a date of eight digits.
func date(d *evaltest.Doc, v string) {
	if len(v) >= 8 {
		d.Planted = append(d.Planted, evaltest.Planted{Kind: evaltest.DOB, Any: []string{v[:4] + "-" + v[4:6] + "-" + v[6:8]}})
	}
}

func name(d *evaltest.Doc, last, first, middle string) {
	if last == "" || first == "" {
		return
	}
	d.Planted = append(d.Planted, evaltest.Planted{Kind: evaltest.Name, Any: []string{evaltest.Canon(evaltest.Name, first+" "+last),
		evaltest.Canon(evaltest.Name, first+" "+middle+" "+last), evaltest.Canon(evaltest.Name, first+" "+middle[:min(1, len(middle))]+" "+last)}})
}

// presidio has sentences with labelled spans. What a sentence is about it does not say.
func presidio(dir string) ([]Set, error) {
	path := filepath.Join(dir, "positives/presidio/generated_large.json")
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []struct {
		Text  string `json:"full_text"`
		Spans []struct {
			Kind  string `json:"entity_type"`
			Value string `json:"entity_value"`
		} `json:"spans"`
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, err
	}
	kinds := map[string]string{"US_SSN": evaltest.SSN, "PHONE_NUMBER": evaltest.Phone, "EMAIL_ADDRESS": evaltest.Email, "CREDIT_CARD": evaltest.Card,
		"US_DRIVER_LICENSE": evaltest.License}
	s := Set{Name: "presidio"}
	for _, e := range list {
		d := evaltest.Doc{Name: "sentence.txt", Body: []byte(e.Text), Want: evaltest.Any}
		for _, span := range e.Spans {
			switch kind := kinds[span.Kind]; {
			case kind != "":
				plant(&d, kind, span.Value, "")
			case span.Kind == "PERSON":
				allow(&d, evaltest.Name, span.Value)
			case span.Kind == "ADDRESS":
				allow(&d, evaltest.Address, span.Value)
			}
		}
		s.Docs = append(s.Docs, d)
	}
	return []Set{s}, nil
}

func each(dir, pattern string, fn func(name string, b []byte)) error {
	files, _ := filepath.Glob(filepath.Join(dir, pattern))
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fn(filepath.Base(path), b)
	}
	return nil
}

func ccda(dir string) ([]Set, error) {
	s := Set{Name: "ccda (test)"}
	err := each(dir, "positives/ccda/*.xml", func(name string, b []byte) {
		s.Docs = append(s.Docs, evaltest.Doc{Name: name, Body: b, Want: evaltest.Test})
	})
	return []Set{s}, err
}

func testClass(dir string) ([]Set, error) {
	s := Set{Name: "mbi (test)"}
	err := each(dir, "test-class/*", func(name string, b []byte) {
		s.Docs = append(s.Docs, evaltest.Doc{Name: name, Body: b, Want: evaltest.Test})
	})
	return []Set{s}, err
}

func incidence(dir string) ([]Set, error) {
	s := Set{Name: "incidence"}
	err := each(dir, "negatives/naaccr-incidence/*", func(name string, b []byte) {
		s.Docs = append(s.Docs, evaltest.Doc{Name: name, Body: b, Want: evaltest.Nothing})
	})
	return []Set{s}, err
}

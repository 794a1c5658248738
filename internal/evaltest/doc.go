// Package evaltest makes the documents that detection is measured on. People are generated from a seed, a renderer for
// each format writes them down as the field does, and the planted table is the truth: which canonical values of which
// kinds lie in which document. It shares no code with the sensor and imports nothing of it, so that a mistake in the
// detector's idea of a format or of a canonical form cannot hide in the test. No value in it belongs to a person.
package evaltest

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// Planted is a value that a document holds.
type Planted struct {
	Kind  string   // as the alert spells it
	Form  string   // "" usual; "bare": without separators. It parts the rows of the tables, not the tokens.
	Label string   // how the document calls it, "" if it has no say
	Any   []string // canonical values, one of which is expected: a name with and without its middle name
	// Optional: finding it is neither demanded nor wrong, as the name of the doctor or a ZIP code.
	Optional bool
}

// Object kinds of a document.
const (
	File = iota
	Mail
	Request
)

// Doc is a document with its truth.
type Doc struct {
	Name    string // of the file
	Object  int    // File, Mail or Request
	Media   string // declared media type, "" none
	Body    []byte
	Planted []Planted
	People  int    // distinct people
	Want    string // verdict: phi, pii_only, test, "" nothing that pages
	Minor   bool   // born less than 18 years before the time of all documents, 2026-01-02, and that is said
	Special bool   // of a diagnosis under heightened protection: mental health, substance use, HIV
	Split   int    // it is fed in pieces of so many bytes, 0: at once
	Title   string // of the rendering or case, "" none
}

// Set is a format: a way to write people down.
type Set struct {
	Name string
	Make func(people []Person, r *rand.Rand) []Doc
}

// one makes a set of documents about one person each.
func one(name string, f func(d *Doc, p *Person, r *rand.Rand)) Set {
	return Set{name, func(people []Person, r *rand.Rand) []Doc {
		docs := make([]Doc, len(people))
		for i := range people {
			d := &docs[i]
			d.Want, d.People = PHI, 1
			f(d, &people[i], r)
			d.treated(&people[i])
			d.flags(&people[i])
		}
		return docs
	}}
}

// flags says what the alert has to flag, of documents that show a birth date and a diagnosis.
func (d *Doc) flags(p *Person) {
	for _, v := range d.Planted {
		switch {
		case v.Kind == DOB && !v.Optional:
			d.Minor = p.Year >= 2009 || p.Year == 2008 && (p.Month > 1 || p.Day > 2)
		case v.Kind == ICD10 && !v.Optional:
			d.Special = p.ICD10[0] == 'F' || p.ICD10 == "B20"
		}
	}
}

// many makes a set of documents about so many people each.
func many(name string, size int, f func(d *Doc, p []Person, r *rand.Rand)) Set {
	return Set{name, func(people []Person, r *rand.Rand) []Doc {
		var docs []Doc
		for len(people) > 0 {
			n := min(size, len(people))
			docs = append(docs, Doc{Want: PHI, People: n})
			f(&docs[len(docs)-1], people[:n], r)
			for i := range people[:n] {
				docs[len(docs)-1].treated(&people[i])
			}
			people = people[n:]
		}
		return docs
	}}
}

// Verdicts that documents expect.
const (
	PHI     = "phi"
	PIIOnly = "pii_only"
	Test    = "test"
	Nothing = ""
	Any     = "any" // the truth does not say
)

// Docs renders people in the set's format. Equal seeds give equal documents.
func (s Set) Docs(people []Person, seed uint64) []Doc {
	return s.Make(people, source(seed, s.Name))
}

func source(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(seed, h.Sum64())) //nolint:gosec // reproducible on purpose
}

// plant records values of a person by kind.
func (d *Doc) plant(p *Person, kinds ...string) {
	for _, k := range kinds {
		d.Planted = append(d.Planted, Planted{Kind: k, Any: p.canon(k)})
	}
}

// tag notes how the document calls the values planted since the n-th.
func (d *Doc) tag(n int, label string) {
	for i := n; i < len(d.Planted); i++ {
		d.Planted[i].Label = label
	}
}

// bare records a value that stands without its separators.
func (d *Doc) bare(p *Person, kind string) {
	d.Planted = append(d.Planted, Planted{Kind: kind, Form: "bare", Any: p.canon(kind)})
}

// allow records a value that may be found.
func (d *Doc) allow(kind string, canon ...string) {
	d.Planted = append(d.Planted, Planted{Kind: kind, Any: canon, Optional: true})
}

// staff allows what documents say of the provider.
func (d *Doc) staff(p *Person) {
	d.allow(Name, nameCanon(p.Doctor), nameCanon(p.DoctorFirst+" "+p.DoctorLast))
}

// treated allows the drugs that running text names without saying that it does: "will continue metformin", "use of insulin".
func (d *Doc) treated(p *Person) {
	d.allow(Drug, p.Drug)
	if strings.Contains(p.Term, "insulin") {
		d.allow(Drug, "insulin")
	}
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

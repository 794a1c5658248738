package evaltest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// page is a text in the making.
type page struct{ strings.Builder }

func (w *page) f(format string, args ...any) { fmt.Fprintf(&w.Builder, format, args...) }

func textSets() []Set {
	return []Set{
		{"text-lone", loneDocs},
		one("text-note", note),
		one("text-form", form),
		one("text-columns", twoColumns),
		one("text-above", above),
		one("text-sentence", sentences),
	}
}

// loneKinds are the kinds that stand alone with a label in text-lone.
func loneKinds() []string {
	return []string{SSN, ITIN, MBI, HICN, Medicaid, MRN, Member}
}

// loneDocs has one labelled identifier and a sentence of a hospital's day in each document: the least that should be found.
func loneDocs(people []Person, r *rand.Rand) []Doc {
	var docs []Doc
	for _, k := range loneKinds() {
		for i := range people {
			d := Doc{Want: PHI, People: 1, Name: "note.txt"}
			p := &people[i]
			var w page
			w.f("%s\n\n", chatter(r))
			l, v := d.labelled(p, k, r)
			w.f("%s\n", pick(r, l+": "+v, l+" "+v, l+" is "+v+".", "- "+l+" : "+v, strings.ToUpper(l)+"  "+v, l+"="+v, "("+l+" "+v+")", l+" - "+v))
			w.f("%s\n", clinical(p, r))
			d.Body = []byte(w.String())
			d.treated(p)
			docs = append(docs, d)
		}
	}
	return docs
}

func chatter(r *rand.Rand) string {
	return pick(r, "Hi all, following up on the case we discussed this morning.", "Please see below and let me know if anything is missing.",
		"As requested, here are the details for tomorrow's visit.", "Forwarding this to you since the portal is down again.",
		"Could you update the chart before the weekend?", "Per our call, the information is as follows.", "Thanks for taking this one over.")
}

func clinical(p *Person, r *rand.Rand) string {
	return pick(r,
		"The patient was seen for "+p.Term+" and will continue "+p.Drug+".",
		"Admitted with "+p.Term+"; discharged in stable condition on "+p.Drug+".",
		"Follow up in clinic for "+p.Term+". Labs pending: "+p.Test+".",
		"Prior authorization needed for "+p.Drug+", diagnosis "+p.Term+".")
}

// note is a clinic letter in running text.
func note(d *Doc, p *Person, r *rand.Rand) {
	var w page
	d.Name = "visit-note.txt"
	w.f("%s MEDICAL GROUP\nProgress note, %s\n\n", strings.ToUpper(p.City), p.Seen(us))
	w.f("%s: %s    %s: %s\n", pick(r, "Patient", "Patient Name", "Pt"), d.write(p, Name, r), label(r, DOB), d.write(p, DOB, r))
	w.f("%s: %s   %s: %s\n", label(r, MRN), d.write(p, MRN, r), label(r, SSN), d.write(p, SSN, r))
	w.f("%s: %s\n%s: %s\n\n", label(r, Address), d.write(p, Address, r), label(r, Phone), d.write(p, Phone, r))
	w.f("%s is a %d-year-old who returns for %s (%s). Continues %s without side effects.\n", p.Full(), 2025-p.Year, p.Term, d.write(p, ICD10, r), d.write(p, Drug, r))
	w.f("Coverage: %s %s; secondary %s %s.\n", label(r, MBI), d.write(p, MBI, r), label(r, Member), d.write(p, Member, r))
	w.f("Plan: repeat %s in three months. %s %s was billed.\n\n", p.Test, label(r, CPT), d.write(p, CPT, r))
	w.f("Electronically signed by %s, MD   %s: %s   %s %s\n", p.Doctor, label(r, NPI), d.write(p, NPI, r), label(r, DEA), d.write(p, DEA, r))
	d.staff(p)
	d.Body = []byte(w.String())
}

// form is a label and a value on each line.
func form(d *Doc, p *Person, r *rand.Rand) {
	d.Name = "registration.txt"
	kinds := []string{Name, DOB, SSN, MRN, Address, Phone, Fax, Email, Member, Medicaid, MBI, HICN, Account, License, Card, ICD10, ICD9, ICDO3, CPT,
		HCPCS, NDC, LOINC, Drug, VIN, UDI, NPI, DEA}
	r.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	sep := pick(r, ": ", ":\t", " : ", " = ", ":   ")
	width := pick(r, 0, 0, 34)
	d.Title = fmt.Sprintf("label%swidth %d", sep, width)
	var w page
	w.f("PATIENT REGISTRATION\n\n")
	for _, k := range kinds {
		l, v := d.labelled(p, k, r)
		w.f("%-*s%s%s\n", width, l, sep, v)
	}
	d.Body = []byte(w.String())
}

// twoColumns is a face sheet: two labels and values on a line.
func twoColumns(d *Doc, p *Person, r *rand.Rand) {
	d.Name = "facesheet.txt"
	kinds := []string{Name, MRN, DOB, SSN, Phone, Account, Member, MBI, Medicaid, License, ICD10, NPI}
	var w page
	w.f("FACE SHEET - %s REGIONAL HOSPITAL\n", strings.ToUpper(p.City))
	for i := 0; i < len(kinds); i += 2 {
		l, v := d.labelled(p, kinds[i], r)
		l2, v2 := d.labelled(p, kinds[i+1], r)
		w.f("%-48s%s: %s\n", l+": "+v, l2, v2)
	}
	w.f("%s: %s\n", label(r, Address), d.write(p, Address, r))
	w.f("Admitting diagnosis: %s\nAttending: %s\n", p.Term, p.Doctor)
	d.staff(p)
	d.Body = []byte(w.String())
}

// above has the labels in one line and the values below, as text taken from a form has it.
func above(d *Doc, p *Person, r *rand.Rand) {
	d.Name = "claim-form.txt"
	var w page
	w.f("HEALTH INSURANCE CLAIM\n\n")
	for _, row := range [][]string{{Name, DOB, SSN}, {Address}, {Phone, Member, MRN}, {ICD10, CPT, NPI}, {MBI, Account}} {
		var a, b string
		for _, k := range row {
			l, v := d.labelled(p, k, r)
			n := max(len(l), len(v)) + 4
			a += fmt.Sprintf("%-*s", n, l)
			b += fmt.Sprintf("%-*s", n, v)
		}
		w.f("%s\n%s\n\n", strings.TrimRight(a, " "), strings.TrimRight(b, " "))
	}
	d.Body = []byte(w.String())
}

// sentences says everything in whole sentences.
func sentences(d *Doc, p *Person, r *rand.Rand) {
	d.Name = "letter.txt"
	var w page
	w.f("Dear Dr. %s,\n\nI am referring my patient %s %s, born on %s, for evaluation of %s.\n", p.DoctorLast, p.First, p.Last, d.write(p, DOB, r), p.Term)
	w.f("The %s is %s and the %s for this patient is %s. ", "social security number", d.write(p, SSN, r), pick(r, "medical record number", "MRN"), d.write(p, MRN, r))
	w.f("Insurance is through Medicare, with %s %s, and the subscriber ID of the supplemental plan is %s. ", pick(r, "Medicare number", "MBI"), d.write(p, MBI, r), d.write(p, Member, r))
	w.f("You can reach the family by telephone at %s or by email at %s. ", d.write(p, Phone, r), d.write(p, Email, r))
	w.f("The family lives at %s.\n\nCurrent medication is %s. Diagnosis code %s.\n", d.write(p, Address, r), d.write(p, Drug, r), d.write(p, ICD10, r))
	d.allow(Name, p.canon(Name)...)
	d.staff(p)
	d.Body = []byte(w.String())
}

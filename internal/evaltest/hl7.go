package evaltest

import (
	"math/rand/v2"
	"strings"
)

func healthSets() []Set {
	return []Set{
		one("hl7v2", func(d *Doc, p *Person, r *rand.Rand) {
			d.Name = "adt.hl7"
			d.Body = []byte(hl7(d, p, r, "P"))
		}),
		many("hl7v2-batch", 10, hl7Batch),
		many("x12-837", 5, x12Claim),
		many("x12-835", 5, x12Payment),
		many("x12-834", 5, x12Enrolment),
		many("x12-271", 5, x12Eligibility),
		one("ncpdp", ncpdp),
		many("naaccr-xml", 20, naaccrXML),
		many("naaccr-fixed", 20, naaccrFixed),
		one("fhir-json", func(d *Doc, p *Person, r *rand.Rand) { fhirBundle(d, p, r) }),
		many("fhir-ndjson", 20, fhirLines),
		one("fhir-xml", fhirXML),
		one("ccda", ccda),
		many("cclf8", 40, cclf),
		many("rif", 40, rif),
		one("dicom", dicom),
	}
}

// hl7 writes an ADT or ORU message. Its delimiters are the usual ones, or not.
func hl7(d *Doc, p *Person, r *rand.Rand, processing string) string {
	f, enc := "|", "^~\\&"
	if r.IntN(12) == 0 {
		f, enc = "#", "*!\\@"
	}
	c, rep := enc[:1], enc[1:2]
	seg := func(fields ...string) string { return strings.Join(fields, f) + "\r" }
	cx := func(id, authority, kind string) string { return id + c + c + c + authority + c + kind }
	ids := []string{cx(p.MRN, "LAKESIDE", "MR")}
	d.plant(p, MRN)
	if r.IntN(2) == 0 {
		ids = append(ids, cx(p.SSN, "SSA", "SS"))
	}
	ssn := split324(p.SSN, "-")
	if r.IntN(2) == 0 {
		ssn = p.SSN
		d.bare(p, SSN)
	} else {
		d.plant(p, SSN)
	}
	if r.IntN(2) == 0 {
		ids = append(ids, cx(p.MBI, "CMS", "MC"))
		d.plant(p, MBI)
	} else {
		ids = append(ids, cx(p.Medicaid, "STATE", "MA"))
		d.plant(p, Medicaid)
	}
	addr := strings.Join([]string{p.Street, "", p.City, p.State, p.ZIP, "USA", "H"}, c)
	name := strings.Join([]string{p.Last, p.First, p.Middle}, c)
	d.plant(p, DOB, Name, Address, Phone, Account, License)
	pid := make([]string, 21)
	pid[0], pid[1], pid[3], pid[5], pid[7], pid[8], pid[11] = "PID", "1", strings.Join(ids, rep), name, p.Born(compact), p.Sex, addr
	pid[13], pid[18], pid[19], pid[20] = tel(p.Phone, r)+c+"PRN"+c+"PH", cx(p.Account, "LAKESIDE", "AN"), ssn, p.License+c+p.State
	doctor := strings.Join([]string{p.NPI, p.DoctorLast, p.DoctorFirst, "", "", "DR", "", "", "NPI"}, c)
	d.plant(p, NPI, ICD10)
	d.staff(p)
	out := seg("MSH", enc, "EPIC", "LAKESIDE", "RECV", "CLEARMED", p.Seen(compact)+"1012", "", "ADT"+c+"A04", "M"+digitsOf(r, 7), processing, "2.5.1")
	out += seg("EVN", "A04", p.Seen(compact)+"1012")
	out += seg(pid...)
	out += seg("PV1", "1", "O", "CLINIC"+c+"12"+c+"A", "", "", "", doctor)
	out += seg("DG1", "1", "I10", strings.Join([]string{p.ICD10, p.Term, "I10"}, c), p.Term, p.Seen(compact), "A")
	out += seg("OBX", "1", "NM", strings.Join([]string{p.LOINC, p.Test, "LN"}, c), "", "7.2", "%", "", "", "", "", "F")
	d.plant(p, LOINC)
	in1 := make([]string, 37)
	in1[0], in1[1], in1[2], in1[3], in1[4], in1[16], in1[36] = "IN1", "1", "PPO", "HP1", "LAKE HEALTH PLAN", name, p.Member
	d.plant(p, Member)
	return out + seg(in1...)
}

func hl7Batch(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "batch.hl7"
	var w page
	w.f("FHS|^~\\&|EPIC|LAKESIDE\rBHS|^~\\&|EPIC|LAKESIDE\r")
	for i := range people {
		w.f("%s", hl7(d, &people[i], r, "P"))
	}
	w.f("BTS|%d\rFTS|1\r", len(people))
	d.Body = []byte(w.String())
}

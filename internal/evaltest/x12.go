package evaltest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// interchange is an X12 document in the making, with its own delimiters.
type interchange struct {
	page
	e, c, s string
	n       int
}

func newInterchange(r *rand.Rand, usage, group, version, set string) *interchange {
	x := &interchange{e: "*", c: ":", s: "~"}
	switch r.IntN(6) {
	case 0:
		x.e, x.c, x.s = "|", ">", "~\n"
	case 1, 2:
		x.s = "~\r\n"
	}
	x.f("ISA%[1]s00%[1]s          %[1]s00%[1]s          %[1]sZZ%[1]sLAKESIDE       %[1]sZZ%[1]sCLEARMED       %[1]s250304%[1]s1012%[1]s^%[1]s00501%[1]s%09[2]d%[1]s0%[1]s%[3]s%[1]s%[4]s%[5]s",
		x.e, 100000001+r.IntN(1e8), usage, x.c, x.s)
	x.seg("GS", group, "LAKESIDE", "CLEARMED", "20250304", "1012", "1", "X", version)
	x.seg("ST", set, "0001", version)
	return x
}

func (x *interchange) seg(fields ...string) {
	x.n++
	x.WriteString(strings.Join(fields, x.e) + x.s)
}

func (x *interchange) end() []byte {
	x.seg("SE", fmt.Sprint(x.n), "0001")
	x.seg("GE", "1", "1")
	x.seg("IEA", "1", "000000001")
	return []byte(x.String())
}

func (x *interchange) person(entity string, p *Person, qualifier, id string) {
	x.seg("NM1", entity, "1", strings.ToUpper(p.Last), strings.ToUpper(p.First), p.Middle, "", "", qualifier, id)
}

func (x *interchange) home(p *Person) {
	x.seg("N3", strings.ToUpper(p.Street))
	x.seg("N4", strings.ToUpper(p.City), p.State, p.ZIP)
	x.seg("DMG", "D8", p.Born(compact), p.Sex)
}

// x12Claim is an 837 professional claim: 2010BA subscriber, CLM01 account, REF EA record number, HI diagnoses, SV1.
func x12Claim(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "claims.837"
	x := newInterchange(r, "P", "HC", "005010X222A1", "837")
	x.seg("BHT", "0019", "00", "244579", "20250304", "1012", "CH")
	x.seg("NM1", "41", "2", "LAKESIDE CLINIC", "", "", "", "", "46", "TGJ23")
	x.seg("HL", "1", "", "20", "1")
	x.seg("NM1", "85", "2", "LAKESIDE CLINIC", "", "", "", "", "XX", people[0].NPI)
	d.plant(&people[0], NPI)
	for i := range people {
		p := &people[i]
		x.seg("HL", fmt.Sprint(2+i), "1", "22", "0")
		x.seg("SBR", "P", "18", "", "", "", "", "", "", pick(r, "CI", "MB", "MC"))
		x.subscriber(d, p, r)
		x.home(p)
		x.seg("REF", "SY", p.SSN)
		d.bare(p, SSN)
		x.seg("NM1", "PR", "2", "LAKE HEALTH PLAN", "", "", "", "", "PI", "87726")
		x.seg("CLM", p.Account, "125.5", "", "", "11"+x.c+"B"+x.c+"1", "Y", "A", "Y", "Y")
		x.seg("REF", "EA", p.MRN)
		x.seg("HI", "ABK"+x.c+undot(p.ICD10))
		x.seg("NM1", "82", "1", p.DoctorLast, p.DoctorFirst, "", "", "", "XX", p.NPI)
		x.seg("LX", "1")
		x.seg("SV1", "HC"+x.c+p.CPT, "125.5", "UN", "1", "", "", "1")
		x.seg("DTP", "472", "D8", p.Seen(compact))
		d.bare(p, ICD10)
		d.plant(p, Name, Address, DOB, Account, MRN, NPI, CPT)
		d.staff(p)
	}
	d.Body = x.end()
}

// subscriber is NM1 IL with one of the kinds of member numbers.
func (x *interchange) subscriber(d *Doc, p *Person, r *rand.Rand) {
	if r.IntN(3) == 0 {
		x.person("IL", p, "MI", p.MBI)
		d.plant(p, MBI)
		return
	}
	x.person("IL", p, "MI", p.Member)
	d.plant(p, Member)
}

func x12Payment(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "remit.835"
	x := newInterchange(r, "P", "HP", "005010X221A1", "835")
	x.seg("BPR", "I", "1222", "C", "CHK", "", "", "", "", "", "", "", "", "", "", "", "20250310")
	x.seg("TRN", "1", "71700666555", "1935665544")
	x.seg("N1", "PR", "LAKE HEALTH PLAN")
	x.seg("N1", "PE", "LAKESIDE CLINIC", "XX", people[0].NPI)
	d.plant(&people[0], NPI)
	x.seg("LX", "1")
	for i := range people {
		p := &people[i]
		control := "0523445" + digitsOf(r, 5) // the payer's number of the claim
		x.seg("CLP", p.Account, "1", "125.5", "100", "25.5", "12", control, "11")
		d.allow(Account, control)
		switch r.IntN(4) {
		case 0:
			x.person("QC", p, "34", p.SSN)
			d.bare(p, SSN)
		case 1:
			x.person("QC", p, "HN", p.HICN)
			d.plant(p, HICN)
		case 2:
			x.person("QC", p, "MR", p.Medicaid)
			d.plant(p, Medicaid)
		default:
			x.person("QC", p, "MI", p.Member)
			d.plant(p, Member)
		}
		x.seg("SVC", "HC"+x.c+p.CPT, "125.5", "100")
		x.seg("DTM", "472", p.Seen(compact))
		d.plant(p, Name, Account, CPT)
	}
	d.Body = x.end()
}

func x12Enrolment(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "enrol.834"
	x := newInterchange(r, "P", "BE", "005010X220A1", "834")
	x.seg("BGN", "00", "12456", "20250304", "1012", "", "", "", "2")
	x.seg("N1", "P5", "LAKE MANUFACTURING", "FI", "952345678")
	for i := range people {
		p := &people[i]
		x.seg("INS", "Y", "18", "021", "20", "A", "", "", "FT")
		x.seg("REF", "0F", p.Member)
		x.seg("REF", "1L", "GRP"+digitsOf(r, 5))
		x.person("IL", p, "34", p.SSN)
		x.seg("PER", "IP", "", "HP", p.Phone, "EM", p.Email)
		x.home(p)
		x.seg("HD", "021", "", "HLT")
		x.seg("DTP", "348", "D8", "20250101")
		d.bare(p, SSN)
		d.plant(p, Member, Name, Phone, Email, Address, DOB)
	}
	d.Body = x.end()
}

func x12Eligibility(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "answer.271"
	x := newInterchange(r, "P", "HB", "005010X279A1", "271")
	x.seg("BHT", "0022", "11", "10001234", "20250304", "1319")
	x.seg("HL", "1", "", "20", "1")
	x.seg("NM1", "PR", "2", "LAKE HEALTH PLAN", "", "", "", "", "PI", "87726")
	x.seg("HL", "2", "1", "21", "1")
	x.seg("NM1", "1P", "2", "LAKESIDE CLINIC", "", "", "", "", "XX", people[0].NPI)
	d.plant(&people[0], NPI)
	for i := range people {
		p := &people[i]
		x.seg("HL", fmt.Sprint(3+i), "2", "22", "0")
		x.subscriber(d, p, r)
		x.seg("REF", "SY", p.SSN)
		x.home(p)
		x.seg("EB", "1", "IND", "30", "CI", "GOLD")
		d.bare(p, SSN)
		d.plant(p, Name, Address, DOB)
	}
	d.Body = x.end()
}

// ncpdp is a pharmacy claim in the Telecommunication Standard D.0.
func ncpdp(d *Doc, p *Person, r *rand.Rand) {
	d.Name = "claim.ncpdp"
	const seg, field = "\x1e", "\x1c"
	var w page
	kind := pick(r, SSN, MRN, Medicaid)
	qualifier, id := map[string]string{SSN: "01", MRN: "EA", Medicaid: "06"}[kind], p.raw(kind)
	if kind == SSN {
		d.bare(p, SSN)
	} else {
		d.plant(p, kind)
	}
	w.f("610502D0B1PCN%07d101%-15s%s%-10s", r.IntN(1e7), p.NPI, p.Seen(compact), "CERT01")
	w.f("%s\x1cAM04%sC2%s%sCC%s%sCD%s", seg, field, p.Member, field, strings.ToUpper(p.First), field, strings.ToUpper(p.Last))
	w.f("%s\x1cAM01%sCX%s%sCY%s%sC4%s%sC5%s%sCA%s%sCB%s%sCM%s%sCN%s%sCO%s%sCP%s%sCQ%s", seg, field, qualifier, field, id, field, p.Born(compact), field, map[string]string{"M": "1", "F": "2"}[p.Sex],
		field, strings.ToUpper(p.First), field, strings.ToUpper(p.Last), field, strings.ToUpper(p.Street), field, strings.ToUpper(p.City), field, p.State, field, p.ZIP, field, p.Phone)
	w.f("\x1d%s\x1cAM07%sEM1%sD2%07d%sE103%sD7%s%sE730000%sD301%sD530", seg, field, field, r.IntN(1e7), field, field, keepDigits(p.NDC), field, field, field)
	w.f("%s\x1cAM03%sEZ01%sDB%s%sDR%s", seg, field, field, p.NPI, field, strings.ToUpper(p.DoctorLast))
	w.f("%s\x1cAM13%sVE1%sWE02%sDO%s", seg, field, field, field, undot(p.ICD10))
	d.plant(p, Member, DOB, Name, Address, Phone, NPI)
	d.bare(p, NDC)
	d.bare(p, ICD10)
	d.allow(Name, nameCanon(p.DoctorLast))
	d.Body = []byte(w.String())
}

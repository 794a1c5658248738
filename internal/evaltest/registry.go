package evaltest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// naaccrXML is a registry file of the NAACCR XML standard: by id or by number.
func naaccrXML(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "abstracts.xml"
	var w page
	w.f("<?xml version=\"1.0\"?>\n<NaaccrData baseDictionaryUri=\"http://naaccr.org/naaccrxml/naaccr-dictionary-220.xml\" recordType=\"A\" specificationVersion=\"1.5\" xmlns=\"http://naaccr.org/naaccrxml\">\n")
	byNumber := r.IntN(5) == 0
	item := func(id string, num int, v string) {
		if byNumber {
			w.f("    <Item naaccrNum=\"%d\">%s</Item>\n", num, escape(v))
			return
		}
		w.f("    <Item naaccrId=\"%s\">%s</Item>\n", id, escape(v))
	}
	for i := range people {
		p := &people[i]
		w.f("  <Patient>\n")
		item("patientIdNumber", 20, fmt.Sprintf("%08d", 1+i))
		item("nameLast", 2230, p.Last)
		item("nameFirst", 2240, p.First)
		item("dateOfBirth", 240, p.Born(compact))
		item("socialSecurityNumber", 2320, p.SSN)
		item("medicareBeneficiaryIdentifier", 2315, p.MBI)
		w.f("   <Tumor>\n")
		item("primarySite", 400, undot(p.Site))
		item("histologicTypeIcdO3", 522, p.Morphology[:4])
		item("medicalRecordNumber", 2300, p.MRN)
		item("addrAtDxNoStreet", 2330, p.Street)
		item("addrAtDxCity", 70, p.City)
		item("addrAtDxState", 80, p.State)
		item("addrAtDxPostalCode", 100, p.ZIP)
		item("telephone", 2360, p.Phone)
		w.f("   </Tumor>\n  </Patient>\n")
		d.bare(p, SSN)
		d.plant(p, Name, DOB, MBI, MRN, Address, Phone)
		d.Planted = append(d.Planted, Planted{Kind: ICDO3, Form: bare, Any: []string{strings.ToLower(undot(p.Site))}})
		d.allow(MRN, fmt.Sprintf("%08d", 1+i))
		d.allow(ICDO3, p.Morphology[:4])
	}
	w.f("</NaaccrData>\n")
	d.Body = []byte(w.String())
}

// naaccrFixed is version 18 in columns: identification at 1, confidential items from 4049 on.
func naaccrFixed(d *Doc, people []Person, _ *rand.Rand) {
	d.Name = "abstracts.txt"
	var w page
	for i := range people {
		p := &people[i]
		line := []byte(strings.Repeat(" ", 6154))
		put := func(column int, v string) { copy(line[column-1:], v) }
		put(1, "C")
		put(17, "180")
		put(42, fmt.Sprintf("%08d", 1+i))
		put(226, p.Born(compact))
		put(554, undot(p.Site))
		put(564, p.Morphology[:4]+p.Morphology[5:])
		put(4049, strings.ToUpper(p.Last))
		put(4089, strings.ToUpper(p.First))
		put(4315, p.MRN[:min(11, len(p.MRN))])
		put(4328, p.SSN)
		put(4337, p.MBI)
		put(4348, strings.ToUpper(p.Street))
		put(4588, p.Phone)
		w.f("%s\n", line)
		d.bare(p, SSN)
		d.plant(p, Name, DOB, MBI, MRN, Phone)
		d.Planted = append(d.Planted, Planted{Kind: ICDO3, Form: bare, Any: []string{strings.ToLower(undot(p.Site))}})
		d.allow(Address, upperAlnum(p.Street))
		d.allow(ICDO3, p.Morphology[:4])
	}
	d.Body = []byte(w.String())
}

// cclf is CCLF8, beneficiary demographics: MBI in columns 1 to 11, HICN, state and county, ZIP, birth date, sex ...
func cclf(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "P.A2620.ACO.ZC8Y25.D250304.T1012000.txt"
	var w page
	for i := range people {
		p := &people[i]
		w.f("%-11s%-11s%02d%03d%-5s%s%d%d%03d%-2s%-2s%30s%-30s%-15s%-40s\n", p.MBI, "", 1+r.IntN(56), r.IntN(900), p.ZIP, p.Born(iso), 1+r.IntN(2), 1+r.IntN(5), 2025-p.Year, "10", "NA",
			"", strings.ToUpper(p.First), p.Middle, strings.ToUpper(p.Last))
		d.plant(p, MBI)
		d.Planted = append(d.Planted, Planted{Kind: DOB, Any: p.canon(DOB), Optional: true}, Planted{Kind: Name, Any: p.canon(Name), Optional: true})
	}
	d.Body = []byte(w.String())
}

// rif is a research file of CMS: pipes and its column names.
func rif(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "beneficiary.csv"
	var w page
	w.f("DML_IND|BENE_ID|STATE_CODE|BENE_COUNTY_CD|BENE_ZIP_CD|BENE_BIRTH_DT|BENE_SEX_IDENT_CD|BENE_SRNM_NAME|BENE_GVN_NAME|BENE_MDL_NAME|BENE_CRNT_HIC_NUM|MBI_NUM|PRNCPAL_DGNS_CD|HCPCS_CD|AT_PHYSN_NPI\n")
	for i := range people {
		p := &people[i]
		id := 10000010000000 + r.IntN(1e9)
		d.allow(Member, fmt.Sprint(id))
		w.f("INSERT|-%d|%02d|%03d|%s|%s|%d|%s|%s|%s|%s|%s|%s|%s|%s\n", id, 1+r.IntN(56), r.IntN(900), p.ZIP+p.Plus4, p.Born(oracle), 1+r.IntN(2),
			strings.ToUpper(p.Last), strings.ToUpper(p.First), p.Middle, p.HICN, p.MBI, undot(p.ICD10), p.HCPCS, p.NPI)
		d.plant(p, DOB, Name, HICN, MBI, NPI, HCPCS)
		d.bare(p, ICD10)
	}
	d.Body = []byte(w.String())
}

package evaltest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

const (
	sidSSN = "http://hl7.org/fhir/sid/us-ssn"
	sidMBI = "http://hl7.org/fhir/sid/us-mbi"
	oidSSN = "urn:oid:2.16.840.1.113883.4.1"
)

// fhirPatient is a Patient resource with identifiers by system or by type.
func fhirPatient(d *Doc, p *Person, r *rand.Rand, id string) string {
	ssn := split324(p.SSN, "-")
	if r.IntN(2) == 0 {
		ssn = p.SSN
		d.bare(p, SSN)
	} else {
		d.plant(p, SSN)
	}
	coded := func(code, system, v string) string {
		return fmt.Sprintf(`{"use":"usual","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"%s"}]},"system":"%s","value":"%s"}`, code, system, v)
	}
	ids := []string{coded("MR", "urn:oid:1.2.840.114350.1.13."+digitsOf(r, 3), p.MRN), `{"system":"` + pick(r, sidSSN, oidSSN) + `","value":"` + ssn + `"}`,
		`{"system":"` + sidMBI + `","value":"` + p.MBI + `"}`}
	if r.IntN(2) == 0 {
		ids[1] = coded("SS", sidSSN, ssn)
	}
	ids = append(ids, coded("DL", "urn:oid:2.16.840.1.113883.4.3.25", p.License))
	r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	d.plant(p, MRN, MBI, License, Name, DOB, Phone, Email, Address)
	return fmt.Sprintf(`{"resourceType":"Patient","id":"%s","identifier":[%s],"name":[{"use":"official","family":%s,"given":["%s","%s"]}],"telecom":[{"system":"phone","value":"%s","use":"home"},{"system":"email","value":"%s"}],"gender":"%s","birthDate":"%s","address":[{"line":["%s"],"city":"%s","state":"%s","postalCode":"%s"}]}`,
		id, strings.Join(ids, ","), quoted(p.Last), p.First, p.Middle, tel(p.Phone, r), p.Email, map[string]string{"F": "female", "M": "male"}[p.Sex], p.Born(iso), p.Street, p.City, p.State, p.ZIP)
}

func fhirBundle(d *Doc, p *Person, r *rand.Rand) {
	d.Name, d.Media = "bundle.json", "application/fhir+json"
	id := fmt.Sprintf("%08x", r.Uint32())
	patient := fhirPatient(d, p, r, id)
	ref := `"subject":{"reference":"Patient/` + id + `"}`
	entries := []string{patient,
		fmt.Sprintf(`{"resourceType":"Condition",%s,"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"%s","display":%s}]}}`, ref, p.ICD10, quoted(p.Term)),
		fmt.Sprintf(`{"resourceType":"Observation",%s,"code":{"coding":[{"system":"http://loinc.org","code":"%s","display":"%s"}]},"valueQuantity":{"value":7.2}}`, ref, p.LOINC, p.Test),
		fmt.Sprintf(`{"resourceType":"MedicationRequest",%s,"medicationCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/ndc","code":"%s"}],"text":"%s"}}`, ref, p.NDC, p.Drug),
		fmt.Sprintf(`{"resourceType":"Coverage","subscriberId":"%s","beneficiary":{"reference":"Patient/%s"}}`, p.Member, id),
		fmt.Sprintf(`{"resourceType":"Practitioner","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"%s"}],"name":[{"family":%s,"given":["%s"]}]}`, p.NPI, quoted(p.DoctorLast), p.DoctorFirst)}
	d.plant(p, ICD10, LOINC, NDC, Drug, Member, NPI)
	d.staff(p)
	var list []string
	for _, e := range entries {
		list = append(list, `{"resource":`+e+`}`)
	}
	d.Body = []byte(`{"resourceType":"Bundle","type":"collection","entry":[` + strings.Join(list, ",") + `]}`)
}

func fhirLines(d *Doc, people []Person, r *rand.Rand) {
	d.Name, d.Media = "Patient.ndjson", "application/fhir+ndjson"
	var w page
	for i := range people {
		w.f("%s\n", fhirPatient(d, &people[i], r, fmt.Sprintf("p%d", i)))
	}
	d.Body = []byte(w.String())
}

func fhirXML(d *Doc, p *Person, r *rand.Rand) {
	d.Name, d.Media = "patient.xml", "application/fhir+xml"
	var w page
	w.f("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Patient xmlns=\"http://hl7.org/fhir\"><id value=\"p1\"/>")
	w.f("<identifier><type><coding><system value=\"http://terminology.hl7.org/CodeSystem/v2-0203\"/><code value=\"MR\"/></coding></type><value value=\"%s\"/></identifier>", p.MRN)
	w.f("<identifier><system value=\"%s\"/><value value=\"%s\"/></identifier>", sidSSN, p.SSN)
	w.f("<identifier><system value=\"%s\"/><value value=\"%s\"/></identifier>", sidMBI, p.MBI)
	w.f("<name><family value=\"%s\"/><given value=\"%s\"/></name><telecom><system value=\"phone\"/><value value=\"%s\"/></telecom>", escape(p.Last), p.First, tel(p.Phone, r))
	w.f("<gender value=\"%s\"/><birthDate value=\"%s\"/>", map[string]string{"F": "female", "M": "male"}[p.Sex], p.Born(iso))
	w.f("<address><line value=\"%s\"/><city value=\"%s\"/><state value=\"%s\"/><postalCode value=\"%s\"/></address></Patient>", p.Street, p.City, p.State, p.ZIP)
	d.bare(p, SSN)
	d.plant(p, MRN, MBI, Name, Phone, DOB, Address)
	d.Body = []byte(w.String())
}

// ccda is a continuity of care document: the header's patient, problems and medications.
func ccda(d *Doc, p *Person, r *rand.Rand) {
	d.Name = "ccd.xml"
	d.allow(LOINC, "34133-9") // of the document, and of its section
	d.allow(LOINC, "11450-4")
	var w page
	w.f("<?xml version=\"1.0\"?>\n<ClinicalDocument xmlns=\"urn:hl7-org:v3\" xmlns:sdtc=\"urn:hl7-org:sdtc\"><realmCode code=\"US\"/><typeId root=\"2.16.840.1.113883.1.3\" extension=\"POCD_HD000040\"/>")
	w.f("<code code=\"34133-9\" codeSystem=\"2.16.840.1.113883.6.1\"/><title>Continuity of Care Document</title><effectiveTime value=\"%s\"/>\n", p.Seen(compact))
	w.f("<recordTarget><patientRole><id root=\"2.16.840.1.113883.19.5.%d\" extension=\"%s\"/>", r.IntN(999), p.MRN)
	ssn := split324(p.SSN, "-")
	if r.IntN(2) == 0 {
		ssn = p.SSN
		d.bare(p, SSN)
	} else {
		d.plant(p, SSN)
	}
	w.f("<id root=\"2.16.840.1.113883.4.1\" extension=\"%s\"/>", ssn)
	w.f("<addr use=\"HP\"><streetAddressLine>%s</streetAddressLine><city>%s</city><state>%s</state><postalCode>%s</postalCode></addr><telecom use=\"HP\" value=\"tel:+1-%s-%s-%s\"/>\n",
		p.Street, p.City, p.State, p.ZIP, p.Phone[:3], p.Phone[3:6], p.Phone[6:])
	w.f("<patient><name use=\"L\"><given>%s</given><family>%s</family></name><administrativeGenderCode code=\"%s\"/><birthTime value=\"%s\"/></patient></patientRole></recordTarget>\n", p.First, escape(p.Last), p.Sex, p.Born(compact))
	w.f("<author><assignedAuthor><id root=\"2.16.840.1.113883.4.6\" extension=\"%s\"/><assignedPerson><name><given>%s</given><family>%s</family></name></assignedPerson></assignedAuthor></author>\n", p.NPI, p.DoctorFirst, escape(p.DoctorLast))
	w.f("<component><structuredBody><component><section><code code=\"11450-4\" codeSystem=\"2.16.840.1.113883.6.1\"/><title>PROBLEMS</title><text>%s</text><entry><act><entryRelationship><observation><value code=\"%s\" codeSystem=\"2.16.840.1.113883.6.90\" displayName=\"%s\"/></observation></entryRelationship></act></entry></section></component>",
		escape(p.Term), p.ICD10, escape(p.Term))
	w.f("<component><section><title>MEDICATIONS</title><text>%s</text></section></component></structuredBody></component></ClinicalDocument>\n", p.Drug)
	d.plant(p, MRN, Name, DOB, Phone, Address, NPI, ICD10)
	d.staff(p)
	d.Body = []byte(w.String())
}

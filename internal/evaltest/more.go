package evaltest

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
)

// moreSets are the odder ways in which the same things travel.
func moreSets() []Set {
	return []Set{
		many("csv-titled", 25, csvTitled),
		many("sql-bare", 25, sqlBare),
		many("log-lines", 25, logLines),
		one("json-nested", jsonNested),
		one("yaml", yamlDoc),
		one("hl7-embedded", hl7Embedded),
		one("ccda-embedded", ccdaEmbedded),
		one("fhir-attach", fhirAttachment),
		many("x12-278", 5, x12Review),
		many("naaccr-v16", 20, naaccr16),
	}
}

// csvTitled is an export with a title above its header and a total below.
func csvTitled(d *Doc, people []Person, r *rand.Rand) {
	csvTable(d, people, r, ",", true)
	d.Body = fmt.Appendf(nil, "Patient roster,,\nPrinted 03/04/2025 10:12,,\n\n%s\nTotal,%d\n", d.Body, len(people))
}

// sqlBare has no column names: an SSN with separators and what stands out by itself are demanded.
func sqlBare(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "backup.sql"
	cells := rows(d, people, listColumns(r))
	var w page
	for _, row := range cells[1:] {
		for i := range row {
			row[i] = sqlValue(row[i])
		}
		w.f("INSERT INTO patients VALUES (%s);\n", strings.Join(row, ", "))
	}
	for i := range d.Planted {
		d.Planted[i].Label = ""
		if k := d.Planted[i].Kind; k != SSN {
			d.Planted[i].Optional = true
		}
	}
	d.Body = []byte(w.String())
}

// logLines is what an application writes when nobody looks: key=value.
func logLines(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "app.log"
	var w page
	for i := range people {
		w.f("2025-03-04 10:%02d:%02d,%03d INFO  [exec-%d] PatientService - saved patient", r.IntN(60), r.IntN(60), r.IntN(1000), r.IntN(9))
		for _, kv := range pairs(d, &people[i], r) {
			if strings.ContainsAny(kv[1], " ,") {
				kv[1] = `"` + kv[1] + `"`
			}
			w.f(" %s=%s", kv[0], kv[1])
		}
		w.f("\n")
	}
	d.Body = []byte(w.String())
}

// jsonNested names things by path: the key alone says little.
func jsonNested(d *Doc, p *Person, _ *rand.Rand) {
	d.Object, d.Media = Request, "application/json"
	d.Body = fmt.Appendf(nil, `{"patient":{"name":{"first":%s,"last":%s},"birth":{"date":"%s"},"ssn":{"value":"%s"},"mrn":{"number":"%s"},"contact":{"phone":{"home":"%s"},"email":"%s"},"address":{"line1":"%s","city":"%s","state":"%s","zip":"%s"}},"insurance":{"member":{"id":"%s"},"medicare":{"mbi":"%s"}},"encounter":{"diagnoses":[{"code":"%s","system":"ICD-10-CM"}],"provider":{"npi":"%s"}}}`,
		quoted(p.First), quoted(p.Last), p.Born(iso), p.SSN, p.MRN, p.Phone, p.Email, p.Street, p.City, p.State, p.ZIP, p.Member, p.MBI, p.ICD10, p.NPI)
	d.bare(p, SSN)
	d.plant(p, Name, DOB, MRN, Phone, Email, Address, Member, MBI, ICD10, NPI)
}

func yamlDoc(d *Doc, p *Person, r *rand.Rand) {
	d.Name = "patient.yaml"
	var w page
	w.f("# exported record\npatient:\n")
	for _, kv := range pairs(d, p, r) {
		w.f("  %s: %s\n", kv[0], pick(r, "\""+kv[1]+"\"", "'"+strings.ReplaceAll(kv[1], "'", "''")+"'"))
	}
	w.f("  reason: %s\n", p.Term)
	d.Body = []byte(w.String())
}

// hl7Embedded is a result with a note as a base64 document in OBX-5: its SSN stands in the document alone.
func hl7Embedded(d *Doc, p *Person, r *rand.Rand) {
	d.Name = "oru.hl7"
	d.allow(LOINC, "11488-4")
	text := base64.StdEncoding.EncodeToString([]byte(steady(d, p, r)))
	d.Body = fmt.Appendf(nil, "MSH|^~\\&|LAB|LAKESIDE|RECV|CLEARMED|%[1]s1012||MDM^T02|M%[2]s|P|2.5.1\rPID|1||%[3]s^^^LAKESIDE^MR||%[4]s^%[5]s||%[6]s|%[7]s\rTXA|1|DS|TX\rOBX|1|ED|11488-4^Note^LN||^TEXT^PLAIN^Base64^%[8]s||||||F\r",
		p.Seen(compact), digitsOf(r, 7), p.MRN, p.Last, p.First, p.Born(compact), p.Sex, text)
}

// ccdaEmbedded has a body that is no XML: a text in base64.
func ccdaEmbedded(d *Doc, p *Person, r *rand.Rand) {
	d.Name = "unstructured.xml"
	d.allow(LOINC, "34133-9")
	text := base64.StdEncoding.EncodeToString([]byte(steady(d, p, r)))
	d.Body = fmt.Appendf(nil, "<?xml version=\"1.0\"?>\n<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><code code=\"34133-9\" codeSystem=\"2.16.840.1.113883.6.1\"/><recordTarget><patientRole><id root=\"2.16.840.1.113883.19.5.9\" extension=\"%s\"/><patient><name><given>%s</given><family>%s</family></name><birthTime value=\"%s\"/></patient></patientRole></recordTarget><component><nonXMLBody><text mediaType=\"text/plain\" representation=\"B64\">%s</text></nonXMLBody></component></ClinicalDocument>\n",
		p.MRN, p.First, escape(p.Last), p.Born(compact), text)
}

// fhirAttachment is a DocumentReference with the note in it.
func fhirAttachment(d *Doc, p *Person, r *rand.Rand) {
	d.Name, d.Media = "document.json", "application/fhir+json"
	d.Body = fmt.Appendf(nil, `{"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"contentType":"text/plain","data":"%s"}}]}`,
		base64.StdEncoding.EncodeToString([]byte(steady(d, p, r))))
}

// x12Review is a request for review of services, 278.
func x12Review(d *Doc, people []Person, r *rand.Rand) {
	d.Name = "review.278"
	x := newInterchange(r, "P", "HI", "005010X217", "278")
	x.seg("BHT", "0007", "13", "A12345", "20250304", "1012")
	x.seg("HL", "1", "", "20", "1")
	x.seg("NM1", "X3", "2", "LAKE HEALTH PLAN", "", "", "", "", "PI", "87726")
	x.seg("HL", "2", "1", "21", "1")
	x.seg("NM1", "1P", "2", "LAKESIDE CLINIC", "", "", "", "", "XX", people[0].NPI)
	d.plant(&people[0], NPI)
	for i := range people {
		p := &people[i]
		x.seg("HL", fmt.Sprint(3+2*i), "2", "22", "1")
		x.subscriber(d, p, r)
		x.seg("REF", "SY", p.SSN)
		x.seg("REF", "EJ", p.Account)
		x.home(p)
		x.seg("HL", fmt.Sprint(4+2*i), fmt.Sprint(3+2*i), "EV", "0")
		x.seg("HI", "ABK"+x.c+undot(p.ICD10))
		d.bare(p, SSN)
		d.bare(p, ICD10)
		d.plant(p, Name, DOB, Address, Account)
	}
	d.Body = x.end()
}

// naaccr16 is version 16 in columns: its confidential items begin at 3340.
func naaccr16(d *Doc, people []Person, _ *rand.Rand) {
	d.Name = "abstracts16.txt"
	var w page
	for i := range people {
		p := &people[i]
		line := []byte(strings.Repeat(" ", 5564))
		put := func(column int, v string) { copy(line[column-1:], v) }
		put(1, "C")
		put(17, "160")
		put(42, fmt.Sprintf("%08d", 1+i))
		put(196, p.Born(compact))
		put(540, undot(p.Site))
		put(550, p.Morphology[:4]+p.Morphology[5:])
		put(3340, strings.ToUpper(p.Last))
		put(3380, strings.ToUpper(p.First))
		put(3606, p.MRN)
		put(3619, p.SSN)
		put(3628, strings.ToUpper(p.Street))
		put(3868, p.Phone)
		w.f("%s\n", line)
		d.bare(p, SSN)
		d.plant(p, Name, DOB, MRN, Phone)
		d.allow(Address, upperAlnum(p.Street))
		d.allow(ICDO3, p.Morphology[:4])
		d.allow(ICDO3, strings.ToLower(undot(p.Site)))
	}
	d.Body = []byte(w.String())
}

// testX12 is an interchange whose usage indicator says test.
func testX12(d *Doc, people []Person, r *rand.Rand) {
	x12Enrolment(d, people, r)
	d.Want, d.Planted = Test, nil
	d.Body = []byte(strings.Replace(string(d.Body[:120]), d.usage("P"), d.usage("T"), 1) + string(d.Body[120:]))
}

// usage is the indicator between its delimiters.
func (d *Doc) usage(v string) string { return string(d.Body[3:4]) + v + string(d.Body[3:4]) }

// testFHIR is a bundle whose patient is labelled as test data.
func testFHIR(d *Doc, p *Person, r *rand.Rand) {
	fhirBundle(d, p, r)
	d.Want, d.Planted = Test, nil
	const tag = `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HTEST"}]},`
	d.Body = []byte(strings.Replace(string(d.Body), `"resourceType":"Patient",`, `"resourceType":"Patient",`+tag, 1))
}

// payrollJSON is an employee's record: no health, no PHI.
func payrollJSON(d *Doc, p *Person, r *rand.Rand) {
	d.Object, d.Media, d.Want = Request, "application/json", PIIOnly
	d.Body = fmt.Appendf(nil, `{"employee":{"employeeId":"E%s","name":%s,"ssn":"%s","dateOfBirth":"%s","hireDate":"%s","department":"Facilities","salary":%d}}`,
		digitsOf(r, 5), quoted(p.Full()), split324(p.SSN, "-"), p.Born(iso), p.Seen(iso), 40000+r.IntN(50000))
	d.plant(p, SSN, Name)
}

package fhir

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

const (
	person1 = `{"resourceType":"Patient","id":"a1","identifier":[{"system":"http://hl7.org/fhir/sid/us-ssn","value":"536228145"},` +
		`{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},"value":"77123"}],` +
		`"name":[{"use":"official","family":"Roe","given":["Jane","Q"]}],"telecom":[{"system":"phone","value":"617-555-1212"}],` +
		`"birthDate":"1960-02-03","address":[{"line":["1 Main St"],"city":"Boston","state":"MA","postalCode":"02139"}]}`
	// sorted is the same with its keys in the order of the alphabet, as some servers write them.
	sorted = `{"address":[{"city":"Boston","line":["1 Main St"],"postalCode":"02139","state":"MA"}],"birthDate":"1960-02-03","id":"a1",` +
		`"identifier":[{"system":"http://hl7.org/fhir/sid/us-ssn","value":"536228145"},{"type":{"coding":[{"code":"MR",` +
		`"system":"http://terminology.hl7.org/CodeSystem/v2-0203"}]},"value":"77123"}],"name":[{"family":"Roe","given":["Jane","Q"],` +
		`"use":"official"}],"resourceType":"Patient","telecom":[{"system":"phone","value":"617-555-1212"}]}`
	inXML = `<Patient xmlns="http://hl7.org/fhir"><id value="a1"/><identifier><system value="http://hl7.org/fhir/sid/us-ssn"/>` +
		`<value value="536228145"/></identifier><identifier><type><coding><code value="MR"/></coding></type><value value="77123"/>` +
		`</identifier><name><use value="official"/><family value="Roe"/><given value="Jane"/><given value="Q"/></name>` +
		`<telecom><system value="phone"/><value value="617-555-1212"/></telecom><birthDate value="1960-02-03"/>` +
		`<address><line value="1 Main St"/><city value="Boston"/><state value="MA"/><postalCode value="02139"/></address></Patient>`
	condition1 = `{"resourceType":"Condition","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"E11.9",` +
		`"display":"Type 2 diabetes"}]},"subject":{"reference":"Patient/a1"}}`
	person2 = `{"resourceType":"Patient","id":"b2","identifier":[{"system":"urn:oid:2.16.840.1.113883.4.927","value":"1EG4TE5MK74"}]}`
)

func field(r object.Role, label, value string) string {
	return fmt.Sprintf("field %d %s=%q\n", r, label, value)
}

// mine are the fields of person1 that have a role.
var mine = []string{
	field(object.RoleSSN, "identifier", "536228145"), field(object.RoleMRN, "identifier", "77123"),
	field(object.RolePersonName, "patient", "Roe, Jane Q"), field(object.RolePhone, "patient", "617-555-1212"),
	field(object.RoleBirthDate, "patient", "1960-02-03"), field(object.RoleStreet, "address", "1 Main St") + field(object.RoleNone, "city", "Boston") + field(object.RoleNone, "state", "MA") + field(object.RoleNone, "zip", "02139"),
}

func bundled(resources ...string) string {
	return `{"resourceType":"Bundle","type":"searchset","entry":[{"resource":` + strings.Join(resources, `},{"resource":`) + `}]}`
}

func decoded(t *testing.T, in string) string {
	t.Helper()
	return windowtest.Same(t, Format(), &object.Meta{}, in)
}

// units returns what was told in each unit.
func units(log string) []string {
	var out []string
	for _, u := range strings.Split(log, "begin 1\n")[1:] {
		u, _, _ = strings.Cut(u, "end\n")
		out = append(out, u)
	}
	return out
}

// TestPatient: the same patient reads the same whatever the syntax and the order of the keys.
func TestPatient(t *testing.T) {
	for name, in := range map[string]string{"json": person1, "sorted": sorted, "xml": inXML, "bundle": bundled(sorted), "contained": `{"resourceType":"Claim","contained":[` + sorted + `]}`,
		"wrapped": `{"hook":"x","prefetch":{"patient":` + person1 + `}}`, "array": `[` + person1 + `]`, "xml bundle": `<?xml version="1.0"?><Bundle xmlns="http://hl7.org/fhir"><type value="x"/><entry><resource>` + inXML + `</resource></entry></Bundle>`,
		"xml contained": `<Claim xmlns="http://hl7.org/fhir"><contained>` + inXML + `</contained></Claim>`, "marked": "\xef\xbb\xbf" + person1} {
		us := units(decoded(t, in))
		if len(us) != 1 {
			t.Errorf("%s: %d units", name, len(us))
			continue
		}
		for _, want := range mine {
			if !strings.Contains(us[0], want) {
				t.Errorf("%s: no %s in\n%s", name, want, us[0])
			}
		}
	}
}

// TestUnits: a unit is a person's.
func TestUnits(t *testing.T) {
	other := strings.ReplaceAll(condition1, "Patient/a1", "Patient/b2")
	coverage1 := `{"resourceType":"Coverage","subscriberId":"W123456789","beneficiary":{"reference":"https://x/fhir/Patient/a1/_history/2"}}`
	practitioner := `{"resourceType":"Practitioner","id":"p","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"}],"name":[{"family":"Who"}]}`
	for name, c := range map[string]struct {
		in   string
		want []int // resources in each unit
	}{
		"one patient's":   {bundled(person1, condition1, practitioner, coverage1), []int{4}},
		"patient last":    {bundled(condition1, person1), []int{2}},
		"patients":        {bundled(person1, person2), []int{1, 1}},
		"two with theirs": {bundled(person1, condition1, person2, other, condition1), []int{2, 2, 1}},
		"late reference":  {bundled(person1, other), []int{1, 1}},
		"lines":           {person1 + "\n" + person2 + "\n", []int{1, 1}},
		"nobody's lines":  {practitioner + "\n" + practitioner + "\n", []int{1, 1}},
		"lines of one":    {condition1 + "\n" + coverage1 + "\n" + other + "\n", []int{2, 1}},
		"by identifier": {bundled(strings.Replace(condition1, `"reference":"Patient/a1"`, `"identifier":{"system":"x","value":"1"}`, 1),
			strings.Replace(condition1, `"reference":"Patient/a1"`, `"identifier":{"system":"x","value":"2"}`, 1)), []int{1, 1}},
		"contained": {bundled(`{"resourceType":"Claim","contained":[`+person1+`]}`, `{"resourceType":"Claim","contained":[`+person2+`]}`), []int{2, 2}},
		"wrapped":   {`{"items":[` + person1 + "," + person2 + `]}`, []int{1, 1}},
		"nested":    {bundled(bundled(person1), bundled(person2)), []int{1, 1}},
	} {
		log := decoded(t, c.in)
		var got []int
		for _, u := range units(log) {
			if n := strings.Count(u, "resourceType=") - strings.Count(u, `resourceType="Bundle"`); n > 0 {
				got = append(got, n)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: resources %v in units, want %v\n%s", name, got, c.want, log)
		}
	}
}

// TestUnitsXML: the same in XML, where a resource is an element.
func TestUnitsXML(t *testing.T) {
	us := units(decoded(t, `<Bundle xmlns="http://hl7.org/fhir"><entry><resource>`+inXML+`</resource></entry><entry><resource><Condition><subject><reference value="Patient/a1"/></subject></Condition></resource></entry>`+
		`<entry><resource><Condition><subject><reference value="Patient/b2"/></subject></Condition></resource></entry></Bundle>`))
	if len(us) != 2 || !strings.Contains(us[0], "Patient/a1") || !strings.Contains(us[1], "Patient/b2") {
		t.Errorf("%q", us)
	}
}

func TestMeaning(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"diagnosis", condition1, field(object.RoleDiagnosis, "diagnosis code", "E11.9") + field(object.RoleNone, "diagnosis", "Type 2 diabetes")},
		{"drug", `{"resourceType":"MedicationRequest","medicationCodeableConcept":{"coding":[{"system":"http://hl7.org/fhir/sid/ndc","code":"0002-8215-01","display":"Insulin"}]}}`,
			field(object.RoleNone, "ndc", "0002-8215-01") + field(object.RoleNone, "medication", "Insulin")},
		{"ninth revision", `{"resourceType":"Condition","code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-9-cm","code":"250.00"}]}}`,
			field(object.RoleNone, "icd-9 diagnosis", "250.00")},
		{"supply", `{"resourceType":"Procedure","code":{"coding":[{"system":"http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets","code":"J1885"}]}}`,
			field(object.RoleNone, "hcpcs", "J1885")},
		{"member", `{"resourceType":"Coverage","subscriberId":"W1234567"}`, field(object.RoleMemberID, "subscriber id", "W1234567")},
		{"medicare member", `{"resourceType":"Coverage","subscriberId":"1EG4-TE5-MK74"}`, field(object.RoleMBI, "subscriber id", "1EG4-TE5-MK74")},
		{"oid", `{"resourceType":"Patient","identifier":[{"system":"urn:oid:2.16.840.1.113883.4.1","value":"536228145"}]}`, field(object.RoleSSN, "identifier", "536228145")},
		{"untyped", `{"resourceType":"Patient","identifier":[{"system":"urn:oid:1.2.36.146","value":"H44"}]}`, field(object.RoleMRN, "identifier", "H44")},
		{"by text", `{"resourceType":"Patient","identifier":[{"type":{"text":"Medicaid number"},"value":"AB12345C"}]}`, field(object.RoleMedicaid, "identifier", "AB12345C")},
		{"hash", `{"resourceType":"Patient","identifier":[{"system":"https://bluebutton.cms.gov/resources/identifier/mbi-hash","value":"0a1b2c"}]}`, field(object.RoleNone, "identifier", "0a1b2c")},
		{"provider", `{"resourceType":"Practitioner","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1234567893"},{"type":{"coding":[{"code":"SS"}]},"value":"1"}],"name":[{"family":"Who"}]}`,
			field(object.RoleNPI, "provider identifier", "1234567893") + field(object.RoleNone, "url", "http://hl7.org/fhir/sid/us-npi") +
				field(object.RoleNone, "provider identifier", "1") + field(object.RoleNone, "provider name", "Who")},
		{"claim number", `{"resourceType":"Claim","identifier":[{"value":"C-1"}]}`, field(object.RoleNone, "claim number", "C-1")},
		{"subject by number", `{"resourceType":"Claim","patient":{"identifier":{"system":"http://hl7.org/fhir/sid/us-mbi","value":"1EG4TE5MK74"},"display":"Jane Roe"}}`,
			field(object.RoleMBI, "identifier", "1EG4TE5MK74") + field(object.RoleNone, "url", "http://hl7.org/fhir/sid/us-mbi") +
				field(object.RolePersonName, "patient name", "Jane Roe")},
		{"office", `{"resourceType":"Location","address":{"line":["1 Main St","Apt 2"],"city":"Boston"}}`, field(object.RoleNone, "office contact", "1 Main St Apt 2, Boston")},
		{"address as text", `{"resourceType":"Patient","address":[{"text":"1 Main St, Boston, MA 02139"}]}`, field(object.RoleStreet, "place", "1 Main St, Boston, MA 02139")},
		{"mail and fax", `{"resourceType":"Patient","telecom":[{"value":"mailto:a@b.example"},{"system":"fax","value":"617-555-1212"}]}`,
			field(object.RoleEmail, "patient", "a@b.example") + field(object.RoleFax, "patient", "617-555-1212")},
		{"next of kin", `{"resourceType":"Patient","contact":[{"name":{"text":"John Roe"}}]}`, field(object.RolePersonName, "patient", "John Roe")},
		{"extension", `{"resourceType":"Patient","extension":[{"url":"http://x/StructureDefinition/mothersMaidenName","valueString":"Doe"}]}`, field(object.RoleNone, "mothersMaidenName value", "Doe")},
		{"question", `{"resourceType":"QuestionnaireResponse","item":[{"linkId":"1","text":"Social security number","answer":[{"valueString":"536228145"}]}]}`,
			field(object.RoleNone, "Social security number value", "536228145")},
		{"narrative", `{"resourceType":"Patient","text":{"div":"<div xmlns=\"x\">Jane <b>Roe</b><br/>SSN &#53;36-22-8145</div>"}}`, `text "\nJane Roe\nSSN 536-22-8145\n\n"`},
		{"narrative in xml", `<Patient xmlns="http://hl7.org/fhir"><text><div xmlns="http://www.w3.org/1999/xhtml"><p>Jane <b>Roe</b></p>x &amp; y</div></text></Patient>`, "Jane Roe\\n"},
		{"attachment", `{"resourceType":"DocumentReference","content":[{"attachment":{"contentType":"text/plain","data":"aGVsbG8=","title":"t"}}]}`, "part \"hello\"\n"},
		{"binary", `{"resourceType":"Binary","contentType":"text/plain","data":"aGVsbG8="}`, "part \"hello\"\n"},
		{"no document", `{"data":"536-22-8145","resourceType":"Patient"}`, field(object.RoleNone, "data", "536-22-8145")},
		{"large attachment", `{"data":"x","resourceType":"Communication","a":{"attachment":{"contentType":"text/plain","data":"` + strings.Repeat("aGVsbG8h", 9000) + `"}}}`, strings.Repeat("hello!", 9000)},
		{"test", `{"resourceType":"Patient","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HTEST"}]}}`, field(object.RoleTest, "meta.security", "HTEST")},
	}
	for _, c := range cases {
		if got := decoded(t, c.in); !strings.Contains(got, c.want) {
			t.Errorf("%s:\n%s\nwant:\n%s", c.name, got, c.want)
		}
	}
	// The mark of a bundle holds for each of its units.
	marked := strings.Replace(bundled(person1, person2), `"type"`, `"meta":{"security":[{"code":"HTEST"}]},"type"`, 1)
	for _, u := range units(decoded(t, marked)) {
		if !strings.HasPrefix(u, field(object.RoleTest, "meta.security", "HTEST")) {
			t.Errorf("no mark in\n%s", u)
		}
	}
}

func TestSniff(t *testing.T) {
	for in, want := range map[string]bool{
		person1: true, bundled(sorted): true, inXML: true, "<?xml version='1.0'?>\n<!-- x --><Bundle xmlns='http://hl7.org/fhir'/>": true,
		`{"resourceType":"AWS::EC2::Instance"}`: false, `{"resourceType":"User","name":"x"}`: false, `{"a":"resourceType"}`: false, `[1]`: false, ``: false,
		`<html xmlns="http://www.w3.org/1999/xhtml"><a href="http://hl7.org/fhir">x</a></html>`: false, `<a href="http://hl7.org/fhir"/>`: true,
		"Patient": false, `{"entry":[{"a":["http://hl7.org/fhir/sid/us-ssn` + strings.Repeat(`","`, object.PeekMax): true,
	} {
		if got := sniff([]byte(in), nil) > content.No; got != want && !strings.HasPrefix(in, "<a ") {
			t.Errorf("%.60q: %v", in, got)
		}
	}
}

// TestWait: what waits is bounded, and nothing of it is lost.
func TestWait(t *testing.T) {
	long := `{"x":"` + strings.Repeat("a ", 30000) + `","y":["` + strings.Repeat(`b","`, 30000) + `"],"identifier":[{"value":"536228145"}],"resourceType":"Patient"}`
	got := decoded(t, long)
	if strings.Count(got, `y="b"`) != 30000 || !strings.Contains(got, `"536228145"`) {
		t.Errorf("something is lost:\n%.2000s", got)
	}
	m := newModel(&windowtest.Sink{})
	m.open(nil)
	for range 1 << 18 {
		m.leaf([]byte("key"), []byte("some value"))
	}
	if cap(m.arena) > 4*maxWait || cap(m.ops) > maxWait {
		t.Errorf("%d bytes, %d fields wait", cap(m.arena), cap(m.ops))
	}
}

func TestAccept(t *testing.T) {
	broken := `{"resourceType":"Patient","identifier":[{"value":"536-22-8145"}],"x":y,"ssn":"536-22-8146"}`
	contenttest.Accept(t, []content.Format{Format()}, []contenttest.Case{
		{Name: "bundle", Data: []byte(bundled(person1, condition1, sorted)), Meta: contenttest.Named("a.json"), Contains: []string{"Roe, Jane Q", "536228145"}, Format: "fhir", State: coverage.Inspected},
		{Name: "xml", Data: []byte(inXML), Meta: contenttest.Named("a.xml"), Contains: []string{"Roe, Jane Q"}, Format: "fhir", State: coverage.Inspected},
		{Name: "broken", Data: []byte(broken), Meta: contenttest.Named("a"), Contains: []string{"536-22-8145", "536-22-8146"}, Format: "fhir", State: coverage.Inspected},
		{Name: "lines", Data: []byte(strings.Repeat(person1+"\n"+condition1+"\n", 100)), Meta: contenttest.Named("a.ndjson"), Contains: []string{"536228145"}, Format: "fhir", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{}) }

// TestNameless: an element may have a prefix and no name.
func TestNameless(t *testing.T) {
	decoded(t, `<:/><Patient xmlns="http://hl7.org/fhir"><: value="536-22-8145"/></Patient>`)
}

func FuzzDecode(f *testing.F) {
	contenttest.Fuzz(f, []content.Format{Format()}, object.Meta{MediaType: "application/fhir+json"}, []byte(bundled(person1, condition1)), []byte(sorted), []byte(inXML),
		[]byte(`{"resourceType":"Binary","data":"aGVsbG8="}`+"\n"+person2), []byte(`<Bundle xmlns="http://hl7.org/fhir"><entry><resource>`+inXML+`</resource></entry></Bundle>`))
}

func BenchmarkJSON(b *testing.B) {
	windowtest.Bench(b, Format(), &object.Meta{}, []byte(strings.Repeat(person1+"\n"+condition1+"\n", 2000)))
}

func BenchmarkXML(b *testing.B) {
	windowtest.Bench(b, Format(), &object.Meta{}, []byte(`<Bundle xmlns="http://hl7.org/fhir">`+strings.Repeat("<entry><resource>"+inXML+"</resource></entry>", 2000)+"</Bundle>"))
}

package cda

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
	open     = `<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3">`
	document = open + `<recordTarget><patientRole><id root="2.16.840.1.113883.4.1" extension="536-22-8145"/>` +
		`<id extension="77123" root="1.2.3"/><id root="1.2.3.4" extension="HOME"/><addr use="HP"><streetAddressLine>1 Main St</streetAddressLine>` +
		`<city>Boston</city><state>MA</state><postalCode>021391234</postalCode><country>US</country></addr><telecom value="tel:617-555-1212"/>` +
		`<telecom value="mailto:a@b.example"/><patient><name><prefix>Ms.</prefix><given>Jane</given><given>Q</given><family>Roe &amp; Co</family></name>` +
		`<birthTime value="19600203"/></patient><providerOrganization><id root="2.16.840.1.113883.4.6" extension="1234567893"/>` +
		`<name>Good Health</name><telecom value="tel:617-555-1213"/></providerOrganization></patientRole></recordTarget>` +
		`<author><assignedAuthor><id root="1.2.5" extension="9"/><assignedPerson><name><given>Ann</given><family>Who</family></name></assignedPerson></assignedAuthor></author>` +
		`<participant typeCode="IND"><associatedEntity classCode="NOK"><associatedPerson><name>John Roe</name></associatedPerson></associatedEntity></participant>` +
		`<component><structuredBody><component><section><title>Problems</title><text>Seen <content>to</content>day<table><tr><td>536</td><td>b</td></tr></table>` +
		`<paragraph>x</paragraph>y</text><entry><observation><id root="1.2.6" extension="4711"/><value code="E11.9" codeSystem="2.16.840.1.113883.6.90" displayName="Diabetes"/>` +
		`</observation></entry></section></component></structuredBody></component></ClinicalDocument>`
)

func field(r object.Role, label, value string) string {
	return fmt.Sprintf("field %d %s=%q\n", r, label, value)
}

func decoded(t *testing.T, in string) string {
	t.Helper()
	return windowtest.Same(t, Format(), &object.Meta{}, in)
}

func TestDocument(t *testing.T) {
	got := decoded(t, document)
	at := 0
	for _, want := range []string{"structure ccda\n", "begin 1\n",
		field(object.RoleSSN, "patient id", "536-22-8145"), field(object.RoleMRN, "patient id", "77123"), field(object.RoleAttribute, "id@extension", "HOME"),
		field(object.RoleStreet, "address", "1 Main St") + field(object.RoleNone, "city", "Boston") + field(object.RoleNone, "state", "MA") + field(object.RoleNone, "zip", "021391234"), field(object.RolePhone, "patient telecom", "617-555-1212"),
		field(object.RoleEmail, "patient telecom", "a@b.example"), field(object.RolePersonName, "patient name", "Roe & Co, Jane Q"),
		field(object.RoleBirthDate, "patient birth time", "19600203"), field(object.RoleNPI, "provider id", "1234567893"),
		field(object.RoleNone, "provider name", "Good Health"), field(object.RoleNone, "provider telecom", "617-555-1213"),
		field(object.RoleNone, "provider identifier", "9"), field(object.RoleNone, "provider name", "Who, Ann"),
		field(object.RolePersonName, "patient name", "John Roe"), field(object.RoleNone, "title", "Problems"),
		`text "Seen today\n536\tb\tx\ny\n"` + "\n", field(object.RoleAttribute, "id@extension", "4711"),
		field(object.RoleDiagnosis, "diagnosis code", "E11.9"), field(object.RoleNone, "diagnosis", "Diabetes"), "end\n"} {
		i := strings.Index(got[at:], want)
		if i < 0 {
			t.Fatalf("no %q behind\n%s\nin\n%s", want, got[:at], got)
		}
		at += i
	}
}

func TestMeaning(t *testing.T) {
	const closing = "</ClinicalDocument>"
	cases := []struct{ name, in, want string }{
		{"covered party", open + `<entry><act><participant typeCode="COV"><participantRole><id root="1.2" extension="W1234567"/><playingEntity><name>Jane Roe</name></playingEntity></participantRole></participant></act></entry>` + closing,
			field(object.RoleMemberID, "member id", "W1234567")},
		{"body in base64", open + `<component><nonXMLBody><text mediaType="text/plain" representation="B64">aGVs bG8=</text></nonXMLBody></component>` + closing, "part \"hello\"\n"},
		{"large body", open + `<nonXMLBody><text representation="B64">` + strings.Repeat("aGVsbG8h\n", 9000) + `</text></nonXMLBody>` + closing, strings.Repeat("hello!", 9000)},
		{"body of text", open + `<nonXMLBody><text mediaType="text/plain">SSN 536-22-8145</text></nonXMLBody>` + closing, `text "SSN 536-22-8145\n"`},
		{"prefix", `<v3:ClinicalDocument xmlns:v3="urn:hl7-org:v3"><v3:recordTarget><v3:patientRole><v3:id root="2.16.840.1.113883.4.927" extension="1EG4TE5MK74"/></v3:patientRole></v3:recordTarget></v3:ClinicalDocument>`,
			field(object.RoleMBI, "patient id", "1EG4TE5MK74")},
		{"query", `<PRPA_IN201305UV02 xmlns="urn:hl7-org:v3"><queryByParameter><parameterList><livingSubjectBirthTime><value value="19600203"/></livingSubjectBirthTime><livingSubjectId><value root="1.2" extension="77123"/></livingSubjectId></parameterList></queryByParameter></PRPA_IN201305UV02>`,
			field(object.RoleBirthDate, "patient birth time", "19600203") + field(object.RoleAttribute, "value@root", "1.2") + field(object.RoleMRN, "patient id", "77123")},
	}
	for _, c := range cases {
		if got := decoded(t, c.in); !strings.Contains(got, c.want) {
			t.Errorf("%s:\n%.2000s\nwant:\n%.2000s", c.name, got, c.want)
		}
	}
	// Each registration of a message is a unit.
	one := `<registrationEvent><subject1><patient><id root="1.2" extension="1"/><patientPerson><name><given>A</given></name></patientPerson></patient></subject1></registrationEvent>`
	if got := decoded(t, `<PRPA_IN201306UV02 xmlns="urn:hl7-org:v3">`+one+one+`</PRPA_IN201306UV02>`); strings.Count(got, "begin 1\n") != 2 {
		t.Errorf("registrations:\n%s", got)
	}
}

func TestSniff(t *testing.T) {
	for in, want := range map[string]bool{
		document: true, open: true, `<xs:schema xmlns:xs="x" targetNamespace="urn:hl7-org:v3"><xs:element name="ClinicalDocument"/></xs:schema>`: false,
		`<a xmlns="urn:hl7-org:v3"/>`: false, `<ClinicalDocument/>`: false, "": false, "urn:hl7-org:v3 <ClinicalDocument": false,
	} {
		if got := sniff([]byte(in), nil) > content.No; got != want {
			t.Errorf("%.60q: %v", in, got)
		}
	}
}

func TestAccept(t *testing.T) {
	contenttest.Accept(t, []content.Format{Format()}, []contenttest.Case{
		{Name: "document", Data: []byte(document), Meta: contenttest.Named("a.xml"), Contains: []string{"536-22-8145", "Roe & Co, Jane Q"}, Format: "cda", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{}) }

func FuzzDecode(f *testing.F) {
	contenttest.Fuzz(f, []content.Format{Format()}, contenttest.Named("a.xml"), []byte(document), []byte(open+`<nonXMLBody><text representation="B64">aGVs bG8=</text></nonXMLBody>`))
}

func BenchmarkDecode(b *testing.B) {
	windowtest.Bench(b, Format(), &object.Meta{}, []byte(strings.Repeat(document[len(`<?xml version="1.0"?>`):], 500)))
}

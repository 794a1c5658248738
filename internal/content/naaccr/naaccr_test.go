package naaccr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/window"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

const inXML = `<?xml version="1.0"?><NaaccrData recordType="A" xmlns="http://naaccr.org/naaccrxml"><Item naaccrId="registryId">1</Item><Patient>` +
	`<Item naaccrId="nameMiddle">Q</Item><Item naaccrId="patientIdNumber">00000103</Item><Item naaccrId="nameFirst">Jane</Item>` +
	`<Item naaccrId="socialSecurityNumber" naaccrNum="2320">536228145</Item><Item naaccrNum="240">19600203</Item><Item naaccrNum="9999">z</Item>` +
	`<Item naaccrId="nameLast">Roe</Item><Item naaccrId="telephone">6175551212</Item><Tumor><Item naaccrId="primarySite">C509</Item>` +
	`<Item naaccrId="addrAtDxNoStreet">1 Main St</Item><Item naaccrId="addrAtDxCity">Boston</Item><Item naaccrId="addrAtDxState">MA</Item>` +
	`<Item naaccrId="medicalRecordNumber">77123</Item><Item naaccrId="medicareBeneficiaryIdentifier">1EG4TE5MK74</Item>` +
	`<Item naaccrId="textDxProcPe"><![CDATA[lump & ]]>pain</Item></Tumor></Patient><Patient><Item naaccrId="nameLast">Doe</Item></Patient></NaaccrData>`

func field(r object.Role, label, value string) string {
	return fmt.Sprintf("field %d %s=%q\n", r, label, value)
}

func TestXML(t *testing.T) {
	want := "structure naaccr\n" + field(object.RoleAttribute, "NaaccrData@recordType", "A") + field(object.RoleNone, "registryId", "1") + "begin 1\n" +
		field(object.RoleNone, "registryCase", "00000103") + field(object.RoleSSN, "socialSecurityNumber", "536228145") +
		field(object.RoleBirthDate, "dateOfBirth", "19600203") + field(object.RoleNone, "naaccr 9999", "z") + field(object.RolePhone, "telephone", "6175551212") +
		field(object.RoleNone, "primarySite", "C509") + field(object.RoleMRN, "medicalRecordNumber", "77123") +
		field(object.RoleMBI, "medicareBeneficiaryIdentifier", "1EG4TE5MK74") + field(object.RoleNone, "textDxProcPe", "lump & pain") +
		field(object.RolePersonName, "name", "Roe, Jane Q") + field(object.RoleStreet, "address", "1 Main St") + field(object.RoleNone, "city", "Boston") + field(object.RoleNone, "state", "MA") + "end\nbegin 1\n" +
		field(object.RolePersonName, "name", "Doe") + "end\n"
	if got := windowtest.Same(t, Format(), &object.Meta{}, inXML); got != want {
		t.Errorf("%s\nwant:\n%s", got, want)
	}
}

// line makes a fixed-width record.
func line(n int, version string, at map[int]string) string {
	b := []byte(strings.Repeat(" ", n))
	b[0] = 'A'
	copy(b[16:], version)
	for col, v := range at {
		copy(b[col-1:], v)
	}
	return string(b)
}

// TestFlat: columns as in the notes of NAACCR's record layouts, written here from their tables and not from the decoder's.
func TestFlat(t *testing.T) {
	v16 := line(22824, "160", map[int]string{42: "00000103", 95: "Boston", 145: "MA", 147: "021391234", 196: "19600203", 540: "C509", 550: "8500", 3340: "Roe", 3380: "Jane", 3420: "Q",
		3506: "Doe", 3606: "77123", 3619: "536228145", 3628: "1 Main St", 3868: "6175551212", 6000: "seen by Dr. Who"})
	v18 := line(6154, "180", map[int]string{1: "C", 74: "Boston", 124: "MA", 126: "021391234", 226: "19600203", 554: "C509", 564: "8500", 4049: "Roe", 4089: "Jane", 4129: "Q",
		4215: "Doe", 4315: "77123", 4328: "536228145", 4337: "1EG4TE5MK74", 4348: "1 Main St", 4588: "6175551212"})
	for name, in := range map[string]string{"16": v16, "14": strings.Replace(v16, "160", "140", 1), "18": v18, "trimmed": strings.TrimRight(v18, " ") + "\r"} {
		got := windowtest.Same(t, Format(), &object.Meta{}, in+"\n"+in+"\n")
		for _, want := range []string{field(object.RoleSSN, "socialSecurityNumber", "536228145"), field(object.RoleMRN, "medicalRecordNumber", "77123"),
			field(object.RoleBirthDate, "dateOfBirth", "19600203"), field(object.RolePersonName, "name", "Roe, Jane Q"), field(object.RoleNone, "primarySite", "C509"),
			field(object.RoleStreet, "address", "1 Main St") + field(object.RoleNone, "city", "Boston") + field(object.RoleNone, "state", "MA") + field(object.RoleNone, "zip", "021391234"), field(object.RolePhone, "telephone", "6175551212"),
			field(object.RoleNone, "nameMaiden", "Doe")} {
			if strings.Count(got, want) != 2 {
				t.Errorf("%s: not twice %s in\n%s", name, want, got)
			}
		}
		if strings.Count(got, "begin 1\n") != 2 || !strings.Contains(got, "8500") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
	if got := windowtest.Same(t, Format(), &object.Meta{}, v18); !strings.Contains(got, field(object.RoleMBI, "medicareBeneficiaryIdentifier", "1EG4TE5MK74")) {
		t.Errorf("no MBI:\n%s", got)
	}
	if got := windowtest.Same(t, Format(), &object.Meta{}, v16); !strings.Contains(got, "seen by Dr. Who") {
		t.Errorf("no text:\n%s", got)
	}
	incidence := line(4048, "180", map[int]string{1: "I", 42: "00000103", 226: "19600203", 554: "C509"})
	if got := windowtest.Same(t, Format(), &object.Meta{}, incidence); strings.Contains(got, fmt.Sprintf("field %d", object.RoleMRN)) {
		t.Errorf("incidence:\n%s", got)
	}
	got := windowtest.Same(t, Format(), &object.Meta{}, v18+"\n"+strings.Repeat("x", 3*window.Max)+"536-22-8145\n"+v18)
	if !strings.Contains(got, "536-22-8145") || strings.Count(got, "begin 1\n") != 2 {
		t.Errorf("a line that is too long")
	}
}

func TestSniff(t *testing.T) {
	v18 := line(6154, "180", nil)
	for in, want := range map[string]bool{
		inXML: true, v18: true, v18 + "\n" + v18: true, line(4048, "180", map[int]string{1: "I"}): true, line(22824, "150", nil): true,
		line(6154, "190", nil): false, line(6154, "180", map[int]string{1: "X"}): false, line(6154, "180", map[int]string{5: "word"}): false,
		line(100, "180", nil): false, "": false, "<a>NaaccrData</a>": false,
	} {
		if got := sniff([]byte(in)[:min(len(in), object.PeekMax)], nil) > content.No; got != want {
			t.Errorf("%.60q: %v", in, got)
		}
	}
}

func TestAccept(t *testing.T) {
	contenttest.Accept(t, []content.Format{Format()}, []contenttest.Case{
		{Name: "xml", Data: []byte(inXML), Meta: contenttest.Named("a.xml"), Contains: []string{"536228145", "Roe, Jane Q"}, Format: "naaccr", State: coverage.Inspected},
		{Name: "flat", Data: []byte(line(6154, "180", map[int]string{4049: "Roe", 4328: "536228145"}) + "\n"), Meta: contenttest.Named("a.txt"), Contains: []string{"536228145"}, Format: "naaccr", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) { windowtest.Hostile(t, Format(), &object.Meta{}) }

func FuzzDecode(f *testing.F) {
	contenttest.Fuzz(f, []content.Format{Format()}, contenttest.Named("a.xml"), []byte(inXML), []byte(line(4700, "180", map[int]string{1: "C", 4328: "536228145"})), []byte(line(900, "160", nil)+"\nx\n"))
}

func BenchmarkXML(b *testing.B) {
	windowtest.Bench(b, Format(), &object.Meta{}, []byte("<NaaccrData>"+strings.Repeat(inXML[strings.Index(inXML, "<Patient>"):strings.Index(inXML, "</NaaccrData>")], 500)))
}

func BenchmarkFlat(b *testing.B) {
	windowtest.Bench(b, Format(), &object.Meta{}, []byte(strings.Repeat(line(6154, "180", map[int]string{4049: "Roe", 4328: "536228145"})+"\n", 200)))
}

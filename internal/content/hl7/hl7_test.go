package hl7

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

const msh = "MSH|^~\\&|A|B|C|D|20260401||ADT^A01|1|P|2.5\r"

// admission is a message with most that has a role.
const admission = msh + "EVN|A01|20260401\r" +
	"PID|1|77^^^X|4711^^^H&1.2&ISO^MR~219-09-9999^^^SSA^SS~3DH2AN6WV37^^^CMS^MC~D1234567^^^^DL~99^^^^AN~555^^^^MA|8|ROE&VAN^JANE^Q^JR^DR^^L~DOE^J|" +
	"MOTHER^M|19800102|F|ALIAS^A||12 MAIN ST&MAIN ST^APT 4^TROY^NY^121801234^USA^H||(555)555-1234^PRN^PH~^NET^Internet^jane@example.org~" +
	"^PRN^FX^^1^555^5551235|^^^^^^5551236||||ACC9^^^H|219-09-9999|D7654321^NY|||||||||20260402|\"\"\r" +
	"NK1|1|ROE^JOHN|SPO|12 MAIN ST^^TROY^NY^12180|555-555-1237\r" +
	"PV1|1|I|W^2^3||||1234567893^KILDARE^BEN^^^DR|00112^WEDNER^H|||||||||1234567893^A^B||V100^^^H^VN\r" +
	"GT1|1||ROE^JOHN||12 MAIN ST^^TROY^NY|555-555-1238||19700101||||219-09-9998\r" +
	"IN1|1|PLAN|ID|NAME OF CO||||||||||||ROE^JANE||19800102|1 SIDE ST^^TROY^NY^12180|||||||||||||||||JS0011122|||||||||||||JS0011123\r" +
	"IN2|1|219-09-9997||||1EG4TE5MK73||555001\rMRG|4712^^^H^MR\r" +
	"DG1|1||I10^Essential hypertension^I10|high blood pressure\rOBR|1|||24331-1^Lipid panel^LN||||||||||||1234567893^K^B\r" +
	"OBX|1|NM|2093-3^Cholesterol^LN||240|mg/dL\rOBX|2|TX|X^Note||a ^ b & c~second \\T\\ line\\.br\\third\r" +
	"OBX|3|CE|1234^^LN||7^seven\rNTE|1||remark\\X31\\\\X3233\\ \\H\\bold\\N\\ \\Zx\\ \\ end\r"

func field(r object.Role, label, v string) string {
	return fmt.Sprintf("field %d %s=%q\n", r, label, v)
}

func demand(t *testing.T, got string, list ...string) {
	t.Helper()
	for _, s := range list {
		if !strings.Contains(got, s) {
			t.Errorf("missing %s", s)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestRoles(t *testing.T) {
	f := field
	demand(t, windowtest.Same(t, Format(), &object.Meta{}, admission), "structure hl7v2\nbegin 3\n"+f(0, "MSH-3", "A"),
		f(object.RoleMRN, "PID-2", "77"), f(object.RoleMRN, "PID-3", "4711")+f(0, "PID-3", "H")+f(0, "PID-3", "1.2"), f(object.RoleSSN, "PID-3", "219-09-9999"),
		f(object.RoleMBI, "PID-3", "3DH2AN6WV37"), f(object.RoleLicense, "PID-3", "D1234567"), f(object.RoleAccount, "PID-3", "99"),
		f(object.RoleMedicaid, "PID-3", "555"), f(object.RolePersonName, "PID-5", "ROE, JANE Q"), f(object.RolePersonName, "PID-5", "DOE, J"),
		f(object.RolePersonName, "PID-6", "MOTHER, M"), f(object.RolePersonName, "PID-9", "ALIAS, A"), f(object.RoleBirthDate, "PID-7", "19800102"),
		f(object.RoleStreet, "PID-11", "12 MAIN ST MAIN ST APT 4, TROY, NY 12180-1234"), f(object.RolePhone, "PID-13", "(555)555-1234"),
		f(object.RoleEmail, "PID-13", "jane@example.org"), f(object.RoleFax, "PID-13", "555-555-1235"), f(object.RolePhone, "PID-14", "555-1236"),
		f(object.RoleAccount, "PID-18", "ACC9"), f(object.RoleSSN, "PID-19", "219-09-9999"), f(object.RoleLicense, "PID-20", "D7654321"),
		f(0, "date of death", "20260402"), f(object.RolePersonName, "NK1-2", "ROE, JOHN"), f(object.RoleStreet, "NK1-4", "12 MAIN ST, TROY, NY 12180"),
		f(object.RolePhone, "NK1-5", "555-555-1237"), f(object.RoleNPI, "PV1-7", "1234567893")+f(0, "provider name", "KILDARE, BEN"),
		f(0, "PV1-8", "00112"), f(object.RoleNPI, "PV1-17", "1234567893"), f(object.RoleAccount, "PV1-19", "V100"), f(object.RolePersonName, "GT1-3", "ROE, JOHN"),
		f(object.RoleStreet, "GT1-5", "12 MAIN ST, TROY, NY"), f(object.RolePhone, "GT1-6", "555-555-1238"), f(object.RoleSSN, "GT1-12", "219-09-9998"),
		f(object.RolePersonName, "IN1-16", "ROE, JANE"), f(object.RoleBirthDate, "IN1-18", "19800102"), f(object.RoleStreet, "IN1-19", "1 SIDE ST, TROY, NY 12180"),
		f(object.RoleMemberID, "IN1-36", "JS0011122"), f(object.RoleMemberID, "IN1-49", "JS0011123"), f(object.RoleSSN, "IN2-2", "219-09-9997"),
		f(object.RoleMBI, "IN2-6", "1EG4TE5MK73"), f(object.RoleMedicaid, "IN2-8", "555001"), f(object.RoleMRN, "MRG-1", "4712"),
		f(object.RoleDiagnosis, "diagnosis", "I10")+f(0, "diagnosis", "Essential hypertension"), f(0, "diagnosis", "high blood pressure"),
		f(object.RoleNPI, "OBR-16", "1234567893"), f(0, "test", "Lipid panel"), f(0, "Cholesterol", "240"), f(0, "Note", "a ^ b & c"),
		f(0, "Note", "second & line\nthird"), f(0, "1234", "7")+f(0, "1234", "seven"), f(0, "NTE-3", "remark123 bold \\Zx\\ \\ end"))
	if got := windowtest.Run(t, Format(), nil, admission, 1000); strings.Contains(got, `="\"\""`) || strings.Contains(got, "text") {
		t.Errorf("null is told, or text:\n%s", got)
	}
}

// TestCoded: a code is labelled by its coding system, which stands behind its text, the alternate code too; the ninth revision of the ICD
// is no diagnosis code of the tenth.
func TestCoded(t *testing.T) {
	f := field
	demand(t, windowtest.Same(t, Format(), &object.Meta{}, msh+"PID|||4711||ROE^JANE\rDG1|1||250.00^diabetes^I9C\rDG1|2||E11.9^diabetes^I10C\r"+
		"PR1|1||99213^visit^C4^J1885^injection^HCPCS\rOBX|1|NM|718-7^Hemoglobin^LN^HGB^Hemoglobin^L||13\rOBX|2|NM|HGB^Hb^L^718-7^Hb^LN||14\r"+
		"RXE||00071015523^Lipitor^NDC\rRXO|617314^Lipitor^RXNORM\r"),
		f(0, "icd-9 diagnosis", "250.00")+f(0, "diagnosis", "diabetes")+f(0, "diagnosis", "I9C"), f(object.RoleDiagnosis, "diagnosis", "E11.9"),
		f(0, "cpt", "99213")+f(0, "procedure", "visit")+f(0, "procedure", "C4")+f(0, "hcpcs", "J1885")+f(0, "procedure", "injection"),
		f(0, "loinc", "718-7")+f(0, "OBX-3", "Hemoglobin")+f(0, "OBX-3", "LN")+f(0, "OBX-3", "HGB"), f(0, "OBX-3", "L")+f(0, "loinc", "718-7"),
		f(0, "ndc", "00071015523")+f(0, "medication", "Lipitor"), f(0, "rxnorm", "617314"))
}

func TestDelimiters(t *testing.T) {
	for _, d := range []string{"|^~\\&", "^~|\\&", "#@$%!", "|^~\\"} {
		in := strings.Map(func(r rune) rune {
			if i := strings.IndexRune("|^~\\&", r); i >= 0 && i < len(d) {
				return rune(d[i])
			}
			return r
		}, "MSH|^~\\&|A\rPID|1||4711^^^H^MR~9^^^^SS||RO\\F\\E^JANE\r")
		if len(d) == 4 {
			in = strings.Replace(in, "&", "", 1)
		}
		want := field(object.RolePersonName, "PID-5", "RO"+d[:1]+"E, JANE")
		demand(t, windowtest.Same(t, Format(), nil, in), want, field(object.RoleMRN, "PID-3", "4711"), field(object.RoleSSN, "PID-3", "9"))
	}
}

func TestFraming(t *testing.T) {
	one := "PID|1||4711^^^H^MR||ROE^JANE"
	for name, c := range map[string]struct {
		in   string
		want int
	}{
		"cr":       {msh + one + "\r" + msh + one, 2},
		"lf":       {strings.ReplaceAll(msh+one+"\r"+msh+one+"\r", "\r", "\n"), 2},
		"crlf":     {strings.ReplaceAll(msh+one+"\r"+msh+one+"\r", "\r", "\r\n"), 2},
		"mllp":     {"\x0b" + msh + one + "\r\x1c\r\x0b" + msh + one + "\x1c\x0b" + msh + one, 3},
		"batch":    {"FHS|^~\\&|A\rBHS|^~\\&|A\r" + msh + one + "\r" + msh + one + "\rBTS|2\rFTS|1\r", 2},
		"bom":      {"\xef\xbb\xbf" + msh + one, 1},
		"mid":      {"PV1|1|I\r" + one + "\rOBX|1|NM|1||2\r" + msh + one, 2},
		"preamble": {"a file of messages\n" + msh + one + "\n\n// and\n" + msh + one, 2},
	} {
		got := windowtest.Same(t, Format(), nil, c.in)
		if n, m := strings.Count(got, "begin 3"), strings.Count(got, field(object.RolePersonName, "PID-5", "ROE, JANE")); n != c.want || m != c.want {
			t.Errorf("%s: %d units, %d people, want %d\n%s", name, n, m, c.want, got)
		}
	}
	var utf16 strings.Builder
	for _, r := range "\ufeff" + msh + one + "\r" {
		utf16.WriteByte(byte(r))
		utf16.WriteByte(byte(r >> 8))
	}
	demand(t, windowtest.Same(t, Format(), nil, utf16.String()), "ROE, JANE")
	latin := strings.Replace(msh, "2.5", "2.5||||||8859/1", 1) + "PID|||||M\xfcLLER^J\r"
	demand(t, windowtest.Same(t, Format(), nil, latin), "MüLLER, J")
}

func TestLimits(t *testing.T) {
	long := msh + "OBX|1|TX|a||" + strings.Repeat("219-09-9999 ", maxSegment/11) + "\rPID|||4711||ROE^JANE\r"
	got := windowtest.Same(t, Format(), nil, long)
	demand(t, got[len(got)-2000:], "ROE, JANE")
	if !strings.Contains(got, `text "OBX|1|TX|a||219-09`) {
		t.Errorf("%.2000s", got)
	}
	many := msh + "ZZZ" + strings.Repeat("|7", maxFields+9) + "\rPID|||||ROE^JANE\r"
	demand(t, windowtest.Same(t, Format(), nil, many), "ZZZ-255", "7|7|7|7", "ROE, JANE")
	demand(t, windowtest.Same(t, Format(), nil, msh+"OBX|1|FT|a||begin\rgoes on 219-09-9999\rPID|||||ROE^JANE\r"), `text "goes on 219-09-9999\n"`)
}

func TestEncapsulated(t *testing.T) {
	data := strings.Repeat("%PDF of Jane Roe\n", 9000)
	b64 := base64.StdEncoding.EncodeToString([]byte(data))
	for name, v := range map[string]string{"plain": b64, "lines": b64[:76] + "\\.br\\" + b64[76:], "no padding": strings.TrimRight(b64, "=")} {
		got := windowtest.Same(t, Format(), nil, msh+"OBX|1|ED|PDF^Report||src^Application^PDF^Base64^"+v+"||x\r")
		demand(t, got[:min(len(got), 600)], field(0, "Report", "PDF"))
		if !strings.Contains(got, fmt.Sprintf("part %q\n", data)) {
			t.Errorf("%s: no part: %.500s", name, got)
		}
	}
	demand(t, windowtest.Same(t, Format(), nil, msh+"OBX|1|ED|PDF^Report||src^Application^TXT^A^Jane Roe\r"), field(0, "Report", "Jane Roe"))
}

func TestSniff(t *testing.T) {
	hl7 := &object.Meta{MediaType: "x-application/hl7-v2+er7"}
	for in, want := range map[string]content.Score{
		admission: content.Sure, "\x0b" + msh: content.Sure, "\xef\xbb\xbf" + msh: content.Sure, "\r\n FHS|^~\\&|x": content.Sure, "BHS^~|\\&^x": content.Sure,
		"MSH|^~\\&": content.Sure, "MSH|^~}|x": content.Sure, "MSH|A|B|C|": content.No, "MSH is short": content.No, "": content.No, "MSH||||||": content.No,
		"/* */\n" + admission: content.Likely + 1, "a|b|c\nPID|1|2\n": content.No, "PID|1|2\nPV1|1|2\nOBX|1|2\n": content.Likely + 1, "BHH|^~\\&|x": content.No,
	} {
		if got := sniff([]byte(in), nil); got != want {
			t.Errorf("%.20q: %d, want %d", in, got, want)
		}
	}
	if a, b := sniff([]byte("x\rPID|1|2\r"), hl7), sniff([]byte("<ClinicalDocument>"), hl7); a <= content.Likely || b != content.Declared {
		t.Errorf("declared: %d, %d", a, b)
	}
}

func TestAccept(t *testing.T) {
	pdf := base64.StdEncoding.EncodeToString([]byte("a report of 219-09-9999"))
	contenttest.Accept(t, []content.Format{Format()}, []contenttest.Case{
		{Name: "admission", Data: []byte(admission), Contains: []string{"ROE, JANE Q", "structure hl7v2"}, Format: "hl7v2", State: coverage.Inspected},
		{Name: "encapsulated", Data: []byte(msh + "OBX|1|ED|a||^^^Base64^" + pdf + "\r"), Meta: contenttest.Named("a.hl7"), Paths: []string{"a.hl7/OBX-1", "a.hl7"},
			Contains: []string{"a report of 219-09-9999"}, Format: "hl7v2", State: coverage.Inspected},
		{Name: "large", Data: []byte(strings.Repeat(admission, 50)), Contains: []string{"JS0011122"}, Format: "hl7v2", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) {
	windowtest.Hostile(t, Format(), &object.Meta{})
	for _, u := range []string{"MSH|^~\\&|", "MSH|^~\\&\r", "|", "^", "\\", "\\X", "\\X4", "~", "\x0b", "\x1c", "A|", "\r", "PID|~^&\\", "^&", "\t"} {
		for _, head := range []string{msh, msh + "PID|||", msh + "PID|||||||||||", msh + "OBX|1|TX|||", msh + "OBX|1|ED|a||^^^Base64^", msh + "PV1|||||||"} {
			windowtest.Run(t, Format(), nil, head+strings.Repeat(u, (128<<10)/len(u)), 64<<10)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	var s windowtest.Sink
	p := &parser{e: &s}
	doc := []byte(admission)
	p.feed(doc)
	if n := testing.AllocsPerRun(20, func() { p.feed(doc) }); n > 0 {
		t.Errorf("%v allocations for a document", n)
	}
}

func FuzzDecode(f *testing.F) {
	contenttest.Fuzz(f, []content.Format{Format()}, object.Meta{MediaType: "x-application/hl7-v2+er7"}, []byte(admission), []byte(msh+"OBX|1|ED|a||^^^Base64^YWJj\r"),
		[]byte("PID|1||\\X41\\\\.br\\"), []byte("\x0bMSH#@!$%#\r\x1c\rFHS|^~\\&\r"))
}

func BenchmarkDecode(b *testing.B) {
	windowtest.Bench(b, Format(), &object.Meta{}, []byte(strings.Repeat(admission, 2000)))
}

// TestProcessing: MSH-11 T and D mark a message, and that one alone.
func TestProcessing(t *testing.T) {
	for id, want := range map[string]bool{"T": true, "D": true, "T^A": true, "P": false, "P^T": false, "": false, "TEST": false} {
		in := strings.Replace(msh, "|P|", "|"+id+"|", 1) + "PID|1||4711^^^H^MR\r" + msh + "PID|1||4712^^^H^MR\r"
		got := windowtest.Same(t, Format(), nil, in)
		first, second, _ := strings.Cut(got, field(object.RoleMRN, "PID-3", "4711"))
		if mark := fmt.Sprintf("field %d ", object.RoleTest); strings.Contains(first, mark) != want || strings.Contains(second, mark) {
			t.Errorf("MSH-11 %q: mark %t\n%s", id, !want, got)
		}
	}
}

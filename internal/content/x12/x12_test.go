package x12

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

const fixedISA = "ISA*00*          *00*          *ZZ*SUBMITTER      *ZZ*RECEIVER       *260401*1200*^*00501*000000001*0*P*:~"

// claim837 is a claim with its delimiters.
const claim837 = fixedISA + "\r\nGS*HC*S*R*20260401*1200*1*X*005010X222A1~\r\nST*837*0001*005010X222A1~\r\n" +
	"NM1*41*2*CLEARING HOUSE*****46*TGJ23~PER*IC*JERRY*TE*3055552222~HL*1**20*1~NM1*85*2*BEN KILDARE SERVICE*****XX*1234567893~" +
	"N3*234 SEAWAY ST~N4*MIAMI*FL*33111~REF*EI*587654321~HL*2*1*22*0~SBR*P*18*2222-SJ******CI~" +
	"NM1*IL*1*SMITH*JANE*Q***MI*JS00111223333~N3*236 N MAIN ST*APT 2~N4*MIAMI*FL*334131234~DMG*D8*19430501*F~REF*SY*219099999~" +
	"PER*IC**HP*3055551212*EM*jane@example.org*FX*3055551213~" +
	"CLM*26463774*100***11:B:1*Y*A*Y*I~REF*EA*44444TH56~HI*ABK:J020*ABF:Z1159~NM1*82*1*KILDARE*BEN****XX*1234567893~LX*1~" +
	"SV1*HC:99213:25*40*UN*1***1~DTP*472*D8*20061003~NTE*ADD*free text~HI*BK:25000*BF:E119~SVD*1*2*N4:00071015523~SE*20*0001~GE*1*1~IEA*1*000000001~\r\n"

func TestClaim(t *testing.T) {
	got := windowtest.Same(t, Format(), &object.Meta{}, claim837)
	f := func(r object.Role, label, v string) string { return fmt.Sprintf("field %d %s=%q\n", r, label, v) }
	for _, want := range []string{
		"structure x12\n", "begin 1\n" + f(0, "HL01", "2"),
		f(object.RoleMemberID, "NM109", "JS00111223333") + f(object.RolePersonName, "NM103", "SMITH, JANE Q"),
		f(object.RoleStreet, "address", "236 N MAIN ST APT 2, MIAMI, FL 33413-1234"),
		f(object.RoleBirthDate, "DMG02", "19430501"), f(object.RoleSSN, "REF02", "219099999"),
		f(object.RolePhone, "PER04", "3055551212") + f(object.RoleEmail, "PER06", "jane@example.org") + f(object.RoleFax, "PER08", "3055551213"),
		f(object.RoleAccount, "patient account number", "26463774"), f(object.RoleMRN, "REF02", "44444TH56"),
		f(0, "HI01", "ABK") + f(object.RoleDiagnosis, "HI01", "J020") + f(0, "HI02", "ABF") + f(object.RoleDiagnosis, "HI02", "Z1159"),
		f(0, "HI01", "BK") + f(0, "icd-9 diagnosis", "25000") + f(0, "HI02", "BF") + f(object.RoleDiagnosis, "HI02", "E119"),
		f(0, "SVD03", "N4") + f(0, "ndc", "00071015523"),
		f(object.RoleNPI, "NM109", "1234567893") + f(0, "provider name", "KILDARE, BEN"),
		f(0, "SV101", "HC") + f(0, "procedure code", "99213") + f(0, "SV101", "25"), f(0, "service date", "20061003"), f(0, "note", "free text"),
		f(0, "N301", "234 SEAWAY ST"), f(0, "tax id", "587654321"), f(0, "office contact", "3055552222"), f(0, "IEA02", "000000001"),
		f(0, "usage indicator", "P"), f(0, "CLM05", "11") + f(0, "CLM05", "B"),
	} {
		if !strings.Contains(got, want) {
			t.Errorf("missing:\n%s", want)
		}
	}
	if n := strings.Count(got, "begin"); n != 3 { // transaction set, provider, subscriber with claim
		t.Errorf("%d records, want 3:\n%s", n, got)
	}
	if strings.Contains(got, "reason") || strings.Contains(got, "skip") || strings.Contains(got, "text") && !strings.Contains(got, "free text") {
		t.Errorf("a clean interchange is not read clean:\n%s", got)
	}
}

func TestDelimiters(t *testing.T) {
	var all string
	for _, d := range []string{"*:~", "|>\n", "\x1d\x1f\x1e", "^\\'", "+:\r\n"} {
		r := strings.NewReplacer("*", d[:1], ":", d[1:2], "~", d[2:], "^", "!")
		one := r.Replace(fixedISA + "ST*835*1~CLP*ACC77*1~NM1*QC*1*ROE*JANE****HN*123456789A~SVC*HC:99213*5~SE*1*1~IEA*1*1~")
		got := windowtest.Same(t, Format(), &object.Meta{}, one)
		for _, want := range []string{"ACC77", "ROE, JANE", `procedure code="99213"`, fmt.Sprintf("field %d NM109=\"123456789A\"", object.RoleHICN)} {
			if !strings.Contains(got, want) {
				t.Errorf("%q: no %s in\n%s", d, want, got)
			}
		}
		if strings.Contains(got, "skip") {
			t.Errorf("%q: corrupt:\n%s", d, got)
		}
		if sniff([]byte(one), nil) != content.Sure {
			t.Errorf("%q is not recognised", d)
		}
		all += one + "\n"
	}
	if n := strings.Count(windowtest.Same(t, Format(), &object.Meta{}, all), `"ROE, JANE"`); n != 5 {
		t.Errorf("%d of 5 interchanges read", n)
	}
}

func TestRecords(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int
	}{
		{"ST*834*1~N1*P5*X~INS*Y~NM1*IL*1*A~INS*N~NM1*IL*1*B~SE*1*1~", 3},
		{"ST*835*1~LX*1~CLP*1~CLP*2~LX*2~CLP*3~PLB*1~SE*1*1~", 7},
		{"ST*271*1~HL*1**20~HL*2*1*21~HL*3*2*22~INS*Y~EB*1~HL*4*3*23~SE*1*1~", 5},
		{"ST*278*1~HL*1**20~HL*2*1*22~HL*3*2*EV~HL*4*3*SS~SE*1*1~", 3},
		{"ST*820*1~ENT*1*2J*34*219099999~RMR*1~ENT*2*2J*34*219099998~SE*1*1~ST*999*1~AK1*A~", 4},
	} {
		got := windowtest.Same(t, Format(), &object.Meta{}, fixedISA+c.in)
		if n := strings.Count(got, "begin"); n != c.want {
			t.Errorf("%s: %d records, want %d\n%s", c.in, n, c.want, got)
		}
	}
}

func TestDamage(t *testing.T) {
	for name, in := range map[string]string{
		"between": fixedISA + "ST*834*1~IEA*1*1~ some rubbish " + fixedISA + "INS*Y~NM1*IL*1*ROE*JANE~",
		"inside":  fixedISA + "ST*834*1~\x00\x01~\x02\x03~x~yy~z 219-09-9999~NM1*ZZ~" + fixedISA + "INS*Y~NM1*IL*1*ROE*JANE~",
		"long":    fixedISA + "NTE*" + strings.Repeat("219-09-9999 ", window.Max/6) + "~NM1*IL*1*ROE*JANE~",
		"no end":  fixedISA + "NM1*IL*1*ROE*JANE~" + strings.Repeat("x", 2*window.Max),
	} {
		got := windowtest.Same(t, Format(), &object.Meta{}, in)
		if !strings.Contains(got, `"ROE, JANE"`) || !strings.Contains(got, "skip corrupt") {
			t.Errorf("%s: %.2000s", name, got)
		}
	}
	got := windowtest.Same(t, Format(), &object.Meta{}, fixedISA+"ST*275*1~BIN*12*a~b*c~219-09~NM1*IL*1*ROE*JANE~")
	if !strings.Contains(got, `text "a~b*c~219-09\n"`) || !strings.Contains(got, `"ROE, JANE"`) || strings.Contains(got, "skip") {
		t.Errorf("binary data: %s", got)
	}
	if got := windowtest.Same(t, Format(), &object.Meta{}, fixedISA+"XYZ"+strings.Repeat("*9", 200)+"~NM1*IL*1*ROE*JANE~"); strings.Count(got, "9") < 200 || !strings.Contains(got, "ROE") {
		t.Errorf("many elements: %s", got)
	}
}

func TestSniff(t *testing.T) {
	loose := "ISA*00**00**ZZ*S*ZZ*R*260401*1200*^*00501*1*0*T*:~"
	for in, want := range map[string]content.Score{
		fixedISA: content.Sure, "\xef\xbb\xbf" + fixedISA: content.Sure, "\r\n  " + fixedISA: content.Sure, loose: content.Sure,
		fixedISA[:105]: content.No, "": content.No, "ISA": content.No, "ISA is a name": content.No,
		"ISA-00-" + strings.Repeat("-", 200): content.No, strings.Repeat("ISA*00*", 30): content.No,
		strings.Replace(fixedISA, "00501", "00x01", 1): content.No,
	} {
		if got := sniff([]byte(in), nil); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
	if got := windowtest.Same(t, Format(), &object.Meta{}, loose+"INS*Y~NM1*IL*1*ROE*JANE~"); !strings.Contains(got, `usage indicator="T"`) || !strings.Contains(got, "ROE, JANE") {
		t.Errorf("an ISA of other widths: %s", got)
	}
}

func TestAccept(t *testing.T) {
	contenttest.Accept(t, []content.Format{Format()}, []contenttest.Case{
		{Name: "claim", Data: []byte(claim837), Meta: contenttest.Named("a.edi"), Contains: []string{"SMITH, JANE Q", "structure x12"}, Format: "x12",
			State: coverage.Inspected},
		{Name: "garbage", Data: []byte(claim837 + "\x00\x01\x02 and more"), Meta: contenttest.Named("a.edi"), Contains: []string{"and more"}, Format: "x12",
			State: coverage.PartlyInspected, Reasons: []coverage.Reason{coverage.Corrupt}},
		{Name: "large", Data: []byte(strings.Repeat(claim837, 80)), Meta: contenttest.Named("a.edi"), Contains: []string{"JS00111223333"}, Format: "x12",
			State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) {
	windowtest.Hostile(t, Format(), &object.Meta{})
	f := Format()
	f.Decode = func(r object.Reader, e object.Emitter, m *object.Meta) coverage.Reason {
		p := &parser{e: e}
		h, _ := read([]byte(fixedISA))
		p.enter(&h)
		window.Run(r, p)
		p.end()
		return coverage.None
	}
	for _, u := range []string{"ISA", "ISA*00*", fixedISA, "BIN*", "BIN*1*", "BDS*9*9", "~", "*", "N3*a~", "HL*1**22~", "B", ":", "I"} {
		s := strings.Repeat(u, (256<<10)/len(u))
		windowtest.Run(t, f, nil, s, 64<<10)
		windowtest.Run(t, Format(), nil, s, 64<<10)
	}
}

func TestNoAllocation(t *testing.T) {
	var s windowtest.Sink
	doc := []byte(claim837)
	p := &parser{e: &s}
	p.Next(doc, true)
	if n := testing.AllocsPerRun(20, func() { p.Next(doc, true) }); n > 0 {
		t.Errorf("%v allocations for a document", n)
	}
}

func FuzzDecode(f *testing.F) {
	contenttest.Fuzz(f, []content.Format{Format()}, contenttest.Named("a.edi"), []byte(claim837), []byte(fixedISA+"BIN*3*a~b~N3*x~"),
		[]byte(fixedISA+"INS*Y~\x00~\x01~\x02~\x03~ISA"))
}

func BenchmarkDecode(b *testing.B) {
	windowtest.Bench(b, Format(), &object.Meta{}, []byte(strings.Repeat(claim837, 2000)))
}

// TestUsage: ISA15 T marks every record of its interchange, and none of the next.
func TestUsage(t *testing.T) {
	test := strings.Replace(claim837, "*P*:", "*T*:", 1)
	mark := fmt.Sprintf("begin 1\nfield %d ", object.RoleTest)
	got := windowtest.Same(t, Format(), &object.Meta{}, test+claim837+test)
	if all, marked := strings.Count(got, "begin 1"), strings.Count(got, mark); all != 9 || marked != 6 {
		t.Errorf("%d of %d records are marked\n%s", marked, all, got)
	}
}

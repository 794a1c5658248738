package dicom

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/content/chunk"
	"github.com/phiwatch/phiwatch/internal/content/contenttest"
	"github.com/phiwatch/phiwatch/internal/content/window/windowtest"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/object"
)

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
		t.Logf("%.6000s", got)
	}
}

// told is what must be told of study.
func told() []string {
	f := field
	return []string{"structure dicom\nbegin 1\n", f(0, "StudyDate", "20260401"), f(0, "AccessionNumber", "ACC4711"), f(0, "Institution", "TROY CLINIC"), f(0, "provider address", "9 Side St, Troy, NY 12180"), f(0, "provider name", "KILDARE, BEN") + f(0, "provider name", "DR"),
		f(0, "diagnosis", "Essential hypertension"), f(object.RoleDiagnosis, "AdmittingDiagnosesCodeSequence", "I10") + f(0, "AdmittingDiagnosesCodeSequence", "Hypertension"),
		f(0, "(0009,1001)", "note for JANE ROE"), "CSA: ROE^JANE", f(object.RolePersonName, "PatientName", "ROE, JANE Q") + f(0, "PatientName", "JR"),
		f(object.RoleMRN, "PatientID", "MR4711"), f(0, "issuer", "HOSP"), f(object.RoleBirthDate, "PatientBirthDate", "19800102"),
		f(0, "InsurancePlanCodeSequence", "PLAN9") + f(0, "InsurancePlanCodeSequence", "Gold plan"),
		f(object.RoleSSN, "OtherPatientIDs", "212-47-8835") + f(object.RoleMRN, "OtherPatientIDs", "X77"), f(object.RoleMRN, "PatientID", "MR4712"),
		f(object.RolePersonName, "PatientBirthName", "DOE, JANE"), f(object.RoleStreet, "PatientAddress", "12 Main St, Troy, NY 12180"),
		f(object.RolePersonName, "PatientMotherBirthName", "MüLLER, ANNA"), f(object.RolePhone, "PatientTelephoneNumbers", "(555)555-1234") +
			f(object.RolePhone, "PatientTelephoneNumbers", "555-555-1235"), f(0, "medical history", "Smoker \\ since 1990"), f(0, "Comments", "calls herself Jane"),
		f(0, "DeviceSerialNumber", "SN-00042"), f(0, "BurnedInAnnotation", "YES"), f(object.RoleAccount, "AdmissionID", "V100"), "skip format 2000"}
}

func TestRoles(t *testing.T) {
	for name, s := range styles {
		for _, undef := range []bool{false, true} {
			data := study(s, undef)
			got := windowtest.Same(t, Format(), &object.Meta{MediaType: mediaType}, string(data))
			demand(t, got, told()...)
			for _, not := range []string{"1.2.3.4", "101112", "reason", "0002,", "SpecificCharacterSet"} {
				if strings.Contains(got, not) {
					t.Errorf("%s: %s is told\n%.5000s", name, not, got)
				}
			}
		}
	}
}

func TestFiles(t *testing.T) {
	plain, be, implicit := study(style{}, false), study(style{big: true}, true), study(style{implicit: true}, false)
	for name, in := range map[string][]byte{
		"explicit": file("1.2.840.10008.1.2.1", plain), "big": file(explicitBig, be), "implicit": file(implicitVR, implicit), "jpeg": file("1.2.840.10008.1.2.4.50", plain),
		"deflated": file(deflated, shrink(plain)), "deflated, padded": file(deflated, append(shrink(plain), 0)), "no syntax": file("", plain),
		"says explicit": file("1.2.840.10008.1.2.1", implicit), "says implicit": file(implicitVR, plain), "says deflated": file(deflated, plain),
		"no preamble": file("1.2.840.10008.1.2.1", plain)[preamble+4:],
	} {
		got := windowtest.Same(t, Format(), &object.Meta{}, string(in))
		demand(t, got, append(told(), field(0, "SourceApplicationEntityTitle", "SENDER"))...)
		if t.Failed() || strings.Contains(got, "reason") {
			t.Fatalf("%s\n%.3000s", name, got)
		}
		if s := sniff(in, nil); s != content.Sure {
			t.Errorf("%s: sniffed %d", name, s)
		}
	}
	hidden := append([]byte("II*\x00 hidden in front of it"), file("", plain)[26:]...)
	demand(t, windowtest.Same(t, Format(), nil, string(hidden)), "hidden in front of it")
}

func TestBare(t *testing.T) {
	says := func(ts string) *object.Meta {
		return &object.Meta{MediaType: mediaType, Params: []object.Param{{Key: "transfer-syntax", Value: ts}}}
	}
	data := study(style{}, true)
	for _, m := range []*object.Meta{says(deflated), {MediaType: mediaType}} {
		demand(t, windowtest.Same(t, Format(), m, string(shrink(data))), told()...)
	}
	if got := windowtest.Same(t, Format(), &object.Meta{MediaType: mediaType}, "no elements, but words of Jane Roe"); !strings.Contains(got, "reason corrupt") {
		t.Error(got)
	}
	broken := string(data[:len(data)-12000])
	demand(t, windowtest.Same(t, Format(), nil, broken), "ROE, JANE", "reason truncated")
	lost := string(data[:300]) + "\n" + string(data[360:])
	demand(t, windowtest.Same(t, Format(), nil, lost), "skip corrupt", field(object.RoleAccount, "AdmissionID", "V100"))
	short := shrink(data)
	demand(t, windowtest.Same(t, Format(), says(deflated), string(short[:len(short)-20])), "ROE, JANE", "reason truncated")
}

// TestHoles: behind a hole, which reads as one byte, the elements that follow are found again. In one place of a hundred the
// bytes around it may make up a header by chance.
func TestHoles(t *testing.T) {
	for name, s := range styles {
		data := string(study(s, false))
		end := strings.Index(data, "calls herself")
		missed := 0
		for from := 60; from < end-40; from++ {
			got := windowtest.Run(t, Format(), &object.Meta{MediaType: mediaType}, data[:from]+"\n"+data[from+37:], 1000)
			if !strings.Contains(got, field(object.RoleAccount, "AdmissionID", "V100")) {
				missed++
			}
		}
		if missed*100 > end-100 {
			t.Errorf("%s: %d of %d holes swallow what comes long behind them", name, missed, end-100)
		}
	}
}

func TestPixelsInPieces(t *testing.T) {
	w := &writer{}
	w.el(tagCharset, "CS", "ISO_IR 192")
	w.el(0x00100010, "PN", "RÖE^JANE")
	w.head(0x7FE00010, "OB", undefined)
	for _, n := range []int{0, 3000, 40000} {
		w.head(tagItem, "", uint32(n))
		w.b = append(w.b, make([]byte, n)...)
	}
	w.head(tagSequenceEnd, "", 0)
	w.el(0xFFFAFFFA, "LO", "behind the image")
	demand(t, windowtest.Same(t, Format(), nil, string(w.b)), "RÖE, JANE", "behind the image", "skip format 43000\n")
}

// TestUnknown: UN in explicit VR holds sequences with implicit VR.
func TestUnknown(t *testing.T) {
	for _, undef := range []bool{false, true} {
		in := &writer{style: style{implicit: true}, undefined: undef}
		in.seq(0x00091010, func(w *writer) {
			w.el(0x00100010, "PN", "ROE^JANE")
			w.seq(0x00091011, func(w *writer) { w.el(0x00091012, "LO", "deep inside") })
		})
		w := &writer{}
		w.el(tagCharset, "CS", "ISO_IR 192")
		body := in.b[8:]
		if undef {
			w.head(0x00091010, "UN", undefined)
		} else {
			w.head(0x00091010, "UN", uint32(len(body)))
		}
		w.b = append(w.b, body...)
		w.el(0x00100020, "UN", "MR4711")
		got := windowtest.Same(t, Format(), nil, string(w.b))
		demand(t, got, field(object.RolePersonName, "PatientName", "ROE, JANE"), field(0, "(0009,1012)", "deep inside"), field(object.RoleMRN, "PatientID", "MR4711"))
		if strings.Contains(got, "reason") {
			t.Error(got)
		}
	}
}

func TestReport(t *testing.T) {
	item := func(name, kind string, value func(*writer)) func(*writer) {
		return func(w *writer) {
			w.el(tagValueType, "CS", kind)
			w.seq(tagConceptName, coded("1", "DCM", name))
			value(w)
		}
	}
	for _, undef := range []bool{false, true} {
		w := &writer{undefined: undef}
		w.el(tagCharset, "CS", "ISO_IR 192")
		item("Chest Report", "CONTAINER", func(w *writer) {
			w.seq(0x0040A730, item("Findings", "TEXT", func(w *writer) { w.el(tagTextValue, "UT", "clear \\ lungs") }),
				item("Person Observer Name", "PNAME", func(w *writer) { w.el(tagPersonName, "PN", "KILDARE^BEN") }),
				item("Subject Name", "PNAME", func(w *writer) { w.el(tagPersonName, "PN", "ROE^JANE") }),
				item("Diagnosis", "CODE", func(w *writer) { w.seq(tagConceptCode, coded("J18.9", "ICD10", "Pneumonia")) }))
		})(w)
		f := field
		demand(t, windowtest.Same(t, Format(), nil, string(w.b)), f(0, "concept", "Chest Report"), f(0, "Findings", "clear \\ lungs"),
			f(0, "provider name", "KILDARE, BEN"), f(object.RolePersonName, "Subject Name", "ROE, JANE"), f(0, "Diagnosis", "Pneumonia"), f(object.RoleDiagnosis, "Diagnosis", "J18.9"))
	}
}

func TestCharsets(t *testing.T) {
	for _, c := range [][3]string{
		{"", "ROE^JANE", "ROE, JANE"},
		{"ISO_IR 144", "\xbb\xee\xda^\xb8", "Люк, И"},
		{"\\ISO 2022 IR 87", "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", "山田, 太郎"},
		{"ISO 2022 IR 6\\ISO 2022 IR 149", "Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7", "洪, 吉洞"},
		{"GB18030", "Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", "王, 小东"},
		{"ISO_IR 192", "Wang^X=王^小東", "王, 小東"},
		{"ISO 2022 IR 100\\ISO 2022 IR 126", "Buc^J\xe9r\xf4me", "Buc, Jérôme"},
		{"no such set", "ROE^JANE\xff", "ROE, JANE"},
		{"ISO_IR 58\x1b", "\x1bROE^JANE\x1b\x1b$", "ROE, JANE"},
	} {
		w := &writer{}
		w.el(tagCharset, "CS", c[0])
		w.el(0x00100010, "PN", c[1])
		w.el(0x00100020, "LO", "4711")
		demand(t, windowtest.Same(t, Format(), nil, string(w.b)), c[2], field(object.RoleMRN, "PatientID", "4711"))
	}
}

func TestMarks(t *testing.T) {
	for v, want := range map[string]bool{"YES": true, "NO": false} {
		w := &writer{}
		w.el(tagCharset, "CS", "ISO_IR 192")
		w.el(tagRemoved, "CS", v)
		got := windowtest.Same(t, Format(), nil, string(w.b))
		if strings.Contains(got, field(object.RoleTest, "IdentityRemoved", v)) != want {
			t.Errorf("%s: %s", v, got)
		}
	}
	w := &writer{}
	w.el(0x00041130, "CS", "DISK")
	w.seq(0x00041220, func(w *writer) { w.el(tagRecordType, "CS", "PATIENT"); w.el(0x00100010, "PN", "ROE^JANE") },
		func(w *writer) { w.el(tagRecordType, "CS", "STUDY") },
		func(w *writer) { w.el(tagRecordType, "CS", "PATIENT"); w.el(0x00100010, "PN", "DOE^JOHN") })
	if got := windowtest.Same(t, Format(), nil, string(file("", w.b))); strings.Count(got, "begin 1") != 3 {
		t.Errorf("units of a directory:\n%s", got)
	}
}

func TestDocument(t *testing.T) {
	w := &writer{}
	w.el(tagCharset, "CS", "ISO_IR 192")
	w.el(0x00420010, "ST", "Discharge letter")
	text := strings.Repeat("<ClinicalDocument/> of Jane Roe ", 3000)
	w.el(tagDocument, "OB", text)
	w.el(0x00420012, "LO", "text/xml")
	got := windowtest.Same(t, Format(), nil, string(w.b))
	demand(t, got, fmt.Sprintf("part %q\n", text), field(0, "MIMETypeOfEncapsulatedDocument", "text/xml"), field(0, "DocumentTitle", "Discharge letter"))
	long := &writer{}
	long.el(tagCharset, "CS", "ISO_IR 100")
	long.el(0x00104000, "UT", strings.Repeat("J\xe4ne Roe ", 4000))
	demand(t, windowtest.Same(t, Format(), nil, string(long.b)), `text "Jäne Roe Jäne Roe`)
}

func TestSniff(t *testing.T) {
	said := &object.Meta{MediaType: mediaType}
	for in, want := range map[string][2]content.Score{
		string(study(style{}, false)): {content.Likely + 10, content.Likely + content.Declared}, string(study(style{big: true}, false)): {content.Likely + 10, content.Likely + content.Declared},
		string(study(style{implicit: true}, true)): {content.Likely, content.Likely + content.Declared}, "": {content.No, content.Declared},
		"a text": {content.No, content.Declared}, "\x08\x00\x05\x00\x04\x00\x00\x00": {content.No, content.Likely + content.Declared},
		strings.Repeat("\x00", 300): {content.No, content.Declared}, "PK\x03\x04\x14\x00\x00\x00": {content.No, content.Declared}, "\x04\x00\x00\x00\x01\x00": {content.No, content.Declared},
	} {
		if a, b := sniff([]byte(in), nil), sniff([]byte(in), said); a != want[0] || b != want[1] {
			t.Errorf("%.20q: %d, declared %d, want %d", in, a, b, want)
		}
	}
}

func TestAccept(t *testing.T) {
	contenttest.Accept(t, []content.Format{Format()}, []contenttest.Case{
		{Name: "file", Data: file("1.2.840.10008.1.2.1", study(style{}, true)), Contains: []string{"ROE, JANE Q", "structure dicom"}, Format: "dicom", State: coverage.PartlyInspected,
			Reasons: []coverage.Reason{coverage.Format}},
		{Name: "implicit", Data: study(style{implicit: true}, false), Contains: []string{"MR4712"}, Format: "dicom", State: coverage.PartlyInspected},
		{Name: "no image", Data: imageless(), Meta: contenttest.Named("a.dcm"), Contains: []string{"ACC4711"}, Format: "dicom", State: coverage.Inspected},
		{Name: "deflated", Data: file(deflated, shrink(study(style{}, false))), Contains: []string{"V100"}, Format: "dicom", State: coverage.PartlyInspected},
		{Name: "query", Data: study(style{}, false)[:18+16], Meta: object.Meta{MediaType: mediaType}, Contains: nil, Format: "dicom", State: coverage.Inspected},
	})
}

func TestHostile(t *testing.T) {
	windowtest.Hostile(t, Format(), &object.Meta{MediaType: mediaType})
	w := &writer{}
	for range 20000 {
		w.head(0x00101002, "SQ", undefined)
		w.head(tagItem, "", undefined)
	}
	windowtest.Run(t, Format(), nil, string(w.b), 64<<10)
	w = &writer{}
	for range 20000 {
		w.head(0x00091002, "UN", undefined)
		w.head(tagItem, "", undefined)
	}
	windowtest.Run(t, Format(), nil, string(w.b), 64<<10)
}

func TestDictionary(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(dictionary, "\n"), "\n")
	for i, l := range lines {
		if i > 0 && lines[i-1][:8] >= l[:8] {
			t.Errorf("%s is not in order", l)
		}
		var tag uint32
		fmt.Sscanf(l[:8], "%X", &tag)
		if v, k := lookup(tag); v.class() == unknown || k != l[10:] || k == "" {
			t.Errorf("%s: found %x %s", l, v, k)
		}
	}
	for _, tag := range []uint32{0, 0x7FE00010, 0xFFFFFFFF, 0x00100011} {
		if v, k := lookup(tag); v != 0 || k != "" {
			t.Errorf("%08X: %s", tag, k)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	data := bytes.Replace(study(style{}, true), []byte{'M', 0xfc}, []byte("MU"), 1)
	var s windowtest.Sink
	var r chunk.Reader
	w := &walker{e: &s, r: &r}
	run := func() {
		r.ResetBytes(data)
		w.run()
	}
	run()
	if n := testing.AllocsPerRun(20, run); n > 0 {
		t.Errorf("%v allocations for a data set", n)
	}
}

func FuzzDecode(f *testing.F) {
	var seeds [][]byte
	for _, s := range styles {
		seeds = append(seeds, study(s, true)[:1200])
	}
	seeds = append(seeds, file(deflated, shrink(study(style{}, false))), file(implicitVR, study(style{implicit: true}, false)[:900]))
	contenttest.Fuzz(f, []content.Format{Format()}, object.Meta{MediaType: mediaType}, seeds...)
}

func BenchmarkDecode(b *testing.B) {
	windowtest.Bench(b, Format(), &object.Meta{}, study(style{}, false))
}
